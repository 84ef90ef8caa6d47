/** What can still be read in text that did not parse: nothing is lost silently. */

import type { Expr } from '../ir.js';
import { Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { buildExpr } from './expr.js';

/** Node types that are expressions by themselves, whatever surrounds them. */
const EXPRESSIONS: ReadonlySet<number> = new Set([
  Kind.identifier,
  Kind.field_identifier,
  Kind.type_identifier,
  Kind.number_literal,
  Kind.string_literal,
  Kind.concatenated_string,
  Kind.char_literal,
  Kind.call_expression,
  Kind.field_expression,
  Kind.subscript_expression,
  Kind.unary_expression,
  Kind.pointer_expression,
  Kind.update_expression,
  Kind.binary_expression,
  Kind.assignment_expression,
  Kind.conditional_expression,
  Kind.cast_expression,
  Kind.sizeof_expression,
  Kind.alignof_expression,
  Kind.offsetof_expression,
  Kind.generic_expression,
  Kind.compound_literal_expression,
  Kind.parenthesized_expression,
  Kind.extension_expression,
  Kind.comma_expression,
  Kind.gnu_asm_expression,
  Kind.initializer_list,
  Kind.compound_statement,
  Kind.statement_identifier,
]);

/** The largest readable expressions below a node, in order. */
export function mineParts(c: BuildContext, node: number): Expr[] {
  const parts: Expr[] = [];
  const end = c.after(node);
  let at = node + 1;
  while (at < end) {
    if (EXPRESSIONS.has(c.kind(at)) && !c.isError(at)) {
      parts.push(buildExpr(c, at));
      at = c.after(at);
    } else {
      at++;
    }
  }
  return parts;
}

/** Every name below a node (and itself), each alone: for what is nested too deeply to be built. */
export function mineNames(c: BuildContext, node: number): Expr[] {
  const names: Expr[] = [];
  const end = c.after(node);
  for (let at = node; at < end; at++) {
    const kind = c.kind(at);
    if (kind !== Kind.identifier && kind !== Kind.field_identifier && kind !== Kind.type_identifier) continue;
    const name: Expr = { kind: 'name', name: c.word(at), start: c.start(at), end: c.end(at) };
    const isCallee = kind === Kind.identifier && at > node && c.kind(at - 1) === Kind.call_expression;
    names.push(isCallee ? { kind: 'call', callee: name, args: [], start: name.start, end: name.end } : name);
  }
  return names;
}
