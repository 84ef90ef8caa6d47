/** Guards as reviewers read them, made from where a place is reached. */
import { decisionFacts } from '@vringside/grammars/guest-facts';
import type { FunctionRef } from '../program/index.js';
import type { Expr } from '../syntax/ir.js';
import type { Span } from '../text/span.js';
import { isModeTest } from './conditions/modes.js';
import type { Trail } from './conditions/reach.js';
import type { Resolver } from './conditions/resolve.js';
import { stepsUnder, type Via } from './conditions/steps.js';
import type { Atom } from './formulas/atoms.js';
import { FALSE, type Formula, TRUE } from './formulas/formula.js';
import { printExpr } from './values/print.js';

/** A guard but for the lines its steps stand on. */
export interface PlacelessGuard {
  readonly written: string;
  readonly resolved: string;
  readonly words: string;
  readonly via: readonly Via[];
}

/** A guard with its formula, valid within the resolver that made it. */
export interface GuardResult {
  readonly guard: PlacelessGuard | null;
  readonly formula: Formula;
}

export interface GuardQuestion {
  readonly ref: FunctionRef;
  /** The node whose reach is asked. */
  readonly at: Span;
  /** A condition of the place itself, beside where it stands; `at` is then the test it comes from. */
  readonly own?: Formula;
  /** Whether what the callers have decided about the DMA API belongs to the guard. */
  readonly withCallers: boolean;
}

const unconditional: GuardResult = { guard: null, formula: TRUE };

/** The guard of a place in a function's body. */
export function guardOf(resolver: Resolver, question: GuardQuestion): GuardResult {
  const { ref, at, own } = question;
  const { atoms } = resolver;
  const here = resolver.reached(ref, at);
  const tests = here === null ? [] : trailOf(here.trail);
  const kept = keptAtoms(resolver, ref, own === undefined ? tests : [...tests, ownTest(at)]);
  const inside = atoms.formulas.and(here === null ? TRUE : here.formula, own ?? TRUE);
  if (own !== undefined) for (const atom of alternatives(resolver, own, kept)) kept.add(atom);
  const local = atoms.formulas.project(inside, (a) => atoms.isNamed(a) || kept.has(a));
  const entered = question.withCallers ? resolver.entryFormula(ref) : null;
  const decided = entered === null ? TRUE : atoms.formulas.project(entered, (a) => decides(atoms.get(a)));
  const compiled = atoms.namedPart(resolver.ppFormula(ref.condition));
  const both = atoms.formulas.and(atoms.formulas.and(local, decided), compiled);
  // A test its callers have already decided is dead code today: what it says for itself is the better answer.
  const formula = both === FALSE ? local : both;
  if (formula === TRUE) return unconditional;
  const wanted = new Set(atoms.formulas.support(formula));
  const relevant = tests.filter((t) => atoms.formulas.support(t.truth).some((a) => wanted.has(a)));
  const steps = resolver.reachOf(ref).steps;
  const via: Via[] = relevant.flatMap((t) => [...stepsUnder(t.test, steps)]);
  if (decided !== TRUE) via.push({ question: 'entry', ref });
  const written = relevant.map((t) => writtenTest(t.test, t.held));
  return { guard: toGuard(resolver, formula, written, via), formula };
}

/** The guard of a place whose condition grew past what can be followed: known to be there, and nothing more. */
export function unresolvedGuard(resolver: Resolver, ref: FunctionRef): GuardResult {
  const what = `condition in ${ref.name}() too complex to resolve`;
  const formula = resolver.atoms.opaque({ file: ref.file, at: ref.start, what: 'unresolved' }, what);
  return { guard: { written: what, resolved: what, words: what, via: [] }, formula };
}

/** The guard of a place outside any function: its `#if` only. */
export function guardOfFileLevel(resolver: Resolver, file: string, offset: number): GuardResult {
  const { atoms } = resolver;
  const formula = atoms.namedPart(resolver.fileLevelCondition(file, offset));
  if (formula === TRUE || formula === FALSE) return unconditional;
  return { guard: toGuard(resolver, formula, [], []), formula };
}

function toGuard(
  resolver: Resolver,
  formula: Formula,
  written: readonly string[],
  via: readonly Via[],
): PlacelessGuard {
  const { atoms } = resolver;
  return {
    written: written.length > 0 ? written.join(' && ') : atoms.toText(formula),
    resolved: atoms.toText(formula),
    words: atoms.toWords(formula),
    via,
  };
}

/** Whether a fact bears on "DMA API or bypass": what callers decided about it holds in what they call. */
function decides(atom: Atom): boolean {
  return atom.kind === 'guest' || (atom.kind === 'feature' && decisionFacts.has(atom.name));
}

/** Outermost first. */
function trailOf(trail: Trail | null): Trail[] {
  const tests: Trail[] = [];
  for (let t = trail; t !== null; t = t.up) tests.push(t);
  return tests.reverse();
}

/** What is asked of a test while a guard is made. */
type AroundTest = Pick<Trail, 'test' | 'isAround'>;

/** The test of the place itself. */
function ownTest(at: Span): AroundTest {
  return { test: at as Expr, isAround: true };
}

/** Unnamed conditions that stay in a guard: the modes among the tests around the place. */
function keptAtoms(resolver: Resolver, ref: FunctionRef, tests: readonly AroundTest[]): Set<number> {
  const { atoms, program } = resolver;
  const kept = new Set<number>();
  const scope = program.scopeOf(ref);
  for (const part of tests.flatMap((t) => (t.isAround ? conjuncts(t.test) : []))) {
    const truth = resolver.truthIn(ref, part);
    const [atom, ...others] = truth === null ? [] : atoms.formulas.support(truth);
    if (atom === undefined || others.length > 0 || !isModeTest(part, program, scope)) continue;
    const { kind } = atoms.get(atom);
    if (kind === 'opaque' || kind === 'param') kept.add(atom);
  }
  return kept;
}

/**
 * Unnamed conditions beside a decision on the DMA API, any of which is enough for the place: "bypassed, or mapped by
 * somebody else". Without them the place would seem to be unconditional.
 */
function alternatives(resolver: Resolver, own: Formula, kept: ReadonlySet<number>): readonly number[] {
  const { atoms } = resolver;
  const support = atoms.formulas.support(own);
  if (!support.some((a) => decides(atoms.get(a)))) return [];
  const isLost = atoms.formulas.project(own, (a) => atoms.isNamed(a) || kept.has(a)) === TRUE;
  return isLost ? support : [];
}

/** Operands of `&&` and `||`, negations taken off. */
function conjuncts(expr: Expr): Expr[] {
  if (expr.kind === 'unary' && expr.op === '!') return conjuncts(expr.operand);
  if (expr.kind === 'binary' && (expr.op === '&&' || expr.op === '||'))
    return [...conjuncts(expr.left), ...conjuncts(expr.right)];
  return [expr];
}

function writtenTest(test: Expr, held: boolean): string {
  if (held) return test.kind === 'binary' && test.op === '||' ? `(${printExpr(test)})` : printExpr(test);
  if (test.kind === 'unary' && test.op === '!') return printExpr(test.operand);
  const isSimple =
    test.kind === 'name' || test.kind === 'member' || test.kind === 'call' || test.kind === 'index';
  return isSimple ? `!${printExpr(test)}` : `!(${printExpr(test)})`;
}
