/** From a line that a workload names to the place a finding points at. */
import type { Program } from '../program/index.js';
import type { Range } from '../text/span.js';

export interface PlaceOfLine {
  readonly range: Range;
  /** '' outside functions. */
  readonly function: string;
}

/** The code of a line, without the blanks around it, and the function it stands in. */
export function placeOfLine(program: Program, file: string, line: number): PlaceOfLine {
  const lines = program.lines(file);
  const text = lines?.lineText(line) ?? '';
  const indent = text.length - text.trimStart().length;
  const offset = (lines?.lineSpan(line).start ?? 0) + indent;
  const chunk = program.source(file)?.chunks.find((c) => c.start <= offset && offset < c.end);
  return {
    range: {
      start: { line, column: indent + 1 },
      end: { line, column: Math.max(indent, text.trimEnd().length) + 1 },
    },
    function: chunk?.kind === 'function' ? (chunk.name ?? '') : '',
  };
}

/** `64 KiB`, `1536 bytes`. */
export function bytesText(bytes: number): string {
  if (bytes >= 2 ** 20 && bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  return bytes >= 2 ** 10 && bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10} KiB` : `${bytes} bytes`;
}
