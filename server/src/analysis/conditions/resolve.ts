/**
 * What conditions mean: function results, struct fields, macros and `#if`s turned into formulas over named facts,
 * followed through functions and files.
 */
import type { FunctionRef, Program } from '../../program/index.js';
import type { BodyVariant, Expr, PpCondition } from '../../syntax/ir.js';
import type { Span } from '../../text/span.js';
import { Atoms } from '../formulas/atoms.js';
import { FALSE, type Formula, TooComplex, TRUE } from '../formulas/formula.js';
import { isReachableFromOutside } from '../linkage.js';
import type { GuardStep } from '../site.js';
import { printExpr } from '../values/print.js';
import { type Answer, Answers } from './answers.js';
import { constantTruth } from './constants.js';
import { FieldTruths } from './field-truth.js';
import { FunctionTruth } from './function-truth.js';
import { type BodyReach, bodyWalk, type Reached } from './reach.js';
import { regionConditions } from './regions.js';
import { relevantSteps, uniqueSteps } from './steps.js';

/** A formula and the places it was decided. */
export interface Resolution {
  readonly formula: Formula;
  readonly via: readonly GuardStep[];
}

/** What is known of one function's body. */
export interface FunctionReach {
  readonly ref: FunctionRef;
  readonly variants: readonly { readonly variant: BodyVariant; readonly reach: BodyReach }[];
  /** Steps that resolved an expression of the body, where it was resolved elsewhere. */
  readonly steps: ReadonlyMap<Expr, readonly GuardStep[]>;
}

/** Deeper chains of calls are left as they are written. */
const MAX_DEPTH = 40;
/** Walked bodies kept at a time. */
const MAX_BODIES = 400;
/** A result over more atoms than this is named by its call instead. */
export const MAX_SUPPORT = 24;

export class Resolver {
  readonly atoms: Atoms = new Atoms();
  readonly program: Program;
  private readonly bodies = new Map<string, Answer<FunctionReach>>();
  private readonly results = new Map<string, Answer<Resolution | null>>();
  private readonly fields = new Map<string, Answer<Resolution | null>>();
  private readonly arguments = new Map<string, Answer<Formula | null>>();
  private readonly callerReach = new Map<string, Answer<Resolution>>();
  private readonly spans = new WeakMap<BodyReach, ReadonlyMap<string, Reached>>();
  private readonly regions = new Map<string, (offset: number) => PpCondition | null>();
  private readonly answers = new Answers();
  private readonly fieldTruths: FieldTruths = new FieldTruths(this);

  constructor(program: Program) {
    this.program = program;
  }

  /** The walked body of a function, once per function. */
  reachOf(ref: FunctionRef): FunctionReach {
    const key = `body ${functionKey(ref)}`;
    if (this.answers.depth === 0) this.askCallers(ref);
    const steps = new Map<Expr, readonly GuardStep[]>();
    const variants: { variant: BodyVariant; reach: BodyReach }[] = [];
    // Seen from inside its own walk, a body shows what has been walked so far.
    const result: FunctionReach = { ref, variants, steps };
    this.forgetOldBodies();
    return this.answers.settle(key, this.bodies, result, () => {
      const params = ref.params.map((p) => p.name);
      for (const variant of ref.variants) {
        const walk = bodyWalk(params, new FunctionTruth(this, ref, steps));
        variants.push({ variant, reach: walk });
        walk.run(variant.body);
      }
      return result;
    });
  }

  /** A walked body is large and soon walked again; those not asked for in a while are let go. */
  private forgetOldBodies(): void {
    if (this.bodies.size <= MAX_BODIES) return;
    for (const key of this.bodies.keys()) {
      if (this.bodies.size <= MAX_BODIES / 2) return;
      if (!this.answers.isOpen(key)) this.bodies.delete(key);
    }
  }

  /** Notes that something was looked for in a body that is still being walked. */
  missedIn(ref: FunctionRef): void {
    this.answers.meet(`body ${functionKey(ref)}`);
  }

