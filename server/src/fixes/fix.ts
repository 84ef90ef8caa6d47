/** What a fix is, and the small steps all of them are made of. */
import type { Inventory } from '../analysis/index.js';
import type { FunctionRef, Program } from '../program/index.js';
import type { Edit, FindingFix } from '../rules/index.js';
import type { SuppressedFinding } from '../suppress/index.js';
import type { PpCondition } from '../syntax/ir.js';
import type { Range, Span } from '../text/span.js';

/** What fixes are made from: a report, and what it was read from. */
export interface FixContext {
  readonly program: Program;
  readonly inventory: Inventory;
  readonly suppressed: readonly SuppressedFinding[];
}

/** A change of the source that mends what is wrong at a place. */
export interface Fix extends FindingFix {
  /** The same for the same change, wherever it was asked for. */
  readonly id: string;
  readonly kind: 'quickfix';
  /** Fixes of one such name belong together: "fix all of these in the file". */
  readonly family: string;
  /** Fingerprints of the findings and ids of the sites it is for. */
  readonly findings: readonly string[];
  readonly sites: readonly string[];
}

/** A fix before it is known what it is for. */
export type Remedy = FindingFix & { readonly family: string };

/** A text in place of a span of a file. */
export interface Change extends Span {
  readonly newText: string;
}

/** Null where nothing would change. */
export function remedy(
  program: Program,
  file: string,
  about: Pick<Remedy, 'family' | 'title' | 'isPreferred'>,
  changes: readonly Change[],
): Remedy | null {
  if (changes.length === 0) return null;
  const inOrder = [...changes].sort((a, b) => a.start - b.start || a.end - b.end);
  const text = program.source(file)?.text ?? '';
  const lineEnd = text[text.indexOf('\n') - 1] === '\r' ? '\r\n' : '\n';
  const edits = inOrder.map(({ start, end, newText }): Edit => {
    const range = { start: program.positionOf(file, start), end: program.positionOf(file, end) };
    return { file, range, newText: newText.replace(/\r?\n/g, lineEnd) };
  });
  return { ...about, edits };
}

export function spanOf(program: Program, file: string, range: Range): Span {
  const lines = program.lines(file);
  return { start: lines?.offsetAt(range.start) ?? 0, end: lines?.offsetAt(range.end) ?? 0 };
}

export function isInside(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** Two spans with a place in common; an empty one has a place too. */
export function meet(a: Span, b: Span): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** Null outside functions. */
export function functionAround(program: Program, file: string, at: Span): FunctionRef | null {
  const chunk = program.source(file)?.chunks.find((c) => c.kind === 'function' && isInside(at, c));
  if (chunk === undefined) return null;
  return program.chunkFacts({ file, chunk: chunk.index })?.functions.find((fn) => isInside(at, fn)) ?? null;
}

/** The white space a line begins with. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
}

const includeLine = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"][^\r\n]*/gm;

/**
 * The line `#include <header>`, behind the last of its kind; nothing where the file has it, or the tree has no such header,
 * or there is no place for it.
 */
export function includeChange(program: Program, file: string, header: string): readonly Change[] {
  const source = program.source(file);
  if (source === null || program.source(`include/${header}`) === null) return [];
  const lines = [...source.text.matchAll(includeLine)];
  if (lines.some((line) => line[2] === header)) return [];
  const isOpen = (line: RegExpExecArray): boolean =>
    !source.regions.some(
      ({ start, end, condition }) => !isIncludeGuard(condition) && start <= line.index && line.index < end,
    );
  const place = lines.findLast((line) => line[1] === '<' && isOpen(line)) ?? lines.find(isOpen);
  if (place === undefined) return [];
  const end = place.index + place[0].length;
  const at = place[1] === '<' ? end : place.index;
  return [
    { start: at, end: at, newText: place[1] === '<' ? `\n#include <${header}>` : `#include <${header}>\n` },
  ];
}

/** `#ifndef NAME_H` around a whole header. */
function isIncludeGuard(condition: PpCondition): boolean {
  return condition.kind === 'not' && condition.of.kind === 'defined' && /_H_*$/.test(condition.of.name);
}
