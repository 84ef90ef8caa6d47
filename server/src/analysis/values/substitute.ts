/** Macro bodies with their arguments put in. */
import type { Expr, MacroFacts } from '../../syntax/ir.js';

/** The macro's expression with `args` in place of its parameters; null when it is no expression or the counts differ. */
export function expandMacro(macro: MacroFacts, args: readonly Expr[] | null): Expr | null {
  if (macro.expr === null) return null;
  if (macro.params === null) return args === null ? macro.expr : null;
  if (args === null) return null;
  if (!macro.isVariadic && macro.params.length !== args.length) return null;
  const bound = new Map<string, Expr>();
  macro.params.forEach((name, i) => {
    const arg = args[i];
    if (arg !== undefined) bound.set(name, arg);
  });
  return substitute(macro.expr, bound);
}

/** `expr` with the bound names replaced. Statement expressions are left as they are. */
export function substitute(expr: Expr, bound: ReadonlyMap<string, Expr>): Expr {
  const sub = (e: Expr): Expr => substitute(e, bound);
  switch (expr.kind) {
    case 'name':
      return bound.get(expr.name) ?? expr;
    case 'call':
      return { ...expr, callee: sub(expr.callee), args: expr.args.map(sub) };
    case 'member': {
      const field = bound.get(expr.field);
      return { ...expr, object: sub(expr.object), field: field?.kind === 'name' ? field.name : expr.field };
    }
    case 'index':
      return { ...expr, object: sub(expr.object), index: sub(expr.index) };
    case 'unary':
    case 'update':
    case 'cast':
      return { ...expr, operand: sub(expr.operand) };
    case 'binary':
      return { ...expr, left: sub(expr.left), right: sub(expr.right) };
    case 'assign':
      return { ...expr, target: sub(expr.target), value: sub(expr.value) };
    case 'conditional': {
      const then = expr.then === null ? null : sub(expr.then);
      return { ...expr, test: sub(expr.test), then, otherwise: sub(expr.otherwise) };
    }
    case 'comma':
      return { ...expr, parts: expr.parts.map(sub) };
    default:
      return expr;
  }
}
