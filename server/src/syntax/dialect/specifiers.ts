/**
 * Of all the words before a declarator, which is the type, which the name, which an annotation.
 *
 * Known annotations never get here (annotations.ts). What is left is told by its place: a declaration has one type
 * and each declarator one name; a word that is neither is an annotation nobody listed.
 */
import { TokenKind } from '../lexer.js';
import { enumBody, recordBody } from './bodies.js';
import type { Dialect } from './context.js';
import type { View } from './view.js';
import {
  ASM_WORDS,
  CONTROL_WORDS,
  isCapitals,
  isDeclarationWord,
  QUALIFIER_WORDS,
  STORAGE_WORDS,
  TAG_KEYWORDS,
  TYPE_KEYWORDS,
  TYPEOF_WORDS,
} from './words.js';

/** `named`: declarators have names. `abstract`: none (casts). `parameter`: perhaps. */
export type Mode = 'named' | 'abstract' | 'parameter';

interface Specifiers {
  readonly d: Dialect;
  readonly mode: Mode;
  hasType: boolean;
  /** Words that may be type, name or annotation. */
  readonly words: number[];
  /** `NAME(...)` among the specifiers: [word, closing parenthesis]. */
  readonly calls: (readonly [number, number])[];
  /** Storage words and qualifiers. */
  readonly modifiers: number[];
  /** The last word is a declarator's name with its parameters. */
  endsInFunction: boolean;
}

/** Cleans the specifiers that start at `i`; returns where the first declarator starts. */
export function specifiers(d: Dialect, i: number, end: number, mode: Mode): number {
  const found: Specifiers = {
    d,
    mode,
    hasType: false,
    words: [],
    calls: [],
    modifiers: [],
    endsInFunction: false,
  };
  let at = i;
  while (at < end && d.view.isWord(at)) {
    const next = specifier(found, at, end);
    if (next === at) break;
    at = next;
  }
  return settle(found, at, end);
}

/** Reads one specifier; returns the place after it, or `at` when the word there begins the declarator. */
function specifier(found: Specifiers, at: number, end: number): number {
  const { view } = found.d;
  const word = view.word(at);
  const close = at + 1 < end && view.is(at + 1, TokenKind.openParen) ? view.close(at + 1, end) : -1;
  if (TAG_KEYWORDS.has(word)) {
    found.hasType = true;
    return tagged(found.d, at, end);
  }
  if (TYPEOF_WORDS.has(word) && close > 0) {
    found.hasType = true;
    rewriteTypeof(found.d, at, close);
    return close + 1;
  }
  if (TYPE_KEYWORDS.has(word)) {
    found.hasType = true;
    return at + 1;
  }
  if (word === '_Alignas' || word === 'alignas') {
    if (close > 0) found.d.blank('annotation', at, close + 1);
    return close > 0 ? close + 1 : at + 1;
  }
  if (STORAGE_WORDS.has(word) || QUALIFIER_WORDS.has(word)) {
    found.modifiers.push(at);
    return at + 1;
  }
  if (ASM_WORDS.has(word) || CONTROL_WORDS.has(word)) return at;
  if (close > 0) return wordBeforeGroup(found, at, close, end);
  found.words.push(at);
  return at + 1;
}

/** `word (...)`: the name of a function, the type of a function pointer, a macro for a type, or an annotation. */
function wordBeforeGroup(found: Specifiers, at: number, close: number, end: number): number {
  const { view } = found.d;
  if (isPointerDeclarator(view, at + 1, close, end, found.mode)) {
    found.words.push(at);
    return at + 1;
  }
  // `type name ALIGNED(8)`: behind a name, capitals annotate.
  const known = found.words.length + (found.hasType ? 1 : 0);
  if (known >= 2 && !found.d.isHead && isCapitals(view.word(at)) && !view.isWord(close + 1)) {
    return close + 1;
  }
  // With nothing before it, `NAME(x) name` is a type; behind a type, `name(x) WORD` a function with an annotation.
  const isFirst =
    !found.hasType &&
    found.words.length === 0 &&
    view.isWord(close + 1) &&
    close + 1 < end &&
    !found.d.isHead;
  if (found.mode !== 'abstract' && !isFirst && !continuesHead(view, close + 1, end)) {
    found.words.push(at);
    found.endsInFunction = true;
    return at;
  }
  found.calls.push([at, close]);
  return close + 1;
}

/** `(*name)(`, `(* const name[3])(`, `(ABI *name)(`: parentheses of a declarator. */
function isPointerDeclarator(view: View, open: number, close: number, end: number, mode: Mode): boolean {
  const follows = view.kind(close + 1);
  const isFollowed =
    close + 1 < end && (follows === TokenKind.openParen || follows === TokenKind.openBracket);
  if (isFollowed && view.isWord(open + 1)) {
    // `type (name)(int)` only among parameters: at file level it is `MACRO(name)(int)`.
    return view.is(open + 2, TokenKind.star) || (mode === 'parameter' && close === open + 2);
  }
  if (!view.is(open + 1, TokenKind.star)) return false;
  return isFollowed || close + 1 >= end || follows === TokenKind.assign || follows === TokenKind.semicolon;
}

/** Whether more of a head stands at `at`: a word or a pointer that leads to a name. */
function continuesHead(view: View, from: number, end: number): boolean {
  let at = from;
  while (at < end && view.is(at, TokenKind.star)) at++;
  if (at > from) return at < end && view.isWord(at);
  if (at >= end || !view.isWord(at)) return false;
  if (isDeclarationWord(view.word(at))) return true;
  // A lone word before the end or a body is an annotation behind the parameters.
  let words = 0;
  while (at < end && (view.isWord(at) || view.is(at, TokenKind.star))) {
    words++;
    at++;
  }
  if (at >= end || view.is(at, TokenKind.openBrace)) return false;
  return view.is(at, TokenKind.openParen) ? words > 1 : true;
}

