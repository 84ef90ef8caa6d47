/**
 * What conditions mean: function results, struct fields, macros and `#if`s turned into formulas over named facts,
 * followed through functions and files.
 */
import { type FunctionRef, isSameData, type Program } from '../../program/index.js';
import type { BodyVariant, Expr, PpCondition } from '../../syntax/ir.js';
import type { Span } from '../../text/span.js';
import { Atoms } from '../formulas/atoms.js';
import { FALSE, type Formula, TooComplex, TRUE } from '../formulas/formula.js';
import { isReachableFromOutside } from '../linkage.js';
import { printExpr } from '../values/print.js';
import { Answers } from './answers.js';
import { constantTruth } from './constants.js';
import { FieldTruths } from './field-truth.js';
import { FunctionTruth } from './function-truth.js';
import { type BodyReach, type Reached, walkBody } from './reach.js';
import { isSameReach } from './same-reach.js';
import {
  type CalleeName,
  calleeKey,
  isSameVia,
  relevantSteps,
  type Step,
  type StepsOf,
  uniqueSteps,
  type Via,
} from './steps.js';

/** A formula and the places it was decided. */
export interface Resolution {
  readonly formula: Formula;
  readonly via: readonly Via[];
}

/** What a call can come to, in terms of the parameters of what is called. */
export interface Callee {
  readonly targets: readonly {
    /** By which the target's own parameters are known. */
    readonly key: string;
    /** When the target is the one that is compiled. */
    readonly own: Formula;
    readonly result: Formula;
  }[];
  readonly isPointer: boolean;
}

/** What is known of one function's body. */
export interface FunctionReach {
  readonly ref: FunctionRef;
  readonly variants: readonly { readonly variant: BodyVariant; readonly reach: BodyReach }[];
  /** Steps that resolved an expression of the body, where it was resolved elsewhere. */
  readonly steps: ReadonlyMap<Expr, StepsOf>;
}

/** Deeper chains of calls are left as they are written. */
const MAX_DEPTH = 64;
/** Walked bodies kept at a time. */
const MAX_BODIES = 400;
/** A result over more atoms than this is named by its call instead. */
export const MAX_SUPPORT = 24;

export class Resolver {
  readonly atoms: Atoms = new Atoms();
  readonly program: Program;
  private readonly spans = new WeakMap<BodyReach, ReadonlyMap<string, Reached>>();
  private readonly answers: Answers;
  private readonly fieldTruths: FieldTruths = new FieldTruths(this);

  constructor(program: Program) {
    this.program = program;
    this.answers = new Answers(program.ledger);
  }

  /** The walked body of a function, once per function. Its flags mean what all its callers pass. */
  reachOf(ref: FunctionRef): FunctionReach {
    return this.passedFlags(ref) === null
      ? this.bodyOf(ref)
      : this.walked('body as called', ref, () => this.passedFlags(ref));
  }

  /** The walked body on the way to another answer: its flags stand for themselves. */
  bodyOf(ref: FunctionRef): FunctionReach {
    return this.walked('body', ref, () => null);
  }

  private walked(
    what: 'body' | 'body as called',
    ref: FunctionRef,
    passed: () => PassedFlags | null,
  ): FunctionReach {
    // A walked body is large and soon walked again; those not asked for in a while are let go.
    this.answers.forget(what, MAX_BODIES);
    const unfinished: FunctionReach = { ref, variants: [], steps: new Map() };
    const walk = (): FunctionReach => {
      const steps = new Map<Expr, StepsOf>();
      const truth = new FunctionTruth(this, ref, steps, passed());
      const params = ref.params.map((p) => p.name);
      const variants = ref.variants.map((variant) => ({
        variant,
        reach: walkBody(params, truth, variant.body),
      }));
      return { ref, variants, steps };
    };
    return this.answers.settle(what, ref, unfinished, walk, isSameBody);
  }

  /**
   * Where a node of the body is reached. A node that every reading of the body holds is reached as each reading says under
   * its own `#if` arms; one that only some hold carries the condition of its arm itself.
   */
  reached(ref: FunctionRef, at: Span): Reached | null {
    return this.reachedIn(this.reachOf(ref), at);
  }

  private reachedIn({ variants }: FunctionReach, at: Span): Reached | null {
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
    return truthIn(this.reachOf(ref), expr);
  }

