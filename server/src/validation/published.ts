/** Figures others published, of plain and protected guests, beside what the model says of the protected ones. */
import {
  addedLatencyNs,
  type Backend,
  backendOf,
  type CostParameters,
  estimate,
  exactly,
  guestWork,
  type Interval,
  type Mapping,
  measuredBackend,
  plainOf,
  quotient,
  rateAgainst,
  requestCost,
  slotsOfMapping,
  sum,
  times,
  type Workload,
} from '../model/cost/index.js';
import type { PlatformId } from '../model/scenario.js';
import type { FigureKind, Predicted, Unpredicted } from './predicted.js';
import { positiveIn, type Row, readTable, type Table, wordIn } from './table.js';

export const publishedColumns = [
  'id',
  'platform',
  'device',
  'packet_or_block_bytes',
  'queues',
  'metric',
  'native',
  'cvm_or_bounce',
  'confidence',
  'use',
] as const;
type Column = (typeof publishedColumns)[number];

/** One line of the table, read. */
interface Figure {
  readonly id: string;
  readonly platformWords: string;
  readonly device: string;
  readonly metric: string;
  /** Bytes of a packet or block; NaN: not said. */
  readonly bytes: number;
  readonly queues: number;
  readonly native: number;
  readonly other: number;
  readonly confidence: Predicted['confidence'];
  readonly use: Predicted['use'];
}

type Answer = Pick<Predicted, 'kind' | 'predicted' | 'cause' | 'added'>;

/** Predictions of a table's figures: each takes the plain guest's figure as given and says what protection makes of it. */
export function predictPublished(
  text: string,
  file: string,
  parameters: CostParameters,
): { readonly predicted: readonly Predicted[]; readonly unpredicted: readonly Unpredicted[] } {
  const table = readTable(text, file, publishedColumns);
  const predicted: Predicted[] = [];
  const unpredicted: Unpredicted[] = [];
  for (const row of table.rows) {
    const figure = read(table, row);
    const answer = predict(figure, parameters);
    if (typeof answer === 'string') unpredicted.push({ id: figure.id, why: answer });
    else predicted.push({ ...answer, ...headOf(figure), predicted: asMeasured(answer, figure) });
  }
  return { predicted, unpredicted };
}

/**
 * Both runs of a published network ratio were made once, and differences below 10 % between such runs are noise: 5 % for each
 * of the two ends. Disks were measured for 600 s, exits many times over.
 */
const RUN_NOISE = 0.05;

/** What a measurement may show of what is predicted. */
function asMeasured({ predicted }: Answer, { confidence }: Figure): Interval {
  if (confidence === 'high') return predicted;
  const { low, mid, high } = predicted;
  return { low: low * (1 - RUN_NOISE), mid, high: high * (1 + RUN_NOISE) };
}

function headOf(f: Figure): Omit<Predicted, keyof Answer> {
  const size = Number.isNaN(f.bytes) ? '' : `, ${f.bytes} B`;
  return {
    id: f.id,
    what: `${f.platformWords}, ${f.device}${size}: ${f.metric}`,
    measured: f.other / f.native,
    unit: 'ratio',
    use: f.use,
    confidence: f.confidence,
  };
}

function read(table: Table<Column>, row: Row<Column>): Figure {
  const confidence = row.cell('confidence');
  return {
    id: row.cell('id'),
    platformWords: row.cell('platform'),
    device: row.cell('device'),
    metric: row.cell('metric'),
    bytes: bytesIn(row.cell('packet_or_block_bytes')),
    queues: Number.parseInt(row.cell('queues'), 10) || 1,
    native: positiveIn(table, row, 'native'),
    other: positiveIn(table, row, 'cvm_or_bounce'),
    confidence: confidence === 'high' || confidence === 'medium' ? confidence : 'low',
    use: wordIn(table, row, 'use', ['validate', 'calibrate']),
  };
}

/** `64?` is what its publisher believes; words are no size. */
function bytesIn(cell: string): number {
  const bytes = Number(cell.replace(/\?$/, ''));
  return bytes > 0 ? bytes : Number.NaN;
}

const unsized = 'no size of packets or blocks is given';

