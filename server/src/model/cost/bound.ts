/**
 * Throughput and latency in closed form: the time each resource needs for a request, and which of them is the last to be
 * done. Every cost is an interval; so is the answer.
 */
import { type BounceCost, bounceCost } from './bounce.js';
import { probesWhenSolid } from './curves/slots.js';
import type { Estimate, Loss, Term, TermRate } from './estimate.js';
import { type Interval, legs, most, product, sum, times, zero } from './interval.js';
import { interruptsPerRequest, kicksPerRequest, wakesPerRequest } from './notifications.js';
import type { CostParameters, Evidence, PlatformCosts } from './parameter.js';
import type { Workload } from './workload.js';

type Bound = keyof Interval;

/** What a request costs, part by part. */
export interface RequestCost {
  /** Common to protected and plain guests: the guest's software, the device. */
  readonly guest: Interval;
  readonly busy: Interval;
  readonly service: Interval;
  readonly bounce: BounceCost | null;
  /** Exits for notifications, there and back, and for registers. */
  readonly exits: Interval;
  readonly interrupts: Interval;
  readonly wakes: Interval;
  /** Memory bandwidth that bounce copies take from a device that copies. */
  readonly interference: Interval;
}

const NS = 1e9;

/** One byte read and one written at the 50 to 200 GB/s that the memory of a server moves; by analogy. */
const MEMORY_NS_PER_BYTE: Interval = { low: 0.01, mid: 0.02, high: 0.04 };

/** What one request of a workload costs, with nothing else going on. */
export function requestCost(w: Workload, parameters: CostParameters): RequestCost {
  const { machine } = parameters;
  const platform = parameters.platforms[w.platform];
  // What a plain guest's packet costs has its own wake-ups in it.
  const halt = w.loop === 'stream' ? platform.interruptWakeNs : sum(machine.haltNs, platform.interruptWakeNs);
  const bounce = w.isBounced ? bounceCost(w.mappings, machine, platform, probesOf(w)) : null;
  return {
    guest: sum(w.guest.requestNs, times(w.payloadBytes, w.guest.nsPerByte)),
    busy: sum(w.backend.busyNs, times(w.payloadBytes, w.backend.busyNsPerByte)),
    service: sum(w.backend.serviceNs, times(w.payloadBytes, w.backend.busyNsPerByte)),
    bounce,
    exits: sum(product(kicksPerRequest(w), platform.kickNs), times(w.backend.exits, platform.kickNs)),
    interrupts: w.loop === 'stream' ? zero : product(interruptsPerRequest(w), machine.interruptNs),
    wakes: product(wakesPerRequest(w), halt),
    interference: w.backend.sharesMemory ? times(bounce?.copiedBytes ?? 0, MEMORY_NS_PER_BYTE) : zero,
  };
}

/** Slots looked at to find those of an average mapping of the request. */
function probesOf({ pool, mappings, slotsPerRequest }: Workload): number {
  const area = pool.slots / pool.areas;
  const average = Math.max(1, slotsPerRequest / Math.max(1, mappings.length));
  return probesWhenSolid(area, Math.min(pool.atRest / pool.areas, area), average, SEARCH_STRIDE);
}

/** Mappings of a page and more start at a page: every second slot, with pages of 4 KiB (kernel/dma/swiotlb.c). */
const SEARCH_STRIDE = 2;

// ---- terms -----------------------------------------------------------------------------------------------------

/** Time from one completion to the next if one resource alone decided, in nanoseconds; 0: it has no part in it. */
type TermTimes = Readonly<Record<Term, number>>;

const terms: readonly Term[] = ['guest CPU', 'device', 'ring', 'latency', 'pool', 'queue lock', 'pool lock'];

/** How many requests the pool has room for at a time, beside what is posted. */
export function requestsThatFit({ isBounced, pool, slotsPerRequest }: Workload): number {
  if (!isBounced) return Infinity;
  const free = pool.slots - pool.atRest;
  // Buffers posted ahead hold their slots already; what is left has to do for everything else.
  if (slotsPerRequest === 0) return free > 0 ? Infinity : 0;
  return Math.max(0, Math.floor(free / slotsPerRequest));
}

/** What a request costs with every figure at the same bound, in nanoseconds. */
interface CostAt {
  readonly guest: number;
  readonly busy: number;
  readonly service: number;
  readonly bounce: number;
  readonly slots: number;
  readonly exits: number;
  readonly woken: number;
  readonly interference: number;
  readonly stream: number;
  readonly handOver: number;
}