  /**
   * Truth of the flags that all callers of a private function pass; null where there are none, its callers are not known, or
   * they say nothing of the guest.
   */
  private passedFlags(ref: FunctionRef): PassedFlags | null {
    if (!ref.params.some((param) => param.type.base === 'bool')) return null;
    return this.answers.settle('flags', ref, null, () => {
      const passed = new Map<number, Formula>();
      ref.params.forEach((param, index) => {
        const truth = param.type.base === 'bool' ? this.passedByCallers(ref, index) : null;
        if (truth !== null) passed.set(index, truth);
      });
      return passed.size === 0 ? null : passed;
    });
  }

  private passedByCallers(ref: FunctionRef, index: number): Formula | null {
    if (isReachableFromOutside(this.program, ref)) return null;
    const callers = this.program.callers(ref);
    let passed: Formula | null = null;
    for (const { caller, call } of callers) {
      const arg = call.args[index];
      if (caller === null || arg === undefined) return null;
      const truth = truthIn(this.bodyOf(caller), arg) ?? constantTruth(arg);
      if (truth === null || (passed !== null && truth !== passed)) return null;
      passed = truth;
    }
    return passed !== null && this.atoms.hasFact(passed) ? passed : null;
  }

  /** The condition under which the function returns a true (non-zero) value; null when that is not known. */
  returnsTrue(ref: FunctionRef): Resolution | null {
    if (this.answers.depth > MAX_DEPTH) return null;
    return this.answers.settle('result', ref, null, () => this.summarise(ref), isSameResolution);
  }

  private summarise(ref: FunctionRef): Resolution | null {
    const body = this.bodyOf(ref);
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
    const own = this.stepAt(ref.file, ref.nameSpan.start, `${ref.name}()`);
    const via = [own, ...relevantSteps(returns, body.steps)];
    return { formula, via: uniqueSteps(via) };
  }

  /** Truth of a struct field, from every assignment to it in the program; null when it is not known. */
  fieldTruth(record: string, field: string): Resolution | null {
    if (this.answers.depth > MAX_DEPTH) return null;
    return this.answers.settle(
      'field',
      `${record}.${field}`,
      null,
      () => this.fieldTruths.of(record, field),
      isSameResolution,
    );
  }

  /**
   * The condition, over named facts, under which a function is entered at all: the union over its callers. A function
   * that others can reach (exported, stored in a table, in a header) is entered unconditionally as far as we know.
   */
  enteredWhen(ref: FunctionRef): Resolution {
    const own = this.ppFormula(ref.condition);
    const open: Resolution = { formula: this.atoms.namedPart(own), via: [] };
    if (this.answers.depth > MAX_DEPTH || isReachableFromOutside(this.program, ref)) return open;
    return this.answers.settle('entry', ref, open, () => this.throughCallers(ref, open), isSameResolution);
  }

  // What a body is walked with is the formula alone: where it was decided may move without its being walked again.

  /** The formula of `fieldTruth`. */
  fieldFormula(record: string, field: string): Formula | null {
    const find = (): Formula | null => this.fieldTruth(record, field)?.formula ?? null;
    return this.answers.follow('field formula', `${record}.${field}`, null, find);
  }

  /** The formula of `enteredWhen`. */
  entryFormula(ref: FunctionRef): Formula {
    const open = this.atoms.namedPart(this.ppFormula(ref.condition));
    return this.answers.follow('entry formula', ref, open, () => this.enteredWhen(ref).formula);
  }

  /** What a call comes to; null when that is not known. */
  callee(name: CalleeName): Callee | null {
    return this.answers.follow('callee', calleeKey(name), null, () => this.findCallee(name), isSameData);
  }

  private findCallee(name: CalleeName): Callee | null {
    const targets = this.targetsOf(name);
    const limit = name.by === 'name' ? 3 : 1;
    if (targets.length === 0 || targets.length > limit) return null;
    if (targets.some((t) => t.returnType.base === 'void' && t.returnType.pointers === 0)) return null;
    const { formulas } = this.atoms;
    let covered: Formula = FALSE;
    const found: Callee['targets'][number][] = [];
    for (const target of targets) {
      const resolved = this.returnsTrue(target);
      const result = resolved?.formula ?? this.constantResult(target);
      if (result === null) return null;
      const own = targets.length === 1 && resolved !== null ? TRUE : this.ppFormula(target.condition);
      covered = formulas.or(covered, own);
      found.push({ key: functionKey(target), own, result });
    }
    // Where the real definition is elsewhere, only its stub is seen: that says nothing.
    if (covered !== TRUE) return null;
    return { targets: found, isPointer: targets.some((t) => t.returnType.pointers > 0) };
  }

