/**
 * Walks over the facts of a file. Nothing here recurses: generated code nests deeper than a stack allows.
 */
import type { BodyVariant, CallExpr, Expr, FunctionFacts, InitItem, Stmt } from './ir.js';

export type Node = Expr | Stmt;

/** A node and all around it, innermost first. */
export interface Path {
  readonly node: Node;
  readonly up: Path | null;
}

/** Called parents first, in source order; returning `false` leaves out what is inside the node. */
export type Visitor<T extends Node = Node> = (node: T, up: Path | null) => unknown;

/** The expressions and statements directly inside a node, in source order. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'call':
      return [node.callee, ...node.args];
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'unary':
    case 'update':
    case 'cast':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'assign':
      return [node.target, node.value];
    case 'conditional':
      return present([node.test, node.then, node.otherwise]);
    case 'sizeof':
      return present([node.operand]);
    case 'init':
      return node.items.flatMap(itemChildren);
    case 'statements':
    case 'block':
      return node.body;
    case 'comma':
    case 'opaque':
      return node.parts;
    case 'decl':
      return present(node.declarators.map((declarator) => declarator.init));
    case 'expr':
      return [node.expr];
    case 'if':
      return present([node.test, node.then, node.otherwise]);
    case 'loop':
      return present(
        node.form === 'do' ? [node.body, node.test] : [node.init, node.test, node.update, node.body],
      );
    case 'macroblock':
      return [...node.args, node.body];
    case 'switch':
      return [node.subject, node.body];
    case 'case':
      return present([node.value, node.upTo]);
    case 'return':
      return present([node.value]);
    case 'asm':
      return node.operands;
    case 'name':
    case 'number':
    case 'string':
    case 'char':
    case 'type':
    case 'label':
    case 'goto':
    case 'break':
    case 'continue':
      return [];
    default:
      return node satisfies never;
  }
}

function present<T>(nodes: readonly (T | null)[]): T[] {
  return nodes.filter((node) => node !== null);
}

function itemChildren(item: InitItem): Expr[] {
  return [...item.designators.filter((designator) => typeof designator !== 'string'), item.value];
}

/** Visits every node below `roots`, the roots included. */
export function walk(roots: readonly Node[], visit: Visitor): void {
  const nodes: Node[] = [];
  const ups: (Path | null)[] = [];
  const push = (children: readonly Node[], up: Path | null): void => {
    for (let i = children.length - 1; i >= 0; i--) {
      nodes.push(children[i] as Node);
      ups.push(up);
    }
  };
  push(roots, null);
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const up = ups.pop() ?? null;
    if (visit(node, up) === false) continue;
    const children = childrenOf(node);
    if (children.length > 0) push(children, { node, up });
  }
}

const statementKinds: ReadonlySet<Node['kind']> = new Set([
  'decl', 'expr', 'block', 'if', 'loop', 'macroblock', 'switch', 'case', 'label', 'goto', 'return', 'break',
  'continue', 'asm',
]); // biome-ignore format: a list

/** False for an `opaque` node, which may stand for either. */
export function isStmt(node: Node): node is Exclude<Stmt, { kind: 'opaque' }> {
  return statementKinds.has(node.kind);
}

export function isExpr(node: Node): node is Exclude<Expr, { kind: 'opaque' }> {
  return node.kind !== 'opaque' && !statementKinds.has(node.kind);
}

/** Every expression in every reading of a function's body. `sizeof` operands are visited too. */
export function walkExprs(fn: { readonly variants: readonly BodyVariant[] }, visit: Visitor<Expr>): void {
  for (const variant of fn.variants) {
    walk(variant.body, (node, up) => (isExpr(node) ? visit(node, up) : undefined));
  }
}

/** Every statement in every reading of a function's body, those inside statement expressions included. */
export function walkStmts(fn: { readonly variants: readonly BodyVariant[] }, visit: Visitor<Stmt>): void {
  for (const variant of fn.variants) {
    walk(variant.body, (node, up) => (isStmt(node) ? visit(node, up) : undefined));
  }
}

/** All calls in a function, `sizeof` operands excepted, in source order, reading by reading. */
export function callsIn(fn: Pick<FunctionFacts, 'variants'>): CallExpr[] {
  const calls: CallExpr[] = [];
  walkExprs(fn, (node) => {
    if (node.kind === 'sizeof') return false;
    if (node.kind === 'call') calls.push(node);
    return true;
  });
  return calls;
}

/** The innermost node around that passes `test`. */
export function enclosing<T extends Node>(up: Path | null, test: (node: Node) => node is T): T | null {
  for (let path = up; path !== null; path = path.up) if (test(path.node)) return path.node;
  return null;
}

/** The expression without the casts around it. */
export function uncast(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'cast') inner = inner.operand;
  return inner;
}

/** The name of a function given as a value: `f`, `&f`, `(cast)f`; null for anything else. */
export function functionValueName(expr: Expr): string | null {
  let inner = uncast(expr);
  while (inner.kind === 'unary' && inner.op === '&') inner = uncast(inner.operand);
  return inner.kind === 'name' ? inner.name : null;
}
