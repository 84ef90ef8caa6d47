/** Small questions about the expressions and names of a body. */
import type { Expr, Stmt } from '../../syntax/ir.js';
import { childrenOf } from '../../syntax/walk.js';

/** Whether an argument can be the answer to a yes-or-no question. */
export function isFlagLike(arg: Expr): boolean {
  if (arg.kind === 'call' || arg.kind === 'name') return true;
  return (
    (arg.kind === 'unary' && arg.op === '!') ||
    (arg.kind === 'binary' && (arg.op === '&&' || arg.op === '||'))
  );
}

export function isConstant(expr: Expr, value: number): boolean {
  return expr.kind === 'number' && Number(expr.text.replace(/[uUlL]+$/, '')) === value;
}

/** Names of locals assigned, updated or address-taken anywhere in `body`. */
export function assignedNames(body: readonly Stmt[]): Set<string> {
  const names = new Set<string>();
  const work: (Stmt | Expr)[] = [...body];
  for (let node = work.pop(); node !== undefined; node = work.pop()) {
    if (node.kind === 'assign' && node.target.kind === 'name') names.add(node.target.name);
    if (node.kind === 'update' && node.operand.kind === 'name') names.add(node.operand.name);
    if (node.kind === 'unary' && node.op === '&' && node.operand.kind === 'name')
      names.add(node.operand.name);
    work.push(...childrenOf(node));
  }
  return names;
}
