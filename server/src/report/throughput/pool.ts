/** What every face of `model pool` says alike. */
import type { Demand, PoolReport } from './types.js';
import { countText, sizeText } from './units.js';

/** include/linux/swiotlb.h, Linux 6.12: IO_TLB_SIZE is 1 << IO_TLB_SHIFT, 11. */
export const SLOT_BYTES = 2048;

export const kindWords: Readonly<Record<Demand['kind'], string>> = {
  posted: 'posted for ever',
  'in flight': 'in flight',
  standing: 'standing',
};

export function demanded({ demands }: PoolReport): number {
  return demands.reduce((sum, { slots }) => sum + slots, 0);
}

/** `32 768 slots, 64 MiB`. */
export function slotsText(slots: number): string {
  return `${countText(slots)} slots, ${sizeText(slots * SLOT_BYTES)}`;
}
