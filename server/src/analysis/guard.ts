/** Guards as reviewers read them, made from where a place is reached. */
import type { FunctionRef } from '../program/index.js';
import type { Expr } from '../syntax/ir.js';
import type { Span } from '../text/span.js';
import { FALSE, type Formula, TRUE } from './formula.js';
import { printExpr } from './print.js';
import type { Trail } from './reach.js';
import { type Resolver, stepsUnder, uniqueSteps } from './resolve.js';
import type { Guard, GuardStep } from './site.js';

/** Chains longer than this say no more to a reader. */
const MAX_STEPS = 8;

/** A guard with its formula, valid within the resolver that made it. */
export interface GuardResult {
  readonly guard: Guard | null;
  readonly formula: Formula;
}

const unconditional: GuardResult = { guard: null, formula: TRUE };

/** The guard of the node `at` in the body of `ref`, its callers included. */
export function guardOf(resolver: Resolver, ref: FunctionRef, at: Span, own?: Formula): GuardResult {
  const { atoms } = resolver;
  const here = resolver.reached(ref, at);
  const entered = resolver.enteredWhen(ref);
  const inside = here === null ? TRUE : here.formula;
  const local = own === undefined ? inside : atoms.formulas.and(inside, own);
  const both = atoms.namedPart(atoms.formulas.and(local, entered.formula));
  // A test its callers have already decided is dead code today: what it says for itself is the better answer.
  const formula = both === FALSE ? atoms.namedPart(local) : both;
  if (formula === TRUE || formula === FALSE) return unconditional;
  const wanted = new Set(atoms.formulas.support(formula));
  const steps = resolver.reachOf(ref).steps;
  const tests = here === null ? [] : relevantTests(resolver, here.trail, wanted);
  const via: GuardStep[] = [];
  for (const t of tests) via.push(...stepsUnder(t.test, steps));
  via.push(...entered.via);
  const written = tests.map((t) => writtenTest(t.test, t.held));
  const guard: Guard = {
    written: written.length > 0 ? written.join(' && ') : atoms.toText(formula),
    resolved: atoms.toText(formula),
    words: atoms.toWords(formula),
    via: uniqueSteps(via).slice(0, MAX_STEPS),
  };
  return { guard, formula };
}

/** The guard of a place outside any function: its `#if` only. */
export function guardOfFileLevel(resolver: Resolver, file: string, offset: number): GuardResult {
  const { atoms } = resolver;
  const formula = atoms.namedPart(resolver.conditionAt(file, offset));
  if (formula === TRUE || formula === FALSE) return unconditional;
  const text = atoms.toText(formula);
  return { guard: { written: text, resolved: text, via: [] }, formula };
}

/** Tests on the way that speak of the facts the guard rests on, outermost first. */
function relevantTests(resolver: Resolver, trail: Trail | null, wanted: ReadonlySet<number>): Trail[] {
  const { atoms } = resolver;
  const result: Trail[] = [];
  for (let t = trail; t !== null; t = t.up) {
    if (atoms.formulas.support(t.truth).some((a) => wanted.has(a))) result.push(t);
  }
  return result.reverse();
}

function writtenTest(test: Expr, held: boolean): string {
  if (held) return test.kind === 'binary' && test.op === '||' ? `(${printExpr(test)})` : printExpr(test);
  if (test.kind === 'unary' && test.op === '!') return printExpr(test.operand);
  const isSimple = test.kind === 'name' || test.kind === 'member' || test.kind === 'call' || test.kind === 'index';
  return isSimple ? `!${printExpr(test)}` : `!(${printExpr(test)})`;
}
