/** Names of top-level constructs, read from the tokens of their heads. */
import { annotationCalls, annotationWords } from '@vringside/grammars/dialect';
import { TokenKind, type Tokens } from './lexer.js';

const NOT_A_NAME: ReadonlySet<string> = new Set([
  ...[
    'if',
    'for',
    'while',
    'switch',
    'do',
    'else',
    'return',
    'goto',
    'case',
    'sizeof',
    'asm',
    '__asm__',
    '__asm',
  ],
  ...['typeof', '__typeof__', '__typeof', 'typeof_unqual', '_Alignas', 'struct', 'union', 'enum'],
]);

const TYPE_WORDS: ReadonlySet<string> = new Set([
  ...['void', 'char', 'short', 'int', 'long', 'float', 'double', 'signed', 'unsigned', 'bool', '_Bool'],
  ...['struct', 'union', 'enum', 'static', 'extern', 'inline', 'const', 'volatile'],
]);

/**
 * Token of the name Universal Ctags gives the function whose head starts at `first`: the word before its parameters. A
 * definition by macro, `SYSCALL_DEFINE1(open, ...) {`, carries the macro's name. -1 when there is none.
 */
export function functionNameToken(text: string, tokens: Tokens, first: number, end: number): number {
  const { kinds } = tokens;
  let fallback = -1;
  /** A name that is an annotation elsewhere: `void __warning(const char *fmt) {`. */
  let reserved = -1;
  let before = -1;
  for (let at = first; at < end; at++) {
    const kind = kinds[at] as number;
    if (kind === TokenKind.comment) continue;
    if (kind === TokenKind.directive) {
      at = skipDirective(tokens, at, end);
      continue;
    }
    if (kind === TokenKind.openBrace) break;
    if (kind === TokenKind.openParen) {
      const close = closeOf(tokens, at, end);
      const word =
        before >= 0 && kinds[before] === TokenKind.identifier ? wordAt(text, tokens, before) : null;
      if (word !== null && !isReserved(word)) {
        const inner = isPointerGroup(tokens, at, end) ? nestedName(text, tokens, at + 1, close) : -1;
        if (inner >= 0) return inner;
        if (!isLiteralGroup(tokens, at, end) && !isPrefix(text, tokens, close, end)) return before;
        if (fallback < 0) fallback = before;
      } else if (word === null || TYPE_WORDS.has(word)) {
        const inner = nestedName(text, tokens, at + 1, close);
        if (inner >= 0) return inner;
      }
      if (word !== null && before > first && annotationCalls.has(word)) reserved = before;
      at = close;
      before = -1;
      continue;
    }
    before = at;
  }
  return fallback >= 0 ? fallback : reserved;
}

/** Tag, variable or type name of a declaration; null when the tokens don't tell. */
export function declarationName(text: string, tokens: Tokens, first: number, end: number): string | null {
  const { kinds } = tokens;
  let name: string | null = null;
  let tag: string | null = null;
  for (let at = first; at < end; at++) {
    const kind = kinds[at] as number;
    if (kind === TokenKind.directive) {
      at = skipDirective(tokens, at, end);
    } else if (kind === TokenKind.identifier) {
      const word = wordAt(text, tokens, at);
      if (word === 'struct' || word === 'union' || word === 'enum') tag = word;
      else if (tag !== null && !tag.includes(' ') && !isReserved(word)) tag += ` ${word}`;
      else if (!isReserved(word) && !TYPE_WORDS.has(word)) name = word;
    } else if (
      kind === TokenKind.openParen ||
      kind === TokenKind.openBracket ||
      kind === TokenKind.openBrace
    ) {
      if (kind === TokenKind.openParen && name !== null && !isPointerGroup(tokens, at, end)) return name;
      const close = closeOf(tokens, at, end);
      if (kind === TokenKind.openParen && name === null) {
        const inner = nestedName(text, tokens, at + 1, close);
        if (inner >= 0) name = wordAt(text, tokens, inner);
      }
      at = close;
    } else if (kind === TokenKind.assign || kind === TokenKind.comma) {
      break;
    }
  }
  return name ?? (tag?.includes(' ') ? tag : null);
}

/** How far the declarations of an old-style parameter list are followed. */
const LOOK_AHEAD = 400;

