/** What copying costs a CPU. The shape of the curves was measured on the reference machine, with the C library and `rep movsb`. */
import type { Interval } from './interval.js';

/** Where the bytes are before a copy: in the nearest cache, or not in any that the CPU owns. */
export type CacheState = 'hot' | 'source cold' | 'target cold' | 'both cold';

/** What a copy's time is made of; the slope is that of long copies, beyond a page. */
export interface CopyCosts {
  readonly hotNsPerByte: Interval;
  readonly coldNsPerByte: Interval;
  readonly coldFixedNs: Interval;
}

/** A call that copies nothing, everything at hand: 64 bytes in 1.1 to 3.2 ns. */
const CALL_NS = 1;

/** Up to here a hot copy stays in the L1 cache, source and target together; 16 KiB on the reference machine. */
const L1_BYTES = 16_384;

/** In L1 a byte costs 0.0046 ns where it costs 0.0204 ns in L2. */
const L1_SHARE = 0.225;

/** A page is where a processor's prefetcher stops and starts again. */
const PAGE = 4096;
/** Bytes of a page before its prefetcher runs ahead. */
const RAMP_BYTES = 1024;

interface Shape {
  /** Shares of the cost of a copy that is cold on both sides. */
  readonly fixed: number;
  readonly slope: number;
  /** Of the slope: cost of a byte in the first KiB, and in the rest of the first page. */
  readonly ramp: number;
  readonly steady: number;
}

/**
 * Fitted to the medians of 64 B to 256 KiB: long copies 0.088 (source cold), 0.097 (target cold) and 0.139 ns/B (both);
 * a single page 0.10, 0.115 and 0.158 ns/B; first KiB 0.10, 0.24 and 0.23 ns/B.
 */
const shapes: Readonly<Record<Exclude<CacheState, 'hot'>, Shape>> = {
  'source cold': { fixed: 0.4, slope: 0.63, ramp: 1.14, steady: 1.14 },
  'target cold': { fixed: 0.7, slope: 0.7, ramp: 1.66, steady: 0.83 },
  'both cold': { fixed: 1, slope: 1, ramp: 1.66, steady: 0.83 },
};

/** Nanoseconds of one copy. */
export function copyNs(bytes: number, state: CacheState, costs: CopyCosts): Interval {
  if (state === 'hot') return each((bound) => hotNs(bytes, costs.hotNsPerByte[bound]));
  const shape = shapes[state];
  return each(
    (bound) =>
      costs.coldFixedNs[bound] * shape.fixed +
      costs.coldNsPerByte[bound] * shape.slope * weighted(bytes, shape),
  );
}

function hotNs(bytes: number, nsPerByte: number): number {
  return CALL_NS + bytes * nsPerByte * (bytes <= L1_BYTES ? L1_SHARE : 1);
}

/** Bytes, each weighted by what it costs against one far into a long copy. */
function weighted(bytes: number, { ramp, steady }: Shape): number {
  const ramped = Math.min(bytes, RAMP_BYTES);
  const first = Math.min(bytes, PAGE) - ramped;
  return ramped * ramp + first * steady + Math.max(0, bytes - PAGE);
}

function each(value: (bound: keyof Interval) => number): Interval {
  return { low: value('low'), mid: value('mid'), high: value('high') };
}
