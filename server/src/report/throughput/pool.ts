/** What every face of `model pool` says alike. */
import { SLOT_BYTES } from '../../model/bounce/units.js';
import type { Demand, PoolReport } from './types.js';
import { countText, sizeText } from './units.js';

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
