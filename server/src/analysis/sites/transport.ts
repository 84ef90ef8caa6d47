/** Ring addresses on their way to the device: registers, channel blocks, messages, ops of a vDPA parent. */
import {
  addressCalls,
  channelAddressTypes,
  passThrough,
  registerWrites,
  ringAddressOps,
  ringAddressRegister,
  ringPfnRegister,
} from '@vringside/grammars/address-names';
import { logCalls } from '@vringside/grammars/feature-roles';
import type { Program } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { type Path, uncast, walk } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import { type FunctionContext, type Node, recordOf } from './context.js';
import { isZero } from './ring-core.js';
import { folderOf } from './roles.js';

/** Writes to a register that takes a ring's page frame number or address. */
export function ringRegisterWrites(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest' || node.kind !== 'call') return;
  const write = registerWrites[calleeName(node)];
  const register = write === undefined ? undefined : node.args[write.register];
  const value = write === undefined ? undefined : node.args[write.value];
  if (register === undefined || value === undefined || isZero(value)) return;
  const name = registerName(register);
  if (name === null) return;
  ctx.emit(ringPfnRegister.test(name) ? 'ring_pfn_write' : 'ring_addr_write', node);
}

/** The ring register an address expression names; null when it names none. */
export function registerName(register: Expr): string | null {
  let found: string | null = null;
  walk([register], (node) => {
    const name = node.kind === 'name' ? node.name : node.kind === 'member' ? node.field : '';
    if (found === null && (ringPfnRegister.test(name) || ringAddressRegister.test(name))) found = name;
  });
  return found;
}

/** Calls and stores that hand a ring's address on. */
export function ringAddressesHandedOn(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest') return;
  if (node.kind === 'call') callWithRingAddress(ctx, node);
  else if (node.kind === 'assign' && node.target.kind === 'member') storeOfRingAddress(ctx, node);
  else if (node.kind === 'init') {
    for (const item of node.items) {
      if (item.designators.length > 0 && holdsAddress(ctx, item.value) && isRingAddress(ctx, item.value)) {
        ctx.emit('ring_addr_write', item.value);
      }
    }
  }
}

function callWithRingAddress(ctx: FunctionContext, node: Expr & { kind: 'call' }): void {
  const name = calleeName(node);
  if (name in passThrough || name in registerWrites || logCalls.test(name)) return;
  if (node.callee.kind === 'member' && ringAddressOps.has(node.callee.field)) {
    ctx.emit('ring_addr_write', node);
    return;
  }
  const handed = node.args.filter((a) => ctx.origins.within(a, ctx.fn).some((o) => o.kind === 'ring'));
  const first = handed[0];
  if (first === undefined || name === '') return;
  const register = node.args.map(registerName).find((r) => r !== null);
  if (register) {
    ctx.emit(ringPfnRegister.test(register) ? 'ring_pfn_write' : 'ring_addr_write', node);
    return;
  }
  const isPfn = handed.length === 1 && isShifted(ctx, first);
  if (handed.length > 1 || isPfn) ctx.emit(isPfn ? 'ring_pfn_write' : 'ring_addr_write', node);
}

/** True for `addr >> PAGE_SHIFT`, directly or through a local. */
function isShifted(ctx: FunctionContext, expr: Expr): boolean {
  const e = uncast(expr);
  if (e.kind === 'binary' && e.op === '>>') return true;
  if (e.kind !== 'name') return false;
  let isFound = false;
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind === 'assign' && node.target.kind === 'name' && node.target.name === e.name) {
        isFound ||= uncast(node.value).kind === 'binary';
      }
      if (node.kind === 'decl') {
        isFound ||= node.declarators.some(
          (d) => d.name === e.name && d.init !== null && uncast(d.init).kind === 'binary',
        );
      }
    },
  );
  return isFound;
}

function storeOfRingAddress(ctx: FunctionContext, node: Expr & { kind: 'assign' }): void {
  if (node.target.kind !== 'member') return;
  const isEntry = isResourceEntry(ctx, node.target) && !isZero(node.value);
  if (isEntry || (holdsAddress(ctx, node.target) && isRingAddress(ctx, node.value)))
    ctx.emit('ring_addr_write', node);
}

/** The device address of a ring in a remote processor's resource table, whose definition may not be at hand. */
function isResourceEntry(ctx: FunctionContext, target: Expr & { kind: 'member' }): boolean {
  if (target.field !== 'da') return false;
  const record = recordOf(ctx, target.object);
  if (record !== '') return record === 'struct fw_rsc_vdev_vring';
  const rings = uncast(target.object);
  const table = rings.kind === 'index' ? uncast(rings.object) : rings;
  return (
    table.kind === 'member' && table.field === 'vring' && recordOf(ctx, table.object) === 'struct fw_rsc_vdev'
  );
}

