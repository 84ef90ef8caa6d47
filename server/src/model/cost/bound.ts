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
  readonly guest: Interval;
  readonly bounce: BounceCost | null;
  /** Exits for notifications, there and back, and for registers. */
  readonly exits: Interval;
  readonly interrupts: Interval;
  readonly wakes: Interval;
  /** In the device. */
  readonly busy: Interval;
  readonly service: Interval;
}

const NS = 1e9;

/** One byte read and one written at the 50 to 200 GB/s that the memory of a server moves; by analogy. */
const MEMORY_NS_PER_BYTE: Interval = { low: 0.01, mid: 0.02, high: 0.04 };

/** What one request of a workload costs, with nothing else going on. */
export function requestCost(w: Workload, parameters: CostParameters): RequestCost {
  const { machine } = parameters;
  const platform = parameters.platforms[w.platform];
  const wakes = wakesPerRequest(w);
  // What a plain guest's packet costs has its own wake-ups in it.
  const halt = w.loop === 'stream' ? platform.interruptWakeNs : sum(machine.haltNs, platform.interruptWakeNs);
  const bounce = w.isBounced ? bounceCost(w.mappings, machine, platform, probesOf(w)) : null;
  return {
    guest: sum(w.guest.requestNs, times(w.payloadBytes, w.guest.nsPerByte)),
    bounce,
    exits: sum(product(kicksPerRequest(w), platform.kickNs), times(w.backend.exits, platform.kickNs)),
    interrupts: w.loop === 'stream' ? zero : product(interruptsPerRequest(w), machine.interruptNs),
    wakes: product(wakes, halt),
    busy: sum(
      w.backend.busyNs,
      times(w.payloadBytes, w.backend.busyNsPerByte),
      w.backend.sharesMemory ? times(bounce?.copiedBytes ?? 0, MEMORY_NS_PER_BYTE) : zero,
    ),
    service: sum(w.backend.serviceNs, times(w.payloadBytes, w.backend.busyNsPerByte)),
  };
}

/** Mappings of half a page and more start at every second slot (4 KiB pages), so that half of the slots are looked at. */
function probesOf(w: Workload): number {
  const { slots, areas, atRest } = w.pool;
  const perRequest = w.mappings.reduce((n, { bytes }) => n + Math.ceil(bytes / 2048), 0);
  const average = Math.max(1, perRequest / Math.max(1, w.mappings.length));
  return probesWhenSolid(slots / areas, Math.min(atRest / areas, slots / areas), average, 2);
}

// ---- terms -----------------------------------------------------------------------------------------------------

interface TermTime {
  readonly term: Term;
  /** From one completion to the next, if nothing else held it back. */
  readonly ns: Interval;
}

/** How many requests the pool has room for at a time, beside what is posted. */
export function requestsThatFit(w: Workload): number {
  if (!w.isBounced) return Infinity;
  const perRequest = w.mappings.reduce((n, { bytes }) => n + Math.ceil(bytes / 2048), 0);
  return Math.max(0, Math.floor((w.pool.slots - w.pool.atRest) / Math.max(1, perRequest)));
}

function termTimes(w: Workload, cost: RequestCost, parameters: CostParameters): TermTime[] {
  const bounce = cost.bounce?.totalNs ?? zero;
  const inFlight = w.depth * w.queues;
  const fit = requestsThatFit(w);
  const cpu = sum(cost.guest, bounce, cost.exits, cost.interrupts, cost.wakes);
  const latency = latencyNs(cost);
  const ring = parameters.machine.rings[w.ring];
  const terms: TermTime[] = [
    { term: 'guest CPU', ns: times(1 / w.cpus, cpu) },
    { term: 'device', ns: times(1 / Math.min(w.backend.workers, w.queues), cost.busy) },
    { term: 'ring', ns: times(w.ringEntries / w.queues, ring.streamNs) },
  ];
  // A packet's source does not wait for an answer: nothing bounds what is under way but the ring.
  if (w.loop === 'closed') terms.push({ term: 'latency', ns: times(1 / inFlight, latency) });
  if (fit < inFlight) terms.push({ term: 'pool', ns: times(1 / Math.max(fit, 1e-9), latency) });
  if (cost.bounce !== null) terms.push(...lockTimes(w, cost.bounce, parameters));
  return terms;
}

function lockTimes(w: Workload, bounce: BounceCost, parameters: CostParameters): TermTime[] {
  const times_: TermTime[] = [];
  const handOver = parameters.machine.lockHandOverNs;
  if (w.mapsUnderQueueLock && w.cpus > w.queues)
    // Taken to submit and to complete; only the lock's own line moves.
    times_.push({
      term: 'queue lock',
      ns: times(1 / w.queues, sum(bounce.totalNs, times(0.5, handOver))),
    });
  if (w.cpus > w.pool.areas)
    times_.push({
      term: 'pool lock',
      ns: times(1 / w.pool.areas, sum(times(bounce.acquisitions, handOver), bounce.slotNs)),
    });
  return times_;
}

/** From submission to completion with no other request under way. Of an exit only the way out delays the device. */
function latencyNs(cost: RequestCost): Interval {
  return sum(
    cost.guest,
    cost.bounce?.totalNs ?? zero,
    times(0.5, cost.exits),
    cost.interrupts,
    cost.wakes,
    cost.service,
  );
}

// ---- together --------------------------------------------------------------------------------------------------

/**
 * Time between completions. Packets stream through stages with a ring's worth of room between them, and a drive has many
 * requests under way: the slowest stage decides. A closed loop with a device that does one thing after another lies
 * between the slowest and the sum.
 */
