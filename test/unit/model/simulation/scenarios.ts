import fc from 'fast-check';
import type { RequestSpec, Scenario } from '../../../../server/src/model/index.js';

const request = fc.record({
  op: fc.constantFrom('read' as const, 'write' as const, 'tx' as const, 'rx' as const),
  segments: fc.array(
    fc.oneof(fc.integer({ min: 1, max: 9000 }), fc.constantFrom(512, 4096, 65_536, 262_144, 1_048_576)),
    { minLength: 1, maxLength: 6 },
  ),
  count: fc.integer({ min: 1, max: 12 }),
  inFlight: fc.integer({ min: 1, max: 40 }),
});

/** Scenarios in which everything bounces. */
const any: fc.Arbitrary<Scenario> = fc.record({
  policy: fc.constantFrom('v5.10', 'v5.15', 'v6.1', 'v6.6', 'v6.12'),
  platform: fc.constant('sev-snp' as const),
  device: fc.record({
    class: fc.constantFrom('blk', 'net', 'scsi', 'console', 'vsock', '9p', 'fs', 'rng', 'input', 'gpu'),
    offersAccessPlatform: fc.constant(true),
    addresses: fc.constant('gpa' as const),
  }),
  pageSize: fc.constant(4096),
  swiotlb: fc.record({
    mode: fc.constant('force' as const),
    slots: fc.constantFrom(512, 600, 1024, 2048, 32_768),
    areas: fc.constantFrom(1, 2, 4),
  }),
  queue: fc.record({
    layout: fc.constantFrom('split' as const, 'packed' as const),
    size: fc.constantFrom(16, 64, 128, 256, 1024),
    indirect: fc.boolean(),
    eventIdx: fc.boolean(),
  }),
  requests: fc.array(request, { minLength: 1, maxLength: 4 }),
});

/** An input event has 8 bytes: a MiB of them would be for ever. */
export const scenarios: fc.Arbitrary<Scenario> = any.map((scenario) =>
  scenario.device.class === 'input'
    ? { ...scenario, requests: scenario.requests?.map(smaller) ?? [] }
    : scenario,
);

function smaller(spec: RequestSpec): RequestSpec {
  return { ...spec, segments: spec.segments.map((bytes) => Math.ceil(bytes / 4096)) };
}
