import fc from 'fast-check';
import { swiotlbOf } from '../../../../server/src/model/bounce/pool.js';
import type { SimulationCosts, SimulationRequest } from '../../../../server/src/model/simulation/index.js';

function time(most: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constant(0), fc.integer({ min: 1, max: most }));
}

export const costs: fc.Arbitrary<SimulationCosts> = fc.record({
  driverNs: time(5000),
  driverPsPerByte: time(100),
  mapCallNs: time(200),
  slotPairNs: time(200),
  slotPs: time(3000),
  probePs: time(2000),
  copyNs: time(200),
  copyPsPerByte: time(300),
  lockHandOverNs: time(700),
  kickNs: time(5000),
  interruptNs: time(5000),
  guestWakeNs: time(60_000),
  deviceWakeNs: time(40_000),
  deviceRequestNs: time(10_000),
  deviceDescriptorNs: time(300),
  devicePsPerByte: time(400),
  deviceLatencyNs: time(100_000),
  ringStreamNs: time(300),
  ringRoundTripNs: time(1200),
  haltPollNs: fc.constantFrom(0, 10_000, 200_000),
});

const spec = (ops: readonly ('read' | 'write' | 'tx' | 'rx')[]) =>
  fc.record({
    op: fc.constantFrom(...ops),
    segments: fc.array(
      fc.oneof(fc.integer({ min: 1, max: 6000 }), fc.constantFrom(512, 1460, 4096, 65_536, 262_144)),
      { minLength: 1, maxLength: 5 },
    ),
    count: fc.integer({ min: 1, max: 5 }),
  });

const policy = fc.constantFrom('halt' as const, 'haltpoll' as const, 'poll' as const);

/** Anything that can be asked, at liberty and in small pools. */
export const requests: fc.Arbitrary<SimulationRequest> = fc
  .record({
    device: fc.constantFrom('blk' as const, 'net' as const, 'scsi' as const, 'vsock' as const, '9p' as const),
    queueSize: fc.constantFrom(16, 32, 64, 256),
    release: fc.constantFrom('v5.10', 'v6.1', 'v6.6', 'v6.12'),
    pool: fc.option(
      fc.record({
        slots: fc.constantFrom(128, 256, 512, 1024, 8192),
        areas: fc.constantFrom(1, 2, 4, 8),
      }),
      { freq: 8 },
    ),
    ring: fc.record({
      layout: fc.constantFrom('split' as const, 'packed' as const),
      indirect: fc.boolean(),
      eventIdx: fc.boolean(),
    }),
    list: fc.array(spec(['read', 'write', 'tx', 'rx']), { minLength: 1, maxLength: 3 }),
    depth: fc.integer({ min: 1, max: 40 }),
    queues: fc.integer({ min: 1, max: 4 }),
    cpus: fc.integer({ min: 1, max: 4 }),
    workers: fc.constantFrom(1, 2, 8),
    arrivalNs: fc.constantFrom(0, 0, 500, 5000),
    completion: fc.constantFrom('interrupt' as const, 'interrupt' as const, 'poll' as const),
    guest: policy,
    deviceIdle: policy,
    batch: fc.option(fc.record({ requests: fc.integer({ min: 1, max: 20 }), flushes: fc.constant(true) })),
    costs,
    stopAfter: fc.integer({ min: 1, max: 200 }),
    stopsWhenSteady: fc.boolean(),
  })
  .map(({ device, queueSize, release, pool, list, guest, deviceIdle, batch, ...rest }) => ({
    ...rest,
    driver: {
      device,
      pageSize: 4096,
      queueSize,
      maxMapping: 262_144,
      release,
      receiveBuffers: 'mergeable' as const,
      mtu: null,
      controller: null,
    },
    pool: pool === null ? null : { ...pool, mechanics: swiotlbOf(release) },
    requests: list,
    idle: { guest, device: deviceIdle },
    ...(batch === null ? {} : { batch }),
  }));
