import { describe, expect, it } from 'vitest';
import { backendOf, costParameters, usualBackend } from '../../../../server/src/model/cost/index.js';
import { builtinPolicy, type DeviceClass, platformIds } from '../../../../server/src/model/index.js';
import {
  type Guest,
  guestRun,
  type Load,
  throughputOf,
} from '../../../../server/src/model/throughput/index.js';

const load: Load = {
  op: 'read',
  bytes: 4096,
  depth: 32,
  queues: 1,
  cpus: 1,
  ring: 'split',
  ringSize: 256,
  pool: null,
  memoryBytes: 16 * 2 ** 30,
  backend: usualBackend('blk'),
  idle: 'halt',
  completion: 'interrupt',
};

function guest(platform: Guest['platform'], deviceClass: DeviceClass = 'blk', release = 'v6.12'): Guest {
  const policy = builtinPolicy(release);
  if (policy === null) throw new Error(`no policy ${release}`);
  return { platform, device: 'flag', deviceClass, policy };
}

function ask(of: Guest, wish: Partial<Load> = {}) {
  return throughputOf(of, guestRun(of), { ...load, ...wish }, costParameters);
}

function rateOf(of: Guest, wish: Partial<Load> = {}): number {
  return ask(of, wish)?.estimate.requestsPerSecond.mid ?? Number.NaN;
}

const sizes = [
  1,
  64,
  512,
  1460,
  1536,
  2048,
  4096,
  4097,
  9000,
  16_384,
  65_536,
  262_144,
  262_145,
  2 ** 20,
  2 ** 22,
];

describe.each([
  ['read', 'blk'],
  ['write', 'blk'],
  ['tx', 'net'],
  ['rx', 'net'],
  ['read', 'fs'],
] as const)('%s of %s', (op, deviceClass) => {
  it('more bytes never take less time, on any platform where they get through', () => {
    let asked = 0;
    for (const platform of platformIds) {
      const rates = sizes
        .map((bytes) => ask(guest(platform, deviceClass), { op, bytes, backend: usualBackend(deviceClass) }))
        .filter((answer) => answer !== null)
        .map(({ estimate }) => estimate.requestsPerSecond);
      for (const [i, { low, mid, high }] of rates.entries()) {
        const before = rates[i - 1] ?? { low: Infinity, mid: Infinity, high: Infinity };
        expect(
          [low <= before.low, mid <= before.mid, high <= before.high],
          `${platform}, ${sizes[i]} B`,
        ).toEqual([true, true, true]);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(5 * sizes.length);
  });
});

describe('a bounced disk', () => {
  const snp = guest('sev-snp');

  it('copies 2.02 bytes for each of a 4 KiB read and 1.02 of a write', () => {
    const amplification = (op: 'read' | 'write'): number => {
      const exact = ask(snp, { op })?.exact;
      return ((exact?.bytesToDevice ?? 0) + (exact?.bytesFromDevice ?? 0)) / 4096;
    };
    expect(amplification('read')).toBeCloseTo(2.016, 2);
    expect(amplification('write')).toBeCloseTo(1.016, 2);
    expect(rateOf(snp, { op: 'write' })).toBeGreaterThan(rateOf(snp, { op: 'read' }));
  });

  it('before 5.17 copied what the device writes back only: faster, in time as in counts', () => {
    const [old, now] = [guest('sev', 'blk', 'v5.10'), guest('sev', 'blk', 'v5.17')];
    expect(ask(old)?.exact.bytesToDevice).toBe(64);
    expect(ask(now)?.exact.bytesToDevice).toBe(4096 + 64 + 1);
    expect(rateOf(old, { bytes: 65_536 })).toBeGreaterThan(rateOf(now, { bytes: 65_536 }) * 1.1);
  });

  it('has one lock before 6.0, and one for each CPU since', () => {
    const busy = { queues: 8, cpus: 8, backend: backendOf('instant') ?? load.backend };
    const terms = (of: Guest) => ask(of, busy)?.estimate.terms.map(({ term }) => term);
    expect(terms(guest('sev-snp', 'blk', 'v5.19'))).toContain('pool lock');
    expect(terms(snp)).not.toContain('pool lock');
    expect(terms(guest('pkvm'))).toContain('pool lock');
    expect(
      ask(snp, { ...busy, pool: { slots: 32_768, areas: 1 } })?.estimate.terms.map(({ term }) => term),
    ).toContain('pool lock');
  });

  it('is held by the pool where a request hardly fits, and stuck where none does', () => {
    const small = (slots: number) =>
      ask(snp, { bytes: 2 ** 20, backend: backendOf('instant') ?? load.backend, pool: { slots, areas: 1 } });
    expect(small(1024)?.estimate.terms.map(({ term }) => term)).toContain('pool');
    const stuck = small(256)?.estimate;
    expect(stuck).toMatchObject({ binding: 'pool', requestsPerSecond: { high: 0 }, ratio: { high: 0 } });
    expect(stuck?.notes.join()).toMatch(/no room for one request/);
  });

  it('has no more in flight than its ring holds, and says so', () => {
    const full = ask(snp, { depth: 256 })?.estimate;
    const { notes = [], requestsPerSecond } = ask(snp, { depth: 1024 })?.estimate ?? {};
    expect(requestsPerSecond).toEqual(full?.requestsPerSecond);
    expect(full?.notes).toEqual([]);
    expect(notes).toEqual(['the ring has room for 256 in flight']);
  });
});

describe('guests in which nothing is bounced', () => {
  it('a plain one is what the others are held against', () => {
    expect(ask(guest('plain'))?.estimate.ratio).toBeNull();
    expect(ask(guest('plain'))?.estimate.loss).toBeNull();
    expect(ask(guest('plain'))?.exact).toMatchObject({ bytesToDevice: 0, slots: 0 });
  });

  it('gives none where nothing gets through', () => {
    expect(guestRun(guest('pef')).outcome).toBe('fault');
    expect(ask(guest('pef'))).toBeNull();
  });
});

describe('packets', () => {
  const net = (wish: Partial<Load>) =>
    ask(guest('sev-snp', 'net'), {
      op: 'rx',
      bytes: 1460,
      depth: 256,
      backend: usualBackend('net'),
      ...wish,
    });

  it('a received one costs its buffer, whatever its length, and no slots of its own', () => {
    const [short, long] = [net({ bytes: 64 }), net({ bytes: 1460 })];
    expect(short?.exact.bytesToDevice).toBe(long?.exact.bytesToDevice);
    expect(long?.exact).toMatchObject({ isPosted: true, slotsAtRest: 256 });
  });

  it('idle policies keep their order: who halts is slowest, who polls fastest', () => {
    const [halt = 0, haltpoll = 0, poll = 0] = (['halt', 'haltpoll', 'poll'] as const).map(
      (idle) => net({ idle })?.estimate.requestsPerSecond.mid,
    );
    expect(halt).toBeLessThan(haltpoll);
    expect(haltpoll).toBeLessThanOrEqual(poll);
    expect(net({ idle: 'halt' })?.estimate.loss).toBe('wake-ups');
  });

  it('a receive ring that takes the pool ends it', () => {
    expect(net({ ringSize: 1024, pool: { slots: 1024, areas: 1 } })?.estimate.requestsPerSecond.high).toBe(0);
    expect(
      net({ ringSize: 1024, pool: { slots: 2048, areas: 1 } })?.estimate.requestsPerSecond.low,
    ).toBeGreaterThan(0);
  });
});
