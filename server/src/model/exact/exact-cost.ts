/** What one request costs, from the shapes alone: no memory, no ring, no slots to search. */
import { swiotlbOf } from '../bounce/mechanics.js';
import {
  type DriverFacts,
  type PostedBuffers,
  postedBuffers,
  ringReserve,
  shapesOf,
  standingBuffers,
} from '../driver/shapes.js';
import { fill } from './depth.js';
import { addRequest, nothing, ringRequest, slotsOf } from './pieces.js';
import type { Costs, ExactCost, ExactQuestion, Obstacle, RingRequest, RingUse } from './question.js';
import { fullRing, perPacket } from './receive.js';

/** The release whose drivers are meant unless a question says otherwise. */
const RELEASE = 'v6.12';

/**
 * Counts for one request of any shape.
 * @throws {RangeError} for a release that is none
 */
export function exactCost(question: ExactQuestion): ExactCost {
  const facts = factsOf(question);
  const posted = postedBuffers(facts, question.op);
  return posted === null ? submittedCost(question, facts) : postedCost(question, posted);
}

export function factsOf(question: ExactQuestion): DriverFacts {
  return {
    device: question.device,
    pageSize: question.pageSize,
    queueSize: question.queue.size,
    maxMapping: question.maxMapping,
    release: question.release ?? RELEASE,
    receiveBuffers: question.buffers ?? 'mergeable',
    mtu: question.mtu ?? null,
    controller: question.controller ?? null,
  };
}

/** Whether mappings that only the device writes are copied to the pool too: since 5.17. */
export function copiesAllAtMap(question: ExactQuestion): boolean {
  return question.release === undefined || swiotlbOf(question.release).mapCopies === 'all';
}

/** Slots of buffers that stand on a queue of their own. */
export function standingSlots({ device, queue, isBounced, usesDmaApi }: ExactQuestion): number {
  const standing = standingBuffers(device);
  if (standing === null || !isBounced || usesDmaApi === false) return 0;
  return Math.min(standing.count, queue.size) * slotsOf(standing.bytes);
}

function submittedCost(question: ExactQuestion, facts: DriverFacts): ExactCost {
  const sum = nothing();
  const copiesAll = copiesAllAtMap(question);
  const requests: RingRequest[] = [];
  for (const pieces of shapesOf(facts, question)) {
    addRequest(sum, pieces, question, copiesAll);
    requests.push(ringRequest(pieces, question));
  }
  const ring = ringUse(question, requests);
  const slotsAtRest = standingSlots(question);
  return costOf(sum, {
    maxInFlight: fill(ring, 0, Infinity).count,
    slotsAtRest,
    isPosted: false,
    obstacle: obstacleOf(ring, slotsAtRest, question.poolSlots ?? Infinity),
    ring,
  });
}

function postedCost(question: ExactQuestion, posted: PostedBuffers): ExactCost {
  const full = fullRing(question, posted);
  const slotsAtRest = full.slots + standingSlots(question);
  const isTooMuch = slotsAtRest > (question.poolSlots ?? Infinity);
  return costOf(perPacket(question, posted, copiesAllAtMap(question)), {
    maxInFlight: full.buffers,
    slotsAtRest,
    isPosted: true,
    obstacle: full.buffers === 0 ? 'ring full' : isTooMuch ? 'exhausted' : null,
    ring: ringUse(question, []),
  });
}

/** Field by field: a spread of so many takes longer than all the rest. */
function costOf(sum: Costs, more: Omit<ExactCost, keyof Costs>): ExactCost {
  return {
    requests: sum.requests,
    maps: sum.maps,
    copiesToDevice: sum.copiesToDevice,
    bytesToDevice: sum.bytesToDevice,
    copiesFromDevice: sum.copiesFromDevice,
    bytesFromDevice: sum.bytesFromDevice,
    slots: sum.slots,
    descriptors: sum.descriptors,
    ringEntries: sum.ringEntries,
    tables: sum.tables,
    maxInFlight: more.maxInFlight,
    slotsAtRest: more.slotsAtRest,
    isPosted: more.isPosted,
    obstacle: more.obstacle,
    ring: more.ring,
  };
}

function ringUse({ device, queue }: ExactQuestion, requests: readonly RingRequest[]): RingUse {
  return { requests, size: queue.size, reserve: ringReserve(device, queue.size) };
}

function obstacleOf({ requests, size }: RingUse, slotsAtRest: number, pool: number): Obstacle | null {
  for (const { ringEntries, isTooLarge, slots } of requests) {
    if (ringEntries > size) return 'ring full';
    if (isTooLarge) return 'too large';
    if (slots + slotsAtRest > pool) return 'exhausted';
  }
  return null;
}
