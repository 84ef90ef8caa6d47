/** Which scatterlists a call adds, in which direction, and in whose function their names are to be read. */
import type { Program } from '../../../program/index.js';
import type { Expr } from '../../../syntax/ir.js';
import { uncast } from '../../../syntax/walk.js';
import type { Span } from '../../../text/span.js';
import { calleeName } from '../../values/expressions.js';
import { type AddCall, addFunctions } from '../add-calls.js';
import type { Amounts, Frame } from '../amounts/amounts.js';
import { exactly } from '../amounts/bounds.js';
import { evidenceAt } from '../amounts/evidence.js';
import { keyOf, readingOf } from '../amounts/reading.js';
import type { Evidence } from '../unplaced.js';
import type { Direction } from '../workload.js';
import { fillings, isSetter, listName } from './scatterlists.js';

/** A list of the call, and the frame its name belongs to. */
export interface Listed {
  readonly direction: Direction;
  readonly expr: Expr;
  readonly frame: Frame;
  readonly at: Evidence;
  /** Whether the chain can do without it. */
  readonly isOptional: boolean;
}

/** Both directions where the code leaves it open. */
type DirectionOf = (index: Expr | null, position: number) => readonly Direction[];

export class Lists {
  private readonly program: Program;
  private readonly amounts: Amounts;

  constructor(amounts: Amounts) {
    this.amounts = amounts;
    this.program = amounts.program;
  }

  /** Whether a caller decides what is in one of the lists. */
  needsCaller(add: AddCall, frame: Frame): boolean {
    const list = add.call.args[addFunctions[add.name]?.lists ?? 1];
    if (list !== undefined && this.isOpen(list, frame)) return true;
    return this.of(add, frame).some((one) => this.isOpen(one.expr, one.frame));
  }

  /** A parameter that nothing in the function fills. */
  private isOpen(expr: Expr, frame: Frame): boolean {
    const at = this.source(expr, frame);
    const base = listName(at.expr).base;
    if (base.kind !== 'name' || at.frame.fn === null) return false;
    const isParameter =
      at.frame.fn.params.some((p) => p.name === base.name) && at.frame.bound?.get(base.name) === undefined;
    return isParameter && fillings(this.program, listName(at.expr), at.frame).length === 0;
  }

  // ---- which lists -----------------------------------------------------------------------------------------------

  of(add: AddCall, frame: Frame): readonly Listed[] {
    const shape = addFunctions[add.name];
    const list = add.call.args[shape?.lists ?? 1];
    if (shape === undefined || list === undefined) return [];
    const at = evidenceAt(this.program, frame.file, add.call);
    if (add.name !== 'virtqueue_add_sgs')
      return [
        { direction: shape.counts[0] === null ? 'in' : 'out', expr: list, frame, at, isOptional: false },
      ];
    const [out, into] = [add.call.args[2], add.call.args[3]];
    return out === undefined || into === undefined ? [] : this.ofArray(list, out, into, frame, add);
  }

  /** The lists in an array of them; the array may be a caller's. */
  private ofArray(array: Expr, out: Expr, into: Expr, frame: Frame, add: AddCall): readonly Listed[] {
    const source = this.source(array, frame);
    const { key, base } = listName(source.expr);
    const { fn } = source.frame;
    if (fn === null) return [];
    const at = evidenceAt(this.program, frame.file, add.call);
    const directionOf = this.directions(out, into, frame, source.frame);
    const use = fn === add.fn ? add.call : null;
    const own = listName(array).key;
    const stored = [
      ...this.storedIn(key, source.frame, use, directionOf),
      ...(own === key ? [] : this.storedIn(own, frame, use, directionOf)),
    ];
    const named = stored.length > 0 ? stored : this.initial(key, source.frame, directionOf);
    if (named.length > 0) return named.flatMap(armsOf).filter((one) => !this.isNothing(one.expr, one.frame));
    return (
      this.filledThrough(key, source.frame, directionOf) ??
      this.filledThrough(own, frame, directionOf) ??
      // `&p`: an array of one.
      inEach(directionOf(null, 0), { expr: base, frame: source.frame, at, isOptional: false })
    );
  }

  /** `sgs[n++] = &sg`. */
  private storedIn(key: string, frame: Frame, use: Span | null, directionOf: DirectionOf): readonly Listed[] {
    const { fn, file } = frame;
    const found: Listed[] = [];
    const all = fn === null ? [] : [...readingOf(fn).assignments.values()].flat();
    for (const a of all.sort((x, y) => x.start - y.start)) {
      const target = a.target === null ? null : uncast(a.target);
      if (a.value === null || target?.kind !== 'index' || keyOf(target.object) !== key) continue;
      const holds = use ?? fn?.variants[0]?.body.at(-1) ?? a;
      const isOptional = a.block.start > holds.start || holds.end > a.block.end;
      const at = evidenceAt(this.program, file, a);
      found.push(
        ...inEach(directionOf(target.index, found.length), { expr: a.value, frame, at, isOptional }),
      );
    }
    return found;
  }

