/**
 * One pass over C text into flat arrays: the only place that looks at characters.
 *
 * Nothing is thrown away but white space: comments, directives and garbage are tokens too, so the tokens and the
 * white space between them tile the text. Any input is accepted (NULs, BOM, unterminated anything) and the time is
 * linear in the length: no token is ever looked at twice.
 */

/** What a token is. Punctuation the later passes steer by has a kind of its own; the rest is `operator`. */
export const TokenKind = {
  identifier: 1,
  number: 2,
  string: 3,
  char: 4,
  comment: 5,
  /** The `#` that opens a directive line. */
  directive: 6,
  /** The line end that closes a directive; empty at the end of the text. */
  directiveEnd: 7,
  openParen: 10,
  closeParen: 11,
  openBracket: 12,
  closeBracket: 13,
  openBrace: 14,
  closeBrace: 15,
  semicolon: 16,
  comma: 17,
  colon: 18,
  assign: 19,
  star: 20,
  dot: 21,
  ellipsis: 22,
  ampersand: 23,
  andAnd: 24,
  question: 25,
  arrow: 26,
  /** `#` inside a macro body: the argument as a string. */
  stringify: 27,
  /** `##` */
  paste: 28,
  /** Any other operator, compound assignments included. */
  operator: 29,
  /** A character that is no C: NUL, `@`, a stray backslash. */
  invalid: 30,
} as const;

export type TokenKindValue = (typeof TokenKind)[keyof typeof TokenKind];

/** The tokens of one text: token i is of `kinds[i]` and spans [starts[i], ends[i]). */
export interface Tokens {
  readonly count: number;
  readonly kinds: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

const { identifier, number, string, char, comment, directive, directiveEnd } = TokenKind;
const { operator, invalid, stringify, paste, dot, ellipsis, arrow, ampersand, andAnd } = TokenKind;

// Classes of the first character of a token.
const SPACE = 0;
const NEWLINE = 1;
const WORD = 2;
const DIGIT = 3;
const QUOTE = 4;
const SINGLE = 5;
const OPERATOR = 6;
const BACKSLASH = 7;
const OTHER = 8;

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTATION = 34;
const HASH = 35;
const AND = 38;
const APOSTROPHE = 39;
const ASTERISK = 42;
const MINUS = 45;
const DOT = 46;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const BACKSLASH_CHAR = 92;

const CLASSES = buildClasses();
const SINGLE_KINDS = buildSingleKinds();
const IS_WORD_PART = buildWordParts();

/** Cuts `text` into tokens. Offsets are UTF-16 code units. Never throws; linear in the length of the text. */
export function tokenize(text: string): Tokens {
  return new Lexer(text).run();
}

/** Given by a read that found white space after all. */
const NOTHING = 0;

class Lexer {
  private readonly text: string;
  private readonly length: number;
  private kinds: Uint8Array;
  private starts: Uint32Array;
  private ends: Uint32Array;
  private count = 0;
  private at = 0;
  private isLineStart = true;
  private isInDirective = false;
  /** Counts the tokens since `#`: a header name can stand only as the second one. */
  private directiveTokens = 0;

  constructor(text: string) {
    this.text = text;
    this.length = text.length;
    // Kernel C has a token every five characters or so.
    const capacity = Math.max(64, (text.length >> 2) + 16);
    this.kinds = new Uint8Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.ends = new Uint32Array(capacity);
  }

  run(): Tokens {
    const { text, length } = this;
    while (this.at < length) {
      const start = this.at;
      const code = text.charCodeAt(start);
      const kindOfChar = code < 128 ? (CLASSES[code] as number) : classOfWide(code);
      if (kindOfChar === SPACE) {
        this.at++;
      } else if (kindOfChar === NEWLINE) {
        this.at++;
        if (this.isInDirective) this.endDirective(start, this.at);
        this.isLineStart = true;
      } else {
        const kind = this.read(kindOfChar, code);
        if (kind === NOTHING) continue;
        this.push(kind, start, this.at);
        this.directiveTokens++;
        // A comment is white space to the preprocessor: `#` may still open a directive after one.
        if (kind !== comment) this.isLineStart = false;
      }
    }
    if (this.isInDirective) this.endDirective(length, length);
    const { count } = this;
    return {
      count,
      kinds: this.kinds.subarray(0, count),
      starts: this.starts.subarray(0, count),
      ends: this.ends.subarray(0, count),
    };
  }

  private push(kind: number, start: number, end: number): void {
    const index = this.count++;
    if (index === this.kinds.length) this.grow();
    this.kinds[index] = kind;
    this.starts[index] = start;
    this.ends[index] = end;
  }

