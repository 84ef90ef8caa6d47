/** `#define`: the macro's head from the tokens, its body as an expression or as statements when it is one. */

import { detached } from '../../text/detached.js';
import type { Expr, MacroFacts, Stmt } from '../ir.js';
import { TokenKind } from '../lexer.js';
import type { Chunk, SourceFile } from '../source.js';
import { Kind } from '../tree/kinds.js';
import { type MacroCandidate, prepareMacro } from '../variants.js';
import type { BuildContext } from './context.js';
import { buildExpr } from './expr.js';
import type { FactsReader } from './facts.js';
import { readText } from './facts.js';
import { firstFrom } from './fragment.js';
import { wordOf } from './intern.js';
import { mineParts } from './mine.js';
import { firstProblem } from './problem.js';
import { addStatement, buildAsm } from './stmt.js';

export function readMacro(reader: FactsReader, file: SourceFile, chunk: Chunk): MacroFacts[] {
  const head = readHead(file, chunk);
  if (!head) return [];
  const { name, params, isVariadic, bodyStart, bodyEnd, firstBodyToken } = head;
  const shared = {
    name,
    params,
    isVariadic,
    condition: chunk.condition,
    bodySpan: { start: bodyStart, end: bodyEnd },
    start: chunk.start,
    end: chunk.end,
  };
  if (bodyStart === bodyEnd) return [{ ...shared, expr: null, body: null }];
  const simple = simpleBody(file, firstBodyToken, bodyEnd);
  if (simple !== undefined) return [{ ...shared, expr: simple, body: null }];
  return [{ ...shared, ...readBody(reader, file, chunk, bodyEnd, params ?? []) }];
}

// ---- the head -----------------------------------------------------------------------------------------------

interface Head {
  readonly name: string;
  readonly params: readonly string[] | null;
  readonly isVariadic: boolean;
  readonly bodyStart: number;
  readonly bodyEnd: number;
  readonly firstBodyToken: number;
}

/** `# define NAME(a, b...) body`; null when there is no name. */
function readHead(file: SourceFile, chunk: Chunk): Head | null {
  const { kinds, starts, ends } = file.tokens;
  const kindAt = (at: number): number =>
    at < chunk.endToken ? (kinds[at] as number) : TokenKind.directiveEnd;
  const next = (at: number): number => {
    let after = at + 1;
    while (kindAt(after) === TokenKind.comment) after++;
    return after;
  };
  const nameAt = next(next(chunk.firstToken));
  if (kindAt(nameAt) !== TokenKind.identifier) return null;
  const nameEnd = ends[nameAt] as number;
  let at = next(nameAt);
  let params: string[] | null = null;
  let isVariadic = false;
  // Only a parenthesis right after the name opens parameters.
  if (kindAt(at) === TokenKind.openParen && starts[at] === nameEnd) {
    params = [];
    for (
      at = next(at);
      kindAt(at) !== TokenKind.closeParen && kindAt(at) !== TokenKind.directiveEnd;
      at = next(at)
    ) {
      if (kindAt(at) === TokenKind.ellipsis) {
        isVariadic = true;
        if (kindAt(at - 1) !== TokenKind.identifier) params.push('__VA_ARGS__');
      } else if (kindAt(at) === TokenKind.identifier) {
        params.push(wordOf(file.text, starts[at] as number, ends[at] as number));
      }
    }
    at = next(at);
  }
  let last = at;
  let bodyEnd = starts[at] ?? chunk.end;
  for (; last < chunk.endToken && kinds[last] !== TokenKind.directiveEnd; last++) {
    if (kinds[last] !== TokenKind.comment) bodyEnd = ends[last] as number;
  }
  const isEmpty = last === at;
  bodyEnd = Math.min(bodyEnd, chunk.end);
  const bodyStart = isEmpty ? bodyEnd : (starts[at] as number);
  const name = wordOf(file.text, starts[nameAt] as number, nameEnd);
  return { name, params, isVariadic, bodyStart, bodyEnd: Math.max(bodyStart, bodyEnd), firstBodyToken: at };
}

// ---- bodies of one token ------------------------------------------------------------------------------------

const NOT_AN_EXPRESSION =
  /^(?:auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|inline|int|long|register|restrict|return|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while|__\w*inline\w*|__attribute__|asm|__asm__)$/;