  /** `struct scatterlist *sgs[] = { &head, &data }`. */
  private initial(key: string, frame: Frame, directionOf: DirectionOf): readonly Listed[] {
    const { fn, file } = frame;
    const init = fn === null ? undefined : readingOf(fn).assignments.get(key)?.[0]?.value;
    if (init?.kind !== 'init') return [];
    return init.items.flatMap(({ value }, index) => {
      const at = evidenceAt(this.program, file, value);
      return inEach(directionOf(null, index), { expr: value, frame, at, isOptional: false });
    });
  }

  /** `sg_init_one(sgs[n], ...)`: the array holds the lists already. */
  private filledThrough(key: string, frame: Frame, directionOf: DirectionOf): readonly Listed[] | null {
    const { fn, file } = frame;
    for (const { call } of fn === null ? [] : readingOf(fn).calls) {
      const sg = isSetter(calleeName(call)) && call.args[0] !== undefined ? uncast(call.args[0]) : null;
      if (sg?.kind !== 'index' || keyOf(sg.object) !== key) continue;
      const at = evidenceAt(this.program, file, call);
      return inEach(directionOf(sg.index, 0), { expr: sg.object, frame, at, isOptional: false });
    }
    return null;
  }

  /** A list a caller gives as NULL is none. */
  private isNothing(expr: Expr, frame: Frame): boolean {
    const e = uncast(this.source(expr, frame).expr);
    return (e.kind === 'name' && e.name === 'NULL') || (e.kind === 'number' && e.text === '0');
  }

  /** Says by its place in the array whether the device reads a list or writes it. */
  private directions(out: Expr, into: Expr, frame: Frame, arrayFrame: Frame): DirectionOf {
    const [outs, ins] = [this.amounts.of(out, frame), this.amounts.of(into, frame)];
    const [outName, inName] = [this.counterName(out, frame), this.counterName(into, frame)];
    return (index, position) => {
      if (ins.most === 0) return ['out'];
      if (outs.most === 0) return ['in'];
      const names = index === null ? new Set<string>() : namesIn(index);
      if (inName !== null && names.has(inName)) return ['in'];
      if (outName !== null && names.has(outName)) return ['out'];
      const at = index === null ? exactly(position) : this.amounts.of(index, arrayFrame);
      const split = outs.most;
      if (at.most !== null && split !== null) return [at.most < split ? 'out' : 'in'];
      return ['out', 'in'];
    };
  }

  /** The variable that counts, by its name where the array is filled. */
  private counterName(count: Expr, frame: Frame): string | null {
    const source = this.source(count, frame);
    const e = uncast(source.expr);
    return e.kind === 'name' || e.kind === 'member' ? keyOf(e) : null;
  }

  /** Follows a parameter to what the frame's caller gave, and a pointer to the one thing it was set to. */
  source(expr: Expr, frame: Frame): { readonly expr: Expr; readonly frame: Frame } {
    let here = { expr: uncast(expr), frame };
    for (let steps = 0; steps < 8; steps += 1) {
      const { base } = listName(here.expr);
      if (base.kind !== 'name') return here;
      const bound = here.frame.bound?.get(base.name);
      if (bound !== undefined) {
        here = { expr: uncast(bound.expr), frame: bound.frame };
        continue;
      }
      const set = here.frame.fn === null ? [] : (readingOf(here.frame.fn).assignments.get(base.name) ?? []);
      const values = set.flatMap((a) => (a.value === null ? [] : [uncast(a.value)]));
      const [only, ...others] = values.filter(
        (v) => v.kind === 'name' || v.kind === 'member' || (v.kind === 'unary' && v.op === '&'),
      );
      if (only === undefined || others.some((o) => keyOf(o) !== keyOf(only))) return here;
      here = { expr: only, frame: here.frame };
    }
    return here;
  }
}

function inEach(directions: readonly Direction[], one: Omit<Listed, 'direction'>): readonly Listed[] {
  const isOptional = one.isOptional || directions.length > 1;
  return directions.map((direction) => ({ ...one, direction, isOptional }));
}

/** `c ? &a : NULL` is one or the other. */
function armsOf(listed: Listed): readonly Listed[] {
  const e = uncast(listed.expr);
  if (e.kind !== 'conditional' || e.then === null) return [listed];
  return [e.then, e.otherwise].map((expr) => ({ ...listed, expr, isOptional: true }));
}

function namesIn(expr: Expr): ReadonlySet<string> {
  const names = new Set<string>();
  const pending: Expr[] = [expr];
  for (let e = pending.pop(); e !== undefined; e = pending.pop()) {
    if (e.kind === 'name' || e.kind === 'member') names.add(keyOf(e));
    if (e.kind === 'binary') pending.push(e.left, e.right);
    if (e.kind === 'update' || e.kind === 'unary' || e.kind === 'cast') pending.push(e.operand);
  }
  return names;
}
