/**
 * Where a value came from: traced backwards through locals, parameters, returns, out-parameters and struct fields,
 * across functions and files, to the calls that make addresses.
 */
import {
  type AddressKind,
  addressCalls,
  passThrough,
  physHelper,
  physTypes,
  poolAllocations,
  poolFills,
  ringAddressOps,
  translationTables,
} from '@vringside/grammars/address-names';
import type { FunctionRef, Program } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { callsIn, uncast } from '../../syntax/walk.js';
import { calleeName } from './expressions.js';
import { type LocalFlow, localFlow } from './local-flow.js';

/** A place where an address was made. */
export interface Origin {
  readonly kind: AddressKind;
  /** The function it stands in. */
  readonly function: FunctionRef;
  /** The call that makes it. */
  readonly at: Expr;
}

/** Hops over functions and fields; real chains are 3 to 6 long. */
const MAX_HOPS = 7;
/** Fields assigned in more places than this are no address plumbing. */
const MAX_ASSIGNMENTS = 40;
/** Values one question may look at. */
const MAX_VALUES = 2000;

/** A value to follow: an expression in a function. */
interface Source {
  readonly expr: Expr;
  readonly fn: FunctionRef;
  /** What an address found further back has become by the time it is used: shifted to a frame number, or back. */
  readonly as?: 'phys' | 'pfn';
}

/** One step back from a value: the addresses made right here, and the values it was made from. */
interface Step {
  readonly made: readonly Origin[];
  /** In the same function. */
  readonly from: readonly Expr[];
  /** What the step makes of an address: a shift by the page size turns one form into the other. */
  readonly becomes?: 'phys' | 'pfn';
  /** In other functions: worked out only when the search gets there. */
  readonly further: (() => readonly Source[]) | null;
}

/** A call that puts memory into a pool. */
interface PoolFill {
  readonly call: Expr & { kind: 'call' };
  readonly shape: { readonly pool: number; readonly memory: number };
  readonly fn: FunctionRef;
}

/** Calls that pass an address through and leave its frame number. */
const toFrame: ReadonlySet<string> = new Set([
  'PFN_DOWN',
  'PFN_UP',
  'PHYS_PFN',
  '__phys_to_pfn',
  'phys_to_pfn',
]);
const translationFields: ReadonlySet<string> = new Set(Object.values(translationTables));
/** Integer types that hold a pointer or as much of it as a device takes. */
const integerTypes = /^(?:__)?(?:u|s|be|le)(?:32|64)$|long|^u?intptr_t$|^dma_addr_t$/;

const flows = new WeakMap<FunctionRef, LocalFlow>();

const nothing: Step = { made: [], from: [], further: null };

export class Origins {
  private readonly program: Program;
  private readonly steps = new Map<Expr, Step>();
  /** Steps as they are while a difference is being weighed. */
  private readonly weighedSteps = new Map<Expr, Step>();
  private isWeighing = false;

  constructor(program: Program) {
    this.program = program;
  }

  /** The origins of `expr` in `fn`, each once, nearest first. */
  of(expr: Expr, fn: FunctionRef): readonly Origin[] {
    return this.program.ledger.answer(
      'origins',
      expr,
      () => this.anew().search(expr, fn, MAX_HOPS),
      undefined,
      {
        isSame: hasSameOrigins,
      },
    );
  }

  /** What is remembered of single steps holds only as long as nothing changes. */
  private anew(): Origins {
    return this.program.ledger.tracks ? new Origins(this.program) : this;
  }

  /** Origins within the function itself: nothing is followed to callers, fields or callees. */
  within(expr: Expr, fn: FunctionRef): readonly Origin[] {
    return this.search(expr, fn, 0);
  }

  /** All values a function assigns to a local of its own. */
  assignedTo(local: string, fn: FunctionRef): readonly Expr[] {
    return this.flowOf(fn).assigned.get(local) ?? [];
  }

  has(expr: Expr, fn: FunctionRef, ...kinds: readonly AddressKind[]): boolean {
    return this.of(expr, fn).some((o) => kinds.includes(o.kind));
  }

