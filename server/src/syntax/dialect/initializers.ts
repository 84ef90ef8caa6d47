/** Initialiser lists: designators, old notations, and list macros that bring their own commas. */
import { TokenKind } from '../lexer.js';
import type { Dialect } from './context.js';

import { expression } from './expressions.js';
import { nextOf, type View } from './view.js';

/** The items between the braces at `open` and `close`. */
export function initializer(d: Dialect, open: number, close: number): void {
  d.nested(() => {
    const { view } = d;
    let from = open + 1;
    while (from < close) {
      if (view.is(from, TokenKind.comma)) {
        d.blank('notation', from, from + 1);
        from++;
        continue;
      }
      const stop = item(d, from, close);
      if (stop < close && view.is(stop, TokenKind.comma)) from = stop + 1;
      else if (stop < close) {
        d.insert('notation', stop, ',');
        from = Math.max(stop, from + 1);
      } else from = close;
    }
  });
}

/** One item; returns where it ends: at its comma, or before an item that follows without one. */
function item(d: Dialect, from: number, end: number): number {
  const { view } = d;
  const value = designators(d, from, end);
  const stop = itemEnd(view, value, end);
  const close = view.is(value, TokenKind.openBrace) ? view.close(value, end) : -1;
  if (close > 0) {
    initializer(d, value, close);
    if (close + 1 < stop) expression(d, close + 1, stop);
  } else {
    expression(d, value, stop);
  }
  return stop;
}

/** `.a[2].b =`, `[1 ... 3] =`, `name:`; returns where the value starts. */
function designators(d: Dialect, from: number, end: number): number {
  const { view } = d;
  let at = from;
  for (;;) {
    if (view.is(at, TokenKind.dot) && view.isWord(at + 1)) at += 2;
    else if (view.is(at, TokenKind.openBracket) && view.close(at, end) > 0) {
      const close = view.close(at, end);
      expression(d, at + 1, close);
      at = close + 1;
    } else break;
  }
  if (at === from) return view.isWord(from) && view.is(from + 1, TokenKind.colon) ? from + 2 : from;
  if (view.is(at, TokenKind.assign)) return at + 1;
  // `[X] value` and `.x value`: old GNU C leaves the `=` out.
  if (at < end && !view.is(at, TokenKind.comma)) d.insert('notation', at, '=');
  return at;
}

function itemEnd(view: View, from: number, end: number): number {
  const comma = nextOf(view, TokenKind.comma, from, end);
  for (let at = view.after(from, comma); at < comma; at = view.after(at, comma)) {
    if (view.startsLine(at) && endsValue(view, at - 1) && startsItem(view, at, comma)) return at;
    if (isListMacro(view, at - 1) && isListMacro(view, at)) return at;
  }
  return comma;
}

/** `A_ITEMS B_ITEMS`: list macros one after the other. Names beside a string are parts of one. */
function isListMacro(view: View, at: number): boolean {
  return view.isWord(at) && /^[A-Z][A-Z0-9_]*$/.test(view.word(at)) && !view.is(at + 1, TokenKind.string);
}

function endsValue(view: View, at: number): boolean {
  const kind = view.kind(at);
  return (
    kind === TokenKind.closeParen ||
    kind === TokenKind.closeBrace ||
    kind === TokenKind.identifier ||
    kind === TokenKind.number ||
    kind === TokenKind.string
  );
}

function startsItem(view: View, at: number, end: number): boolean {
  const before = view.kind(at - 1);
  if (view.is(at, TokenKind.dot)) return view.isWord(at + 1) && view.is(at + 2, TokenKind.assign);
  if (view.is(at, TokenKind.openBrace))
    return before === TokenKind.closeParen || before === TokenKind.closeBrace;
  if (view.is(at, TokenKind.openBracket)) return view.is(view.after(at, end), TokenKind.assign);
  if (!view.isWord(at)) return false;
  return before === TokenKind.closeParen || before === TokenKind.closeBrace || before === TokenKind.number;
}
