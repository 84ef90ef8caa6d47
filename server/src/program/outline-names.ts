/**
 * Which names may a chunk define? Told from its tokens alone, and generously: what a lookup finds here it checks
 * against the parsed facts, but what is missing here is never found.
 */
import { TokenKind } from '../syntax/lexer.js';
import type { Chunk, SourceFile } from '../syntax/source.js';
import type { NameTable } from './names.js';

/** Name -> the chunks that may define or declare it, in order. */
export function definedNames(source: SourceFile, table: NameTable): ReadonlyMap<number, readonly number[]> {
  const definers = new Map<number, number[]>();
  const add = (id: number, chunk: number): void => {
    const chunks = definers.get(id);
    if (chunks === undefined) definers.set(id, [chunk]);
    else if (chunks[chunks.length - 1] !== chunk) chunks.push(chunk);
  };
  const { starts, ends } = source.tokens;
  for (const chunk of source.chunks) {
    scanChunk(source, chunk, (at) => {
      add(table.intern(source.text, starts[at] as number, ends[at] as number), chunk.index);
    });
    const bare = chunk.name?.replace(/^(?:struct|union|enum) /, '');
    if (bare) add(table.intern(bare, 0, bare.length), chunk.index);
  }
  return definers;
}

const tagWords: ReadonlySet<string> = new Set(['struct', 'union', 'enum']);

/** Reports the tokens of the chunk that stand where a name is introduced. */
function scanChunk(source: SourceFile, chunk: Chunk, report: (token: number) => void): void {
  const { tokens, text } = source;
  const { kinds, starts, ends } = tokens;
  const isOpaque = chunk.kind === 'function' || chunk.kind === 'include';
  let braces = 0;
  let parens = 0;
  let enumDepth = 0;
  let tag = '';
  for (let at = chunk.firstToken; at < chunk.endToken; at++) {
    const kind = kinds[at];
    if (kind === TokenKind.openBrace) {
      braces++;
      if (tag === 'enum') enumDepth = braces;
      tag = '';
    } else if (kind === TokenKind.closeBrace) {
      if (braces === enumDepth) enumDepth = 0;
      braces = Math.max(0, braces - 1);
    } else if (kind === TokenKind.openParen) parens++;
    else if (kind === TokenKind.closeParen) parens = Math.max(0, parens - 1);
    else if (kind === TokenKind.semicolon || kind === TokenKind.star || kind === TokenKind.assign) tag = '';
    if (kind !== TokenKind.identifier) continue;
    const before = kinds[at - 1];
    const after = kinds[at + 1];
    if (before === TokenKind.directive) {
      if (text.startsWith('define', starts[at]) && after === TokenKind.identifier) report(at + 1);
      continue;
    }
    if (tag !== '' && after === TokenKind.openBrace) report(at);
    else if (isOpaque) {
      // The body of a function introduces no other name that lookups ask for; its own name is the chunk's.
    } else if (enumDepth > 0 && parens === 0) {
      if (after !== TokenKind.openParen) report(at);
    } else if (braces === 0 && introduces(before, after, parens, chunk)) report(at);
    const length = (ends[at] as number) - (starts[at] as number);
    if (length >= 4 && length <= 6) {
      const word = text.slice(starts[at], ends[at]);
      if (tagWords.has(word)) tag = word;
    }
  }
}

function introduces(
  before: number | undefined,
  after: number | undefined,
  parens: number,
  chunk: Chunk,
): boolean {
  if (chunk.kind === 'invocation' || chunk.kind === 'macro') return parens > 0 && chunk.kind === 'invocation';
  // `typedef int (*name)(...)`.
  if (parens > 0) return before === TokenKind.star && after === TokenKind.closeParen;
  return after !== TokenKind.identifier && after !== TokenKind.star;
}
