/** Arguments of calls and macros: what a macro may be given and a function may not. */
import { TokenKind } from '../lexer.js';
import type { Dialect } from './context.js';
import { expression } from './expressions.js';
import { isDeclarationLike, isTypeLike } from './shapes.js';
import { block } from './statements.js';
import { nextOf, type View } from './view.js';
import { CONTROL_WORDS, GRAMMAR_KEYWORDS, isDeclarationWord, STORAGE_WORDS } from './words.js';

/** Words the grammar reserves that are nevertheless expressions. */
const VALUE_KEYWORDS: ReadonlySet<string> = new Set(['true', 'false', 'NULL', 'nullptr', 'TRUE', 'FALSE']);

/** The arguments between the parentheses at `open` and `close`. */
export function argumentList(d: Dialect, open: number, close: number): void {
  d.nested(() => {
    const { view } = d;
    if (close === open + 1) return;
    let from = open + 1;
    let questions = 0;
    for (let at = from; at <= close; at = view.after(at, close)) {
      if (at < close && view.is(at, TokenKind.question)) questions++;
      // `F("asm", "r" (x) : "memory")`: sections of assembly, one behind the other.
      if (at < close && view.is(at, TokenKind.colon) && questions-- <= 0) d.replace('notation', at, ',');
      else if (at < close && !view.is(at, TokenKind.comma)) continue;
      if (at === from) emptyArgument(d, at, close);
      else argument(d, from, at);
      from = at + 1;
      if (at === close) break;
    }
  });
}

/** Nothing between two commas: a name in the white space where there is some, else one comma less. */
function emptyArgument(d: Dialect, at: number, close: number): void {
  if (d.insert('notation', at, '_')) return;
  d.blank('notation', at === close ? at - 1 : at, at === close ? at : at + 1);
}

function argument(d: Dialect, from: number, end: number): void {
  const { view } = d;
  if (end === from + 1 && singleToken(d, from)) return;
  if (view.is(from, TokenKind.openBrace) && view.close(from, end) === end - 1) {
    bracedArgument(d, from, end - 1);
    return;
  }
  if (isOperators(view, from, end)) {
    d.identifier('notation', from, end);
    return;
  }
  if (isBareAssembly(view, from, end)) {
    d.identifier('notation', from, end);
    return;
  }
  const isStatement = isControlled(view, from, end);
  if (isStatement || hasSemicolon(view, from, end)) {
    statementArgument(d, from, end);
    return;
  }
  if (isTypeLike(view, from, end) || isDeclarationLike(view, from, end)) {
    const assign = nextOf(view, TokenKind.assign, from, end);
    typeArgument(d, from, assign);
    expression(d, assign, end);
    return;
  }
  if (JUMPS.has(view.word(from))) {
    jumpArgument(d, from, end);
    return;
  }
  const first = view.kind(from);
  if (first === TokenKind.openBracket && view.is(view.after(from, end), TokenKind.string)) {
    // `[name] "r" (x)`: an operand of inline assembly.
    d.blank('notation', from, view.after(from, end));
  } else if (first === TokenKind.openBracket && view.close(from, end) > 0) {
    d.replace('notation', from, '(');
    d.replace('notation', view.close(from, end), ')');
  } else if (first === TokenKind.dot) d.blank('notation', from, from + 1);
  else if (isBinaryOnly(d, from)) leadingOperator(d, from);
  expression(d, from, end);
}

/** `if (x) ...`, `for_each(x) { ... }`: a statement, with or without a `;`. */
export function isControlled(view: View, from: number, end: number): boolean {
  const word = view.word(from);
  if (CONTROL_WORDS.has(word)) return !JUMPS.has(word);
  if (!view.isWord(from) || !view.is(from + 1, TokenKind.openParen) || GRAMMAR_KEYWORDS.has(word))
    return false;
  const next = view.after(from + 1, end);
  return next < end && view.is(next, TokenKind.openBrace);
}

