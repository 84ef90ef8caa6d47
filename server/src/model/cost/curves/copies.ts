/** What copying costs a CPU. The shape of the curves was measured on the reference machine, with the C library and `rep movsb`. */
import type { Interval } from '../interval.js';

/** Where the bytes are before a copy: in the nearest cache, or not in any that the CPU owns. */
export type CacheState = 'hot' | 'source cold' | 'target cold' | 'both cold';

/** What a copy's time is made of; the slope is that of long copies, beyond a page. */
export interface CopyCosts {
  readonly hotNsPerByte: Interval;
  readonly coldNsPerByte: Interval;
  readonly coldFixedNs: Interval;
}

/**
 * How the bytes are moved. Linux copies with `rep movsb` where the processor says that it is fast (arch/x86/lib/memcpy_64.S:
 * FSRM, else ERMS), so the model does; the C library's vector loop is what most benchmarks measure.
 */
export type CopyMethod = 'rep movsb' | 'vector loop';

/** Up to here a hot copy stays in the L1 cache, source and target together; 16 KiB on the reference machine. */
const L1_BYTES = 16_384;

/** In L1 a byte costs 0.0046 ns where it costs 0.0204 ns in L2. */
const L1_SHARE = 0.225;

/** A page is where a processor's prefetcher stops and starts again. */
const PAGE = 4096;
/** Bytes of a page before its prefetcher runs ahead. */
const RAMP_BYTES = 1024;
/** From here on `rep movsb` is run by microcode in long strides, which have to be set up. */
const STRIDES_FROM = 256;

interface Shape {
  /** Shares of the cost of a copy that is cold on both sides. */
  readonly fixed: Readonly<Record<CopyMethod, number>>;
  readonly slope: number;
  /** Of the slope: cost of a byte in the first KiB, and in the rest of the first page. */
  readonly ramp: number;
  readonly steady: number;
  /** What setting up strides adds to a cold copy, in nanoseconds. */
  readonly strideNs: number;
}

/**
 * Fitted to the medians of 64 B to 256 KiB: long copies 0.088 (source cold), 0.097 (target cold) and 0.139 ns/B (both);
 * a single page 0.10, 0.115 and 0.158 ns/B; first KiB 0.10, 0.24 and 0.23 ns/B.
 */
const shapes: Readonly<Record<Exclude<CacheState, 'hot'>, Shape>> = {
  'source cold': {
    fixed: { 'rep movsb': 0.4, 'vector loop': 0.35 },
    slope: 0.63,
    ramp: 1.14,
    steady: 1.14,
    strideNs: 0,
  },
  'target cold': {
    fixed: { 'rep movsb': 0.25, 'vector loop': 0.75 },
    slope: 0.7,
    ramp: 1.66,
    steady: 0.83,
    strideNs: 45,
  },
  'both cold': {
    fixed: { 'rep movsb': 0.6, 'vector loop': 1.1 },
    slope: 1,
    ramp: 1.66,
    steady: 0.83,
    strideNs: 25,
  },
};

/** What `rep movsb` needs before the first byte: 3.2 ns for 64 bytes, 8.7 for 256, 12.6 for 1024, 20 for 4096. */
const REP_START_NS = 2.5;
const REP_STRIDE_NS = 6;
/** The vector loop: 1.1 ns for 64 bytes. */
const LOOP_START_NS = 0.8;

/** Nanoseconds of one copy. */
export function copyNs(
  bytes: number,
  state: CacheState,
  costs: CopyCosts,
  method: CopyMethod = 'rep movsb',
): Interval {
  if (state === 'hot') return each((bound) => hotNs(bytes, costs.hotNsPerByte[bound], method));
  const shape = shapes[state];
  const strides = method === 'rep movsb' && bytes > STRIDES_FROM ? shape.strideNs : 0;
  return each(
    (bound) =>
      costs.coldFixedNs[bound] * shape.fixed[method] +
      strides +
      costs.coldNsPerByte[bound] * shape.slope * weighted(bytes, shape),
  );
}

function hotNs(bytes: number, nsPerByte: number, method: CopyMethod): number {
  const perByte = nsPerByte * (bytes <= L1_BYTES ? L1_SHARE : 1);
  if (bytes > L1_BYTES) return bytes * perByte;
  if (method === 'vector loop') return LOOP_START_NS + bytes * perByte;
  const strides = bytes >= STRIDES_FROM ? REP_STRIDE_NS : 0;
  // The set-up of short copies overlaps with their bytes: 0.0027 ns a byte, until the bytes alone take longer.
  const overlapped = REP_START_NS + strides + bytes * perByte * (strides > 0 ? 0.6 : 1);
  return Math.max(overlapped, bytes * perByte);
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
