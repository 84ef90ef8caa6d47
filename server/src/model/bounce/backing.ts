/** The memory below a pool: taken from the guest and shown to devices. */
import type { GuestMemory } from '../memory/guest-memory.js';
import type { Trace } from '../trace.js';
import type { SwiotlbMechanics } from './mechanics.js';
import { limitAreas, type PoolSize, smallerSize } from './sizing.js';
import { SlotPool } from './slot-pool.js';
import { MIN_SLOTS, roundUp, roundUpToPowerOfTwo, SEGMENT_SLOTS, SLOT_BYTES } from './units.js';

export interface Backing {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  readonly mechanics: SwiotlbMechanics;
}

export interface BootPool {
  readonly pool: SlotPool;
  /** False: the platform refused, and the kernel did not look. */
  readonly isShared: boolean;
}

/**
 * The pool at boot (one of the device tree has the size that says, or is not there): `swiotlb_init_remap()`, `swiotlb_update_mem_attributes()`. Null: no memory for it, not even less.
 * A refused conversion does not keep the kernel from using the pool: the result of `set_memory_decrypted()` is ignored
 * (kernel/dma/swiotlb.c:267 of 6.12).
 */
export function bootPool(backing: Backing, wanted: PoolSize, canShrink: boolean): BootPool | null {
  const { memory, trace, mechanics } = backing;
  let size: PoolSize | null = {
    slots: wanted.slots,
    areas: limitAreas(wanted.areas, wanted.slots, mechanics),
  };
  let start = memory.allocate(bytesOf(size));
  while (start < 0) {
    size = canShrink ? smallerSize(size, mechanics) : null;
    if (size === null) return null;
    start = memory.allocate(bytesOf(size));
  }
  const bytes = roundUp(bytesOf(size), memory.pageSize);
  const isShared = memory.share(start, bytes);
  trace.step('kernel', isShared ? 'bounce pool' : 'bounce pool, not shared', start, bytes);
  return { pool: new SlotPool(start, size), isShared };
}

/**
 * Most pages the buddy allocator gives in one piece, by page size: MAX_PAGE_ORDER, include/linux/mmzone.h:30, and
 * ARCH_FORCE_MAX_ORDER of arch/arm64/Kconfig:1707 (16 KiB) and arch/powerpc/Kconfig:894 (64 KiB) of 6.12.
 */
function mostSlots(pageSize: number): number {
  const order = pageSize === 65_536 ? 8 : pageSize === 16_384 ? 11 : 10;
  return (pageSize / SLOT_BYTES) * 2 ** order;
}

/**
 * A pool made at run time: `swiotlb_alloc_pool()` of 6.12. Null: no memory for `least` slots, or the platform refused to
 * share it; that memory is lost.
 *
 * The kernel takes a transient pool of a guest with encrypted memory from a pool of pages shared before
 * (`dma_alloc_from_pool()`); here its pages are shared when it is made.
 */
export function laterPool(
  backing: Backing,
  least: number,
  wanted: PoolSize,
  isTransient: boolean,
): SlotPool | null {
  const { memory, trace, mechanics } = backing;
  let slots = Math.min(wanted.slots, mostSlots(memory.pageSize));
  let areas = slots < wanted.slots ? limitAreas(wanted.areas, slots, mechanics) : wanted.areas;
  for (;;) {
    const start = memory.allocate(blockOf(slots, memory.pageSize));
    if (start >= 0 && memory.share(start, roundUp(slots * SLOT_BYTES, memory.pageSize))) {
      trace.step('kernel', isTransient ? 'transient pool' : 'bounce pool grown', start, slots * SLOT_BYTES);
      return new SlotPool(start, { slots, areas }, isTransient);
    }
    if (slots <= least) return null;
    slots = roundUp(slots / 2, SEGMENT_SLOTS);
    areas = limitAreas(areas, slots, mechanics);
  }
}

/** What a pool grown at run time may not fall below: `swiotlb_dyn_alloc()`. */
export const LEAST_GROWTH = MIN_SLOTS;

/** Gives the memory of a transient pool back: `swiotlb_free_tlb()`. What stays shared is lost. */
export function freeLater(backing: Backing, pool: SlotPool): void {
  const { memory, trace } = backing;
  trace.step('kernel', 'transient pool freed', pool.start, pool.slots * SLOT_BYTES);
  pool.table.release();
  const isPrivate = memory.unshare(pool.start, roundUp(pool.slots * SLOT_BYTES, memory.pageSize));
  if (isPrivate) memory.free(pool.start, blockOf(pool.slots, memory.pageSize));
}

function bytesOf(size: PoolSize): number {
  return size.slots * SLOT_BYTES;
}

/** Whole pages, a power of two of them: `get_order()`. */
function blockOf(slots: number, pageSize: number): number {
  return roundUpToPowerOfTwo(Math.ceil((slots * SLOT_BYTES) / pageSize)) * pageSize;
}
