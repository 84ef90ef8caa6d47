/** What a range of tokens can only be: a type, or a declaration. */
import { TokenKind } from '../lexer.js';
import { stringRunEnd } from './strings.js';
import type { View } from './view.js';
import { ASM_WORDS, CONTROL_WORDS, isCapitals, isDeclarationWord, QUALIFIER_WORDS } from './words.js';

/** Whether [i, end) can only be a type name: `struct x *`, `u32 *`, `unsigned int`, `void (*)(int)`. */
export function isTypeLike(view: View, i: number, end: number): boolean {
  if (i >= end || !view.isWord(i)) return false;
  const word = view.word(i);
  if (isDeclarationWord(word)) return true;
  if (CONTROL_WORDS.has(word) || word === 'sizeof' || word === '__extension__') return false;
  if (end === i + 1) return false;
  let at = i + 1;
  if (view.isWord(at)) return areWordsAndStars(view, at, end);
  if (view.is(at, TokenKind.star)) {
    while (at < end && (view.is(at, TokenKind.star) || QUALIFIER_WORDS.has(view.word(at)))) at++;
    return (
      at === end ||
      (view.is(at, TokenKind.openParen) && isStarGroup(view, at, end)) ||
      isEmptyBrackets(view, at, end)
    );
  }
  // `type (*)(args)`
  return view.is(at, TokenKind.openParen) && isStarGroup(view, at, end);
}

function areWordsAndStars(view: View, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (!view.isWord(at) && !view.is(at, TokenKind.star)) return false;
  return true;
}

/** `(*)`: the heart of an abstract function pointer. */
function isStarGroup(view: View, open: number, end: number): boolean {
  const close = view.close(open, end);
  if (close < 0 || close === open + 1) return false;
  for (let at = open + 1; at < close; at++) {
    if (!view.is(at, TokenKind.star) && !QUALIFIER_WORDS.has(view.word(at))) return false;
  }
  return true;
}

function isEmptyBrackets(view: View, at: number, end: number): boolean {
  return view.is(at, TokenKind.openBracket) && view.close(at, end) === at + 1;
}

/** Whether [i, end) declares something: `u32 x`, `struct a *b`, `T *p = q`. Adjacent words make it so. */
export function isDeclarationLike(view: View, i: number, end: number): boolean {
  if (!view.isWord(i)) return false;
  const word = view.word(i);
  if (isDeclarationWord(word)) return true;
  if (CONTROL_WORDS.has(word) || ASM_WORDS.has(word) || word === 'sizeof' || word === '__extension__')
    return false;
  if (stringRunEnd(view, i, end) > i) return false;
  let at = i + 1;
  if (at < end && view.isWord(at)) {
    // `KERN_ERR pr_fmt(x)`: a string made by two macros.
    const isCall = view.is(at + 1, TokenKind.openParen) && view.close(at + 1, end) === end - 1;
    return !CONTROL_WORDS.has(view.word(at)) && !(isCall && isCapitals(word));
  }
  if (!view.is(at, TokenKind.star)) return false;
  while (at < end && view.is(at, TokenKind.star)) at++;
  if (QUALIFIER_WORDS.has(view.word(at))) return true;
  return at + 1 < end && view.isWord(at) && view.isWord(at + 1) && !CONTROL_WORDS.has(view.word(at + 1));
}
