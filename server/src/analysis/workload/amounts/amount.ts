/** A range with what is known of why it is no larger, and the ways amounts are put together. */

import type { Evidence } from '../unplaced.js';
import type { Bounds } from '../workload.js';
import { anything, exactly, smaller, union } from './bounds.js';

export interface Amount extends Bounds {
  /** The mapping limit of the DMA API that bounds it. */
  readonly limit: Evidence | null;
  /** Where user space decides it. */
  readonly user: Evidence | null;
}

export const unknown: Amount = { least: 0, most: null, limit: null, user: null };

export function plain(bounds: Bounds): Amount {
  return { least: bounds.least, most: bounds.most, limit: null, user: null };
}

export function withBounds(amount: Amount, { least, most }: Bounds): Amount {
  return { ...amount, least, most };
}

/** A type bounds from above only. */
export function widened({ most }: Bounds): Bounds {
  return { least: Number.MAX_SAFE_INTEGER, most };
}

export function combined(
  a: Amount | null,
  b: Amount | null,
  how: (a: Bounds, b: Bounds) => Bounds,
): Amount | null {
  if (a === null || b === null) return null;
  return { ...how(a, b), limit: a.limit ?? b.limit, user: a.user ?? b.user };
}

/** One of two values; a null one adds nothing. */
export function joined(a: Amount | null, b: Amount | null): Amount | null {
  if (a === null || b === null) return a ?? b;
  return combined(a, b, union);
}

/** The smaller of two values, one of which may be what it is being worked out from. */
export function lower(a: Amount | null, b: Amount | null): Amount | null {
  if (a === null || b === null) return a ?? b;
  const low = combined(a, b, smaller);
  // A bound that the code sets leaves nothing for user space to decide.
  return low === null || low.most === null ? low : { ...low, user: null };
}

export function numberIn(text: string): Bounds {
  const digits = text.replace(/[uUlL]+$/, '');
  const n = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isSafeInteger(n) ? exactly(n) : anything;
}
