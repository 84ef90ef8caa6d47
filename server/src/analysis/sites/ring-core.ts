/** Physical addresses that become DMA addresses, and descriptors that carry them: the ring core and its like. */
import {
  addressCalls,
  descriptorRecords,
  pageAllocators,
  pageFrees,
} from '@vringside/grammars/address-names';
import type { Expr } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { TRUE } from '../formulas/formula.js';
import { calleeName } from '../values/expressions.js';
import type { Origin } from '../values/origins.js';
import { type FunctionContext, type Node, recordOf } from './context.js';
import { bypassFormula } from './decision.js';

/** A DMA handle a function gives out, by its return value or through a `dma_addr_t *`, that is a physical address. */
export function physicalHandles(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest') return;
  const value = handedOut(ctx, node);
  if (value !== null) reportHandle(ctx, ctx.origins.within(value, ctx.fn));
}

function handedOut(ctx: FunctionContext, node: Node): Expr | null {
  if (node.kind === 'return') {
    const type = ctx.fn.returnType;
    return type.base === 'dma_addr_t' && type.pointers === 0 ? node.value : null;
  }
  if (node.kind !== 'assign' || node.op !== '=') return null;
  const target = uncast(node.target);
  if (target.kind !== 'unary' || target.op !== '*') return null;
  const type = ctx.program.typeOf(target, ctx.scope);
  return type?.base === 'dma_addr_t' ? node.value : null;
}

function reportHandle(ctx: FunctionContext, origins: readonly Origin[]): void {
  for (const o of origins) {
    if (o.kind === 'phys') ctx.emit('cpu_phys_to_device', o.at);
    else if (o.kind === 'sgdma') ctx.emit('premapped_addr', o.at);
  }
}

/** Stores into the address field of a descriptor the device follows. */
export function descriptorStores(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest' || node.kind !== 'assign' || node.target.kind !== 'member') return;
  if (node.target.field !== 'addr' || !descriptorRecords.has(recordOf(ctx, node.target.object))) return;
  if (isZero(node.value)) return;
  ctx.emit('desc_addr_write', node);
  for (const o of ctx.origins.of(node.value, ctx.fn)) {
    if (o.kind !== 'phys') continue;
    ctx.add({ kind: 'cpu_phys_to_device', file: o.function.file, function: o.function, at: o.at });
  }
}

/** Ring memory from the page allocator, where the other arm allocates coherent memory. */
export function plainRingMemory(ctx: FunctionContext, node: Node): void {
  if (ctx.role !== 'guest' || node.kind !== 'call') return;
  const name = calleeName(node);
  const kind = pageAllocators.has(name) ? 'ring_alloc_plain' : pageFrees.has(name) ? 'ring_free_plain' : null;
  const bypass = kind === null ? null : bypassFormula(ctx.resolver);
  if (kind === null || bypass === null) return;
  const { atoms } = ctx.resolver;
  const here = ctx.resolver.reached(ctx.fn, node);
  const local = here === null ? TRUE : atoms.namedPart(here.formula);
  if (local !== TRUE && atoms.formulas.implies(local, bypass)) ctx.emit(kind, node);
}

export function isZero(expr: Expr): boolean {
  const e = uncast(expr);
  if (e.kind === 'number') return Number(e.text.replace(/[uUlL]+$/, '')) === 0;
  if (e.kind === 'name') return e.name === 'NULL';
  const first = e.kind === 'call' ? e.args.at(-1) : undefined;
  return (
    e.kind === 'call' &&
    /^(?:cpu_to_|u64_to_dma|u32_to_dma)/.test(calleeName(e)) &&
    first !== undefined &&
    isZero(first)
  );
}

/** Functions whose results are ring addresses give them out: every return is an export. */
export function ringAddressExports(ctx: FunctionContext, node: Node): void {
  if (node.kind !== 'return' || node.value === null || isZero(node.value)) return;
  const facts = ctx.fn;
  if (addressCalls[facts.name] !== 'ring' || facts.returnType.base !== 'dma_addr_t') return;
  ctx.emit('ring_addr_export', node);
}