/** `&= ~`: an operator for the macro to use. */
function isOperators(view: View, from: number, end: number): boolean {
  for (let at = from; at < end; at++) {
    const kind = view.kind(at);
    const isOperator =
      kind === TokenKind.operator ||
      kind === TokenKind.assign ||
      kind === TokenKind.ampersand ||
      kind === TokenKind.star;
    if (!isOperator) return false;
  }
  return true;
}

/** Assembly as it stands: `fnsave %[fx]`. */
function isBareAssembly(view: View, from: number, end: number): boolean {
  for (let at = from; at + 1 < end; at++) {
    if (view.word(at) === '%' && view.is(at + 1, TokenKind.openBracket)) return true;
  }
  return false;
}

const JUMPS: ReadonlySet<string> = new Set(['return', 'goto', 'break', 'continue']);

/** `F(x, return y)`, `F(x, goto out)`: what the macro does with it; shown as the value or the label's name. */
function jumpArgument(d: Dialect, from: number, end: number): void {
  if (d.view.word(from) === 'return') {
    d.blank('notation', from, from + 1);
    expression(d, from + 1, end);
    return;
  }
  d.identifier('notation', from, end);
}

/** A type, or a whole parameter declaration, shown as one name. */
export function typeArgument(d: Dialect, from: number, end: number): void {
  const { view } = d;
  d.identifier('type-argument', from, end);
  if (end === from + 1 && GRAMMAR_KEYWORDS.has(view.word(from))) d.draft.write(view.start(from), '_');
}

/** An argument of one token; true when nothing is left to do. */
function singleToken(d: Dialect, at: number): boolean {
  const { view } = d;
  const kind = view.kind(at);
  if (kind === TokenKind.identifier) {
    const word = view.word(at);
    if (isDeclarationWord(word)) typeArgument(d, at, at + 1);
    else if (GRAMMAR_KEYWORDS.has(word) && !VALUE_KEYWORDS.has(word)) {
      d.identifier('notation', at, at + 1);
      d.draft.write(view.start(at), '_');
    }
    return true;
  }
  if (kind === TokenKind.number && !isNumber(view.word(at))) {
    // `10baseT_Half`: half of a name that the macro completes.
    d.identifier('notation', at, at + 1);
    return true;
  }
  if (kind === TokenKind.number || kind === TokenKind.string || kind === TokenKind.char) return true;
  if (kind === TokenKind.semicolon) {
    d.identifier('notation', at, at + 1);
    return true;
  }
  const isBracket = kind >= TokenKind.openParen && kind <= TokenKind.closeBrace;
  if (!isBracket) d.identifier('notation', at, at + 1);
  return !isBracket;
}

export function isNumber(text: string): boolean {
  return /^(?:0[xX][0-9a-fA-F.]+(?:[pP][-+]?\d+)?|0[bB][01]+|[\d.]+(?:[eE][-+]?\d+)?)[uUlLfF]*$/.test(text);
}

/** `{ ... }` as an argument: statements stay, an initialiser's braces become parentheses. */
function bracedArgument(d: Dialect, open: number, close: number): void {
  const { view } = d;
  if (close === open + 1) return;
  if (hasSemicolon(view, open + 1, close) || CONTROL_WORDS.has(view.word(open + 1))) {
    block(d, open + 1, close);
    return;
  }
  bracesToParens(d, open, close);
}

function bracesToParens(d: Dialect, open: number, close: number): void {
  d.nested(() => {
    const { view } = d;
    d.replace('notation', open, '(');
    d.replace('notation', close, ')');
    let from = open + 1;
    for (let at = from; at <= close; at = view.after(at, close)) {
      if (at < close && !view.is(at, TokenKind.comma)) continue;
      if (at === from) {
        if (at < close) d.blank('notation', at, at + 1);
        else if (view.is(at - 1, TokenKind.comma)) d.blank('notation', at - 1, at);
      } else {
        bracedItem(d, from, at);
      }
      from = at + 1;
      if (at === close) break;
    }
  });
}

