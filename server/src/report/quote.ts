/** Source lines quoted under an entry. */
import type { Range } from '../text/span.js';
import { harmless, printable, type Style } from './style.js';

/** Lines of a file of the tree, without their ends; null when it cannot be read (any more). */
export type SourceLines = (file: string) => readonly string[] | null;

/** What is broken over more lines than this is quoted by its first line. */
const MAX_LINES = 4;

/** The lines of `range`, their common indentation removed, the range itself set in bold. */
export function quoteSource(
  file: string,
  range: Range,
  source: SourceLines,
  indent: string,
  style: Style,
): string[] {
  const lines = source(file);
  if (lines === null) return [];
  // A range that ends before the first character of a line ends with the line above.
  const end =
    range.end.column === 1 && range.end.line > range.start.line ? range.end.line - 1 : range.end.line;
  const last = end - range.start.line < MAX_LINES ? end : range.start.line;
  const quoted = lines.slice(range.start.line - 1, last).map((line, i) => {
    const number = range.start.line + i;
    const to = number === range.end.line ? range.end.column - 1 : line.length;
    const from = number === range.start.line ? range.start.column - 1 : 0;
    return {
      text: expandTabs(line),
      from: expandTabs(line.slice(0, from)).length,
      to: expandTabs(line.slice(0, to)).length,
    };
  });
  const margin = Math.min(...quoted.filter((q) => q.text.trim() !== '').map((q) => indentation(q.text)));
  const shown = quoted.map((q) => {
    const start = Math.max(q.from, indentation(q.text));
    const before = harmless(q.text.slice(Math.min(margin, start), start));
    const marked = style.bold(harmless(q.text.slice(start, Math.max(start, q.to))));
    return `${indent}${style.dim(style.bar)} ${before}${marked}${printable(q.text.slice(Math.max(start, q.to)))}`;
  });
  return end > last ? [...shown, `${indent}${style.dim(style.bar)} ...`] : shown;
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

/** Kernel sources are written for tab stops at every eighth column; other control characters keep one column. */
function expandTabs(line: string): string {
  let out = '';
  for (const part of line.split(/(\t)/)) out += part === '\t' ? ' '.repeat(8 - (out.length % 8)) : part;
  return out;
}
