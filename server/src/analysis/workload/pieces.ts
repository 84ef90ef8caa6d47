/** What one call adds: each scatterlist it names, as pieces with direction, bytes and segments. */
import type { Program } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { printExpr } from '../values/print.js';
import { type AddCall, addFunctions } from './add-calls.js';
import { allocationsOf } from './allocations.js';
import { type Amount, type Amounts, type Frame, unknown } from './amounts.js';
import { blockLimits } from './block-limits.js';
import { between, calculate, exactly, product, smaller, union } from './bounds.js';
import { evidenceAt } from './evidence.js';
import {
  knownNumbers,
  LARGEST_BOUNCE_BYTES,
  LARGEST_KMALLOC,
  largeAllocations,
  PAGE_BYTES,
  userAllocations,
} from './known.js';
import { keyOf, type Loop, readingOf } from './reading.js';
import { type Filling, fillings, fillingsElsewhere, type ListName, listName } from './scatterlists.js';
import type { Bounds, Direction, Evidence, Piece, SegmentBound } from './workload.js';

/** A list of the call, and the frame its name belongs to. */
interface Listed {
  readonly direction: Direction;
  readonly expr: Expr;
  readonly frame: Frame;
  readonly at: Evidence;
  /** Whether the chain can do without it. */
  readonly isOptional: boolean;
}

export class Pieces {
  private readonly program: Program;
  private readonly amounts: Amounts;

  constructor(amounts: Amounts) {
    this.amounts = amounts;
    this.program = amounts.program;
  }

  of(add: AddCall, frame: Frame): readonly Piece[] {
    return this.listed(add, frame).flatMap((one) => this.ofList(one, add, frame));
  }

