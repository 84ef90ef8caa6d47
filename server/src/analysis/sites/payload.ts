/** Addresses inside messages: balloon PFNs, plug requests, GPU backing entries, IOMMU maps, page reports. */
import {
  addressSources,
  descriptorRecords,
  sgSetters,
  toDeviceOrder,
  virtqueueAdds,
} from '@vringside/grammars/address-names';
import type { Expr } from '../../syntax/ir.js';
import { type Path, uncast, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import { calleeName } from '../expressions.js';
import type { Origin } from '../origins.js';
import type { Candidate } from './collector.js';
import { type FunctionContext, type Node, recordOf } from './context.js';

/** What payload detectors learn in one pass and use in the next: records and fields that carry addresses. */
export class AddressCarriers {
  private readonly kinds = new Map<string, string>();

  mark(carrier: string, kind: string): void {
    if (!this.kinds.has(carrier)) this.kinds.set(carrier, kind);
  }

  kindOf(carrier: string): string | null {
    return this.kinds.get(carrier) ?? null;
  }
}

/** Values turned into the device's byte order that are addresses. */
export function payloadAddresses(carriers: AddressCarriers) {
  return (ctx: FunctionContext, node: Node, parents: Path | null): void => {
    if (ctx.role !== 'guest') return;
    if (node.kind === 'assign') plainGuestAddress(ctx, node);
    if (node.kind !== 'call' || !toDeviceOrder.has(calleeName(node))) return;
    const value = node.args.at(-1);
    if (value === undefined) return;
    const origins = ctx.origins.of(value, ctx.fn);
    const kind = payloadKind(origins);
    if (kind === null || parents === null) return;
    const store = storeAround(node, parents);
    if (store === null || isDescriptor(ctx, store)) return;
    ctx.emit(kind, store.at, { guardAt: node });
    if (store.carrier !== null) markCarrier(ctx, store.carrier, kind, carriers);
    if (store.record !== null) carriers.mark(store.record, kind);
    for (const o of origins) reportSource(ctx, o, kind);
  };
}

function payloadKind(origins: readonly Origin[]): string | null {
  if (origins.some((o) => o.kind === 'ring')) return null;
  if (origins.some((o) => o.kind === 'pfn')) return 'payload_pfn';
  if (origins.some((o) => o.kind === 'phys')) return 'payload_gpa';
  if (origins.some((o) => o.kind === 'sgdma' || o.kind === 'dma')) return 'payload_dma_addr';
  return null;
}

/** A page frame number is a site where it is taken too: its store may be functions away. */
function reportSource(ctx: FunctionContext, origin: Origin, kind: string): void {
  if (kind !== 'payload_pfn' || origin.kind !== 'pfn' || !addressSources.has(calleeName(origin.at))) return;
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
function storeAround(node: Expr, parents: Path): Store | null {
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
    if (parent.kind === 'call' && !/^(?:put_unaligned|WRITE_ONCE)/.test(calleeName(parent))) return null;
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

/** What is stored through a parameter is stored to what the callers pass. */
function markCarrier(ctx: FunctionContext, target: Expr, kind: string, carriers: AddressCarriers): void {
  carriers.mark(carrierOf(ctx, target), kind);
  const name = rootName(target);
  const index = ctx.fn.params.findIndex((p) => p.name === name);
  if (index < 0 || uncast(target).kind === 'member') return;
  for (const site of ctx.program.callers(ctx.fn)) {
    const arg = site.call.args[index];
    if (site.caller === null || arg === undefined) continue;
    const caller = {
      ...ctx,
      fn: site.caller,
      scope: ctx.program.scopeOf(site.caller),
      file: site.caller.file,
    };
    carriers.mark(carrierOf(caller, leftmost(arg)), kind);
  }
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
