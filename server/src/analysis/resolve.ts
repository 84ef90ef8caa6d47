/**
 * What conditions mean: function results, struct fields, macros and `#if`s turned into formulas over named facts,
 * followed through functions and files.
 */
import { type FeatureCall, featureCalls } from '@vringside/grammars/feature-names';
import { configTests, guestPredicates, stateFields, stateNumbers } from '@vringside/grammars/guest-facts';
import type { FieldAssignment, FunctionRef, Program, Scope } from '../program/index.js';
import type { BodyVariant, Expr, MacroFacts, PpCondition } from '../syntax/ir.js';
import { uncast } from '../syntax/walk.js';
import type { Span } from '../text/span.js';
import { Atoms } from './atoms.js';
import { calleeName } from './expressions.js';
import { featureOf, maskFeatures, shiftedBit } from './features.js';
import { FALSE, type Formula, TooComplex, TRUE } from './formula.js';
import { isReachableFromOutside } from './linkage.js';
import { printExpr } from './print.js';
import { type BodyReach, bodyWalk, type Reached, type ReturnPoint, type TruthSource } from './reach.js';
import { regionConditions } from './regions.js';
import type { GuardStep } from './site.js';
import { expandMacro } from './substitute.js';

/** A formula and the places it was decided. */
export interface Resolution {
  readonly formula: Formula;
  readonly via: readonly GuardStep[];
}

/** Marks an answer given while another was sought, for which callers' arguments were not looked at. */
const ASIDE = 'aside';

interface Answer<T> {
  readonly value: T;
  /** Questions that were open, and not answered yet, when this one needed them. */
  readonly restsOn: ReadonlySet<string>;
}

interface AssignedTruth {
  readonly truth: Formula;
  /** Over named facts, callers included. */
  readonly when: Formula;
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
/** A field assigned in more places than this is no mode flag. */
const MAX_ASSIGNMENTS = 24;
/** A result over more atoms than this is named by its call instead. */
const MAX_SUPPORT = 24;

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
  /** Questions being answered now. */
  private readonly open = new Set<string>();
  /** Those of them that the current question asked for in a roundabout way. */
  private met = new Set<string>();
  private depth = 0;

  constructor(program: Program) {
    this.program = program;
  }

  /**
   * Works out an answer that may, in a roundabout way, ask for itself; it is then shown `unfinished`. An answer that
   * rests on an unfinished one holds as long as that question is open, and is worked out anew afterwards.
   */
  private settle<T>(key: string, memo: Map<string, Answer<T>>, unfinished: T, find: () => T): T {
    const known = memo.get(key);
    if (known !== undefined && this.stillHolds(key, known)) return known.value;
    memo.set(key, { value: unfinished, restsOn: new Set() });
    const outer = this.met;
    this.met = new Set();
    this.open.add(key);
    this.depth += 1;
    let value = unfinished;
    try {
      value = find();
    } catch (error) {
      // Past the budget the answer is "not known", which is what `unfinished` says.
      if (!(error instanceof TooComplex)) throw error;
    } finally {
      this.depth -= 1;
      this.open.delete(key);
      this.met.delete(key);
      memo.set(key, { value, restsOn: this.met });
      for (const other of this.met) outer.add(other);
      this.met = outer;
    }
    return value;
  }

  private stillHolds<T>(key: string, known: Answer<T>): boolean {
    if (this.open.has(key)) {
      this.met.add(key);
      return true;
    }
    if (known.restsOn.size === 0) return true;
    const unfinished = [...known.restsOn].filter((k) => k !== ASIDE);
    if (unfinished.length === 0) {
      if (this.depth > 0) this.met.add(ASIDE);
      return this.depth > 0;
    }
    const stillOpen = unfinished.filter((k) => this.open.has(k));
    for (const k of stillOpen) this.met.add(k);
    return stillOpen.length > 0;
  }

