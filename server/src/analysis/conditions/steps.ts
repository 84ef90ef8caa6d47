/** The places that decided a condition, as steps of a chain. */
import type { Expr } from '../../syntax/ir.js';
import type { Span } from '../../text/span.js';
import type { GuardStep } from '../site.js';
import type { ReturnPoint } from './reach.js';

/** Nodes of different readings of a body are different objects at the same place. */
export function findBySpan<T>(map: ReadonlyMap<Span, T>, at: Span): T | null {
  for (const [node, value] of map) {
    if (node.start === at.start && node.end === at.end) return value;
  }
  return null;
}

/** Steps recorded for `expr` and what is inside it. */
export function* stepsUnder(
  expr: Expr,
  steps: ReadonlyMap<Expr, readonly GuardStep[]>,
): Generator<GuardStep> {
  for (const [node, list] of steps) {
    if (node.start >= expr.start && node.end <= expr.end) yield* list;
  }
}

export function relevantSteps(
  returns: readonly ReturnPoint[],
  steps: ReadonlyMap<Expr, readonly GuardStep[]>,
): (readonly GuardStep[])[] {
  const result: (readonly GuardStep[])[] = [];
  for (const r of returns) {
    if (r.value !== null) result.push([...stepsUnder(r.value, steps)]);
    for (let t = r.trail; t !== null; t = t.up) result.push([...stepsUnder(t.test, steps)]);
  }
  return result;
}

export function uniqueSteps(steps: readonly GuardStep[]): GuardStep[] {
  const seen = new Set<string>();
  return steps.filter((s) => {
    const key = `${s.file}:${s.line}:${s.text}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
