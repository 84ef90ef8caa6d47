/** The other ends: host back ends, vDPA parents and software devices, whose business is to take addresses. */
import { registerWrites, ringAddressOps, toDeviceOrder } from '@vringside/grammars/address-names';
import type { Expr } from '../../syntax/ir.js';
import { calleeName } from '../expressions.js';
import { type Path, uncast, walk } from '../../syntax/walk.js';
import { type FunctionContext, type Node, recordOf } from './context.js';

/** Prefix of kinds for the end a file speaks for; null for a guest's file. */
function side(ctx: FunctionContext): 'host_side' | 'device_side' | null {
  if (ctx.role === 'host' || ctx.role === 'parent') return 'host_side';
  return ctx.role === 'device' ? 'device_side' : null;
}

/** Descriptor addresses read back: by a back end, or by a driver that plays the device. */
export function descriptorReads(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (node.kind === 'call' && calleeName(node) === 'phys_to_virt') {
    const arg = node.args[0];
    if (arg !== undefined && reads(arg, 'addr')) ctx.emit('device_side_desc_addr', node);
    else if (arg !== undefined && reads(arg, 'iov_base')) ctx.emit('device_side_vringh_addr', node);
    return;
  }
  if (ctx.role !== 'host' || node.kind !== 'member' || node.field !== 'addr') return;
  if (!/^struct vring_(?:packed_)?desc$/.test(recordOf(ctx, node.object))) return;
  if (parents?.node.kind === 'assign' && parents.node.target === node) return;
  ctx.emit('host_side_desc_addr', node);
}

function reads(expr: Expr, field: string): boolean {
  let isFound = false;
  walk([expr], (node) => {
    isFound ||= node.kind === 'member' && node.field === field;
  });
  return isFound;
}

/** Choice between an I/O page table and plain guest memory, on the host. */
export function hostTranslation(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (ctx.role !== 'host') return;
  if (node.kind === 'member' && node.field === 'iotlb' && /vhost_virtqueue/.test(recordOf(ctx, node.object))) {
    const test = testAround(node, parents);
    if (test === 'if') ctx.emit('host_side_access', node);
    else if (test === 'value') ctx.emit('host_side_translate', node);
    return;
  }
  if (node.kind === 'member' && node.field === 'addr' && recordOf(ctx, node.object) === 'struct vhost_iotlb_map') {
    if (isAssigned(node, parents) || ctx.fn.name.startsWith('vhost_iotlb_')) return;
    ctx.emit('host_side_translate', node);
  }
}

function testAround(node: Node, parents: Path | null): 'if' | 'value' | null {
  let child: Node = node;
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent = chain.node;
    if (parent.kind === 'if') return parent.test === child ? 'if' : null;
    if (parent.kind === 'conditional') return parent.test === child ? 'value' : null;
    if (parent.kind === 'return') return 'if';
    if (parent.kind !== 'unary' && parent.kind !== 'binary' && parent.kind !== 'cast') return null;
    child = parent;
  }
  return null;
}

function isAssigned(node: Node, parents: Path | null): boolean {
  return parents?.node.kind === 'assign' && parents.node.target === node;
}

const pageTableCalls = /^(?:iommu_map|iommu_map_atomic|vduse_iotlb_add_range|dma_map_sg|dma_map_sg_attrs)$/;
const pageTableOps = /^(?:dma_map|set_map)$/;
const pfnCalls = /^(?:page_to_pfn|pfn_to_page|page_to_phys|virt_to_phys)$/;

/** Physical memory of the guest put into somebody's page table. */
export function pageTables(ctx: FunctionContext, node: Node): void {
  const prefix = side(ctx);
  if (prefix === null) return;
  if (node.kind === 'call') {
    const name = calleeName(node);
    const isOp = node.callee.kind === 'member' && pageTableOps.test(node.callee.field);
    if (isOp || pageTableCalls.test(name) || pfnCalls.test(name)) ctx.emit(`${prefix}_pa_map`, node);
    else if (name === 'vhost_iotlb_add_range_ctx' && ctx.role === 'device') ctx.emit(`${prefix}_pa_map`, node);
  } else if (node.kind === 'assign' && node.target.kind === 'member' && node.target.field === 'orig_phys') {
    ctx.emit(`${prefix}_pa_map`, node);
  }
}

/** Ring addresses given to a parent or a software device. */
export function otherEndRingAddresses(ctx: FunctionContext, node: Node): void {
  const prefix = side(ctx);
  if (prefix === null) return;
  if (node.kind === 'call') {
    const name = calleeName(node);
    if (node.callee.kind === 'member' && ringAddressOps.has(node.callee.field)) ctx.emit(`${prefix}_ring_addr`, node);
    else if (/^vringh_init_/.test(name)) ctx.emit(ctx.role === 'device' ? 'device_side_vringh_addr' : 'host_side_ring_addr', node);
    else if (ctx.role === 'parent' && isHardwareWrite(name)) {
      if (node.args.some((a) => isRingParameter(ctx, a))) ctx.emit('host_side_ring_addr', node);
    }
  } else if (node.kind === 'assign' && ctx.role === 'device' && isSetVqAddress(ctx) && node.target.kind === 'member') {
    if (isRingParameter(ctx, node.value)) ctx.emit('device_side_ring_addr', node);
  }
}

function isHardwareWrite(name: string): boolean {
  return name in registerWrites || toDeviceOrder.has(name) || /_SET64$|_write(?:32|64|q|l)$|^vp_(?:legacy|modern)_.*queue_address$/.test(name);
}

/** True when the value is one of the ring addresses a `set_vq_address` op was given. */
function isRingParameter(ctx: FunctionContext, value: Expr): boolean {
  return ctx.origins.has(uncast(value), ctx.fn, 'vqaddr');
}

function isSetVqAddress(ctx: FunctionContext): boolean {
  return ctx.program.storedAs(ctx.fn).some((s) => ringAddressOps.has(s.field));
}
