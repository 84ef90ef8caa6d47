/**
 * How large the value of an expression can be: traced through locals, parameters and their callers, fields, macros and the
 * functions called, and narrowed by the conditions in front of it.
 */
import { type FunctionRef, isSameData, type Program } from '../../../program/index.js';
import type { CallExpr, Expr } from '../../../syntax/ir.js';
import { uncast } from '../../../syntax/walk.js';
import { isReachableFromOutside } from '../../linkage.js';
import { calleeName } from '../../values/expressions.js';
import type { Evidence } from '../unplaced.js';
import type { Bounds } from '../workload.js';
import { type Amount, combined, joined, numberIn, plain, unknown, widened, withBounds } from './amount.js';
import { anything, atMost, between, calculate, exactly, isExact, product, smaller, sum } from './bounds.js';
import { evidenceAt } from './evidence.js';
import { knownNumbers, LARGEST_BOUNCE_BYTES, mappingLimits, userCounts } from './known.js';
import { knownCall } from './known-calls.js';
import { keyOf, reaching, readingOf } from './reading.js';
import { Sizes, typeBounds } from './sizes.js';

/** Hops over functions and fields. */
const MAX_HOPS = 6;
/** Values one question may look at. */
const MAX_VALUES = 400;
const MAX_CALLERS = 40;
const MAX_STORES = 24;

/** Where an expression stands: in a function, called in one way or in any; or in a file, outside functions. */
export interface Frame {
  readonly file: string;
  readonly fn: FunctionRef | null;
  /** What the parameters stand for; null: whatever any caller gives. */
  readonly bound: ReadonlyMap<string, { readonly expr: Expr; readonly frame: Frame }> | null;
}

interface Question {
  values: number;
  readonly open: Set<Expr>;
}

export function rootFrame(fn: FunctionRef): Frame {
  return { file: fn.file, fn, bound: null };
}

/** The inside of `target` as called from `frame`. */
export function calleeFrame(target: FunctionRef, call: CallExpr, frame: Frame): Frame {
  const bound = new Map<string, { expr: Expr; frame: Frame }>();
  target.params.forEach((param, index) => {
    const expr = call.args[index];
    if (expr !== undefined) bound.set(param.name, { expr, frame });
  });
  return { file: target.file, fn: target, bound };
}

export class Amounts {
  readonly program: Program;
  readonly sizes: Sizes;

  constructor(program: Program) {
    this.program = program;
    this.sizes = new Sizes(program, (expr, file) => this.of(expr, { file, fn: null, bound: null }));
  }

  of(expr: Expr, frame: Frame): Amount {
    const find = (): Amount =>
      this.anew().value(expr, frame, MAX_HOPS, { values: 0, open: new Set() }) ?? unknown;
    if (frame.bound !== null) return find();
    const what = `amount in ${frame.fn === null ? frame.file : 'a function'}`;
    return this.program.ledger.answer(what, expr, find, unknown, { isSame: isSameData });
  }

  /** What is remembered of the sizes of types holds only as long as nothing changes. */
  anew(): Amounts {
    return this.program.ledger.tracks ? new Amounts(this.program) : this;
  }

  /** Null while the value is being asked for already: it adds nothing to itself. */
  private value(expr: Expr, frame: Frame, hops: number, q: Question): Amount | null {
    if (hops < 0 || ++q.values > MAX_VALUES) return unknown;
    if (q.open.has(expr)) return null;
    q.open.add(expr);
    const found = this.narrowed(this.raw(expr, frame, hops, q), expr, frame, hops, q);
    q.open.delete(expr);
    return found;
  }

  private raw(expr: Expr, frame: Frame, hops: number, q: Question): Amount | null {
    const of = (e: Expr): Amount | null => this.value(e, frame, hops, q);
    switch (expr.kind) {
      case 'number':
        return plain(numberIn(expr.text));
      case 'sizeof':
        return plain(this.ofSizeof(expr, frame));
      case 'cast': {
        const inner = of(expr.operand);
        return inner && withBounds(inner, smaller(inner, widened(typeBounds(expr.type))));
      }
      case 'name':
        return this.ofName(expr, frame, hops, q);
      case 'member':
        return this.ofMember(expr, frame, hops, q);
      case 'call':
        return this.ofCall(expr, frame, hops, q);
      case 'binary':
        return combined(of(expr.left), of(expr.right), (a, b) => calculate(expr.op, a, b));
      case 'conditional':
        return this.ofConditional(expr, of);
      case 'assign':
        return of(expr.value);
      case 'comma': {
        const last = expr.parts.at(-1);
        return last === undefined ? unknown : of(last);
      }
      case 'statements': {
        const last = expr.body.at(-1);
        return last?.kind === 'expr' ? of(last.expr) : unknown;
      }
      default:
        return this.ofType(expr, frame);
    }
  }

