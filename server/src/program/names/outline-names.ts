/**
 * Which names may a chunk define? Told from its tokens alone, and generously: what a lookup finds here it checks
 * against the parsed facts, but what is missing here is never found.
 */
import { TokenKind } from '../../syntax/lexer.js';
import type { Chunk, SourceFile } from '../../syntax/source.js';
import type { NameTable } from './name-table.js';

/** Name -> the chunks that may define or declare it, in order. */
export function definedNames(source: SourceFile, table: NameTable): ReadonlyMap<number, readonly number[]> {
  const definers = new Map<number, number[]>();
  for (const chunk of source.chunks) {
    namesDefinedIn(source, chunk, table, (id) => {
      const chunks = definers.get(id);
      if (chunks === undefined) definers.set(id, [chunk.index]);
      else if (chunks[chunks.length - 1] !== chunk.index) chunks.push(chunk.index);
    });
  }
  return definers;
}

/** Reports each name that one chunk may define or declare, some more than once. */
export function namesDefinedIn(
  source: SourceFile,
  chunk: Chunk,
  table: NameTable,
  report: (name: number) => void,
): void {
  const { starts, ends } = source.tokens;
  scanChunk(source, chunk, (at) => {
    report(table.intern(source.text, starts[at] as number, ends[at] as number));
  });
  const bare = chunk.name?.replace(/^(?:struct|union|enum) /, '');
  if (bare) report(table.intern(bare, 0, bare.length));
}

/** Reports the tokens of the chunk that stand where a name is introduced. */
function scanChunk(source: SourceFile, chunk: Chunk, report: (token: number) => void): void {
  const { kinds } = source.tokens;
  const nesting = new Nesting();
  for (let at = chunk.firstToken; at < chunk.endToken; at++) {
    const kind = kinds[at];
    if (kind !== TokenKind.identifier) nesting.punctuation(kind);
    else if (introduces(source, chunk, at, nesting)) report(at);
    if (kind === TokenKind.identifier) nesting.word(wordAt(source, at));
  }
}

/** Where in a declaration the scan stands. */
class Nesting {
  braces = 0;
  parens = 0;
  /** Depth of the braces of the enum being read; 0: none. */
  enumBraces = 0;
  /** `struct`, `union` or `enum`, until its tag or brace has come. */
  keyword = '';

  punctuation(kind: number | undefined): void {
    if (kind === TokenKind.openBrace) {
      this.braces++;
      if (this.keyword === 'enum') this.enumBraces = this.braces;
      this.keyword = '';
    } else if (kind === TokenKind.closeBrace) {
      if (this.braces === this.enumBraces) this.enumBraces = 0;
      this.braces = Math.max(0, this.braces - 1);
    } else if (kind === TokenKind.openParen) this.parens++;
    else if (kind === TokenKind.closeParen) this.parens = Math.max(0, this.parens - 1);
    else if (kind === TokenKind.semicolon || kind === TokenKind.star || kind === TokenKind.assign)
      this.keyword = '';
  }

  word(text: string): void {
    if (text === 'struct' || text === 'union' || text === 'enum') this.keyword = text;
  }
}

function introduces(source: SourceFile, chunk: Chunk, at: number, nesting: Nesting): boolean {
  const { kinds } = source.tokens;
  const before = kinds[at - 1];
  const after = kinds[at + 1];
  if (before === TokenKind.identifier && kinds[at - 2] === TokenKind.directive)
    return wordAt(source, at - 1) === 'define';
  if (nesting.keyword !== '' && after === TokenKind.openBrace) return true;
  // The body of a function introduces no other name that lookups ask for; its own name is the chunk's.
  if (chunk.kind === 'function' || chunk.kind === 'include' || chunk.kind === 'macro') return false;
  if (nesting.enumBraces > 0) return nesting.parens === 0 && after !== TokenKind.openParen;
  // `struct_group_tagged(tag, member, ...)` names a struct inside another.
  if (nesting.braces > 0)
    return before === TokenKind.openParen && wordAt(source, at - 2) === 'struct_group_tagged';
  if (chunk.kind === 'invocation') return nesting.parens > 0;
  // `typedef int (*name)(...)`, `typedef int (name)(...)`.
  if (nesting.parens > 0) {
    return after === TokenKind.closeParen && (before === TokenKind.star || before === TokenKind.openParen);
  }
  if (after === TokenKind.identifier) return wordAt(source, at + 1).startsWith('__');
  return after !== TokenKind.star;
}

/** The text of a token that can be a word we look for; '' for a longer one, which need not be cut out. */
function wordAt(source: SourceFile, token: number): string {
  const start = source.tokens.starts[token] ?? 0;
  const end = source.tokens.ends[token] ?? 0;
  return end - start > 24 ? '' : source.text.slice(start, end);
}
