/** What the chunker remembers of the chunk it is in, and of the `#if` groups around it. */
import type { PpArm, PpGroup } from './preprocessor.js';

/** What the braces of a chunk hold; decided when the first one opens. */
export type Body = 'none' | 'function' | 'aggregate' | 'initializer' | 'other';

export interface State {
  /** First token of the chunk being read; -1 between chunks. */
  first: number;
  /** The last token that is no comment and no directive. */
  last: number;
  /** The chunk has ended within an arm; what follows up to the `#endif` belongs to it. */
  isClosed: boolean;
  parens: number;
  braces: number;
  body: Body;
  hasAssign: boolean;
  hasParens: boolean;
  /** Groups of parentheses in the head. */
  groups: number;
  /** The first group follows the first word: `NAME(`. */
  isCall: boolean;
  /** After `struct`, `union` or `enum`: 1 the keyword, 2 its tag was read; 0 elsewhere. */
  aggregate: 0 | 1 | 2;
  /** `#if` frames open when the chunk started, less those it has outlived. */
  frames: number;
}

export interface Frame {
  readonly group: PpGroup;
  arm: PpArm | undefined;
  /** Number of the next arm. */
  nextArm: number;
  readonly atIf: State;
  /** State at the end of the arm that counts. */
  result: State | null;
  /** An arm before left a chunk unfinished: chunks of this arm are part of it. */
  isWithin: boolean;
}

export const FRESH: State = {
  first: -1,
  last: -1,
  isClosed: false,
  parens: 0,
  braces: 0,
  body: 'none',
  hasAssign: false,
  hasParens: false,
  groups: 0,
  isCall: false,
  aggregate: 0,
  frames: 0,
};
