/**
 * The records of a pool's slots, `struct io_tlb_slot`: length of the free run from each slot on, the original of each
 * slot in use, the size recorded for it. A segment nobody touched has no records: what they would say follows from the
 * slot's number, so that a pool of a GiB costs nothing until it is used.
 */
import { SEGMENT_SLOTS, SLOT_BYTES } from './units.js';

/** No original: `INVALID_PHYS_ADDR`. */
export const NO_ORIGINAL = -1;

class Segment {
  /** `list`: 0 for a slot in use, else how many free slots there are from it to the end of its run. */
  readonly runs = new Uint16Array(SEGMENT_SLOTS);
  readonly originals = new Float64Array(SEGMENT_SLOTS);
  /** `alloc_size`: bytes of the mapping from this slot on. Below 0 where the kernel's unsigned value wraps. */
  readonly sizes = new Int32Array(SEGMENT_SLOTS);
  /** Slots not in use. */
  free = 0;

  /** As `swiotlb_init_io_tlb_pool()` leaves `slots` slots of a segment; a pool's last one may be shorter. */
  reset(slots: number): this {
    for (let i = 0; i < slots; i += 1) this.runs[i] = slots - i;
    this.runs.fill(0, slots);
    this.originals.fill(NO_ORIGINAL);
    this.sizes.fill(0);
    this.free = slots;
    return this;
  }
}

/** Records that were given back, for the next pool. */
const spare: Segment[] = [];
const MAX_SPARE = 1024;

export class SlotTable {
  readonly slots: number;
  private readonly segments: (Segment | undefined)[];
  private readonly touched: Segment[] = [];
  /** `pad_slots`, where there are any. */
  private readonly pads = new Map<number, number>();

  constructor(slots: number) {
    this.slots = slots;
    this.segments = new Array(Math.ceil(slots / SEGMENT_SLOTS));
  }

  /** Free slots from this one on, to the end of its run; 0: in use. */
  runAt(slot: number): number {
    const segment = this.segments[slot >> 7];
    if (segment !== undefined) return segment.runs[slot & 127] ?? 0;
    return Math.min(SEGMENT_SLOTS - (slot & 127), this.slots - slot);
  }

  originalAt(slot: number): number {
    return this.segments[slot >> 7]?.originals[slot & 127] ?? NO_ORIGINAL;
  }

  sizeAt(slot: number): number {
    return this.segments[slot >> 7]?.sizes[slot & 127] ?? 0;
  }

  padsBefore(slot: number): number {
    return this.pads.size === 0 ? 0 : (this.pads.get(slot) ?? 0);
  }

  /** Free slots in the segment of a slot. */
  freeAround(slot: number): number {
    const segment = this.segments[slot >> 7];
    return segment === undefined ? this.lengthOf(slot >> 7) : segment.free;
  }

  /**
   * Puts `count` slots to use. They are free and in one segment. `bytes` is what is left of the mapping at the first of
   * them.
   */
  take(first: number, count: number, bytes: number): void {
    const segment = this.touch(first >> 7);
    const { runs, sizes } = segment;
    const at = first & 127;
    for (let i = 0; i < count; i += 1) {
      runs[at + i] = 0;
      sizes[at + i] = bytes - i * SLOT_BYTES;
    }
    let run = 0;
    for (let i = at - 1; i >= 0 && runs[i] !== 0; i -= 1) {
      run += 1;
      runs[i] = run;
    }
    segment.free -= count;
  }

  /** Notes what the slots of a mapping stand for. */
  remember(first: number, count: number, original: number, pads: number): void {
    const { originals } = this.touch(first >> 7);
    const at = first & 127;
    for (let i = 0; i < count; i += 1) originals[at + i] = original + i * SLOT_BYTES;
    if (pads > 0) this.pads.set(first, pads);
  }

  /**
   * Gives `count` slots back and merges their run with the free ones after and before them, as
   * `swiotlb_release_slots()` does. Slots that are free already stay so; more than there are end at the pool's end.
   */
  give(first: number, count: number): void {
    const segmentEnd = Math.min((first | 127) + 1, this.slots);
    let run = first + count < segmentEnd ? this.runAt(first + count) : 0;
    for (let slot = Math.min(first + count, this.slots) - 1; slot >= first; slot -= 1) {
      const segment = this.touch(slot >> 7);
      const at = slot & 127;
      if (segment.runs[at] === 0) segment.free += 1;
      run += 1;
      segment.runs[at] = run;
      segment.originals[at] = NO_ORIGINAL;
      segment.sizes[at] = 0;
      if (this.pads.size > 0) this.pads.delete(slot);
    }
    const { runs } = this.touch(first >> 7);
    for (let i = (first & 127) - 1; i >= 0 && runs[i] !== 0; i -= 1) {
      run += 1;
      runs[i] = run;
    }
  }

  /** Gives the records to the next pool. The table must not be used afterwards. */
  release(): void {
    for (const segment of this.touched) if (spare.length < MAX_SPARE) spare.push(segment);
    this.touched.length = 0;
    this.segments.length = 0;
  }

  private touch(index: number): Segment {
    const known = this.segments[index];
    if (known !== undefined) return known;
    const segment = (spare.pop() ?? new Segment()).reset(this.lengthOf(index));
    this.segments[index] = segment;
    this.touched.push(segment);
    return segment;
  }

  private lengthOf(index: number): number {
    return Math.min(SEGMENT_SLOTS, this.slots - index * SEGMENT_SLOTS);
  }
}