  /** Breadth first over what each value was made from; every value once, by its shortest way. */
  private search(expr: Expr, fn: FunctionRef, maxHops: number): readonly Origin[] {
    const found = new Map<Expr, Origin>();
    const seen = new Set<Expr>([expr]);
    const enqueue = (source: Source, queue: Source[]): void => {
      if (seen.has(source.expr)) return;
      seen.add(source.expr);
      queue.push(source);
    };
    let level: Source[] = [{ expr, fn }];
    for (let hops = 0; level.length > 0 && hops <= maxHops; hops += 1) {
      const next: Source[] = [];
      for (let i = 0; i < level.length && seen.size < MAX_VALUES; i += 1) {
        const source = level[i] as Source;
        const step = this.stepFrom(source.expr, source.fn);
        for (const origin of step.made)
          if (!found.has(origin.at)) found.set(origin.at, formOf(origin, source.as));
        const as = source.as ?? step.becomes;
        const further = hops === maxHops || step.further === null ? [] : step.further();
        for (const expr of step.from) enqueue({ expr, fn: source.fn, ...(as && { as }) }, level);
        for (const before of further) enqueue({ ...before, ...(as && { as }) }, next);
      }
      level = next;
    }
    return [...found.values()];
  }

  private stepFrom(expr: Expr, fn: FunctionRef): Step {
    const steps = this.isWeighing ? this.weighedSteps : this.steps;
    let step = steps.get(expr);
    if (step === undefined) {
      step = this.step(expr, fn);
      steps.set(expr, step);
    }
    return step;
  }

  private step(expr: Expr, fn: FunctionRef): Step {
    const inside = (...parts: readonly Expr[]): Step => ({ made: [], from: parts, further: null });
    switch (expr.kind) {
      case 'cast':
        return { ...nothing, made: this.ofCast(expr, fn), from: [expr.operand] };
      case 'update':
        return inside(expr.operand);
      case 'unary':
        return expr.op === '!' ? nothing : inside(expr.operand);
      case 'binary':
        return this.ofBinary(expr, fn);
      case 'assign':
        return inside(expr.value);
      case 'conditional':
        return inside(expr.then ?? expr.test, expr.otherwise);
      case 'comma':
        return inside(...expr.parts.slice(-1));
      case 'statements': {
        const last = expr.body.at(-1);
        return last?.kind === 'expr' ? inside(last.expr) : nothing;
      }
      case 'index':
        return inside(expr.object);
      case 'name':
        return this.ofName(expr, fn);
      case 'member':
        return this.ofMember(expr, fn);
      case 'call':
        return this.ofCall(expr, fn);
      default:
        return nothing;
    }
  }

  private ofBinary(expr: Expr & { kind: 'binary' }, fn: FunctionRef): Step {
    const { op, left, right } = expr;
    if (!isArithmetic(op)) return nothing;
    // What is left of an address by a mask of the page size, or between two addresses, is no address.
    if (op === '&' && isOffsetMask(right)) return nothing;
    if (op === '-') return this.isAddress(right, fn) ? nothing : { ...nothing, from: [left] };
    const becomes = changeOfForm(op, right);
    if (becomes !== null) return { ...nothing, from: [left], becomes };
    return { ...nothing, from: op === '>>' || op === '<<' ? [left] : [left, right] };
  }

  private isAddress(value: Expr, fn: FunctionRef): boolean {
    // `a = b - a` would ask of itself.
    if (this.isWeighing) return false;
    this.isWeighing = true;
    const found = this.within(value, fn).some((o) => o.kind === 'phys' || o.kind === 'pfn');
    this.isWeighing = false;
    return found;
  }

