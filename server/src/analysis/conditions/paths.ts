/** Where control stands on the way through a body, and how ways come together. */
import type { Expr } from '../../syntax/ir.js';
import type { Formula } from '../formulas/formula.js';

/** A test passed on the way to a point, innermost first. */
export interface Trail {
  readonly test: Expr;
  /** Whether the test held on the way. */
  readonly held: boolean;
  /** The formula of the test as written. */
  readonly truth: Formula;
  /** True inside an arm of the test; false after it, where the other arm has left. */
  readonly isAround: boolean;
  readonly up: Trail | null;
  readonly depth: number;
}

export interface Reached {
  readonly formula: Formula;
  readonly trail: Trail | null;
}

export interface ReturnPoint extends Reached {
  readonly value: Expr | null;
  readonly truth: Formula;
}

export interface State {
  reach: Formula;
  trail: Trail | null;
  env: Map<string, Formula>;
}

export interface Jump {
  readonly reach: Formula;
  readonly trail: Trail | null;
  readonly env: ReadonlyMap<string, Formula>;
}

/** The trail of the one arm that goes on: its tests are passed, but no longer around what follows. */
export function leftBehind(trail: Trail | null, outer: Trail | null): Trail | null {
  if (trail === null || trail === outer || trail.depth <= (outer?.depth ?? 0)) return trail;
  return { ...trail, isAround: false, up: leftBehind(trail.up, outer) };
}

export function commonTrail(a: Trail | null, b: Trail | null): Trail | null {
  let left = a;
  let right = b;
  while (left !== right) {
    const leftDepth = left?.depth ?? 0;
    const rightDepth = right?.depth ?? 0;
    if (leftDepth >= rightDepth) left = left?.up ?? null;
    if (rightDepth >= leftDepth) right = right?.up ?? null;
  }
  return left;
}

/** The same tests with the same outcomes. */
export function isSameTrail(a: Trail | null, b: Trail | null): boolean {
  let one = a;
  let other = b;
  for (; one !== other; one = one.up, other = other.up) {
    if (one === null || other === null || one.test !== other.test || one.truth !== other.truth) return false;
    if (one.held !== other.held || one.isAround !== other.isAround) return false;
  }
  return true;
}
