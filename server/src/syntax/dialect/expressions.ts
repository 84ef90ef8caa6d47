/** Expressions: types as macro arguments, statement expressions, and notations the grammar does not know. */

import { TokenKind } from '../lexer.js';
import { argumentList, isNumber } from './arguments.js';
import { rewriteAsm } from './asm.js';
import type { Dialect } from './context.js';
import { abstractType } from './declarations.js';
import { initializer } from './initializers.js';
import { isTypeLike } from './shapes.js';
import { rewriteTypeof } from './specifiers.js';
import { block } from './statements.js';
import { joinStrings, stringRunEnd } from './strings.js';
import type { View } from './view.js';
import { ASM_WORDS, CONTROL_WORDS, GRAMMAR_KEYWORDS, isCapitals, TYPEOF_WORDS } from './words.js';

const ALIGNOF: ReadonlySet<string> = new Set(['__alignof__', '__alignof', '_Alignof', 'alignof', '_alignof']);

/** The tokens [i, end) as an expression, commas included. */
export function expression(d: Dialect, i: number, end: number): void {
  d.nested(() => {
    const { view } = d;
    let at = i;
    /** Up to here the words at this depth are known to be beside no string. */
    let plainUntil = i;
    while (at < end) {
      if (at > i && view.isWord(at)) {
        if (view.is(at - 1, TokenKind.number)) d.insert('notation', at, '*');
        else if (isJuxtaposed(view, at)) d.insert('notation', at, '+');
      }
      switch (view.kind(at)) {
        case TokenKind.openParen:
          at = parenthesis(d, at, i, end);
          break;
        case TokenKind.openBracket: {
          const close = view.close(at, end);
          if (close > 0) expression(d, at + 1, close);
          at = view.after(at, end);
          break;
        }
        case TokenKind.openBrace:
          if (view.close(at, end) > 0) initializer(d, at, view.close(at, end));
          at = view.after(at, end);
          break;
        case TokenKind.andAnd:
          if (isOperand(d, at, i) && view.isWord(at + 1)) d.replace('notation', at, ' &');
          at++;
          break;
        case TokenKind.ellipsis:
          at++;
          break;
        case TokenKind.string:
          at = afterStrings(d, at, end);
          break;
        case TokenKind.identifier:
          if (at >= plainUntil) {
            const stop = stringRunEnd(view, at, end);
            if (stop > at) {
              if (stop > at + 1) joinStrings(d, at, stop);
              at = stop;
              break;
            }
            plainUntil = -stop;
          }
          at = word(d, at, end);
          break;
        case TokenKind.number:
          // `2k_CDSN_IO`: half of a name that the macro completes.
          if (!isNumber(view.word(at))) d.identifier('notation', at, at + 1);
          at++;
          break;
        default:
          at++;
      }
    }
  });
}

/** `A(x) B(y)`, `A_FLAGS B_FLAGS`: macros that bring their own operators; shown as a sum. */
function isJuxtaposed(view: View, at: number): boolean {
  const before = at - 1;
  if (CONTROL_WORDS.has(view.word(at)) || ASM_WORDS.has(view.word(at))) return false;
  if (view.is(before, TokenKind.closeParen)) {
    const open = view.match[before] ?? -1;
    return (
      open > 0 &&
      view.isWord(open - 1) &&
      !GRAMMAR_KEYWORDS.has(view.word(open - 1)) &&
      !isTypeofWord(view, open - 1)
    );
  }
  if (!view.isWord(before) || GRAMMAR_KEYWORDS.has(view.word(before))) return false;
  return isCapitals(view.word(at)) || (isCapitals(view.word(before)) && view.is(at + 1, TokenKind.openParen));
}

function isTypeofWord(view: View, at: number): boolean {
  return TYPEOF_WORDS.has(view.word(at));
}

function afterStrings(d: Dialect, at: number, end: number): number {
  const stop = stringRunEnd(d.view, at, end);
  if (stop > at + 1) joinStrings(d, at, stop);
  return Math.max(stop, at + 1);
}