  private ofCall(expr: Expr & { kind: 'call' }, fn: FunctionRef): Step {
    const name = calleeName(expr);
    const kind = addressCalls[name];
    if (kind !== undefined) return { ...nothing, made: [{ kind, function: fn, at: expr }] };
    const through = passThrough[name];
    if (through !== undefined) {
      const arg = expr.args[through];
      if (arg === undefined) return nothing;
      return toFrame.has(name) ? { ...nothing, from: [arg], becomes: 'pfn' } : { ...nothing, from: [arg] };
    }
    if (name === '') return nothing;
    const pool = expr.args[poolAllocations[name] ?? -1];
    if (pool !== undefined) return { ...nothing, further: once(() => this.putInto(pool, fn)) };
    if (physHelper.test(name)) return { ...nothing, made: [{ kind: 'phys', function: fn, at: expr }] };
    const further = once(() =>
      this.program
        .functionsNamed(name, fn.file)
        .flatMap((target) => this.flowOf(target).returned.map((value) => ({ expr: value, fn: target }))),
    );
    return { ...nothing, further };
  }

  /** `(unsigned long)pointer`: an address, but not yet said of what kind. */
  private ofCast(expr: Expr & { kind: 'cast' }, fn: FunctionRef): Origin[] {
    if (expr.type.pointers > 0 || !integerTypes.test(expr.type.base) || expr.operand.kind === 'cast')
      return [];
    const type = this.program.typeOf(expr.operand, this.program.scopeOf(fn));
    // `unsigned long` is what the kernel casts pointers to; of a field of an unseen record, nothing better is known.
    const isLikely = type === null && expr.operand.kind === 'member' && expr.type.base === 'unsigned long';
    const isPointer = isLikely || (type !== null && type.pointers > 0);
    return isPointer ? [{ kind: 'pointer', function: fn, at: expr }] : [];
  }

  /** The memory put into a pool: in the same function, or by way of the same field anywhere. */
  private putInto(pool: Expr, fn: FunctionRef): Source[] {
    const isSame = this.samePool(pool, fn);
    return this.poolFills().flatMap(({ call, shape, fn: filler }) => {
      const filled = call.args[shape.pool];
      const memory = call.args[shape.memory];
      if (filled === undefined || memory === undefined || !isSame(filled, filler)) return [];
      return [{ expr: memory, fn: filler }];
    });
  }

  private samePool(pool: Expr, fn: FunctionRef): (other: Expr, otherFn: FunctionRef) => boolean {
    const one = uncast(pool);
    if (one.kind === 'name') {
      return (other, otherFn) =>
        otherFn === fn && uncast(other).kind === 'name' && (uncast(other) as typeof one).name === one.name;
    }
    if (one.kind !== 'member') return () => false;
    const record = this.recordOf(one, fn);
    return (other, otherFn) => {
      const o = uncast(other);
      return o.kind === 'member' && o.field === one.field && this.recordOf(o, otherFn) === record;
    };
  }

  private recordOf(member: Expr & { kind: 'member' }, fn: FunctionRef): string {
    return this.program.typeOf(member.object, this.program.scopeOf(fn))?.base ?? '';
  }

  private poolFills(): readonly PoolFill[] {
    return this.program.ledger.answer('pool fills', '', () =>
      Object.entries(poolFills).flatMap(([name, shape]) =>
        this.program.mentions(name).flatMap((place) =>
          (this.program.chunkFacts(place)?.functions ?? []).flatMap((fn) =>
            callsIn(fn)
              .filter((call) => calleeName(call) === name)
              .map((call) => ({ call, shape, fn })),
          ),
        ),
      ),
    );
  }

  private ofName(at: Expr & { kind: 'name' }, fn: FunctionRef): Step {
    const flow = this.flowOf(fn);
    const from = [...(flow.assigned.get(at.name) ?? []), ...(flow.storedThrough.get(at.name) ?? [])];
    const index = fn.params.findIndex((p) => p.name === at.name);
    const further = once(() => [
      ...(flow.writtenBy.get(at.name) ?? []).flatMap((w) => this.throughOutArgument(w.call, w.index, fn)),
      ...(index < 0 ? [] : this.ofParameter(index, fn)),
    ]);
    return { made: index < 0 ? [] : this.byContract(index, fn, at), from, further };
  }