export function bracedItem(d: Dialect, from: number, end: number): void {
  const { view } = d;
  let at = from;
  if (view.is(at, TokenKind.dot)) d.blank('notation', at, ++at);
  if (view.is(at, TokenKind.openBracket) && view.is(view.after(at, end), TokenKind.assign)) {
    // `[i] = v`: the designator is shown as a parenthesised value.
    const close = view.close(at, end);
    if (close > 0) {
      d.replace('notation', at, '(');
      d.replace('notation', close, ')');
    }
  }
  for (let i = at; i < end; i = view.after(i, end)) {
    if (!view.is(i, TokenKind.openBrace)) continue;
    const close = view.close(i, end);
    const isLiteral = i > at && view.is(i - 1, TokenKind.closeParen);
    if (close > 0 && !isLiteral && close > i + 1) {
      expression(d, at, i);
      bracesToParens(d, i, close);
      at = close + 1;
    }
  }
  expression(d, at, end);
}

export function hasSemicolon(view: View, from: number, end: number): boolean {
  for (let at = from; at < end; at = view.after(at, end)) if (view.is(at, TokenKind.semicolon)) return true;
  return false;
}

/** Statements without braces: `({ ... })` where there is room for it, else a list of expressions. */
function statementArgument(d: Dialect, from: number, end: number): void {
  const { view, draft } = d;
  const before = draft.findBlank(view.end(from - 1), view.start(from));
  const after = draft.findBlank(view.end(end - 1), end < view.count ? view.start(end) : draft.end);
  const endsItself = view.is(end - 1, TokenKind.semicolon) || view.is(end - 1, TokenKind.closeBrace);
  const second = after < 0 ? -1 : draft.findBlank(after + 1, end < view.count ? view.start(end) : draft.end);
  if (before >= 0 && after >= 0 && (endsItself || second >= 0)) {
    draft.write(before, '{');
    draft.note('notation', before, before + 1);
    draft.write(endsItself ? after : second, '}');
    draft.note('notation', endsItself ? after : second, (endsItself ? after : second) + 1);
    block(d, from, end);
    return;
  }
  if (STORAGE_WORDS.has(view.word(from))) return;
  let start = from;
  while (start < end) {
    const stop = nextOf(view, TokenKind.semicolon, start, end);
    looseStatement(d, start, stop);
    if (stop < end) d.replace('notation', stop, stop + 1 < end ? ',' : ' ');
    start = stop + 1;
  }
}

/** A statement shown as an expression: a jump as a name, `if (x) y` as `(x), y`. */
function looseStatement(d: Dialect, from: number, end: number): void {
  const { view } = d;
  const word = view.word(from);
  if (JUMPS.has(word)) {
    jumpArgument(d, from, end);
  } else if (word === 'if' && view.is(from + 1, TokenKind.openParen)) {
    const next = view.after(from + 1, end);
    d.blank('notation', from, from + 1);
    expression(d, from + 1, next);
    if (d.insert('notation', next, ',')) looseStatement(d, next, end);
  } else if (isDeclarationLike(view, from, end)) {
    const assign = nextOf(view, TokenKind.assign, from, end);
    typeArgument(d, from, assign);
    expression(d, assign, end);
  } else {
    expression(d, from, end);
  }
}

/** An operator that no operand can start with, at the start of an argument. */
function isBinaryOnly(d: Dialect, at: number): boolean {
  const { view } = d;
  const kind = view.kind(at);
  if (kind === TokenKind.assign || kind === TokenKind.question || kind === TokenKind.colon) return true;
  if (kind === TokenKind.arrow) return true;
  if (kind === TokenKind.andAnd) return !view.isWord(at + 1);
  if (kind !== TokenKind.operator) return false;
  const text = view.word(at);
  return !['!', '~', '-', '+', '++', '--'].includes(text);
}

/** `F(x, >= 1)`: the operator becomes a sign, or a name and a comma where it is long enough. */
function leadingOperator(d: Dialect, at: number): void {
  d.replace('notation', at, d.view.word(at).length > 1 ? '_,' : '!');
}
