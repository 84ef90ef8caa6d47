/** Suppression comments: `vringside-ignore RULE, RULE: reason` at the start of a comment, and the code each covers. */
import { TokenKind, type Tokens } from '../syntax/lexer.js';
import type { SourceFile } from '../syntax/source.js';
import type { Span } from '../text/span.js';

/** The word such a comment begins with. */
export const suppressionWord = 'vringside-ignore';

export interface Suppression {
  /** The comment. */
  readonly at: Span;
  /** As written; empty when none is named. */
  readonly rules: readonly string[];
  /** '' where there is none, or only the place of one (`TODO`). */
  readonly reason: string;
  /** The code whose findings it is about. */
  readonly covers: Span;
}

/** In the order of the source. */
export function suppressionsIn(source: SourceFile): Suppression[] {
  if (!source.text.includes(suppressionWord)) return [];
  return source.comments.flatMap((at) => {
    const said = readSuppression(source.text.slice(at.start, at.end));
    return said === null ? [] : [{ at, ...said, covers: coveredBy(source, at) }];
  });
}

const directive = new RegExp(`^${suppressionWord}(?![\\w-])([^:]*)(?::([\\s\\S]*))?$`);

/** What a comment says, its delimiters included in `comment`; null when it is no suppression. */
export function readSuppression(comment: string): Pick<Suppression, 'rules' | 'reason'> | null {
  const inside = comment
    .replace(/^\/[*/]+/, '')
    .replace(/\*+\/$/, '')
    .replace(/\n[ \t]*\*+/g, '\n')
    .replace(/\s+/g, ' ')
    .trim();
  const match = directive.exec(inside);
  if (match === null) return null;
  const reason = (match[2] ?? '').trim();
  return {
    rules: (match[1] ?? '').split(/[\s,]+/).filter((rule) => rule !== ''),
    reason: /^TODO\b/.test(reason) ? '' : reason,
  };
}

/** Beside code: its line. On lines of its own: the statement that follows; above a function: the whole of it. */
function coveredBy(source: SourceFile, at: Span): Span {
  const { text, tokens } = source;
  const own = { start: lineStart(text, at.start), end: lineEnd(text, at.end) };
  const isBesideCode = /\S/.test(text.slice(own.start, at.start)) || /\S/.test(text.slice(at.end, own.end));
  if (isBesideCode) return own;
  const next = nextCode(text, tokens, at.end);
  if (next === null) return { start: at.end, end: at.end };
  const start = tokens.starts[next] ?? at.end;
  const fn = source.chunks.find(
    (chunk) => chunk.kind === 'function' && chunk.firstToken <= next && next < chunk.endToken,
  );
  if (fn !== undefined && fn.start >= at.end) return { start, end: fn.end };
  return { start, end: Math.max(lineEnd(text, start), endOfStatement(tokens, next)) };
}

/** The first token of code at or after an offset; `#if` and its kin are passed over. */
function nextCode(text: string, tokens: Tokens, from: number): number | null {
  let token = firstFrom(tokens, from);
  while (token < tokens.count) {
    const kind = tokens.kinds[token];
    if (
      kind === TokenKind.directive &&
      /^#\s*(?:if|el|endif)/.test(text.slice(tokens.starts[token], tokens.ends[token + 1]))
    ) {
      while (token < tokens.count && tokens.kinds[token] !== TokenKind.directiveEnd) token++;
    } else if (kind !== TokenKind.comment && kind !== TokenKind.directiveEnd) return token;
    token++;
  }
  return null;
}

function firstFrom(tokens: Tokens, offset: number): number {
  let low = 0;
  let high = tokens.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tokens.starts[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const { openParen, closeParen, openBracket, closeBracket, openBrace, closeBrace } = TokenKind;
const opening: ReadonlySet<number | undefined> = new Set([openParen, openBracket]);
const closing: ReadonlySet<number | undefined> = new Set([closeParen, closeBracket]);
const ending: ReadonlySet<number | undefined> = new Set([
  TokenKind.semicolon, TokenKind.comma, TokenKind.directiveEnd, openBrace, closeBrace,
]); // biome-ignore format: a list

/** Where a statement, or the head of one with a body in braces, or an entry of a table ends. */
function endOfStatement(tokens: Tokens, first: number): number {
  let depth = 0;
  for (let token = first; token < tokens.count; token++) {
    const kind = tokens.kinds[token];
    if (opening.has(kind)) depth++;
    else if (closing.has(kind)) depth--;
    if (depth < 0 || (depth === 0 && ending.has(kind))) return tokens.ends[token] ?? 0;
  }
  return tokens.ends[tokens.count - 1] ?? 0;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}