/** A workload with its costs, at each bound: read once, for a quotient tries every pair of them. */
interface Costed extends Readonly<Record<Bound, CostAt>> {
  readonly w: Workload;
  readonly cost: RequestCost;
  readonly fit: number;
}

function costed(w: Workload, parameters: CostParameters): Costed {
  const cost = requestCost(w, parameters);
  const stream = parameters.machine.rings[w.ring].streamNs;
  const at = (bound: Bound): CostAt => ({
    guest: cost.guest[bound],
    busy: cost.busy[bound],
    service: cost.service[bound],
    bounce: cost.bounce?.totalNs[bound] ?? 0,
    slots: cost.bounce?.slotNs[bound] ?? 0,
    exits: cost.exits[bound],
    woken: cost.interrupts[bound] + cost.wakes[bound],
    interference: cost.interference[bound],
    stream: stream[bound],
    handOver: parameters.machine.lockHandOverNs[bound],
  });
  return { w, cost, fit: requestsThatFit(w), low: at('low'), mid: at('mid'), high: at('high') };
}

/** Every resource's time, with what all guests have in common at one bound and all else at another. */
function termsAt({ w, cost, fit }: Costed, common: CostAt, added: CostAt): TermTimes {
  const inFlight = w.depth * w.queues;
  const latency = latencyAt(common, added);
  const { bounce } = cost;
  const sharesQueues = bounce !== null && w.mapsUnderQueueLock && w.cpus > w.queues;
  const sharesAreas = bounce !== null && w.cpus > w.pool.areas;
  return {
    'guest CPU': (common.guest + added.bounce + added.exits + added.woken) / w.cpus,
    device: (common.busy + added.interference) / Math.min(w.backend.workers, w.queues),
    ring: (w.ringEntries * added.stream) / w.queues,
    // A packet's source does not wait for an answer: nothing bounds what is under way but the ring.
    latency: w.loop === 'closed' ? latency / inFlight : 0,
    pool: fit < inFlight ? latency / Math.max(fit, 1) : 0,
    // Taken to submit and to complete; only the lock's own line moves, of the four that a pool's lock takes along.
    'queue lock': sharesQueues ? (added.bounce + added.handOver / 2) / w.queues : 0,
    'pool lock': sharesAreas ? (bounce.acquisitions * added.handOver + added.slots) / w.pool.areas : 0,
  };
}

/** From submission to completion with no other request under way. Of an exit only the way out delays the device. */
function latencyAt(common: CostAt, added: CostAt): number {
  return common.guest + common.service + added.bounce + added.exits / 2 + added.woken;
}

// ---- together --------------------------------------------------------------------------------------------------

/**
 * Time between completions. Packets stream through stages with a ring's worth of room between them, and a drive has many
 * requests under way: the slowest stage decides. A closed loop with a device that does one thing after another lies
 * between the slowest and the sum.
 */
function between(w: Workload, all: TermTimes): number {
  const { latency, pool, ring } = all;
  const locks = Math.max(all['queue lock'], all['pool lock']);
  const slowest = Math.max(all['guest CPU'], all.device, ring, latency, pool, locks);
  const isHidden = w.loop === 'stream' || w.backend.isConcurrent;
  return isHidden ? slowest : Math.max(slowest, legs(all['guest CPU'], all.device));
}

/** How much longer a request takes than in a plain guest, with no other under way. */
export function addedLatencyNs(w: Workload, parameters: CostParameters): Interval {
  const own = costed(w, parameters);
  const plain = costed(plainOf(w), parameters);
  const { low, mid, high } = eachBound((bound) =>
    Math.max(0, latencyAt(own[bound], own[bound]) - latencyAt(plain[bound], plain[bound])),
  );
  return { low: Math.min(low, mid, high), mid, high: Math.max(low, mid, high) };
}

/** Estimates a workload, and against the same one in a plain guest. */
export function estimate(w: Workload, parameters: CostParameters): Estimate {
  const own = costed(w, parameters);
  const all = {
    low: termsAt(own, own.low, own.low),
    mid: termsAt(own, own.mid, own.mid),
    high: termsAt(own, own.high, own.high),
  };
  const isStuck = own.fit < 1;
  const ns = eachBound((bound) => between(w, all[bound]));
  const alone = eachBound((bound) => latencyAt(own[bound], own[bound]));
  const rate = isStuck ? zero : perSecond(ns);
  const ranked = ranking(all, isStuck);
  const plain = costed(plainOf(w), parameters);
  return {
    requestsPerSecond: rate,
    bytesPerSecond: times(w.payloadBytes, rate),
    latencyNs: w.loop === 'closed' ? most(alone, times(w.depth * w.queues, ns)) : alone,
    binding: isStuck ? 'pool' : (ranked[0]?.term ?? 'device'),
    loss: lossOf(w, own.cost, plain.cost, parameters),
    terms: ranked,
    ratio: isPlain(w) ? null : isStuck ? zero : quotientOf(own, plain),
    evidence: evidenceOf(w, parameters.platforms[w.platform]),
    parameters: parameters.version,
    notes: notesOf(parameters.platforms[w.platform], isStuck),
  };
}

