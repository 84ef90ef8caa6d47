/** The exact layer against the machine, which moves real bytes: thousands of random requests, no difference allowed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactCost, exactRun, type Setting, slotsAt } from '../../../../server/src/model/exact/index.js';
import {
  type Counts,
  type RequestSpec,
  runScenario,
  type Scenario,
} from '../../../../server/src/model/index.js';

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
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 8 }).map((pages) => pages * 4096) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 300_000 }) },
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

const cases = (work: fc.Arbitrary<readonly RequestSpec[]>): fc.Arbitrary<Case> =>
  fc.tuple(settings, work).map(caseOf);

type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

function caseOf([s, work]: [Settings, readonly RequestSpec[]]): Case {
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
}

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

function agree({ setting, scenario }: Case): string {
  const { obstacle, ...counts } = exactRun(setting, scenario.requests ?? []);
  const result = runScenario(scenario);
  expect(result.outcome === 'exhausted', result.notes.join('; ')).toBe(obstacle !== null);
  if (obstacle === null) expect(counts).toEqual(countsOf(result.counts));
  return `${setting.device} ${obstacle ?? 'done'}`;
}

describe('the exact layer', () => {
  it('counts what the machine counts, whatever is asked of whichever device', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(cases(requests), (each) => {
        const key = agree(each);
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }),
      { numRuns: 1500, seed: 20261121 },
    );
    for (const device of classes) expect(seen.get(`${device} done`) ?? 0, device).toBeGreaterThan(50);
  }, 120_000);

  it('follows receive rings through many refills, as packets grow and shrink', () => {
    const packets = fc.array(
      fc.record({
        op: fc.constantFrom('rx' as const, 'rx' as const, 'tx' as const),
        segments: fc.tuple(fc.oneof(fc.integer({ min: 1, max: 1514 }), fc.integer({ min: 1, max: 66_000 }))),
        count: fc.integer({ min: 1, max: 120 }),
        inFlight: fc.integer({ min: 1, max: 80 }),
      }),
      { minLength: 2, maxLength: 4 },
    );
    const networks = cases(packets).filter(
      ({ setting: { device } }) => device === 'net' || device === 'vsock',
    );
    fc.assert(
      fc.property(networks, (each) => void agree(each)),
      { numRuns: 150, seed: 7 },
    );
  }, 120_000);

  it('agrees with the machine on a run that is one request, so a cost is the run less what stands', () => {
    fc.assert(
      fc.property(cases(requests), ({ setting, scenario }) => {
        const [first] = scenario.requests ?? [];
        if (first === undefined) return;
        const cost = exactCost({ ...setting, op: first.op, segments: first.segments });
        if (cost.isPosted || cost.obstacle !== null) return;
        const { counts } = runScenario({ ...scenario, requests: [{ ...first, count: 1, inFlight: 1 }] });
        expect(countsOf(counts)).toEqual({
          maps: cost.maps,
          descriptors: cost.descriptors,
          slotsPeak: slotsAt(cost, 1),
          slotsAtRest: cost.slotsAtRest,
          copiesToDevice: cost.copiesToDevice,
          bytesToDevice: cost.bytesToDevice,
          copiesFromDevice: cost.copiesFromDevice,
          bytesFromDevice: cost.bytesFromDevice,
        });
      }),
      { numRuns: 500, seed: 42 },
    );
  }, 120_000);
});
