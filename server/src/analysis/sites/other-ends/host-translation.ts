/** A host back end at its work: guest addresses turned into its own, by an I/O page table or by the guest's memory map. */

import type { FunctionRef } from '../../../program/index.js';
import { type Path, uncast, walk } from '../../../syntax/walk.js';
import { relevantFacts } from '../../linkage.js';
import { calleeName } from '../../values/expressions.js';
import { type FileContext, type FunctionContext, type Node, recordOf } from '../context.js';

/** Choices between an I/O page table and plain guest memory, and what comes out of either. */
export function hostTranslation(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (ctx.role !== 'host') return;
  if (node.kind === 'member' && node.field === 'iotlb') tableChoice(ctx, node, parents);
  else if (node.kind === 'assign') translatedAddress(ctx, node);
  else if (node.kind === 'call') {
    if (calleeName(node) === 'pfn_to_page') translatedPage(ctx, node, parents);
    else if (choosesTable(ctx, calleeName(node))) ctx.emit('host_side_translate', node);
  }
}

/** The same choices in the bodies of macros, where the queue is a parameter without a type. */
export function hostMacros(ctx: FileContext): void {
  if (ctx.role !== 'host') return;
  for (const macro of relevantFacts(ctx.program, ctx.file).macros) {
    if (macro.params === null || macro.params.length === 0) continue;
    const params = new Set(macro.params);
    walk(macro.expr !== null ? [macro.expr] : (macro.body ?? []), (node, parents) => {
      if (node.kind !== 'member' || node.field !== 'iotlb') return;
      const object = uncast(node.object);
      if (object.kind !== 'name' || !params.has(object.name) || outcomeOf(node, parents) !== 'test') return;
      ctx.add({
        kind: 'host_side_access',
        file: ctx.file,
        function: null,
        at: { start: node.start, end: node.end },
      });
    });
  }
}

function tableChoice(ctx: FunctionContext, node: Node & { kind: 'member' }, parents: Path | null): void {
  const record = recordOf(ctx, node.object);
  const outcome = outcomeOf(node, parents);
  if (outcome === 'value' && /^struct vhost_(?:virtqueue|dev)$/.test(record))
    ctx.emit('host_side_translate', node);
  else if (outcome === 'test' && record === 'struct vhost_virtqueue') ctx.emit('host_side_access', node);
}

/** What the value decides: which way the code goes, which of two values is taken, or nothing. */
function outcomeOf(node: Node, parents: Path | null): 'test' | 'value' | null {
  let child: Node = node;
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent = chain.node;
    if (parent.kind === 'if') return parent.test === child ? 'test' : null;
    if (parent.kind === 'conditional') return parent.test === child ? 'value' : null;
    if (parent.kind === 'return') return 'test';
    if (parent.kind !== 'unary' && parent.kind !== 'binary' && parent.kind !== 'cast') return null;
    child = parent;
  }
  return null;
}

/** `iov_base = map->addr + ...`, and the step before it where the table's address is read. */
function translatedAddress(ctx: FunctionContext, node: Node & { kind: 'assign' }): void {
  if (node.target.kind !== 'member' || node.target.field !== 'iov_base') return;
  const read = ctx.origins.within(node.value, ctx.fn).filter((o) => o.kind === 'translated');
  if (read.length === 0) return;
  ctx.emit('host_side_translate', node);
  for (const origin of read) readOfTable(ctx, origin.at);
}

/** The page of a translated address, put where data is copied from or to. */
function translatedPage(ctx: FunctionContext, node: Node & { kind: 'call' }, parents: Path | null): void {
  const pfn = node.args[0];
  if (pfn === undefined || !isCopiedThrough(parents)) return;
  const read = ctx.origins.within(pfn, ctx.fn).filter((o) => o.kind === 'translated');
  if (read.length > 0) ctx.emit('host_side_translate', node);
  for (const origin of read) readOfTable(ctx, origin.at);
}

export function isCopiedThrough(parents: Path | null): boolean {
  const parent = parents?.node;
  if (parent?.kind === 'assign') return parent.target.kind === 'member' && parent.target.field === 'bv_page';
  return parent?.kind === 'call' && calleeName(parent) === 'bvec_set_page';
}

/** Emits at the assignment that reads `at`, an address in a translation table. */
function readOfTable(ctx: FunctionContext, at: Node): void {
  walk(
    ctx.fn.variants.flatMap((v) => v.body),
    (node, parents) => {
      if (node !== at) return;
      for (let chain = parents; chain !== null; chain = chain.up) {
        if (chain.node.kind === 'assign') return ctx.emit('host_side_translate', chain.node);
      }
    },
  );
}

const choosers = new WeakMap<FunctionRef, boolean>();

/** True for a function that takes its table by whether the guest's addresses go through an I/O page table. */
function choosesTable(ctx: FunctionContext, name: string): boolean {
  if (name === '' || ctx.program.mentions(name).length === 0) return false;
  return ctx.program.functionsNamed(name, ctx.file).some((fn) => {
    let known = choosers.get(fn);
    if (known === undefined) {
      known = false;
      walk(
        fn.variants.flatMap((v) => v.body),
        (node, parents) => {
          known ||= node.kind === 'member' && node.field === 'iotlb' && outcomeOf(node, parents) === 'value';
        },
      );
      choosers.set(fn, known);
    }
    return known;
  });
}
