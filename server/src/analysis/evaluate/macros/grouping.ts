/** Which expressions stand in parentheses of their own: the facts leave them out, the text has them. */
import type { MacroRef, Program } from '../../../program/index.js';
import type { CallExpr, Expr } from '../../../syntax/ir.js';
import type { Span } from '../../../text/span.js';

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
  if (openings(program, file, parent.start, operand) > 0) grouped.add(operand);
}

/** The arguments of a call; the first has the call's own parenthesis before it. */
export function noteArguments(program: Program, file: string, { callee, args }: CallExpr): void {
  let from = callee.end;
  for (const [i, arg] of args.entries()) {
    if (openings(program, file, from, arg) > (i === 0 ? 1 : 0)) grouped.add(arg);
    from = arg.end;
  }
}

/** `#define X (a + b)` is one operand wherever it stands. */
export function isBodyGrouped({ bodySpan, expr }: MacroRef): boolean {
  return expr !== null && expr.start > bodySpan.start;
}

/** Parentheses that open right before the operand, from an offset on, and close behind it. */
function openings(program: Program, file: string, from: number, { start, end }: Span): number {
  if (from >= start) return 0;
  const [before = ''] = /[(\s\\]*$/.exec(codeOf(program.textOf(file, { start: from, end: start }))) ?? [];
  const opened = before.replace(/[^(]/g, '').length;
  return opened === 0 ? 0 : opened - closed(codeOf(program.textOf(file, { start, end })));
}

/** Parentheses closed that the text has not opened: of `(a) & b` the operand may begin at `a`. */
function closed(text: string): number {
  let depth = 0;
  let lowest = 0;
  for (const char of text) {
    if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    lowest = Math.min(lowest, depth);
  }
  return -lowest;
}

/** Without comments and literals. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, ' ');
}
