/**
 * The texts of a chunk that the parser is shown. Plain C only: comments and directives are blanked, nothing else; the
 * dialect pass takes this file's place.
 */
import type { PpCondition } from './ir.js';
import type { Chunk, Rewrite, SourceFile } from './source.js';

export interface PreparedVariant {
  readonly when: PpCondition | null;
  readonly text: string;
  /** Offset in the file of the first character of the text that is not prefix. */
  readonly base: number;
  readonly prefixLength: number;
  readonly rewrites: readonly Rewrite[];
}

export interface MacroCandidate {
  readonly as: 'expression' | 'statements';
  readonly variant: PreparedVariant;
}

export function prepare(file: SourceFile, chunk: Chunk): PreparedVariant[] {
  const text = file.text.slice(chunk.start, chunk.end);
  return [{ when: null, text, base: chunk.start, prefixLength: 0, rewrites: [] }];
}

export function prepareMacro(file: SourceFile, chunk: Chunk): MacroCandidate[] {
  const written = file.text.slice(chunk.start, chunk.end);
  const head = /^\s*#\s*define\s+\w+(?:\([^)]*\))?/.exec(written)?.[0] ?? '';
  const base = chunk.start + head.length;
  const body = written.slice(head.length).replaceAll(/\\\r?\n/g, (ending) => ' '.repeat(ending.length));
  const wrapped = (as: MacroCandidate['as'], prefix: string, suffix: string): MacroCandidate => ({
    as,
    variant: { when: null, text: prefix + body + suffix, base, prefixLength: prefix.length, rewrites: [] },
  });
  return [wrapped('expression', 'int _ = (', ');'), wrapped('statements', 'void _(void) {', ';}')];
}
