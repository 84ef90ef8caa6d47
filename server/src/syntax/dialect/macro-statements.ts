/** Macros that stand where statements do: with a body, without a `;`, around statements, as assembly. */
import { loopPattern, oncePattern } from '@vringside/grammars/dialect';
import { TokenKind } from '../lexer.js';
import { argumentList, isControlled } from './arguments.js';
import { asmBody, isAsmBody } from './asm.js';
import type { Dialect } from './context.js';
import { macroDeclaration } from './macro-declarations.js';
import { block, body, simple } from './statements.js';
import { nextOf, type View } from './view.js';
import { ASM_WORDS, CONTROL_WORDS, GRAMMAR_KEYWORDS, isDeclarationWord, TYPEOF_WORDS } from './words.js';

export function isInvocation(view: View, at: number, word: string, end: number): boolean {
  if (GRAMMAR_KEYWORDS.has(word) || TYPEOF_WORDS.has(word)) return false;
  return view.is(at + 1, TokenKind.openParen) && view.close(at + 1, end) > 0;
}

/** `NAME(...)` at the start of a statement: a call, a macro with a body, a macro without `;`. */
export function invocation(d: Dialect, at: number, end: number): number {
  const { view } = d;
  const open = at + 1;
  const close = view.close(open, end);
  const next = close + 1;
  if (isAsmBody(view, open, close)) {
    asAsm(d, at);
    asmBody(d, open, close);
    if (view.is(next, TokenKind.semicolon)) return next + 1;
    d.insert('semicolon', next, ';');
    return next;
  }
  if (view.is(next, TokenKind.assign) && view.is(next + 1, TokenKind.openBrace))
    return initialised(d, at, next, end);
  if (holdsStatements(d, open, close)) {
    unwrap(d, at, open, close);
    return view.is(next, TokenKind.semicolon) ? next + 1 : next;
  }
  if (next >= end) {
    argumentList(d, open, close);
    missingSemicolon(d, at, open, close, next);
    return next;
  }
  if (view.is(next, TokenKind.openBrace) || isBodyStart(view, at, next, end))
    return macroWithBody(d, at, open, close, end);
  if (isNewStatement(view, at, next)) {
    argumentList(d, open, close);
    missingSemicolon(d, at, open, close, next);
    return next;
  }
  return simple(d, at, end);
}

/** `DEBUG(if (x) y; else z;)`: statements for the macro to keep or drop, with no room for braces around them. */
function holdsStatements(d: Dialect, open: number, close: number): boolean {
  const { view, draft } = d;
  if (close === open + 1 || draft.findBlank(view.end(open), view.start(open + 1)) >= 0) return false;
  if (nextOf(view, TokenKind.comma, open + 1, close) < close) return false;
  return isControlled(view, open + 1, close);
}

function unwrap(d: Dialect, at: number, open: number, close: number): void {
  d.blank('notation', at, open + 1);
  d.blank('notation', close, close + 1);
  block(d, open + 1, close);
}

/** `DECLARE_BITMAP(x, n) = { 0 };`: what only a declaration can be initialised with. */
function initialised(d: Dialect, at: number, assign: number, end: number): number {
  const stop = nextOf(d.view, TokenKind.semicolon, assign, end);
  macroDeclaration(d, at, stop);
  return stop < end ? stop + 1 : stop;
}

/** Shows `asm_volatile_goto(` as `asm volatile goto(`; a shorter name as `asm`. */
function asAsm(d: Dialect, at: number): void {
  const { view } = d;
  const word = view.word(at);
  const spelt = word.replaceAll('_', ' ').trim();
  const isSpelt = /^asm( volatile| inline| goto)*$/.test(spelt);
  if (isSpelt) d.replace('notation', at, word.replaceAll('_', ' '));
  else if (word.length >= 3) d.replace('notation', at, 'asm');
}

/** Whether what follows `NAME(...)` is its body: a statement on the same line, or indented below it. */
function isBodyStart(view: View, at: number, next: number, end: number): boolean {
  const isBelow = view.startsLine(next);
  if (isBelow && view.indentOf(next) <= view.indentOf(at)) return false;
  const kind = view.kind(next);
  if (kind === TokenKind.identifier) {
    const word = view.word(next);
    if (CONTROL_WORDS.has(word)) return word !== 'else' && word !== 'case' && word !== 'default';
    if (ASM_WORDS.has(word)) return false;
    if (isDeclarationWord(word)) return false;
    if (isBelow) return true;
    if (word === view.word(at)) return false;
    // `TYPE(x) name;` declares; `each(x) call();` loops.
    const after = view.kind(next + 1);
    return (
      after === TokenKind.openParen ||
      after === TokenKind.arrow ||
      after === TokenKind.dot ||
      after === TokenKind.operator
    );
  }
  if (!isBelow) return false;
  // `(void)call();`
  if (kind === TokenKind.openParen) return view.isWord(view.after(next, end));
  return kind === TokenKind.star
    ? isAssignment(view, next, end)
    : kind === TokenKind.operator && /^(\+\+|--)$/.test(view.word(next));
}

function isAssignment(view: View, from: number, end: number): boolean {
  const stop = nextOf(view, TokenKind.semicolon, from, end);
  return nextOf(view, TokenKind.assign, from, stop) < stop;
}

/** Whether the token after `NAME(...)` begins another statement: a line of its own, no deeper than the macro. */
function isNewStatement(view: View, at: number, next: number): boolean {
  if (!view.startsLine(next)) {
    return view.isWord(next) && (CONTROL_WORDS.has(view.word(next)) || view.word(next) === view.word(at));
  }
  const kind = view.kind(next);
  if (kind === TokenKind.identifier) return true;
  const isPrefix = kind === TokenKind.star || kind === TokenKind.openParen;
  if (isPrefix) return view.indentOf(next) === view.indentOf(at);
  return kind === TokenKind.operator && /^(\+\+|--)$/.test(view.word(next));
}

/** `NAME(...) statement`: shown as `while (...) statement`. */
function macroWithBody(d: Dialect, at: number, open: number, close: number, end: number): number {
  const { view, draft } = d;
  const word = view.word(at);
  const isOnce = oncePattern.test(word) && !loopPattern.test(word);
  const kind = isOnce ? 'block-macro' : 'loop-macro';
  argumentList(d, open, close);
  const after = body(d, close + 1, end);
  const hasElse = after < end && view.word(after) === 'else';
  const shown = hasElse || word.length < 5 ? 'if' : 'while';
  if (close === open + 1) {
    // Nothing in the parentheses: the grammar wants something there.
    draft.replace(kind, view.start(at), view.end(close), 'if(1)');
  } else if (word.length >= 2) {
    d.replace(kind, at, shown);
  }
  return hasElse ? body(d, after + 1, end) : after;
}

/** Ends the macro call [at, close] that has no `;`, at whatever cost in white space or punctuation. */
function missingSemicolon(d: Dialect, at: number, open: number, close: number, next: number): void {
  const { view, draft } = d;
  if (next >= view.count && d.isOpenEnded) return;
  if (d.insert('semicolon', next, ';')) return;
  if (close === open + 1) {
    draft.replace('semicolon', view.start(open), view.end(close), ';');
    return;
  }
  // No blank to be had: the arguments stay, the name makes way.
  d.blank('semicolon', at, open + 1);
  d.replace('semicolon', close, ';');
}
