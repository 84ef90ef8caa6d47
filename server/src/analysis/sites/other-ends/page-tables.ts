/** Physical memory of the guest put into somebody's page table: by a back end, a vDPA parent, a device made of software. */
import type { FunctionRef } from '../../../program/index.js';
import type { Expr } from '../../../syntax/ir.js';
import { type Path, uncast, walk } from '../../../syntax/walk.js';
import { calleeName } from '../../values/expressions.js';
import type { FunctionContext, Node } from '../context.js';
import { isCopiedThrough } from './host-translation.js';
import { side } from './other-end.js';

const tableCalls = /^(?:iommu_map|iommu_map_atomic|dma_map_sg|dma_map_sg_attrs|dma_map_sgtable)$/;
const iotlbCalls = /iotlb_add_range(?:_ctx)?$/;
const sourceCalls = /^(?:page_to_pfn|page_to_phys|virt_to_phys)$/;

export function pageTables(ctx: FunctionContext, node: Node, parents: Path | null): void {
  const prefix = side(ctx);
  if (prefix === null) return;
  const kind = `${prefix}_pa_map`;
  if (node.kind === 'call') {
    if (fillsTable(ctx, node) || handsOnPhysical(ctx, node) || isPageOfTable(ctx, node, parents))
      ctx.emit(kind, node);
  } else if (ctx.role !== 'device') return;
  else if (node.kind === 'assign' && remembersPhysical(ctx, node)) ctx.emit(kind, node);
  else if (node.kind === 'member' && isPhysicalField(node)) {
    const call = callGiven(parents);
    if (call !== null) ctx.emit(kind, call);
  }
}

function fillsTable(ctx: FunctionContext, node: Expr & { kind: 'call' }): boolean {
  const name = calleeName(node);
  if (tableCalls.test(name) || sourceCalls.test(name) || isOp(node, 'dma_map')) return true;
  // A table handed over as a whole counts where a mapping is made, not where one is taken away.
  if (isOp(node, 'set_map'))
    return makes(ctx.fn, (call) => isOp(call, 'dma_map') || tableCalls.test(calleeName(call)));
  if (ctx.role !== 'device' || !iotlbCalls.test(name)) return false;
  return (
    node.args.some((a) => isPhysical(ctx, a)) ||
    ctx.program.storedAs(ctx.fn).some((s) => s.field === 'dma_map')
  );
}

/** A physical address given to a function that maps what it is given. */
function handsOnPhysical(ctx: FunctionContext, node: Expr & { kind: 'call' }): boolean {
  const name = calleeName(node);
  if (ctx.role !== 'host' || name === '' || !node.args.some((a) => isPhysicalForm(a) && isPhysical(ctx, a)))
    return false;
  return ctx.program
    .functionsNamed(name, ctx.file)
    .some((fn) => makes(fn, (call) => isOp(call, 'dma_map') || /^iommu_map/.test(calleeName(call))));
}

/** `PFN_PHYS(pfn)`, `pfn << PAGE_SHIFT`: what is handed over is an address, not a number of pages. */
function isPhysicalForm(arg: Expr): boolean {
  const e = uncast(arg);
  return e.kind === 'call' || e.kind === 'name' || (e.kind === 'binary' && (e.op === '<<' || e.op === '+'));
}

function isPhysical(ctx: FunctionContext, value: Expr): boolean {
  return ctx.origins.within(value, ctx.fn).some((o) => o.kind === 'phys' || o.kind === 'pfn');
}

/** The kernel's page behind an address in a table. */
function isPageOfTable(ctx: FunctionContext, node: Expr & { kind: 'call' }, parents: Path | null): boolean {
  const pfn = node.args[0];
  if (calleeName(node) !== 'pfn_to_page' || pfn === undefined || isCopiedThrough(parents)) return false;
  const from = ctx.origins.within(pfn, ctx.fn);
  if (from.some((o) => o.kind === 'translated')) return true;
  // A device is told physical addresses; a page number it made from a page of its own is no such thing.
  const isTold = (at: Expr): boolean => at.kind === 'name';
  return ctx.role === 'device' && from.some((o) => o.kind === 'phys' || (o.kind === 'pfn' && isTold(o.at)));
}

function isPhysicalField(node: Node): boolean {
  return node.kind === 'member' && /(?:^|_)phys$/.test(node.field);
}

function remembersPhysical(ctx: FunctionContext, node: Expr & { kind: 'assign' }): boolean {
  return isPhysicalField(node.target) && !isConstant(ctx, node.value);
}

function isConstant(ctx: FunctionContext, value: Expr): boolean {
  const e = uncast(value);
  if (e.kind === 'unary') return isConstant(ctx, e.operand);
  return (
    e.kind === 'number' ||
    (e.kind === 'name' && (/^[A-Z0-9_]+$/.test(e.name) || ctx.macros(e.name).length > 0))
  );
}

/** The call a value goes into, itself or with an offset added; null where it is only compared. */
function callGiven(parents: Path | null): Node | null {
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent = chain.node;
    if (parent.kind === 'call') return parent;
    const isPassedOn = parent.kind === 'cast' || (parent.kind === 'binary' && /^[-+]$/.test(parent.op));
    if (!isPassedOn) return null;
  }
  return null;
}

function isOp(node: Expr & { kind: 'call' }, field: string): boolean {
  return node.callee.kind === 'member' && node.callee.field === field;
}

function makes(fn: FunctionRef, isMapping: (call: Expr & { kind: 'call' }) => boolean): boolean {
  let isFound = false;
  walk(
    fn.variants.flatMap((v) => v.body),
    (node) => {
      if (node.kind === 'call') isFound ||= isMapping(node);
      return !isFound;
    },
  );
  return isFound;
}