function predict(f: Figure, parameters: CostParameters): Answer | string {
  if (/exit/i.test(f.device)) return exitRatio(f, parameters) ?? 'no cost of exits on this platform';
  if (f.id.startsWith('lock') || /single.lock|area lock/i.test(f.metric)) return lockRatio(f, parameters);
  if (/Hyper-V/i.test(f.platformWords)) return 'what its network device maps for a packet is not published';
  const platform = platformIn(f.platformWords);
  if (platform === null) return `no platform is known by "${f.platformWords}"`;
  if (/application|SWIOTLB time|Mpps/i.test(f.metric)) return 'not a throughput of the virtqueue';
  // TCP's packets are as large as GSO makes them, whatever was sent at a time.
  if (Number.isNaN(f.bytes) && !/TCP|CPU/.test(f.metric)) return unsized;
  if (/virtio-net/i.test(f.device) && /Gb\/s/.test(f.metric)) return packetRatio(f, platform, parameters);
  if (/virtio-blk/i.test(f.device)) return diskRatio(f, platform, parameters);
  return `no model of "${f.device}", "${f.metric}"`;
}

export function platformIn(words: string): PlatformId | null {
  if (/SNP/.test(words)) return 'sev-snp';
  if (/TDX/.test(words)) return 'tdx';
  if (/SEV-ES/.test(words)) return 'sev-es';
  if (/SEV/.test(words)) return 'sev';
  if (/plain/i.test(words)) return 'plain';
  return null;
}

function idleIn(words: string): Workload['idle'] {
  if (/haltpoll/.test(words)) return 'haltpoll';
  return /idle=poll/.test(words) ? 'poll' : 'halt';
}

// ---- exits

function exitRatio(f: Figure, parameters: CostParameters): Answer | null {
  const platform = platformIn(f.platformWords.replace(/ vs .*/, ''));
  if (platform === null) return null;
  const kick = parameters.platforms[platform].kickNs;
  const plain = parameters.platforms.plain.kickNs;
  return { kind: 'exit', predicted: quotient(kick, exactly(plain.mid)) };
}

// ---- network

/** What mergeable receive buffers are: MTU-sized at first, a page once packets are large (virtio_net.c, ewma_pkt_len). */
const SMALL_BUFFER = 1536;
const PAGE = 4096;
/** GSO hands the guest packets of up to 64 KiB. */
const LARGE_PACKET = 65_536;

function receiveMappings(packetBytes: number): readonly Mapping[] {
  if (packetBytes <= SMALL_BUFFER) return [{ bytes: SMALL_BUFFER, deviceWrites: true }];
  const pages = Math.ceil(packetBytes / PAGE);
  return Array.from({ length: pages }, () => ({ bytes: PAGE, deviceWrites: true }));
}

function packetRatio(f: Figure, platform: PlatformId, parameters: CostParameters): Answer {
  const isUser = /userspace|user space/i.test(f.device);
  const payloadBytes = /TCP/.test(f.metric) ? LARGE_PACKET : f.bytes;
  // Gb/s are bits a nanosecond.
  const plainNs = (payloadBytes * 8 * f.queues) / f.native;
  const w = packetWorkload(f, platform, payloadBytes, plainNs, isUser);
  const answer = estimate(w, parameters);
  // The plain guest halted, whatever the protected one did.
  const plain = plainOf(packetWorkload({ ...f, platformWords: '' }, 'plain', payloadBytes, plainNs, isUser));
  return {
    kind: packetKind(f, platform, isUser),
    predicted: rateAgainst(w, plain, parameters),
    ...(w.idle === 'haltpoll'
      ? {}
      : {
          cause: {
            said: answer.binding === 'device' ? 'device' : (answer.loss ?? answer.binding),
            known: knownOfPackets(f, platform, isUser),
          },
        }),
  };
}

function packetKind(f: Figure, platform: PlatformId, isUser: boolean): FigureKind {
  if (platform !== 'plain') return 'net-protected';
  if (isUser) return 'net-bounce-user';
  if (f.queues > 1) return 'net-bounce-queues';
  return /UDP/.test(f.metric) ? 'net-bounce' : 'other';
}

/** From the publication's own comparison of idle policies and queues. */
function knownOfPackets(
  f: Figure,
  platform: PlatformId,
  isUser: boolean,
): NonNullable<Predicted['cause']>['known'] {
  const idle = idleIn(f.platformWords);
  if (isUser || f.queues > 1) return ['device'];
  if (platform !== 'plain' && idle === 'halt') return ['wake-ups'];
  return /TCP/.test(f.metric) ? ['device', 'bounce copy'] : ['bounce copy'];
}

