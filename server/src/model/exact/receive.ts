/** Buffers posted ahead: what the ring holds of them, and what a packet costs in the long run. */
import { sumOf } from '../driver/pieces.js';
import { type PostedBuffers, packetsOf } from '../driver/shapes.js';
import { addRequest, nothing, ringRequest, type Sum } from './pieces.js';
import type { Costs, ExactQuestion } from './question.js';

export interface Posted {
  readonly buffers: number;
  readonly slots: number;
}

/** A full ring, once packets like these were received for long. Without payload: before any packet was. */
export function fullRing(question: ExactQuestion, posted: PostedBuffers): Posted {
  const [packet = 0] = packetsOf(posted, sumOf(question.segments));
  const cycle = posted.cycle(packet).map((pieces) => ringRequest(pieces, question));
  const entries = cycle[0]?.ringEntries ?? 1;
  const buffers = Math.min(posted.most, Math.floor(question.queue.size / entries));
  const rest = buffers % cycle.length;
  const whole = (buffers - rest) / cycle.length;
  let slots = 0;
  cycle.forEach((each, at) => {
    slots += each.slots * (at < rest ? whole + 1 : whole);
  });
  return { buffers, slots };
}

/** The mean over the buffers of a page fragment, cut for packets like these. */
export function perPacket(question: ExactQuestion, posted: PostedBuffers, copiesAll: boolean): Costs {
  const packets = packetsOf(posted, sumOf(question.segments));
  const sum = nothing();
  for (const packet of packets) addPacket(sum, packet, question, posted, copiesAll);
  sum.requests = packets.length;
  return sum;
}

function addPacket(
  sum: Sum,
  packet: number,
  question: ExactQuestion,
  posted: PostedBuffers,
  copiesAll: boolean,
): void {
  const cycle = posted.cycle(packet);
  const total = nothing();
  for (const pieces of cycle) addRequest(total, pieces, question, copiesAll);
  // Where a packet takes several buffers they are whole pages, all alike.
  const length = cycle[0]?.[0]?.bytes ?? Infinity;
  const buffers = posted.isMergeable ? Math.max(1, Math.ceil((packet + posted.headerBytes) / length)) : 1;
  for (const key of keys) sum[key] += (total[key] * buffers) / cycle.length;
}

const keys = Object.keys(nothing()) as (keyof Sum)[];
