/** What one machine's costs were measured to be: plain data, kept as `vringside-profile/1`. */

/** A figure of the cost parameters by its place in `MachineCosts`, or one that is only shown. */
export type FigureKey =
  | 'copyHotL1NsPerByte'
  | 'copyHotNsPerByte'
  | 'copyColdNsPerByte'
  | 'copyColdFixedNs'
  | 'slotPairNs'
  | 'probeNs'
  | 'lockHandOverNs'
  | 'wakeNs'
  | 'rings.packed.streamNs'
  | 'rings.packed.roundTripNs'
  | 'rings.split.streamNs'
  | 'rings.split.roundTripNs';

/** `compiled`: the C program that comes with vringside; `javascript`: this process and its worker threads. */
export type MeasuredBy = 'compiled' | 'javascript';

/** Of the runs of one figure. `min <= low <= median <= high <= max`. */
export interface Figure {
  readonly unit: 'ns' | 'ns/B';
  readonly median: number;
  /** Without the least tenth of the runs, and without the greatest: the bounds that the model takes. */
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
  readonly by: MeasuredBy;
}

export interface LeftOut {
  readonly figure: FigureKey;
  readonly reason: string;
}

/** What goes on while a calibration runs. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

/** Where the two threads of a measurement ran. */
export type Placement = 'different cores' | 'one core' | 'one processor' | 'not pinned';

export interface MeasuredMachine {
  /** As the processor names itself. */
  readonly cpu: string;
  readonly architecture: string;
  readonly system: string;
  readonly processors: number;
  readonly placement: Placement;
  /** Average number of programs that wanted a processor in the minute before; 0 where the system does not say. */
  readonly loadBefore: number;
}

export interface Profile {
  readonly schema: 'vringside-profile/1';
  readonly tool: { readonly name: 'vringside'; readonly version: string };
  /** ISO 8601, in UTC, to the second. */
  readonly measuredAt: string;
  /** Short runs: good for a try, not for figures. */
  readonly isQuick: boolean;
  readonly machine: MeasuredMachine;
  /** The compiler's own first line of `--version`; null: no compiled program took part. */
  readonly compiler: string | null;
  /** Why no compiled program took part; null: one did. */
  readonly withoutCompiler: string | null;
  readonly figures: Readonly<Partial<Record<FigureKey, Figure>>>;
  readonly leftOut: readonly LeftOut[];
}

/** As it is kept: two spaces, a line end at the end. */
export function profileText(profile: Profile): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}