  /** Whether a caller decides what is in one of the lists. */
  needsCaller(add: AddCall, frame: Frame): boolean {
    const list = add.call.args[addFunctions[add.name]?.lists ?? 1];
    if (list !== undefined && this.isOpen(list, frame)) return true;
    return this.listed(add, frame).some((one) => this.isOpen(one.expr, one.frame));
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

  private listed(add: AddCall, frame: Frame): readonly Listed[] {
    const shape = addFunctions[add.name];
    const list = add.call.args[shape?.lists ?? 1];
    if (shape === undefined || list === undefined) return [];
    const at = evidenceAt(this.program, frame.file, add.call);
    if (add.name !== 'virtqueue_add_sgs')
      return [
        { direction: shape.counts[0] === null ? 'in' : 'out', expr: list, frame, at, isOptional: false },
      ];
    const [out, into] = [add.call.args[2], add.call.args[3]];
    return out === undefined || into === undefined ? [] : this.ofArray(list, out, into, frame, at);
  }

  /** The lists in an array of them; the array may be a caller's. */
  private ofArray(array: Expr, out: Expr, into: Expr, frame: Frame, at: Evidence): readonly Listed[] {
    const source = this.source(array, frame);
    const { key, base } = listName(source.expr);
    if (source.frame.fn === null) return [];
    const reading = readingOf(source.frame.fn);
    const directionOf = this.directions(out, into, frame, source.frame);
    const found: Listed[] = [];
    for (const all of reading.assignments.values()) {
      for (const a of all) {
        const target = a.target === null ? null : uncast(a.target);
        if (a.value === null || target?.kind !== 'index' || keyOf(target.object) !== key) continue;
        const direction = directionOf(target.index, found.length);
        const isOptional = a.block.start > (source.frame.fn.variants[0]?.body[0]?.start ?? 0);
        found.push({
          direction,
          expr: a.value,
          frame: source.frame,
          at: evidenceAt(this.program, source.frame.file, a),
          isOptional,
        });
      }
    }
    if (found.length > 0) return found;
    const init = reading.assignments.get(key)?.[0]?.value;
    if (init?.kind === 'init')
      return init.items.map(({ value }, index) => ({
        direction: directionOf(null, index), expr: value, frame: source.frame, isOptional: false,
        at: evidenceAt(this.program, source.frame.file, value),
      })); // biome-ignore format: one record
    // `&p`: an array of one.
    return [{ direction: directionOf(null, 0), expr: base, frame: source.frame, at, isOptional: false }];
  }

  /** Says by its place in the array whether the device reads a list or writes it. */
  private directions(
    out: Expr,
    into: Expr,
    frame: Frame,
    arrayFrame: Frame,
  ): (index: Expr | null, position: number) => Direction {
    const [outs, ins] = [this.amounts.of(out, frame), this.amounts.of(into, frame)];
    const [outName, inName] = [this.counterName(out, frame), this.counterName(into, frame)];
    return (index, position) => {
      if (ins.most === 0) return 'out';
      if (outs.most === 0) return 'in';
      const names = index === null ? new Set<string>() : namesIn(index);
      if (inName !== null && names.has(inName)) return 'in';
      if (outName !== null && names.has(outName)) return 'out';
      const at = index === null ? exactly(position) : this.amounts.of(index, arrayFrame);
      const split = outs.most;
      if (at.most !== null && split !== null) return at.most < split ? 'out' : 'in';
      return 'out';
    };
  }

  /** The variable that counts, by its name where the array is filled. */
  private counterName(count: Expr, frame: Frame): string | null {
    const source = this.source(count, frame);
    const e = uncast(source.expr);
    return e.kind === 'name' || e.kind === 'member' ? keyOf(e) : null;
  }

  /** Follows a parameter to what the frame's caller gave, and a pointer to the one thing it was set to. */
  private source(expr: Expr, frame: Frame): { readonly expr: Expr; readonly frame: Frame } {
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

  // ---- what is in a list -------------------------------------------------------------------------------------------

  private ofList(listed: Listed, add: AddCall, frame: Frame): readonly Piece[] {
    const direct = listName(listed.expr);
    const own = fillings(this.program, direct, listed.frame);
    const at = own.length > 0 ? { list: direct, frame: listed.frame } : this.sourceList(listed);
    const near = own.length > 0 ? own : fillings(this.program, at.list, at.frame);
    const all = near.length > 0 ? near : fillingsElsewhere(this.program, at.list, at.frame);
    if (all.length === 0) return [this.unseen(listed)];
    const joined = all.find((f) => f.how === 'joined');
    const groups = byEntry(all.filter((f) => f.how !== 'joined'));
    const count = add.name === 'virtqueue_add_sgs' ? unknown : this.countOf(add, frame);
    const pieces = [...groups.values()].map((group) => this.pieceOf(group, listed, at.list, joined ?? null));
    return pieces.length === 1 ? pieces.map((p) => withCount(p, count)) : pieces;
  }

  private sourceList(listed: Listed): { list: ListName; frame: Frame } {
    const source = this.source(listed.expr, listed.frame);
    return { list: listName(source.expr), frame: source.frame };
  }

  private countOf(add: AddCall, frame: Frame): Amount {
    const index = addFunctions[add.name]?.counts.find((c) => c !== null) ?? null;
    const count = index === null ? undefined : add.call.args[index];
    return count === undefined ? unknown : this.amounts.of(count, frame);
  }

  private unseen({ direction, expr, isOptional, at }: Listed): Piece {
    const segments = between(isOptional ? 0 : 1, null);
    return {
      direction,
      buffer: printExpr(expr),
      bytes: between(1, null),
      segments,
      boundedBy: 'unknown',
      evidence: [at],
    };
  }

  private pieceOf(group: readonly Filling[], listed: Listed, list: ListName, joined: Filling | null): Piece {
    const parts = group.map((filling) => this.part(filling, list));
    const bytes = parts.map((p) => p.bytes).reduce(union);
    const most = parts.map((p) => p.segments).reduce(union);
    const segments = listed.isOptional ? between(0, most.most) : most;
    const first = group.find((f) => f.buffer !== null)?.buffer ?? null;
    const grows = parts.find((p) => p.grows !== null)?.grows ?? null;
    const joins = joined === null ? null : evidenceAt(this.program, joined.frame.file, joined);
    const isOpen = grows !== null || joins !== null;
    return {
      direction: listed.direction,
      buffer: first === null ? '' : printExpr(first),
      bytes: joins === null ? bytes : between(bytes.least, null),
      segments,
      boundedBy: isOpen ? 'none' : leastCertain(parts.map((p) => p.boundedBy)),
      ...(isOpen ? { grows: (joins ?? grows) as Evidence } : {}),
      evidence: group.map((f) => evidenceAt(this.program, f.frame.file, f)),
    };
  }

  private part(filling: Filling, list: ListName): Part {
    const segments = this.segmentsOf(filling, list);
    switch (filling.how) {
      case 'block': {
        const limits = blockLimits(this.amounts, filling.frame.file);
        return {
          bytes: limits.segment,
          segments: limits.segments,
          boundedBy: limits.isLimited ? 'mapping limit' : limits.isSet ? 'unknown' : 'block layer',
          grows: limits.grows,
        };
      }
      case 'packet':
        // The linear part and each fragment. Source: net/core/skbuff.c, __skb_to_sgvec() (6.12).
        return {
          bytes: between(1, null),
          segments: between(1, (knownNumbers.MAX_SKB_FRAGS ?? 0) + 1),
          boundedBy: 'unknown',
          grows: null,
        };
      default:
        return { ...this.buffer(filling), segments };
    }
  }

  private buffer(filling: Filling): Omit<Part, 'segments'> {
    const amount = filling.length === null ? unknown : this.amounts.of(filling.length, filling.frame);
    const bytes = between(Math.max(1, amount.least), amount.most);
    const isBounded = amount.most !== null && amount.most <= LARGEST_BOUNCE_BYTES;
    if (isBounded)
      return {
        bytes,
        boundedBy:
          amount.limit !== null
            ? 'mapping limit'
            : amount.most <= PAGE_BYTES && filling.how === 'page'
              ? 'page'
              : 'constant',
        grows: null,
      };
    const grows =
      filling.how === 'buffer' && filling.buffer !== null
        ? this.growth(filling, filling.buffer, amount)
        : null;
    return { bytes, boundedBy: amount.most !== null ? 'constant' : 'unknown', grows };
  }

  /** Why the buffer can be longer than any mapping: its allocation is made for large sizes, or user space gives the length. */
  private growth(filling: Filling, buffer: Expr, amount: Amount): Evidence | null {
    for (const { name, call, frame, sizes } of allocationsOf(this.program, buffer, filling.frame)) {
      const factors = sizes.map((s) => this.amounts.of(s, frame));
      const size = factors.reduce<Bounds>(product, exactly(1));
      const isUsers = amount.user !== null || factors.some((f) => f.user !== null);
      const most = size.most ?? LARGEST_KMALLOC;
      const isMeant =
        largeAllocations.test(name) || userAllocations.test(name) || isUsers || size.most !== null;
      if (isMeant && most > LARGEST_BOUNCE_BYTES) return evidenceAt(this.program, frame.file, call);
    }
    return null;
  }

  private segmentsOf(filling: Filling, list: ListName): Bounds {
    if (filling.loop === null) return exactly(1);
    const counted = this.turnsOf(filling.loop, filling.frame);
    const capacity = this.capacityOf(list, filling.frame);
    return between(Math.min(1, counted.least), smaller(counted, capacity).most);
  }

  /** Entries of the array the list is. */
  private capacityOf({ base }: ListName, frame: Frame): Bounds {
    if (frame.fn === null) return unknown;
    const [outer] = this.program.typeOf(base, this.program.scopeOf(frame.fn))?.sizes ?? [];
    return outer === undefined ? unknown : this.amounts.of(outer, frame);
  }

  /** How often the body of a loop runs. */
  turnsOf(loop: Loop, frame: Frame): Bounds {
    const test = loop.test === null ? null : uncast(loop.test);
    const node = loop.node;
    if (test?.kind !== 'binary' || !/^<=?$/.test(test.op) || node.kind !== 'loop') return between(1, null);
    const end = this.amounts.of(test.right, frame);
    const first =
      node.init?.kind === 'expr' && node.init.expr.kind === 'assign'
        ? this.amounts.of(node.init.expr.value, frame)
        : unknown;
    const from = first.most === null ? exactly(0) : first;
    const turns = calculate('-', end, from);
    return test.op === '<' ? turns : calculate('+', turns, exactly(1));
  }
}

interface Part {
  readonly bytes: Bounds;
  readonly segments: Bounds;
  readonly boundedBy: SegmentBound;
  readonly grows: Evidence | null;
}

const certainty: readonly SegmentBound[] = [
  'none',
  'unknown',
  'block layer',
  'mapping limit',
  'page',
  'constant',
];

function leastCertain(bounds: readonly SegmentBound[]): SegmentBound {
  return certainty.find((c) => bounds.includes(c)) ?? 'unknown';
}

/** The call says how many entries it takes of a list that is all alike. */
function withCount(piece: Piece, count: Bounds): Piece {
  const segments = count.most === null ? piece.segments : between(Math.max(1, count.least), count.most);
  return { ...piece, segments: count.most === 1 ? exactly(1) : segments };
}

function byEntry(all: readonly Filling[]): ReadonlyMap<string, readonly Filling[]> {
  const groups = new Map<string, Filling[]>();
  for (const f of all) groups.set(f.entry, [...(groups.get(f.entry) ?? []), f]);
  return groups;
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