  /** What a function stores through the pointer it is given. */
  private throughOutArgument(call: Expr, index: number, fn: FunctionRef): Source[] {
    return this.program.functionsNamed(calleeName(call), fn.file).flatMap((target) => {
      const param = target.params[index];
      const stored = param === undefined ? [] : (this.flowOf(target).storedThrough.get(param.name) ?? []);
      return stored.map((expr) => ({ expr, fn: target }));
    });
  }

  /** What an op of the DMA or vDPA interfaces is given is an address by its contract. */
  private byContract(index: number, fn: FunctionRef, at: Expr): Origin[] {
    const param = fn.params[index];
    if (param === undefined) return [];
    if (physTypes.has(param.type.base) && param.type.pointers === 0)
      return [{ kind: 'phys', function: fn, at }];
    if (param.type.base !== 'u64') return [];
    const isRingOp = this.program.storedAs(fn).some((s) => ringAddressOps.has(s.field));
    return isRingOp ? [{ kind: 'vqaddr', function: fn, at }] : [];
  }

  private ofParameter(index: number, fn: FunctionRef): Source[] {
    return this.program.callers(fn).flatMap((site) => {
      const arg = site.call.args[index];
      return site.caller === null || arg === undefined ? [] : [{ expr: arg, fn: site.caller }];
    });
  }

  private ofMember(expr: Expr & { kind: 'member' }, fn: FunctionRef): Step {
    const isTranslation =
      translationFields.has(expr.field) && translationTables[this.recordOf(expr, fn)] === expr.field;
    const made: Origin[] = isTranslation ? [{ kind: 'translated', function: fn, at: expr }] : [];
    return { ...nothing, made, further: once(() => this.storedTo(expr, fn)) };
  }

  private storedTo(expr: Expr & { kind: 'member' }, fn: FunctionRef): Source[] {
    const record = this.recordOf(expr, fn);
    if (record === '') return [];
    const assignments = this.program.fieldAssignments(record, expr.field);
    if (assignments.length > MAX_ASSIGNMENTS) return [];
    return assignments.flatMap((a) =>
      a.function === null || a.value === null ? [] : [{ expr: a.value, fn: a.function }],
    );
  }

  private flowOf(fn: FunctionRef): LocalFlow {
    let flow = flows.get(fn);
    if (flow === undefined) {
      flow = localFlow(fn);
      flows.set(fn, flow);
    }
    return flow;
  }
}

function hasSameOrigins(a: readonly Origin[], b: readonly Origin[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => {
      const other = b[at];
      return one.kind === other?.kind && one.function === other.function && one.at === other.at;
    })
  );
}

function once<T>(find: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: find() };
    return known.value;
  };
}

function formOf(origin: Origin, as: Source['as']): Origin {
  const isOther = as !== undefined && as !== origin.kind && (origin.kind === 'phys' || origin.kind === 'pfn');
  return isOther ? { ...origin, kind: as } : origin;
}

/** Shifts by the page size, however it is called, and products with it. */
function changeOfForm(op: string, by: Expr): 'phys' | 'pfn' | null {
  const e = uncast(by);
  const isShift =
    (e.kind === 'name' && /SHIFT$|^shift$/.test(e.name)) || (e.kind === 'number' && e.text === '12');
  const isSize = e.kind === 'name' && /PAGE_SIZE$/.test(e.name);
  if ((op === '>>' && isShift) || (op === '/' && isSize)) return 'pfn';
  return (op === '<<' && isShift) || (op === '*' && isSize) ? 'phys' : null;
}

/** `PAGE_SIZE - 1`, `~PAGE_MASK`. */
function isOffsetMask(mask: Expr): boolean {
  const e = uncast(mask);
  if (e.kind === 'unary') return e.op === '~' && e.operand.kind === 'name' && /MASK$/.test(e.operand.name);
  return e.kind === 'binary' && e.op === '-' && e.right.kind === 'number' && e.right.text === '1';
}

function isArithmetic(op: string): boolean {
  return (
    op === '+' ||
    op === '-' ||
    op === '>>' ||
    op === '<<' ||
    op === '|' ||
    op === '&' ||
    op === '*' ||
    op === '/'
  );
}
