/** The declarators of a declaration, and what looks like a declaration but is none. */
import type { Declarator, Expr } from '../ir.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { buildExpr } from './expr.js';
import { buildDeclarator, buildParams, buildSpecifiers, ownedTag } from './type.js';

export function buildDeclarators(c: BuildContext, node: number): Declarator[] {
  const first = c.child(node, Field.declarator);
  const { type, isStatic } = buildSpecifiers(c, node, first < 0 ? null : () => ownedTag(c, first));
  const declarators: Declarator[] = [];
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.field(child) !== Field.declarator) continue;
    const isInitialised = c.kind(child) === Kind.init_declarator;
    const inner = isInitialised ? c.child(child, Field.declarator) : child;
    const value = isInitialised ? c.child(child, Field.value) : -1;
    const parts = buildDeclarator(c, inner, type);
    if (parts.name < 0) continue;
    declarators.push({
      name: c.word(parts.name),
      type:
        parts.parameters < 0
          ? parts.type
          : { ...parts.type, isFunction: true, params: buildParams(c, parts.parameters) },
      init: value < 0 || c.isError(value) ? null : buildExpr(c, value),
      isStatic,
      start: c.start(child),
      end: c.end(child),
    });
  }
  return declarators;
}

/**
 * `static DEFINE_X(a, b);`: a call, though the parser was shown the declaration of a function that returns `int`. Null
 * for anything else.
 */
export function declaredByCall(c: BuildContext, node: number): Expr | null {
  if (c.rewrites.size === 0) return null;
  const type = c.child(node, Field.type);
  const declarator = c.child(node, Field.declarator);
  if (type < 0 || declarator < 0 || c.kind(declarator) !== Kind.function_declarator) return null;
  if (c.rewriteAt(type)?.kind !== 'notation') return null;
  return c.fragments.expression(c, { start: c.start(declarator), end: c.end(declarator) });
}

/** `a * b;` of two variables reads like the declaration of a pointer; null when it is one. */
export function productOf(c: BuildContext, node: number): Expr | null {
  const type = node + 1;
  const declarator = c.after(type);
  if (c.kind(type) !== Kind.type_identifier || declarator >= c.after(node)) return null;
  if (c.kind(declarator) !== Kind.pointer_declarator || !c.variables().has(c.word(type))) return null;
  const right = c.child(declarator, Field.declarator);
  if (right < 0 || c.kind(right) !== Kind.identifier) return null;
  const start = c.start(type);
  const end = c.end(right);
  const left: Expr = { kind: 'name', name: c.word(type), start, end: c.end(type) };
  return { kind: 'binary', op: '*', left, right: buildExpr(c, right), start, end };
}