  /** A stub such as `static inline bool f(void) { return false; }`, or a function that says the same on every way out. */
  private constantResult(target: FunctionRef): Formula | null {
    if (this.answers.depth > MAX_DEPTH) return null;
    const [first, ...others] = this.bodyOf(target).variants.flatMap((v) => v.reach.returns);
    if (first === undefined || first.truth > TRUE) return null;
    return others.every(({ truth }) => truth === first.truth) ? first.truth : null;
  }

  private targetsOf(name: CalleeName): readonly FunctionRef[] {
    return name.by === 'name'
      ? this.program.functionsNamed(name.name, name.file)
      : this.program.implementations(name.record, name.field);
  }

  /** The steps by which another answer was decided. */
  stepsOf(answer: StepsOf): readonly Via[] {
    switch (answer.question) {
      case 'field':
        return this.fieldTruth(answer.record, answer.field)?.via ?? [];
      case 'callee':
        return this.targetsOf(answer.callee).flatMap((target) => this.returnsTrue(target)?.via ?? []);
      case 'entry':
        return this.enteredWhen(answer.ref).via;
    }
  }

  private throughCallers(ref: FunctionRef, open: Resolution): Resolution {
    const callers = this.program.callers(ref);
    if (callers.length === 0) return open;
    const { formulas } = this.atoms;
    let entered: Formula = FALSE;
    const via: Via[] = [];
    for (const site of callers) {
      if (site.caller === null) return open;
      const here = this.reachedIn(this.bodyOf(site.caller), site.call);
      if (here === null) return open;
      const local = this.atoms.namedPart(here.formula);
      const both = formulas.and(local, this.entryFormula(site.caller));
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
          : this.atoms.opaque({ file: '', at: 0, what: `#if ${condition.text}` }, condition.text);
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
      : this.atoms.opaque({ file: '', at: 0, what: `#if ${name}` }, `defined(${name})`);
  }

  /** Of a place in a function. */
  conditionAt(file: string, offset: number): Formula {
    const condition = this.program.conditionAt(file, offset);
    return condition === null ? TRUE : this.ppFormula(condition);
  }

  /** Of a place outside functions. */
  fileLevelCondition(file: string, offset: number): Formula {
    const condition = this.program.fileLevelCondition(file, offset);
    return condition === null ? TRUE : this.ppFormula(condition);
  }

  /** An answer that speaks of this resolver's formulas. */
  answer<T>(what: string, key: unknown, find: () => T, isSame?: (a: T, b: T) => boolean): T {
    return this.answers.keep(what, key, find, isSame);
  }

  stepAt(file: string, offset: number, text: string): Step {
    return { file, at: offset, text };
  }
}

/** By the position of the parameter. */
export type PassedFlags = ReadonlyMap<number, Formula>;

/** Truth of a part of a test; null when it was not judged. */
function truthIn({ variants }: FunctionReach, expr: Expr): Formula | null {
  for (const { reach } of variants) {
    const truth = reach.truths.get(expr);
    if (truth !== undefined) return truth;
  }
  return null;
}

/** Two walks of one function that came to the same. */
function isSameBody(a: FunctionReach, b: FunctionReach): boolean {
  return (
    a.variants.length === b.variants.length &&
    a.variants.every((one, index) => {
      const other = b.variants[index];
      return other?.variant === one.variant && isSameReach(one.reach, other.reach);
    }) &&
    a.steps.size === b.steps.size &&
    [...a.steps].every(([expr, of]) => isSameVia(of, b.steps.get(expr)))
  );
}

function isSameResolution(a: Resolution | null, b: Resolution | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || a.formula !== b.formula || a.via.length !== b.via.length) return false;
  return a.via.every((one, index) => isSameVia(one, b.via[index]));
}

export function functionKey(ref: FunctionRef): string {
  return `${ref.file}:${ref.start}:${ref.name}`;
}
