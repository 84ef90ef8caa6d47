import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Counts,
  deviceIds,
  deviceOf,
  namedPolicies,
  platformIds,
  type RequestSpec,
  runScenario,
  type Scenario,
  scenarioOf,
  Trace,
} from '../../../server/src/model/index.js';

/** A plain guest whose every mapping is bounced: what `iommu_platform=on` and `swiotlb=force` make. */
const forced = {
  policy: 'v6.12',
  platform: 'plain',
  device: { class: 'blk', offersAccessPlatform: true, addresses: 'gpa' },
  swiotlb: { mode: 'force' },
} as const satisfies Scenario;

const slotsOf = (bytes: number): number => Math.ceil(bytes / 2048);

/**
 * What one block request costs, from the way virtio_blk and swiotlb work: a header of 16 bytes and a status of 1 beside the
 * data, a table of 16 bytes a descriptor, each mapping copied out whole, device-written ones copied back.
 */
function blockRequest(
  op: 'read' | 'write',
  segments: readonly number[],
  indirect: boolean,
): Omit<Counts, 'conversions' | 'slotsAtRest'> {
  const data = segments.reduce((a, b) => a + b, 0);
  const entries = segments.length + 2;
  const table = indirect ? 16 * entries : 0;
  return {
    maps: entries + (indirect ? 1 : 0),
    copiesToDevice: entries + (indirect ? 1 : 0),
    bytesToDevice: 17 + data + table,
    copiesFromDevice: op === 'read' ? segments.length + 1 : 1,
    bytesFromDevice: op === 'read' ? data + 1 : 1,
    slotsPeak: 2 + segments.reduce((sum, bytes) => sum + slotsOf(bytes), 0) + slotsOf(table),
    descriptors: indirect ? entries + 1 : entries,
  };
}

