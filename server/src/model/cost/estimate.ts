/** What the cost layers answer. Plain data. */

import type { Interval } from './interval.js';
import type { Evidence } from './parameter.js';

/** What can hold throughput back, in the words shown to people. */
export type Term = 'guest CPU' | 'queue lock' | 'pool lock' | 'device' | 'latency' | 'pool' | 'ring';

/** What protection costs, in the words shown to people. */
export type Loss = 'bounce copy' | 'bounce slots' | 'pool lock' | 'exits' | 'wake-ups';

export interface TermRate {
  readonly term: Term;
  /** Requests a second if nothing else held it back. */
  readonly perSecond: Interval;
}

export interface Estimate {
  readonly requestsPerSecond: Interval;
  readonly bytesPerSecond: Interval;
  /** From submission to completion, with the given number in flight. */
  readonly latencyNs: Interval;
  /** The term that is smallest at the best guess. */
  readonly binding: Term;
  /** What the platform's protection adds most of; null: it adds nothing. */
  readonly loss: Loss | null;
  /** Every term that has a finite rate, smallest first. */
  readonly terms: readonly TermRate[];
  /** Against the same requests in a plain guest; null for a plain guest itself, or where nothing gets through. */
  readonly ratio: Interval | null;
  /** The weakest evidence among the figures of platform, device and guest's software that matter here. */
  readonly evidence: Evidence;
  readonly parameters: string;
  /** What a reader has to know beside the figures. */
  readonly notes: readonly string[];
}
