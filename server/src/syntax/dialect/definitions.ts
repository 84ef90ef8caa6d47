/** File-level constructs: function heads, definitions by macro, declarations, macro invocations. */
import { TokenKind } from '../lexer.js';
import { rewriteAsm } from './asm.js';
import { splitArguments } from './bodies.js';
import type { Dialect } from './context.js';
import { declaration, parameters } from './declarations.js';
import { expression } from './expressions.js';
import { fieldsAsStatements, macroDeclaration } from './macro-declarations.js';
import { isDeclarationLike, isTypeLike } from './shapes.js';
import { block } from './statements.js';
import { nextOf, type View } from './view.js';
import {
  ASM_WORDS,
  isCapitals,
  isDeclarationWord,
  QUALIFIER_WORDS,
  STORAGE_WORDS,
  TAG_KEYWORDS,
} from './words.js';

/** Everything in a chunk; mostly one construct. */
export function fileLevel(d: Dialect): void {
  const { view } = d;
  let at = 0;
  while (at < view.count) at = Math.max(at + 1, construct(d, at));
}

function construct(d: Dialect, at: number): number {
  const { view } = d;
  if (view.is(at, TokenKind.semicolon)) return at + 1;
  if (ASM_WORDS.has(view.word(at))) return rewriteAsm(d, at, view.count);
  const { stop, isBody } = constructEnd(view, at);
  if (isBody) return functionDefinition(d, at, stop);
  if (isInvocation(view, at)) macroDeclaration(d, at, stop);
  else if (view.isWord(at)) topDeclaration(d, at, stop);
  else expression(d, at, stop);
  // `LIST_OF_NAMES` alone.
  if (stop >= view.count && stop === at + 1) d.draft.needsSemicolon = true;
  return stop + 1;
}

/** Where the construct at `at` ends: at its `;`, or at the `{` of a function's body. */
function constructEnd(view: View, at: number): { readonly stop: number; readonly isBody: boolean } {
  let stop = at;
  let hasAssign = false;
  let hasTag = false;
  let hasParens = false;
  while (stop < view.count) {
    const kind = view.kind(stop);
    if (kind === TokenKind.assign) hasAssign = true;
    else if (kind === TokenKind.openParen) {
      hasParens = true;
      hasTag &&= !isFunctionName(view, stop);
    } else if (kind === TokenKind.star) hasTag = false;
    else if (kind === TokenKind.identifier && TAG_KEYWORDS.has(view.word(stop))) hasTag = true;
    else if (kind === TokenKind.openBrace && !hasAssign && !hasTag && hasParens)
      return { stop, isBody: true };
    else if (kind === TokenKind.openBrace) hasTag = false;
    else if (kind === TokenKind.semicolon && !(hasParens && !hasAssign && isOldStyle(view, at, stop))) {
      return { stop, isBody: false };
    }
    stop = view.after(stop, view.count);
  }
  return { stop: view.count, isBody: false };
}

/** `struct x f(`: the words before say that a name stands here, not an annotation of the tag. */
function isFunctionName(view: View, open: number): boolean {
  return view.isWord(open - 1) && view.isWord(open - 2) && !TAG_KEYWORDS.has(view.word(open - 2));
}

/** Tokens between the parameters of an old-style definition and its body, at most. */
const FARTHEST_BODY = 400;

/** `;` between the parameters and the body of an old-style definition. */
function isOldStyle(view: View, at: number, semicolon: number): boolean {
  const open = nextOf(view, TokenKind.openParen, at, semicolon);
  const close = view.close(open, semicolon);
  if (close < 0 || !view.isWord(close + 1)) return false;
  for (let i = open + 1; i < close; i++) if (!view.isWord(i) && !view.is(i, TokenKind.comma)) return false;
  const limit = Math.min(view.count, semicolon + FARTHEST_BODY);
  const body = nextOf(view, TokenKind.openBrace, semicolon, limit);
  return body < limit && view.is(body - 1, TokenKind.semicolon);
}

// ---- functions -------------------------------------------------------------------------------------------------

function functionDefinition(d: Dialect, at: number, open: number): number {
  const { view } = d;
  functionHead(d, at, open);
  const close = view.close(open, view.count);
  const end = close < 0 ? view.count : close;
  if (view.is(open + 1, TokenKind.dot) && view.isWord(open + 2)) fieldsAsStatements(d, open + 1, end);
  else block(d, open + 1, end);
  return end + 1;
}

function functionHead(d: Dialect, at: number, open: number): void {
  const { view } = d;
  const name = macroName(view, at, open);
  if (name >= 0) {
    definitionMacro(d, name, view.close(name + 1, open), open);
    return;
  }
  const semicolon = nextOf(view, TokenKind.semicolon, at, open);
  const isOld = semicolon < open;
  d.isHead = true;
  declaration(d, at, isOld ? view.close(nextOf(view, TokenKind.openParen, at, open), open) + 1 : open);
  d.isHead = false;
  if (isOld) oldStyleParameters(d, at, open);
}

function oldStyleParameters(d: Dialect, at: number, open: number): void {
  const { view } = d;
  let from = view.close(nextOf(view, TokenKind.openParen, at, open), open) + 1;
  while (from > 0 && from < open) {
    const stop = nextOf(view, TokenKind.semicolon, from, open);
    declaration(d, from, stop);
    from = stop + 1;
  }
}

