/**
 * Walks over the facts of a file. Nothing here recurses: generated code nests deeper than a stack allows.
 */
import type { BodyVariant, CallExpr, Expr, FunctionFacts, InitItem, LoopStmt, Stmt } from './ir.js';

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
  const children: Node[] = [];
  pushChildren(node, children);
  return children.reverse();
}

/** Puts what is directly inside a node on a stack, the first child uppermost. Walks do little else, so it makes no lists. */
function pushChildren(node: Node, stack: Node[]): void {
  switch (node.kind) {
    case 'call':
      pushAll(node.args, stack);
      stack.push(node.callee);
      return;
    case 'member':
      stack.push(node.object);
      return;
    case 'index':
      stack.push(node.index, node.object);
      return;
    case 'unary':
    case 'update':
    case 'cast':
      stack.push(node.operand);
      return;
    case 'binary':
      stack.push(node.right, node.left);
      return;
    case 'assign':
      stack.push(node.value, node.target);
      return;
    case 'conditional':
      stack.push(node.otherwise);
      if (node.then !== null) stack.push(node.then);
      stack.push(node.test);
      return;
    case 'sizeof':
      if (node.operand !== null) stack.push(node.operand);
      return;
    case 'init':
      for (let i = node.items.length - 1; i >= 0; i--) pushItem(node.items[i] as InitItem, stack);
      return;
    case 'statements':
    case 'block':
      pushAll(node.body, stack);
      return;
    case 'comma':
    case 'opaque':
      pushAll(node.parts, stack);
      return;
    case 'decl':
      for (let i = node.declarators.length - 1; i >= 0; i--) {
        const init = node.declarators[i]?.init;
        if (init) stack.push(init);
      }
      return;
    case 'expr':
      stack.push(node.expr);
      return;
    case 'if':
      if (node.otherwise !== null) stack.push(node.otherwise);
      stack.push(node.then, node.test);
      return;
    case 'loop':
      pushLoop(node, stack);
      return;
    case 'macroblock':
      stack.push(node.body);
      pushAll(node.args, stack);
      return;
    case 'switch':
      stack.push(node.body, node.subject);
      return;
    case 'case':
      if (node.upTo !== null) stack.push(node.upTo);
      if (node.value !== null) stack.push(node.value);
      return;
    case 'return':
      if (node.value !== null) stack.push(node.value);
      return;
    case 'asm':
      pushAll(node.operands, stack);
      return;
    case 'name':
    case 'number':
    case 'string':
    case 'char':
    case 'type':
    case 'label':
    case 'goto':
    case 'break':
    case 'continue':
      return;
    default:
      node satisfies never;
  }
}

function pushAll(nodes: readonly Node[], stack: Node[]): void {
  for (let i = nodes.length - 1; i >= 0; i--) stack.push(nodes[i] as Node);
}

function pushItem(item: InitItem, stack: Node[]): void {
  stack.push(item.value);
  for (let i = item.designators.length - 1; i >= 0; i--) {
    const designator = item.designators[i];
    if (designator !== undefined && typeof designator !== 'string') stack.push(designator);
  }
}

/** In the order of the source: the test of `do` stands behind the body. */
function pushLoop(loop: LoopStmt, stack: Node[]): void {
  if (loop.form === 'do') {
    if (loop.test !== null) stack.push(loop.test);
    stack.push(loop.body);
    return;
  }
  stack.push(loop.body);
  for (const part of [loop.update, loop.test, loop.init]) if (part !== null) stack.push(part);
}

/** Visits every node below `roots`, the roots included. */
export function walk(roots: readonly Node[], visit: Visitor): void {
  const nodes: Node[] = [];
  const ups: (Path | null)[] = [];
  pushAll(roots, nodes);
  for (let i = 0; i < nodes.length; i++) ups.push(null);
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    const up = ups.pop() ?? null;
    if (visit(node, up) === false) continue;
    pushChildren(node, nodes);
    if (nodes.length === ups.length) continue;
    const path: Path = { node, up };
    while (ups.length < nodes.length) ups.push(path);
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
