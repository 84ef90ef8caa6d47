/** Functions of the kernel whose value follows from their arguments. */
import { type Amount, combined, joined, lower, plain } from './amount.js';
import { between, calculate, exactly, larger, product, roundedUp, sum } from './bounds.js';
import {
  CACHE_LINE_BYTES,
  LARGEST_RING,
  PAGE_BYTES,
  SKB_OVERHEAD,
  sameAsSecond,
  sameValue,
} from './known.js';

type Argument = (index: number) => Amount | null;
type Known = (arg: Argument) => Amount | null;

/** What a call of that name gives; null for a name that is not known. */
export function knownCall(name: string): Known | null {
  if (Object.hasOwn(calls, name)) return calls[name] ?? null;
  if (sameValue.test(name)) return (arg) => arg(0);
  return sameAsSecond.test(name) ? (arg) => arg(1) : null;
}

const smallest: Known = (arg) => lower(arg(0), arg(1));
const largest: Known = (arg) => combined(arg(0), arg(1), larger);
const roundUp: Known = (arg) => combined(arg(0), arg(1), roundedUp);
const clamp: Known = (arg) => lower(combined(arg(0), arg(1), larger), arg(2));
const times: Known = (arg) => combined(arg(0), arg(1), product);
const bit: Known = (arg) => combined(plain(exactly(1)), arg(0), (a, b) => calculate('<<', a, b));

/** Source: include/linux/{minmax,math,align,overflow,bits,mm}.h, include/linux/virtio.h (6.12). */
const calls: Readonly<Record<string, Known>> = {
  min: smallest,
  umin: smallest,
  min_t: (arg) => lower(arg(1), arg(2)),
  min3: (arg) => lower(lower(arg(0), arg(1)), arg(2)),
  max: largest,
  umax: largest,
  max_t: (arg) => combined(arg(1), arg(2), larger),
  min_not_zero: (arg) => joined(arg(0), arg(1)),
  clamp,
  clamp_val: clamp,
  clamp_t: (arg) => lower(combined(arg(1), arg(2), larger), arg(3)),
  roundup: roundUp,
  round_up: roundUp,
  ALIGN: roundUp,
  PAGE_ALIGN: (arg) => combined(arg(0), plain(exactly(PAGE_BYTES)), roundedUp),
  DIV_ROUND_UP: (arg) =>
    combined(combined(arg(0), arg(1), roundedUp), arg(1), (a, b) => calculate('/', a, b)),
  offset_in_page: () => plain(between(0, PAGE_BYTES - 1)),
  SKB_WITH_OVERHEAD: (arg) => combined(arg(0), plain(exactly(SKB_OVERHEAD)), (a, b) => calculate('-', a, b)),
  SKB_DATA_ALIGN: (arg) => combined(arg(0), plain(exactly(CACHE_LINE_BYTES)), roundedUp),
  size_mul: times,
  array_size: times,
  array3_size: (arg) => combined(times(arg), arg(2), product),
  size_add: (arg) => combined(arg(0), arg(1), sum),
  BIT: bit,
  BIT_ULL: bit,
  virtqueue_get_vring_size: () => plain(between(1, LARGEST_RING)),
};