  private grow(): void {
    const capacity = this.kinds.length * 2;
    this.kinds = grown(this.kinds, new Uint8Array(capacity));
    this.starts = grown(this.starts, new Uint32Array(capacity));
    this.ends = grown(this.ends, new Uint32Array(capacity));
  }

  private endDirective(start: number, end: number): void {
    this.isInDirective = false;
    this.push(directiveEnd, start, end);
  }

  /** Reads the token at `at`, which is left behind it; gives its kind. */
  private read(kindOfChar: number, code: number): number {
    const { text, length } = this;
    const from = this.at + 1;
    switch (kindOfChar) {
      case WORD:
        this.at = endOfWord(text, from, length);
        return identifier;
      case DIGIT:
        this.at = endOfNumber(text, from, length);
        return number;
      case QUOTE:
        this.at = endOfQuoted(text, from, length, code);
        return code === QUOTATION ? string : char;
      case SINGLE:
        this.at = from;
        return SINGLE_KINDS[code] as number;
      case OPERATOR:
        return this.readOperator(code, from < length ? text.charCodeAt(from) : 0);
      case BACKSLASH:
        this.at = from;
        if (!isLineEnd(text, from, length)) return invalid;
        this.at = afterLineEnd(text, from, length);
        return NOTHING;
      default:
        this.at = from;
        return invalid;
    }
  }

  private readOperator(code: number, next: number): number {
    const { text, length, at } = this;
    switch (code) {
      case SLASH:
        if (next === ASTERISK) this.at = endOfBlockComment(text, at + 2, length);
        else if (next === SLASH) this.at = endOfLineComment(text, at + 2, length);
        else break;
        return comment;
      case HASH:
        return this.readHash(next);
      case DOT:
        return this.readDot(next);
      case LESS:
        if (!this.isHeaderName()) break;
        this.at = endOfHeaderName(text, at + 1, length);
        return string;
      default:
    }
    this.at += operatorLength(code, next, at + 2 < length ? text.charCodeAt(at + 2) : 0);
    return operatorKind(code, this.at - at, next);
  }

  private readHash(next: number): number {
    if (this.isLineStart) {
      this.at++;
      this.isInDirective = true;
      this.directiveTokens = 0;
      return directive;
    }
    this.at += next === HASH ? 2 : 1;
    return next === HASH ? paste : stringify;
  }

  private readDot(next: number): number {
    const { text, length, at } = this;
    if (isDigit(next)) {
      this.at = endOfNumber(text, at + 2, length);
      return number;
    }
    const isEllipsis = next === DOT && at + 2 < length && text.charCodeAt(at + 2) === DOT;
    this.at += isEllipsis ? 3 : 1;
    return isEllipsis ? ellipsis : dot;
  }

  /** Whether the two tokens before are `#` and `include` (or `include_next`, `import`). */
  private isHeaderName(): boolean {
    if (!this.isInDirective || this.directiveTokens !== 2) return false;
    const last = this.count - 1;
    if (this.kinds[last] !== identifier) return false;
    const word = this.text.slice(this.starts[last], this.ends[last]);
    return word === 'include' || word === 'include_next' || word === 'import';
  }
}

function grown<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function endOfWord(text: string, from: number, length: number): number {
  let at = from;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code < 128 ? IS_WORD_PART[code] === 1 : isWideWord(code)) at++;
    else break;
  }
  return at;
}

/** A preprocessing number: digits, letters, dots, and a sign after an exponent letter. `0..9` stays three tokens. */
function endOfNumber(text: string, from: number, length: number): number {
  let at = from;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code < 128 && IS_WORD_PART[code] === 1) at++;
    else if (code === DOT && !(at + 1 < length && text.charCodeAt(at + 1) === DOT)) at++;
    else if ((code === 43 || code === MINUS) && isDecimalExponent(text, from - 1, at)) at++;
    else break;
  }
  return at;
}

function isDecimalExponent(text: string, start: number, sign: number): boolean {
  const before = text.charCodeAt(sign - 1) | 32;
  if (before === 112) return true; // p: hexadecimal floats
  if (before !== 101) return false; // e: but 0xe + 1 is a sum to every reader
  return (text.charCodeAt(start + 1) | 32) !== 120;
}

/** End of a string or character constant; an unterminated one ends with its line. */
function endOfQuoted(text: string, from: number, length: number, quote: number): number {
  let at = from;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === LINE_FEED || code === CARRIAGE_RETURN) return at;
    if (code === BACKSLASH_CHAR && at + 1 < length) {
      const next = text.charCodeAt(at + 1);
      at += next === CARRIAGE_RETURN && at + 2 < length && text.charCodeAt(at + 2) === LINE_FEED ? 3 : 2;
    } else {
      at++;
    }
  }
  return length;
}

