/** Names in texts. */
import type { Program } from '../program/index.js';
import { findWord } from '../text/find-word.js';
import type { Span } from '../text/span.js';

export interface NameAt extends Span {
  readonly name: string;
}

const part = /[A-Za-z0-9_]/;

/** The name at an offset. Null where there is none; just behind a name counts as on it. */
export function nameAt(text: string, offset: number): NameAt | null {
  let start = offset;
  let end = offset;
  while (start > 0 && part.test(text[start - 1] ?? '')) start -= 1;
  while (end < text.length && part.test(text[end] ?? '')) end += 1;
  const name = text.slice(start, end);
  return /^[A-Za-z_]/.test(name) ? { name, start, end } : null;
}

/** Where a name stands first within a span; null when it does not. */
export function nameWithin(program: Program, file: string, name: string, span: Span): Span | null {
  const at = findWord(program.textOf(file, span), name);
  return at < 0 ? null : { start: span.start + at, end: span.start + at + name.length };
}
