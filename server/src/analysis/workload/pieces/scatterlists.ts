/** What is put into a scatterlist: the calls that fill its entries, in the function itself, in helpers, or where a field is filled. */
import type { Program } from '../../../program/index.js';
import type { CallExpr, Expr, Param } from '../../../syntax/ir.js';
import { uncast } from '../../../syntax/walk.js';
import type { Span } from '../../../text/span.js';
import { calleeName } from '../../values/expressions.js';
import { calleeFrame, type Frame, rootFrame } from '../amounts/amounts.js';
import { keyOf, type Loop, readingOf } from '../amounts/reading.js';

/** Helpers called by helpers. */
const MAX_DEPTH = 3;

/** One place that fills entries of a list. */
export interface Filling extends Span {
  readonly how: 'buffer' | 'page' | 'packet' | 'block' | 'joined';
  /** Which entry: '' for the list as a whole. */
  readonly entry: string;
  readonly buffer: Expr | null;
  readonly length: Expr | null;
  readonly frame: Frame;
  /** The innermost loop around it. */
  readonly loop: Loop | null;
  /** Whether the entry is given a DMA address of the driver's own. */
  readonly isMapped: boolean;
}

/** Argument positions. Source: include/linux/scatterlist.h, skbuff.h, blk-mq.h, blk-integrity.h (6.12). */
const setters: Readonly<
  Record<
    string,
    { readonly how: Filling['how']; readonly sg: number; readonly buffer: number; readonly length: number }
  >
> = {
  sg_init_one: { how: 'buffer', sg: 0, buffer: 1, length: 2 },
  sg_set_buf: { how: 'buffer', sg: 0, buffer: 1, length: 2 },
  sg_set_page: { how: 'page', sg: 0, buffer: 1, length: 2 },
  sg_set_folio: { how: 'page', sg: 0, buffer: 1, length: 2 },
  skb_to_sgvec: { how: 'packet', sg: 1, buffer: 0, length: 3 },
  skb_to_sgvec_nomark: { how: 'packet', sg: 1, buffer: 0, length: 3 },
  blk_rq_map_sg: { how: 'block', sg: 2, buffer: 1, length: -1 },
  __blk_rq_map_sg: { how: 'block', sg: 2, buffer: 1, length: -1 },
  blk_rq_map_integrity_sg: { how: 'block', sg: 2, buffer: 1, length: -1 },
};

/** Whether a function of that name fills entries of a list. */
export function isSetter(name: string): boolean {
  return Object.hasOwn(setters, name);
}

/** A list, or one entry of it: `&rq->sg[1]` is entry `1` of `rq->sg`. */
export interface ListName {
  readonly base: Expr;
  readonly key: string;
  readonly entry: string;
}

export function listName(expr: Expr): ListName {
  let name = names.get(expr);
  if (name === undefined) {
    name = findName(expr);
    names.set(expr, name);
  }
  return name;
}

const names = new WeakMap<Expr, ListName>();

function findName(expr: Expr): ListName {
  let e = uncast(expr);
  let entry = '';
  for (;;) {
    if (e.kind === 'unary' && (e.op === '&' || e.op === '*')) e = uncast(e.operand);
    else if (e.kind === 'index') {
      const index = uncast(e.index);
      entry = index.kind === 'number' || index.kind === 'name' ? keyOf(index) : '';
      e = uncast(e.object);
    } else if (e.kind === 'binary' && e.op === '+') e = uncast(e.left);
    else return { base: e, key: keyOf(e), entry: e.kind === 'name' || e.kind === 'member' ? entry : '' };
  }
}

/** Everything that fills the list, in the frame's function and the helpers it gives the list to. */
export function fillings(program: Program, list: ListName, frame: Frame, depth = 0): readonly Filling[] {
  const { fn } = frame;
  if (fn === null || depth > MAX_DEPTH) return [];
  const reading = readingOf(fn);
  const found: Filling[] = [];
  for (const { call } of reading.calls) {
    const name = calleeName(call);
    const setter = isSetter(name) ? setters[name] : undefined;
    const sg = setter === undefined ? undefined : call.args[setter.sg];
    if (setter !== undefined && sg !== undefined) {
      const named = listName(sg);
      if (!isSame(named, list)) continue;
      const [buffer = null, length = null] = [call.args[setter.buffer], call.args[setter.length]];
      found.push({
        how: setter.how,
        entry: named.entry,
        buffer,
        length,
        frame,
        isMapped: false,
        ...placed(call, reading.loops),
      });
    } else if (name !== '') found.push(...throughHelper(program, call, name, list, frame, depth));
  }
  found.push(...byField(list, frame));
  return found;
}