function between(w: Workload, terms: readonly TermTime[], bound: Bound): number {
  const ns = (term: Term): number => terms.find((t) => t.term === term)?.ns[bound] ?? 0;
  const isHidden = w.loop === 'stream' || w.backend.isConcurrent;
  const pair = (isHidden ? Math.max : legs)(ns('guest CPU'), ns('device'));
  return terms.reduce((slowest, t) => Math.max(slowest, t.ns[bound]), pair);
}

/** How much longer a request takes than in a plain guest, with no other under way. */
export function addedLatencyNs(w: Workload, parameters: CostParameters): Interval {
  const protected_ = latencyNs(requestCost(w, parameters));
  const plain = latencyNs(requestCost(plainOf(w), parameters));
  const differences = eachBound((bound) => Math.max(0, protected_[bound] - plain[bound]));
  const { low, mid, high } = differences;
  return { low: Math.min(low, mid, high), mid, high: Math.max(low, mid, high) };
}

/** Estimates a workload, and against the same one in a plain guest. */
export function estimate(w: Workload, parameters: CostParameters): Estimate {
  const cost = requestCost(w, parameters);
  const terms = termTimes(w, cost, parameters);
  const isStuck = requestsThatFit(w) < 1;
  const ns = eachBound((bound) => between(w, terms, bound));
  const rate: Interval = isStuck ? zero : { low: NS / ns.high, mid: NS / ns.mid, high: NS / ns.low };
  const ranked = ranking(terms, isStuck);
  return {
    requestsPerSecond: rate,
    bytesPerSecond: times(w.payloadBytes, rate),
    latencyNs: most(latencyNs(cost), times(w.loop === 'closed' ? w.depth * w.queues : 0, ns)),
    binding: isStuck ? 'pool' : (ranked[0]?.term ?? 'device'),
    loss: lossOf(w, cost, parameters),
    terms: ranked,
    ratio:
      w.platform === 'plain' && !w.isBounced ? null : isStuck ? zero : rateAgainst(w, plainOf(w), parameters),
    evidence: evidenceOf(w, parameters.platforms[w.platform]),
    parameters: parameters.version,
    notes: notesOf(w, parameters.platforms[w.platform], isStuck),
  };
}

/** The same requests where nothing is protected and nothing bounced. */
export function plainOf(w: Workload): Workload {
  return { ...w, platform: 'plain', isBounced: false };
}

/**
 * Rate of one workload against another's. What both have in common (guest, device) is the same on both sides of the
 * quotient, so its bounds are tried against those of everything else.
 */
export function rateAgainst(w: Workload, other: Workload, parameters: CostParameters): Interval {
  const corner = (common: Bound, added: Bound): number =>
    timeAt(other, parameters, common, added) / timeAt(w, parameters, common, added);
  const corners = (['low', 'mid', 'high'] as const).flatMap((common) =>
    (['low', 'mid', 'high'] as const).map((added) => corner(common, added)),
  );
  return { low: Math.min(...corners), mid: corner('mid', 'mid'), high: Math.max(...corners) };
}

/** Time between completions with guest and device at one bound and everything else at another. */
function timeAt(w: Workload, parameters: CostParameters, common: Bound, added: Bound): number {
  const pinned = pinCommon(w, common);
  const terms = termTimes(pinned, requestCost(pinned, parameters), parameters);
  return between(pinned, terms, added);
}

function pinCommon(w: Workload, bound: Bound): Workload {
  const pin = (i: Interval): Interval => ({ low: i[bound], mid: i[bound], high: i[bound] });
  const { guest, backend } = w;
  return {
    ...w,
    guest: { ...guest, requestNs: pin(guest.requestNs), nsPerByte: pin(guest.nsPerByte) },
    backend: {
      ...backend,
      serviceNs: pin(backend.serviceNs),
      busyNs: pin(backend.busyNs),
      busyNsPerByte: pin(backend.busyNsPerByte),
    },
  };
}

function ranking(terms: readonly TermTime[], isStuck: boolean): TermRate[] {
  return terms
    .filter(({ ns }) => ns.mid > 0)
    .map(({ term, ns }) => ({
      term,
      perSecond:
        isStuck && term === 'pool' ? zero : { low: NS / ns.high, mid: NS / ns.mid, high: NS / ns.low },
    }))
    .sort((a, b) => a.perSecond.mid - b.perSecond.mid || (a.term < b.term ? -1 : 1));
}

/** What is added to a plain guest's request, largest first. */
function lossOf(w: Workload, cost: RequestCost, parameters: CostParameters): Loss | null {
  const plain = requestCost(plainOf(w), parameters);
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
  const used = new Set<Evidence>([w.guest.evidence, w.backend.evidence, platform.copyColdNsPerByte.evidence]);
  if (!w.backend.polls || w.completion === 'interrupt') used.add(platform.kickNs.evidence);
  if (w.completion === 'interrupt' && w.idle !== 'poll') used.add(platform.interruptWakeNs.evidence);
  return weakestFirst.find((evidence) => used.has(evidence)) ?? 'measured';
}

function notesOf(w: Workload, platform: PlatformCosts, isStuck: boolean): string[] {
  const notes: string[] = [];
  if (platform.kickNs.evidence === 'by analogy' && platform.copyColdNsPerByte.evidence === 'by analogy')
    notes.push('no published anchor; parameters by analogy');
  if (isStuck) notes.push('the pool has no room for one request beside the buffers that stay posted');
  if (w.loop === 'closed' && w.depth > w.ringSize) notes.push(`the ring holds ${w.ringSize} entries`);
  return notes;
}

function eachBound(value: (bound: Bound) => number): Interval {
  return { low: value('low'), mid: value('mid'), high: value('high') };
}