/** The name in `NAME(args)` or `static NAME(args)` when that is the whole head; -1 for other heads. */
function macroName(view: View, at: number, open: number): number {
  let name = at;
  while (name < open && (STORAGE_WORDS.has(view.word(name)) || QUALIFIER_WORDS.has(view.word(name)))) name++;
  if (!view.isWord(name) || isDeclarationWord(view.word(name)) || !view.is(name + 1, TokenKind.openParen))
    return -1;
  const close = view.close(name + 1, open);
  if (close < 0) return -1;
  for (let i = close + 1; i < open; i = view.after(i, open)) {
    if (!view.isWord(i) && !view.is(i, TokenKind.openParen)) return -1;
    if (isDeclarationWord(view.word(i))) return -1;
  }
  return view.isWord(close + 1) &&
    close + 1 < open &&
    !isCapitals(view.word(name)) &&
    !isTail(view, close + 1, open)
    ? -1
    : name;
}

function isParameterLike(view: View, from: number, end: number): boolean {
  if (end <= from + 1) return view.isWord(from) || view.is(from, TokenKind.ellipsis);
  return isTypeLike(view, from, end) || isDeclarationLike(view, from, end) || isDeclarator(view, from, end);
}

/** `T *p`, `T (*fn)(int)`, `args...` */
function isDeclarator(view: View, from: number, end: number): boolean {
  if (!view.isWord(from)) return false;
  if (view.is(from + 1, TokenKind.ellipsis)) return true;
  if (view.is(from + 1, TokenKind.star)) return view.isWord(end - 1) && end <= from + 5;
  return view.is(from + 1, TokenKind.openParen) && view.is(from + 2, TokenKind.star);
}

/** Words behind the parameters that are annotations: one, or some with arguments. */
function isTail(view: View, from: number, open: number): boolean {
  const next = view.is(from + 1, TokenKind.openParen) ? view.after(from + 1, open) : from + 1;
  return next === open;
}

/** `SYSCALL_DEFINE2(name, type, arg, type, arg)`: shown with a type in front and its arguments as parameters. */
function definitionMacro(d: Dialect, name: number, close: number, open: number): void {
  const { view } = d;
  d.draft.needsType = true;
  d.draft.note('definition-macro', view.start(name), view.end(close));
  const parts = splitArguments(view, name + 1, close);
  const pairs = /(\d)$/.exec(view.word(name));
  if (pairs !== null && parts.length === 2 * Number(pairs[1]) + 1) pairedParameters(d, parts);
  else if (parts.every(([from, end]) => isParameterLike(view, from, end))) parameters(d, name + 1, close);
  else for (const [from, end] of parts) d.identifier('type-argument', from, end);
  for (let at = close + 1; at < open; ) {
    const next = view.after(at, open);
    if (view.is(at, TokenKind.openParen)) parameters(d, at, next - 1);
    else d.blank('annotation', at, at + 1);
    at = next;
  }
}

/** `name, type, arg, type, arg`: the name and the commas inside the pairs make way. */
function pairedParameters(d: Dialect, parts: readonly (readonly [number, number])[]): void {
  const { view, draft } = d;
  const [first] = parts;
  if (first === undefined) return;
  draft.clear(view.start(first[0]), view.end(parts.length > 1 ? first[1] : first[1] - 1));
  for (let i = 1; i + 1 < parts.length; i += 2) {
    const [type, arg] = [parts[i], parts[i + 1]] as readonly (readonly [number, number])[];
    if (type === undefined || arg === undefined) continue;
    draft.clear(view.start(type[1]), view.end(type[1]));
    if (type[1] - type[0] > 1 || !view.isWord(type[0])) declaration(d, type[0], type[1]);
    // A type that ends where its name begins (`int*,p`) keeps them apart: the comma is white space now.
  }
}

// ---- declarations and invocations ------------------------------------------------------------------------------

function topDeclaration(d: Dialect, at: number, stop: number): void {
  const { view } = d;
  let name = at;
  while (name < stop && (STORAGE_WORDS.has(view.word(name)) || QUALIFIER_WORDS.has(view.word(name)))) name++;
  if (name > at && isMacroDeclaration(view, name, stop)) {
    // `static DEFINE_X(y);`: the storage word says nothing to the grammar here.
    if (view.word(at) !== 'typedef') d.blank('annotation', at, name);
    macroDeclaration(d, name, stop);
    return;
  }
  declaration(d, at, stop);
}

/** A declaration in a block: the same, but without bit-fields. */
export function localDeclaration(d: Dialect, at: number, stop: number): void {
  d.isLocal = true;
  topDeclaration(d, at, stop);
  d.isLocal = false;
}

function isMacroDeclaration(view: View, at: number, stop: number): boolean {
  if (!isInvocation(view, at)) return false;
  const close = view.close(at + 1, stop);
  if (close < 0) return false;
  if (view.is(at + 2, TokenKind.star)) return false;
  return close + 1 === stop || view.is(close + 1, TokenKind.assign);
}

function isInvocation(view: View, at: number): boolean {
  if (!view.isWord(at) || isDeclarationWord(view.word(at)) || !view.is(at + 1, TokenKind.openParen))
    return false;
  const close = view.close(at + 1, view.count);
  if (close < 0) return false;
  const next = view.kind(close + 1);
  return (
    close + 1 >= view.count ||
    next === TokenKind.semicolon ||
    next === TokenKind.assign ||
    next === TokenKind.dot
  );
}
