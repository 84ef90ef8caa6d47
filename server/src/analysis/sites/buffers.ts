/** Buffers that are handed to a queue although they came from elsewhere: coherent memory, vmalloc, own mappings. */
import { addressSources, sgSetters } from '@vringside/grammars/address-names';
import { calleeName } from '../expressions.js';
import { uncast } from '../../syntax/walk.js';
import { type FunctionContext, type Node, recordOf } from './context.js';
import { isZero } from './ring-core.js';

/** Memory that is mapped for DMA already, put into a scatterlist again. */
export function refedBuffers(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest' || node.kind !== 'call') return;
  const setter = sgSetters[calleeName(node)];
  const buffer = setter === undefined ? undefined : node.args[setter.buffer];
  if (buffer !== undefined) {
    for (const o of ctx.origins.of(buffer, ctx.fn)) {
      const at = { file: o.function.file, function: o.function, at: o.at };
      if (o.kind === 'coherent') ctx.add({ kind: 'dma_api_refed', ...at });
      else if (o.kind === 'vmalloc') ctx.add({ kind: 'sg_from_vmalloc', ...at });
    }
  }
  // The physical address of coherent memory means nothing: it may be remapped.
  const pointer = addressSources.has(calleeName(node)) ? node.args[0] : undefined;
  if (pointer !== undefined && ctx.origins.has(pointer, ctx.fn, 'coherent')) ctx.emit('dma_api_refed', node);
  if (calleeName(node) === 'vmalloc_to_page') ctx.emit('sg_from_vmalloc', node);
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
    for (const { pattern, kind } of premappedCalls) if (pattern.test(name)) ctx.emit(kind, node);
    return;
  }
  if (node.kind !== 'assign') return;
  const target = uncast(node.target);
  if (target.kind === 'member') {
    const record = recordOf(ctx, target.object);
    if (target.field === 'dma_address' && /scatterlist/.test(record)) ctx.emit('premapped_addr', node);
    else if (/^(?:dma_)?premapped$/.test(target.field) && !isFalse(node.value)) ctx.emit('premapped_set', node);
  } else if (calleeName(target) === 'sg_dma_address') ctx.emit('premapped_addr', node);
}

function isFalse(value: import('../../syntax/ir.js').Expr): boolean {
  const e = uncast(value);
  return isZero(e) || (e.kind === 'name' && e.name === 'false');
}

const configRead = /^__?virtio_cread(?:_le|64|32|16|8|_bytes)?$|^virtio_cread(?:_le|64|32)?$/;
/** Config fields that hold the place of memory the guest is to use. */
const regionField = /^(?:addr|start|base|phys_addr|region_addr)$/;

/** Addresses that come from the device: configuration space and shared-memory regions. */
export function deviceSuppliedAddresses(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest') return;
  if (node.kind === 'call' && configRead.test(calleeName(node))) {
    const field = node.args[2];
    if (field?.kind === 'name' && regionField.test(field.name)) ctx.emit('device_supplied_addr', node);
    return;
  }
  if (node.kind === 'member' && node.field === 'addr' && recordOf(ctx, node.object) === 'struct virtio_shm_region') {
    ctx.emit('device_supplied_addr', node);
    return;
  }
  const value = node.kind === 'assign' ? node.value : null;
  if (value === null || node.kind !== 'assign' || node.op !== '=') return;
  if (/^(?:le|virtio|__le)\d+_to_cpu$/.test(calleeName(uncast(value)))) {
    if (ctx.program.typeOf(node.target, ctx.scope)?.base === 'phys_addr_t') ctx.emit('device_supplied_addr', node);
  }
}