/** False for what cannot be an address by its type, so that nothing is traced for it. */
function holdsAddress(ctx: FunctionContext, target: Expr): boolean {
  const type = ctx.program.typeOf(target, ctx.scope);
  return (
    type === null || (type.pointers === 0 && !type.isFunction && /64|dma|phys|addr|long|32/.test(type.base))
  );
}

const ringAccessors = Object.keys(addressCalls).filter((name) => addressCalls[name] === 'ring');
const foldersThatAsk = new WeakMap<Program, ReadonlySet<string>>();

/** A ring's address is asked for by the transport that hands it on, in its own folder: elsewhere nothing need be traced. */
function asksForRings(ctx: FunctionContext): boolean {
  let folders = foldersThatAsk.get(ctx.program);
  if (folders === undefined) {
    const places = ringAccessors.flatMap((name) => ctx.program.mentions(name));
    folders = new Set(places.map((place) => folderOf(place.file)));
    foldersThatAsk.set(ctx.program, folders);
  }
  return folders.has(folderOf(ctx.file));
}

function isRingAddress(ctx: FunctionContext, value: Expr): boolean {
  if (!asksForRings(ctx)) return false;
  const e = uncast(value);
  if (e.kind !== 'name' && e.kind !== 'call' && e.kind !== 'binary') return false;
  return ctx.origins.of(value, ctx.fn).some((o) => o.kind === 'ring');
}

/** Rings in memory somebody else allocated. */
export function callerRings(ctx: FunctionContext, node: Node): void {
  if (node.kind !== 'call' || ctx.role === 'host' || ctx.role === 'bystander') return;
  const name = calleeName(node);
  if (/^_{0,2}vring_new_virtqueue$/.test(name) && !/vring_/.test(ctx.fn.name)) {
    ctx.emit('caller_ring', node);
    for (const arg of node.args) {
      for (const o of ctx.origins.of(arg, ctx.fn)) {
        if (o.kind === 'coherent')
          ctx.add({ kind: 'caller_ring', file: o.function.file, function: o.function, at: o.at });
      }
    }
  }
  const pages = name === 'vring_init' ? node.args[2] : undefined;
  if (pages?.kind === 'name' && ctx.fn.params.some((p) => p.name === pages.name))
    ctx.emit('caller_ring', node);
  if (/^dmam?_declare_coherent_memory$/.test(name)) ctx.emit('dma_pool_declared', node);
}

/** Addresses in channel command words and the blocks they point at (s390). */
export function channelAddresses(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (ctx.role !== 'guest') return;
  if (node.kind === 'assign' && node.op === '=' && !isZero(node.value)) {
    if (node.target.kind === 'member') addressInBlock(ctx, node, node.target);
    else if (isAddressInChannelMemory(ctx, node)) ctx.emit('channel_addr', node);
  } else if (node.kind === 'call' && /^virt_to_dma(?:32|64)$/.test(calleeName(node))) {
    // Stored right where it is made, the store is the site.
    const around = parents?.node;
    const isStored =
      around?.kind === 'assign' && around.target.kind === 'member' && isChannelField(ctx, around.target);
    if (!isStored) ctx.emit('channel_addr', node);
  }
}

function isChannelField(ctx: FunctionContext, target: Expr & { kind: 'member' }): boolean {
  if (target.field !== 'cda' && !/^(?:summary_)?indicator$/.test(target.field)) return false;
  return /ccw|thinint/.test(recordOf(ctx, target.object));
}

function addressInBlock(
  ctx: FunctionContext,
  node: Expr & { kind: 'assign' },
  target: Expr & { kind: 'member' },
): void {
  if (!isChannelField(ctx, target)) return;
  ctx.emit('channel_addr', node);
  // Where another function made the address, the cast that made it is a site too.
  for (const o of ctx.origins.of(node.value, ctx.fn)) {
    if (o.kind !== 'pointer' || o.function === ctx.fn || o.function.file !== ctx.file) continue;
    ctx.add({ kind: 'channel_addr', file: o.function.file, function: o.function, at: o.at });
  }
}

/** `*p = address` where the channel reads what `p` points at. */
function isAddressInChannelMemory(ctx: FunctionContext, node: Expr & { kind: 'assign' }): boolean {
  const target = uncast(node.target);
  if (target.kind !== 'unary' || target.op !== '*') return false;
  if (channelAddressTypes.has(ctx.program.typeOf(target, ctx.scope)?.base ?? '')) return true;
  const pointer = uncast(target.operand);
  if (pointer.kind !== 'name' || !ctx.origins.within(node.value, ctx.fn).some((o) => o.kind === 'pointer'))
    return false;
  return isGivenToChannel(ctx, pointer.name);
}

/** True when the function writes the pointer into a channel command word. */
function isGivenToChannel(ctx: FunctionContext, name: string): boolean {
  let isFound = false;
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind !== 'assign' || node.target.kind !== 'member' || node.target.field !== 'cda') return;
      const value = uncast(node.value);
      isFound ||= value.kind === 'name' && value.name === name;
    },
  );
  return isFound;
}
