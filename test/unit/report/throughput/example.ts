/** Reports of the size and shape that the commands make, with figures of no meaning. */
import type { Estimate, Loss, Term } from '../../../../server/src/model/cost/estimate.js';
import type { Interval } from '../../../../server/src/model/cost/interval.js';
import type { Evidence } from '../../../../server/src/model/cost/parameter.js';
import type { PlatformId } from '../../../../server/src/model/index.js';
import type {
  PoolReport,
  ThroughputReport,
  ThroughputRow,
  ValidationGroup,
  ValidationReport,
  ValidationRow,
} from '../../../../server/src/report/throughput/index.js';

export function around(mid: number, spread = 1.3): Interval {
  return { low: mid / spread, mid, high: mid * spread };
}

interface Kind {
  readonly platform: PlatformId;
  readonly fixedNs: number;
  readonly nsPerByte: number;
  readonly spread: number;
  readonly evidence: Evidence;
}

export const kinds: readonly Kind[] = [
  { platform: 'plain', fixedNs: 9_000, nsPerByte: 0.3, spread: 1.25, evidence: 'measured' },
  { platform: 'sev-snp', fixedNs: 14_000, nsPerByte: 0.42, spread: 1.4, evidence: 'derived' },
  { platform: 'tdx', fixedNs: 45_000, nsPerByte: 0.6, spread: 1.6, evidence: 'derived' },
  { platform: 'pef', fixedNs: 25_000, nsPerByte: 0.55, spread: 2.4, evidence: 'by analogy' },
];

export const blocks: readonly number[] = [512, 4096, 16384, 65536, 262144, 1048576];

const DEVICE_NS_PER_BYTE = 0.3;

function row(kind: Kind, blockBytes: number, depth = 32): ThroughputRow {
  const costNs = kind.fixedNs + kind.nsPerByte * blockBytes;
  const plainNs = 9_000 + DEVICE_NS_PER_BYTE * blockBytes;
  const perSecond = around(1e9 / costNs, kind.spread);
  const isPlain = kind.platform === 'plain';
  const binding: Term = blockBytes <= 4096 ? 'latency' : blockBytes < 131072 ? 'guest CPU' : 'device';
  const loss: Loss | null = isPlain ? null : blockBytes <= 4096 ? 'wake-ups' : 'bounce copy';
  const estimate: Estimate = {
    requestsPerSecond: perSecond,
    bytesPerSecond: {
      low: perSecond.low * blockBytes,
      mid: perSecond.mid * blockBytes,
      high: perSecond.high * blockBytes,
    },
    latencyNs: around(costNs * depth, kind.spread),
    binding,
    loss,
    terms: [
      { term: binding, perSecond },
      { term: 'ring', perSecond: around(perSecond.mid * 2, kind.spread) },
      { term: 'pool lock', perSecond: around(perSecond.mid * 8, kind.spread) },
    ],
    ratio: isPlain ? null : around(plainNs / costNs, kind.spread),
    evidence: kind.evidence,
    parameters: '1',
    notes: ['the device is taken to be no slower than a local NVMe drive'],
  };
  const slots = isPlain ? 0 : Math.ceil(blockBytes / 2048) + 3;
  return {
    platform: kind.platform,
    device: 'virtio-blk, offers ACCESS_PLATFORM',
    op: 'read',
    blockBytes,
    depth,
    queues: 1,
    ring: 'split, 256 entries',
    idle: 'halts',
    outcome: isPlain ? 'direct' : 'bounced',
    estimate,
    exact: {
      maps: 4,
      bytesToDevice: isPlain ? 0 : blockBytes + 65,
      bytesFromDevice: isPlain ? 0 : blockBytes + 1,
      slots,
      descriptors: 1,
      amplification: isPlain ? 0 : (2 * blockBytes + 66) / blockBytes,
    },
  };
}

export const refusedRow: ThroughputRow = {
  ...row({ platform: 's390-pv', fixedNs: 1, nsPerByte: 1, spread: 1, evidence: 'by analogy' }, 4096),
  outcome: 'refused -ENODEV',
  estimate: null,
  exact: null,
};

export const throughput: ThroughputReport = {
  parameters: '1',
  baseline: 'the same requests in a plain guest',
  rows: kinds.flatMap((kind) => blocks.map((block) => row(kind, block))),
};

/** Depth varies too. */
export const deep: ThroughputReport = {
  ...throughput,
  rows: kinds.flatMap((kind) =>
    [4096, 65536].flatMap((block) => [1, 16, 128].map((depth) => row(kind, block, depth))),
  ),
};

export const fits: PoolReport = {
  platform: 'sev-snp',
  workload:
    'virtio-net, 8 queue pairs of 1024; virtio-blk, 4 queues, 128 requests of 64 KiB in flight on each',
  pool: { slots: 491_520, bytes: 1_006_632_960, origin: '6 % of 16 GiB, Linux 6.12' },
  demands: [
    { what: 'receive buffers of 8 queue pairs x 1024', slots: 8192, kind: 'posted' },
    { what: 'transmit packets of 8 queue pairs', slots: 1024, kind: 'in flight' },
    { what: '4 x 128 block requests of 64 KiB', slots: 17_920, kind: 'in flight' },
  ],
  verdict: 'fits',
  why: '27 136 of 491 520 slots are asked for at most',
  fallsOverAt: ['480 queue pairs of 1024 receive buffers', '13 800 block requests of 64 KiB in flight'],
  shows: [],
  recommended: null,
  notes: [],
};

