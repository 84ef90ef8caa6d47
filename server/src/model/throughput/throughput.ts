/**
 * Throughput of a steady stream of like requests on a platform: the model says what becomes of the data, the exact layer
 * what it takes, the bound how long.
 */
import { SEGMENT_SLOTS, SLOT_BYTES } from '../bounce/units.js';
import {
  type Backend,
  type CostParameters,
  type Estimate,
  estimate,
  guestWork,
  type IdlePolicy,
  type Mapping,
  type Workload,
} from '../cost/index.js';
import { type DeviceId, deviceOf } from '../device/devices.js';
import { postedBuffers, shapesOf } from '../driver/shapes.js';
import {
  copiesAllAtMap,
  type ExactCost,
  type ExactQuestion,
  exactCost,
  factsOf,
  layoutsOf,
  slotsAt,
  usesTable,
} from '../exact/index.js';
import { platformOf } from '../guest/platforms.js';
import { runScenario } from '../machine.js';
import { scenarioOf } from '../matrix.js';
import type { Policy } from '../policy.js';
import type { DeviceClass, PlatformId, RequestSpec, RunResult } from '../scenario.js';
import { DESCRIPTOR_BYTES } from '../virtqueue/layout.js';
import { poolSizeOf } from './pool-size.js';

/** Where requests go: the same for every size of request. */
export interface Guest {
  readonly platform: PlatformId;
  readonly device: DeviceId;
  readonly deviceClass: DeviceClass;
  readonly policy: Policy;
}

export interface Load {
  readonly op: RequestSpec['op'];
  readonly bytes: number;
  /** Requests in flight on each queue. */
  readonly depth: number;
  readonly queues: number;
  readonly cpus: number;
  readonly ring: 'split' | 'packed';
  readonly ringSize: number;
  /** As `swiotlb=` says it. Null: what the platform sets up for a guest with this much memory, an area for each CPU. */
  readonly pool: { readonly slots: number; readonly areas: number | null } | null;
  readonly memoryBytes: number;
  readonly backend: Backend;
  readonly idle: IdlePolicy;
  readonly completion: 'interrupt' | 'poll';
}

/** What the guest's kernel and the device make of a request, whatever its size. */
export function guestRun({ platform, device, deviceClass, policy }: Guest): RunResult {
  return runScenario(scenarioOf(platform, deviceOf(device), policy.id, deviceClass), { policy });
}

/** Null: nothing gets through. */
export function throughputOf(
  guest: Guest,
  run: Pick<RunResult, 'outcome' | 'usesDmaApi'>,
  load: Load,
  parameters: CostParameters,
): { readonly estimate: Estimate; readonly exact: ExactCost } | null {
  if (run.outcome !== 'bounced' && run.outcome !== 'direct') return null;
  const question = questionOf(guest, run, load);
  const exact = exactCost(question);
  const w = workloadOf(guest, question, exact, load);
  const answer = estimate(w, parameters);
  const notes =
    w.depth < load.depth ? [...answer.notes, `the ring has room for ${w.depth} in flight`] : answer.notes;
  return { estimate: { ...answer, notes }, exact };
}

export function questionOf(
  { platform, device, deviceClass, policy }: Guest,
  { outcome, usesDmaApi }: Pick<RunResult, 'outcome' | 'usesDmaApi'>,
  load: Load,
): ExactQuestion {
  const pageSize = platformOf(platform).pageSizes[0] ?? 4096;
  const isBounced = outcome === 'bounced';
  const maxMapping = isBounced ? SEGMENT_SLOTS * SLOT_BYTES : Number.POSITIVE_INFINITY;
  return {
    device: deviceOf(device).class ?? deviceClass,
    op: load.op,
    segments: layoutsOf(load.bytes, { pageSize, maxMapping: SEGMENT_SLOTS * SLOT_BYTES, isAligned: true })
      .few,
    queue: { layout: load.ring, size: load.ringSize, indirect: true, eventIdx: true },
    pageSize,
    isBounced,
    usesDmaApi,
    maxMapping,
    release: policy.release,
  };
}

/** The mappings of one request, as the driver makes them. */
export function mappingsOf(question: ExactQuestion, exact: ExactCost): readonly Mapping[] {
  const isCopiedIn = copiesAllAtMap(question);
  if (postedBuffers(factsOf(question), question.op) !== null) {
    const bytes = exact.bytesFromDevice / Math.max(1, exact.maps);
    return Array.from({ length: Math.ceil(exact.maps) }, () => ({ bytes, deviceWrites: true, isCopiedIn }));
  }
  return shapesOf(factsOf(question), question).flatMap((pieces): Mapping[] => {
    const mapped = pieces.map((piece) => ({ ...piece, isCopiedIn: isCopiedIn || !piece.deviceWrites }));
    return usesTable(pieces.length, question)
      ? [...mapped, { bytes: DESCRIPTOR_BYTES * pieces.length, deviceWrites: false }]
      : mapped;
  });
}

function workloadOf(guest: Guest, question: ExactQuestion, exact: ExactCost, load: Load): Workload {
  const { slots = null, areas = null } = load.pool ?? {};
  const pool = poolSizeOf(guest.platform, { ...load, slots, areas, release: guest.policy.release });
  const isPacket = question.device === 'net';
  return {
    platform: guest.platform,
    mappings: mappingsOf(question, exact),
    receives: load.op === 'rx' || load.op === 'read',
    isBounced: question.isBounced,
    slotsPerRequest: exact.isPosted ? 0 : exact.slots,
    payloadBytes: load.bytes,
    depth: exact.isPosted ? load.depth : Math.max(1, Math.min(load.depth, exact.maxInFlight)),
    queues: load.queues,
    cpus: load.cpus,
    ring: load.ring,
    ringSize: load.ringSize,
    ringEntries: exact.ringEntries,
    eventIdx: true,
    pool: { ...pool, atRest: exact.slotsAtRest * load.queues },
    loop: isPacket ? 'stream' : 'closed',
    completion: load.completion,
    idle: load.idle,
    mapsUnderQueueLock: !isPacket,
    backend: load.backend,
    guest: guestWork(question.device),
  };
}

/** Slots of the pool with `depth` requests in flight on each queue. */
export function slotsInUse(exact: ExactCost, { depth, queues }: Load): number {
  return slotsAt(exact, depth) * queues;
}