/** A packet's part in halting and being woken, in a plain guest: at most one exit. */
const PLAIN_HALT: Interval = { low: 0, mid: 650, high: 1300 };

/** The plain guest's time goes to whoever is the slowest there: the guest for small packets, else the device. */
function packetWorkload(
  f: Figure,
  platform: PlatformId,
  payloadBytes: number,
  plainNs: number,
  isUser: boolean,
): Workload {
  const preset = guestWork('net');
  const guestNs = sum(preset.requestNs, times(payloadBytes, preset.nsPerByte));
  const isDeviceBound = isUser || guestNs.mid < plainNs * 0.75;
  const kernel = backendOf('vhost-net') as Backend;
  const idle = idleIn(f.platformWords);
  // The plain guest halted in every one of these runs: what that cost it is not paid by one that polls.
  const halting = idle === 'halt' ? exactly(0) : PLAIN_HALT;
  const pinned = { low: plainNs - halting.high, mid: plainNs - halting.mid, high: plainNs - halting.low };
  return {
    platform,
    mappings: receiveMappings(payloadBytes),
    receives: true,
    isBounced: true,
    slotsPerRequest: 0,
    payloadBytes,
    depth: 256,
    queues: f.queues,
    // One softirq for each queue.
    cpus: f.queues,
    ring: 'split',
    ringSize: 256,
    ringEntries: 1,
    eventIdx: true,
    pool: { slots: 524_288, areas: 8, atRest: 256 * f.queues },
    loop: 'stream',
    completion: 'interrupt',
    idle,
    mapsUnderQueueLock: false,
    backend: isDeviceBound
      ? measuredBackend('given', plainNs, plainNs, Infinity, true)
      : { ...kernel, busyNs: times(0.5, exactly(plainNs)), busyNsPerByte: exactly(0) },
    guest: isDeviceBound ? preset : { ...preset, requestNs: pinned, nsPerByte: exactly(0) },
  };
}

// ---- disks

/** struct virtio_blk_outhdr, the status byte, and the table of an indirect request of three. */
export function diskMappings(bytes: number, isRead: boolean): readonly Mapping[] {
  const pieces = Math.ceil(bytes / (256 * 1024));
  const payload = Array.from({ length: pieces }, (_, i) => ({
    bytes: Math.min(256 * 1024, bytes - i * 256 * 1024),
    deviceWrites: isRead,
  }));
  return [
    { bytes: 16, deviceWrites: false },
    ...payload,
    { bytes: 1, deviceWrites: true },
    { bytes: 16 * (pieces + 2), deviceWrites: false },
  ];
}

function diskWorkload(f: Figure, platform: PlatformId, cpus: number, depth: number): Workload {
  const isRead = /read/i.test(f.metric);
  const mappings = diskMappings(f.bytes, isRead);
  return {
    platform,
    mappings,
    receives: isRead,
    isBounced: true,
    slotsPerRequest: mappings.reduce((slots, { bytes }) => slots + slotsOfMapping(bytes), 0),
    payloadBytes: f.bytes,
    depth,
    queues: cpus,
    cpus,
    ring: 'split',
    ringSize: 256,
    ringEntries: 1,
    eventIdx: true,
    pool: { slots: 524_288, areas: 8, atRest: 0 },
    loop: 'closed',
    completion: /poll/i.test(f.device) ? 'poll' : 'interrupt',
    idle: idleIn(f.platformWords),
    mapsUnderQueueLock: true,
    backend: (/page cache/i.test(f.device) ? backendOf('page-cache') : backendOf('nvme')) as Backend,
    guest: guestWork('blk'),
  };
}

function diskRatio(f: Figure, platform: PlatformId, parameters: CostParameters): Answer | string {
  if (/CPU/.test(f.metric)) return 'a share of CPU time, not a throughput';
  if (/lat/i.test(f.metric)) return diskLatency(f, platform, parameters);
  const perSecond = rateIn(f);
  return perSecond === null ? `no model of "${f.metric}"` : diskRate(f, platform, perSecond, parameters);
}

