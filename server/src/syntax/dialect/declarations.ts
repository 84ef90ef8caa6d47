/** Declarations and type names: specifiers (specifiers.ts), then declarators with what hangs on them. */
import { TokenKind } from '../lexer.js';
import type { Dialect } from './context.js';
import { expression } from './expressions.js';
import { initializer } from './initializers.js';
import { likeliest, type Mode, specifiers } from './specifiers.js';
import { nextOf, type View } from './view.js';
import { ASM_WORDS, CONTROL_WORDS, isCapitals, isDeclarationWord, QUALIFIER_WORDS } from './words.js';

/** A declaration without its `;`: specifiers, then declarators up to `end`. */
export function declaration(d: Dialect, i: number, end: number): void {
  d.nested(() => declarators(d, specifiers(d, i, end, 'named'), end, 'named'));
}

/** A type name: in a cast, `sizeof`, `_Generic`. */
export function abstractType(d: Dialect, i: number, end: number): void {
  d.nested(() => declarators(d, specifiers(d, i, end, 'abstract'), end, 'abstract'));
}

// ---- declarators -----------------------------------------------------------------------------------------------

function declarators(d: Dialect, from: number, end: number, mode: Mode): void {
  const { view } = d;
  let at = from;
  while (at < end) {
    const next = declarator(d, at, end, mode);
    at = tail(d, next, end);
    if (at < end && view.is(at, TokenKind.comma)) at++;
    else break;
  }
  if (at < end) expression(d, at, end);
}

/** Pointers, name, parameters and array sizes of one declarator; returns the place after them. */
function declarator(d: Dialect, from: number, end: number, mode: Mode): number {
  const { view } = d;
  let at = pointers(d, from, end, mode);
  if (view.isWord(at) && at < end) {
    at++;
  } else if (at < end && view.is(at, TokenKind.openParen) && mode !== 'abstract') {
    const close = view.close(at, end);
    if (close < 0) return at + 1;
    if (isGroup(view, at, close)) {
      declarator(d, at + 1, close, mode);
      at = close + 1;
    }
  } else if (at < end && view.is(at, TokenKind.openParen)) {
    const close = view.close(at, end);
    if (close > 0 && isGroup(view, at, close)) {
      declarator(d, at + 1, close, 'abstract');
      at = close + 1;
    }
  }
  return suffixes(d, at, end);
}

/** Whether parentheses hold a declarator rather than parameters. */
function isGroup(view: View, open: number, close: number): boolean {
  if (view.is(open + 1, TokenKind.star) || view.is(open + 1, TokenKind.openParen)) return true;
  if (!view.isWord(open + 1) || isDeclarationWord(view.word(open + 1))) return false;
  // `(name)`, `(ANNOTATION *name)`, `(name[3])`
  return close === open + 2 || view.is(open + 2, TokenKind.star) || view.is(open + 2, TokenKind.openBracket);
}

/** `* const FOO name`: hides the annotations among the words after each star; stops at the name. */
function pointers(d: Dialect, from: number, end: number, mode: Mode): number {
  const { view } = d;
  let at = from;
  let sawStar = false;
  for (;;) {
    const words: number[] = [];
    while (at < end && view.isWord(at) && !ASM_WORDS.has(view.word(at))) {
      if (!QUALIFIER_WORDS.has(view.word(at))) words.push(at);
      at++;
      if (at < end && view.is(at, TokenKind.openParen)) break;
    }
    const isMore = at < end && view.is(at, TokenKind.star);
    if (isMore || (mode === 'abstract' && sawStar)) {
      for (const word of words) d.blank('annotation', word, word + 1);
      if (!isMore) return at;
      sawStar = true;
      at++;
      continue;
    }
    if (words.length === 0) return at;
    const last = words.at(-1) as number;
    // `*name(int)` names a function; `name ALIGNED(8)` is annotated (tail).
    const isTailed = words.length > 1 && isCapitals(view.word(last)) && !d.isHead;
    const isFunction = at < end && view.is(at, TokenKind.openParen) && !isTailed;
    const name = isFunction ? last : likeliest(view, isTailed ? words.slice(0, -1) : words);
    for (const word of words) if (word < name) d.blank('annotation', word, word + 1);
    return name;
  }
}

