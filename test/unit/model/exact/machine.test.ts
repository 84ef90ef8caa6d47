/** The exact layer against the machine, which moves real bytes: thousands of random requests, no difference allowed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactRun, type Setting } from '../../../../server/src/model/exact/index.js';
import { type Counts, runScenario, type Scenario } from '../../../../server/src/model/index.js';

const classes = ['blk', 'scsi', 'net', '9p', 'vsock', 'console', 'fs', 'gpu', 'rng', 'emulated'] as const;

/** Large enough for any request here: what does not fit a pool is another question. */
const POOL = 65536;

interface Case {
  readonly setting: Setting;
  readonly scenario: Scenario;
}

const settings = fc.record({
  device: fc.constantFrom(...classes),
  layout: fc.constantFrom('split' as const, 'packed' as const),
  size: fc.constantFrom(4, 16, 32, 64, 128, 256, 512),
  indirect: fc.boolean(),
  eventIdx: fc.boolean(),
  pageSize: fc.constantFrom(4096, 16384, 65536),
  isBounced: fc.boolean(),
  offers: fc.boolean(),
  receiveBuffers: fc.constantFrom('mergeable' as const, 'big' as const, 'small' as const),
  mtu: fc.constantFrom(null, 9000, 65535),
  controller: fc.constantFrom(null, 'ahci' as const),
  policy: fc.constantFrom('v5.10', 'v6.1', 'v6.6', 'v6.12', 'v6.18'),
});

const piece = fc.oneof(
  fc.integer({ min: 1, max: 3000 }),
  fc.integer({ min: 1, max: 20 }).map((n) => n * 4096),
  fc.integer({ min: 1, max: 300_000 }),
);

const requests = fc.array(
  fc.record({
    op: fc.constantFrom('read' as const, 'write' as const, 'tx' as const, 'rx' as const),
    segments: fc.array(piece, { minLength: 1, maxLength: 6 }),
    count: fc.integer({ min: 1, max: 12 }),
    inFlight: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
);

const cases: fc.Arbitrary<Case> = fc.tuple(settings, requests).map(([s, work]) => {
  const usesDmaApi = s.offers || s.device === 'emulated';
  const isBounced = s.isBounced && usesDmaApi;
  // Rings full of chains of 19 pages take long to fill, and more memory than the machine has.
  const size =
    s.receiveBuffers === 'big' && s.device === 'net' ? Math.min(s.size, 2 ** 21 / s.pageSize) : s.size;
  const queue = { layout: s.layout, size, indirect: s.indirect, eventIdx: s.eventIdx };
  const mtu = s.mtu === null ? {} : { mtu: s.mtu };
  const controller = s.controller === null ? {} : { controller: s.controller };
  return {
    setting: {
      device: s.device,
      queue,
      pageSize: s.pageSize,
      isBounced,
      usesDmaApi,
      maxMapping: isBounced
        ? mostMapped(s.device === 'emulated' && s.controller === null, s.policy)
        : Number.POSITIVE_INFINITY,
      buffers: s.receiveBuffers,
      release: s.policy,
      poolSlots: POOL,
      ...mtu,
      ...controller,
    },
    scenario: {
      policy: s.policy,
      platform: 'plain',
      device: { class: s.device, offersAccessPlatform: s.offers, addresses: 'gpa' },
      driver: { receiveBuffers: s.receiveBuffers, ...mtu, ...controller },
      pageSize: s.pageSize,
      swiotlb: { mode: s.isBounced ? 'force' : 'default', slots: POOL },
      queue,
      requests: work,
    },
  };
});

/** swiotlb_max_mapping_size(): 256 KiB, less NVMe's alignment since 5.19. */
function mostMapped(isNvme: boolean, policy: string): number {
  return isNvme && policy !== 'v5.10' ? 262144 - 4096 : 262144;
}

function countsOf({
  maps,
  descriptors,
  slotsPeak,
  slotsAtRest,
  ...copies
}: Counts): Omit<Counts, 'conversions'> {
  const { copiesToDevice, bytesToDevice, copiesFromDevice, bytesFromDevice } = copies;
  return {
    maps,
    descriptors,
    slotsPeak,
    slotsAtRest,
    copiesToDevice,
    bytesToDevice,
    copiesFromDevice,
    bytesFromDevice,
  };
}

describe('the exact layer', () => {
  it('counts what the machine counts, whatever is asked of whichever device', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(cases, ({ setting, scenario }) => {
        const { obstacle, ...counts } = exactRun(setting, scenario.requests ?? []);
        const result = runScenario(scenario);
        const key = `${setting.device} ${obstacle ?? 'done'}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        expect(result.outcome === 'exhausted', result.notes.join('; ')).toBe(obstacle !== null);
        if (obstacle === null) expect(counts).toEqual(countsOf(result.counts));
      }),
      { numRuns: 1000, seed: 20261121 },
    );
    for (const device of classes) expect(seen.get(`${device} done`) ?? 0, device).toBeGreaterThan(50);
  }, 120_000);
});
