import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bounceCost,
  type CacheState,
  type CopyMethod,
  copyNs,
  costParameters,
  type Interval,
} from '../../../../server/src/model/cost/index.js';

const { machine } = costParameters;
const costs = {
  hotNsPerByte: machine.copyHotNsPerByte,
  coldNsPerByte: machine.copyColdNsPerByte,
  coldFixedNs: machine.copyColdFixedNs,
};
const states: readonly CacheState[] = ['hot', 'source cold', 'target cold', 'both cold'];
const methods: readonly CopyMethod[] = ['rep movsb', 'vector loop'];
const bounds = ['low', 'mid', 'high'] as const;
const sizes = fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 1 << 20 }));

function isAtMost(a: Interval, b: Interval): boolean {
  return bounds.every((bound) => a[bound] <= b[bound] + 1e-9);
}

describe.each(methods)('%s', (method) => {
  it.each(states)('%s: more bytes never take less time', (state) => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        const pair = [copyNs(less, state, costs, method), copyNs(more, state, costs, method)] as const;
        expect(isAtMost(...pair), `${less} B ${pair[0].mid}, ${more} B ${pair[1].mid}`).toBe(true);
      }),
    );
  });

  it('hot is never slower than cold on one side, and that never than cold on both', () => {
    fc.assert(
      fc.property(sizes, (bytes) => {
        const [hot, source, target, both] = states.map((state) => copyNs(bytes, state, costs, method).mid);
        expect(hot).toBeLessThan(Math.min(source as number, target as number));
        expect(Math.max(source as number, target as number)).toBeLessThanOrEqual(both as number);
      }),
    );
  });

  it('in order: low, mid, high', () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(...states), (bytes, state) => {
        const { low, mid, high } = copyNs(bytes, state, costs, method);
        expect([low <= mid, mid <= high, low > 0]).toEqual([true, true, true]);
      }),
    );
  });
});

describe('a bounced request', () => {
  const cost = (deviceWrites: boolean, isCopiedIn?: boolean) =>
    bounceCost(
      [{ bytes: 4096, deviceWrites, ...(isCopiedIn === undefined ? {} : { isCopiedIn }) }],
      machine,
      costParameters.platforms.tdx,
    );

  it('is copied twice where the device writes, once where it reads: R3 and R4 of the kernel', () => {
    expect(cost(true).copiedBytes).toBe(8192);
    expect(cost(false).copiedBytes).toBe(4096);
    expect(cost(true).copyNs.mid).toBeCloseTo(2 * cost(false).copyNs.mid);
    expect(cost(true).slotNs).toEqual(cost(false).slotNs);
  });

  it('is copied back only, by kernels before 5.17', () => {
    expect(cost(true, false).copyNs.mid).toBeCloseTo(cost(false).copyNs.mid);
    expect(cost(true, false).copiedBytes).toBe(4096);
  });

  it('takes the slots of each mapping by itself, and the lock to take and to give', () => {
    const two = bounceCost(
      [16, 4096].map((bytes) => ({ bytes, deviceWrites: false })),
      machine,
      costParameters.platforms.plain,
    );
    expect([two.slots, two.acquisitions]).toEqual([1 + 2, 4]);
    expect(two.totalNs.mid).toBeCloseTo(two.copyNs.mid + two.slotNs.mid);
  });
});
