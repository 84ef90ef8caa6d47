/** What one call adds: each scatterlist it names, as pieces with direction, bytes and segments. */
import type { Program } from '../../../program/index.js';
import type { Expr } from '../../../syntax/ir.js';
import { uncast } from '../../../syntax/walk.js';
import { printExpr } from '../../values/print.js';
import { type AddCall, addFunctions } from '../add-calls.js';
import { allocationsOf, isUsersMemory } from '../amounts/allocations.js';
import { type Amount, unknown } from '../amounts/amount.js';
import type { Amounts, Frame } from '../amounts/amounts.js';
import { between, calculate, exactly, product, smaller, union } from '../amounts/bounds.js';
import { evidenceAt } from '../amounts/evidence.js';
import {
  knownNumbers,
  LARGEST_BOUNCE_BYTES,
  LARGEST_KMALLOC,
  largeAllocations,
  PAGE_BYTES,
  userAllocations,
} from '../amounts/known.js';
import { keyOf, type Loop, readingOf } from '../amounts/reading.js';
import type { Growth, Piece } from '../unplaced.js';
import type { Bounds, SegmentBound } from '../workload.js';
import { blockLimits } from './block-limits.js';
import { type Listed, Lists } from './lists.js';
import { type Filling, fillings, fillingsElsewhere, type ListName, listName } from './scatterlists.js';

export class Pieces {
  private readonly program: Program;
  private readonly amounts: Amounts;
  readonly lists: Lists;

  constructor(amounts: Amounts) {
    this.amounts = amounts;
    this.program = amounts.program;
    this.lists = new Lists(amounts);
  }

  of(add: AddCall, frame: Frame): readonly Piece[] {
    return this.lists.of(add, frame).flatMap((one) => this.ofList(one, add, frame));
  }

  // ---- what is in a list -------------------------------------------------------------------------------------------

  private ofList(listed: Listed, add: AddCall, frame: Frame): readonly Piece[] {
    const direct = listName(listed.expr);
    const own = fillings(this.program, direct, listed.frame);
    const at = own.length > 0 ? { list: direct, frame: listed.frame } : this.sourceList(listed);
    const near = own.length > 0 ? own : fillings(this.program, at.list, at.frame);
    const all = near.length > 0 ? near : fillingsElsewhere(this.program, at.list, at.frame);
    if (all.length === 0) return [this.isScsiData(listed) ? this.scsiData(listed) : this.unseen(listed)];
    const joined = all.find((f) => f.how === 'joined') ?? null;
    const parts = all.filter((f) => f.how !== 'joined');
    const count = add.name === 'virtqueue_add_sgs' ? unknown : this.countOf(add, frame);
    // Of a list of one entry, each filling is another way to fill it.
    const groups = count.most === 1 ? [parts] : [...byEntry(parts).values()];
    const pieces = groups.map((group) => this.pieceOf(group, listed, at.list, joined, add));
    return pieces.length === 1 ? pieces.map((p) => withCount(p, count)) : pieces;
  }

  /** The data of a SCSI command. Source: include/scsi/scsi_cmnd.h, scsi_sglist(), struct scsi_data_buffer (6.12). */
  private isScsiData({ expr, frame }: Listed): boolean {
    const e = uncast(expr);
    const owner = e.kind === 'member' ? uncast(e.object) : null;
    const set =
      owner?.kind !== 'name' || frame.fn === null
        ? []
        : (readingOf(frame.fn).assignments.get(owner.name) ?? []);
    const texts = [keyOf(e), ...set.flatMap(({ value }) => (value === null ? [] : [keyOf(value)]))];
    return texts.some((text) => /\bsdb\b|\bscsi_(?:prot_)?sglist\(/.test(text));
  }

  private scsiData({ direction, expr, frame, at }: Listed): Piece {
    const limits = blockLimits(this.amounts, frame.file);
    return {
      direction,
      list: printExpr(expr),
      buffer: '',
      bytes: limits.segment,
      segments: between(0, limits.segments.most),
      boundedBy: limits.isLimited ? 'mapping limit' : limits.isSet ? 'unknown' : 'block layer',
      mappedBy: 'ring',
      ...(limits.grows === null ? {} : { boundedBy: 'none', grows: limits.grows }),
      evidence: [at],
    };
  }

  private sourceList(listed: Listed): { list: ListName; frame: Frame } {
    const source = this.lists.source(listed.expr, listed.frame);
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
      list: printExpr(expr),
      buffer: printExpr(expr),
      bytes: between(1, null),
      segments,
      boundedBy: 'unknown',
      mappedBy: 'ring',
      evidence: [at],
    };
  }

