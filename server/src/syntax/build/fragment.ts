/** A piece of a file's text as an expression, apart from what stands around it. */
import type { Span } from '../../text/span.js';
import { Dialect } from '../dialect/context.js';
import { Draft } from '../dialect/draft.js';
import { expression } from '../dialect/expressions.js';
import { TokenList, View } from '../dialect/view.js';
import type { Expr } from '../ir.js';
import { TokenKind } from '../lexer.js';
import type { SourceFile } from '../source.js';
import type { BuildContext } from './context.js';
import { buildExpr, opaque } from './expr.js';
import type { ReadText } from './facts.js';
import { mineParts } from './mine.js';

const PREFIX = 'int _ = ';

/** The text to parse for [start, end) of the file. */
export function fragmentText(file: SourceFile, { start, end }: Span): ReadText {
  const { kinds, starts, ends, count } = file.tokens;
  const draft = new Draft(file.text, start, end);
  const list = new TokenList();
  for (let at = firstToken(starts, count, start); at < count && (ends[at] as number) <= end; at++) {
    const kind = kinds[at] as number;
    const next = at + 1;
    if (kind === TokenKind.paste && list.count > 0 && next < count && (ends[next] as number) <= end) {
      // `a ## b` is one name.
      const from = list.starts.at(-1) as number;
      const to = ends[next] as number;
      list.pop();
      draft.identifier('notation', from, to);
      list.push(TokenKind.identifier, from, to);
      at = next;
    } else if (kind === TokenKind.comment) draft.clear(starts[at] as number, ends[at] as number);
    else if (kind !== TokenKind.directiveEnd) list.push(kind, starts[at] as number, ends[at] as number);
  }
  expression(new Dialect(new View(file.text, list), draft), 0, list.count);
  return {
    text: `${PREFIX}${draft.text()};`,
    shift: start - PREFIX.length,
    bounds: { start, end },
    rewrites: draft.sorted(),
  };
}

/** The expression in a parsed fragment. */
export function readFragment(c: BuildContext, { start, end }: Span): Expr {
  const value = firstFrom(c, start);
  if (value >= 0 && !c.hasProblem) return buildExpr(c, value);
  return { ...opaque(c, 0, 'unreadable', mineParts(c, 0)), start, end };
}

/** The first node, outermost first, that begins at `offset` of the file or later; -1 for none. */
export function firstFrom(c: BuildContext, offset: number): number {
  for (let node = 0; node < c.tree.count; node++) {
    if (c.unboundedStart(node) >= offset && c.isContent(node)) return node;
  }
  return -1;
}

/** Index of the first token that starts at `offset` or later. */
function firstToken(starts: Uint32Array, count: number, offset: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
