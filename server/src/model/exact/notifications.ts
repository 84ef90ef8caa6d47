/** How often driver and device wake each other: a range, for what happens in between depends on timing. */

import { postedBuffers } from '../driver/shapes.js';
import { factsOf } from './exact-cost.js';
import type { Bounds, ExactCost, ExactQuestion } from './question.js';

export interface Notifications {
  /** Notifications of the device. */
  readonly kicks: Bounds;
  readonly interrupts: Bounds;
}

/**
 * For `count` requests of the scenario, `depth` of them kept in flight, and a device that sleeps when it has nothing to do.
 *
 * One at a time, each is announced and each is answered: the device has gone to sleep before the next comes. Event indexes
 * make no difference to that, nor to the bounds at depth: without them the device says by a flag that it is awake
 * (VIRTQ_USED_F_NO_NOTIFY, virtio 1.2, 2.7.10), with them by an index that was passed (2.7.10, avail_event). Where a
 * side ignores its suppression, every request may wake the other.
 */
export function notifications(
  question: ExactQuestion,
  cost: ExactCost,
  load: { readonly count: number; readonly depth: number },
): Notifications {
  if (load.count === 0) return { kicks: none, interrupts: none };
  return cost.isPosted ? received(question, cost, load) : submitted(question, cost, load);
}

const none: Bounds = { least: 0, most: 0 };

/** A call that becomes several requests may announce them together (virtio_queue_rqs(), commit_rqs()). */
function submitted(
  { op, device }: ExactQuestion,
  { requests, maxInFlight }: ExactCost,
  { count, depth }: { readonly count: number; readonly depth: number },
): Notifications {
  const most = count * requests;
  const isAlone = depth === 1 && requests <= maxInFlight;
  const least = isAlone ? count : 1;
  // A sender takes back what was sent when it sends again, or polls its other queue: free_old_xmit() and
  // virtnet_poll_cleantx() of virtio_net.c, reclaim_consumed_buffers() of virtio_console.c. It needs no interrupt for it.
  const needsAnswer = !(op === 'tx' || (device === 'console' && op === 'write'));
  return { kicks: { least, most }, interrupts: { least: needsAnswer ? least : 0, most } };
}

/** A packet interrupts; buffers posted again are announced at most once a refill, and only to a device that waits for them. */
function received(
  question: ExactQuestion,
  { requests, ringEntries }: ExactCost,
  { count, depth }: { readonly count: number; readonly depth: number },
): Notifications {
  const packets = count * requests;
  const posted = postedBuffers(factsOf(question), question.op);
  const perRefill = (posted?.refillAbove ?? 0) + 1;
  return {
    kicks: { least: 0, most: Math.ceil((count * ringEntries) / perRefill) },
    interrupts: { least: depth === 1 ? count : 1, most: packets },
  };
}