  private pieceOf(
    group: readonly Filling[],
    listed: Listed,
    list: ListName,
    joined: Filling | null,
    add: AddCall,
  ): Piece {
    const parts = group.map((filling) => this.part(filling, list, add));
    const bytes = parts.map((p) => p.bytes).reduce(union);
    const most = parts.map((p) => p.segments).reduce(union);
    const segments = listed.isOptional ? between(0, most.most) : most;
    const first = group.find((f) => f.buffer !== null)?.buffer ?? null;
    const grows = parts.find((p) => p.grows !== null)?.grows ?? null;
    const joins: Growth | null =
      joined === null ? null : { how: 'joined', at: evidenceAt(this.program, joined.frame.file, joined) };
    const why = joins ?? grows;
    return {
      direction: listed.direction,
      list: printExpr(listed.expr),
      buffer: first === null ? '' : printExpr(first),
      bytes: joins === null ? bytes : between(bytes.least, null),
      segments,
      boundedBy: why !== null ? 'none' : leastCertain(parts.map((p) => p.boundedBy)),
      mappedBy: mapperOf(group),
      ...(why === null ? {} : { grows: why }),
      evidence: group.map((f) => evidenceAt(this.program, f.frame.file, f)),
    };
  }

  private part(filling: Filling, list: ListName, use: AddCall): Part {
    const segments = this.segmentsOf(filling, list, use);
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
    const bytes = between(
      Math.min(Math.max(1, amount.least), amount.most ?? Number.MAX_SAFE_INTEGER),
      amount.most,
    );
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
  private growth(filling: Filling, buffer: Expr, amount: Amount): Growth | null {
    for (const { name, call, frame, sizes } of allocationsOf(this.program, buffer, filling.frame)) {
      const factors = sizes.map((s) => this.amounts.of(s, frame));
      const size = factors.reduce<Bounds>(product, exactly(1));
      const isUsers =
        amount.user !== null || factors.some((f) => f.user !== null) || isUsersMemory(frame.fn, call);
      const isMeant =
        largeAllocations.test(name) || userAllocations.test(name) || isUsers || size.most !== null;
      if (isMeant && (size.most ?? LARGEST_KMALLOC) > LARGEST_BOUNCE_BYTES)
        return { how: 'allocated', at: evidenceAt(this.program, frame.file, call) };
    }
    if (amount.most === null) return null;
    return { how: 'allocated', at: evidenceAt(this.program, filling.frame.file, filling) };
  }

  private segmentsOf(filling: Filling, list: ListName, { call, fn }: AddCall): Bounds {
    // A loop around both makes a request each time.
    const isAround = (loop: Loop): boolean =>
      loop.start <= call.start && call.end <= loop.end && readingOf(fn).loops.includes(loop);
    if (filling.loop === null || isAround(filling.loop)) return exactly(1);
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
  readonly grows: Growth | null;
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

function mapperOf(group: readonly Filling[]): Piece['mappedBy'] {
  const mapped = group.filter((f) => f.isMapped).length;
  return mapped === 0 ? 'ring' : mapped === group.length ? 'driver' : 'either';
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