/** `sg->length = n`, `sg->length += n`; beside it the address may be set. */
function byField(list: ListName, frame: Frame): Filling[] {
  const reading = frame.fn === null ? null : readingOf(frame.fn);
  const stores = [...(reading?.assignments.values() ?? [])].flat().flatMap((a) => {
    const target = a.target === null ? null : uncast(a.target);
    const named = target?.kind === 'member' ? listName(target.object) : null;
    const isOfList = named !== null && isSame(named, list);
    return target?.kind === 'member' && isOfList ? [{ ...a, field: target.field, entry: named.entry }] : [];
  });
  const isMapped = stores.some((a) => a.field === 'dma_address');
  return stores.flatMap((a) => {
    if (a.field !== 'length' || (a.op !== '=' && a.op !== '+=')) return [];
    const how = a.op === '+=' ? 'joined' : 'buffer';
    const place = placed(a, reading?.loops ?? []);
    return [{ how, entry: a.entry, buffer: null, length: a.value, frame, isMapped, ...place }];
  });
}

function throughHelper(
  program: Program,
  call: CallExpr,
  name: string,
  list: ListName,
  frame: Frame,
  depth: number,
): readonly Filling[] {
  const at = call.args.findIndex((arg) => isSame(listName(arg), list) || isOwner(arg, list));
  const given = call.args[at];
  if (given === undefined) return [];
  const loop = placed(call, frame.fn === null ? [] : readingOf(frame.fn).loops).loop;
  return program.functionsNamed(name, frame.file).flatMap((target) => {
    const param = target.params[at];
    const inside = param === undefined ? null : nameInside(param, given, list);
    if (inside === null) return [];
    const entry = isOwner(given, list) ? list.entry : listName(given).entry;
    return fillings(program, inside, calleeFrame(target, call, frame), depth + 1).map((f) => ({
      ...f,
      entry: entry === '' ? f.entry : entry,
      loop: f.loop ?? loop,
    }));
  });
}

/** Whether the argument is the record whose field the list is: `rq` for `rq->sg`. */
function isOwner(arg: Expr, { base }: ListName): boolean {
  return base.kind === 'member' && listName(arg).key === listName(base.object).key;
}

/** What the helper calls the list; null when it is not given it. */
function nameInside(param: Param, given: Expr, list: ListName): ListName | null {
  if (/\bscatterlist$/.test(param.type.base)) return { base: given, key: param.name, entry: '' };
  if (!isOwner(given, list) || list.base.kind !== 'member') return null;
  return { base: list.base, key: `${param.name}->${list.base.field}`, entry: list.entry };
}

/** Fillings of a field of this name by other functions of the file: lists that are set up once and used often. */
export function fillingsElsewhere(program: Program, list: ListName, frame: Frame): readonly Filling[] {
  if (list.base.kind !== 'member') return [];
  const { field } = list.base;
  const record = recordOf(program, list.base, frame);
  const found: Filling[] = [];
  for (const chunk of program.chunksMentioning(frame.file, field)) {
    for (const fn of program.chunkFacts({ file: frame.file, chunk })?.functions ?? []) {
      if (fn === frame.fn) continue;
      const other = rootFrame(fn);
      for (const key of listsOfField(program, field, record, other))
        found.push(
          ...fillings(program, { ...key, entry: list.entry }, other).map((f) => setUpOnce(f, other)),
        );
    }
  }
  return found;
}

/** A loop that sets up many lists fills each of them once. */
function setUpOnce(filling: Filling, { fn }: Frame): Filling {
  const isOuter = filling.loop !== null && fn !== null && readingOf(fn).loops.includes(filling.loop);
  return isOuter ? { ...filling, loop: null } : filling;
}

/** The ways a function names that field of such a record in a call. */
function listsOfField(program: Program, field: string, record: string, frame: Frame): readonly ListName[] {
  const named = new Map<string, ListName>();
  for (const { call } of frame.fn === null ? [] : readingOf(frame.fn).calls) {
    for (const arg of call.args) {
      const list = listName(arg);
      if (list.base.kind !== 'member' || list.base.field !== field) continue;
      if (record === '' || recordOf(program, list.base, frame) === record) named.set(list.key, list);
    }
  }
  return [...named.values()];
}

function recordOf(program: Program, member: Expr & { kind: 'member' }, frame: Frame): string {
  return frame.fn === null ? '' : (program.typeOf(member.object, program.scopeOf(frame.fn))?.base ?? '');
}

function isSame(a: ListName, b: ListName): boolean {
  return a.key === b.key && (a.entry === '' || b.entry === '' || a.entry === b.entry);
}

function placed(at: Span, loops: readonly Loop[]): { start: number; end: number; loop: Loop | null } {
  let inner: Loop | null = null;
  for (const loop of loops) {
    if (loop.start > at.start || at.end > loop.end) continue;
    if (inner === null || loop.start >= inner.start) inner = loop;
  }
  return { start: at.start, end: at.end, loop: inner };
}
