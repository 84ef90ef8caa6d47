/** What a struct field says: the truth of everything ever stored to it, under the conditions it is stored. */
import { stateFields } from '@vringside/grammars/guest-facts';
import type { FieldAssignment } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { FALSE, type Formula, TRUE } from '../formulas/formula.js';
import { printExpr } from '../values/print.js';
import { constantTruth } from './constants.js';
import type { Reached } from './reach.js';
import { MAX_SUPPORT, type Resolution, type Resolver } from './resolve.js';
import { findBySpan, stepsUnder, uniqueSteps, type Via } from './steps.js';

/** A field assigned in more places than this is no mode flag. */
const MAX_ASSIGNMENTS = 24;

interface AssignedTruth {
  readonly truth: Formula;
  /** Over named facts, callers included. */
  readonly when: Formula;
  readonly via: readonly Via[];
}

export class FieldTruths {
  private readonly resolver: Resolver;

  constructor(resolver: Resolver) {
    this.resolver = resolver;
  }

  /** Truth of the field, from every assignment to it in the program; null when it is not known. */
  of(record: string, field: string): Resolution | null {
    const assignments = this.resolver.program.fieldAssignments(record, field);
    if (assignments.length === 0 || assignments.length > MAX_ASSIGNMENTS) return null;
    // Told before any body is walked for it: most fields are numbers and pointers.
    if (assignments.some(saysNothing)) return null;
    // A pointer says whether an allocation or a look-up succeeded, unless the code chooses between one and none.
    if (!assignments.some(isChoice) && assignments.some((a) => this.isOfPointer(a))) return null;
    const { formulas } = this.resolver.atoms;
    const via: Via[] = [];
    let formula: Formula = FALSE;
    const resets: { at: FieldAssignment; when: Formula }[] = [];
    for (const a of assignments) {
      const value = this.assignedTruth(a);
      if (value === null) return null;
      if (value.truth === FALSE) resets.push({ at: a, when: value.when });
      else {
        formula = formulas.or(formula, formulas.and(value.when, value.truth));
        via.push(this.resolver.stepAt(a.file, a.start, storeText(a)));
        via.push(...value.via);
      }
    }
    if (!this.resolver.atoms.hasFact(formula))
      return isDecided(assignments, formula) ? { formula, via } : null;
    for (const reset of resets) {
      // A first value, overwritten further down in the same function, is no clearing.
      if (
        assignments.some(
          (a) => a.function === reset.at.function && a.function !== null && a.start > reset.at.start,
        )
      )
        continue;
      // Cleared only where it is never set (the other of two constructors): no state of its own.
      if (formulas.and(formula, reset.when) !== FALSE)
        formula = formulas.and(formula, this.keptAfter(reset.at));
    }
    return formulas.support(formula).length > MAX_SUPPORT ? null : { formula, via: uniqueSteps(via) };
  }

  /**
   * A field set once and cleared elsewhere is true only while the clearing has not happened: known by the mode that is
   * set together with it (`vq->premapped = true; vq->do_unmap = false;`), else a fact of its own.
   */
  private keptAfter(reset: FieldAssignment): Formula {
    const { formulas } = this.resolver.atoms;
    const bare = (reset.record ?? '').replace(/^(?:struct|union) /, '');
    for (const { field } of stateFields) {
      const together = this.resolver.program
        .fieldAssignments(reset.record ?? '', field)
        .some(
          (a) =>
            a.function !== null &&
            a.function === reset.function &&
            a.value !== null &&
            constantTruth(a.value) === TRUE,
        );
      if (together)
        return formulas.not(this.resolver.atoms.of({ kind: 'state', name: `${bare}.${field}`, field }));
    }
    return reset.function === null
      ? TRUE
      : this.resolver.atoms.of({ kind: 'state', name: `${bare}.${reset.field}`, field: reset.field });
  }

  private isOfPointer({ target, function: fn }: FieldAssignment): boolean {
    if (target === null || fn === null) return false;
    const { program } = this.resolver;
    const type = program.typeOf(target, program.scopeOf(fn));
    return type !== null && type.pointers > 0;
  }

  /** What is assigned and when; null when the value says nothing that could be told. */
  private assignedTruth(a: FieldAssignment): AssignedTruth | null {
    if (a.op !== '=' || a.value === null) return null;
    const constant = constantTruth(a.value);
    if (a.function === null) return constant === null ? null : { truth: constant, when: TRUE, via: [] };
    const body = this.resolver.bodyOf(a.function);
    const { formulas } = this.resolver.atoms;
    let truth: Formula = FALSE;
    let when: Formula = FALSE;
    let isFound = false;
    let around: Formula = FALSE;
    for (const { reach } of body.variants) {
      const value = reach.truths.get(a.value) ?? findBySpan(reach.truths, a.value) ?? constant;
      const here = reach.reached.get(a.value) ?? findBySpan(reach.reached, a.value);
      if (value === null || here === null || here === undefined) continue;
      isFound = true;
      truth = formulas.or(truth, value);
      when = formulas.or(when, this.resolver.atoms.namedPart(here.formula));
      around = formulas.or(around, this.resolver.atoms.namedPart(this.aroundTests(here.trail)));
    }
    if (!isFound || (truth > TRUE && !this.resolver.atoms.hasFact(truth))) return null;
    const entered = this.resolver.entryFormula(a.function);
    // A flag set inside a test stands for the test; checks passed on the way to it are no part of its meaning.
    if (truth === TRUE) when = around;
    return { truth, when: formulas.and(when, entered), via: [...stepsUnder(a.value, body.steps)] };
  }

  private aroundTests(trail: Reached['trail']): Formula {
    const { formulas } = this.resolver.atoms;
    let formula: Formula = TRUE;
    for (let t = trail; t !== null; t = t.up) {
      if (t.isAround) formula = formulas.and(formula, t.held ? t.truth : formulas.not(t.truth));
    }
    return formula;
  }
}

/** Whether the value given to a field has no truth that could be known, as it is written. */
function saysNothing({ op, value }: FieldAssignment): boolean {
  return op !== '=' || value === null || hasNoTruth(value);
}

function isChoice({ value }: FieldAssignment): boolean {
  if (value === null) return false;
  const e = uncast(value);
  return e.kind === 'conditional' || (e.kind === 'binary' && (e.op === '&&' || e.op === '||'));
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '<<', '>>', '^']);

function hasNoTruth(value: Expr): boolean {
  const e = uncast(value);
  switch (e.kind) {
    case 'binary':
      return arithmetic.has(e.op);
    case 'unary':
      return e.op === '&' || e.op === '*' || e.op === '~';
    default:
      return e.kind === 'index' || e.kind === 'sizeof' || e.kind === 'update';
  }
}

/**
 * Whether a function's result is all that is ever stored, and that is always the same. Of a constant nothing follows: it
 * may stand for the first value of a field that is set elsewhere, or for one that begins as zero.
 */
function isDecided(assignments: readonly FieldAssignment[], formula: Formula): boolean {
  return formula <= TRUE && assignments.every(({ value }) => value?.kind === 'call');
}

function storeText(a: FieldAssignment): string {
  const target = a.target === null ? `.${a.field}` : printExpr(a.target);
  return a.value === null ? `${target}${a.op}` : `${target} ${a.op} ${printExpr(a.value)}`;
}
