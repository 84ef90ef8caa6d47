/**
 * The first pass: takes known annotations and GNU spellings out of the token stream, so that no later pass meets
 * them. They are told by name (grammars/src/dialect.ts) and by standing where an annotation can stand.
 */
import {
  annotationCalls,
  annotationWords,
  foreignKeywords,
  keywordSpellings,
} from '@vringside/grammars/dialect';
import { TokenKind } from '../lexer.js';
import type { Draft } from './draft.js';
import { pairBrackets, TokenList } from './view.js';
import { CONTROL_WORDS, TAG_KEYWORDS } from './words.js';

/** The tokens without annotations; what was dropped is blank in the draft. */
export function dropAnnotations(source: string, tokens: TokenList, draft: Draft): TokenList {
  return new AnnotationPass(source, tokens, draft).run();
}

class AnnotationPass {
  private readonly source: string;
  private readonly tokens: TokenList;
  private readonly draft: Draft;
  private readonly match: Int32Array;
  private readonly kept = new TokenList();
  /** Index in `tokens` of the last token kept. */
  private last = -1;
  private braces = 0;

  constructor(source: string, tokens: TokenList, draft: Draft) {
    this.source = source;
    this.tokens = tokens;
    this.draft = draft;
    this.match = pairBrackets(tokens.kinds);
  }

  run(): TokenList {
    const { kinds, starts, ends } = this.tokens;
    for (let i = 0; i < this.tokens.count; i++) {
      const end = this.annotationEnd(i);
      if (end >= i) {
        this.draft.blank('annotation', starts[i] as number, ends[end] as number);
        i = end;
        continue;
      }
      const kind = kinds[i] as number;
      if (kind === TokenKind.openBrace) this.braces++;
      else if (kind === TokenKind.closeBrace) this.braces--;
      else if (kind === TokenKind.identifier) this.respell(i);
      this.kept.push(kind, starts[i] as number, ends[i] as number);
      this.last = i;
    }
    return this.kept;
  }

  private word(i: number): string {
    return this.source.slice(this.tokens.starts[i], this.tokens.ends[i]);
  }

  private respell(i: number): void {
    const start = this.tokens.starts[i] as number;
    if (!mayBeKnown(this.source, start)) return;
    const word = this.word(i);
    const spelling =
      keywordSpellings.get(word) ?? (foreignKeywords.has(word) ? `_${word.slice(1, -1)}_` : undefined);
    if (spelling !== undefined)
      this.draft.replace('notation', start, this.tokens.ends[i] as number, spelling);
  }

  /** Last token of the annotation at `i`; -1 when it is none. */
  private annotationEnd(i: number): number {
    const { kinds, starts } = this.tokens;
    const kind = kinds[i];
    if (kind === TokenKind.openBracket) return this.isStandardAttribute(i) ? (this.match[i] as number) : -1;
    if (kind !== TokenKind.identifier || !mayBeKnown(this.source, starts[i] as number)) return -1;
    const before = this.last < 0 ? undefined : kinds[this.last];
    if (before === TokenKind.dot || before === TokenKind.arrow) return -1;
    const word = this.word(i);
    const next = kinds[i + 1];
    if (next === TokenKind.openParen && annotationCalls.has(word)) {
      const close = this.match[i + 1] as number;
      return close > i && this.isPlaceForCall(close, word) ? close : -1;
    }
    return annotationWords.has(word) && isPlaceForWord(before, next) ? i : -1;
  }

  /** An annotation with arguments qualifies what stands before or after it; a call stands alone. */
  private isPlaceForCall(close: number, word: string): boolean {
    if (word.startsWith('__attribute') || word === '__declspec') return true;
    const before = this.last < 0 ? undefined : this.tokens.kinds[this.last];
    const next = this.tokens.kinds[close + 1];
    const isFollowed = next === TokenKind.identifier || next === TokenKind.openBrace;
    switch (before) {
      case TokenKind.star:
      case TokenKind.closeBracket:
        return true;
      case TokenKind.identifier: {
        // `struct __aligned(8) {` is annotated, `void __warning(const char *fmt) {` is a function of that name.
        const owner = this.word(this.last);
        return next === TokenKind.openBrace
          ? TAG_KEYWORDS.has(owner)
          : isFollowed || !CONTROL_WORDS.has(owner);
      }
      case TokenKind.closeBrace:
        // `} __aligned(8);`, but not `} __free(p);` in a block.
        return isFollowed || next !== TokenKind.semicolon || this.braces === 0 || !this.startsLine();
      case TokenKind.closeParen:
        // `f(void) __acquires(x);`, but not `if (x) __free(p);`
        return isFollowed || !this.isControlHead(this.last);
      default:
        return isFollowed;
    }
  }

  /** Whether a line ends behind the last token kept. */
  private startsLine(): boolean {
    const { starts, ends } = this.tokens;
    return this.source.slice(ends[this.last], starts[this.last + 1]).includes('\n');
  }

  /** `if (...)`, `while (...)`: a statement follows, not an annotation. */
  private isControlHead(close: number): boolean {
    const open = this.match[close] as number;
    return open > 0 && CONTROL_WORDS.has(this.word(open - 1));
  }

  /** `[[fallthrough]]` */
  private isStandardAttribute(i: number): boolean {
    const { kinds, starts, ends } = this.tokens;
    return (
      kinds[i + 1] === TokenKind.openBracket && starts[i + 1] === ends[i] && (this.match[i] as number) > i
    );
  }
}

function isPlaceForWord(before: number | undefined, next: number | undefined): boolean {
  // An object of that name: it is used, not declared.
  const isUsed = next === TokenKind.arrow || next === TokenKind.dot || next === TokenKind.operator;
  if (isUsed || next === TokenKind.openBracket) return false;
  const isBegin = before === TokenKind.openParen || before === TokenKind.comma;
  const isEnd = next === TokenKind.closeParen || next === TokenKind.comma;
  if (isBegin && isEnd) return false;
  return next !== TokenKind.assign || before === TokenKind.identifier || before === TokenKind.closeBracket;
}

/** A cheap test before the word is cut out: all known words start with one of these. */
function mayBeKnown(source: string, start: number): boolean {
  const code = source.charCodeAt(start);
  return code === 95 || code === 66 || (code >= 97 && code <= 110) || code === 116;
}
