/** Bodies of records and enumerations. */
import { TokenKind } from '../lexer.js';
import { hasSemicolon, typeArgument } from './arguments.js';
import type { Dialect } from './context.js';
import { declaration } from './declarations.js';
import { expression } from './expressions.js';
import { isTypeLike } from './shapes.js';
import { nextOf, type View } from './view.js';
import { isDeclarationWord, isTypeName } from './words.js';

/** Fields between the braces of a struct or union. */
export function recordBody(d: Dialect, from: number, end: number): void {
  const { view } = d;
  let at = from;
  while (at < end) {
    if (view.is(at, TokenKind.semicolon)) {
      at++;
      continue;
    }
    const close = isInvocation(view, at, end) ? view.close(at + 1, end) : -1;
    if (close > 0 && !continuesField(view, close, end)) {
      fieldMacro(d, at, close);
      if (!view.is(close + 1, TokenKind.semicolon) && !d.insert('semicolon', close + 1, ';')) {
        // No blank to be had: the macro is shown one letter shorter.
        d.identifier('semicolon', at, close + 1);
        d.draft.write(view.start(close), ';');
      }
      at = close + 1;
      continue;
    }
    const stop = nextOf(view, TokenKind.semicolon, at, end);
    field(d, at, stop);
    at = stop + 1;
  }
}

function isInvocation(view: View, at: number, end: number): boolean {
  if (at + 1 >= end || !view.isWord(at) || isDeclarationWord(view.word(at))) return false;
  // `u8 (*buffer)[8];` is a field.
  return view.is(at + 1, TokenKind.openParen) && !view.is(at + 2, TokenKind.star);
}

/** Whether `MACRO(...)` is the type of the field that goes on after it. */
function continuesField(view: View, close: number, end: number): boolean {
  const next = close + 1;
  if (next >= end || view.is(next, TokenKind.semicolon)) return false;
  if (view.is(next, TokenKind.star) || view.is(next, TokenKind.openParen)) return true;
  return view.isWord(next) && !view.startsLine(next);
}

function field(d: Dialect, from: number, end: number): void {
  const { view } = d;
  d.isLocal = false;
  // A word alone on its line is a macro that stands for fields.
  if (end > from + 1 && view.isWord(from) && view.isWord(from + 1) && view.startsLine(from + 1)) {
    const isMacro = /^[A-Z_0-9]+$/.test(view.word(from)) && view.indentOf(from) === view.indentOf(from + 1);
    if (
      isMacro &&
      end > from + 2 &&
      !isAllPlain(view, from + 1, end) &&
      d.insert('semicolon', from + 1, ';')
    ) {
      field(d, from + 1, end);
      return;
    }
  }
  const colon = anonymousBits(view, from, end);
  if (colon > 0) {
    // An anonymous bit-field is padding; the grammar wants a name.
    const hasRoom = view.start(colon) - view.end(colon - 1) >= 2;
    if (hasRoom && d.draft.write(view.start(colon) - 1, '_')) {
      d.draft.note('notation', view.start(colon) - 1, view.start(colon));
    } else {
      d.blank('notation', colon, end);
    }
    return;
  }
  declaration(d, from, end);
}

function isAllPlain(view: View, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (!view.isWord(at)) return false;
  return end === from + 1;
}

/** Place of the `:` of `int : 3`; -1 when the field has a name. */
function anonymousBits(view: View, from: number, end: number): number {
  let words = 0;
  let isType = false;
  for (let at = from; at < end; at++) {
    if (view.is(at, TokenKind.colon)) return words === 0 || (words === 1 && !isType) ? at : -1;
    if (!view.isWord(at)) return -1;
    if (isDeclarationWord(view.word(at))) isType = true;
    else words++;
  }
  return -1;
}

/** `MACRO(...)` as a member: a group of fields, or the declaration of one. */
function fieldMacro(d: Dialect, at: number, close: number): void {
  const { view } = d;
  const parts = splitArguments(view, at + 1, close);
  const body = parts.findIndex(([from, end]) => hasSemicolon(view, from, end));
  if (body >= 0) {
    groupOfFields(
      d,
      at,
      close,
      parts[body] as readonly [number, number],
      parts[parts.length - 1] as readonly [number, number],
    );
    return;
  }
  const [first, second] = parts;
  d.draft.note('definition-macro', view.start(at), view.end(close));
  if (first !== undefined && second !== undefined && parts.length === 2) {
    if (
      isName(view, second) &&
      (isTypeLike(view, ...first) || first[1] > first[0] + 1 || isTypeName(view.word(first[0])))
    ) {
      // DECLARE_FLEX_ARRAY(type, name)
      hideCall(d, at, close);
      d.draft.clear(view.start(second[0] - 1), view.end(second[0] - 1));
      declaration(d, first[0], first[1]);
      return;
    }
    if (isName(view, first)) {
      // DECLARE_BITMAP(name, size)
      d.draft.write(view.start(at + 1), ' ');
      d.draft.write(view.start(first[1]), '[');
      d.draft.write(view.start(close), ']');
      if (isTypeLike(view, ...second)) typeArgument(d, ...second);
      else expression(d, ...second);
      return;
    }
  }
  d.identifier('type-argument', at, close + 1);
}

type Range = readonly [from: number, end: number];

function isName(view: View, [from, end]: Range): boolean {
  return end === from + 1 && view.isWord(from) && !isDeclarationWord(view.word(from));
}

/** `struct_group(name, fields;)` shown as `struct { fields; }`. */
function groupOfFields(d: Dialect, at: number, close: number, body: Range, last: Range): void {
  const { view, draft } = d;
  const from = body[0];
  const open = from > at + 2 ? view.start(from - 1) : view.start(at + 1);
  if (open - view.start(at) < 6 || !draft.write(view.start(at), 'struct')) {
    d.identifier('type-argument', at, close + 1);
    return;
  }
  draft.note('definition-macro', view.start(at), view.end(close));
  draft.clear(view.start(at) + 6, open);
  draft.write(open, '{');
  draft.write(view.start(close), '}');
  recordBody(d, from, last[1]);
}

function hideCall(d: Dialect, at: number, close: number): void {
  d.draft.clear(d.view.start(at), d.view.end(at + 1));
  d.draft.clear(d.view.start(close), d.view.end(close));
}

export function splitArguments(view: View, open: number, close: number): readonly Range[] {
  const parts: Range[] = [];
  let from = open + 1;
  while (from < close) {
    const stop = nextOf(view, TokenKind.comma, from, close);
    parts.push([from, stop]);
    from = stop + 1;
  }
  return parts;
}

/** Enumerators; a macro call among them is shown as one name. */
export function enumBody(d: Dialect, from: number, end: number): void {
  const { view } = d;
  let at = from;
  while (at < end) {
    if (view.is(at, TokenKind.comma)) {
      at++;
      continue;
    }
    let next = at + 1;
    if (view.isWord(at) && next < end && view.is(next, TokenKind.openParen)) {
      const close = view.close(next, end);
      if (close < 0) return;
      next = close + 1;
      d.identifier('notation', at, next);
      if (next < end && view.isWord(next)) d.draft.write(view.start(close), ',');
    } else if (next < end && view.isWord(next)) {
      // `A B`: an annotation behind the name, or a macro on a line of its own.
      if (view.startsLine(next)) d.insert('notation', next, ',');
      else d.blank('annotation', next, ++next);
    }
    if (next < end && view.is(next, TokenKind.assign)) {
      const stop = nextOf(view, TokenKind.comma, next, end);
      expression(d, next + 1, stop);
      next = stop;
    }
    at = next;
  }
}
