/**
 * Where a value came from: traced backwards through locals, parameters, returns, out-parameters and struct fields,
 * across functions and files, to the calls that make addresses.
 */
import { type AddressKind, addressCalls, passThrough } from '@vringside/grammars/address-names';
import type { FunctionRef, Program } from '../program/index.js';
import type { Declarator, Expr } from '../syntax/ir.js';
import { calleeName, uncast, walk } from './expressions.js';
import { functionKey } from './resolve.js';

/** A place where an address was made. */
export interface Origin {
  readonly kind: AddressKind;
  /** The function it stands in. */
  readonly function: FunctionRef;
  /** The call that makes it. */
  readonly at: Expr;
}

/** Values assigned to each local of a function, and calls that may write through its address. */
interface LocalFlow {
  readonly assigned: ReadonlyMap<string, readonly Expr[]>;
  readonly writtenBy: ReadonlyMap<string, readonly { readonly call: Expr & { kind: 'call' }; readonly index: number }[]>;
  /** `*name = value` and `name[...] = value`. */
  readonly storedThrough: ReadonlyMap<string, readonly Expr[]>;
  readonly returned: readonly Expr[];
}

/** Hops over functions and fields; real chains are 3 to 6 long. */
const MAX_HOPS = 7;
/** Fields assigned in more places than this are no address plumbing. */
const MAX_ASSIGNMENTS = 40;

export class Origins {
  private readonly program: Program;
  private readonly flows = new Map<string, LocalFlow>();
  private readonly memo = new Map<string, readonly Origin[]>();

  constructor(program: Program) {
    this.program = program;
  }

  /** The origins of `expr` in `fn`, each once, in order of discovery. */
  of(expr: Expr, fn: FunctionRef): readonly Origin[] {
    return this.trace(expr, fn, MAX_HOPS, new Set());
  }

  /** Origins within the function itself: nothing is followed to callers, fields or callees. */
  within(expr: Expr, fn: FunctionRef): readonly Origin[] {
    return this.trace(expr, fn, 0, new Set());
  }

  has(expr: Expr, fn: FunctionRef, ...kinds: readonly AddressKind[]): boolean {
    return this.of(expr, fn).some((o) => kinds.includes(o.kind));
  }

  private trace(expr: Expr, fn: FunctionRef, hops: number, open: Set<string>): readonly Origin[] {
    const key = `${functionKey(fn)}|${expr.start}:${expr.end}:${expr.kind}|${hops}`;
    const known = this.memo.get(key);
    if (known !== undefined) return known;
    if (open.has(key)) return [];
    open.add(key);
    const found = dedupe(this.step(expr, fn, hops, open));
    open.delete(key);
    // A result cut short by a cycle further up must not be remembered for other askers.
    if (open.size === 0) this.memo.set(key, found);
    return found;
  }

  private step(expr: Expr, fn: FunctionRef, hops: number, open: Set<string>): Origin[] {
    const sub = (e: Expr): readonly Origin[] => this.trace(e, fn, hops, open);
    switch (expr.kind) {
      case 'cast':
      case 'update':
        return [...sub(expr.operand)];
      case 'unary':
        return expr.op === '!' ? [] : [...sub(expr.operand)];
      case 'binary':
        return isArithmetic(expr.op) ? [...sub(expr.left), ...sub(expr.right)] : [];
      case 'assign':
        return [...sub(expr.value)];
      case 'conditional':
        return [...(expr.then === null ? sub(expr.test) : sub(expr.then)), ...sub(expr.otherwise)];
      case 'comma':
        return expr.parts.length === 0 ? [] : [...sub(expr.parts[expr.parts.length - 1] as Expr)];
      case 'statements': {
        const last = expr.body.at(-1);
        return last?.kind === 'expr' ? [...sub(last.expr)] : [];
      }
      case 'index':
        return [...sub(expr.object)];
      case 'name':
        return this.ofName(expr.name, fn, hops, open);
      case 'member':
        return this.ofMember(expr, fn, hops, open);
      case 'call':
        return this.ofCall(expr, fn, hops, open);
      default:
        return [];
    }
  }

  private ofCall(expr: Expr & { kind: 'call' }, fn: FunctionRef, hops: number, open: Set<string>): Origin[] {
    const name = calleeName(expr);
    const kind = addressCalls[name];
    if (kind !== undefined) return [{ kind, function: fn, at: expr }];
    const through = passThrough[name];
    if (through !== undefined) {
      const arg = expr.args[through];
      return arg === undefined ? [] : [...this.trace(arg, fn, hops, open)];
    }
    if (hops === 0 || name === '') return [];
    const found: Origin[] = [];
    for (const target of this.program.functionsNamed(name, fn.file)) {
      for (const value of this.flowOf(target).returned) found.push(...this.trace(value, target, hops - 1, open));
    }
    return found;
  }

