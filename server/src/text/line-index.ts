/** Offsets to lines and columns and back. */
import type { Position, Range, Span } from './span.js';

/**
 * Where the lines of one text begin. A line ends at `\n`; the `\r` of a `\r\n` is the last column of its line, as
 * compilers, ctags and editors count.
 */
export class LineIndex {
  readonly #text: string;
  readonly #starts: Uint32Array;

  constructor(text: string) {
    this.#text = text;
    let count = 1;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
    const starts = new Uint32Array(count);
    let line = 1;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts[line++] = at + 1;
    this.#starts = starts;
  }

  /** The offset in the text itself of an offset as this index counts: the same, but for a text under edit. */
  toText(offset: number): number {
    return offset;
  }

  /** The other way round. */
  fromText(offset: number): number {
    return offset;
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** 1-based line of an offset; offsets outside the text count to its first or last line. */
  lineAt(offset: number): number {
    return this.#lineAt(offset);
  }

  #lineAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  positionAt(offset: number): Position {
    const inside = Math.max(0, Math.min(offset, this.#text.length));
    const line = this.#lineAt(inside);
    return { line, column: inside - (this.#starts[line - 1] as number) + 1 };
  }

  rangeOf(span: Span): Range {
    return { start: this.positionAt(span.start), end: this.positionAt(span.end) };
  }

  /** Offset of a position; one past the end of its line counts to that end, one past the text to the text's end. */
  offsetAt(position: Position): number {
    if (position.line < 1) return 0;
    if (position.line > this.#starts.length) return this.#text.length;
    const { start, end } = this.#lineSpan(position.line);
    return Math.min(start + Math.max(0, position.column - 1), end);
  }

  /** A line without its line end. */
  lineSpan(line: number): Span {
    return this.#lineSpan(line);
  }

  #lineSpan(line: number): Span {
    if (line < 1 || line > this.#starts.length) return { start: this.#text.length, end: this.#text.length };
    const start = this.#starts[line - 1] as number;
    const next = this.#starts[line];
    if (next === undefined) return { start, end: this.#text.length };
    const end = next - 1;
    return { start, end: end > start && this.#text[end - 1] === '\r' ? end - 1 : end };
  }

  /** The text of a line without its line end. */
  lineText(line: number): string {
    const { start, end } = this.#lineSpan(line);
    return this.#text.slice(start, end);
  }
}
