/** Buffers posted ahead: what the ring holds of them, and what a packet costs in the long run. */
import { type PostedBuffers, packetsOf } from '../driver/shapes.js';
import { addRequest, nothing, ringRequest, type Sum } from './pieces.js';
import type { Costs, ExactQuestion } from './question.js';

export interface Posted {
  readonly buffers: number;
  readonly slots: number;
}

/** What the driver posts into an empty ring. */
export function postedAtFirst(question: ExactQuestion, posted: PostedBuffers): Posted {
  const source = posted.source();
  let free = question.queue.size;
  let buffers = 0;
  let slots = 0;
  while (buffers < posted.most && free > 0) {
    const request = ringRequest(source.next(), question);
    if (request.ringEntries > free) break;
    free -= request.ringEntries;
    slots += request.slots;
    buffers += 1;
  }
  return { buffers, slots };
}

/** The mean over the buffers of a page fragment, cut for packets like these. */
export function perPacket(question: ExactQuestion, posted: PostedBuffers, copiesAll: boolean): Costs {
  const payload = question.segments.reduce((a, b) => a + b, 0);
  const packets = packetsOf(posted, payload);
  const sum = nothing();
  for (const packet of packets) addPacket(sum, packet, question, posted, copiesAll);
  return { ...sum, requests: packets.length };
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
