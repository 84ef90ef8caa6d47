/** Units of swiotlb and the arithmetic on them. include/linux/swiotlb.h; the same from 3.0 to 6.18. */

/** `IO_TLB_SIZE`: bytes of a slot, whatever the page size. */
export const SLOT_BYTES = 2048;
const SLOT_MASK = SLOT_BYTES - 1;

/** `IO_TLB_SEGSIZE`: a mapping lies within one aligned run of as many slots, so 256 KiB is the most. */
export const SEGMENT_SLOTS = 128;

/** `IO_TLB_MIN_SLABS`, kernel/dma/swiotlb.c:63 of 6.12: a pool of less than 1 MiB is not worth having. */
export const MIN_SLOTS = (1 << 20) / SLOT_BYTES;

/** `nr_slots()` */
export function slotsOf(bytes: number): number {
  return Math.ceil(bytes / SLOT_BYTES);
}

/** The part of an address within its slot, as far as `mask` asks for it: `swiotlb_align_offset(dev, 0, address)`. */
export function slotOffset(address: number, mask: number): number {
  return address & mask & SLOT_MASK;
}

/** `ALIGN()`; `to` is a power of two. */
export function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

export function isPowerOfTwo(n: number): boolean {
  return n > 0 && (n & (n - 1)) === 0;
}

export function roundUpToPowerOfTwo(n: number): number {
  return isPowerOfTwo(n) ? n : 2 ** Math.ceil(Math.log2(n));
}