function suffixes(d: Dialect, from: number, end: number): number {
  const { view } = d;
  let at = from;
  while (at < end) {
    const close = view.close(at, end);
    if (close < 0) break;
    if (view.is(at, TokenKind.openParen)) parameters(d, at, close);
    else if (view.is(at, TokenKind.openBracket)) arraySize(d, at, close);
    else break;
    at = close + 1;
  }
  return at;
}

function arraySize(d: Dialect, open: number, close: number): void {
  let at = open + 1;
  while (at < close && (QUALIFIER_WORDS.has(d.view.word(at)) || d.view.word(at) === 'static')) at++;
  expression(d, at, close);
}

/** Annotations, `asm("name")`, a bit-field's width and an initialiser; returns the place of `,` or the end. */
function tail(d: Dialect, from: number, end: number): number {
  const { view } = d;
  let at = from;
  while (
    at < end &&
    view.isWord(at) &&
    !isDeclarationWord(view.word(at)) &&
    !CONTROL_WORDS.has(view.word(at))
  ) {
    const next = view.is(at + 1, TokenKind.openParen) ? view.after(at + 1, end) : at + 1;
    if (ASM_WORDS.has(view.word(at)) && next < end && view.is(next, TokenKind.openBrace)) break;
    d.blank('annotation', at, next);
    at = next;
  }
  if (at < end && view.is(at, TokenKind.colon)) {
    const stop = nextComma(view, at + 1, end);
    if (view.is(at - 1, TokenKind.comma)) anonymousWidth(d, at, stop);
    else if (d.isLocal) d.blank('notation', at, stop);
    const assign = nextOf(view, TokenKind.assign, at + 1, stop);
    expression(d, at + 1, assign);
    at = assign;
  }
  if (at < end && view.is(at, TokenKind.assign)) {
    const close = view.is(at + 1, TokenKind.openBrace) ? view.close(at + 1, end) : -1;
    if (close > 0) {
      initializer(d, at + 1, close);
      return close + 1;
    }
    const stop = nextComma(view, at + 1, end);
    expression(d, at + 1, stop);
    return stop;
  }
  return at;
}

/** `u32 a : 3, : 5`: padding without a name; the grammar wants one. */
function anonymousWidth(d: Dialect, colon: number, end: number): void {
  if (d.insert('notation', colon, '_')) return;
  d.blank('notation', colon - 1, end);
}

function nextComma(view: View, from: number, end: number): number {
  return nextOf(view, TokenKind.comma, from, end);
}

// ---- parameters ------------------------------------------------------------------------------------------------

/** A parameter list in parentheses. */
export function parameters(d: Dialect, open: number, close: number): void {
  const isHead = d.isHead;
  d.isHead = false;
  d.nested(() => {
    let from = open + 1;
    while (from < close) {
      const stop = nextComma(d.view, from, close);
      // An empty argument of the macro that makes this head.
      if (stop === from) d.blank('notation', stop, stop + 1);
      else parameter(d, from, stop);
      from = stop + 1;
    }
  });
  d.isHead = isHead;
}

function parameter(d: Dialect, from: number, end: number): void {
  const { view } = d;
  if (view.is(from, TokenKind.ellipsis) || end <= from) return;
  if (end === from + 2 && view.isWord(from) && view.is(from + 1, TokenKind.ellipsis)) {
    // `args...` in a head that a macro makes.
    d.blank('notation', from + 1, end);
    return;
  }
  if (view.isWord(from)) {
    declarators(d, specifiers(d, from, end, 'parameter'), end, 'parameter');
    return;
  }
  // No declaration at all: an argument of the macro that makes this head.
  d.identifier('type-argument', from, end);
}
