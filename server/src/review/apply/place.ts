/** Where a hunk belongs: where it says, else the nearest place that holds its lines, else with less of its context. */
import type { Bytes, Hunk } from '../patch.js';
import { type LineNumbers, matchesAt, nearest } from './search.js';

export interface Placement {
  /** 0-based line of the file, of the first line the hunk replaces. */
  readonly at: number;
  /** Lines of context left out at the hunk's beginning and end. */
  readonly skipHead: number;
  readonly skipTail: number;
  /** How far from where it says, in lines. */
  readonly offset: number;
  readonly fuzz: number;
}

/** A file with the hunks so far applied, as the search sees it. */
export interface Target {
  /** A number for each line; negative for those an earlier hunk has placed, which no other hunk may touch. */
  readonly ids: Int32Array;
  readonly numbers: LineNumbers;
  /** By how much the last hunk was off. */
  readonly drift: number;
  /** The first line after the last hunk. */
  readonly floor: number;
}

/** Context lines patch(1) gives up at most, from each end; its default. */
const MAX_FUZZ = 2;

interface Attempt {
  readonly fuzz: number;
  readonly skipHead: number;
  readonly skipTail: number;
  readonly isAtStart: boolean;
  readonly isAtEnd: boolean;
  /** Where to look first: git goes by the line alone, patch(1) by what earlier hunks were off too. */
  readonly expected: number;
  /** Where to look from: git lets hunks change their order, patch(1) does not. */
  readonly floor: number;
}

/** Null when the hunk stands nowhere. */
export function placeHunk(hunk: Hunk, target: Target): Placement | null {
  const ids = target.numbers.of(oldLines(hunk));
  const stated = statedPlace(hunk);
  for (const attempt of attempts(hunk, stated, target)) {
    const wanted = ids.subarray(attempt.skipHead, ids.length - attempt.skipTail);
    const found = attemptAt(target, wanted, attempt);
    if (found < 0) continue;
    const { skipHead, skipTail, fuzz } = attempt;
    return { at: found, skipHead, skipTail, fuzz, offset: found - skipHead - stated };
  }
  return null;
}

export function oldLines(hunk: Hunk): Bytes[] {
  return hunk.lines.flatMap(({ mark, text }) => (mark === '+' ? [] : [text]));
}

/** The 0-based line that the hunk's head means, the hunks before it applied; one that only removes names the line before. */
export function statedPlace(hunk: Hunk): number {
  const hasNew = hunk.lines.some(({ mark }) => mark !== '-');
  return Math.max(0, hasNew ? hunk.newStart - 1 : hunk.newStart);
}

function attemptAt({ ids, numbers }: Target, wanted: Int32Array, attempt: Attempt): number {
  const start = attempt.expected + attempt.skipHead;
  const only = attempt.isAtStart ? 0 : attempt.isAtEnd ? ids.length - wanted.length : null;
  if (only === null) return nearest(ids, wanted, start, attempt.floor, numbers);
  const isThere = only >= attempt.floor && (!attempt.isAtEnd || only + wanted.length === ids.length);
  return isThere && matchesAt(ids, wanted, only) ? only : -1;
}

/**
 * First as `git apply` does it (apply.c of 2.39): all context; a hunk that begins at line 1 stands at the start of the file, one
 * without context at its end stands at the end. Then as patch(1) does (patch.c of 2.7): a hunk with less context on one side
 * stands at that end of the file, until the fuzz has made up for the difference.
 */
function attempts(hunk: Hunk, stated: number, { drift, floor }: Target): Attempt[] {
  const head = contextAt(hunk, 0, 1);
  const tail = contextAt(hunk, hunk.lines.length - 1, -1);
  const whole = { fuzz: 0, skipHead: 0, skipTail: 0, expected: stated, floor: 0 };
  const asGit: Attempt = { ...whole, isAtStart: hunk.oldStart <= 1, isAtEnd: tail === 0 };
  const most = Math.max(head, tail);
  const asPatch = Array.from({ length: Math.min(MAX_FUZZ, most) + 1 }, (_, fuzz): Attempt => {
    const [fromHead, fromTail] = [fuzz + head - most, fuzz + tail - most];
    return {
      fuzz,
      skipHead: Math.max(0, fromHead),
      skipTail: Math.max(0, fromTail),
      isAtStart: fromHead < 0,
      isAtEnd: fromTail < 0,
      expected: Math.max(0, stated + drift),
      floor,
    };
  });
  // Git would put lines added without any context at the end of the file.
  return most === 0 ? asPatch : [asGit, ...asPatch];
}

function contextAt(hunk: Hunk, from: number, step: 1 | -1): number {
  let count = 0;
  while (hunk.lines[from + count * step]?.mark === ' ') count++;
  return count;
}