/** A number, a name or a string, perhaps in parentheses: most macros, and not worth a parse. Null for a lone keyword. */
function simpleBody(file: SourceFile, first: number, bodyEnd: number): Expr | null | undefined {
  const { kinds, starts, ends } = file.tokens;
  let at = first;
  let open = 0;
  while (kinds[at] === TokenKind.openParen) {
    at++;
    open++;
  }
  const token = at++;
  while (open > 0 && kinds[at] === TokenKind.closeParen) {
    at++;
    open--;
  }
  if (open > 0 || ends[at - 1] !== bodyEnd) return undefined;
  const start = starts[token] as number;
  const end = ends[token] as number;
  switch (kinds[token]) {
    case TokenKind.number:
      return { kind: 'number', text: wordOf(file.text, start, end), start, end };
    case TokenKind.string:
      return { kind: 'string', text: detached(file.text.slice(start, end)), start, end };
    case TokenKind.char:
      return { kind: 'char', text: wordOf(file.text, start, end), start, end };
    case TokenKind.identifier: {
      const name = wordOf(file.text, start, end);
      return NOT_AN_EXPRESSION.test(name) ? null : { kind: 'name', name, start, end };
    }
    default:
      return undefined;
  }
}

// ---- other bodies -------------------------------------------------------------------------------------------

interface Body {
  readonly expr: Expr | null;
  readonly body: readonly Stmt[] | null;
}

/** The first of the dialect's readings that parses; else what could be read, as an opaque statement. */
function readBody(
  reader: FactsReader,
  file: SourceFile,
  chunk: Chunk,
  bodyEnd: number,
  params: readonly string[],
): Body {
  let fallback: Body = { expr: null, body: null };
  for (const [index, candidate] of prepareMacro(file, chunk).entries()) {
    const { variant } = candidate;
    const text = readText(variant, bodyEnd);
    const result = reader.withTree(
      file,
      text,
      () => chunk.condition,
      params,
      (c) => readCandidate(c, candidate, index === 0),
    );
    if (result && !result.isOpaque) return result.body;
    if (result) fallback = result.body;
  }
  return fallback;
}

function readCandidate(
  c: BuildContext,
  candidate: MacroCandidate,
  isFirst: boolean,
): { readonly isOpaque: boolean; readonly body: Body } | null {
  const { base } = candidate.variant;
  if (c.hasProblem) return isFirst ? { isOpaque: true, body: { expr: null, body: opaqueBody(c) } } : null;
  if (candidate.as === 'statements')
    return { isOpaque: false, body: { expr: null, body: bodyStatements(c, base) } };
  if (candidate.as === 'initializer')
    return { isOpaque: false, body: { expr: bodyItems(c, base), body: null } };
  const node = firstFrom(c, base);
  if (node < 0) return null;
  if (c.kind(node) === Kind.gnu_asm_expression) {
    return { isOpaque: false, body: { expr: null, body: [buildAsm(c, node)] } };
  }
  return { isOpaque: false, body: { expr: buildExpr(c, node), body: null } };
}

/** `.a = x, .b = y`: items for a list, as the list around them. */
function bodyItems(c: BuildContext, base: number): Expr | null {
  for (let node = 0; node < c.tree.count && c.unboundedStart(node) < base; node++) {
    if (c.kind(node) === Kind.initializer_list) return buildExpr(c, node);
  }
  return null;
}

function opaqueBody(c: BuildContext): Stmt[] {
  const problem = firstProblem(c, 0, c.tree.count);
  const parts = mineParts(c, 0);
  return [{ kind: 'opaque', why: problem?.reason ?? 'unreadable', parts, start: c.start(0), end: c.end(0) }];
}

/** The statements of the innermost block that opens before the body. */
function bodyStatements(c: BuildContext, base: number): Stmt[] {
  let block = -1;
  for (let node = 0; node < c.tree.count && c.unboundedStart(node) < base; node++) {
    if (c.kind(node) === Kind.compound_statement) block = node;
  }
  const out: Stmt[] = [];
  if (block < 0) return out;
  const end = c.after(block);
  for (let child = block + 1; child < end; child = c.after(child))
    if (c.isContent(child)) addStatement(c, child, out);
  return out;
}