/** Requests a second of the plain guest; null: the metric is none. */
function rateIn({ metric, native, bytes }: Figure): number | null {
  if (/kIOPS/.test(metric)) return native * 1000;
  if (/IOPS/i.test(metric)) return native;
  if (/GB\/s/.test(metric)) return (native * 1e9) / bytes;
  if (/MB\/s|bandwidth|\bbw\b/i.test(metric)) return (native * 1e6) / bytes;
  return null;
}

function diskLatency(f: Figure, platform: PlatformId, parameters: CostParameters): Answer {
  const w = diskWorkload(f, platform, 1, 1);
  const addedUs = times(1e-3, addedLatencyNs(w, parameters));
  const isPolled = w.completion === 'poll';
  const cost = requestCost(w, parameters);
  const plain = requestCost({ ...w, platform: 'plain', isBounced: false }, parameters);
  const wakes = cost.wakes.mid - plain.wakes.mid;
  return {
    kind: isPolled ? 'latency-polled' : 'latency-interrupt',
    predicted: sum(exactly(1), times(1 / f.native, addedUs)),
    cause: {
      said: wakes > (cost.bounce?.totalNs.mid ?? 0) ? 'wake-ups' : 'bounce copy',
      known: [isPolled ? 'bounce copy' : 'wake-ups'],
    },
    added: { measured: f.other - f.native, predicted: addedUs, of: 'us' },
  };
}

/** "4x32": jobs and what each keeps in flight. */
function jobsIn(metric: string): readonly [number, number] {
  const match = /(\d+)\s*x\s*(\d+)/.exec(metric);
  return match === null ? [4, 32] : [Number(match[1]), Number(match[2])];
}

function diskRate(f: Figure, platform: PlatformId, perSecond: number, parameters: CostParameters): Answer {
  const [jobs, depth] = jobsIn(f.metric);
  const w = diskWorkload(f, platform, jobs, depth);
  const plain = estimate({ ...w, platform: 'plain', isBounced: false }, parameters);
  const guestNs = 1e9 / (plain.terms.find(({ term }) => term === 'guest CPU')?.perSecond.mid ?? Infinity);
  const allNs = 1e9 / perSecond;
  // What the device takes is what is left of the plain guest's time.
  const deviceNs = w.backend.isConcurrent ? allNs : Math.sqrt(Math.max(0, allNs * allNs - guestNs * guestNs));
  const backend = {
    ...w.backend,
    serviceNs: exactly(0),
    busyNs: exactly(deviceNs),
    busyNsPerByte: exactly(0),
  };
  const answer = estimate({ ...w, backend }, parameters);
  return {
    kind: 'disk-rate',
    predicted: answer.ratio ?? exactly(1),
    cause: { said: answer.binding, known: ['device'] },
  };
}

// ---- locks

/** fio on one virtqueue, 256 in flight, a device that keeps up; "native" and "bounce" columns are two such runs. */
function lockRatio(f: Figure, parameters: CostParameters): Answer | string {
  const jobs = [...f.metric.matchAll(/(\d+) jobs?/g)].map((match) => Number(match[1]));
  const all = jobs.length > 0 ? jobs : [Number.parseInt(String(f.queues), 10)];
  const [first = 1, last = first] = all;
  const isBetweenLocks = /single.lock.*(vs|:).*area/i.test(f.metric) && jobs.length < 2;
  const firstAreas = /area/i.test(f.metric) && !isBetweenLocks ? 8 : 1;
  const lastAreas = /area/i.test(f.metric) ? 8 : 1;
  if (isBetweenLocks && first === 1) return 'one job: another search, not another lock, makes the difference';
  if (Number.isNaN(f.bytes)) return unsized;
  const workload = (cpus: number, areas: number): Workload => {
    const base = diskWorkload({ ...f, metric: 'read' }, 'plain', 1, 256);
    const pool = { ...base.pool, slots: 32_768, areas };
    return { ...base, cpus, pool, backend: backendOf('instant') as Backend };
  };
  const a = workload(first, firstAreas);
  const b = workload(last, lastAreas);
  return {
    kind: isBetweenLocks ? 'other' : 'lock-scaling',
    predicted: rateAgainst(b, a, parameters),
    cause: {
      said: estimate(b, parameters).binding,
      known: [lastAreas === 1 && last > 1 ? 'pool lock' : last > 1 ? 'queue lock' : 'guest CPU'],
    },
  };
}
