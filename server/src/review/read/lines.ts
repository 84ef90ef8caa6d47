/** Lines that know where in the patch file they stood, also after a mail's encoding was undone. */
import type { Bytes } from '../patch.js';

export interface NumberedLines {
  /** Without line ends. */
  readonly text: readonly Bytes[];
  /** 1-based line in the patch file of each. */
  readonly at: readonly number[];
}

/** A line end at the very end begins no line. */
export function splitLines(text: Bytes): Bytes[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

export function numbered(text: Bytes): NumberedLines {
  const lines = splitLines(text);
  return { text: lines, at: lines.map((_, index) => index + 1) };
}

export function sliceLines(lines: NumberedLines, from: number, to: number): NumberedLines {
  return { text: lines.text.slice(from, to), at: lines.at.slice(from, to) };
}

export function withoutCr(line: Bytes): Bytes {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