  private ofType(expr: Expr, frame: Frame): Amount {
    if (frame.fn === null) return unknown;
    return plain(typeBounds(this.program.typeOf(expr, this.program.scopeOf(frame.fn))));
  }

  private ofSizeof(expr: Expr & { kind: 'sizeof' }, frame: Frame): Bounds {
    if (expr.op !== 'sizeof') return anything;
    const scope = frame.fn === null ? this.program.fileScope(frame.file) : this.program.scopeOf(frame.fn);
    const type = expr.type ?? (expr.operand === null ? null : this.program.typeOf(expr.operand, scope));
    return type === null ? between(1, null) : this.sizes.of(type, frame.file);
  }

  // ---- names ---------------------------------------------------------------------------------------------------

  private ofName(expr: Expr & { kind: 'name' }, frame: Frame, hops: number, q: Question): Amount | null {
    const { fn } = frame;
    const bound = frame.bound?.get(expr.name);
    const local = fn === null ? null : this.program.scopeOf(fn).lookup(expr.name, expr.start);
    if (fn === null || (local === null && bound === undefined))
      return bound === undefined
        ? this.ofConstant(expr.name, frame, hops, q)
        : this.value(bound.expr, bound.frame, hops, q);
    const assigned = this.assigned(expr, frame, hops, q);
    const isParameter = local !== null && local.param >= 0;
    const given = isParameter && !assigned.isDecided ? this.given(expr.name, frame, hops, q) : null;
    const all = joined(given, assigned.amount);
    return all && withBounds(all, smaller(all, widened(typeBounds(local?.type ?? null))));
  }

  /** What callers pass. */
  private given(name: string, frame: Frame, hops: number, q: Question): Amount | null {
    const bound = frame.bound?.get(name);
    if (bound !== undefined) return this.value(bound.expr, bound.frame, hops, q);
    const { fn } = frame;
    const index = fn?.params.findIndex((p) => p.name === name) ?? -1;
    if (fn === null || index < 0) return unknown;
    const user = this.userCount(fn, index);
    if (user !== null) return { ...unknown, user };
    if (hops === 0 || isReachableFromOutside(this.program, fn)) return unknown;
    const callers = this.program.callers(fn);
    if (callers.length === 0 || callers.length > MAX_CALLERS) return unknown;
    let all: Amount | null = null;
    for (const { caller, call } of callers) {
      const arg = call.args[index];
      all = joined(
        all,
        caller === null || arg === undefined ? unknown : this.value(arg, rootFrame(caller), hops - 1, q),
      );
    }
    return all;
  }

  /** `size_t count` beside a buffer of user space, as operations of files have them. */
  private userCount(fn: FunctionRef, index: number): Evidence | null {
    const param = fn.params[index];
    const isCount = param?.type.base === 'size_t' && param.type.pointers === 0;
    if (!isCount) return null;
    const isOperation = this.program
      .storedAs(fn)
      .some(({ record, field }) => record === 'struct file_operations' && /^(?:write|read)$/.test(field));
    return isOperation ? evidenceAt(this.program, fn.file, fn.nameSpan) : null;
  }

  /** What the function itself assigns before the use; `isDecided`: one of them always comes first. */
  private assigned(
    expr: Expr,
    frame: Frame,
    hops: number,
    q: Question,
  ): { amount: Amount | null; isDecided: boolean } {
    const { fn } = frame;
    if (fn === null) return { amount: null, isDecided: false };
    const reading = readingOf(fn);
    const { live, isDecided } = reaching(reading.assignments.get(keyOf(expr)) ?? [], expr);
    let amount: Amount | null = null;
    for (const a of live)
      if (a.op === '=' && a.value !== null) amount = joined(amount, this.value(a.value, frame, hops, q));
    for (const a of live) {
      // What is only taken away from does not grow.
      if (a.op === '=' || a.op === '-=') continue;
      const isOnce = a.op === '+=' && a.value !== null && a.loops.length === 0;
      const more = isOnce && isDecided ? combined(amount, this.value(a.value, frame, hops, q), sum) : unknown;
      amount = joined(amount, more);
    }
    return { amount, isDecided };
  }

