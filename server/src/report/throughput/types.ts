/** What the reports of `model throughput`, `model pool` and `model validate` are given. Plain data. */
import type { Estimate } from '../../model/cost/estimate.js';
import type { Interval } from '../../model/cost/interval.js';
import type { PlatformId, RequestSpec } from '../../model/scenario.js';

// ---- model throughput

/** What one request costs, as counted by the model: no range, for a kernel counts the same. */
export interface ExactCosts {
  readonly maps: number;
  readonly bytesToDevice: number;
  readonly bytesFromDevice: number;
  /** Of the bounce pool, while the request is in flight. */
  readonly slots: number;
  readonly descriptors: number;
  /** Bytes copied, both ways, for a byte of payload; 0 where nothing is copied. */
  readonly amplification: number;
}

export interface ThroughputRow {
  readonly platform: PlatformId;
  /** In words: `virtio-blk, offers ACCESS_PLATFORM`. */
  readonly device: string;
  readonly op: RequestSpec['op'];
  readonly blockBytes: number;
  /** Requests in flight on one queue. */
  readonly depth: number;
  readonly queues: number;
  /** In words: `split, 256 entries`. */
  readonly ring: string;
  /** What a virtual CPU does that waits, in words: `halts`, `polls`. */
  readonly idle: string;
  /** What becomes of the data, as a matrix says it: `bounced`, `refused -ENODEV`. */
  readonly outcome: string;
  /** Null where nothing gets through. */
  readonly estimate: Estimate | null;
  /** Of one request; null where nothing gets through. */
  readonly exact: ExactCosts | null;
  /** The same run step by step, where that was asked for. */
  readonly simulated?: SimulatedCosts | null;
}

export interface SimulatedCosts {
  readonly requestsPerSecond: Interval;
  /** For one request, at the guessed costs. */
  readonly kicksPerRequest: number;
  readonly interruptsPerRequest: number;
  readonly requeuesPerRequest: number;
  /** `steady`, `budget`: it goes on; `hang`, `livelock`, `dead`: it does not. */
  readonly ending: string;
  /** What ran out; null: nothing did. */
  readonly exhausted: string | null;
}

export interface ThroughputReport {
  /** Version of the cost parameters, with its profile if there is one. */
  readonly parameters: string;
  readonly rows: readonly ThroughputRow[];
  /** What a ratio of 1 stands for, in words: `the same requests in a plain guest`. */
  readonly baseline: string;
}

// ---- model pool

/**
 * `posted`: buffers the driver keeps with the device. `in flight`: requests not yet completed. `standing`: anything that
 * stays mapped while the device is in use.
 */
export type DemandKind = 'posted' | 'in flight' | 'standing';

export interface Demand {
  /** In words: `receive buffers of 8 queue pairs x 1024`. */
  readonly what: string;
  readonly slots: number;
  readonly kind: DemandKind;
}

export type PoolVerdict = 'fits' | 'tight' | 'fails';

export interface PoolReport {
  readonly platform: PlatformId;
  /** In words: what is asked of the pool. */
  readonly workload: string;
  readonly pool: {
    readonly slots: number;
    readonly bytes: number;
    /** Where the size comes from: `6 % of 16 GiB, Linux 6.12`, `swiotlb=32768`. */
    readonly origin: string;
  };
  readonly demands: readonly Demand[];
  readonly verdict: PoolVerdict;
  /** The verdict's reason, a sentence. */
  readonly why: string;
  /** Each in words: `32 queue pairs of 1024 receive buffers`. */
  readonly fallsOverAt: readonly string[];
  /** How it would show, each a sentence: what the log says, what a user notices. */
  readonly shows: readonly string[];
  /** Null where the pool is large enough as it is. */
  readonly recommended: { readonly slots: number; readonly bootOption: string } | null;
  readonly notes: readonly string[];
}

// ---- model validate

export interface ValidationRow {
  readonly id: string;
  readonly what: string;
  readonly measured: number;
  readonly predicted: Interval;
  /** `ratio`, `us`, `ns`, `kIOPS`, `count`, ... */
  readonly unit: string;
  /** How far the best guess is off, as the group counts it (`errorIs`): 0.117 for 11.7 %. Null: not defined. */
  readonly error: number | null;
  /** The measured figure lies in the predicted interval. */
  readonly isInside: boolean;
  readonly use: 'calibrate' | 'validate';
  /** What the model says holds the figure back, and the causes its setup allows for. */
  readonly bottleneck?: { readonly said: string; readonly known: readonly string[] };
}

/** Of a group's rows that are not used for calibration. Errors are as in the rows; null: not defined. */
export interface ValidationFigures {
  readonly rows: number;
  readonly meanError: number | null;
  readonly medianError: number | null;
  readonly p90Error: number | null;
  readonly worstError: number | null;
  /** Share of the rows that lie in their interval, 0 to 1. */
  readonly coverage: number | null;
  /** Of the intervals: high over low. */
  readonly medianWidth: number | null;
}

export interface ValidationGroup {
  /** `T7`. */
  readonly id: string;
  readonly what: string;
  /** In words: `mean error at most 0.06, worst at most 0.12`. */
  readonly target: string;
  readonly rows: readonly ValidationRow[];
  readonly verdict: 'met' | 'missed';
  /** What the errors are: fractions of what was measured, or differences in the rows' own unit. */
  readonly errorIs: 'relative' | 'absolute';
  /** What was reached against the target, in words. */
  readonly reached: string;
  readonly figures: ValidationFigures;
  readonly notes: readonly string[];
}

export interface ValidationReport {
  readonly parameters: string;
  readonly groups: readonly ValidationGroup[];
  /** Figures the model says nothing of. */
  readonly unpredicted?: readonly { readonly id: string; readonly why: string }[];
  /** Limits that hold for all of it, each a sentence. */
  readonly notes: readonly string[];
}