/** Whether `;` at `semicolon` ends a parameter declaration of `int f(a, b) int a; int b; {`. */
export function isOldStyleHead(text: string, tokens: Tokens, first: number, semicolon: number): boolean {
  const { kinds } = tokens;
  let at = first;
  while (at < semicolon && kinds[at] !== TokenKind.openParen) at++;
  if (at - first < 1 || kinds[at - 1] !== TokenKind.identifier) return false;
  const close = closeOf(tokens, at, semicolon);
  let isNext = true;
  for (let i = at + 1; i < close; i++) {
    if (kinds[i] === TokenKind.comment) continue;
    if (kinds[i] !== (isNext ? TokenKind.identifier : TokenKind.comma)) return false;
    if (isNext && wordAt(text, tokens, i) === 'void') return false;
    isNext = !isNext;
  }
  if (isNext || kinds[close + 1] !== TokenKind.identifier) return false;
  return leadsToBody(tokens, semicolon + 1);
}

/** Whether nothing but plain declarations stands between `from` and a `{`. */
export function leadsToBody(tokens: Tokens, from: number): boolean {
  const { kinds } = tokens;
  const limit = Math.min(tokens.count, from + LOOK_AHEAD);
  let lastKind: number = TokenKind.semicolon;
  for (let i = from; i < limit; i++) {
    const kind = kinds[i] as number;
    if (kind === TokenKind.comment) continue;
    if (kind === TokenKind.openBrace) return lastKind === TokenKind.semicolon;
    const isPlain =
      kind === TokenKind.identifier ||
      kind === TokenKind.star ||
      kind === TokenKind.comma ||
      kind === TokenKind.semicolon ||
      kind === TokenKind.openBracket ||
      kind === TokenKind.closeBracket ||
      kind === TokenKind.number;
    if (!isPlain) return false;
    lastKind = kind;
  }
  return false;
}

function isReserved(word: string): boolean {
  return NOT_A_NAME.has(word) || annotationCalls.has(word) || annotationWords.has(word);
}

/** Whether the group that closes at `close` belongs to an annotation: more of a head follows it. */
function isPrefix(text: string, tokens: Tokens, close: number, end: number): boolean {
  const { kinds } = tokens;
  let words = 0;
  let hasType = false;
  for (let at = close + 1; at < end; at++) {
    const kind = kinds[at] as number;
    if (kind === TokenKind.comment) continue;
    // What follows stands in another arm: another head for the same body.
    if (kind === TokenKind.directive) return false;
    if (kind === TokenKind.identifier) {
      const word = wordAt(text, tokens, at);
      if (annotationCalls.has(word)) return false;
      if (!annotationWords.has(word)) words++;
      if (TYPE_WORDS.has(word)) hasType = true;
    } else if (kind === TokenKind.star) {
      hasType = true;
    } else {
      return kind === TokenKind.openParen && hasType && words > 0 && kinds[at - 1] === TokenKind.identifier;
    }
  }
  return false;
}

/** `("text")`, `(1)`: arguments of an annotation, never parameters. */
function isLiteralGroup(tokens: Tokens, open: number, end: number): boolean {
  let at = open + 1;
  while (at < end && tokens.kinds[at] === TokenKind.comment) at++;
  return tokens.kinds[at] === TokenKind.string || tokens.kinds[at] === TokenKind.number;
}

/** `(*name...`: the parentheses of a declarator, not of parameters. */
function isPointerGroup(tokens: Tokens, open: number, end: number): boolean {
  let at = open + 1;
  while (at < end && tokens.kinds[at] === TokenKind.comment) at++;
  return tokens.kinds[at] === TokenKind.star;
}

/** Name inside a parenthesised declarator: the first word followed by `(`, `)` or `[`. */
function nestedName(text: string, tokens: Tokens, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (tokens.kinds[at] !== TokenKind.identifier) continue;
    const next = tokens.kinds[at + 1];
    const isEnd =
      next === TokenKind.openParen || next === TokenKind.closeParen || next === TokenKind.openBracket;
    const word = wordAt(text, tokens, at);
    if (isEnd && !isReserved(word) && !TYPE_WORDS.has(word)) return at;
  }
  return -1;
}

function closeOf(tokens: Tokens, open: number, end: number): number {
  const { kinds } = tokens;
  let depth = 0;
  for (let at = open; at < end; at++) {
    const kind = kinds[at] as number;
    if (kind === TokenKind.openParen || kind === TokenKind.openBracket || kind === TokenKind.openBrace)
      depth++;
    const isClose =
      kind === TokenKind.closeParen || kind === TokenKind.closeBracket || kind === TokenKind.closeBrace;
    if (isClose && --depth === 0) return at;
  }
  return end;
}

function skipDirective(tokens: Tokens, at: number, end: number): number {
  let i = at;
  while (i < end && tokens.kinds[i] !== TokenKind.directiveEnd) i++;
  return i;
}

function wordAt(text: string, tokens: Tokens, at: number): string {
  return text.slice(tokens.starts[at], tokens.ends[at]);
}
