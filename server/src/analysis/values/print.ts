/** Expressions as C text, from the data alone: the same for equal expressions whatever their layout. */
import type { Expr, TypeRef } from '../../syntax/ir.js';

/** Longer texts are cut with `...`: they name a condition, they are not compiled. */
const MAX_DEPTH = 12;

export function printExpr(expr: Expr, depth = 0): string {
  if (depth > MAX_DEPTH) return '...';
  const sub = (e: Expr): string => printExpr(e, depth + 1);
  const operand = (e: Expr): string => (needsParens(e) ? `(${sub(e)})` : sub(e));
  switch (expr.kind) {
    case 'name':
      return expr.name;
    case 'number':
    case 'string':
    case 'char':
      return expr.text;
    case 'call':
      return `${operand(expr.callee)}(${expr.args.map(sub).join(', ')})`;
    case 'member':
      return `${operand(expr.object)}${expr.isArrow ? '->' : '.'}${expr.field}`;
    case 'index':
      return `${operand(expr.object)}[${sub(expr.index)}]`;
    case 'unary':
      return `${expr.op}${operand(expr.operand)}`;
    case 'update':
      return expr.isPrefix ? `${expr.op}${operand(expr.operand)}` : `${operand(expr.operand)}${expr.op}`;
    case 'binary':
      return `${operand(expr.left)} ${expr.op} ${operand(expr.right)}`;
    case 'assign':
      return `${sub(expr.target)} ${expr.op} ${sub(expr.value)}`;
    case 'conditional':
      return expr.then === null
        ? `${operand(expr.test)} ?: ${operand(expr.otherwise)}`
        : `${operand(expr.test)} ? ${operand(expr.then)} : ${operand(expr.otherwise)}`;
    // A cast changes no condition, and reads badly in one.
    case 'cast':
      return operand(expr.operand);
    case 'sizeof':
      return `${expr.op}(${expr.type === null ? (expr.operand === null ? '' : sub(expr.operand)) : printType(expr.type)})`;
    case 'type':
      return printType(expr.type);
    case 'init':
      return '{ ... }';
    case 'statements':
      return '({ ... })';
    case 'comma':
      return expr.parts.map(sub).join(', ');
    case 'opaque':
      return expr.parts.map(sub).join(' ');
  }
}

export function printType(type: TypeRef): string {
  return type.pointers > 0 ? `${type.base} ${'*'.repeat(type.pointers)}` : type.base;
}

function needsParens(expr: Expr): boolean {
  return (
    expr.kind === 'binary' || expr.kind === 'conditional' || expr.kind === 'assign' || expr.kind === 'comma'
  );
}