describe('counts of block requests', () => {
  const segments = fc.array(
    fc.oneof(
      fc.constant(4096),
      fc.integer({ min: 1, max: 128 }).map((n) => n * 512),
    ),
    {
      minLength: 1,
      maxLength: 18,
    },
  );

  it('are what the closed form says, on either ring, with and without tables', () => {
    fc.assert(
      fc.property(
        segments,
        fc.constantFrom('read' as const, 'write' as const),
        fc.boolean(),
        fc.constantFrom('split' as const, 'packed' as const),
        fc.integer({ min: 1, max: 6 }),
        (list, op, indirect, layout, count) => {
          const { counts, outcome } = runScenario({
            ...forced,
            queue: { indirect, layout },
            requests: [{ op, segments: list, count }],
          });
          const one = blockRequest(op, list, indirect);
          expect(outcome).toBe('bounced');
          expect(counts).toEqual({
            maps: one.maps * count,
            copiesToDevice: one.copiesToDevice * count,
            bytesToDevice: one.bytesToDevice * count,
            copiesFromDevice: one.copiesFromDevice * count,
            bytesFromDevice: one.bytesFromDevice * count,
            slotsPeak: one.slotsPeak,
            slotsAtRest: 0,
            descriptors: one.descriptors * count,
            conversions: 0,
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it('take so many slots at depth', () => {
    const at = (inFlight: number): Counts =>
      runScenario({ ...forced, requests: [{ op: 'read', segments: [4096], count: 32, inFlight }] }).counts;
    expect(at(1).slotsPeak).toBe(5);
    expect(at(8).slotsPeak).toBe(40);
    expect(at(32).slotsPeak).toBe(160);
    expect(at(32).bytesToDevice).toBe(at(1).bytesToDevice);
  });

  it('are nothing without the flag, or without forced bouncing', () => {
    const requests: RequestSpec[] = [{ op: 'read', segments: [65536], count: 4 }];
    const noFlag = { ...forced, device: { ...forced.device, offersAccessPlatform: false }, requests };
    const noForce = { ...forced, swiotlb: { mode: 'default' as const }, requests };
    for (const scenario of [noFlag, noForce]) {
      const { counts, outcome } = runScenario(scenario);
      expect(outcome).toBe('direct');
      expect([
        counts.copiesToDevice,
        counts.bytesToDevice,
        counts.copiesFromDevice,
        counts.slotsPeak,
      ]).toEqual([0, 0, 0, 0]);
    }
  });

  it('split a megabyte in one piece into four mappings of 256 KiB, and two requests beyond 1280 KiB', () => {
    const megabyte = runScenario({ ...forced, requests: [{ op: 'write', segments: [2 ** 20], count: 1 }] });
    expect(megabyte.counts.slotsPeak).toBe(515);
    expect(megabyte.counts.maps).toBe(7);
    const two = runScenario({ ...forced, requests: [{ op: 'write', segments: [2 ** 21], count: 1 }] });
    // 5 + 3 segments of 256 KiB, header, status and table twice, both in flight together.
    expect(two.counts.maps).toBe(14);
    expect(two.counts.slotsPeak).toBe(1030);
  });
});

describe('pages of 64 KiB', () => {
  const pef = { ...forced, platform: 'pef' } as const satisfies Scenario;
  const requests: RequestSpec[] = [{ op: 'write', segments: [65536], count: 1, inFlight: 1 }];

  it('leave the slots of a mapping what they are, and the ring takes one page instead of several', () => {
    const small = runScenario({ ...pef, pageSize: 4096, requests });
    const large = runScenario({ ...pef, pageSize: 65536, requests });
    expect(small.counts.slotsPeak).toBe(35);
    expect(large.counts.slotsPeak).toBe(35);
    expect([small.counts.conversions, large.counts.conversions]).toEqual([2, 1]);
  });
});

describe('network', () => {
  const net = { ...forced, device: { ...forced.device, class: 'net' } } as const satisfies Scenario;

  it('copies a received packet as the whole buffer, both ways, whatever its length', () => {
    const { counts } = runScenario({ ...net, requests: [{ op: 'rx', segments: [60], count: 20 }] });
    // 20 buffers of the first page fragment, all of 1536 bytes; no refill before 33 are gone.
    expect(counts).toMatchObject({ copiesToDevice: 0, copiesFromDevice: 20, bytesFromDevice: 20 * 1536 });
    expect(counts.slotsAtRest).toBe(256 - 20);
  });

  it('refills when more than half of the budget is free, the 21st buffer of a fragment being the larger', () => {
    const { counts } = runScenario({ ...net, requests: [{ op: 'rx', segments: [60], count: 40 }] });
    expect(counts).toMatchObject({ copiesToDevice: 33, bytesToDevice: 32 * 1536 + 2048, slotsAtRest: 249 });
  });

  it('sends header and packet in one mapping', () => {
    const { counts } = runScenario({ ...net, requests: [{ op: 'tx', segments: [98], count: 40 }] });
    expect(counts).toMatchObject({ copiesToDevice: 40, bytesToDevice: 40 * 110, copiesFromDevice: 0 });
  });

  it('cannot send when receive buffers have pinned the pool', () => {
    const requests: RequestSpec[] = [
      { op: 'rx', segments: [60], count: 1 },
      { op: 'tx', segments: [98], count: 1 },
    ];
    const at = (slots: number): string =>
      runScenario({ ...net, swiotlb: { mode: 'force', slots }, queue: { size: 1024 }, requests }).outcome;
    expect(at(2048)).toBe('bounced');
    expect(at(512)).toBe('exhausted');
  });
});

describe('exhaustion', () => {
  it('puts requests back and copies again, but finishes, as long as one fits', () => {
    const scenario: Scenario = {
      ...forced,
      swiotlb: { mode: 'force', slots: 1024 },
      requests: [{ op: 'read', segments: [262144, 262144, 262144, 262144], count: 8, inFlight: 4 }],
    };
    const result = runScenario(scenario);
    expect(result.outcome).toBe('bounced');
    expect(result.notes.join()).toMatch(/submissions put back/);
    expect(result.counts.copiesToDevice).toBeGreaterThan(8 * 7);
    expect(result.counts.slotsAtRest).toBe(0);
  });

  it('is the outcome where no request ever fits', () => {
    const result = runScenario({
      ...forced,
      swiotlb: { mode: 'force', slots: 128 },
      requests: [{ op: 'read', segments: [262144, 262144], count: 1 }],
    });
    expect(result.outcome).toBe('exhausted');
    expect(result.notes.join()).toContain('no free run of slots');
  });
});

describe('a platform that refuses conversions', () => {
  const tdx: Scenario = { ...forced, platform: 'tdx', swiotlb: { slots: 2048 } };

  it('leaves a pool that the device cannot see when the first page of the pool is refused', () => {
    const { ring, payload } = runScenario(tdx, { failsConversion: (n) => n === 0 });
    expect({ ring, payload }).toEqual({ ring: 'direct', payload: 'stale' });
  });

  it('has no ring when the ring is refused, and leaks its pages', () => {
    const { outcome, ring } = runScenario(tdx, { failsConversion: (n) => n >= 1024 });
    expect({ outcome, ring }).toEqual({ outcome: 'exhausted', ring: 'exhausted' });
  });
});

describe('any scenario', () => {
  const scenarios: fc.Arbitrary<Scenario> = fc
    .record({
      policy: fc.constantFrom(...namedPolicies, 'v5.15', 'v6.6'),
      platform: fc.constantFrom(...platformIds),
      device: fc.constantFrom(...deviceIds),
      deviceClass: fc.constantFrom(
        'blk' as const,
        'net' as const,
        'scsi' as const,
        'balloon' as const,
        'rng' as const,
      ),
      mode: fc.constantFrom('default' as const, 'force' as const, 'noforce' as const),
      xen: fc.boolean(),
      layout: fc.constantFrom('split' as const, 'packed' as const),
      indirect: fc.boolean(),
      relation: fc.constantFrom('equal' as const, 'offset' as const, 'translated' as const),
    })
    .map((c) => ({
      ...scenarioOf(c.platform, deviceOf(c.device), c.policy, c.deviceClass),
      dmaAddress: c.relation,
      xen: c.xen,
      swiotlb: { mode: c.mode, slots: 2048 },
      queue: { layout: c.layout, indirect: c.indirect, size: 64 },
    }));

  it('has a result whose parts agree', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const result = runScenario(scenario);
        expect(result.outcome === 'refused').toBe(result.gate !== null);
        const works = result.outcome === 'direct' || result.outcome === 'bounced';
        if (works) expect(result.deviceRead).toBe('plain');
        if (result.outcome === 'bounced') expect(result.counts.slotsPeak).toBeGreaterThan(0);
        if (result.counts.copiesToDevice === 0) expect(result.payload).not.toBe('bounced');
        if (!result.usesDmaApi) expect(result.counts.maps).toBe(0);
        // A restricted pool also holds the ring, which stays.
        const holdsRing = scenario.platform === 'pkvm';
        if (works && scenario.device.class === 'blk' && !holdsRing) expect(result.counts.slotsAtRest).toBe(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('has the same trace each time', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const traces = [new Trace(true), new Trace(true)];
        const results = traces.map((trace) => runScenario(scenario, { trace }));
        expect(results[1]).toEqual(results[0]);
        expect(traces[1]?.events).toEqual(traces[0]?.events);
      }),
      { numRuns: 100 },
    );
  });
});
