/** One step back from a value to the values it can be: what was assigned, what callers pass, what a callee returns. */
import type { Program } from '../../../program/index.js';
import type { CallExpr, Expr } from '../../../syntax/ir.js';
import { calleeName } from '../../values/expressions.js';
import { calleeFrame, type Frame, rootFrame } from './amounts.js';
import { keyOf, readingOf } from './reading.js';

/** An expression, where it stands, and how many functions it is away from where the question was asked. */
export interface Value {
  readonly expr: Expr;
  readonly frame: Frame;
  readonly hops: number;
}

/** What a name of a function was assigned, was bound to by the call followed here, or is given by callers. */
export function valuesOfName(
  program: Program,
  expr: Expr & { kind: 'name' },
  frame: Frame,
  hops: number,
): readonly Value[] {
  const { fn } = frame;
  const assigned = assignedTo(expr, frame, hops);
  const bound = frame.bound?.get(expr.name);
  if (bound !== undefined) return [...assigned, { ...bound, hops: hops + 1 }];
  const index = fn?.params.findIndex((p) => p.name === expr.name) ?? -1;
  if (fn === null || index < 0) return assigned;
  const given = program.callers(fn).flatMap(({ caller, call }) => {
    const arg = call.args[index];
    return caller === null || arg === undefined
      ? []
      : [{ expr: arg, frame: rootFrame(caller), hops: hops + 1 }];
  });
  return [...assigned, ...given];
}

/** Assignments to a place in the same function. */
export function assignedTo(place: Expr, frame: Frame, hops: number): readonly Value[] {
  const all = frame.fn === null ? [] : (readingOf(frame.fn).assignments.get(keyOf(place)) ?? []);
  return all.flatMap((a) => (a.value !== null && a.op === '=' ? [{ expr: a.value, frame, hops }] : []));
}

/** What the functions that a call can mean return. */
export function returnedBy(program: Program, call: CallExpr, frame: Frame, hops: number): readonly Value[] {
  return program.functionsNamed(calleeName(call), frame.file).flatMap((target) => {
    const inside = calleeFrame(target, call, frame);
    return readingOf(target).returned.map((value) => ({ expr: value, frame: inside, hops: hops + 1 }));
  });
}
