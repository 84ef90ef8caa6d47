/** Throughput over block size, and the pool's fill, for what the sliders of an editor ask. */
import { costParameters, type Evidence, type Interval, usualBackend } from '../../model/cost/index.js';
import { type DeviceId, deviceOf, type PlatformId, type Policy, platformOf } from '../../model/index.js';
import { type Guest, guestRun, type Load, throughputOf } from '../../model/throughput/index.js';
import { wordOf } from '../../report/model/outcome-words.js';
import { whyOf } from '../../report/model/why.js';
import { poolReport } from '../../report/throughput/index.js';
import { sizeText } from '../../report/throughput/units.js';
import type { PoolFill, ThroughputPoint, ThroughputResult } from '../protocol.js';
import { filePolicy } from './decisions.js';
import type { RequestView } from './view.js';

export interface ThroughputQuestion {
  readonly file: string;
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly policy: string;
  readonly deviceClass: 'blk' | 'net';
  readonly depth: number;
  readonly queues: number;
  readonly poolSlots: number | null;
  readonly blockBytes: readonly number[];
  readonly chosenBytes: number;
}

const MEMORY_BYTES = 16 * 2 ** 30;
const RING_SIZE = 256;

/** @throws {RangeError} for a name that is no policy, platform or device, and for numbers out of range */
export function throughputAnswer(view: RequestView, asked: ThroughputQuestion): ThroughputResult {
  const question = checked(asked);
  const { policy } = filePolicy(view, question.file, question.policy);
  const guest = guestOf(question, policy);
  const run = guestRun(guest);
  const plain = { ...guest, platform: 'plain' as const };
  const plainRun = guestRun(plain);
  const notes = new Set<string>();
  const points = question.blockBytes.map((bytes): ThroughputPoint => {
    const load = loadOf(question, bytes);
    const answer = throughputOf(guest, run, load, costParameters);
    const reference = throughputOf(plain, plainRun, { ...load, pool: null }, costParameters);
    if (answer !== null && bytes === question.chosenBytes) {
      for (const note of answer.estimate.notes) notes.add(note);
      notes.add(evidenceWords[answer.estimate.evidence]);
    }
    return {
      blockBytes: bytes,
      bytesPerSecond: plainData(answer?.estimate.bytesPerSecond),
      requestsPerSecond: plainData(answer?.estimate.requestsPerSecond),
      ratio: plainData(answer?.estimate.ratio),
      plainBytesPerSecond: reference?.estimate.bytesPerSecond.mid ?? null,
      binding: answer?.estimate.binding ?? null,
    };
  });
  const works = run.outcome === 'bounced' || run.outcome === 'direct';
  return {
    title: titleOf(question),
    refusal: works ? null : `${wordOf(run)}: ${whyOf(run, platformOf(question.platform))}`,
    points,
    pool: run.outcome === 'bounced' ? poolFill(question) : null,
    notes: [...notes],
  };
}

const evidenceWords: Readonly<Record<Evidence, string>> = {
  measured: 'the weakest figure behind this is measured',
  published: 'the weakest figure behind this is published',
  derived: 'the weakest figure behind this is derived from published ones',
  'by analogy': 'the weakest figure behind this is by analogy: nobody published one',
};

const limits = {
  depth: 65_536,
  queues: 65_535,
  poolSlots: 2 ** 24,
  bytes: 16 * 2 ** 20,
  points: 200,
} as const;

function checked(question: ThroughputQuestion): ThroughputQuestion {
  const { depth, queues, poolSlots, blockBytes, chosenBytes } = question;
  const isWhole = (n: number, most: number): boolean => Number.isInteger(n) && n >= 1 && n <= most;
  if (!isWhole(depth, limits.depth)) throw new RangeError(`depth ${depth}`);
  if (!isWhole(queues, limits.queues)) throw new RangeError(`queues ${queues}`);
  if (poolSlots !== null && !isWhole(poolSlots, limits.poolSlots)) throw new RangeError(`pool ${poolSlots}`);
  if (blockBytes.length > limits.points) throw new RangeError(`${blockBytes.length} sizes`);
  for (const bytes of [...blockBytes, chosenBytes])
    if (!isWhole(bytes, limits.bytes)) throw new RangeError(`size ${bytes}`);
  return question;
}

function guestOf({ platform, device, deviceClass }: ThroughputQuestion, policy: Policy): Guest {
  return { platform: platformOf(platform).id, device, deviceClass, policy };
}

function loadOf(question: ThroughputQuestion, bytes: number): Load {
  const { device, deviceClass, depth, queues, poolSlots } = question;
  return {
    op: deviceClass === 'net' ? 'rx' : 'read',
    bytes,
    depth,
    queues,
    cpus: queues,
    ring: 'split',
    ringSize: RING_SIZE,
    pool: poolSlots === null ? null : { slots: poolSlots, areas: null },
    memoryBytes: MEMORY_BYTES,
    backend: usualBackend(deviceOf(device).class ?? deviceClass, deviceClass),
    idle: 'halt',
    completion: 'interrupt',
  };
}

function poolFill(question: ThroughputQuestion): PoolFill {
  const { platform, deviceClass, queues, depth, poolSlots, chosenBytes } = question;
  const isNet = deviceClass === 'net';
  const report = poolReport({
    platform,
    memoryBytes: MEMORY_BYTES,
    cpus: queues,
    slots: poolSlots,
    queuePairs: isNet ? queues : 0,
    ringSize: RING_SIZE,
    disks: isNet ? 0 : 1,
    disk: { queues, depth, requestBytes: chosenBytes },
  });
  return {
    ...report.pool,
    demands: report.demands.map(({ what, slots }) => ({ what, slots })),
    verdict: report.verdict,
    why: report.why,
    fallsOverAt: report.fallsOverAt,
  };
}

function titleOf({ platform, deviceClass, depth, queues }: ThroughputQuestion): string {
  const what = deviceClass === 'net' ? 'virtio-net receives' : 'virtio-blk reads';
  const lanes = queues === 1 ? 'on 1 queue' : `on each of ${queues} queues`;
  return `${what} on ${platformOf(platform).name}, ${depth} in flight ${lanes}, guest of ${sizeText(MEMORY_BYTES)}`;
}

function plainData(interval: Interval | null | undefined): Interval | null {
  return interval ?? null;
}
