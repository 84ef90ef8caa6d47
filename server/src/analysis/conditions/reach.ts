/**
 * When is each expression of a function body reached, and what is the truth of each condition there?
 *
 * One walk over the structured body in source order. `reach` is the condition under which control comes to a point;
 * early returns, gotos, switches, short-circuit operators and `#if` arms all narrow it. What a loop may change is
 * forgotten before the loop. Boolean locals are followed through assignments and joins.
 */
import { conditionalNoReturn, noReturnCalls, transparentCalls } from '@vringside/grammars/guest-facts';
import type { DeclStmt, Expr, Stmt } from '../../syntax/ir.js';
import { childrenOf } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import { FALSE, type Formula, type Formulas, TooComplex, TRUE } from '../formulas/formula.js';
import { assignedNames, isConstant, isFlagLike } from './body-names.js';

import {
  commonTrail,
  type Jump,
  leftBehind,
  type Reached,
  type ReturnPoint,
  type State,
  type Trail,
} from './paths.js';
import type { TruthSource } from './truth-source.js';

export type { Reached, ReturnPoint, Trail } from './paths.js';
export type { TruthSource } from './truth-source.js';

/** Result of walking one reading of a body. */
export interface BodyReach {
  readonly reached: ReadonlyMap<Span, Reached>;
  /** Truth of the values given to struct fields and of tested expressions. */
  readonly truths: ReadonlyMap<Expr, Formula>;
  readonly returns: readonly ReturnPoint[];
  /** True when a condition had to be given up. */
  readonly isPartial: boolean;
}

/** `params` are the parameter names in order. */
export function walkBody(params: readonly string[], source: TruthSource, body: readonly Stmt[]): BodyReach {
  const walk = new BodyWalk(params, source);
  walk.run(body);
  return { reached: walk.reached, truths: walk.truths, returns: walk.returns, isPartial: walk.isPartial };
}

class BodyWalk {
  readonly reached: Map<Span, Reached> = new Map();
  readonly truths: Map<Expr, Formula> = new Map();
  readonly returns: ReturnPoint[] = [];
  isPartial = false;

  private state: State = { reach: TRUE, trail: null, env: new Map() };
  private readonly locals: Set<string>;
  private last: Reached = { formula: TRUE, trail: null };
  private readonly versions = new Map<string, number>();
  private readonly labels = new Map<string, Jump[]>();
  private readonly exits: Jump[][] = [];
  private readonly formulas: Formulas;
  private readonly params: readonly string[];
  private readonly source: TruthSource;

  constructor(params: readonly string[], source: TruthSource) {
    this.source = source;
    this.formulas = source.atoms.formulas;
    this.locals = new Set(params);
    this.params = params;
  }

  run(body: readonly Stmt[]): void {
    this.statements(body);
  }

  // ---- statements ------------------------------------------------------------------------------------------

  private statements(body: readonly Stmt[]): void {
    for (const stmt of body) this.inRegion(stmt);
  }

  /** A statement under `#if` runs only where the condition holds; elsewhere control passes by it. */
  private inRegion(stmt: Stmt): void {
    const condition = stmt.kind === 'case' || stmt.kind === 'label' ? TRUE : this.source.regionOf(stmt.start);
    const before = this.state.reach;
    if (condition === TRUE || this.formulas.implies(before, condition)) {
      this.statement(stmt);
      return;
    }
    const passedBy = this.snapshot(this.and(before, this.not(condition)));
    this.state = { ...this.copyState(), reach: this.and(before, condition) };
    this.statement(stmt);
    this.join([passedBy, this.snapshot(this.state.reach)], passedBy.trail);
  }

