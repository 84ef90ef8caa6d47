import type { Expr } from '../../syntax/ir.js';
import { FALSE, type Formula, TRUE } from '../formulas/formula.js';

/** Truth of a literal, `true`, `false` or `NULL`; null for anything else. */
export function constantTruth(expr: Expr): Formula | null {
  if (expr.kind === 'number') return /^0+[uUlL]*$|^0[xX]0+[uUlL]*$/.test(expr.text) ? FALSE : TRUE;
  if (expr.kind === 'name') {
    if (expr.name === 'true') return TRUE;
    if (expr.name === 'false' || expr.name === 'NULL') return FALSE;
  }
  if (expr.kind === 'unary' && expr.op === '!') {
    const inner = constantTruth(expr.operand);
    return inner === null ? null : inner === TRUE ? FALSE : TRUE;
  }
  return expr.kind === 'cast' ? constantTruth(expr.operand) : null;
}