function word(d: Dialect, at: number, end: number): number {
  const { view } = d;
  const text = view.word(at);
  const close = view.is(at + 1, TokenKind.openParen) ? view.close(at + 1, end) : -1;
  if (TYPEOF_WORDS.has(text) && close > 0) {
    rewriteTypeof(d, at, close);
    return close + 1;
  }
  if (ASM_WORDS.has(text)) return rewriteAsm(d, at, end);
  if (text === '_Generic' && close > 0) {
    genericSelection(d, at + 1, close);
    return close + 1;
  }
  if (text === 'offsetof' && close > 0) {
    offsetOf(d, at, close);
    return close + 1;
  }
  if (ALIGNOF.has(text) && close > 0) {
    if (isTypeLike(d.view, at + 2, close)) abstractType(d, at + 2, close);
    else {
      if (close - at !== 3) d.replace('notation', at, `${text.slice(0, -1)}x`);
      expression(d, at + 2, close);
    }
    return close + 1;
  }
  if (ALIGNOF.has(text)) d.replace('notation', at, 'sizeof');
  return at + 1;
}

/** What opens at `at`: arguments, a type in parentheses, a statement expression or a plain group. */
function parenthesis(d: Dialect, at: number, start: number, end: number): number {
  const { view } = d;
  const close = view.close(at, end);
  if (close < 0) return at + 1;
  const before = at > start ? at - 1 : -1;
  const callee = before >= 0 ? view.word(before) : '';
  if (view.is(at + 1, TokenKind.openBrace) && view.close(at + 1, close) === close - 1) {
    d.nested(() => block(d, at + 2, close - 1));
  } else if (before >= 0 && isCallee(d, before)) {
    argumentList(d, at, close);
  } else if (callee !== 'return' && isTypeLike(view, at + 1, close)) {
    abstractType(d, at + 1, close);
  } else {
    expression(d, at + 1, close);
  }
  return close + 1;
}

function isCallee(d: Dialect, at: number): boolean {
  const { view } = d;
  if (view.isWord(at)) {
    const word = view.word(at);
    return !GRAMMAR_KEYWORDS.has(word) && !CONTROL_WORDS.has(word);
  }
  if (view.is(at, TokenKind.closeBracket)) return true;
  if (!view.is(at, TokenKind.closeParen)) return false;
  // `(*fn)(args)` calls; `(type)(value)` casts.
  const open = view.match[at] ?? -1;
  return open >= 0 && !isTypeLike(view, open + 1, at);
}

/** Whether what stands at `at` begins an operand: no value comes before it. */
function isOperand(d: Dialect, at: number, start: number): boolean {
  if (at <= start) return true;
  const { view } = d;
  const kind = view.kind(at - 1);
  if (kind === TokenKind.identifier) return CONTROL_WORDS.has(view.word(at - 1));
  if (kind === TokenKind.closeParen) {
    const open = view.match[at - 1] ?? -1;
    return open >= 0 && isTypeLike(view, open + 1, at - 1);
  }
  const isValue =
    kind === TokenKind.closeBracket ||
    kind === TokenKind.closeBrace ||
    kind === TokenKind.number ||
    kind === TokenKind.string ||
    kind === TokenKind.char;
  return !isValue;
}

/** `_Generic(x, int: a, default: b)`: the grammar wants a type where `default` stands. */
function genericSelection(d: Dialect, open: number, close: number): void {
  const { view } = d;
  let from = open + 1;
  let isFirst = true;
  for (let at = from; at <= close; at = view.after(at, close)) {
    if (at < close && !view.is(at, TokenKind.comma)) continue;
    if (isFirst) expression(d, from, at);
    else association(d, from, at);
    isFirst = false;
    from = at + 1;
    if (at === close) break;
  }
}

function association(d: Dialect, from: number, end: number): void {
  const { view } = d;
  for (let at = from; at < end; at = view.after(at, end)) {
    if (!view.is(at, TokenKind.colon)) continue;
    if (view.word(from) === 'default') d.replace('notation', from, '_efault');
    else abstractType(d, from, at);
    expression(d, at + 1, end);
    return;
  }
}

/** `offsetof(type, member)`; a member the grammar does not take (`a.b`, `a[i]`) makes it a plain call. */
function offsetOf(d: Dialect, at: number, close: number): void {
  const { view } = d;
  let comma = at + 2;
  while (comma < close && !view.is(comma, TokenKind.comma)) comma = view.after(comma, close);
  const isPlain = comma + 2 === close && view.isWord(comma + 1) && isTypeLike(view, at + 2, comma);
  if (isPlain) {
    abstractType(d, at + 2, comma);
    return;
  }
  if (comma + 2 === close && view.isWord(comma + 1) && comma === at + 3) return;
  d.replace('notation', at, 'offset_f');
  argumentList(d, at + 1, close);
}