  private statement(stmt: Stmt): void {
    this.note(stmt);
    switch (stmt.kind) {
      case 'decl':
        this.declaration(stmt);
        return;
      case 'expr':
        this.visit(stmt.expr);
        this.stopAfter(stmt.expr);
        return;
      case 'block':
        this.statements(stmt.body);
        return;
      case 'if':
        this.branch(
          stmt.test,
          () => this.inRegion(stmt.then),
          () => {
            if (stmt.otherwise !== null) this.inRegion(stmt.otherwise);
          },
        );
        return;
      case 'loop':
        this.loop(stmt);
        return;
      case 'macroblock':
        for (const arg of stmt.args) this.visit(arg);
        if (stmt.isLoop) {
          this.forgetAssignedIn([stmt]);
          this.repeat(() => this.inRegion(stmt.body));
        } else this.inRegion(stmt.body);
        return;
      case 'switch':
        this.switchOn(stmt.subject, stmt.body);
        return;
      case 'case':
        return;
      case 'label':
        this.label(stmt.name);
        return;
      case 'goto':
        if (stmt.label !== null) this.jumpTo(stmt.label);
        this.kill();
        return;
      case 'return':
        this.returnFrom(stmt.value);
        return;
      case 'break':
        this.exits.at(-1)?.push(this.snapshot(this.state.reach));
        this.kill();
        return;
      case 'continue':
        this.kill();
        return;
      case 'asm':
        for (const operand of stmt.operands) this.visit(operand);
        return;
      case 'opaque':
        for (const part of stmt.parts) this.visit(part);
        return;
    }
  }

  /** Calls that do not return, always or when their argument holds. */
  private stopAfter(expr: Expr): void {
    if (expr.kind !== 'call' || expr.callee.kind !== 'name') return;
    const [first] = expr.args;
    if (noReturnCalls.has(expr.callee.name)) this.kill();
    else if (conditionalNoReturn.has(expr.callee.name) && first !== undefined) {
      const held = this.truth(first);
      this.state = { ...this.state, reach: this.and(this.state.reach, this.not(held)) };
    }
  }

  private declaration(stmt: DeclStmt): void {
    for (const d of stmt.declarators) {
      this.locals.add(d.name);
      this.note(d);
      if (d.init === null) continue;
      this.visit(d.init);
      this.assignLocal(d.name, this.truth(d.init));
    }
  }

  private branch(test: Expr, onTrue: () => void, onFalse: () => void): void {
    this.visit(test);
    const truth = this.truth(test);
    const base = this.copyState();
    this.enter(base, test, truth, true);
    onTrue();
    const afterTrue = this.snapshot(this.state.reach);
    this.enter(base, test, truth, false);
    onFalse();
    this.join([afterTrue, this.snapshot(this.state.reach)], base.trail);
  }

  private enter(base: State, test: Expr, truth: Formula, held: boolean): void {
    const narrowed = this.and(base.reach, held ? truth : this.not(truth));
    const trail: Trail = {
      test,
      held,
      truth,
      isAround: true,
      up: base.trail,
      depth: (base.trail?.depth ?? 0) + 1,
    };
    this.state = { reach: narrowed, trail, env: new Map(base.env) };
  }

  private loop(stmt: Extract<Stmt, { kind: 'loop' }>): void {
    if (stmt.form === 'do' && stmt.test !== null && isConstant(stmt.test, 0)) {
      this.exits.push([]);
      this.inRegion(stmt.body);
      this.join([this.snapshot(this.state.reach), ...(this.exits.pop() ?? [])], this.state.trail);
      return;
    }
    if (stmt.init !== null) this.statement(stmt.init);
    this.forgetAssignedIn([stmt]);
    this.repeat(() => {
      if (stmt.test !== null && stmt.form !== 'do') this.visit(stmt.test);
      if (stmt.test !== null && stmt.form === 'while') {
        const base = this.copyState();
        this.enter(base, stmt.test, this.truth(stmt.test), true);
      }
      this.inRegion(stmt.body);
      if (stmt.update !== null) this.visit(stmt.update);
      if (stmt.test !== null && stmt.form === 'do') this.visit(stmt.test);
    });
  }

  /** A body that runs any number of times: afterwards control may have come from before it or from any exit. */
  private repeat(body: () => void): void {
    const before = this.snapshot(this.state.reach);
    this.exits.push([]);
    body();
    this.exits.pop();
    this.state = { reach: before.reach, trail: before.trail, env: new Map() };
    for (const [name, value] of before.env) this.state.env.set(name, value);
    this.bumpAll();
  }

