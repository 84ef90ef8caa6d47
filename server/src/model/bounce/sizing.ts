/** How large a pool becomes and how many areas it has: kernel/dma/swiotlb.c, from `swiotlb=` to the pool at boot. */
import type { SwiotlbMechanics } from './mechanics.js';
import { MIN_SLOTS, roundUp, roundUpToPowerOfTwo, SEGMENT_SLOTS } from './units.js';

export interface PoolSize {
  readonly slots: number;
  readonly areas: number;
}

/** What the command line and the number of CPUs ask for: `setup_io_tlb_npages()`, `swiotlb_adjust_nareas()`. */
export function wantedSize(slots: number, areas: number, mechanics: SwiotlbMechanics): PoolSize {
  const whole = roundUp(slots, SEGMENT_SLOTS);
  if (!mechanics.hasAreas) return { slots: whole, areas: 1 };
  const count = roundUpToPowerOfTwo(Math.max(areas, 1));
  // round_up_default_nslabs(): a segment must not span two areas.
  const enough = Math.max(whole, SEGMENT_SLOTS * count);
  return { slots: roundUpToPowerOfTwo(enough), areas: count };
}

/** `limit_nareas()`: no area of less than a segment. */
export function limitAreas(areas: number, slots: number, mechanics: SwiotlbMechanics): number {
  if (!mechanics.areasFollowSize || slots >= areas * SEGMENT_SLOTS) return areas;
  return Math.max(1, Math.floor(slots / SEGMENT_SLOTS));
}

/** The next size to try when there is no memory for this one; null when the kernel gives up: `swiotlb_init_remap()`. */
export function smallerSize(size: PoolSize, mechanics: SwiotlbMechanics): PoolSize | null {
  if (!mechanics.halvesWhenShort || size.slots <= MIN_SLOTS) return null;
  const slots = roundUp(size.slots / 2, SEGMENT_SLOTS);
  return { slots, areas: limitAreas(size.areas, slots, mechanics) };
}