/** Chooses type and name among the words and hides the rest; returns where the declarator starts. */
function settle(found: Specifiers, at: number, end: number): number {
  const { d, mode, words } = found;
  const { view } = d;
  const isPlainEnd =
    at >= end ||
    !(view.is(at, TokenKind.star) || (view.is(at, TokenKind.openParen) && !found.endsInFunction));
  const wantsName = mode !== 'abstract' && (isPlainEnd || found.endsInFunction);
  const spare = found.endsInFunction ? words.slice(0, -1) : words;
  let name = found.endsInFunction ? (words.at(-1) ?? -1) : -1;
  let type = -1;
  const needsType = !found.hasType;
  if (wantsName && name < 0 && spare.length > (needsType && found.calls.length === 0 ? 1 : 0)) {
    [type, name] = chooseTypeAndName(view, spare, needsType && found.calls.length === 0);
  } else if (needsType) {
    type = likeliest(view, spare);
  }
  // What stands behind the name is the declarator's to hide.
  for (const word of spare)
    if (word !== type && (name < 0 || word < name)) d.blank('annotation', word, word + 1);
  settleCalls(found, needsType && type < 0);
  if (needsType && type < 0 && found.calls.length === 0) typeForModifier(found, name >= 0);
  if (name < 0) return at;
  return name;
}

/** A macro with arguments among the specifiers is the type when nothing else is, else an annotation. */
function settleCalls(found: Specifiers, isType: boolean): void {
  const { d, calls } = found;
  const type = isType ? calls.length - 1 : -1;
  calls.forEach(([word, close], index) => {
    if (index === type) d.identifier('type-argument', word, close + 1);
    else d.blank('annotation', word, close + 1);
  });
}

/** Old C's implicit `int`: a modifier makes way for it where there is one. */
function typeForModifier(found: Specifiers, hasName: boolean): void {
  const { d, modifiers } = found;
  if (!hasName) return;
  if (d.isHead && found.endsInFunction) {
    d.draft.needsType = true;
    return;
  }
  const room = modifiers.find((at) => d.view.word(at).length >= 3 && d.view.word(at) !== 'typedef');
  if (room !== undefined) d.replace('notation', room, 'int');
}

/** The type and the name among words of which exactly these two mean something. */
function chooseTypeAndName(view: View, words: readonly number[], needsType: boolean): [number, number] {
  const plain = words.filter((word) => !isCapitals(view.word(word)));
  if (!needsType) return [-1, likeliest(view, words)];
  const open = plain.filter((word) => !view.word(word).startsWith('__'));
  const pool = open.length >= 2 ? open : plain.length >= 2 ? plain : words;
  const name = pool.at(-1) ?? -1;
  return [pool.at(-2) ?? -1, name];
}

/** The word that is least likely an annotation: not spelt `FOO`, not spelt `__foo`, the last of these; -1 for none. */
export function likeliest(view: View, words: readonly number[]): number {
  const plain = words.filter((word) => !isCapitals(view.word(word)));
  return (
    plain.filter((word) => !view.word(word).startsWith('__')).at(-1) ?? plain.at(-1) ?? words.at(-1) ?? -1
  );
}

/** `struct tag { ... }`: returns the place after it. Words between the keyword and the tag are annotations. */
function tagged(d: Dialect, at: number, end: number): number {
  const { view } = d;
  const isEnum = view.word(at) === 'enum';
  let next = at + 1;
  const words: number[] = [];
  while (next < end && view.isWord(next) && !isDeclarationWord(view.word(next))) {
    const close = view.is(next + 1, TokenKind.openParen) ? view.close(next + 1, end) : -1;
    if (close > 0) {
      // `struct NAME(x) {`: an annotation when a tag is there or a body follows at once.
      if (words.length > 0) break;
      if (view.is(next + 2, TokenKind.star)) {
        words.push(next++);
        break;
      }
      if (view.isWord(close + 1) || view.is(close + 1, TokenKind.openBrace)) {
        if (view.isWord(close + 1)) d.blank('annotation', next, close + 1);
        else d.identifier('type-argument', next, close + 1);
        next = close + 1;
        continue;
      }
      d.identifier('type-argument', next, close + 1);
      return close + 1;
    }
    words.push(next++);
  }
  if (isEnum && view.is(next, TokenKind.colon) && words.length <= 1) next = underlyingType(d, next, end);
  if (next < end && view.is(next, TokenKind.openBrace)) {
    const tag = likeliest(view, words);
    for (const word of words) if (word !== tag) d.blank('annotation', word, word + 1);
    const close = view.close(next, end);
    if (close < 0) return next + 1;
    d.nested(() => (isEnum ? enumBody(d, next + 1, close) : recordBody(d, next + 1, close)));
    return close + 1;
  }
  // No body: the first word is the tag, what follows belongs to the declaration.
  return words.length > 0 ? (words[0] as number) + 1 : next;
}

/** `enum x : u8 {`: hidden, as the grammar takes few types there. */
function underlyingType(d: Dialect, colon: number, end: number): number {
  let at = colon;
  while (at < end && !d.view.is(at, TokenKind.openBrace) && !d.view.is(at, TokenKind.semicolon)) at++;
  if (at < end && d.view.is(at, TokenKind.openBrace)) {
    d.blank('annotation', colon, at);
    return at;
  }
  return colon;
}

/** `typeof(x)`: shown as `int`, so that what follows is read as it is after any type. */
export function rewriteTypeof(d: Dialect, at: number, close: number): void {
  d.draft.replace('typeof', d.view.start(at), d.view.end(close), 'int');
}
