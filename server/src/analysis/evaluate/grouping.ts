/** Which expressions stand in parentheses of their own: the facts leave them out, the text has them. */
import type { MacroRef, Program } from '../../program/index.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import type { Span } from '../../text/span.js';

/** Expressions seen in parentheses; one that comes from a macro's body stands in another file than it is evaluated in. */
const grouped = new WeakSet<Expr>();

export function isGrouped(expr: Expr): boolean {
  return grouped.has(expr);
}

export function markGrouped<T extends Expr>(expr: T): T {
  grouped.add(expr);
  return expr;
}

/** Uses of a macro inside its own expansion, which stay as they are: C 2018, 6.10.3.4. */
const spent = new WeakSet<Expr>();

export function isSpent(expr: Expr): boolean {
  return spent.has(expr);
}

export function markSpent<T extends Expr>(expr: T): T {
  spent.add(expr);
  return expr;
}

/** An operand, within the expression that it is a part of. */
export function noteOperand(program: Program, file: string, parent: Span, operand: Expr): void {
  if (openings(program, file, parent.start, operand.start) > 0) grouped.add(operand);
}

/** The arguments of a call; the first has the call's own parenthesis before it. */
export function noteArguments(program: Program, file: string, { callee, args }: CallExpr): void {
  let from = callee.end;
  for (const [i, arg] of args.entries()) {
    if (openings(program, file, from, arg.start) > (i === 0 ? 1 : 0)) grouped.add(arg);
    from = arg.end;
  }
}

/** `#define X (a + b)` is one operand wherever it stands. */
export function isBodyGrouped({ bodySpan, expr }: MacroRef): boolean {
  return expr !== null && expr.start > bodySpan.start;
}

/** Parentheses that open between the two offsets with nothing but white space behind them. */
function openings(program: Program, file: string, from: number, to: number): number {
  if (from >= to) return 0;
  const text = program.textOf(file, { start: from, end: to }).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
  const [tail = ''] = /[(\s\\]*$/.exec(text) ?? [];
  return tail.replace(/[^(]/g, '').length;
}