  private ofConstant(name: string, frame: Frame, hops: number, q: Question): Amount {
    const known = knownNumbers[name];
    if (known !== undefined) return plain(exactly(known));
    for (const macro of this.program.macro(name, frame.file)) {
      if (macro.params !== null || macro.expr === null) continue;
      return this.value(macro.expr, { file: macro.file, fn: null, bound: null }, hops, q) ?? unknown;
    }
    const enumerator = this.program.enumerator(name, frame.file);
    if (enumerator !== null)
      return plain(this.ofEnumerator(enumerator.file, enumerator.chunk, name, hops, q));
    const global = this.program.global(name, frame.file);
    return global === null ? unknown : plain(typeBounds(global.type));
  }

  private ofEnumerator(file: string, chunk: number, name: string, hops: number, q: Question): Bounds {
    let next: Bounds = exactly(0);
    let tag: string | undefined;
    for (const one of this.program.chunkFacts({ file, chunk })?.enumerators ?? []) {
      if (one.tag !== tag) next = exactly(0);
      tag = one.tag;
      const own =
        one.value === null
          ? next
          : (this.value(one.value, { file, fn: null, bound: null }, hops, q) ?? unknown);
      if (one.name === name) return own;
      next = sum(own, exactly(1));
    }
    return anything;
  }

  private ofMember(expr: Expr & { kind: 'member' }, frame: Frame, hops: number, q: Question): Amount | null {
    const { fn } = frame;
    if (fn === null) return unknown;
    const scope = this.program.scopeOf(fn);
    const bounds = widened(typeBounds(this.program.typeOf(expr, scope)));
    const near = this.assigned(expr, frame, hops, q);
    if (near.isDecided) return near.amount && withBounds(near.amount, smaller(near.amount, bounds));
    // Of a record that the whole kernel stores to, the selected files say little.
    const record = this.program.recordOfMember(expr, scope)?.tag ?? '';
    const far = hops === 0 || record === '' ? unknown : this.stored(record, expr.field, hops, q);
    return far && withBounds(far, smaller(far, bounds));
  }

  /** Everything stored to the field; memory that was never stored to is zero. */
  private stored(record: string, field: string, hops: number, q: Question): Amount | null {
    const stores = this.program.fieldAssignments(record, field);
    if (stores.length === 0 || stores.length > MAX_STORES) return unknown;
    const files = new Set(stores.map((store) => store.file));
    if (this.program.untypedStores(field).some((store) => files.has(store.file))) return unknown;
    let all: Amount | null = null;
    for (const { value, function: fn, file, op } of stores) {
      if (value === null || op !== '=' || this.isWrittenThrough(file, field)) return unknown;
      const frame = fn === null ? { file, fn: null, bound: null } : rootFrame(fn);
      all = joined(all, this.value(value, frame, hops - 1, q));
    }
    return all;
  }

  /** Whether a function of the file gives a call the address of a field of that name. */
  private isWrittenThrough(file: string, field: string): boolean {
    return this.program.ledger.answer('written through', `${file}\0${field}`, () => {
      const end = new RegExp(`(?:->|\\.)${field}$`);
      return this.program
        .chunksMentioning(file, field)
        .flatMap((chunk) => this.program.chunkFacts({ file, chunk })?.functions ?? [])
        .some((fn) =>
          [...readingOf(fn).assignments].some(([key, all]) => end.test(key) && all.some((a) => a.op === '&')),
        );
    });
  }

  // ---- calls and conditions ------------------------------------------------------------------------------------

  private ofConditional(expr: Expr & { kind: 'conditional' }, of: (e: Expr) => Amount | null): Amount | null {
    const then = of(expr.then ?? expr.test);
    const otherwise = of(expr.otherwise);
    const test = uncast(expr.test);
    if (test.kind === 'binary') {
      const truth = combined(of(test.left), of(test.right), (a, b) => calculate(test.op, a, b));
      if (truth !== null && isExact(truth)) return truth.most === 0 ? otherwise : then;
      // `a < b ? a : b` is the smaller one.
      const arms = [expr.then === null ? '' : keyOf(expr.then), keyOf(expr.otherwise)];
      const [first, second] = /^<=?$/.test(test.op) ? [test.left, test.right] : [test.right, test.left];
      if (/^[<>]=?$/.test(test.op) && arms[0] === keyOf(first) && arms[1] === keyOf(second))
        return combined(then, otherwise, smaller);
    }
    return joined(then, otherwise);
  }

