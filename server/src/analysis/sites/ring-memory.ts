/**
 * Ring memory a transport takes from the page allocator itself, as all did before 4.6 and some do since: known by where it
 * goes, not by a decision it stands under.
 */
import { pageFrees, registerWrites, toDeviceOrder } from '@vringside/grammars/address-names';
import type { Expr } from '../../syntax/ir.js';
import { uncast, walk } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import type { Origin } from '../values/origins.js';
import type { FunctionContext, Node } from './context.js';
import { registerName } from './transport.js';

/** The calls that allocated ring memory, as found so far. */
export type RingMemory = Set<Expr>;

/** Memory handed to the ring core as a ring, or whose physical address is written to a ring register. */
export function ringMemory(found: RingMemory) {
  return (ctx: FunctionContext, node: Node): void => {
    if (ctx.role !== 'guest' || node.kind !== 'call') return;
    for (const o of ringsIn(ctx, node)) {
      found.add(o.at);
      ctx.add({ kind: 'ring_alloc_plain', file: o.function.file, function: o.function, at: o.at });
    }
  };
}

function ringsIn(ctx: FunctionContext, call: Expr & { kind: 'call' }): readonly Origin[] {
  const name = calleeName(call);
  if (/^_{0,2}vring_new_virtqueue$|^vring_init$/.test(name)) return call.args.flatMap((a) => pagesOf(ctx, a));
  const write = registerWrites[name];
  const register = write === undefined ? undefined : call.args[write.register];
  const value = write === undefined ? undefined : call.args[write.value];
  if (register === undefined || value === undefined || registerName(register) === null) return [];
  return ctx.origins.of(value, ctx.fn).flatMap((o) => {
    const pointer = o.at.kind === 'call' ? o.at.args[0] : undefined;
    return pointer === undefined ? [] : ctx.origins.of(pointer, o.function).filter(isPages);
  });
}

function pagesOf(ctx: FunctionContext, value: Expr): readonly Origin[] {
  const e = uncast(value);
  return e.kind === 'name' || e.kind === 'member' || e.kind === 'call'
    ? ctx.origins.of(e, ctx.fn).filter(isPages)
    : [];
}

function isPages(origin: Origin): boolean {
  return origin.kind === 'pages';
}

/** Where such memory is given back, and where a pointer to it is stored as a number for the device. */
export function usesOfRingMemory(found: () => ReadonlySet<Expr>) {
  return (ctx: FunctionContext): void => {
    if (ctx.role !== 'guest') return;
    const isRing = (value: Expr): boolean =>
      found().size > 0 && ctx.origins.of(value, ctx.fn).some((o) => found().has(o.at));
    walk(
      ctx.fn.variants.flatMap((v) => v.body),
      (node) => {
        if (node.kind === 'call' && pageFrees.has(calleeName(node))) {
          const memory = node.args[0];
          if (memory !== undefined && isRing(memory)) ctx.emit('ring_free_plain', node);
        } else if (
          node.kind === 'assign' &&
          node.target.kind === 'member' &&
          isNumber(node.value) &&
          isRing(node.value)
        ) {
          ctx.emit('ring_addr_write', node);
        }
      },
    );
  };
}

/** `(__u64)pointer`, in the device's byte order or not. */
function isNumber(value: Expr): boolean {
  if (value.kind === 'call' && toDeviceOrder.has(calleeName(value))) return value.args.some(isNumber);
  return value.kind === 'cast' && value.type.pointers === 0;
}
