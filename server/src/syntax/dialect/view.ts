/**
 * The tokens of one variant that mean something to C, with their brackets paired: what the passes walk over.
 *
 * Comments, directives, arms not chosen and annotations are gone from it; indices are positions in this view.
 */
import { TokenKind } from '../lexer.js';

/** A pair of brackets further inside than this is not looked into: its text stays as it is. */
export const DEEPEST = 200;

/** The tokens to look at, in order; grown while they are chosen. */
export class TokenList {
  readonly kinds: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  get count(): number {
    return this.kinds.length;
  }

  push(kind: number, start: number, end: number): void {
    this.kinds.push(kind);
    this.starts.push(start);
    this.ends.push(end);
  }

  pop(): void {
    this.kinds.pop();
    this.starts.pop();
    this.ends.pop();
  }
}

export class View {
  readonly source: string;
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Index of the matching bracket; -1 for none. */
  readonly match: Int32Array;
  private readonly words: (string | undefined)[] = [];
  private readonly indents = new Map<number, number>();

  constructor(source: string, chosen: TokenList) {
    this.source = source;
    this.count = chosen.count;
    this.kinds = Uint8Array.from(chosen.kinds);
    this.starts = Uint32Array.from(chosen.starts);
    this.ends = Uint32Array.from(chosen.ends);
    this.match = pairBrackets(this.kinds);
  }

  kind(i: number): number {
    return this.kinds[i] ?? 0;
  }

  start(i: number): number {
    return this.starts[i] as number;
  }

  end(i: number): number {
    return this.ends[i] as number;
  }

  /** Text of a token; '' past either end. */
  word(i: number): string {
    const known = this.words[i];
    if (known !== undefined) return known;
    const word = i >= 0 && i < this.count ? this.source.slice(this.starts[i], this.ends[i]) : '';
    this.words[i] = word;
    return word;
  }

  isWord(i: number): boolean {
    return this.kinds[i] === TokenKind.identifier;
  }

  is(i: number, kind: number): boolean {
    return this.kinds[i] === kind;
  }

  /** Partner of the bracket at `i` when it lies before `end`; -1 otherwise. */
  close(i: number, end: number): number {
    const close = this.match[i] ?? -1;
    return close > i && close < end ? close : -1;
  }

  /** The token after `i` at the same depth: past the closing bracket when `i` opens one. */
  after(i: number, end: number): number {
    const close = this.close(i, end);
    return close < 0 ? i + 1 : close + 1;
  }

  /** Whether a line end lies between token `i` and the one before it. */
  startsLine(i: number): boolean {
    if (i <= 0) return true;
    for (let at = this.end(i - 1); at < this.start(i); at++) {
      if (this.source.charCodeAt(at) === 10) return true;
    }
    return false;
  }

  /** Column of the first token of the line `i` is on, a tab counting to the next multiple of eight. */
  indentOf(i: number): number {
    let indent = this.indents.get(i);
    if (indent === undefined) {
      indent = this.measureIndent(i);
      this.indents.set(i, indent);
    }
    return indent;
  }

  private measureIndent(i: number): number {
    const lineStart = this.source.lastIndexOf('\n', this.start(i) - 1) + 1;
    let column = 0;
    for (let at = lineStart; at < this.start(i); at++) {
      const code = this.source.charCodeAt(at);
      if (code === 32) column++;
      else if (code === 9) column = (column & ~7) + 8;
      else break;
    }
    return column;
  }
}

/** For each bracket the index of its partner; -1 for everything else. */
export function pairBrackets(kinds: ArrayLike<number>): Int32Array {
  const match = new Int32Array(kinds.length).fill(-1);
  const open: number[] = [];
  for (let i = 0; i < kinds.length; i++) {
    const kind = kinds[i] as number;
    if (isOpen(kind)) {
      open.push(i);
    } else if (isClose(kind)) {
      // A brace closes what was left open inside it; a parenthesis does not close a brace.
      let top = open.length - 1;
      if (kind === TokenKind.closeBrace)
        while (top >= 0 && kinds[open[top] as number] !== TokenKind.openBrace) top--;
      if (top < 0 || (kinds[open[top] as number] as number) + 1 !== kind) continue;
      open.length = top + 1;
      const partner = open.pop() as number;
      match[partner] = i;
      match[i] = partner;
    }
  }
  return match;
}

export function isOpen(kind: number): boolean {
  return kind === TokenKind.openParen || kind === TokenKind.openBracket || kind === TokenKind.openBrace;
}

export function isClose(kind: number): boolean {
  return kind === TokenKind.closeParen || kind === TokenKind.closeBracket || kind === TokenKind.closeBrace;
}

/** The first token of `kind` in [from, end) that stands in no brackets there; `end` when there is none. */
export function nextOf(view: View, kind: number, from: number, end: number): number {
  let at = from;
  while (at < end && !view.is(at, kind)) at = view.after(at, end);
  return Math.min(at, end);
}
