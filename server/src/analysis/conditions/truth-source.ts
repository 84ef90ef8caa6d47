import type { Expr, PpCondition } from '../../syntax/ir.js';
import type { Atoms } from '../formulas/atoms.js';
import type { Formula } from '../formulas/formula.js';

/** What the walk asks of the world outside the body. */
export interface TruthSource {
  readonly atoms: Atoms;
  /** Truth of a name that is no local: macro, enumerator, global. */
  name(expr: Expr & { kind: 'name' }): Formula;
  /** Truth of a parameter as passed. */
  parameter(index: number): Formula;
  member(expr: Expr & { kind: 'member' }): Formula;
  call(expr: Expr & { kind: 'call' }, truth: (e: Expr) => Formula): Formula;
  /** Truth of `left & right` when it tests a feature mask; null when it doesn't. */
  maskTest(left: Expr, right: Expr): Formula | null;
  /** Truth of a comparison that is a fact of its own; null for others. */
  comparison(op: string, left: Expr, right: Expr): Formula | null;
  /** An unnamed condition. */
  opaque(expr: Expr, version: string): Formula;
  /** Condition of the `#if` region a place in this file stands in, without the function's own; TRUE for none. */
  regionOf(offset: number): Formula;
  condition(condition: PpCondition): Formula;
}
