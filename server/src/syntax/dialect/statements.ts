/** Statements: control, labels, and simple ones with or without their `;`. */
import { TokenKind } from '../lexer.js';
import { rewriteAsm } from './asm.js';
import type { Dialect } from './context.js';
import { declaration } from './declarations.js';
import { localDeclaration } from './definitions.js';
import { expression } from './expressions.js';
import { invocation, isInvocation } from './macro-statements.js';
import { isDeclarationLike, isTypeLike } from './shapes.js';
import { nextOf, type View } from './view.js';
import { ASM_WORDS, CONTROL_WORDS, GRAMMAR_KEYWORDS, isDeclarationWord } from './words.js';

/** The statements in [from, end). */
export function block(d: Dialect, from: number, end: number): void {
  d.nested(() => {
    let at = from;
    while (at < end) at = Math.max(at + 1, statement(d, at, end));
  });
}

/** One statement; returns the place after it. */
export function statement(d: Dialect, at: number, end: number): number {
  const { view } = d;
  const kind = view.kind(at);
  if (kind === TokenKind.semicolon) return at + 1;
  if (kind === TokenKind.openBrace) {
    const close = view.close(at, end);
    if (close < 0) return at + 1;
    block(d, at + 1, close);
    return close + 1;
  }
  if (kind !== TokenKind.identifier) return simple(d, at, end);
  const word = view.word(at);
  if (CONTROL_WORDS.has(word)) return control(d, at, word, end);
  if (ASM_WORDS.has(word)) return asmStatement(d, at, end);
  if (view.is(at + 1, TokenKind.colon) && at + 1 < end) return afterLabel(d, at + 2, end);
  if (isInvocation(view, at, word, end)) return invocation(d, at, end);
  return simple(d, at, end);
}

/** The statement that a control word, a macro or a label governs. */
export function body(d: Dialect, at: number, end: number): number {
  if (at >= end) {
    // An arm of `#if` that is not taken here held it.
    d.insert('semicolon', at, ';');
    return at;
  }
  let next = at;
  d.nested(() => {
    next = statement(d, at, end);
  });
  return Math.max(next, at);
}

// ---- control ---------------------------------------------------------------------------------------------------

function control(d: Dialect, at: number, word: string, end: number): number {
  const { view } = d;
  switch (word) {
    case 'if': {
      const after = body(d, head(d, at, end), end);
      return view.word(after) === 'else' && after < end ? body(d, after + 1, end) : after;
    }
    case 'switch': {
      const after = head(d, at, end);
      // The grammar wants braces; `switch (x) case A: ...` has none.
      if (!view.is(after, TokenKind.openBrace)) d.replace('notation', at, 'while');
      return body(d, after, end);
    }
    case 'while':
      return body(d, head(d, at, end), end);
    case 'else':
      return body(d, at + 1, end);
    case 'for':
      return body(d, forHead(d, at, end), end);
    case 'do':
      return doStatement(d, at, end);
    case 'case':
      return caseLabel(d, at, end);
    case 'default':
      return view.is(at + 1, TokenKind.colon) ? afterLabel(d, at + 2, end, false) : at + 1;
    case 'goto':
      if (view.is(at + 1, TokenKind.star)) d.blank('notation', at, at + 1);
      return simple(d, at + 1, end, false);
    default:
      return view.is(at + 1, TokenKind.semicolon) ? at + 2 : simple(d, at + 1, end, false);
  }
}

/** The condition in parentheses; returns the place after it. */
function head(d: Dialect, at: number, end: number): number {
  const { view } = d;
  let open = at + 1;
  // `if MACRO(x)`: the macro brings its parentheses along.
  if (view.isWord(open) && view.is(open + 1, TokenKind.openParen) && !GRAMMAR_KEYWORDS.has(view.word(open))) {
    const close = view.close(open + 1, end);
    const hasRoom =
      close > 0 && close + 1 < end && d.draft.findBlank(view.end(close), view.start(close + 1)) >= 0;
    if (hasRoom && d.insert('notation', open, '(')) {
      d.insert('notation', close + 1, ')');
      expression(d, open, close + 1);
      return close + 1;
    }
    if (close > 0) d.blank('notation', open, ++open);
  }
  const close = view.is(open, TokenKind.openParen) ? view.close(open, end) : -1;
  if (close < 0) return open;
  condition(d, open, close);
  return close + 1;
}

function condition(d: Dialect, open: number, close: number): void {
  const { view } = d;
  if (view.is(open + 1, TokenKind.openBrace) && view.close(open + 1, close) === close - 1)
    block(d, open + 2, close - 1);
  else expression(d, open + 1, close);
}

function forHead(d: Dialect, at: number, end: number): number {
  const { view } = d;
  const open = at + 1;
  const close = view.is(open, TokenKind.openParen) ? view.close(open, end) : -1;
  if (close < 0) return open;
  const first = nextOf(view, TokenKind.semicolon, open + 1, close);
  if (isDeclarationStart(view, open + 1, first)) declaration(d, open + 1, first);
  else expression(d, open + 1, first);
  const second = nextOf(view, TokenKind.semicolon, first + 1, close);
  expression(d, first + 1, second);
  expression(d, second + 1, close);
  return close + 1;
}

