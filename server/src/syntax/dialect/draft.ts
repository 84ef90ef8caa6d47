/** The text the parser will see: as long as the original, changed in place, with a record of every change. */
import type { Rewrite, RewriteKind } from '../source.js';

const SPACE = 32;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const UNDERSCORE = 95;

/** All offsets are those of the file. */
export class Draft {
  readonly start: number;
  readonly end: number;
  readonly rewrites: Rewrite[] = [];
  /** The function's head gives no type; the text needs one in front. */
  needsType = false;
  /** A macro invocation ends with the text and without `;`. */
  needsSemicolon = false;
  private readonly source: string;
  private units: Uint16Array | null = null;

  constructor(source: string, start: number, end: number) {
    this.source = source;
    this.start = start;
    this.end = end;
  }

  text(): string {
    if (this.units === null) return this.source.slice(this.start, this.end);
    let text = '';
    for (let at = 0; at < this.units.length; at += 8192) {
      text += String.fromCharCode.apply(null, this.units.subarray(at, at + 8192) as unknown as number[]);
    }
    return text;
  }

  sorted(): readonly Rewrite[] {
    return this.rewrites.sort((a, b) => a.start - b.start || b.end - a.end);
  }

  note(kind: RewriteKind, start: number, end: number): void {
    this.rewrites.push({ kind, start, end });
  }

  /** White space in place of [start, end); line ends stay. Not recorded: for comments, directives, other arms. */
  clear(start: number, end: number): void {
    const units = this.edit();
    for (let at = start - this.start; at < end - this.start; at++) {
      if (!isLineEnd(units[at] as number)) units[at] = SPACE;
    }
  }

  /** Hides [start, end) from the parser and says so. */
  blank(kind: RewriteKind, start: number, end: number): void {
    this.clear(start, end);
    this.note(kind, start, end);
  }

  /** Puts `text` at the start of [start, end) and white space after it; false when it does not fit on a line there. */
  replace(kind: RewriteKind, start: number, end: number, text: string): boolean {
    if (end - start < text.length || !this.write(start, text)) return false;
    this.clear(start + text.length, end);
    this.note(kind, start, end);
    return true;
  }

  /** Overwrites without a record: part of a change that is recorded elsewhere. False when a line ends there. */
  write(start: number, text: string): boolean {
    const units = this.edit();
    const at = start - this.start;
    for (let i = 0; i < text.length; i++) if (isLineEnd(units[at + i] as number)) return false;
    for (let i = 0; i < text.length; i++) units[at + i] = text.charCodeAt(i);
    return true;
  }

  /** Shows [start, end) as one identifier: the part on its first line, other characters as `_`. */
  identifier(kind: RewriteKind, start: number, end: number): void {
    const units = this.edit();
    let at = start - this.start;
    const stop = end - this.start;
    for (; at < stop && !isLineEnd(units[at] as number); at++) {
      if (!isWord(units[at] as number)) units[at] = UNDERSCORE;
    }
    this.clear(at + this.start, end);
    const first = units[start - this.start] as number;
    if (first >= 48 && first <= 57) units[start - this.start] = UNDERSCORE;
    this.note(kind, start, end);
  }

  /** Offset of a blank in [start, end) of the text as it is now; -1 when there is none. */
  findBlank(start: number, end: number): number {
    const units = this.edit();
    for (let at = start - this.start; at < end - this.start; at++) {
      const unit = units[at];
      if (unit === SPACE || unit === 9) return at + this.start;
    }
    return -1;
  }

  private edit(): Uint16Array {
    if (this.units !== null) return this.units;
    const units = new Uint16Array(this.end - this.start);
    for (let i = 0; i < units.length; i++) units[i] = this.source.charCodeAt(this.start + i);
    this.units = units;
    return units;
  }
}

function isLineEnd(unit: number): boolean {
  return unit === LINE_FEED || unit === CARRIAGE_RETURN;
}

function isWord(unit: number): boolean {
  return (
    (unit >= 48 && unit <= 57) ||
    (unit >= 65 && unit <= 90) ||
    unit === 95 ||
    (unit >= 97 && unit <= 122) ||
    unit > 127
  );
}
