/** Scenarios from JSON: one definition that checks a text, refuses what it does not know, and gives the JSON Schema. */
import * as z from 'zod';
import { builtinPolicy, namedPolicies } from './guest/builtin-policies.js';
import { platformIds, platformOf } from './guest/platforms.js';
import type { PlatformId, Scenario } from './scenario.js';

const positive = z.int().positive();

const device = z.strictObject({
  class: z
    .enum([
      'blk',
      'net',
      'scsi',
      'console',
      'rng',
      'balloon',
      '9p',
      'vsock',
      'fs',
      'gpu',
      'input',
      'crypto',
      'iommu',
      'mem',
      'pmem',
      'sound',
      'emulated',
    ])
    .describe('what the device is; `emulated`: no virtio device at all'),
  offersAccessPlatform: z.boolean(),
  offersVersion1: z.boolean().optional(),
  addresses: z.enum(['gpa', 'bus']).describe('what the device takes an address to be'),
  transport: z.enum(['pci-modern', 'pci-transitional', 'pci-legacy', 'mmio', 'ccw']).optional(),
});

const driver = z.strictObject({
  clearsAccessPlatform: z.boolean().optional(),
  receiveBuffers: z
    .enum(['mergeable', 'big', 'small'])
    .optional()
    .describe('of a network driver: with MRG_RXBUF; without it and segmentation offload; without both'),
  mtu: z
    .int()
    .min(68)
    .max(65535)
    .optional()
    .describe('of the device, where that and not segmentation offload makes receive buffers big'),
  controller: z
    .enum(['nvme', 'ahci', 'e1000'])
    .optional()
    .describe('what an emulated device is; default: NVMe for reads and writes, e1000 for packets'),
});

const swiotlb = z.strictObject({
  mode: z.enum(['default', 'force', 'noforce']).optional(),
  slots: positive.optional().describe('of 2 KiB each'),
  areas: positive.optional(),
});

const queue = z.strictObject({
  layout: z.enum(['split', 'packed']).optional(),
  size: z.int().min(2).max(32768).optional(),
  indirect: z.boolean().optional(),
  eventIdx: z.boolean().optional(),
});

const request = z.strictObject({
  op: z.enum(['read', 'write', 'tx', 'rx']),
  segments: z.array(z.int().positive()).describe('bytes of each physically contiguous piece of payload'),
  count: positive,
  inFlight: positive.optional(),
});

const scenario = z
  .strictObject({
    id: z.string().optional(),
    policy: z
      .string()
      .refine((id) => id === 'tree' || builtinPolicy(id) !== null, {
        error: `no policy of that name: a release from v3.0, one of ${namedPolicies.filter((p) => !/^v\d/.test(p)).join(', ')}, or tree`,
      })
      .describe('a release (v6.12), a proposal of 2019, or `tree`'),
    platform: z.enum([...platformIds] as [PlatformId, ...PlatformId[]]),
    device,
    driver: driver.optional(),
    dmaAddress: z.enum(['equal', 'offset', 'translated']).optional(),
    xen: z.boolean().optional(),
    pageSize: z.union([z.literal(4096), z.literal(16384), z.literal(65536)]).optional(),
    swiotlb: swiotlb.optional(),
    queue: queue.optional(),
    requests: z.array(request).optional(),
  })
  .refine((s) => s.pageSize === undefined || platformOf(s.platform).pageSizes.includes(s.pageSize), {
    error: 'guests on this platform have no pages of that size',
    path: ['pageSize'],
  })
  .refine((s) => s.queue?.layout === 'packed' || isPowerOfTwo(s.queue?.size ?? 256), {
    error: 'the size of a split queue is a power of two (virtio 1.2, 2.7)',
    path: ['queue', 'size'],
  });

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n));
}

/**
 * One scenario from the text of one JSON object.
 * @throws {SyntaxError} that names what is wrong, and where in the object
 */
export function parseScenario(text: string): Scenario {
  const found = scenario.safeParse(JSON.parse(text));
  if (found.success) return found.data as Scenario;
  const issues = found.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  throw new SyntaxError(issues.join('; '));
}

/** The JSON Schema of a scenario. */
export function scenarioSchema(): unknown {
  return z.toJSONSchema(scenario, { io: 'input' });
}