  private switchOn(subject: Expr, body: Stmt): void {
    this.visit(subject);
    const entry = this.copyState();
    const list = body.kind === 'block' ? body.body : [body];
    const cases = list.filter((s) => s.kind === 'case');
    const tests = new Map<Stmt, Formula>();
    let none: Formula = TRUE;
    for (const c of cases) {
      if (c.value === null) continue;
      const test = this.caseTest(subject, c.value);
      tests.set(c, test);
      none = this.and(none, this.not(test));
    }
    this.exits.push([]);
    this.kill();
    for (const stmt of list) {
      if (stmt.kind === 'case') this.enterCase(stmt, entry, subject, tests.get(stmt) ?? none);
      else this.inRegion(stmt);
    }
    const out = [this.snapshot(this.state.reach), ...(this.exits.pop() ?? [])];
    if (!cases.some((c) => c.value === null)) out.push({ ...entry, reach: this.and(entry.reach, none) });
    this.join(out, entry.trail);
  }

  private enterCase(stmt: Extract<Stmt, { kind: 'case' }>, entry: State, subject: Expr, test: Formula): void {
    const through = this.snapshot(this.state.reach);
    const trail: Trail = {
      test: stmt.value ?? subject,
      held: true,
      truth: test,
      isAround: true,
      up: entry.trail,
      depth: (entry.trail?.depth ?? 0) + 1,
    };
    const direct: Jump = { reach: this.and(entry.reach, test), trail, env: entry.env };
    this.join([through, direct], trail);
    this.note(stmt);
    if (stmt.value !== null) this.visit(stmt.value);
  }

  private caseTest(subject: Expr, value: Expr): Formula {
    const isTrue = value.kind === 'name' && value.name === 'true';
    const isFalse = (value.kind === 'name' && value.name === 'false') || isConstant(value, 0);
    if (isTrue || isFalse) return isTrue ? this.truth(subject) : this.not(this.truth(subject));
    const asText: Expr = {
      kind: 'binary',
      op: '==',
      left: subject,
      right: value,
      start: value.start,
      end: value.end,
    };
    return this.source.opaque(asText, this.versionOf(asText));
  }

  private label(name: string): void {
    const jumps = this.labels.get(name) ?? [];
    this.labels.set(name, []);
    this.join([this.snapshot(this.state.reach), ...jumps], null);
  }

  private jumpTo(label: string): void {
    const jumps = this.labels.get(label) ?? [];
    jumps.push(this.snapshot(this.state.reach));
    this.labels.set(label, jumps);
  }

  private returnFrom(value: Expr | null): void {
    if (value !== null) this.visit(value);
    const truth = value === null ? FALSE : this.truth(value);
    if (this.state.reach !== FALSE) {
      this.returns.push({ value, truth, formula: this.state.reach, trail: this.state.trail });
    }
    this.kill();
  }

  // ---- expressions -----------------------------------------------------------------------------------------

  /** Notes the reach of `expr` and all inside it, and carries out its assignments. */
  private visit(expr: Expr): void {
    if (expr.kind === 'number' || expr.kind === 'string' || expr.kind === 'char' || expr.kind === 'type')
      return;
    this.note(expr);
    switch (expr.kind) {
      case 'binary':
        if (expr.op === '&&' || expr.op === '||') {
          this.visit(expr.left);
          this.under(expr.left, expr.op === '&&', () => this.visit(expr.right));
          return;
        }
        break;
      case 'conditional':
        this.visit(expr.test);
        if (expr.then !== null) {
          const then = expr.then;
          this.under(expr.test, true, () => this.visit(then));
        }
        this.under(expr.test, false, () => this.visit(expr.otherwise));
        return;
      case 'assign':
        this.visit(expr.target);
        this.visit(expr.value);
        this.assign(expr);
        return;
      case 'update':
        this.visit(expr.operand);
        if (expr.operand.kind === 'name') this.forget(expr.operand.name);
        return;
      case 'unary':
        this.visit(expr.operand);
        // Once its address is taken, a local may change behind our back from here on.
        if (expr.op === '&' && expr.operand.kind === 'name') this.forget(expr.operand.name);
        return;
      case 'call':
        for (const child of [expr.callee, ...expr.args]) this.visit(child);
        // What a flag is passed may decide in the callee.
        for (const arg of expr.args) if (isFlagLike(arg)) this.truth(arg);
        return;
      case 'statements':
        this.statements(expr.body);
        return;
      case 'sizeof':
        return;
      default:
        break;
    }
    for (const child of childrenOf(expr)) this.visit(child as Expr);
  }

