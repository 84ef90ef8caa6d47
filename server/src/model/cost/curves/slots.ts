/** What finding slots in the bounce pool, and giving them back, costs a CPU: kernel/dma/swiotlb.c. */
import { SEGMENT_SLOTS, SLOT_BYTES } from '../../bounce/units.js';
import { type Interval, sum, times } from '../interval.js';

export interface SlotCosts {
  readonly slotPairNs: Interval;
  readonly probeNs: Interval;
}

/** Marking one more slot, and unmarking it: 85 ns for 32 slots and 197 for 128, against 55 for one, on the reference machine. */
const PER_SLOT_NS = 1.1;

/** Taking and giving back a lock nobody else wants, twice: 92 ns with it, 56 without, on the reference machine. */
const UNCONTENDED_LOCK_NS = 32;

/** Of a pair: what rewriting the run counters of up to 127 free slots before costs. A fragmented pool has none to rewrite. */
const RECOUNT_SHARE = 0.55;

/** One mapping's slots found and given back, on a CPU alone. `probes`: slots looked at by the search. */
export function slotPairNs(slots: number, probes: number, costs: SlotCosts, isFragmented = false): Interval {
  const base = isFragmented ? times(1 - RECOUNT_SHARE, costs.slotPairNs) : costs.slotPairNs;
  const marks = (slots - 1) * PER_SLOT_NS;
  return sum(base, { low: marks, mid: marks, high: marks }, times(probes - 1, costs.probeNs));
}

/** The same as the kernel does it, with the area's lock. */
export function mappedSlotsNs(slots: number, probes: number, costs: SlotCosts): Interval {
  const lock = { low: UNCONTENDED_LOCK_NS / 2, mid: UNCONTENDED_LOCK_NS, high: UNCONTENDED_LOCK_NS * 2 };
  return sum(slotPairNs(slots, probes, costs), lock);
}

/**
 * Slots a next-fit search looks at, on average, in an area whose used slots stand together: each lap passes them once. Where
 * there is no room, that of one lap: as if what is free were just enough. `stride`: from one candidate to the next, 2 for
 * mappings of a 4 KiB page and more on 4 KiB pages.
 */
export function probesWhenSolid(areaSlots: number, usedSlots: number, slots: number, stride: number): number {
  const free = Math.max(slots, areaSlots - usedSlots);
  return 1 + usedSlots / stride / (free / slots);
}

/** The same where used slots stand anywhere: every slot of a run has to be free by itself. A failed search looks at all. */
export function probesWhenScattered(
  areaSlots: number,
  usedSlots: number,
  slots: number,
  stride: number,
): number {
  const isFree = 1 - usedSlots / areaSlots;
  let runs = 1;
  for (let i = 0; i < slots; i += 1) runs *= isFree;
  return Math.min(areaSlots / stride, 1 / runs);
}

/** Slots of one mapping; no mapping has more than a segment's. */
export function slotsOfMapping(bytes: number): number {
  return Math.min(SEGMENT_SLOTS, Math.ceil(bytes / SLOT_BYTES));
}
