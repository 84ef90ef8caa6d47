/** Macros that declare: `DEFINE_PER_CPU(type, name)`, `DECLARE_BITMAP(x, n) = { 0 }`, `EXPORT_SYMBOL(x)`. */
import { TokenKind } from '../lexer.js';
import { argumentList, bracedItem, hasSemicolon } from './arguments.js';
import { splitArguments } from './bodies.js';
import type { Dialect } from './context.js';
import { declaration } from './declarations.js';
import { expression } from './expressions.js';
import { initializer } from './initializers.js';
import { isDeclarationLike, isTypeLike } from './shapes.js';
import { nextOf, type View } from './view.js';
import { isDeclarationWord } from './words.js';

type Range = readonly [from: number, end: number];

/** What `NAME(args)` declares, as far as its arguments tell. */
type Shape =
  /** `NAME(type, name)`: shown as `type name`. */
  | { readonly kind: 'typed'; readonly type: Range }
  /** `NAME(name, size) = { ... }`: shown as `NAME name[size]`. */
  | { readonly kind: 'sized'; readonly name: Range; readonly size: Range }
  /** `NAME(name, ...) = { ... }`: shown as `NAME name`. */
  | { readonly kind: 'named'; readonly name: Range }
  /** Initialised, but what is a riddle: the call is shown as one name. */
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'call' };

/** `NAME(args);`, `NAME(args) = { ... };`, `NAME(args) .a = b, NAME`; with or without the `;` at `stop`. */
export function macroDeclaration(d: Dialect, at: number, stop: number): void {
  const { view, draft } = d;
  const close = view.close(at + 1, view.count);
  show(d, at, close, shapeOf(view, at, close));
  if (view.is(close + 1, TokenKind.assign)) {
    initialValue(d, close + 2, stop);
  } else if (view.is(close + 1, TokenKind.dot)) {
    d.insert('semicolon', close + 1, ';');
    fieldsAsStatements(d, close + 1, stop);
  } else if (close + 1 < stop) {
    expression(d, close + 1, stop);
  }
  if (stop >= view.count) draft.needsSemicolon = true;
}

function shapeOf(view: View, at: number, close: number): Shape {
  const parts = splitArguments(view, at + 1, close);
  const [first, second] = parts;
  const isAssigned = view.is(close + 1, TokenKind.assign);
  if (first !== undefined && second !== undefined && parts.length === 2) {
    const isArray = view.is(first[1] - 1, TokenKind.closeBracket);
    const isTyped = isTypeLike(view, ...first) || (isAssigned && isName(view, first));
    if (isName(view, second) && isTyped && !isArray) return { kind: 'typed', type: first };
    if (isAssigned && isName(view, first)) return { kind: 'sized', name: first, size: second };
  }
  if (!isAssigned) return { kind: 'call' };
  return first !== undefined && isName(view, first) ? { kind: 'named', name: first } : { kind: 'unnamed' };
}

function show(d: Dialect, at: number, close: number, shape: Shape): void {
  const { view, draft } = d;
  const start = view.start(at);
  const end = view.end(close);
  if (shape.kind === 'call') {
    callArguments(d, at, close);
    return;
  }
  draft.note('definition-macro', start, end);
  switch (shape.kind) {
    case 'typed': {
      const [from, comma] = shape.type;
      draft.clear(start, view.end(at + 1));
      draft.clear(view.start(comma), view.end(comma));
      draft.clear(view.start(close), end);
      declaration(d, from, comma);
      break;
    }
    case 'sized':
      draft.write(view.start(at + 1), ' ');
      draft.write(view.start(shape.name[1]), '[');
      draft.write(view.start(close), ']');
      expression(d, ...shape.size);
      break;
    case 'named':
      draft.clear(view.start(at + 1), view.end(at + 1));
      draft.clear(view.end(shape.name[1] - 1), end);
      break;
    default:
      d.identifier('definition-macro', at, close + 1);
      draft.needsType = true;
  }
}

function callArguments(d: Dialect, at: number, close: number): void {
  const { view } = d;
  if (hasSemicolon(view, at + 2, close) && isDeclarationLike(view, at + 2, close)) return;
  argumentList(d, at + 1, close);
}

function isName(view: View, [from, end]: Range): boolean {
  return end === from + 1 && view.isWord(from) && !isDeclarationWord(view.word(from));
}

function initialValue(d: Dialect, from: number, stop: number): void {
  const close = d.view.is(from, TokenKind.openBrace) ? d.view.close(from, stop + 1) : -1;
  if (close > 0) initializer(d, from, close);
  else expression(d, from, stop);
}

/** `.name = "y", .next = z,`: fields that a macro's braces hold; shown as assignments. */
export function fieldsAsStatements(d: Dialect, from: number, end: number): void {
  const { view, draft } = d;
  let at = from;
  while (at < end) {
    const stop = nextOf(view, TokenKind.comma, at, end);
    bracedItem(d, at, stop);
    if (stop < end) d.replace('notation', stop, ';');
    else if (end >= view.count) draft.needsSemicolon = true;
    else d.endStatement(stop);
    at = stop + 1;
  }
}
