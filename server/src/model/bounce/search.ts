/**
 * What a search for slots must keep to, and which slots it therefore looks at: the rules of three generations of
 * kernel/dma/swiotlb.c, as data for the one walk in `slot-pool.ts`.
 *
 * - until 6.2 (`swiotlb_do_find_slots()` of 6.1): every stride of the area's own index, from the aligned next index on,
 *   until it is back where it began. Where `min_align_mask` sends it one slot on, it may never come back.
 * - 6.3 to 6.8 (`swiotlb_area_find_slots()` of 6.6): slots whose address has the original's bits, also those of the page
 *   offset of a mapping of a page and more; without an original, any. As many slots are looked at as the area has.
 * - since 6.9 (`swiotlb_search_pool_area()` of 6.12): slots whose address has zeros where the caller or the page size
 *   wants it aligned, and the original's bits where the device wants them.
 */
import type { SwiotlbMechanics } from './mechanics.js';
import { isPowerOfTwo, SLOT_BYTES } from './units.js';

export interface SearchRule {
  /** Slots from one candidate to the next. */
  readonly stride: number;
  /** Bits of a slot's address that must be 0. */
  readonly zeroMask: number;
  /** Bits of a slot's address that must be the original's. */
  readonly originalMask: number;
  /** The walk starts at a multiple of the stride. */
  readonly startsAligned: boolean;
  /** It ends when it is back, and else never. False: when as many slots as the area has were passed. */
  readonly endsWhenBack: boolean;
  /** Strides keep the address bits looked at: where one candidate of a segment is too many, all are. */
  readonly isRegular: boolean;
}

export interface SearchWish {
  /** Bytes looked for, padding included. */
  readonly size: number;
  readonly minAlignMask: number;
  readonly allocAlignMask: number;
  readonly pageSize: number;
}

const SLOT_MASK = SLOT_BYTES - 1;

export function searchRule(wish: SearchWish, mechanics: SwiotlbMechanics): SearchRule {
  switch (mechanics.search) {
    case 'by index':
      return byIndex(wish, mechanics);
    case 'like the original':
      return likeTheOriginal(wish);
    case 'by address':
      return byAddress(wish);
    default:
      return unreachable(mechanics.search);
  }
}

function byIndex(wish: SearchWish, mechanics: SwiotlbMechanics): SearchRule {
  const exempt = mechanics.exemptsAllocAlign ? wish.allocAlignMask | SLOT_MASK : SLOT_MASK;
  const originalMask = (wish.minAlignMask & ~exempt) >>> 0;
  const aligned =
    mechanics.pageAligns === 'from a page' ? wish.size >= wish.pageSize : wish.size > wish.pageSize;
  const own = strideOf(originalMask);
  const ofPage = aligned ? own * (wish.pageSize / SLOT_BYTES) : own;
  return {
    stride: Math.max(ofPage, strideOf(wish.allocAlignMask)),
    zeroMask: 0,
    originalMask,
    startsAligned: true,
    endsWhenBack: originalMask !== 0,
    isRegular: originalMask === 0,
  };
}

function likeTheOriginal(wish: SearchWish): SearchRule {
  const pageMask = wish.size >= wish.pageSize ? wish.pageSize - 1 : 0;
  const originalMask = ((wish.minAlignMask | wish.allocAlignMask | pageMask) & ~SLOT_MASK) >>> 0;
  return {
    stride: strideOf(originalMask),
    zeroMask: 0,
    originalMask,
    startsAligned: false,
    endsWhenBack: false,
    isRegular: isPowerOfTwo(((originalMask | SLOT_MASK) >>> 0) + 1),
  };
}

function byAddress(wish: SearchWish): SearchRule {
  const isFree = wish.allocAlignMask === 0 && wish.minAlignMask === 0;
  const alloc = isFree && wish.size >= wish.pageSize ? wish.pageSize - 1 : wish.allocAlignMask;
  const zeroMask = (alloc | SLOT_MASK) >>> 0;
  const originalMask = (wish.minAlignMask & ~zeroMask) >>> 0;
  return {
    stride: strideOf(Math.max(zeroMask, originalMask)),
    zeroMask,
    originalMask,
    startsAligned: false,
    endsWhenBack: false,
    isRegular: isPowerOfTwo(((zeroMask | originalMask) >>> 0) + 1),
  };
}

/** `get_max_slots()` of a mask: slots until the bits below its top repeat. */
function strideOf(mask: number): number {
  return (mask >>> 11) + 1;
}

function unreachable(value: never): never {
  throw new Error(`no such search: ${String(value)}`);
}
