/**
 * Throughput and latency in closed form: the time each resource needs for a request, and which of them is the last to be
 * done. Every cost is an interval; so is the answer.
 */
import { type BounceCost, bounceCost } from './bounce.js';
import type { Estimate, Loss, Term, TermRate } from './estimate.js';
import { type Interval, legs, most, product, sum, times, zero } from './interval.js';
import { interruptsPerRequest, kicksPerRequest, wakesPerRequest } from './notifications.js';
import type { CostParameters, Evidence, PlatformCosts } from './parameter.js';
import { probesWhenSolid } from './slots.js';
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

/** Time from one completion to the next, if one resource alone decided. */
type TermNs = readonly [Term, number];

/** How many requests the pool has room for at a time, beside what is posted. */
export function requestsThatFit({ isBounced, pool, slotsPerRequest }: Workload): number {
  if (!isBounced) return Infinity;
  const free = pool.slots - pool.atRest;
  // Buffers posted ahead hold their slots already; what is left has to do for everything else.
  if (slotsPerRequest === 0) return free > 0 ? Infinity : 0;
  return Math.max(0, Math.floor(free / slotsPerRequest));
}

/** Every resource's time, with what all guests have in common at one bound and all else at another. */
function termsAt(
  w: Workload,
  cost: RequestCost,
  { machine }: CostParameters,
  common: Bound,
  added: Bound,
): readonly TermNs[] {
  const inFlight = w.depth * w.queues;
  const fit = requestsThatFit(w);
  const bounce = cost.bounce?.totalNs[added] ?? 0;
  const woken = cost.interrupts[added] + cost.wakes[added];
  const cpu = cost.guest[common] + bounce + cost.exits[added] + woken;
  const busy = cost.busy[common] + cost.interference[added];
  const latency = latencyAt(cost, common, added);
  const terms: TermNs[] = [
    ['guest CPU', cpu / w.cpus],
    ['device', busy / Math.min(w.backend.workers, w.queues)],
    ['ring', (w.ringEntries * machine.rings[w.ring].streamNs[added]) / w.queues],
  ];
  // A packet's source does not wait for an answer: nothing bounds what is under way but the ring.
  if (w.loop === 'closed') terms.push(['latency', latency / inFlight]);
  if (fit < inFlight) terms.push(['pool', latency / Math.max(fit, 1)]);
  if (cost.bounce === null) return terms;
  const handOver = machine.lockHandOverNs[added];
  // Taken to submit and to complete; only the lock's own line moves, of the four that a pool's lock takes along.
  if (w.mapsUnderQueueLock && w.cpus > w.queues)
    terms.push(['queue lock', (bounce + handOver / 2) / w.queues]);
  if (w.cpus > w.pool.areas)
    terms.push([
      'pool lock',
      (cost.bounce.acquisitions * handOver + cost.bounce.slotNs[added]) / w.pool.areas,
    ]);
  return terms;
}

/** From submission to completion with no other request under way. Of an exit only the way out delays the device. */
function latencyAt(cost: RequestCost, common: Bound, added: Bound): number {
  const woken = cost.interrupts[added] + cost.wakes[added];
  const protection = (cost.bounce?.totalNs[added] ?? 0) + cost.exits[added] / 2 + woken;
  return cost.guest[common] + cost.service[common] + protection;
}

// ---- together --------------------------------------------------------------------------------------------------

/**
 * Time between completions. Packets stream through stages with a ring's worth of room between them, and a drive has many
 * requests under way: the slowest stage decides. A closed loop with a device that does one thing after another lies
 * between the slowest and the sum.
 */
function between(w: Workload, terms: readonly TermNs[]): number {
  let slowest = 0;
  let guest = 0;
  let device = 0;
  for (const [term, ns] of terms) {
    slowest = Math.max(slowest, ns);
    if (term === 'guest CPU') guest = ns;
    if (term === 'device') device = ns;
  }
  const isHidden = w.loop === 'stream' || w.backend.isConcurrent;
  return isHidden ? slowest : Math.max(slowest, legs(guest, device));
}

/** How much longer a request takes than in a plain guest, with no other under way. */
export function addedLatencyNs(w: Workload, parameters: CostParameters): Interval {
  const own = requestCost(w, parameters);
  const plain = requestCost(plainOf(w), parameters);
  const { low, mid, high } = eachBound((bound) =>
    Math.max(0, latencyAt(own, bound, bound) - latencyAt(plain, bound, bound)),
  );
  return { low: Math.min(low, mid, high), mid, high: Math.max(low, mid, high) };
}

/** Estimates a workload, and against the same one in a plain guest. */
export function estimate(w: Workload, parameters: CostParameters): Estimate {
  const cost = requestCost(w, parameters);
  const terms = {
    low: termsAt(w, cost, parameters, 'low', 'low'),
    mid: termsAt(w, cost, parameters, 'mid', 'mid'),
    high: termsAt(w, cost, parameters, 'high', 'high'),
  };
  const isStuck = requestsThatFit(w) < 1;
  const ns = eachBound((bound) => between(w, terms[bound]));
  const alone = eachBound((bound) => latencyAt(cost, bound, bound));
  const rate = isStuck ? zero : perSecond(ns);
  const ranked = ranking(terms, isStuck);
  const plain = plainOf(w);
  const plainCost = requestCost(plain, parameters);
  return {
    requestsPerSecond: rate,
    bytesPerSecond: times(w.payloadBytes, rate),
    latencyNs: w.loop === 'closed' ? most(alone, times(w.depth * w.queues, ns)) : alone,
    binding: isStuck ? 'pool' : (ranked[0]?.term ?? 'device'),
    loss: lossOf(w, cost, plainCost, parameters),
    terms: ranked,
    ratio: isPlain(w) ? null : isStuck ? zero : quotientOf([w, cost], [plain, plainCost], parameters),
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
  return quotientOf([w, requestCost(w, parameters)], [other, requestCost(other, parameters)], parameters);
}

type Costed = readonly [Workload, RequestCost];

const bounds: readonly Bound[] = ['low', 'mid', 'high'];

/**
 * What both have in common (guest, device) is the same on both sides of the quotient, so its bounds are tried against those
 * of everything else.
 */
function quotientOf([w, cost]: Costed, [other, otherCost]: Costed, parameters: CostParameters): Interval {
  let low = Infinity;
  let mid = 0;
  let high = 0;
  for (const common of bounds) {
    for (const added of bounds) {
      const own = between(w, termsAt(w, cost, parameters, common, added));
      const quotient = between(other, termsAt(other, otherCost, parameters, common, added)) / own;
      low = Math.min(low, quotient);
      high = Math.max(high, quotient);
      if (common === 'mid' && added === 'mid') mid = quotient;
    }
  }
  return { low, mid, high };
}

function perSecond(ns: Interval): Interval {
  return { low: NS / ns.high, mid: NS / ns.mid, high: NS / ns.low };
}

function ranking(terms: Readonly<Record<Bound, readonly TermNs[]>>, isStuck: boolean): TermRate[] {
  return terms.mid
    .flatMap(([term, mid], i): TermRate[] => {
      if (mid === 0) return [];
      const ns = { low: terms.low[i]?.[1] ?? mid, mid, high: terms.high[i]?.[1] ?? mid };
      return [{ term, perSecond: isStuck && term === 'pool' ? zero : perSecond(ns) }];
    })
    .sort((a, b) => a.perSecond.mid - b.perSecond.mid || (a.term < b.term ? -1 : 1));
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