  private under(test: Expr, held: boolean, body: () => void): void {
    const base = this.copyState();
    this.enter(base, test, this.truth(test), held);
    body();
    const env = this.state.env;
    this.state = { reach: base.reach, trail: base.trail, env };
  }

  private assign(expr: Extract<Expr, { kind: 'assign' }>): void {
    const target = expr.target;
    if (target.kind === 'name' && this.locals.has(target.name)) {
      if (expr.op === '=') this.assignLocal(target.name, this.truth(expr.value));
      else if (expr.op === '|=') {
        const old = this.truth(target);
        this.assignLocal(target.name, this.or(old, this.truth(expr.value)));
      } else this.forget(target.name);
      return;
    }
    if (target.kind === 'member' && expr.op === '=') this.truth(expr.value);
  }

  private assignLocal(name: string, value: Formula): void {
    this.bump(name);
    this.state.env.set(name, value);
  }

  private forget(name: string): void {
    this.bump(name);
    this.state.env.delete(name);
  }

  /** Truth of `expr` here; remembered, so that the same expression is judged once. */
  private truth(expr: Expr): Formula {
    const known = this.truths.get(expr);
    if (known !== undefined) return known;
    let result: Formula;
    try {
      result = this.judge(expr);
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      this.isPartial = true;
      result = this.source.opaque(expr, this.versionOf(expr));
    }
    this.truths.set(expr, result);
    return result;
  }

  private judge(expr: Expr): Formula {
    switch (expr.kind) {
      case 'number':
        return /^0+[uUlL]*$|^0[xX]0+[uUlL]*$/.test(expr.text) ? FALSE : TRUE;
      case 'string':
        return TRUE;
      case 'name':
        return this.nameTruth(expr);
      case 'cast':
        return this.truth(expr.operand);
      case 'unary':
        return expr.op === '!'
          ? this.not(this.truth(expr.operand))
          : expr.op === '-'
            ? this.truth(expr.operand)
            : this.unknown(expr);
      case 'binary':
        return this.binaryTruth(expr);
      case 'assign':
        return expr.op === '=' ? this.truth(expr.value) : this.unknown(expr);
      case 'conditional': {
        const test = this.truth(expr.test);
        return this.formulas.ite(
          test,
          expr.then === null ? TRUE : this.truth(expr.then),
          this.truth(expr.otherwise),
        );
      }
      case 'comma': {
        const last = expr.parts.at(-1);
        return last === undefined ? FALSE : this.truth(last);
      }
      case 'statements': {
        const last = expr.body.at(-1);
        return last?.kind === 'expr' ? this.truth(last.expr) : this.unknown(expr);
      }
      case 'member':
        return this.source.member(expr);
      case 'call':
        return this.callTruth(expr);
      default:
        return this.unknown(expr);
    }
  }

  private nameTruth(expr: Extract<Expr, { kind: 'name' }>): Formula {
    if (!this.locals.has(expr.name)) return this.source.name(expr);
    const known = this.state.env.get(expr.name);
    if (known !== undefined) return known;
    const index = this.versions.has(expr.name) ? -1 : this.params.indexOf(expr.name);
    return index < 0 ? this.unknown(expr) : this.source.parameter(index);
  }

  private callTruth(expr: Extract<Expr, { kind: 'call' }>): Formula {
    const name = expr.callee.kind === 'name' ? expr.callee.name : '';
    const first = expr.args[0];
    if (transparentCalls.has(name) && first !== undefined) return this.truth(first);
    return this.source.call(expr, (e) => this.truth(e));
  }

  private binaryTruth(expr: Extract<Expr, { kind: 'binary' }>): Formula {
    const { op, left, right } = expr;
    if (op === '&&') return this.and(this.truth(left), this.truth(right));
    if (op === '||' || op === '|') return this.or(this.truth(left), this.truth(right));
    if (op === '&') {
      const mask = this.source.maskTest(left, right);
      if (mask !== null) return mask;
    }
    const fact = this.source.comparison(op, left, right);
    if (fact !== null) return fact;
    if (op === '==' || op === '!=') {
      const compared = this.comparedWithConstant(left, right) ?? this.comparedWithConstant(right, left);
      if (compared !== null) return op === '==' ? compared : this.not(compared);
    }
    return this.unknown(expr);
  }