function doStatement(d: Dialect, at: number, end: number): number {
  const { view } = d;
  const after = body(d, at + 1, end);
  if (after < end && isInvocation(view, after, view.word(after), end) && !view.startsLine(after)) {
    // `do { ... } while_each_thread(g, p);`
    d.replace('loop-macro', after, view.word(after).length >= 5 ? 'while' : view.word(after));
  } else if (after >= end || view.word(after) !== 'while') return after;
  const next = head(d, after, end);
  if (next < end && view.is(next, TokenKind.semicolon)) return next + 1;
  d.insert('semicolon', next, ';');
  return next;
}

/** `case a ... b:`: the grammar has no ranges; a range is shown as `a | b`. */
function caseLabel(d: Dialect, at: number, end: number): number {
  const { view } = d;
  let questions = 0;
  let stop = at + 1;
  while (stop < end) {
    const kind = view.kind(stop);
    if (kind === TokenKind.question) questions++;
    if (kind === TokenKind.colon && questions-- <= 0) break;
    if (kind === TokenKind.semicolon) return stop;
    if (kind === TokenKind.ellipsis) d.replace('notation', stop, ' | ');
    stop = view.after(stop, end);
  }
  expression(d, at + 1, Math.min(stop, end));
  return afterLabel(d, stop + 1, end, false);
}

/** A label labels a statement: an empty one where the block ends. `at` is the place after the colon. */
function afterLabel(d: Dialect, at: number, end: number, needsStatement = true): number {
  if (at < end || !needsStatement || d.insert('semicolon', at, ';')) return at;
  const { view, draft } = d;
  const [start, stop] = [view.start(at - 2), view.end(at - 1)];
  // No blank to be had: the label is shown one letter shorter.
  if (stop - start >= 3 && draft.write(stop - 2, ':;')) draft.note('semicolon', start, stop);
  return at;
}

function asmStatement(d: Dialect, at: number, end: number): number {
  const next = rewriteAsm(d, at, end);
  if (next < end && d.view.is(next, TokenKind.semicolon)) return next + 1;
  d.insert('semicolon', next, ';');
  return next;
}

// ---- simple statements -----------------------------------------------------------------------------------------

/** A declaration or an expression up to its `;`; returns the place after it. */
export function simple(d: Dialect, at: number, end: number, mayDeclare = true): number {
  const { view } = d;
  const stop = simpleEnd(view, at, end);
  const isDeclaration = mayDeclare && isDeclarationStart(view, at, stop);
  if (isDeclaration) localDeclaration(d, at, stop);
  else expression(d, at, stop);
  if (stop < end && view.is(stop, TokenKind.semicolon)) return stop + 1;
  if (!view.is(stop - 1, TokenKind.closeBrace) || isDeclaration) d.endStatement(stop);
  return Math.max(stop, at + 1);
}

function isDeclarationStart(view: View, at: number, end: number): boolean {
  if (isDeclarationLike(view, at, end)) return true;
  if (!view.isWord(at) || GRAMMAR_KEYWORDS.has(view.word(at))) return false;
  const open = at + 1;
  const close = view.is(open, TokenKind.openParen) ? view.close(open, end) : -1;
  if (close < 0) return false;
  if (view.isWord(open + 1) && view.is(open + 2, TokenKind.star) && view.is(close + 1, TokenKind.openParen)) {
    // `type (ABI *fn)(int)`
    return view.isWord(open + 3) && close === open + 4;
  }
  if (view.isWord(close + 1) && close + 1 < end) return true;
  if (view.is(close + 1, TokenKind.star) && view.isWord(close + 2)) {
    const kind = view.kind(close + 3);
    return kind === TokenKind.assign || kind === TokenKind.comma || close + 3 >= end;
  }
  // `type (*fn)(int)`: parameters that are types say that this declares.
  if (!view.is(open + 1, TokenKind.star) || !view.is(close + 1, TokenKind.openParen)) return false;
  const comma = nextOf(view, TokenKind.comma, close + 2, view.close(close + 1, end));
  return isTypeLike(view, close + 2, comma) || isDeclarationLike(view, close + 2, comma);
}

/** End of the statement at `at`: its `;`, or the place where another statement begins without one. */
function simpleEnd(view: View, at: number, end: number): number {
  let stop = view.after(at, end);
  while (stop < end && !view.is(stop, TokenKind.semicolon)) {
    if (view.isWord(stop)) {
      const word = view.word(stop);
      if (CONTROL_WORDS.has(word) && word !== 'default') return stop;
      if (view.startsLine(stop) && endsStatement(view, at, stop)) return stop;
    }
    if (
      view.is(stop, TokenKind.openBrace) &&
      view.is(stop - 1, TokenKind.identifier) &&
      isLoneMacro(view, at, stop)
    ) {
      return stop;
    }
    stop = view.after(stop, end);
  }
  return Math.min(stop, end);
}

/** Whether the statement at `at` is complete before `stop`, which begins a line: `MACRO` alone, or a call. */
function endsStatement(view: View, at: number, stop: number): boolean {
  if (view.indentOf(stop) > view.indentOf(at)) return false;
  if (stop === at + 1) return /^[A-Z_][A-Z0-9_]+$/.test(view.word(at)) && !isDeclarationWord(view.word(at));
  if (!view.is(stop - 1, TokenKind.closeParen) || isDeclarationWord(view.word(at))) return false;
  // `x = (type)` goes on; `x = call()` may be all.
  const open = view.match[stop - 1] ?? -1;
  return open > at && view.isWord(open - 1) && !GRAMMAR_KEYWORDS.has(view.word(open - 1));
}

function isLoneMacro(view: View, at: number, stop: number): boolean {
  return stop === at + 1 && !isDeclarationWord(view.word(at));
}
