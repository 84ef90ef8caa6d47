/**
 * The first pass: takes known annotations and GNU spellings out of the token stream, so that no later pass meets
 * them. They are told by name (grammars/src/dialect.ts) and by standing where an annotation can stand.
 */
import { annotationCalls, annotationWords, foreignKeywords, keywordSpellings } from '@vringside/grammars/dialect';
import { TokenKind } from '../lexer.js';
import type { Draft } from './draft.js';
import { TokenList } from './view.js';
import { CONTROL_WORDS, TAG_KEYWORDS } from './words.js';

/** The tokens without annotations; what was dropped is blank in the draft. */
export function dropAnnotations(source: string, tokens: TokenList, draft: Draft): TokenList {
  const kept = new TokenList();
  const { kinds, starts, ends } = tokens;
  for (let i = 0; i < tokens.count; i++) {
    const kind = kinds[i] as number;
    const start = starts[i] as number;
    const end = ends[i] as number;
    if (kind === TokenKind.identifier && mayBeKnown(source, start)) {
      const word = source.slice(start, end);
      const last = annotationEnd(source, tokens, i, word, kept);
      if (last >= i) {
        draft.blank('annotation', start, ends[last] as number);
        i = last;
        continue;
      }
      const spelling = keywordSpellings.get(word);
      if (spelling !== undefined) draft.replace('notation', start, end, spelling);
      else if (foreignKeywords.has(word)) draft.replace('notation', start, end, `_${word.slice(1, -1)}_`);
    } else if (kind === TokenKind.openBracket && isStandardAttribute(tokens, i)) {
      const last = closeOf(tokens, i);
      draft.blank('annotation', start, ends[last] as number);
      i = last;
      continue;
    }
    kept.push(kind, start, end);
  }
  return kept;
}

/** A cheap test before the word is cut out: all known words start with one of these. */
function mayBeKnown(source: string, start: number): boolean {
  const code = source.charCodeAt(start);
  return code === 95 || code === 66 || (code >= 97 && code <= 110) || code === 116;
}

/** Last token of the annotation at `i`; -1 when it is none. */
function annotationEnd(source: string, tokens: TokenList, i: number, word: string, kept: TokenList): number {
  const { kinds } = tokens;
  const next = kinds[i + 1];
  const before = kept.kinds[kept.count - 1];
  if (before === TokenKind.dot || before === TokenKind.arrow) return -1;
  if (next === TokenKind.openParen && annotationCalls.has(word)) {
    const close = closeOf(tokens, i + 1);
    return close > i && isPlaceForCall(source, tokens, close, kept, word) ? close : -1;
  }
  if (!annotationWords.has(word)) return -1;
  // An object of that name: it is used, not declared.
  if (next === TokenKind.arrow || next === TokenKind.dot || next === TokenKind.operator) return -1;
  const isBegin = before === TokenKind.openParen || before === TokenKind.comma;
  const isEnd = next === TokenKind.closeParen || next === TokenKind.comma;
  if (isBegin && isEnd) return -1;
  if (next === TokenKind.assign && before !== TokenKind.identifier && before !== TokenKind.closeBracket) return -1;
  return i;
}

/** An annotation with arguments qualifies what stands before or after it; a call stands alone. */
function isPlaceForCall(source: string, tokens: TokenList, close: number, kept: TokenList, word: string): boolean {
  if (word.startsWith('__attribute') || word === '__declspec') return true;
  const last = kept.count - 1;
  const before = kept.kinds[last];
  const isBehind =
    before === TokenKind.star ||
    before === TokenKind.closeBracket ||
    before === TokenKind.closeBrace ||
    (before === TokenKind.identifier && !CONTROL_WORDS.has(source.slice(kept.starts[last], kept.ends[last]))) ||
    (before === TokenKind.closeParen && !isControlHead(source, kept, last));
  const next = tokens.kinds[close + 1];
  if (next === TokenKind.openBrace && before === TokenKind.identifier) {
    // `struct __aligned(8) {` is annotated, `void __warning(const char *fmt) {` is a function of that name.
    const owner = source.slice(kept.starts[last], kept.ends[last]);
    if (!TAG_KEYWORDS.has(owner)) return false;
  }
  const isFollowed = next === TokenKind.identifier || next === TokenKind.openBrace;
  if (before === TokenKind.closeBrace || before === TokenKind.closeParen) {
    // `} __aligned(8);` and `f(void) __acquires(x);`, but not `} __free(p);` in a block.
    return isBehind && (isFollowed || next !== TokenKind.semicolon || !isInBlock(source, tokens, kept, last));
  }
  return isBehind || isFollowed;
}

/** `if (...)`, `while (...)`: a statement follows, not an annotation. */
function isControlHead(source: string, kept: TokenList, close: number): boolean {
  let depth = 0;
  for (let i = close; i >= 0; i--) {
    if (kept.kinds[i] === TokenKind.closeParen) depth++;
    if (kept.kinds[i] === TokenKind.openParen && --depth === 0) {
      return i > 0 && CONTROL_WORDS.has(source.slice(kept.starts[i - 1], kept.ends[i - 1]));
    }
  }
  return false;
}

/** Whether a call after the `}` or `)` at `last` would stand in a function's body. */
function isInBlock(source: string, tokens: TokenList, kept: TokenList, last: number): boolean {
  if (kept.kinds[last] !== TokenKind.closeBrace) return false;
  const gap = source.slice(kept.ends[last], tokens.starts[kept.count] ?? kept.ends[last]);
  return gap.includes('\n') && openBraces(kept) > 0;
}

function openBraces(kept: TokenList): number {
  let depth = 0;
  for (const kind of kept.kinds) {
    if (kind === TokenKind.openBrace) depth++;
    if (kind === TokenKind.closeBrace) depth--;
  }
  return depth;
}

/** `[[fallthrough]]` */
function isStandardAttribute(tokens: TokenList, i: number): boolean {
  const { kinds, starts, ends } = tokens;
  return kinds[i + 1] === TokenKind.openBracket && starts[i + 1] === ends[i];
}

function closeOf(tokens: TokenList, open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.count; i++) {
    const kind = tokens.kinds[i] as number;
    if (kind === TokenKind.openParen || kind === TokenKind.openBracket) depth++;
    if ((kind === TokenKind.closeParen || kind === TokenKind.closeBracket) && --depth === 0) return i;
  }
  return -1;
}
