/** A figure somebody measured beside what the model says of it. Plain data. */
import type { Interval, Loss, Term } from '../model/cost/index.js';

/** What a figure is, and so which targets it is held against. */
export type FigureKind =
  | 'ring'
  | 'copy'
  | 'slots'
  | 'lock'
  | 'net-bounce'
  | 'net-bounce-queues'
  | 'net-bounce-user'
  | 'net-protected'
  | 'latency-polled'
  | 'latency-interrupt'
  | 'cpu'
  | 'disk-rate'
  | 'lock-scaling'
  | 'exit'
  | 'counts'
  | 'counts-zero'
  | 'exhaustion'
  | 'other';

export interface Predicted {
  readonly id: string;
  readonly kind: FigureKind;
  /** In words: what was measured, and where. */
  readonly what: string;
  readonly measured: number;
  readonly predicted: Interval;
  readonly unit: 'ratio' | 'ns' | 'us' | 'count';
  readonly use: 'calibrate' | 'validate';
  readonly confidence: 'low' | 'medium' | 'high';
  /** What holds throughput back, or what was lost to; with the cause that is known from the setup. */
  readonly cause?: { readonly said: Term | Loss; readonly known: readonly (Term | Loss)[] };
  /** What was added to a plain guest's figure, in the unit of `unit`; where targets speak of that. */
  readonly added?: { readonly measured: number; readonly predicted: Interval; readonly of: string };
}

/** A figure the model has nothing to say of. */
export interface Unpredicted {
  readonly id: string;
  readonly why: string;
}