  private ofName(name: string, fn: FunctionRef, hops: number, open: Set<string>): Origin[] {
    const flow = this.flowOf(fn);
    const found: Origin[] = [];
    for (const value of flow.assigned.get(name) ?? []) found.push(...this.trace(value, fn, hops, open));
    for (const value of flow.storedThrough.get(name) ?? []) found.push(...this.trace(value, fn, hops, open));
    if (hops === 0) return found;
    for (const { call, index } of flow.writtenBy.get(name) ?? []) {
      for (const target of this.program.functionsNamed(calleeName(call), fn.file)) {
        const param = target.facts.params[index];
        if (param === undefined) continue;
        for (const value of this.flowOf(target).storedThrough.get(param.name) ?? []) {
          found.push(...this.trace(value, target, hops - 1, open));
        }
      }
    }
    const index = fn.facts.params.findIndex((p) => p.name === name);
    if (index >= 0) found.push(...this.ofParameter(index, fn, hops, open));
    return found;
  }

  private ofParameter(index: number, fn: FunctionRef, hops: number, open: Set<string>): Origin[] {
    const found: Origin[] = [];
    for (const site of this.program.callers(fn)) {
      const arg = site.call.args[index];
      if (site.function === null || arg === undefined) continue;
      found.push(...this.trace(arg, site.function, hops - 1, open));
    }
    return found;
  }

  private ofMember(expr: Expr & { kind: 'member' }, fn: FunctionRef, hops: number, open: Set<string>): Origin[] {
    if (hops === 0) return [];
    const record = this.program.typeOf(expr.object, this.program.scopeOf(fn))?.base ?? '';
    if (record === '') return [];
    const assignments = this.program.fieldAssignments(record, expr.field);
    if (assignments.length > MAX_ASSIGNMENTS) return [];
    const found: Origin[] = [];
    for (const a of assignments) {
      if (a.function !== null) found.push(...this.trace(a.value, a.function, hops - 1, open));
    }
    return found;
  }

  private flowOf(fn: FunctionRef): LocalFlow {
    const key = functionKey(fn);
    let flow = this.flows.get(key);
    if (flow === undefined) {
      flow = localFlow(fn);
      this.flows.set(key, flow);
    }
    return flow;
  }
}

function localFlow(fn: FunctionRef): LocalFlow {
  const assigned = new Map<string, Expr[]>();
  const storedThrough = new Map<string, Expr[]>();
  const writtenBy = new Map<string, { call: Expr & { kind: 'call' }; index: number }[]>();
  const returned: Expr[] = [];
  const bodies = fn.facts.variants.flatMap((v) => v.body);
  walk(bodies, (node) => {
    if (node.kind === 'decl') for (const d of node.declarators) declare(d, assigned);
    else if (node.kind === 'return' && node.value !== null) returned.push(node.value);
    else if (node.kind === 'assign') recordAssignment(node, assigned, storedThrough);
    else if (node.kind === 'call') recordOutArguments(node, writtenBy);
  });
  return { assigned, storedThrough, writtenBy, returned };
}

function declare(d: Declarator, assigned: Map<string, Expr[]>): void {
  if (d.init !== null) push(assigned, d.name, d.init);
}

function recordAssignment(
  node: Expr & { kind: 'assign' },
  assigned: Map<string, Expr[]>,
  storedThrough: Map<string, Expr[]>,
): void {
  const target = uncast(node.target);
  if (target.kind === 'name') push(assigned, target.name, node.value);
  else if (target.kind === 'unary' && target.op === '*') {
    const pointer = uncast(target.operand);
    if (pointer.kind === 'name') push(storedThrough, pointer.name, node.value);
  } else if (target.kind === 'index' && uncast(target.object).kind === 'name') {
    const array = uncast(target.object);
    if (array.kind === 'name') push(storedThrough, array.name, node.value);
  }
}

function recordOutArguments(
  node: Expr & { kind: 'call' },
  writtenBy: Map<string, { call: Expr & { kind: 'call' }; index: number }[]>,
): void {
  node.args.forEach((arg, index) => {
    const a = uncast(arg);
    if (a.kind === 'unary' && a.op === '&' && a.operand.kind === 'name') push(writtenBy, a.operand.name, { call: node, index });
  });
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function isArithmetic(op: string): boolean {
  return op === '+' || op === '-' || op === '>>' || op === '<<' || op === '|' || op === '&' || op === '*' || op === '/';
}

function dedupe(list: readonly Origin[]): readonly Origin[] {
  const seen = new Set<string>();
  return list.filter((o) => {
    const key = `${o.kind}|${functionKey(o.function)}|${o.at.start}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

