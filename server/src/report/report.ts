import type { Site, ThroughputRatio, Workload } from '../analysis/index.js';
import type { BaselineEntry } from '../baseline/index.js';
import type { PlatformId } from '../model/index.js';
import type { Finding } from '../rules/finding.js';
import type { SuppressedFinding } from '../suppress/index.js';

/** A file or function the run could not analyse, and why. Nothing is skipped in silence. */
export interface NotAnalysed {
  readonly file: string;
  readonly reason: string;
  /** The function that could not be read; absent when it is the whole file. */
  readonly function?: string;
  /** 1-based, with `function`. */
  readonly line?: number;
}

/** How much was read, so that "nothing found" can be weighed. */
export interface Coverage {
  /** Files whose text was analysed. */
  readonly files: number;
  /** Functions in those files that can hold a site, and how many of them were understood in full. */
  readonly functions: number;
  readonly clean: number;
}

/** What a driver's requests are made of, and what they cost where they are bounced. */
export interface CostedWorkload extends Workload {
  readonly throughput: readonly ({ readonly platform: PlatformId } & ThroughputRatio)[];
}

/** A baseline, and what is left of it. */
export interface BaselineUse {
  /** As named. */
  readonly file: string;
  /** Entries that match no finding any more. */
  readonly unmatched: readonly BaselineEntry[];
}

/** The result of `check` and `sites`: what every face shows. */
export interface Report {
  readonly schema: 'vringside/1';
  readonly tool: { readonly name: 'vringside'; readonly version: string };
  readonly tree: { readonly root: string; readonly kernelVersion: string | null };
  readonly sites: readonly Site[];
  /** What the drivers' requests are made of; sites name them by id. */
  readonly workloads: readonly CostedWorkload[];
  readonly findings: readonly Finding[];
  /** What comments in the source keep out of `findings`. */
  readonly suppressed: readonly SuppressedFinding[];
  /** What the findings were compared with; each then has a status. */
  readonly baseline?: BaselineUse;
  readonly notAnalysed: readonly NotAnalysed[];
  readonly coverage?: Coverage;
  /** Milliseconds per stage, when asked for. */
  readonly timings?: Readonly<Record<string, number>>;
}

export interface UncleanFunction {
  readonly file: string;
  readonly function: string;
  /** 1-based line of the function's name. */
  readonly line: number;
  readonly reason: string;
}

/** The result of `doctor`: what parses clean and what is blind. */
export interface DoctorReport {
  readonly schema: 'vringside/1';
  readonly tree: { readonly root: string; readonly kernelVersion: string | null };
  readonly files: number;
  readonly functions: number;
  readonly clean: number;
  readonly unclean: readonly UncleanFunction[];
  readonly notAnalysed: readonly NotAnalysed[];
}
