/** Adding up what a driver puts on its ring. */
import { SEGMENT_SLOTS, SLOT_BYTES } from '../bounce/units.js';
import type { Piece } from '../driver/shapes.js';
import { DESCRIPTOR_BYTES } from '../virtqueue/layout.js';
import type { Costs, ExactQuestion, RingRequest } from './question.js';

/** A sum in the making. */
export type Sum = { -readonly [K in keyof Costs]: Costs[K] };

export function nothing(): Sum {
  return {
    requests: 0,
    maps: 0,
    copiesToDevice: 0,
    bytesToDevice: 0,
    copiesFromDevice: 0,
    bytesFromDevice: 0,
    slots: 0,
    descriptors: 0,
    ringEntries: 0,
    tables: 0,
  };
}

/**
 * Adds one request from its mapping to its completion. Every mapping is copied to the pool whatever its direction, and
 * what the device writes is copied back, whole: swiotlb_tbl_map_single() and swiotlb_tbl_unmap_single() of v6.12. Releases
 * before 5.17 copy in only what the device reads (`SwiotlbMechanics.mapCopies`).
 */
export function addRequest(
  sum: Sum,
  pieces: readonly Piece[],
  question: ExactQuestion,
  copiesAll: boolean,
): void {
  for (const { bytes, deviceWrites } of pieces) addMapping(sum, bytes, deviceWrites, question, copiesAll);
  const hasTable = usesTable(pieces.length, question);
  if (hasTable) addMapping(sum, DESCRIPTOR_BYTES * pieces.length, false, question, copiesAll);
  sum.requests += 1;
  sum.tables += hasTable ? 1 : 0;
  sum.ringEntries += hasTable ? 1 : pieces.length;
  sum.descriptors += hasTable ? pieces.length + 1 : pieces.length;
}

/** A single buffer never gets a table: virtqueue_use_indirect() of v6.12. Emulated devices know none. */
export function usesTable(buffers: number, { queue, device }: ExactQuestion): boolean {
  return queue.indirect && buffers > 1 && device !== 'emulated';
}

function addMapping(
  sum: Sum,
  bytes: number,
  deviceWrites: boolean,
  { isBounced, usesDmaApi }: ExactQuestion,
  copiesAll: boolean,
): void {
  if (usesDmaApi !== false) sum.maps += 1;
  if (!isBounced || usesDmaApi === false) return;
  sum.slots += slotsOf(bytes);
  if (copiesAll || !deviceWrites) {
    sum.copiesToDevice += 1;
    sum.bytesToDevice += bytes;
  }
  if (!deviceWrites) return;
  sum.copiesFromDevice += 1;
  sum.bytesFromDevice += bytes;
}

export function slotsOf(bytes: number): number {
  return Math.ceil(bytes / SLOT_BYTES);
}

/** What a request is to ring and pool. */
export function ringRequest(pieces: readonly Piece[], question: ExactQuestion): RingRequest {
  const hasTable = usesTable(pieces.length, question);
  const isBounced = question.isBounced && question.usesDmaApi !== false;
  let slots = 0;
  let largest = 0;
  const add = (bytes: number): void => {
    slots += slotsOf(bytes);
    largest = Math.max(largest, bytes);
  };
  if (isBounced) {
    for (const { bytes } of pieces) add(bytes);
    if (hasTable) add(DESCRIPTOR_BYTES * pieces.length);
  }
  return {
    slots,
    ringEntries: hasTable ? 1 : pieces.length,
    isTooLarge: largest > SEGMENT_SLOTS * SLOT_BYTES,
  };
}
