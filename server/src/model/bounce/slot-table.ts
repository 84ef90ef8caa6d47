/**
 * The records of a pool's slots, `struct io_tlb_slot`: which are in use, the original of each, the size recorded for it.
 *
 * The kernel keeps in each slot the length of the free run from it on, and rewrites up to 127 of them at every change. Here
 * one bit says whether a slot is in use, and a run is counted when it is asked for: the same answers, in a few operations.
 * Originals and sizes are kept for segments that somebody recorded something of, so that a pool of a GiB costs nothing until
 * it is used.
 */
import { SEGMENT_SLOTS, SLOT_BYTES } from './units.js';

/** No original: `INVALID_PHYS_ADDR`. */
export const NO_ORIGINAL = -1;

const WORD_BITS = 32;
const SEGMENT_WORDS = SEGMENT_SLOTS / WORD_BITS;

class Records {
  readonly originals = new Float64Array(SEGMENT_SLOTS);
  /** `alloc_size`: bytes of the mapping from this slot on. Below 0 where the kernel's unsigned value wraps. */
  readonly sizes = new Int32Array(SEGMENT_SLOTS);

  reset(): this {
    this.originals.fill(NO_ORIGINAL);
    this.sizes.fill(0);
    return this;
  }
}

/** Records that were given back, for the next pool. */
const spare: Records[] = [];
const MAX_SPARE = 1024;

export class SlotTable {
  readonly slots: number;
  /** A bit of each slot, lowest first; set: in use. Slots beyond the end of the pool are. */
  private readonly used: Int32Array;
  /** By segment: slots not in use. */
  private readonly free: Uint8Array;
  private readonly records: (Records | undefined)[];
  private readonly recorded: Records[] = [];
  /** `pad_slots`, where there are any. */
  private readonly pads = new Map<number, number>();

  constructor(slots: number) {
    const segments = Math.ceil(slots / SEGMENT_SLOTS);
    this.slots = slots;
    this.used = new Int32Array(segments * SEGMENT_WORDS);
    this.free = new Uint8Array(segments).fill(SEGMENT_SLOTS);
    this.records = new Array(segments);
    const beyond = segments * SEGMENT_SLOTS - slots;
    if (beyond > 0) this.take(slots, beyond);
  }

  /** Free slots from this one on, to the end of its run; 0: in use. */
  runAt(slot: number): number {
    const { used } = this;
    let word = slot >> 5;
    let bits = (used[word] ?? 0) >>> (slot & 31);
    if (bits !== 0) return lowestBit(bits);
    let run = WORD_BITS - (slot & 31);
    const end = (word | (SEGMENT_WORDS - 1)) + 1;
    for (word += 1; word < end; word += 1) {
      bits = used[word] ?? 0;
      if (bits !== 0) return run + lowestBit(bits);
      run += WORD_BITS;
    }
    return run;
  }

  originalAt(slot: number): number {
    return this.records[slot >> 7]?.originals[slot & 127] ?? NO_ORIGINAL;
  }

  sizeAt(slot: number): number {
    return this.records[slot >> 7]?.sizes[slot & 127] ?? 0;
  }

  padsBefore(slot: number): number {
    return this.pads.size === 0 ? 0 : (this.pads.get(slot) ?? 0);
  }

  /** Free slots in the segment of a slot. */
  freeAround(slot: number): number {
    return this.free[slot >> 7] ?? 0;
  }

  /** Puts `count` slots to use. They are free and in one segment. */
  take(first: number, count: number): void {
    const { used } = this;
    const segment = first >> 7;
    this.free[segment] = (this.free[segment] ?? 0) - count;
    let at = first;
    for (let left = count; left > 0; ) {
      const bits = Math.min(WORD_BITS - (at & 31), left);
      used[at >> 5] = (used[at >> 5] ?? 0) | maskOf(at & 31, bits);
      at += bits;
      left -= bits;
    }
  }

  /** Notes how much of a mapping there is from each of its slots on: `bytes` at the first. */
  record(first: number, count: number, bytes: number): void {
    const { sizes } = this.recordsOf(first >> 7);
    const at = first & 127;
    for (let i = 0; i < count; i += 1) sizes[at + i] = bytes - i * SLOT_BYTES;
  }

  /** Notes what the slots of a mapping stand for. */
  remember(first: number, count: number, original: number, pads: number): void {
    const { originals } = this.recordsOf(first >> 7);
    const at = first & 127;
    for (let i = 0; i < count; i += 1) originals[at + i] = original + i * SLOT_BYTES;
    if (pads > 0) this.pads.set(first, pads);
  }

  /**
   * Gives `count` slots back, as `swiotlb_release_slots()` does. Slots that are free already stay so; more than there are
   * end at the pool's end.
   */
  give(first: number, count: number): void {
    const end = Math.min(first + count, this.slots);
    const { used } = this;
    for (let at = first; at < end; ) {
      const bits = Math.min(WORD_BITS - (at & 31), end - at);
      const mask = maskOf(at & 31, bits);
      const word = used[at >> 5] ?? 0;
      const segment = at >> 7;
      this.free[segment] = (this.free[segment] ?? 0) + bitsIn(word & mask);
      used[at >> 5] = word & ~mask;
      at += bits;
    }
    if (this.recorded.length > 0) this.forget(first, end);
  }

  /** Gives the records to the next pool. The table must not be used afterwards. */
  release(): void {
    for (const records of this.recorded) if (spare.length < MAX_SPARE) spare.push(records);
    this.recorded.length = 0;
    this.records.length = 0;
  }

  private forget(first: number, end: number): void {
    for (let slot = first; slot < end; slot += 1) {
      const records = this.records[slot >> 7];
      if (records !== undefined) {
        records.originals[slot & 127] = NO_ORIGINAL;
        records.sizes[slot & 127] = 0;
      }
      if (this.pads.size > 0) this.pads.delete(slot);
    }
  }

  private recordsOf(segment: number): Records {
    const known = this.records[segment];
    if (known !== undefined) return known;
    const records = (spare.pop() ?? new Records()).reset();
    this.records[segment] = records;
    this.recorded.push(records);
    return records;
  }
}

/** `count` bits from `from` on; 1 to 32 of them, all of one word. */
function maskOf(from: number, count: number): number {
  return (-1 >>> (WORD_BITS - count)) << from;
}

/** Number of the lowest bit that is set; one is. */
function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