/** The same requests where nothing is protected and nothing bounced. */
export function plainOf(w: Workload): Workload {
  return { ...w, platform: 'plain', isBounced: false };
}

function isPlain(w: Workload): boolean {
  return w.platform === 'plain' && !w.isBounced;
}

/** Rate of one workload against another's. */
export function rateAgainst(w: Workload, other: Workload, parameters: CostParameters): Interval {
  return quotientOf(costed(w, parameters), costed(other, parameters));
}

const bounds: readonly Bound[] = ['low', 'mid', 'high'];

/**
 * What both have in common (guest, device) is the same on both sides of the quotient, so its bounds are tried against those
 * of everything else.
 */
function quotientOf(own: Costed, other: Costed): Interval {
  let low = Infinity;
  let high = 0;
  const quotient = (common: Bound, added: Bound): number =>
    between(other.w, termsAt(other, other[common], other[added])) /
    between(own.w, termsAt(own, own[common], own[added]));
  for (const common of bounds) {
    for (const added of bounds) {
      const value = quotient(common, added);
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return { low, mid: quotient('mid', 'mid'), high };
}

function perSecond(ns: Interval): Interval {
  return { low: NS / ns.high, mid: NS / ns.mid, high: NS / ns.low };
}

function ranking(all: Readonly<Record<Bound, TermTimes>>, isStuck: boolean): TermRate[] {
  const ranked: TermRate[] = [];
  for (const term of terms) {
    if (all.mid[term] === 0) continue;
    const ns = { low: all.low[term], mid: all.mid[term], high: all.high[term] };
    ranked.push({ term, perSecond: isStuck && term === 'pool' ? zero : perSecond(ns) });
  }
  return ranked.sort((a, b) => a.perSecond.mid - b.perSecond.mid || (a.term < b.term ? -1 : 1));
}

/** What is added to a plain guest's request, largest first. */
function lossOf(w: Workload, cost: RequestCost, plain: RequestCost, parameters: CostParameters): Loss | null {
  const losses: readonly (readonly [Loss, number])[] = [
    ['bounce copy', cost.bounce?.copyNs.mid ?? 0],
    ['bounce slots', cost.bounce?.slotNs.mid ?? 0],
    [
      'pool lock',
      cost.bounce !== null && w.cpus > w.pool.areas
        ? cost.bounce.acquisitions * parameters.machine.lockHandOverNs.mid
        : 0,
    ],
    ['exits', cost.exits.mid - plain.exits.mid],
    ['wake-ups', cost.wakes.mid - plain.wakes.mid],
  ];
  let largest: Loss | null = null;
  let most_ = 0;
  for (const [loss, ns] of losses) {
    if (ns <= most_) continue;
    largest = loss;
    most_ = ns;
  }
  return largest;
}

const weakestFirst: readonly Evidence[] = ['by analogy', 'derived', 'published', 'measured'];

function evidenceOf(w: Workload, platform: PlatformCosts): Evidence {
  const used = new Set<Evidence>([w.guest.evidence, w.backend.evidence]);
  if (w.isBounced) used.add(platform.copyColdNsPerByte.evidence);
  if (!w.backend.polls || w.completion === 'interrupt') used.add(platform.kickNs.evidence);
  if (w.completion === 'interrupt' && w.idle !== 'poll') used.add(platform.interruptWakeNs.evidence);
  return weakestFirst.find((evidence) => used.has(evidence)) ?? 'measured';
}

function notesOf(platform: PlatformCosts, isStuck: boolean): string[] {
  const notes: string[] = [];
  if (platform.kickNs.evidence === 'by analogy' && platform.copyColdNsPerByte.evidence === 'by analogy')
    notes.push('no published anchor; parameters by analogy');
  if (isStuck) notes.push('the pool has no room for one request beside the buffers that stay posted');
  return notes;
}

function eachBound(value: (bound: Bound) => number): Interval {
  return { low: value('low'), mid: value('mid'), high: value('high') };
}
