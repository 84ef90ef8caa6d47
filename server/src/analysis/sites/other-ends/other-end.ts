/** The other ends: host back ends, vDPA parents and software devices, whose business is to take ring and buffer addresses. */
import {
  descriptorRecords,
  hostLogCalls,
  registerWrites,
  ringAddressOps,
  toDeviceOrder,
} from '@vringside/grammars/address-names';
import { logCalls } from '@vringside/grammars/feature-roles';
import type { FunctionRef, Program } from '../../../program/index.js';
import type { Expr } from '../../../syntax/ir.js';
import { type Path, uncast, walk } from '../../../syntax/walk.js';
import { functionsIn } from '../../linkage.js';
import { calleeName } from '../../values/expressions.js';
import { type FunctionContext, type Node, recordOf } from '../context.js';
import { isZero } from '../ring-core.js';

/** Prefix of kinds for the end a file speaks for; null for a guest's file. */
export function side(ctx: FunctionContext): 'host_side' | 'device_side' | null {
  if (ctx.role === 'host' || ctx.role === 'parent') return 'host_side';
  return ctx.role === 'device' ? 'device_side' : null;
}

/** Descriptor addresses read back: by a back end, or by a driver that plays the device. */
export function descriptorReads(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (node.kind === 'call' && calleeName(node) === 'phys_to_virt') {
    const arg = node.args[0];
    if (arg !== undefined && reads(arg, 'addr'))
      ctx.emit(fillsDescriptors(ctx) ? 'device_supplied_addr' : 'device_side_desc_addr', node);
    else if (arg !== undefined && reads(arg, 'iov_base')) ctx.emit('device_side_vringh_addr', node);
    return;
  }
  if (ctx.role !== 'host' || node.kind !== 'member' || node.field !== 'addr') return;
  if (!descriptorRecords.has(recordOf(ctx, node.object)) || isOnlyNoted(ctx, node, parents)) return;
  ctx.emit('host_side_desc_addr', node);
}

/**
 * True of a file that writes addresses into descriptors: the driver's end. What it reads back there, as rings did before 4.6
 * to free an indirect table, is what the device has left of it.
 */
function fillsDescriptors(ctx: FunctionContext): boolean {
  const { program, file } = ctx;
  const { ledger } = program;
  const stores = (fn: FunctionRef): boolean =>
    ledger.answer('stores descriptors', fn, () => storesDescriptorAddress(program, fn));
  return ledger.answer('fills descriptors', file, () => functionsIn(program, file).some(stores));
}

function storesDescriptorAddress(program: Program, fn: FunctionRef): boolean {
  const scope = program.scopeOf(fn);
  let isFound = false;
  walk(
    fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind !== 'assign' || node.target.kind !== 'member' || node.target.field !== 'addr') return;
      const record = program.typeOf(node.target.object, scope)?.base ?? '';
      isFound ||= descriptorRecords.has(record) && !isZero(node.value);
    },
  );
  return isFound;
}

function reads(expr: Expr, field: string): boolean {
  let isFound = false;
  walk([expr], (node) => {
    isFound ||= node.kind === 'member' && node.field === field;
  });
  return isFound;
}

/** True where the address is stored to, moved along, put on record for migration, or printed. */
function isOnlyNoted(ctx: FunctionContext, read: Expr & { kind: 'member' }, parents: Path | null): boolean {
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent = chain.node;
    if (parent.kind === 'call') {
      const name = calleeName(parent);
      if (logCalls.test(name) || hostLogCalls.test(name)) return true;
    } else if (parent.kind === 'assign') {
      const { target } = parent;
      if (target === read) return true;
      if (target.kind !== 'member' || target.field !== 'addr') return false;
      return (
        descriptorRecords.has(recordOf(ctx, target.object)) ||
        recordOf(ctx, target.object) === 'struct vhost_log'
      );
    }
  }
  return false;
}

/** Ring addresses given to a parent or a software device. */
export function otherEndRingAddresses(ctx: FunctionContext, node: Node): void {
  const prefix = side(ctx);
  if (prefix === null) return;
  if (ctx.role === 'parent') frameNumbers(ctx, node);
  if (node.kind === 'call') {
    const name = calleeName(node);
    if (node.callee.kind === 'member' && ringAddressOps.has(node.callee.field))
      ctx.emit(`${prefix}_ring_addr`, node);
    else if (startsRing(ctx, node)) {
      ctx.emit(ctx.role === 'device' ? 'device_side_vringh_addr' : 'host_side_ring_addr', node);
    } else if (ctx.role === 'parent' && isHardwareWrite(name) && !isHardwareWrite(ctx.fn.name)) {
      if (node.args.some((a) => isRingParameter(ctx, a))) ctx.emit('host_side_ring_addr', node);
    }
  } else if (
    node.kind === 'assign' &&
    ctx.role === 'device' &&
    isSetVqAddress(ctx) &&
    node.target.kind === 'member'
  ) {
    if (isRingParameter(ctx, node.value)) ctx.emit('device_side_ring_addr', node);
  }
}

/** `desc >> PAGE_SHIFT`: a parent of an old card gives it a page frame number, made here and written further on. */
function frameNumbers(ctx: FunctionContext, node: Node): void {
  const stored =
    node.kind === 'assign' ? [node.value] : node.kind === 'decl' ? node.declarators.map((d) => d.init) : [];
  for (const value of stored) {
    const e = value === null ? null : uncast(value);
    if (e?.kind !== 'binary' || e.op !== '>>' || !isShiftName(e.right)) continue;
    if (isRingParameter(ctx, e.left)) ctx.emit('host_side_ring_addr', node);
  }
}

function isShiftName(by: Expr): boolean {
  const e = uncast(by);
  return e.kind === 'name' && /SHIFT$/.test(e.name);
}

/** A ring served from now on; without the ring's addresses it is only reset, and inside vringh they are only passed on. */
function startsRing(ctx: FunctionContext, node: Expr & { kind: 'call' }): boolean {
  if (!/^vringh_init_/.test(calleeName(node)) || /^vringh_init_/.test(ctx.fn.name)) return false;
  return node.args.slice(-3).some((a) => !isZero(a));
}

/** A write to hardware, by a call of the kernel's or a wrapper of the driver's own that is named as one. */
function isHardwareWrite(name: string): boolean {
  return (
    name in registerWrites ||
    toDeviceOrder.has(name) ||
    /_SET64$|(?:_|_io)write(?:32|64|q|l)(?:_twopart)?$|^vp_(?:legacy|modern)_.*queue_address$/.test(name)
  );
}

/** True when the value is one of the ring addresses a `set_vq_address` op was given. */
function isRingParameter(ctx: FunctionContext, value: Expr): boolean {
  return ctx.origins.has(uncast(value), ctx.fn, 'vqaddr');
}

function isSetVqAddress(ctx: FunctionContext): boolean {
  return ctx.program.storedAs(ctx.fn).some((s) => ringAddressOps.has(s.field));
}
