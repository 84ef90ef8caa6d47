/** Bounds for a request whose page layout is not known: the same buffer mattered 2272 or 8352 maps in two boots. */
import { exactCost } from './exact-cost.js';
import type { Bounds, Costs, ExactQuestion } from './question.js';

export type CostRange = { readonly [K in keyof Costs | 'slotsAtRest' | 'maxInFlight']: Bounds };

/** Component by component between two layouts of the same payload, whichever of them is the larger. */
export function exactRange(few: ExactQuestion, many: ExactQuestion): CostRange {
  const a = exactCost(few);
  const b = exactCost(many);
  const between = (key: keyof CostRange): Bounds => ({
    least: Math.min(a[key], b[key]),
    most: Math.max(a[key], b[key]),
  });
  return {
    requests: between('requests'),
    maps: between('maps'),
    copiesToDevice: between('copiesToDevice'),
    bytesToDevice: between('bytesToDevice'),
    copiesFromDevice: between('copiesFromDevice'),
    bytesFromDevice: between('bytesFromDevice'),
    slots: between('slots'),
    descriptors: between('descriptors'),
    ringEntries: between('ringEntries'),
    tables: between('tables'),
    slotsAtRest: between('slotsAtRest'),
    maxInFlight: between('maxInFlight'),
  };
}

export interface Layouts {
  /** One physically contiguous piece, cut where a mapping ends. */
  readonly few: readonly number[];
  /** Each page by itself. */
  readonly many: readonly number[];
}

/** The two extremes of how `bytes` may lie. `isAligned` false: the buffer begins within a page, which adds a piece. */
export function layoutsOf(
  bytes: number,
  { pageSize, maxMapping, isAligned }: { pageSize: number; maxMapping: number; isAligned: boolean },
): Layouts {
  if (bytes === 0) return { few: [], many: [] };
  // Block I/O starts at a sector; half a page is as good a place to begin as another, and the worst there is.
  const head = isAligned ? 0 : Math.min(pageSize / 2, bytes);
  return { few: cut(bytes, maxMapping), many: [...(head > 0 ? [head] : []), ...cut(bytes - head, pageSize)] };
}

function cut(bytes: number, most: number): number[] {
  const pieces: number[] = [];
  for (let rest = bytes; rest > 0; rest -= most) pieces.push(Math.min(rest, most));
  return pieces;
}
