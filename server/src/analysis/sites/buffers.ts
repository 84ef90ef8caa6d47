/** Buffers that are handed to a queue although they came from elsewhere: coherent memory, vmalloc, own mappings. */
import { addressSources, poolFills, premappedSources, sgSetters } from '@vringside/grammars/address-names';
import type { Expr } from '../../syntax/ir.js';
import { type Path, uncast, walk } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import { type FunctionContext, type Node, recordOf } from './context.js';
import { isZero } from './ring-core.js';

/** Memory that is mapped for DMA already, put into a scatterlist again; vmalloc memory, page by page. */
export function refedBuffers(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (ctx.role !== 'guest' || node.kind !== 'call') return;
  const setter = sgSetters[calleeName(node)];
  const buffer = setter === undefined ? undefined : node.args[setter.buffer];
  if (buffer !== undefined) {
    for (const o of ctx.origins.of(buffer, ctx.fn)) {
      const at = { file: o.function.file, function: o.function, at: o.at };
      if (o.kind === 'coherent') {
        ctx.add({ kind: 'dma_api_refed', ...at });
        if (o.function === ctx.fn) ctx.emit('dma_api_refed', node);
      }
      if (o.kind === 'vmalloc') ctx.add({ kind: 'sg_from_vmalloc', ...at });
    }
  }
  if (isPhysicalOfCoherent(ctx, node, parents)) ctx.emit('dma_api_refed', node);
  if (calleeName(node) === 'vmalloc_to_page' && isKept(ctx, node, parents)) ctx.emit('sg_from_vmalloc', node);
}

/** The physical address of coherent memory means nothing: it may be remapped. A pool only writes it down. */
function isPhysicalOfCoherent(
  ctx: FunctionContext,
  node: Expr & { kind: 'call' },
  parents: Path | null,
): boolean {
  const pointer = addressSources.has(calleeName(node)) ? node.args[0] : undefined;
  if (pointer === undefined) return false;
  let around = parents;
  while (around?.node.kind === 'cast') around = around.up;
  if (around?.node.kind === 'call' && calleeName(around.node) in poolFills) return false;
  return ctx.origins.has(pointer, ctx.fn, 'coherent');
}

/** True when a page is put into a list, stored away or given back, and not only looked at. */
function isKept(ctx: FunctionContext, page: Node, parents: Path | null): boolean {
  let child: Node = page;
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent: Node = chain.node;
    if (parent.kind === 'call') return isPutIntoList(parent);
    if (parent.kind === 'return' || parent.kind === 'init') return true;
    if (parent.kind === 'assign') {
      const target = uncast(parent.target);
      return target.kind !== 'name' || isLocalKept(ctx, target.name);
    }
    if (parent.kind === 'decl')
      return parent.declarators.some((d) => d.init === child && isLocalKept(ctx, d.name));
    if (parent.kind !== 'cast' && parent.kind !== 'conditional' && parent.kind !== 'comma') return false;
    child = parent;
  }
  return false;
}

function isPutIntoList(call: Expr & { kind: 'call' }): boolean {
  return calleeName(call) in sgSetters || calleeName(call) === 'bvec_set_page';
}

function isLocalKept(ctx: FunctionContext, name: string): boolean {
  let isFound = false;
  const isIt = (value: Expr | null): boolean => {
    const e = value === null ? null : uncast(value);
    return e?.kind === 'name' && e.name === name;
  };
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind === 'call') isFound ||= isPutIntoList(node) && node.args.some(isIt);
      else if (node.kind === 'return') isFound ||= isIt(node.value);
      else if (node.kind === 'assign') isFound ||= isIt(node.value) && uncast(node.target).kind !== 'name';
    },
  );
  return isFound;
}

const premappedCalls: readonly { readonly pattern: RegExp; readonly kind: string }[] = [
  { pattern: /^virtqueue_(?:dma_)?map_(?:single|page|sg)_attrs$/, kind: 'premapped_map' },
  { pattern: /^virtqueue_(?:dma_)?unmap_(?:single|page|sg)_attrs$/, kind: 'premapped_unmap' },
  { pattern: /^virtqueue_(?:dma_|map_)sync_/, kind: 'premapped_sync' },
  { pattern: /^xsk_pool_dma_map$/, kind: 'premapped_map' },
  { pattern: /^xsk_pool_dma_unmap$/, kind: 'premapped_unmap' },
  { pattern: /^virtqueue_set_dma_premapped$/, kind: 'premapped_set' },
  { pattern: /^virtqueue_dma_dev$/, kind: 'dma_dev_export' },
];

