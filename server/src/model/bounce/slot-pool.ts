/**
 * One contiguous pool of slots in areas, `struct io_tlb_pool` (until 6.5 `io_tlb_mem` itself): where slots are found and
 * where they go back.
 */

import type { SearchRule } from './search.js';
import type { PoolSize } from './sizing.js';
import { SlotTable } from './slot-table.js';
import { roundUp, SLOT_BYTES, slotsOf } from './units.js';

/** Answers of a search that are no slot. */
export const NOT_FOUND = -1;
/** The kernel's search would not end: it spins with the area's lock held. Until 6.2; 7c3940bf81e5. */
export const NEVER_ENDS = -2;

export interface SlotWish {
  /** Physical address of what is to be bounced; 0: nothing is, the slots themselves are wanted. */
  readonly original: number;
  /** Bytes, padding included. */
  readonly size: number;
  /** Where in its slot the mapping begins. */
  readonly offset: number;
  readonly rule: SearchRule;
  /** Bytes of the device's segment boundary, a power of two; Infinity: none. */
  readonly boundary: number;
}

export class SlotPool {
  readonly start: number;
  readonly end: number;
  readonly slots: number;
  readonly areas: number;
  /** Slots of an area. */
  readonly areaSlots: number;
  readonly table: SlotTable;
  /** Made for one mapping and gone with it (6.6 and later). */
  readonly isTransient: boolean;
  /** Slots looked at by all searches so far, as the kernel looks at them one by one. */
  probes = 0;
  private readonly usedOf: number[];
  /** Where the next search in an area begins. */
  private readonly nextOf: number[];

  constructor(start: number, size: PoolSize, isTransient = false) {
    this.start = start;
    this.end = start + size.slots * SLOT_BYTES;
    this.slots = size.slots;
    this.areas = size.areas;
    this.areaSlots = Math.floor(size.slots / size.areas);
    this.table = new SlotTable(size.slots);
    this.isTransient = isTransient;
    this.usedOf = new Array<number>(size.areas).fill(0);
    this.nextOf = new Array<number>(size.areas).fill(0);
  }

  get used(): number {
    let sum = 0;
    for (const used of this.usedOf) sum += used;
    return sum;
  }

  get usedByArea(): readonly number[] {
    return this.usedOf;
  }

  has(address: number): boolean {
    return address >= this.start && address < this.end;
  }

  slotAt(address: number): number {
    return Math.floor((address - this.start) / SLOT_BYTES);
  }

  addressOf(slot: number): number {
    return this.start + slot * SLOT_BYTES;
  }

  /** Looks in the area of a CPU, then in the others. A slot, or why there is none. */
  find(cpu: number, wish: SlotWish): number {
    // The kernel masks with the number of areas less one; that is a power of two but for a pool that shrank.
    const first = cpu & (this.areas - 1);
    for (let i = 0; i < this.areas; i += 1) {
      const slot = this.findIn((first + i) % this.areas, wish);
      if (slot !== NOT_FOUND) return slot;
    }
    return NOT_FOUND;
  }

  /** Takes slots of one area. The first of them, or why there is none. */
  findIn(area: number, wish: SlotWish): number {
    const count = slotsOf(wish.size);
    const used = this.usedOf[area] ?? 0;
    if (count > this.areaSlots - used) return NOT_FOUND;
    const index = wish.rule.endsWhenBack ? this.walkBack(area, count, wish) : this.walk(area, count, wish);
    if (index < 0) return index;
    const slot = area * this.areaSlots + index;
    this.table.take(slot, count);
    this.nextOf[area] = index + count < this.areaSlots ? index + count : 0;
    this.usedOf[area] = used + count;
    return slot;
  }

  /** Gives slots back: `swiotlb_release_slots()`. What is freed twice makes an area use less than nothing. */
  give(first: number, count: number): void {
    if (count === 0) return;
    this.table.give(first, count);
    const area = Math.floor(first / this.areaSlots);
    this.usedOf[area] = (this.usedOf[area] ?? 0) - count;
  }

  /** The walk that passes as many slots as the area has. */
  private walk(area: number, count: number, wish: SlotWish): number {
    const { stride, startsAligned, isRegular } = wish.rule;
    const base = area * this.areaSlots;
    let index = this.firstIndex(area, stride, startsAligned);
    let passed = 0;
    while (passed < this.areaSlots) {
      const slot = base + index;
      let step = 1;
      this.probes += 1;
      if (this.isCandidate(slot, wish)) {
        if (!this.spansBoundary(slot, count, wish.boundary) && this.table.runAt(slot) >= count) return index;
        step = stride;
        if (isRegular && this.table.freeAround(slot) < count) {
          step = this.toNextSegment(base, index, stride);
          this.probes += step / stride - 1;
        }
      }
      index = this.wrapped(index + step);
      passed += step;
    }
    return NOT_FOUND;
  }

  /** The walk that ends when it is back where it began: until 6.2. */
  private walkBack(area: number, count: number, wish: SlotWish): number {
    const base = area * this.areaSlots;
    const first = this.firstIndex(area, wish.rule.stride, true);
    let index = first;
    // The walk depends on the index only: once it has made more steps than there are indexes it goes in a circle.
    for (let steps = 0; steps <= this.areaSlots; steps += 1) {
      const slot = base + index;
      let step = 1;
      this.probes += 1;
      if (this.isCandidate(slot, wish)) {
        if (!this.spansBoundary(slot, count, wish.boundary) && this.table.runAt(slot) >= count) return index;
        step = wish.rule.stride;
      }
      index = this.wrapped(index + step);
      if (index === first) return NOT_FOUND;
    }
    return NEVER_ENDS;
  }

  private firstIndex(area: number, stride: number, isAligned: boolean): number {
    const next = this.nextOf[area] ?? 0;
    return isAligned ? this.wrapped(roundUp(next, stride)) : next;
  }

  /** `wrap_area_index()`: past the end it goes on at 0, not at what is left over. */
  private wrapped(index: number): number {
    return index >= this.areaSlots ? 0 : index;
  }

  private isCandidate(slot: number, wish: SlotWish): boolean {
    const { zeroMask, originalMask } = wish.rule;
    if ((zeroMask | originalMask) === 0) return true;
    const address = this.addressOf(slot);
    if ((address & zeroMask) !== 0) return false;
    return wish.original === 0 || ((address ^ wish.original) & originalMask) === 0;
  }

  /** `iommu_is_span_boundary()` */
  private spansBoundary(slot: number, count: number, boundary: number): boolean {
    if (boundary === Infinity) return false;
    const most = slotsOf(boundary);
    const shift = slotsOf(this.start % boundary);
    return ((shift + slot) % most) + count > most;
  }

  /** Steps, in strides, that leave the segment of an index. */
  private toNextSegment(base: number, index: number, stride: number): number {
    const slot = base + index;
    const end = Math.min((slot | 127) + 1, base + this.areaSlots);
    return Math.ceil((end - slot) / stride) * stride;
  }
}