  /** The walked body of a function, once per function. */
  reachOf(ref: FunctionRef): FunctionReach {
    const key = `body ${functionKey(ref)}`;
    if (this.depth === 0) this.askCallers(ref);
    const steps = new Map<Expr, readonly GuardStep[]>();
    const variants: { variant: BodyVariant; reach: BodyReach }[] = [];
    // Seen from inside its own walk, a body shows what has been walked so far.
    const result: FunctionReach = { ref, variants, steps };
    this.forgetOldBodies();
    return this.settle(key, this.bodies, result, () => {
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
      if (!this.open.has(key)) this.bodies.delete(key);
    }
  }

  /** Notes that something was looked for in a body that is still being walked. */
  private missedIn(ref: FunctionRef): void {
    const key = `body ${functionKey(ref)}`;
    if (this.open.has(key)) this.met.add(key);
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
    if (known === undefined) this.met.add(ASIDE);
    return known?.value ?? null;
  }

  private askCallers(ref: FunctionRef): void {
    ref.params.forEach((param, index) => {
      if (param.type.base !== 'bool') return;
      this.settle(argumentKey(ref, index), this.arguments, null, () => this.passedByCallers(ref, index));
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
    if (this.depth > MAX_DEPTH) return null;
    return this.settle(key, this.results, null, () => this.summarise(ref));
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
    if (this.depth > MAX_DEPTH) return null;
    return this.settle(key, this.fields, null, () => this.summariseField(record, field));
  }

  private summariseField(record: string, field: string): Resolution | null {
    const assignments = this.program.fieldAssignments(record, field);
    if (assignments.length === 0 || assignments.length > MAX_ASSIGNMENTS) return null;
    const { formulas } = this.atoms;
    const via: GuardStep[] = [];
    let formula: Formula = FALSE;
    const resets: { at: FieldAssignment; when: Formula }[] = [];
    for (const a of assignments) {
      const value = this.assignedTruth(a);
      if (value === null) return null;
      if (value.truth === FALSE) resets.push({ at: a, when: value.when });
      else {
        formula = formulas.or(formula, formulas.and(value.when, value.truth));
        via.push(this.stepAt(a.file, a.start, storeText(a)));
        via.push(...value.via);
      }
    }
    if (!this.atoms.hasFact(formula)) return null;
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
    const { formulas } = this.atoms;
    const bare = (reset.record ?? '').replace(/^(?:struct|union) /, '');
    for (const { field } of stateFields) {
      const together = this.program
        .fieldAssignments(reset.record ?? '', field)
        .some(
          (a) =>
            a.function !== null &&
            a.function === reset.function &&
            a.value !== null &&
            constantTruth(a.value) === TRUE,
        );
      if (together) return formulas.not(this.atoms.of({ kind: 'state', name: `${bare}.${field}`, field }));
    }
    return reset.function === null
      ? TRUE
      : this.atoms.of({ kind: 'state', name: `${bare}.${reset.field}`, field: reset.field });
  }

  /** What is assigned and when; null when the value says nothing that could be told. */
  private assignedTruth(a: FieldAssignment): AssignedTruth | null {
    if (a.op !== '=' || a.value === null) return null;
    const constant = constantTruth(a.value);
    if (a.function === null) return constant === null ? null : { truth: constant, when: TRUE, via: [] };
    const body = this.reachOf(a.function);
    const { formulas } = this.atoms;
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
      when = formulas.or(when, this.atoms.namedPart(here.formula));
      around = formulas.or(around, this.atoms.namedPart(this.aroundTests(here.trail)));
    }
    if (!isFound) this.missedIn(a.function);
    if (!isFound || (truth > TRUE && !this.atoms.hasFact(truth))) return null;
    const entered = this.enteredWhen(a.function);
    // A flag set inside a test stands for the test; checks passed on the way to it are no part of its meaning.
    if (truth === TRUE) when = around;
    return { truth, when: formulas.and(when, entered.formula), via: [...stepsUnder(a.value, body.steps)] };
  }

  private aroundTests(trail: Reached['trail']): Formula {
    const { formulas } = this.atoms;
    let formula: Formula = TRUE;
    for (let t = trail; t !== null; t = t.up) {
      if (t.isAround) formula = formulas.and(formula, t.held ? t.truth : formulas.not(t.truth));
    }
    return formula;
  }

  /**
   * The condition, over named facts, under which a function is entered at all: the union over its callers. A function
   * that others can reach (exported, stored in a table, in a header) is entered unconditionally as far as we know.
   */
  enteredWhen(ref: FunctionRef): Resolution {
    const key = `entry ${functionKey(ref)}`;
    const own = this.ppFormula(ref.condition);
    const open: Resolution = { formula: this.atoms.namedPart(own), via: [] };
    if (this.depth > MAX_DEPTH || isReachableFromOutside(this.program, ref)) return open;
    return this.settle(key, this.callerReach, open, () => this.throughCallers(ref, open));
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

/** Answers the body walk's questions for one function. */
class FunctionTruth implements TruthSource {
  readonly atoms: Atoms;
  private readonly scope: Scope;
  private readonly key: string;
  private readonly ownCondition: Formula;
  private readonly resolver: Resolver;
  private readonly ref: FunctionRef;
  private readonly steps: Map<Expr, readonly GuardStep[]>;
  private readonly macros: (name: string) => readonly MacroFacts[];
  private readonly paramNames: readonly string[];
  private expansions = 0;

  constructor(resolver: Resolver, ref: FunctionRef, steps: Map<Expr, readonly GuardStep[]>) {
    this.resolver = resolver;
    this.ref = ref;
    this.steps = steps;
    this.atoms = resolver.atoms;
    this.key = functionKey(ref);
    this.scope = resolver.program.scopeOf(ref);
    this.ownCondition = resolver.ppFormula(ref.condition);
    this.macros = (name) => resolver.program.macro(name, ref.file);
    this.paramNames = ref.params.map((p) => p.name);
  }

  name(expr: Expr & { kind: 'name' }): Formula {
    if (expr.name === 'true') return TRUE;
    if (expr.name === 'false' || expr.name === 'NULL') return FALSE;
    if (expr.name in guestPredicates) return this.atoms.of({ kind: 'guest', name: expr.name, argument: '' });
    if (expr.name.startsWith('CONFIG_')) return this.atoms.of({ kind: 'config', name: expr.name });
    for (const macro of this.macros(expr.name)) {
      const constant = macro.expr === null || macro.params !== null ? null : constantTruth(macro.expr);
      if (constant !== null) return constant;
    }
    // Error numbers and other enumerators used as values are non-zero unless they say otherwise.
    if (/^E[A-Z0-9]+$/.test(expr.name)) return TRUE;
    return this.opaque(expr, 'global');
  }

  parameter(index: number): Formula {
    const passed = this.resolver.argumentTruth(this.ref, index);
    if (passed !== null) return passed;
    return this.atoms.of({ kind: 'param', scope: this.key, index, name: this.paramNames[index] ?? '' });
  }

  member(expr: Expr & { kind: 'member' }): Formula {
    const record = this.recordOf(expr);
    if (record === null) return this.opaque(expr, '');
    if (stateFields.some((s) => s.field === expr.field)) {
      return this.atoms.of({
        kind: 'state',
        name: `${record.replace(/^(?:struct|union) /, '')}.${expr.field}`,
        field: expr.field,
      });
    }
    const resolved = this.resolver.fieldTruth(record, expr.field);
    if (resolved === null) return this.opaque(expr, '');
    this.steps.set(expr, resolved.via);
    return resolved.formula;
  }

  private recordOf(expr: Expr & { kind: 'member' }): string | null {
    const type = this.resolver.program.typeOf(expr.object, this.scope);
    return type === null || type.base === '' ? null : type.base;
  }

  call(expr: Expr & { kind: 'call' }, truth: (e: Expr) => Formula): Formula {
    const name = calleeName(expr);
    if (name === '') return this.indirectCall(expr, truth);
    if (configTests.has(name)) {
      const option = expr.args[0];
      if (option?.kind === 'name') return this.atoms.of({ kind: 'config', name: option.name });
    }
    const featureCall = featureCalls[name];
    if (featureCall !== undefined && isAbsenceTest(name))
      return this.atoms.formulas.not(this.featureTest(featureCall, expr));
    if (featureCall?.isTest === true) return this.featureTest(featureCall, expr);
    if (name in guestPredicates) {
      const argument = expr.args[0];
      return this.atoms.of({
        kind: 'guest',
        name,
        argument: argument?.kind === 'name' && /^[A-Z][A-Z0-9_]+$/.test(argument.name) ? argument.name : '',
      });
    }
    const expanded = this.expand(expr, name, truth);
    if (expanded !== null) return expanded;
    return this.functionResult(expr, this.resolver.program.functionsNamed(name, this.ref.file), truth);
  }

  private featureTest(call: FeatureCall, expr: Expr & { kind: 'call' }): Formula {
    const bit = expr.args[call.bit];
    if (bit === undefined) return this.opaque(expr, '');
    return this.featureAtom(bit, call.of === 'offered' ? 'offered' : 'negotiated') ?? this.opaque(expr, '');
  }

  private featureAtom(bit: Expr, of: 'negotiated' | 'offered'): Formula | null {
    const feature = featureOf(bit, this.macros);
    if (feature !== null) return this.atoms.of({ kind: 'feature', name: feature, of });
    const index = bit.kind === 'name' ? this.paramNames.indexOf(bit.name) : -1;
    return index >= 0 ? this.atoms.of({ kind: 'paramFeature', scope: this.key, index, of }) : null;
  }

  private expand(expr: Expr & { kind: 'call' }, name: string, truth: (e: Expr) => Formula): Formula | null {
    if (this.expansions > 8) return null;
    for (const macro of this.macros(name)) {
      const body = expandMacro(macro, expr.args);
      if (body === null) continue;
      this.expansions += 1;
      const result = truth(body);
      this.expansions -= 1;
      if (this.atoms.hasNamed(result)) return result;
    }
    return null;
  }

  /** A call through a pointer in a struct: known when only one function is ever stored there. */
  private indirectCall(expr: Expr & { kind: 'call' }, truth: (e: Expr) => Formula): Formula {
    const callee = expr.callee.kind === 'unary' && expr.callee.op === '*' ? expr.callee.operand : expr.callee;
    if (callee.kind !== 'member') return this.opaque(expr, '');
    const record = this.recordOf(callee);
    if (record === null) return this.opaque(expr, '');
    const targets = this.resolver.program.implementations(record, callee.field);
    return targets.length === 1 ? this.functionResult(expr, targets, truth) : this.opaque(expr, '');
  }

  private functionResult(
    expr: Expr & { kind: 'call' },
    targets: readonly FunctionRef[],
    truth: (e: Expr) => Formula,
  ): Formula {
    const { formulas } = this.atoms;
    if (
      targets.length === 0 ||
      targets.length > 3 ||
      targets.some((t) => t.returnType.base === 'void' && t.returnType.pointers === 0)
    )
      return this.opaque(expr, '');
    let formula: Formula = FALSE;
    let covered: Formula = FALSE;
    const via: GuardStep[] = [];
    for (const target of targets) {
      const resolved = this.resolver.returnsTrue(target) ?? this.constantResult(target);
      if (resolved === null) return this.opaque(expr, '');
      const isStub = this.resolver.returnsTrue(target) === null;
      const own = targets.length === 1 && !isStub ? TRUE : this.resolver.ppFormula(target.condition);
      covered = formulas.or(covered, own);
      const result = this.bindArguments(resolved.formula, functionKey(target), expr.args, truth);
      formula = formulas.or(formula, formulas.and(own, result));
      via.push(...resolved.via);
    }
    // Where the real definition is elsewhere, only its stub is seen: that says nothing.
    if (covered !== TRUE) return this.opaque(expr, '');
    if (!this.atoms.hasNamed(formula)) return formula <= TRUE ? formula : this.opaque(expr, '');
    // A pointer mostly says whether an allocation or a look-up succeeded: no fact, unless a fact alone can prevent it.
    const isPointer = targets.some((t) => t.returnType.pointers > 0);
    if (isPointer && this.atoms.namedPart(formula) === TRUE) return this.opaque(expr, '');
    this.steps.set(expr, via);
    return formula;
  }

  /** A stub such as `static inline bool f(void) { return false; }` among several definitions. */
  private constantResult(target: FunctionRef): Resolution | null {
    const returns = this.resolver.reachOf(target).variants.flatMap((v) => v.reach.returns);
    const only = returns.length === 1 ? returns[0] : undefined;
    return only !== undefined && only.formula === TRUE && only.truth <= TRUE
      ? { formula: only.truth, via: [] }
      : null;
  }

  /** Puts what the caller passes in place of the callee's parameters. */
  private bindArguments(
    f: Formula,
    scope: string,
    args: readonly Expr[],
    truth: (e: Expr) => Formula,
  ): Formula {
    return this.atoms.formulas.substitute(f, (index) => {
      const atom = this.atoms.get(index);
      if ((atom.kind !== 'param' && atom.kind !== 'paramFeature') || atom.scope !== scope) return undefined;
      const arg = args[atom.index];
      if (arg === undefined) return undefined;
      return atom.kind === 'param'
        ? truth(arg)
        : (this.featureAtom(arg, atom.of) ?? this.opaque(arg, 'feature'));
    });
  }

  /** `vm_dev->version == 1`, `vcdev->revision >= 1`: a transport's revision is a fact of its own. */
  comparison(op: string, left: Expr, right: Expr): Formula | null {
    if (left.kind !== 'member' || right.kind !== 'number' || !stateNumbers.has(left.field)) return null;
    const record = this.recordOf(left);
    if (record === null) return null;
    const name = `${record.replace(/^(?:struct|union) /, '')}.${left.field}`;
    const value = Number(right.text);
    const equals = (n: number): Formula =>
      this.atoms.of({ kind: 'state', name: `${name} == ${n}`, field: left.field });
    const { formulas } = this.atoms;
    if (op === '==') return equals(value);
    if (op === '!=') return formulas.not(equals(value));
    if ((op === '>' && value === 0) || (op === '>=' && value === 1)) return formulas.not(equals(0));
    if ((op === '<' && value === 1) || (op === '<=' && value === 0)) return equals(0);
    return this.atoms.of({ kind: 'state', name: `${name} ${op} ${value}`, field: left.field });
  }

  maskTest(left: Expr, right: Expr): Formula | null {
    // `set & ~mask` asks about all the other bits.
    if (isComplement(left) || isComplement(right)) return null;
    return this.maskSide(left, right) ?? this.maskSide(right, left);
  }

  private maskSide(mask: Expr, set: Expr): Formula | null {
    const of = /offer|device_feat|host_feat|hw_feat|get_features|supported/i.test(printExpr(set))
      ? 'offered'
      : 'negotiated';
    const names = maskFeatures(mask, this.macros);
    if (names.length > 0) {
      return names.reduce(
        (f, name) => this.atoms.formulas.or(f, this.atoms.of({ kind: 'feature', name, of })),
        FALSE,
      );
    }
    const bit = shiftedBit(mask);
    return bit === null ? null : this.featureAtom(bit, of);
  }

  opaque(expr: Expr, version: string): Formula {
    const text = printExpr(expr);
    return this.atoms.opaque(`${this.key} ${version} ${text}`, text);
  }

  regionOf(offset: number): Formula {
    const here = this.resolver.conditionAt(this.ref.file, offset);
    return here === this.ownCondition ? TRUE : here;
  }

  condition(condition: PpCondition): Formula {
    return this.resolver.ppFormula(condition);
  }
}

/** `virtio_cread_feature()` gives an error exactly when the feature is absent. */
function isAbsenceTest(name: string): boolean {
  return /^virtio_cread(?:_le)?_feature$/.test(name);
}

function isComplement(expr: Expr): boolean {
  const e = uncast(expr);
  return e.kind === 'unary' && e.op === '~';
}

function storeText(a: FieldAssignment): string {
  const target = a.target === null ? `.${a.field}` : printExpr(a.target);
  return a.value === null ? `${target}${a.op}` : `${target} ${a.op} ${printExpr(a.value)}`;
}

function argumentKey(ref: FunctionRef, index: number): string {
  return `argument ${index} of ${functionKey(ref)}`;
}

export function functionKey(ref: FunctionRef): string {
  return `${ref.file}:${ref.start}:${ref.name}`;
}

function constantTruth(expr: Expr): Formula | null {
  if (expr.kind === 'number') return /^0+[uUlL]*$|^0[xX]0+[uUlL]*$/.test(expr.text) ? FALSE : TRUE;
  if (expr.kind === 'name') {
    if (expr.name === 'true') return TRUE;
    if (expr.name === 'false' || expr.name === 'NULL') return FALSE;
  }
  if (expr.kind === 'unary' && expr.op === '!') {
    const inner = constantTruth(expr.operand);
    return inner === null ? null : inner === TRUE ? FALSE : TRUE;
  }
  return expr.kind === 'cast' ? constantTruth(expr.operand) : null;
}

/** Nodes of different readings of a body are different objects at the same place. */
function findBySpan<T>(map: ReadonlyMap<Span, T>, at: Span): T | null {
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

function relevantSteps(
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
