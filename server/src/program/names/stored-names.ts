/**
 * Which fields may a chunk store to? Told from its tokens alone, so that only chunks that store to a field are parsed
 * when stores to it are asked for. Generous, as outline-names.ts is.
 */
import { storeCalls } from '@vringside/grammars/store-calls';
import { TokenKind } from '../../syntax/lexer.js';
import type { Chunk, SourceFile } from '../../syntax/source.js';
import type { NameTable } from './name-table.js';

/** Name of a field -> the chunks that may store to one of that name, in order. */
export function storedNames(source: SourceFile, table: NameTable): ReadonlyMap<number, readonly number[]> {
  const storing = new Map<number, number[]>();
  for (const chunk of source.chunks) {
    namesStoredIn(source, chunk, table, (id) => {
      const chunks = storing.get(id);
      if (chunks === undefined) storing.set(id, [chunk.index]);
      else if (chunks[chunks.length - 1] !== chunk.index) chunks.push(chunk.index);
    });
  }
  return storing;
}

/** Reports each field that one chunk may store to, some more than once. */
export function namesStoredIn(
  source: SourceFile,
  chunk: Chunk,
  table: NameTable,
  report: (name: number) => void,
): void {
  if (chunk.kind === 'macro' || chunk.kind === 'include') return;
  const { starts, ends } = source.tokens;
  scanChunk(source, chunk, (token) => {
    report(table.intern(source.text, starts[token] as number, ends[token] as number));
  });
}

function scanChunk(source: SourceFile, chunk: Chunk, report: (token: number) => void): void {
  const { kinds } = source.tokens;
  for (let at = chunk.firstToken; at < chunk.endToken; at++) {
    const kind = kinds[at];
    if (kind === TokenKind.identifier) {
      if (isField(kinds, at) ? isStoredTo(source, at + 1, chunk.endToken) : isOldDesignator(kinds, at))
        report(at);
      else if (kinds[at + 1] === TokenKind.openParen && storeCalls.has(textOf(source, at))) {
        reportFields(source, at + 1, chunk.endToken, report);
      }
    } else if (kind === TokenKind.operator && isCounting(source, at)) {
      reportOperand(source, at + 1, chunk.endToken, report);
    }
  }
}

/** Behind `->` or `.`: a member, or a designator. */
function isField(kinds: Uint8Array, at: number): boolean {
  return kinds[at - 1] === TokenKind.arrow || kinds[at - 1] === TokenKind.dot;
}

/** `field: value` in an initialiser list. */
function isOldDesignator(kinds: Uint8Array, at: number): boolean {
  if (kinds[at + 1] !== TokenKind.colon) return false;
  return kinds[at - 1] === TokenKind.openBrace || kinds[at - 1] === TokenKind.comma;
}

/** What follows a field is an assignment, indexes and closing parentheses between them left out. */
function isStoredTo(source: SourceFile, from: number, end: number): boolean {
  const { kinds } = source.tokens;
  let at = from;
  while (at < end) {
    const kind = kinds[at];
    if (kind === TokenKind.openBracket) at = afterBrackets(kinds, at, end);
    else if (kind === TokenKind.closeParen || kind === TokenKind.comment) at++;
    else if (kind === TokenKind.assign) return true;
    else return kind === TokenKind.operator && (isAssignment(textOf(source, at)) || isCounting(source, at));
  }
  return false;
}

function afterBrackets(kinds: Uint8Array, from: number, end: number): number {
  let depth = 0;
  for (let at = from; at < end; at++) {
    if (kinds[at] === TokenKind.openBracket) depth++;
    else if (kinds[at] === TokenKind.closeBracket && --depth === 0) return at + 1;
  }
  return end;
}

/** The fields in the arguments of a call that stores. */
function reportFields(source: SourceFile, from: number, end: number, report: (token: number) => void): void {
  const { kinds } = source.tokens;
  let depth = 0;
  for (let at = from; at < end; at++) {
    if (kinds[at] === TokenKind.openParen) depth++;
    else if (kinds[at] === TokenKind.closeParen && --depth === 0) return;
    else if (kinds[at] === TokenKind.identifier && isField(kinds, at)) report(at);
  }
}

/** The fields in the operand of a leading `++` or `--`. */
function reportOperand(source: SourceFile, from: number, end: number, report: (token: number) => void): void {
  const { kinds } = source.tokens;
  for (let at = from; at < end; at++) {
    const kind = kinds[at];
    if (kind === TokenKind.identifier) {
      if (isField(kinds, at)) report(at);
    } else if (!operandKinds.has(kind as number)) return;
  }
}

const operandKinds: ReadonlySet<number> = new Set([
  TokenKind.arrow,
  TokenKind.dot,
  TokenKind.openParen,
  TokenKind.closeParen,
  TokenKind.openBracket,
  TokenKind.closeBracket,
  TokenKind.star,
  TokenKind.number,
]);

function isCounting(source: SourceFile, at: number): boolean {
  const start = source.tokens.starts[at] as number;
  if ((source.tokens.ends[at] as number) - start !== 2) return false;
  const code = source.text.charCodeAt(start);
  return (code === 43 || code === 45) && source.text.charCodeAt(start + 1) === code;
}

/** `+=`, `<<=`, ...; not the comparisons that end in `=` too. */
function isAssignment(operator: string): boolean {
  return operator.length > 1 && operator.endsWith('=') && !/^[=!<>]=$/.test(operator);
}

function textOf(source: SourceFile, token: number): string {
  return source.text.slice(source.tokens.starts[token], source.tokens.ends[token]);
}
