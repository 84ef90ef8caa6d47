import type { DeviceId, Outcome, PlatformId } from '../model/index.js';
import type { Range } from '../text/span.js';
import type { ThroughputRatio } from './throughput/index.js';

export type SiteCategory = 'bypass' | 'feature' | 'mapping' | 'decision';

/** One step of the chain that resolves a guard: where a value the guard rests on was decided. */
export interface GuardStep {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** The source text of the step on one line. */
  readonly text: string;
}

/** The condition under which a site is reached. */
export interface Guard {
  /** As written in the source, joined with `&&`. */
  readonly written: string;
  /** Over named facts of the guest: `!VIRTIO_F_ACCESS_PLATFORM && !xen_domain()`. */
  readonly resolved: string;
  /** The resolved condition in words: `ACCESS_PLATFORM not negotiated, and not a Xen guest`. */
  readonly words?: string;
  readonly via: readonly GuardStep[];
}

/** What becomes of the data at a site in one kind of guest, with one device, as the machine ran it. */
export interface SiteOutcome {
  readonly platform: PlatformId;
  readonly device: DeviceId;
  /** `tree`, or the policy that was asked for. */
  readonly policy: string;
  readonly outcome: Outcome;
  /** What decided it. */
  readonly why: string;
  /** What lets the device through, where it should not have been. */
  readonly acceptedBy?: string;
  /** Copies through the bounce pool, and slots at the most, for one page each way. */
  readonly copies: number;
  readonly slots: number;
  /** Against a plain guest, where the data is bounced; null elsewhere. */
  readonly throughputRatio: ThroughputRatio | null;
}

/** A place where an address reaches a device, or a feature bit is tested, set or cleared. */
export interface Site {
  /** Stable from version to version: from kind, file, function, expression and ordinal; never the line. */
  readonly id: string;
  readonly category: SiteCategory;
  readonly kind: string;
  /** Relative to the tree. */
  readonly file: string;
  /** '' at file level. */
  readonly function: string;
  readonly range: Range;
  readonly expression: string;
  readonly feature?: string;
  /** Null: reached unconditionally. */
  readonly guard: Guard | null;
  /** In the guests in which the site is reached, or its device refused; absent where outcomes were not worked out. */
  readonly outcomes?: readonly SiteOutcome[];
  /** Ids of the requests its function makes; present where it makes any and the site is about memory. */
  readonly workload?: readonly string[];
}
