/** Adjacent strings: the grammar joins literals and single names, the kernel also joins macro calls. */
import { TokenKind } from '../lexer.js';
import type { Dialect } from './context.js';
import type { View } from './view.js';
import { GRAMMAR_KEYWORDS } from './words.js';

/**
 * End of the run of string pieces that starts at `at`: literals, names, `NAME(...)`. A run holds at least one
 * literal; without one the answer is the end of what was looked at, negated.
 */
export function stringRunEnd(view: View, at: number, end: number): number {
  let stop = at;
  let hasLiteral = false;
  while (stop < end) {
    if (view.is(stop, TokenKind.string)) {
      hasLiteral = true;
      stop++;
    } else if (view.isWord(stop) && !GRAMMAR_KEYWORDS.has(view.word(stop))) {
      const after = view.is(stop + 1, TokenKind.openParen) ? view.after(stop + 1, end) : stop + 1;
      stop = after;
    } else {
      break;
    }
  }
  return hasLiteral ? stop : -stop;
}

/** Makes the run [at, stop) something the grammar takes. */
export function joinStrings(d: Dialect, at: number, stop: number): void {
  const { view } = d;
  const pieces: (readonly [number, number])[] = [];
  for (let i = at; i < stop; ) {
    const next = view.isWord(i) && view.is(i + 1, TokenKind.openParen) ? view.after(i + 1, stop) : i + 1;
    pieces.push([i, next]);
    i = next;
  }
  if (pieces.length < 2) return;
  for (const [from, to] of pieces) if (to > from + 1) d.identifier('notation', from, to);
  // Names before the first literal: the grammar takes one.
  let leading = 0;
  while (
    leading < pieces.length &&
    !view.is((pieces[leading] as readonly [number, number])[0], TokenKind.string)
  )
    leading++;
  for (let i = 0; i + 1 < leading; i++) {
    const [from, to] = pieces[i] as readonly [number, number];
    d.blank('notation', from, to);
  }
}