  /** Truth of `value == constant` for the constants that speak of truth; null for others. */
  private comparedWithConstant(value: Expr, constant: Expr): Formula | null {
    if (isConstant(constant, 0) || (constant.kind === 'name' && /^(?:NULL|false)$/.test(constant.name))) {
      return this.not(this.truth(value));
    }
    if (constant.kind === 'name' && constant.name === 'true') return this.truth(value);
    return null;
  }

  private unknown(expr: Expr): Formula {
    return this.source.opaque(expr, this.versionOf(expr));
  }

  // ---- state -----------------------------------------------------------------------------------------------

  private note(at: Span): void {
    const { reach, trail } = this.state;
    // Runs of nodes share one reach; one record serves them all.
    if (this.last.formula !== reach || this.last.trail !== trail) this.last = { formula: reach, trail };
    this.reached.set(at, this.last);
  }

  private kill(): void {
    this.state = { ...this.state, reach: FALSE };
  }

  private copyState(): State {
    return { reach: this.state.reach, trail: this.state.trail, env: new Map(this.state.env) };
  }

  private snapshot(reach: Formula): Jump {
    return { reach, trail: this.state.trail, env: new Map(this.state.env) };
  }

  /** Control comes from any of `from`. The trail keeps what all of them share, or all of it when only one is live. */
  private join(from: readonly Jump[], fallback: Trail | null): void {
    const live = from.filter((j) => j.reach !== FALSE);
    const first = live[0];
    if (first === undefined) {
      this.state = { reach: FALSE, trail: fallback, env: new Map(from[0]?.env ?? []) };
      return;
    }
    let reach = first.reach;
    let trail = live.length === 1 ? leftBehind(first.trail, fallback) : first.trail;
    const env = new Map(first.env);
    for (const other of live.slice(1)) {
      this.joinEnv(env, reach, other);
      reach = this.or(reach, other.reach);
      trail = commonTrail(trail, other.trail);
    }
    this.state = { reach, trail, env };
  }

  private joinEnv(env: Map<string, Formula>, reach: Formula, other: Jump): void {
    for (const [name, value] of env) {
      const theirs = other.env.get(name);
      if (theirs === value) continue;
      // What is known of neither arm is not worth a formula.
      if (theirs === undefined || !(this.isWorthKnowing(value) || this.isWorthKnowing(theirs))) {
        env.delete(name);
        this.bump(name);
        continue;
      }
      const mine = this.and(reach, value);
      env.set(name, this.or(mine, this.and(other.reach, theirs)));
      this.bump(name);
    }
  }

  private isWorthKnowing(value: Formula): boolean {
    return value <= TRUE || this.source.atoms.hasNamed(value);
  }

  private bump(name: string): void {
    this.versions.set(name, (this.versions.get(name) ?? 0) + 1);
  }

  private bumpAll(): void {
    for (const name of this.versions.keys()) this.bump(name);
  }

  private versionOf(expr: Expr): string {
    const parts: number[] = [];
    const work: (Expr | Stmt)[] = [expr];
    for (let e = work.pop(); e !== undefined; e = work.pop()) {
      if (e.kind === 'name') parts.push(this.versions.get(e.name) ?? 0);
      work.push(...childrenOf(e));
    }
    return parts.some((v) => v > 0) ? parts.join('.') : '';
  }

  /** Locals that a loop assigns have no known value inside it. */
  private forgetAssignedIn(body: readonly Stmt[]): void {
    for (const name of assignedNames(body)) this.forget(name);
  }

  private and(f: Formula, g: Formula): Formula {
    return this.guarded(() => this.formulas.and(f, g), f);
  }

  private or(f: Formula, g: Formula): Formula {
    return this.guarded(() => this.formulas.or(f, g), TRUE);
  }

  private not(f: Formula): Formula {
    return this.guarded(() => this.formulas.not(f), TRUE);
  }

  /** Past the budget the weaker condition stands in: a guard may lose a term, never gain one. */
  private guarded(operation: () => Formula, weaker: Formula): Formula {
    try {
      return operation();
    } catch (error) {
      if (!(error instanceof TooComplex)) throw error;
      this.isPartial = true;
      return weaker;
    }
  }
}