/** Buffers a driver maps itself: the ring takes their address as it is. */
export function premappedBuffers(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest') return;
  if (node.kind === 'call') {
    const name = calleeName(node);
    const found = premappedCalls.find(({ pattern }) => pattern.test(name));
    if (found !== undefined && !isOwnCall(ctx, name)) ctx.emit(found.kind, node);
    if (premappedSources.has(name)) ctx.emit('premapped_addr', node);
    return;
  }
  if (node.kind !== 'assign') return;
  const target = uncast(node.target);
  if (target.kind === 'member') {
    const record = recordOf(ctx, target.object);
    if (target.field === 'dma_address' && /scatterlist/.test(record)) ctx.emit('premapped_addr', node);
    else if (/^(?:dma_)?premapped$/.test(target.field) && !isFalse(node.value))
      ctx.emit('premapped_set', node);
  } else if (calleeName(target) === 'sg_dma_address' && !exportsTable(ctx)) ctx.emit('premapped_addr', node);
}

/** The ring core maps by its own functions: nothing is mapped ahead of it then. */
function isOwnCall(ctx: FunctionContext, name: string): boolean {
  return ctx.program.functionsNamed(name, ctx.file).some((fn) => fn.file === ctx.file);
}

/** A function that gives a scatter table out, as a dma-buf exporter does: it is for another device, not for a queue. */
function exportsTable(ctx: FunctionContext): boolean {
  return ctx.fn.returnType.base === 'struct sg_table';
}

function isFalse(value: Expr): boolean {
  const e = uncast(value);
  return isZero(e) || (e.kind === 'name' && e.name === 'false');
}

const configRead = /^__?virtio_cread(?:_le|64|32|16|8|_bytes)?$|^virtio_cread(?:_le|64|32)?$/;
/** Config fields that hold the place of memory the guest is to use. */
const regionField = /^(?:addr|start|base|phys_addr|region_addr)$/;
const fromDeviceOrder = /^(?:le|virtio|__le)\d+_to_cpu$/;

/** Addresses that come from the device: configuration space, replies, shared-memory regions. */
export function deviceSuppliedAddresses(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (ctx.role !== 'guest') return;
  if (node.kind === 'call') {
    const name = calleeName(node);
    const field = configRead.test(name) ? node.args[2] : undefined;
    const isRegion = field?.kind === 'name' && regionField.test(field.name);
    if (isRegion || (name === 'virtio_get_shm_region' && takesRegion(ctx, node)))
      ctx.emit('device_supplied_addr', node);
  } else if (node.kind === 'member') {
    const isRegion = node.field === 'addr' && recordOf(ctx, node.object) === 'struct virtio_shm_region';
    if (isRegion && isStored(node, parents)) ctx.emit('device_supplied_addr', node);
  } else if (node.kind === 'assign') {
    if (node.op === '=' && isFromDevice(node.value) && isPhysical(ctx, node.target))
      ctx.emit('device_supplied_addr', node);
  } else if (node.kind === 'decl') {
    for (const d of node.declarators) {
      if (d.init !== null && isFromDevice(d.init) && d.type.base === 'phys_addr_t')
        ctx.emit('device_supplied_addr', d);
    }
  }
}

/** False where the region is only asked for to see whether there is one. */
function takesRegion(ctx: FunctionContext, call: Expr & { kind: 'call' }): boolean {
  const region = call.args[1] === undefined ? null : uncast(call.args[1]);
  if (region?.kind !== 'unary' || region.operand.kind !== 'name') return true;
  const { name } = region.operand;
  let isRead = false;
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node) => {
      isRead ||=
        node.kind === 'member' &&
        node.field === 'addr' &&
        node.object.kind === 'name' &&
        node.object.name === name;
    },
  );
  return isRead;
}

/** True where a region's address becomes, or is made, the value of a variable or field: not where it is printed or checked. */
function isStored(node: Node, parents: Path | null): boolean {
  let child: Node = node;
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent: Node = chain.node;
    if (parent.kind === 'assign' || parent.kind === 'decl' || parent.kind === 'init') return true;
    // `place - region->addr` is a distance.
    const isSum =
      parent.kind === 'binary' && (parent.op === '+' || (parent.op === '-' && parent.left === child));
    if (!isSum && parent.kind !== 'cast' && parent.kind !== 'conditional') return false;
    child = parent;
  }
  return false;
}

function isFromDevice(value: Expr): boolean {
  const e = uncast(value);
  return e.kind === 'assign' ? isFromDevice(e.value) : fromDeviceOrder.test(calleeName(e));
}

function isPhysical(ctx: FunctionContext, target: Expr): boolean {
  return ctx.program.typeOf(target, ctx.scope)?.base === 'phys_addr_t';
}
