/** The places that decided a condition, as steps of a chain. */
import type { FunctionRef } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import type { Span } from '../../text/span.js';
import type { ReturnPoint } from './reach.js';

/** One place that decided a condition. */
export interface Step {
  readonly file: string;
  readonly at: number;
  /** The source text of the step on one line. */
  readonly text: string;
}

/** A call by how its targets are found: by a name as seen in a file, or by the field they are stored in. */
export type CalleeName =
  | { readonly by: 'name'; readonly name: string; readonly file: string }
  | { readonly by: 'field'; readonly record: string; readonly field: string };

/**
 * The steps of another answer, by its question: where they stand is asked when they are shown, so that a condition is the same
 * wherever what decides it is moved.
 */
export type StepsOf =
  | { readonly question: 'field'; readonly record: string; readonly field: string }
  | { readonly question: 'callee'; readonly callee: CalleeName }
  | { readonly question: 'entry'; readonly ref: FunctionRef };

export type Via = Step | StepsOf;

export function isSameVia(a: Via, b: Via | undefined): boolean {
  return b !== undefined && keyOf(a) === keyOf(b) && (!('ref' in a) || ('ref' in b && a.ref === b.ref));
}

export function keyOf(via: Via): string {
  if (!('question' in via)) return `${via.file}:${via.at}:${via.text}`;
  switch (via.question) {
    case 'field':
      return `field ${via.record}.${via.field}`;
    case 'callee':
      return `callee ${calleeKey(via.callee)}`;
    case 'entry':
      return `entry ${via.ref.file}:${via.ref.start}:${via.ref.name}`;
  }
}

export function calleeKey(callee: CalleeName): string {
  return callee.by === 'name' ? `${callee.file}\0${callee.name}` : `${callee.record}\0${callee.field}\0`;
}

/** Nodes of different readings of a body are different objects at the same place. */
export function findBySpan<T>(map: ReadonlyMap<Span, T>, at: Span): T | null {
  for (const [node, value] of map) {
    if (node.start === at.start && node.end === at.end) return value;
  }
  return null;
}

/** Steps recorded for `expr` and what is inside it. */
export function* stepsUnder(expr: Expr, steps: ReadonlyMap<Expr, StepsOf>): Generator<StepsOf> {
  for (const [node, of] of steps) {
    if (node.start >= expr.start && node.end <= expr.end) yield of;
  }
}

export function relevantSteps(
  returns: readonly ReturnPoint[],
  steps: ReadonlyMap<Expr, StepsOf>,
): readonly StepsOf[] {
  const result: StepsOf[] = [];
  for (const r of returns) {
    if (r.value !== null) result.push(...stepsUnder(r.value, steps));
    for (let t = r.trail; t !== null; t = t.up) result.push(...stepsUnder(t.test, steps));
  }
  return result;
}

export function uniqueSteps(steps: readonly Via[]): Via[] {
  const seen = new Set<string>();
  return steps.filter((s) => {
    const key = keyOf(s);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** All single steps, those of other answers among them; each answer's once. */
export function* singleSteps(
  via: readonly Via[],
  stepsOf: (answer: StepsOf) => readonly Via[],
  told: Set<string> = new Set(),
): Generator<Step> {
  for (const one of via) {
    if (!('question' in one)) {
      yield one;
      continue;
    }
    const key = keyOf(one);
    if (told.has(key)) continue;
    told.add(key);
    yield* singleSteps(stepsOf(one), stepsOf, told);
  }
}
