/** What many requests in flight together hold. */
import type { ExactCost, RingRequest, RingUse } from './question.js';

/** Requests that stand in the ring together. */
interface Window {
  readonly count: number;
  readonly slots: number;
}

/**
 * Most slots in use while `depth` requests of the scenario are kept in flight, never more than ring and driver let:
 * requests go in one after another until nothing more does, and then all are completed.
 */
export function slotsAt(
  { ring, slots, slotsAtRest, isPosted, maxInFlight }: ExactCost,
  depth: number,
): number {
  // A receive ring is full at rest.
  if (isPosted) return slotsAtRest;
  const total = ring.requests.length * depth;
  if (total <= maxInFlight) return slotsAtRest + depth * slots;
  return slotsAtRest + mostTogether(ring, total);
}

/** Whether `depth` requests in flight need more slots than there are: submissions are put back, and tried again. */
export function isExhaustedAt(cost: ExactCost, depth: number, poolSlots: number): boolean {
  return cost.obstacle === 'exhausted' || slotsAt(cost, depth) > poolSlots;
}

/** The fullest of the windows that `total` requests pass through the ring in. */
function mostTogether(ring: RingUse, total: number): number {
  const seen = new Set<number>();
  let most = 0;
  for (let at = 0; at < total; ) {
    const start = at % ring.requests.length;
    if (seen.has(start)) break;
    seen.add(start);
    const window = fill(ring, start, total - at);
    if (window.count === 0) break;
    most = Math.max(most, window.slots);
    at += window.count;
  }
  return most;
}

/** What goes into an empty ring, from the request at `start` on, the last being followed by the first. */
export function fill(ring: RingUse, start: number, atMost: number): Window {
  const [only, another] = ring.requests;
  if (only !== undefined && another === undefined) return fillAlike(ring, only, atMost);
  const { requests, size, reserve } = ring;
  let free = size;
  let count = 0;
  let slots = 0;
  while (count < atMost && free >= reserve) {
    const next = requests[(start + count) % requests.length];
    if (next === undefined || next.ringEntries > free) break;
    free -= next.ringEntries;
    slots += next.slots;
    count += 1;
  }
  return { count, slots };
}

/** Requests that are all the same. */
function fillAlike({ size, reserve }: RingUse, { ringEntries, slots }: RingRequest, atMost: number): Window {
  const least = Math.max(reserve, ringEntries);
  const fitting = size < least ? 0 : Math.floor((size - least) / ringEntries) + 1;
  const count = Math.min(fitting, atMost);
  return { count, slots: count * slots };
}
