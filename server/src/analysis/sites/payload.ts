/** Addresses inside messages: balloon PFNs, plug requests, GPU backing entries, IOMMU maps, page reports. */
import {
  addressSources,
  configWrites,
  descriptorRecords,
  deviceOrderStores,
  sgSetters,
  toDeviceOrder,
  virtqueueAdds,
} from '@vringside/grammars/address-names';
import { storeCalls } from '@vringside/grammars/store-calls';
import type { Expr } from '../../syntax/ir.js';
import { type Path, uncast, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import { calleeName } from '../values/expressions.js';
import type { Origin } from '../values/origins.js';
import type { Candidate } from './collector.js';
import { type FunctionContext, type Node, recordOf } from './context.js';

interface KnownCarriers {
  readonly kindOf?: (carrier: string) => string | null;
  readonly isQueued?: (carrier: string) => boolean;
}

/** What payload detectors learn in one pass and use in the next: records and fields that carry addresses. */
export class AddressCarriers {
  /** Record or field -> the kind of address found in it first. */
  readonly kinds: Map<string, string> = new Map();
  /** Records and fields put into scatterlists. */
  readonly queued: Set<string> = new Set();

  /** Takes over what was learnt elsewhere. */
  add({ kinds, queued }: AddressCarriers): void {
    for (const [carrier, kind] of kinds) this.mark(carrier, kind);
    for (const carrier of queued) this.queued.add(carrier);
  }

  /** What was learnt before, beside this. */
  private known: KnownCarriers = {};

  knowing(known: KnownCarriers): this {
    this.known = known;
    return this;
  }

  mark(carrier: string, kind: string): void {
    if (!this.kinds.has(carrier)) this.kinds.set(carrier, kind);
  }

  kindOf(carrier: string): string | null {
    return this.known.kindOf?.(carrier) ?? this.kinds.get(carrier) ?? null;
  }

  /** A field (`struct x.field`) or record that is put into a scatterlist. */
  noteQueued(carrier: string): void {
    if (carrier !== '') this.queued.add(carrier);
  }

  isQueued(carrier: string): boolean {
    return (this.known.isQueued?.(carrier) ?? false) || this.queued.has(carrier);
  }
}

/** Values turned into the device's byte order, or written to its configuration, that are addresses. */
export function payloadAddresses(carriers: AddressCarriers) {
  return (ctx: FunctionContext, node: Node, parents: Path | null): void => {
    if (ctx.role !== 'guest') return;
    if (node.kind === 'assign') plainGuestAddress(ctx, node);
    if (node.kind !== 'call') return;
    noteQueued(ctx, node, carriers);
    const name = calleeName(node);
    const stored = node.args[deviceOrderStores[name] ?? configWrites[name] ?? -1];
    const converted = toDeviceOrder.has(name) ? node.args.at(-1) : undefined;
    const value = stored ?? converted;
    if (value === undefined) return;
    const store =
      stored === undefined ? storeAround(node, parents) : { at: node, carrier: null, record: null };
    if (store === null || isDescriptor(ctx, store)) return;
    for (const arm of armsOf(ctx, value)) {
      const kind = payloadKind(ctx.origins.of(arm, ctx.fn));
      // Of two addresses chosen between in place, each is a site under its own condition.
      if (kind !== null) report(ctx, store, arm === value ? node : arm, arm, kind, carriers);
    }
  };
}

function recordFilled(ctx: FunctionContext, target: Expr | null): string {
  const e = target === null ? null : uncast(target);
  return e?.kind === 'member' ? recordOf(ctx, e.object) : '';
}

/**
 * The values chosen between for one store, when they are addresses of different kinds: the arms of `test ? a : b`, or all
 * that is assigned to a local before it is stored. Else the value itself.
 */
function armsOf(ctx: FunctionContext, value: Expr): readonly Expr[] {
  const e = uncast(value);
  const isLocal = e.kind === 'name' && !ctx.fn.params.some((p) => p.name === e.name);
  const given = isLocal ? ctx.origins.assignedTo(e.name, ctx.fn) : [e];
  const arms = given.flatMap((one) => {
    const inner = uncast(one);
    return inner.kind === 'conditional' && inner.then !== null ? [inner.then, inner.otherwise] : [inner];
  });
  const kinds = new Set(arms.map((arm) => payloadKind(ctx.origins.of(arm, ctx.fn))));
  kinds.delete(null);
  return kinds.size > 1 || (!isLocal && arms.length > 1) ? arms : [value];
}

function report(
  ctx: FunctionContext,
  store: Store,
  node: Expr,
  value: Expr,
  kind: string,
  carriers: AddressCarriers,
): void {
  ctx.emit(kind, store.at, { guardAt: node });
  if (store.carrier !== null) for (const c of carriersOf(ctx, store.carrier)) carriers.mark(c, kind);
  const record = store.record ?? recordFilled(ctx, store.carrier);
  if (record !== '') carriers.mark(record, kind);
  for (const o of ctx.origins.of(value, ctx.fn)) reportSource(ctx, o, kind);
}

function payloadKind(origins: readonly Origin[]): string | null {
  if (origins.some((o) => o.kind === 'ring')) return null;
  if (origins.some((o) => o.kind === 'pfn')) return 'payload_pfn';
  if (origins.some((o) => o.kind === 'phys')) return 'payload_gpa';
  if (origins.some((o) => o.kind === 'sgdma' || o.kind === 'dma')) return 'payload_dma_addr';
  return null;
}

/** A page frame number is a site where it is taken too, when its store is functions away. */
function reportSource(ctx: FunctionContext, origin: Origin, kind: string): void {
  if (
    origin.function === ctx.fn ||
    kind !== 'payload_pfn' ||
    origin.kind !== 'pfn' ||
    !addressSources.has(calleeName(origin.at))
  )
    return;
  const candidate: Candidate = { kind, file: origin.function.file, function: origin.function, at: origin.at };
  if (origin.function.file === ctx.file) ctx.add(candidate);
}

interface Store {
  readonly at: Span;
  /** The array or field stored to; null inside an initialiser. */
  readonly carrier: Expr | null;
  /** The record an initialiser fills. */
  readonly record: string | null;
}

/** The store or initialiser the converted value goes to; null when it only feeds a comparison or a log. */
function storeAround(node: Expr, parents: Path | null): Store | null {
  let child: Node = node;
  for (let chain: Path | null = parents; chain !== null; chain = chain.up) {
    const parent: Node = chain.node;
    if (parent.kind === 'assign')
      return parent.value === child ? { at: parent, carrier: parent.target, record: null } : null;
    if (parent.kind === 'init') return { at: node, carrier: null, record: recordOfInit(chain) };
    if (parent.kind === 'decl') return null;
    if (
      parent.kind !== 'cast' &&
      parent.kind !== 'conditional' &&
      parent.kind !== 'binary' &&
      parent.kind !== 'call'
    )
      return null;
    if (parent.kind === 'call') {
      const target = storeCalls.get(calleeName(parent));
      if (target !== undefined)
        return { at: node, carrier: parent.args[target.target] ?? null, record: null };
      return calleeName(parent) === 'put_unaligned' ? { at: node, carrier: null, record: null } : null;
    }
    child = parent;
  }
  return null;
}

function recordOfInit(chain: Path): string | null {
  for (let c: Path | null = chain; c !== null; c = c.up) {
    const node = c.node;
    if (node.kind === 'init' && node.type !== null) return node.type.base;
    if (node.kind === 'decl') return node.declarators[0]?.type.base ?? null;
  }
  return null;
}

/** Stores to descriptors are the ring's own, not a message's. */
function isDescriptor(ctx: FunctionContext, store: Store): boolean {
  const target = store.carrier;
  return target?.kind === 'member' && descriptorRecords.has(recordOf(ctx, target.object));
}

/** What a store fills. What is stored through a parameter is stored to what the callers pass. */
function carriersOf(ctx: FunctionContext, target: Expr): string[] {
  const own = carrierOf(ctx, target);
  const name = rootName(target);
  const index = ctx.fn.params.findIndex((p) => p.name === name);
  if (index < 0 || uncast(target).kind === 'member') return [own];
  const passed = ctx.program.callers(ctx.fn).flatMap((site) => {
    const arg = site.call.args[index];
    if (site.caller === null || arg === undefined) return [];
    const { caller } = site;
    const there = { ...ctx, fn: caller, scope: ctx.program.scopeOf(caller), file: caller.file };
    return [carrierOf(there, leftmost(arg))];
  });
  return [own, ...passed];
}

/** `a` of `a + n`. */
function leftmost(expr: Expr): Expr {
  const e = uncast(expr);
  return e.kind === 'binary' ? leftmost(e.left) : e;
}

function carrierOf(ctx: FunctionContext, target: Expr): string {
  let e = uncast(target);
  while (e.kind === 'index' || (e.kind === 'unary' && e.op === '*'))
    e = uncast(e.kind === 'index' ? e.object : e.operand);
  if (e.kind === 'member') return `${recordOf(ctx, e.object)}.${e.field}`;
  return e.kind === 'name' ? `${ctx.file}:${ctx.fn.name}:${e.name}` : '';
}

/** Guest-physical addresses stored into message fields that say so by name. */
function plainGuestAddress(ctx: FunctionContext, node: Expr & { kind: 'assign' }): void {
  if (node.target.kind !== 'member' || !/^(?:guest_addr|guest_phys_addr|gpa)$/.test(node.target.field))
    return;
  if (ctx.origins.has(node.value, ctx.fn, 'phys')) ctx.emit('payload_gpa', node);
}

/** Remembers what is put into a scatterlist: the field, and the record it is. */
function noteQueued(ctx: FunctionContext, node: Expr & { kind: 'call' }, carriers: AddressCarriers): void {
  const setter = sgSetters[calleeName(node)];
  const buffer = setter === undefined ? undefined : node.args[setter.buffer];
  if (buffer === undefined) return;
  const e = uncast(buffer);
  carriers.noteQueued(carrierOf(ctx, e.kind === 'unary' && e.op === '&' ? e.operand : e));
  const type = ctx.program.typeOf(e, ctx.scope);
  if (type !== null && type.pointers === 1 && /^(?:struct|union) /.test(type.base))
    carriers.noteQueued(type.base);
}

/** Addresses stored without a change of byte order into what is known to be queued as it is. */
export function plainMessageStores(carriers: AddressCarriers) {
  return (ctx: FunctionContext): void => {
    if (ctx.role !== 'guest') return;
    walk(
      ctx.fn.variants.flatMap((v) => v.body),
      (node) => {
        if (node.kind !== 'assign' || node.op !== '=' || !isIntoQueued(ctx, node.target, carriers)) return;
        const kind = payloadKind(ctx.origins.of(node.value, ctx.fn));
        const store: Store = { at: node, carrier: node.target, record: null };
        if (kind !== null && !isConverted(node.value)) report(ctx, store, node, node.value, kind, carriers);
      },
    );
  };
}

function isIntoQueued(ctx: FunctionContext, target: Expr, carriers: AddressCarriers): boolean {
  const e = uncast(target);
  if (e.kind === 'name' || !holdsNumber(ctx, e)) return false;
  if (e.kind === 'member' && carriers.isQueued(recordOf(ctx, e.object))) return true;
  return carriersOf(ctx, e).some((c) => carriers.isQueued(c));
}

/** False for pointers: the device makes nothing of them. */
function holdsNumber(ctx: FunctionContext, target: Expr): boolean {
  const type = ctx.program.typeOf(target, ctx.scope);
  return type === null || type.pointers === 0;
}

/** Stores that change the byte order are found where they do. */
function isConverted(value: Expr): boolean {
  let isFound = false;
  walk([value], (node) => {
    isFound ||= node.kind === 'call' && toDeviceOrder.has(calleeName(node));
  });
  return isFound;
}

/** Messages that carry addresses, where they are queued. */
export function queuedAddressMessages(carriers: AddressCarriers) {
  return (ctx: FunctionContext): void => {
    if (ctx.role !== 'guest') return;
    const body = ctx.fn.variants.flatMap((v) => v.body);
    const carried = new Set<string>();
    const adds: (Expr & { kind: 'call' })[] = [];
    walk(body, (node) => {
      if (node.kind !== 'call') return;
      const name = calleeName(node);
      const setter = sgSetters[name];
      const buffer = setter === undefined ? undefined : node.args[setter.buffer];
      if (buffer !== undefined) {
        const kind = carriedBy(ctx, buffer, carriers);
        if (kind !== null) carried.add(kind);
      }
      if (name in virtqueueAdds) adds.push(node);
    });
    for (const kind of carried) for (const add of adds) ctx.emit(kind, add);
  };
}

function carriedBy(ctx: FunctionContext, buffer: Expr, carriers: AddressCarriers): string | null {
  const e = uncast(buffer);
  const byField = carriers.kindOf(carrierOf(ctx, e));
  if (byField !== null) return byField;
  const record = ctx.program.typeOf(e, ctx.scope)?.base ?? '';
  const byRecord = record === '' ? null : carriers.kindOf(record);
  return byRecord === null ? null : byRecord === 'payload_gpa' ? 'payload_gpa_send' : byRecord;
}

/** Pages themselves as the message: reports and hints of free pages. */
export function pageReports(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest' || node.kind !== 'call') return;
  const name = calleeName(node);
  const add = virtqueueAdds[name];
  if (add === undefined) return;
  const list = node.args[add.list];
  if (list === undefined) return;
  const isReport = ctx.program.storedAs(ctx.fn).some((s) => s.record === 'struct page_reporting_dev_info');
  if (isReport && ctx.fn.params.some((p) => p.name === rootName(list))) ctx.emit('payload_page_report', node);
  else if (ctx.macros('VIRTIO_BALLOON_F_FREE_PAGE_HINT').length > 0 && queuesFreePage(ctx, list)) {
    ctx.emit('payload_page_report', node);
  }
}

/** True when the list's buffer is the address of a page just taken from the allocator. */
function queuesFreePage(ctx: FunctionContext, list: Expr): boolean {
  const name = rootName(list);
  let isFound = false;
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind !== 'call') return;
      const setter = sgSetters[calleeName(node)];
      const target = setter === undefined ? undefined : node.args[setter.list];
      const buffer = setter === undefined ? undefined : node.args[setter.buffer];
      if (target === undefined || buffer === undefined || rootName(target) !== name) return;
      isFound ||= isPageAddress(ctx, buffer);
    },
  );
  return isFound;
}

function isPageAddress(ctx: FunctionContext, buffer: Expr): boolean {
  const e = uncast(buffer);
  if (calleeName(e) === 'page_address') return true;
  if (e.kind !== 'name') return false;
  let isFound = false;
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind === 'assign' && node.target.kind === 'name' && node.target.name === e.name) {
        isFound ||= calleeName(uncast(node.value)) === 'page_address';
      }
    },
  );
  return isFound;
}

function rootName(expr: Expr): string {
  const e = uncast(expr);
  if (e.kind === 'name') return e.name;
  return e.kind === 'unary' || e.kind === 'cast'
    ? rootName(e.operand)
    : e.kind === 'index'
      ? rootName(e.object)
      : '';
}
