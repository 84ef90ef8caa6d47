/** How a function gives up at a place: what it would have to undo there, told by how it gives up next. */
import type { FunctionRef } from '../program/index.js';
import type { GotoStmt, IfStmt, ReturnStmt, Stmt } from '../syntax/ir.js';
import { callsIn, walkStmts } from '../syntax/walk.js';

/** Calls after which something is held. */
const takes =
  /(?:alloc|dup|lock|map|create|request|register|enable|acquire|reserve|prepare|begin|start|insert|pin|(?:^|_)get(?:_|$)|(?:^|_)add(?:_|$)|(?:^|_)init$)/;
const gives = /(?:free|unlock|unmap|destroy|release|unregister|disable|put|del|remove|end|finish|stop)/;

/**
 * Statements that leave the function with -ENOMEM from `offset`, one a line, without indentation; null where it has no way to
 * say so, or what it holds there cannot be told.
 */
export function errorExit(fn: FunctionRef, offset: number): readonly string[] | null {
  const { base, pointers } = fn.returnType;
  if (pointers > 0 || !/^(?:int|long|ssize_t|s32|s64)$/.test(base)) return null;
  const takers = callsIn(fn)
    .filter(
      (call) => call.callee.kind === 'name' && takes.test(call.callee.name) && !gives.test(call.callee.name),
    )
    .map((call) => call.start);
  if (!takers.some((start) => start < offset)) return ['return -ENOMEM;'];
  const next = exitAfter(fn, offset);
  // One call between may be the one whose failure leads to that exit.
  if (next === null || takers.filter((start) => start >= offset && start < next.start).length > 1)
    return null;
  if (next.kind === 'return') return ['return -ENOMEM;'];
  return next.label === null ? null : throughLabel(fn, next.label);
}

type Exit = ReturnStmt | GotoStmt;

interface Leaving {
  readonly exit: Exit;
  /** Nothing is undone there but what a label does. */
  readonly isBare: boolean;
}

/** Where the function may leave next with an error; null where it undoes something there itself. */
function exitAfter(fn: FunctionRef, offset: number): Exit | null {
  const found: Leaving[] = [];
  walkStmts(fn, (node) => {
    if (node.start < offset) return;
    const leaving = node.kind === 'if' ? exitOf(node) : passedOn(node);
    if (leaving !== null) found.push(leaving);
  });
  const next = found.sort((a, b) => a.exit.start - b.exit.start)[0];
  return next?.isBare === true ? next.exit : null;
}

/** `return f(...);`: an error of `f` is passed on as it is. */
function passedOn(node: Stmt): Leaving | null {
  return node.kind === 'return' && node.value?.kind === 'call' ? { exit: node, isBare: true } : null;
}

/** `if (...) return x;`, `if (...) { err = x; goto out; }`. */
function exitOf({ then }: IfStmt): Leaving | null {
  const body: readonly Stmt[] = then.kind === 'block' ? then.body : [then];
  const exit = body.at(-1);
  if (exit === undefined || (exit.kind !== 'return' && exit.kind !== 'goto')) return null;
  return { exit, isBare: body.slice(0, -1).every(undoesNothing) };
}

function undoesNothing(stmt: Stmt): boolean {
  if (stmt.kind !== 'expr') return false;
  const { expr } = stmt;
  if (expr.kind === 'assign') return true;
  return (
    expr.kind === 'call' &&
    expr.callee.kind === 'name' &&
    /^(?:dev|pr|drm|netdev)_|^printk/.test(expr.callee.name)
  );
}

function throughLabel(fn: FunctionRef, label: string): readonly string[] | null {
  let labelAt = -1;
  walkStmts(fn, (node) => {
    if (node.kind === 'label' && node.name === label) labelAt = node.start;
  });
  const returned: ReturnStmt[] = [];
  walkStmts(fn, (node) => {
    if (node.kind === 'return' && node.start > labelAt) returned.push(node);
  });
  const value = returned.sort((a, b) => a.start - b.start)[0]?.value;
  if (labelAt < 0 || value === undefined || value === null) return null;
  if (value.kind === 'name') return [`${value.name} = -ENOMEM;`, `goto ${label};`];
  // A constant: what the label returns is an error as it stands.
  return value.kind === 'unary' && value.op === '-' ? [`goto ${label};`] : null;
}
