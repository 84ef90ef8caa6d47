import { describe, expect, it } from 'vitest';
import { costParameters, type RingKind, ringRate, times } from '../../../../server/src/model/cost/index.js';

const { machine } = costParameters;
const kinds: readonly RingKind[] = ['packed', 'split', 'split-polled', 'split-in-order'];
const sleep = {
  wakeNs: machine.wakeNs,
  notifyNs: { low: 400, mid: 1300, high: 2500 },
  localNs: times(2, machine.rings.packed.streamNs),
};
type Use = Parameters<typeof ringRate>[0];
const polling: Use = { ringSize: 256, depth: 16, batch: 1, sleeps: false };

function nsOf(kind: RingKind, use: Partial<Use>): number {
  const rate = ringRate({ ...polling, ...use }, machine.rings[kind], sleep);
  return rate.kind === 'hangs' ? Infinity : rate.nsPerBuffer.mid;
}

const depths = [1, 2, 4, 8, 16, 64, 256, Infinity];

describe.each(kinds)('a %s ring', (kind) => {
  it.each([false, true])('deeper is never slower (sleeps: %s)', (sleeps) => {
    const curve = depths.map((depth) => nsOf(kind, { depth, sleeps }));
    for (const [i, ns] of curve.entries()) expect(ns).toBeLessThanOrEqual(curve[i - 1] ?? Infinity);
  });

  it('takes a round trip with one outstanding, and streams with many', () => {
    const { streamNs, roundTripNs } = machine.rings[kind];
    expect(nsOf(kind, { depth: 1 })).toBeGreaterThanOrEqual(roundTripNs.mid);
    expect(nsOf(kind, { depth: 1 })).toBeLessThanOrEqual(streamNs.mid + roundTripNs.mid);
    expect(nsOf(kind, { depth: Infinity }) / streamNs.mid).toBeCloseTo(1, 1);
  });

  it('has no more outstanding than it holds', () => {
    for (const sleeps of [false, true])
      expect(nsOf(kind, { ringSize: 16, depth: 1000, sleeps })).toBe(
        nsOf(kind, { ringSize: 16, depth: 16, sleeps }),
      );
  });

  it('needs two wake-ups for one buffer where both sides sleep, and is slower than one that polls', () => {
    expect(nsOf(kind, { depth: 1, sleeps: true })).toBeGreaterThan(machine.wakeNs.mid);
    for (const depth of depths)
      expect(nsOf(kind, { depth, sleeps: true })).toBeGreaterThan(
        depth <= 64 ? nsOf(kind, { depth }) : sleep.localNs.mid,
      );
  });
});

describe('a driver that owes its notification for more entries than there are', () => {
  const hangs = (use: Partial<Use>): boolean =>
    ringRate({ ...polling, depth: Infinity, ...use }, machine.rings.split, sleep).kind === 'hangs';

  it.each([16, 256, 1024])('of %i waits for ever for a device that sleeps', (ringSize) => {
    expect(hangs({ ringSize, batch: ringSize * 2, sleeps: true })).toBe(true);
    expect(hangs({ ringSize, batch: ringSize + 1, sleeps: true })).toBe(true);
    expect(hangs({ ringSize, batch: ringSize, sleeps: true })).toBe(false);
    expect(hangs({ ringSize, batch: ringSize * 2, depth: ringSize, sleeps: true })).toBe(false);
  });

  it('goes on where the device polls', () => {
    expect(hangs({ batch: 512, sleeps: false })).toBe(false);
  });
});
