/** Small questions about expressions that every analysis asks. */
import type { Expr, InitItem, Stmt } from '../syntax/ir.js';

type Node = Expr | Stmt;

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
      return node.then === null ? [node.test, node.otherwise] : [node.test, node.then, node.otherwise];
    case 'sizeof':
      return node.operand === null ? [] : [node.operand];
    case 'init':
      return node.items.flatMap(initChildren);
    case 'statements':
    case 'block':
      return node.body;
    case 'comma':
    case 'opaque':
      return node.parts;
    case 'decl':
      return node.declarators.flatMap((d) => (d.init === null ? [] : [d.init]));
    case 'expr':
      return [node.expr];
    case 'if':
      return node.otherwise === null ? [node.test, node.then] : [node.test, node.then, node.otherwise];
    case 'loop':
      return [node.init, node.test, node.update, node.body].filter((n) => n !== null);
    case 'macroblock':
      return [...node.args, node.body];
    case 'switch':
      return [node.subject, node.body];
    case 'case':
      return [node.value, node.upTo].filter((n) => n !== null);
    case 'return':
      return node.value === null ? [] : [node.value];
    case 'asm':
      return node.operands;
    default:
      return [];
  }
}

function initChildren(item: InitItem): Expr[] {
  return [...item.designators.filter((d) => typeof d !== 'string'), item.value];
}

/** Calls `visit` for every expression and statement under `roots`, parents first, with its ancestors' chain. */
export function walk(roots: readonly Node[], visit: (node: Node, parents: ParentChain | null) => void): void {
  const work: { node: Node; parents: ParentChain | null }[] = [];
  for (let i = roots.length - 1; i >= 0; i -= 1) {
    const node = roots[i];
    if (node !== undefined) work.push({ node, parents: null });
  }
  for (let item = work.pop(); item !== undefined; item = work.pop()) {
    visit(item.node, item.parents);
    const children = childrenOf(item.node);
    const parents: ParentChain = { node: item.node, up: item.parents };
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const node = children[i];
      if (node !== undefined) work.push({ node, parents });
    }
  }
}

export interface ParentChain {
  readonly node: Node;
  readonly up: ParentChain | null;
}

/** `f` for a call `f(...)`, else ''. */
export function calleeName(expr: Node): string {
  return expr.kind === 'call' && expr.callee.kind === 'name' ? expr.callee.name : '';
}

/** Strips casts and pairs of parentheses' equivalents: `(u64)x` gives `x`. */
export function uncast(expr: Expr): Expr {
  let e = expr;
  while (e.kind === 'cast') e = e.operand;
  return e;
}

/** Source text of a span on one line. */
export function oneLine(text: string, span: { start: number; end: number }): string {
  return text.slice(span.start, span.end).replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\s+/g, ' ').trim();
}
