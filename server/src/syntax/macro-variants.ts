/** Texts to parse for the body of a `#define`: as an expression, as statements, as an initialiser. */
import { dropAnnotations } from './dialect/annotations.js';
import { hasSemicolon, typeArgument } from './dialect/arguments.js';
import { Dialect } from './dialect/context.js';
import { Draft } from './dialect/draft.js';
import { expression } from './dialect/expressions.js';
import { initializer } from './dialect/initializers.js';
import { isTypeLike } from './dialect/shapes.js';
import { block } from './dialect/statements.js';
import { TokenList, View } from './dialect/view.js';
import { CONTROL_WORDS, isDeclarationWord } from './dialect/words.js';
import { TokenKind } from './lexer.js';
import type { Chunk, SourceFile } from './source.js';
import type { PreparedVariant } from './variants.js';

/** One way to read a macro's body. The body starts at `variant.base`; what stands around it is ours. */
export interface MacroCandidate {
  readonly as: 'expression' | 'statements' | 'initializer';
  readonly variant: PreparedVariant;
}

const AROUND: Readonly<Record<MacroCandidate['as'], readonly [prefix: string, suffix: string]>> = {
  expression: ['int _ = ', ' ;'],
  statements: ['void _(void) {', '\n;}'],
  initializer: ['int _[] = {', '\n};'],
};

/** The readings of a macro's body, the likeliest first; none when the body is empty. */
export function prepareMacro(file: SourceFile, chunk: Chunk): readonly MacroCandidate[] {
  const range = bodyTokens(file, chunk);
  if (range === null) return [];
  const likely = new View(file.text, bodyList(file, range, null));
  return readingsOf(likely).map((as) => ({ as, variant: candidate(file, range, as) }));
}

interface BodyRange {
  readonly first: number;
  /** One past the last token. */
  readonly end: number;
}

/** The tokens behind the macro's name and parameters. */
function bodyTokens(file: SourceFile, chunk: Chunk): BodyRange | null {
  const { kinds, starts, ends } = file.tokens;
  const skip = (from: number): number => {
    let at = from;
    while (kinds[at] === TokenKind.comment) at++;
    return at;
  };
  const name = skip(skip(chunk.firstToken + 1) + 1);
  if (name >= chunk.endToken || kinds[name] !== TokenKind.identifier) return null;
  let at = name + 1;
  if (kinds[at] === TokenKind.openParen && starts[at] === ends[name]) {
    while (at < chunk.endToken && kinds[at] !== TokenKind.closeParen && kinds[at] !== TokenKind.directiveEnd)
      at++;
    at++;
  }
  const first = skip(at);
  let end = chunk.endToken;
  while (end > first && (kinds[end - 1] === TokenKind.directiveEnd || kinds[end - 1] === TokenKind.comment))
    end--;
  return end > first ? { first, end } : null;
}

function readingsOf(view: View): readonly MacroCandidate['as'][] {
  const first = view.word(0);
  const startsStatement = CONTROL_WORDS.has(first) || view.is(0, TokenKind.openBrace);
  const isStatement = startsStatement || hasSemicolon(view, 0, view.count);
  const isItem = view.is(0, TokenKind.dot) || view.is(0, TokenKind.openBracket);
  if (isItem) return ['initializer', 'expression'];
  if (view.is(0, TokenKind.openBrace))
    return hasSemicolonInside(view) ? ['statements'] : ['initializer', 'statements'];
  if (isStatement) return ['statements', 'initializer'];
  if (isDeclarationWord(first) && !isTypeLike(view, 0, view.count)) return ['statements', 'expression'];
  return ['expression', 'statements', 'initializer'];
}

function hasSemicolonInside(view: View): boolean {
  return hasSemicolon(view, 1, Math.max(1, view.close(0, view.count)));
}

function candidate(file: SourceFile, range: BodyRange, as: MacroCandidate['as']): PreparedVariant {
  const { starts, ends } = file.tokens;
  const start = starts[range.first] as number;
  const end = ends[range.end - 1] as number;
  const draft = new Draft(file.text, start, end);
  const list = dropAnnotations(file.text, bodyList(file, range, draft), draft);
  const view = new View(file.text, list);
  const d = new Dialect(view, draft);
  if (as === 'statements') {
    d.isOpenEnded = true;
    block(d, 0, view.count);
  } else if (as === 'initializer') initializer(d, -1, view.count);
  else if (isTypeLike(view, 0, view.count)) typeArgument(d, 0, view.count);
  else expression(d, 0, view.count);
  const [prefix, suffix] = AROUND[as];
  return {
    when: null,
    text: prefix + draft.text() + suffix,
    base: start,
    prefixLength: prefix.length,
    rewrites: draft.sorted(),
  };
}

/**
 * The body's tokens: `a##b` is one name, `#a` one string. With a draft, the text shows them so.
 */
function bodyList(file: SourceFile, { first, end }: BodyRange, draft: Draft | null): TokenList {
  const { kinds, starts, ends } = file.tokens;
  const list = new TokenList();
  for (let at = first; at < end; at++) {
    const kind = kinds[at] as number;
    const from = starts[at] as number;
    const to = ends[at] as number;
    if (kind === TokenKind.comment) {
      draft?.clear(from, to);
    } else if (kind === TokenKind.stringify && at + 1 < end) {
      const stop = ends[++at] as number;
      draft?.replace('notation', from, stop, `"${'_'.repeat(Math.max(0, stop - from - 2))}"`);
      list.push(TokenKind.string, from, stop);
    } else if (kind === TokenKind.paste) {
      at = paste(file, list, at, end, draft);
    } else {
      list.push(kind, from, to);
    }
  }
  return list;
}

/** `a ## b`: joins the token before with the one behind; returns the last token used up. */
function paste(file: SourceFile, list: TokenList, at: number, end: number, draft: Draft | null): number {
  const { kinds, starts, ends } = file.tokens;
  const last = list.count - 1;
  const next = at + 1;
  const canJoin = last >= 0 && isPasteable(list.kinds[last]) && next < end && isPasteable(kinds[next]);
  if (!canJoin) {
    draft?.blank('notation', starts[at] as number, ends[at] as number);
    return at;
  }
  const from = list.starts[last] as number;
  const to = ends[next] as number;
  list.pop();
  draft?.identifier('notation', from, to);
  list.push(TokenKind.identifier, from, to);
  return next;
}

function isPasteable(kind: number | undefined): boolean {
  return kind === TokenKind.identifier || kind === TokenKind.number;
}