  private ofCall(call: CallExpr, frame: Frame, hops: number, q: Question): Amount | null {
    const name = calleeName(call);
    const arg = (index: number): Amount | null => {
      const expr = call.args[index];
      return expr === undefined ? unknown : this.value(expr, frame, hops, q);
    };
    if (mappingLimits.has(name))
      return {
        least: 1,
        most: LARGEST_BOUNCE_BYTES,
        limit: evidenceAt(this.program, frame.file, call),
        user: null,
      };
    if (userCounts.has(name)) return { ...unknown, user: evidenceAt(this.program, frame.file, call) };
    const known = knownCall(name);
    if (known !== null) return known(arg);
    if (name === 'ARRAY_SIZE') return plain(this.lengthOf(call.args[0], frame));
    if (name === 'struct_size') return this.structSize(call, frame, arg(2));
    return this.ofBody(call, name, frame, hops, q);
  }

  private lengthOf(array: Expr | undefined, frame: Frame): Bounds {
    const scope = frame.fn === null ? this.program.fileScope(frame.file) : this.program.scopeOf(frame.fn);
    const [outer] = (array === undefined ? null : this.program.typeOf(array, scope))?.sizes ?? [];
    return outer === undefined ? anything : this.of(outer, { file: frame.file, fn: null, bound: null });
  }

  /** `struct_size(p, list, n)`. */
  private structSize(call: CallExpr, frame: Frame, count: Amount | null): Amount | null {
    const [object, list] = call.args;
    const scope = frame.fn === null ? this.program.fileScope(frame.file) : this.program.scopeOf(frame.fn);
    const type = object === undefined ? null : this.program.typeOf(object, scope);
    if (type === null || list?.kind !== 'name') return unknown;
    const head = { base: type.base, pointers: 0 };
    const element = this.program.types.fieldOf(head, list.name, frame.file)?.type;
    if (element === undefined) return unknown;
    const one = this.sizes.of(
      { base: element.base, pointers: Math.max(0, element.pointers - 1) },
      frame.file,
    );
    return combined(plain(this.sizes.of(head, frame.file)), combined(plain(one), count, product), sum);
  }

  /** What a function or macro of the tree returns. */
  private ofBody(call: CallExpr, name: string, frame: Frame, hops: number, q: Question): Amount | null {
    if (name === '' || hops === 0) return this.ofType(call, frame);
    const targets = this.program.functionsNamed(name, frame.file);
    if (targets.length > 0 && targets.length <= 3) {
      let all: Amount | null = null;
      for (const target of targets) {
        const inside = calleeFrame(target, call, frame);
        for (const value of readingOf(target).returned)
          all = joined(all, this.value(value, inside, hops - 1, q));
        all = all && withBounds(all, smaller(all, widened(typeBounds(target.returnType))));
      }
      return all ?? unknown;
    }
    const macro = this.program.macro(name, frame.file).find((m) => m.params !== null && m.expr !== null);
    if (macro?.expr == null) return this.ofType(call, frame);
    const bound = new Map(
      (macro.params ?? []).flatMap((p, i) => {
        const expr = call.args[i];
        return expr === undefined ? [] : [[p, { expr, frame }] as const];
      }),
    );
    return this.value(macro.expr, { file: macro.file, fn: null, bound }, hops - 1, q);
  }

  /** The amount, less what conditions around and in front of the expression leave out. */
  private narrowed(
    amount: Amount | null,
    expr: Expr,
    frame: Frame,
    hops: number,
    q: Question,
  ): Amount | null {
    if (amount === null || frame.fn === null || (expr.kind !== 'name' && expr.kind !== 'member'))
      return amount;
    const { limits } = readingOf(frame.fn);
    if (limits.length === 0) return amount;
    const key = keyOf(expr);
    let narrow = amount;
    for (const { key: limited, bound, isStrict, within } of limits) {
      if (limited !== key || expr.start < within.start || expr.end > within.end) continue;
      const value = this.value(bound, frame, hops, q);
      if (value?.most == null) continue;
      const most = Math.max(0, isStrict ? value.most - 1 : value.most);
      if (narrow.most !== null && narrow.most <= most) continue;
      narrow = { ...narrow, ...atMost(narrow, most), limit: value.limit ?? narrow.limit };
    }
    return narrow;
  }
}
