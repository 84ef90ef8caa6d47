/**
 * Inline assembly. The template and the constraints are another language and may be built by any macro: each is shown
 * as one string. The operands in parentheses are C and stay.
 */
import { TokenKind } from '../lexer.js';
import type { Dialect } from './context.js';
import { expression } from './expressions.js';
import type { View } from './view.js';

const QUALIFIERS: ReadonlyMap<string, string> = new Map([
  ['volatile', 'volatile'],
  ['__volatile__', '__volatile__'],
  ['__volatile', 'volatile'],
  ['inline', 'inline'],
  ['__inline', 'inline'],
  ['__inline__', 'inline'],
  ['goto', 'goto'],
]);

/** `asm` at `at`, with its qualifiers and parentheses; returns the place after it. */
export function rewriteAsm(d: Dialect, at: number, end: number): number {
  const { view } = d;
  if (view.word(at) === 'asm_inline') d.replace('notation', at, 'asm inline');
  let open = at + 1;
  while (open < end && view.isWord(open)) {
    const known = QUALIFIERS.get(view.word(open));
    if (known === undefined) d.blank('notation', open, open + 1);
    else if (known !== view.word(open)) d.replace('notation', open, known);
    open++;
  }
  const close = open < end && view.is(open, TokenKind.openParen) ? view.close(open, end) : -1;
  if (close < 0) return open;
  asmBody(d, open, close);
  return close + 1;
}

/** Whether the parentheses hold assembly, whatever the macro before them is called: a string, then `:` sections. */
export function isAsmBody(view: View, open: number, close: number): boolean {
  if (!view.is(open + 1, TokenKind.string)) return false;
  const colon = sectionEnd(view, open + 1, close);
  if (colon >= close) return false;
  for (let at = open + 1; at < colon; at = view.after(at, colon)) {
    if (view.is(at, TokenKind.question) || view.is(at, TokenKind.comma)) return false;
  }
  return true;
}

export function asmBody(d: Dialect, open: number, close: number): void {
  const { view } = d;
  let from = open + 1;
  for (let section = 0; from <= close; section++) {
    const stop = sectionEnd(view, from, close);
    if (section === 0) asString(d, from, stop);
    else if (section < 3) operands(d, from, stop);
    else if (section === 3) clobbers(d, from, stop);
    from = stop + 1;
  }
}

function sectionEnd(view: View, from: number, close: number): number {
  let at = from;
  let questions = 0;
  while (at < close) {
    if (view.is(at, TokenKind.question)) questions++;
    if (view.is(at, TokenKind.colon) && questions-- <= 0) break;
    at = view.after(at, close);
  }
  return Math.min(at, close);
}

/** Shows [from, end) as one string literal, unless it is one. */
function asString(d: Dialect, from: number, end: number): void {
  const { view, draft } = d;
  if (end <= from || isLiterals(view, from, end)) return;
  const start = view.start(from);
  const stop = view.end(end - 1);
  const lineEnd = view.source.indexOf('\n', start);
  const last = lineEnd < 0 || lineEnd > stop ? stop : lineEnd;
  if (last - start < 2) return;
  draft.replace('notation', start, stop, `"${'_'.repeat(last - start - 2)}"`);
}

function isLiterals(view: View, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (!view.is(at, TokenKind.string)) return false;
  return true;
}

/** `[name] "=r" (x), ...`: constraint to string, value as an expression. */
function operands(d: Dialect, from: number, end: number): void {
  const { view } = d;
  let at = from;
  while (at < end) {
    let stop = at;
    while (stop < end && !view.is(stop, TokenKind.comma)) stop = view.after(stop, end);
    operand(d, at, stop, end);
    at = stop + 1;
  }
}

function operand(d: Dialect, from: number, end: number, sectionEnd: number): void {
  const { view } = d;
  let at = from;
  if (view.is(at, TokenKind.openBracket)) {
    // `[MACRO(x)]`, `[0]`: a name all the same.
    const close = view.close(at, end);
    if (close > 0 && close !== at + 2) d.identifier('notation', at + 1, close);
    at = close < 0 ? at + 1 : close + 1;
  }
  const value = end - 1;
  const open = view.is(value, TokenKind.closeParen) ? (view.match[value] ?? -1) : -1;
  if (open < at) {
    bareOperand(d, at, end, sectionEnd);
    return;
  }
  if (open === at || (open === at + 1 && view.isWord(at))) {
    macroOperand(d, at, open, value);
    return;
  }
  if (open !== at + 1 || !view.is(at, TokenKind.string)) asString(d, at, open);
  expression(d, open + 1, value);
}

/** `MACRO(x)` as an operand: constraint and value in one. The name makes room for a constraint. */
function macroOperand(d: Dialect, at: number, open: number, close: number): void {
  const { view, draft } = d;
  if (open > at && view.end(at) - view.start(at) >= 2) {
    draft.replace('notation', view.start(at), view.end(at), '""');
  }
  for (let i = open + 1; i < close; i = view.after(i, close)) {
    // The grammar takes one expression there.
    if (view.is(i, TokenKind.comma)) d.replace('notation', i, '|');
  }
  expression(d, open + 1, close);
}

/** A macro alone that stands for an operand: shown as one of constant value, where there is room. */
function bareOperand(d: Dialect, from: number, end: number, sectionEnd: number): void {
  if (end <= from) return;
  const { view, draft } = d;
  const start = view.start(from);
  if (view.end(end - 1) - start >= 5) draft.replace('notation', start, view.end(end - 1), '""(0)');
  else d.blank('notation', from, end < sectionEnd ? end + 1 : end);
}

/** Clobbers are strings; a macro among them is shown as one. */
function clobbers(d: Dialect, from: number, end: number): void {
  const { view } = d;
  let at = from;
  while (at < end) {
    let stop = at;
    while (stop < end && !view.is(stop, TokenKind.comma)) stop = view.after(stop, end);
    asString(d, at, stop);
    at = stop + 1;
  }
}
