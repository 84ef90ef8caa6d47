/**
 * What is worked out of a driver's code, before it is said on which lines it stands: a line typed above moves them, and nothing
 * has to be worked out again for that.
 */
import type { Program } from '../../program/index.js';
import type { Range, Span } from '../../text/span.js';
import type * as said from './workload.js';

/** Where something was read from the code, by address. */
export interface Evidence {
  readonly file: string;
  readonly at: number;
  readonly text: string;
}

export type Unplaced<T> = T extends said.Evidence
  ? Evidence
  : T extends Range
    ? Span
    : T extends readonly (infer Item)[]
      ? readonly Unplaced<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Unplaced<T[Key]> }
        : T;

export type Growth = Unplaced<said.Growth>;
export type Mapping = Unplaced<said.Mapping>;
export type Payload = Unplaced<said.Payload>;
export type Piece = Unplaced<said.Piece>;
export type Posting = Unplaced<said.Posting>;
export type Workload = Unplaced<Omit<said.Workload, 'id'>>;

/** A workload with the lines it stands on now. */
export function placed(program: Program, workload: Workload): Omit<said.Workload, 'id'> {
  const place = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(place);
    if (typeof value !== 'object' || value === null) return value;
    if (isEvidence(value)) {
      const { file, at, text } = value;
      return { file, line: program.lineOf(file, at), text };
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, place(part)]));
  };
  const { range, ...rest } = workload;
  const { file } = workload;
  return {
    ...(place(rest) as Omit<said.Workload, 'id' | 'range'>),
    range: { start: program.positionOf(file, range.start), end: program.positionOf(file, range.end) },
  };
}

function isEvidence(value: object): value is Evidence {
  return 'at' in value && typeof value.at === 'number' && 'text' in value;
}