function endOfBlockComment(text: string, from: number, length: number): number {
  const close = text.indexOf('*/', from);
  return close < 0 ? length : close + 2;
}

function endOfLineComment(text: string, from: number, length: number): number {
  let at = from;
  for (;;) {
    const lineFeed = text.indexOf('\n', at);
    if (lineFeed < 0) return length;
    const last =
      lineFeed > from && text.charCodeAt(lineFeed - 1) === CARRIAGE_RETURN ? lineFeed - 1 : lineFeed;
    if (last === from || text.charCodeAt(last - 1) !== BACKSLASH_CHAR) return last;
    at = lineFeed + 1;
  }
}

function endOfHeaderName(text: string, from: number, length: number): number {
  let at = from;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (code === GREATER) return at + 1;
    if (code === LINE_FEED || code === CARRIAGE_RETURN) return at;
    at++;
  }
  return length;
}

function isLineEnd(text: string, at: number, length: number): boolean {
  if (at >= length) return true;
  const code = text.charCodeAt(at);
  return code === LINE_FEED || code === CARRIAGE_RETURN;
}

function afterLineEnd(text: string, at: number, length: number): number {
  if (at >= length) return at;
  const isPair =
    text.charCodeAt(at) === CARRIAGE_RETURN && at + 1 < length && text.charCodeAt(at + 1) === LINE_FEED;
  return at + (isPair ? 2 : 1);
}

/** Length of the operator that starts with `code`, `next`, `third`: the longest that C knows. */
function operatorLength(code: number, next: number, third: number): number {
  if (next === EQUALS) return isAssignable(code) ? 2 : 1;
  if (code === LESS || code === GREATER) {
    if (next !== code) return 1;
    return third === EQUALS ? 3 : 2;
  }
  if (code === MINUS && next === GREATER) return 2;
  const isDoubling = code === AND || code === 43 || code === MINUS || code === 124;
  return isDoubling && next === code ? 2 : 1;
}

/** The characters that make an operator with a following `=`: all but `~` and the like. */
function isAssignable(code: number): boolean {
  return code !== 126;
}

function operatorKind(code: number, length: number, next: number): number {
  if (length === 1) {
    if (code === AND) return ampersand;
    if (code === EQUALS) return TokenKind.assign;
    if (code === ASTERISK) return TokenKind.star;
    return operator;
  }
  if (code === AND && next === AND) return andAnd;
  if (code === MINUS && next === GREATER) return arrow;
  return operator;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Beyond ASCII: letters are words, as in C; a BOM and exotic blanks are white space; the rest is no C. */
function classOfWide(code: number): number {
  if (code === 0xfeff || code === 0xa0 || code === 0x2028 || code === 0x2029) return SPACE;
  return isWideWord(code) ? WORD : OTHER;
}

const WIDE_LETTER = /[\p{L}\p{Nl}\p{Mn}\p{Nd}]/u;

function isWideWord(code: number): boolean {
  return WIDE_LETTER.test(String.fromCharCode(code));
}

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(128).fill(OTHER);
  for (const blank of [9, 11, 12, 32]) classes[blank] = SPACE;
  classes[LINE_FEED] = NEWLINE;
  // The pair CR LF ends a line once: the CR is white space before it.
  classes[CARRIAGE_RETURN] = SPACE;
  for (let code = 48; code <= 57; code++) classes[code] = DIGIT;
  for (let code = 65; code <= 90; code++) classes[code] = classes[code + 32] = WORD;
  classes[36] = classes[95] = WORD;
  classes[QUOTATION] = classes[APOSTROPHE] = QUOTE;
  for (const single of '()[]{};,:?') classes[single.charCodeAt(0)] = SINGLE;
  for (const first of '#&*+-./<=>|!%^~') classes[first.charCodeAt(0)] = OPERATOR;
  classes[BACKSLASH_CHAR] = BACKSLASH;
  return classes;
}

function buildSingleKinds(): Uint8Array {
  const kinds = new Uint8Array(128);
  const table: readonly (readonly [string, number])[] = [
    ['(', TokenKind.openParen],
    [')', TokenKind.closeParen],
    ['[', TokenKind.openBracket],
    [']', TokenKind.closeBracket],
    ['{', TokenKind.openBrace],
    ['}', TokenKind.closeBrace],
    [';', TokenKind.semicolon],
    [',', TokenKind.comma],
    [':', TokenKind.colon],
    ['?', TokenKind.question],
  ];
  for (const [text, kind] of table) kinds[text.charCodeAt(0)] = kind;
  return kinds;
}

function buildWordParts(): Uint8Array {
  const parts = new Uint8Array(128);
  for (let code = 0; code < 128; code++) {
    if (CLASSES[code] === WORD || CLASSES[code] === DIGIT) parts[code] = 1;
  }
  return parts;
}