export const fails: PoolReport = {
  ...fits,
  platform: 'pef',
  workload: 'virtio-net, 40 queue pairs of 1024',
  pool: { slots: 32_768, bytes: 67_108_864, origin: 'default, Linux 6.12: powerpc does not scale it' },
  demands: [
    { what: 'receive buffers of 40 queue pairs x 1024', slots: 40_960, kind: 'posted' },
    { what: 'packets in transmission', slots: 640, kind: 'in flight' },
  ],
  verdict: 'fails',
  why: 'receive buffers alone ask for 40 960 slots, and the pool has 32 768',
  fallsOverAt: ['32 queue pairs of 1024 receive buffers'],
  shows: [
    'the log says "swiotlb buffer is full", at a limited rate',
    'the link is silently dead: transmit cannot map a packet',
    'the refill of the receive ring spins on maps that fail',
  ],
  recommended: { slots: 65_536, bootOption: 'swiotlb=65536' },
  notes: ['no published anchor for PEF; counts need none'],
};

export const tight: PoolReport = {
  ...fails,
  platform: 's390-pv',
  workload: 'virtio-net, 28 queue pairs of 1024',
  demands: [
    { what: 'receive buffers of 28 queue pairs x 1024', slots: 28_672, kind: 'posted' },
    { what: 'packets in transmission', slots: 3000, kind: 'in flight' },
  ],
  verdict: 'tight',
  why: '1 096 slots remain, and one request of 256 KiB needs 128 next to each other',
};

function validationRow(index: number, part: Partial<ValidationRow>): ValidationRow {
  const measured = part.measured ?? 0.5 + 0.07 * index;
  const predicted = part.predicted ?? around(measured * (1 + 0.03 * ((index % 5) - 2)), 1.2);
  return {
    id: `net-${String(index).padStart(2, '0')}`,
    what: 'plain guest with forced bounce, vhost, one queue, UDP 1460 B, eight streams received',
    measured,
    predicted,
    unit: 'ratio',
    error: Math.abs(predicted.mid - measured),
    isInside: predicted.low <= measured && measured <= predicted.high,
    use: 'validate',
    ...part,
  };
}

const network: readonly ValidationRow[] = [
  ...[1, 2, 3, 4, 5, 6].map((i) => validationRow(i, {})),
  validationRow(7, {
    predicted: { low: 0.2, mid: 0.25, high: 0.3 },
    bottleneck: { said: 'bounce copy', known: ['guest CPU', 'pool lock'] },
  }),
];

const latency: readonly ValidationRow[] = [2.2, 2.1, 8.2, 7.1, 3.4, 15.7, 50.5, 39.6, 69.6].map(
  (measured, i) =>
    validationRow(20 + i, {
      id: `blk-${i}`,
      what: 'latency adder of a 4 KiB request at depth 1',
      unit: 'us',
      measured,
      predicted: around(measured * (0.7 + 0.09 * i), 1.5),
      error: Math.abs(0.09 * i - 0.3),
      use: i === 1 ? 'calibrate' : 'validate',
    }),
);

function group(
  part: Pick<ValidationGroup, 'id' | 'what' | 'target' | 'rows' | 'verdict' | 'reached' | 'errorIs'>,
): ValidationGroup {
  return {
    ...part,
    figures: {
      rows: part.rows.filter(({ use }) => use === 'validate').length,
      meanError: 0.05,
      medianError: 0.043,
      p90Error: 0.115,
      worstError: 0.67,
      coverage: 0.857,
      medianWidth: 1.44,
    },
    notes: [],
  };
}

export const validation: ValidationReport = {
  parameters: '1',
  groups: [
    group({
      id: 'T7',
      what: 'ratio of a network with forced bounce, vhost, one queue',
      target: 'mean error at most 0.06, worst at most 0.12',
      rows: network,
      verdict: 'missed',
      reached: 'mean 0.050, worst 0.67',
      errorIs: 'absolute',
    }),
    group({
      id: 'T9',
      what: 'latency that SEV-SNP and TDX add to a polled 4 KiB request',
      target: 'within 50 %',
      rows: latency.slice(0, 5),
      verdict: 'met',
      reached: 'worst 38 %',
      errorIs: 'relative',
    }),
    group({
      id: 'T10',
      what: 'latency that SEV-SNP and TDX add with interrupts',
      target: 'within 50 %',
      rows: latency.slice(5),
      verdict: 'met',
      reached: 'worst 42 %',
      errorIs: 'relative',
    }),
  ],
  unpredicted: [
    { id: 'net-90', why: 'nothing is said of its ring' },
    { id: 'net-91', why: 'nothing is said of its ring' },
  ],
  notes: ['published network figures are single runs, with noise of up to 17 %'],
};