  /**
   * Where a node of the body is reached. A node that every reading of the body holds is reached as each reading says under
   * its own `#if` arms; one that only some hold carries the condition of its arm itself.
   */
  reached(ref: FunctionRef, at: Span): Reached | null {
    const { variants } = this.reachOf(ref);
    const { formulas } = this.atoms;
    const found = variants.flatMap(({ variant, reach }) => {
      const here = reach.reached.get(at) ?? (variants.length > 1 ? this.reachBySpan(reach, at) : undefined);
      return here === undefined ? [] : [{ when: variant.when, here }];
    });
    const [first] = found;
    if (first === undefined) return null;
    if (found.length === 1 || found.length < variants.length) {
      const formula = found.reduce((f, { here }) => formulas.or(f, here.formula), FALSE);
      return { formula, trail: first.here.trail };
    }
    return {
      formula: this.overVariants(found.map(({ when, here }) => ({ when, formula: here.formula }))),
      trail: first.here.trail,
    };
  }

  /** One formula of those that hold in the readings of a body, each under its arms. */
  private overVariants(
    parts: readonly { readonly when: PpCondition | null; readonly formula: Formula }[],
  ): Formula {
    const { formulas } = this.atoms;
    let formula: Formula = FALSE;
    let care: Formula = FALSE;
    for (const part of parts) {
      const when = part.when === null ? TRUE : this.ppFormula(part.when);
      care = formulas.or(care, when);
      formula = formulas.or(formula, formulas.and(when, part.formula));
    }
    return formulas.restrict(formula, care);
  }

  /** Nodes of different readings of a body are different objects at the same place. */
  private reachBySpan(reach: BodyReach, at: Span): Reached | undefined {
    let index = this.spans.get(reach);
    if (index === undefined || index.size < reach.reached.size) {
      index = new Map([...reach.reached].map(([node, value]) => [`${node.start}:${node.end}`, value]));
      this.spans.set(reach, index);
    }
    return index.get(`${at.start}:${at.end}`);
  }

  /** Truth of a part of a test in the function's body; null when it was not judged. */
  truthIn(ref: FunctionRef, expr: Expr): Formula | null {
    for (const { reach } of this.reachOf(ref).variants) {
      const truth = reach.truths.get(expr);
      if (truth !== undefined) return truth;
    }
    return null;
  }

  /**
   * Truth of a flag that all callers of a private function pass; null where it is no flag, its callers are not known, or it
   * says nothing of the guest. Callers are asked before a body is walked, and only for the function in question itself, not
   * for those it leads to.
   */
  argumentTruth(ref: FunctionRef, index: number): Formula | null {
    if (ref.params[index]?.type.base !== 'bool') return null;
    const known = this.arguments.get(argumentKey(ref, index));
    if (known === undefined) this.answers.setAside();
    return known?.value ?? null;
  }

  private askCallers(ref: FunctionRef): void {
    ref.params.forEach((param, index) => {
      if (param.type.base !== 'bool') return;
      this.answers.settle(argumentKey(ref, index), this.arguments, null, () =>
        this.passedByCallers(ref, index),
      );
    });
  }

  private passedByCallers(ref: FunctionRef, index: number): Formula | null {
    if (isReachableFromOutside(this.program, ref)) return null;
    const callers = this.program.callers(ref);
    let passed: Formula | null = null;
    for (const { caller, call } of callers) {
      const arg = call.args[index];
      if (caller === null || arg === undefined) return null;
      this.reachOf(caller);
      const truth = this.truthIn(caller, arg) ?? constantTruth(arg);
      if (truth === null) this.missedIn(caller);
      if (truth === null || (passed !== null && truth !== passed)) return null;
      passed = truth;
    }
    return passed !== null && this.atoms.hasFact(passed) ? passed : null;
  }

  /** The condition under which the function returns a true (non-zero) value; null when that is not known. */
  returnsTrue(ref: FunctionRef): Resolution | null {
    const key = `result ${functionKey(ref)}`;
    if (this.answers.depth > MAX_DEPTH) return null;
    return this.answers.settle(key, this.results, null, () => this.summarise(ref));
  }

  private summarise(ref: FunctionRef): Resolution | null {
    const body = this.reachOf(ref);
    const { formulas } = this.atoms;
    const returns = body.variants.flatMap((v) => v.reach.returns);
    if (returns.length === 0) return null;
    let formula: Formula;
    try {
      formula = this.overVariants(
        body.variants.map(({ variant, reach }) => ({
          when: variant.when,
          formula: reach.returns.reduce((f, r) => formulas.or(f, formulas.and(r.formula, r.truth)), FALSE),
        })),
      );
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      return null;
    }
    if (!this.atoms.hasNamed(formula) || formulas.support(formula).length > MAX_SUPPORT) return null;
    const via = [this.stepAt(ref.file, ref.nameSpan.start, `${ref.name}()`)];
    for (const steps of relevantSteps(returns, body.steps)) via.push(...steps);
    return { formula, via: uniqueSteps(via) };
  }

  /** Truth of a struct field, from every assignment to it in the program; null when it is not known. */
  fieldTruth(record: string, field: string): Resolution | null {
    const key = `field ${record}.${field}`;
    if (this.answers.depth > MAX_DEPTH) return null;
    return this.answers.settle(key, this.fields, null, () => this.fieldTruths.of(record, field));
  }

  /**
   * The condition, over named facts, under which a function is entered at all: the union over its callers. A function
   * that others can reach (exported, stored in a table, in a header) is entered unconditionally as far as we know.
   */
  enteredWhen(ref: FunctionRef): Resolution {
    const key = `entry ${functionKey(ref)}`;
    const own = this.ppFormula(ref.condition);
    const open: Resolution = { formula: this.atoms.namedPart(own), via: [] };
    if (this.answers.depth > MAX_DEPTH || isReachableFromOutside(this.program, ref)) return open;
    return this.answers.settle(key, this.callerReach, open, () => this.throughCallers(ref, open));
  }

  private throughCallers(ref: FunctionRef, open: Resolution): Resolution {
    const callers = this.program.callers(ref);
    if (callers.length === 0) return open;
    const { formulas } = this.atoms;
    let entered: Formula = FALSE;
    const via: GuardStep[] = [];
    for (const site of callers) {
      if (site.caller === null) return open;
      const here = this.reached(site.caller, site.call);
      if (here === null) {
        this.missedIn(site.caller);
        return open;
      }
      const outer = this.enteredWhen(site.caller);
      const local = this.atoms.namedPart(here.formula);
      const both = formulas.and(local, outer.formula);
      entered = formulas.or(entered, both);
      if (both !== TRUE)
        via.push(this.stepAt(site.file, site.call.start, `${site.caller.name}(): ${printExpr(site.call)}`));
      if (entered === TRUE) return open;
    }
    return { formula: formulas.and(entered, open.formula), via: uniqueSteps(via) };
  }

  /** `#if` conditions as formulas: configuration options are facts, other tests are known by their text only. */
  ppFormula(condition: PpCondition): Formula {
    const { formulas } = this.atoms;
    switch (condition.kind) {
      case 'true':
        return TRUE;
      case 'false':
        return FALSE;
      case 'defined':
      case 'enabled':
        return this.configAtom(condition.name);
      case 'opaque':
        return /\bCONFIG_\w+/.test(condition.text)
          ? this.atoms.of({ kind: 'config', name: condition.text })
          : this.atoms.opaque(`#if ${condition.text}`, condition.text);
      case 'not':
        return formulas.not(this.ppFormula(condition.of));
      case 'and':
        return condition.of.reduce((f, c) => formulas.and(f, this.ppFormula(c)), TRUE);
      case 'or':
        return condition.of.reduce((f, c) => formulas.or(f, this.ppFormula(c)), FALSE);
    }
  }

  private configAtom(name: string): Formula {
    // Include guards and the build's own marks hold wherever the text is read at all.
    return !/_H_*$|^_?_?(?:KERNEL|ASSEMBLY|ASSEMBLER|CHECKER|cplusplus|GENKSYMS)_*$/.test(name)
      ? this.atoms.of({ kind: 'config', name })
      : this.atoms.opaque(`#if ${name}`, `defined(${name})`);
  }

  conditionAt(file: string, offset: number): Formula {
    let lookup = this.regions.get(file);
    if (lookup === undefined) {
      lookup = regionConditions(this.program.source(file)?.regions ?? []);
      this.regions.set(file, lookup);
    }
    const condition = lookup(offset);
    return condition === null ? TRUE : this.ppFormula(condition);
  }

  stepAt(file: string, offset: number, text: string): GuardStep {
    return { file, line: this.program.lineOf(file, offset), text };
  }
}

function argumentKey(ref: FunctionRef, index: number): string {
  return `argument ${index} of ${functionKey(ref)}`;
}

export function functionKey(ref: FunctionRef): string {
  return `${ref.file}:${ref.start}:${ref.name}`;
}
