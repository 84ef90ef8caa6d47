/** Feature bits in function bodies: each mention of a bit, classed by what is done with it. */
import { featureCalls } from '@vringside/grammars/feature-names';
import { logCalls } from '@vringside/grammars/feature-roles';
import type { Expr } from '../../syntax/ir.js';
import type { Span } from '../../text/span.js';
import { calleeName } from '../expressions.js';
import { type Path } from '../../syntax/walk.js';
import { featureOf, isFeatureName, maskFeatures, shiftedBit } from '../features.js';
import type { MentionContext, Node } from './context.js';

/** Calls that take a bit number, whatever the bit: `virtio_has_feature(vdev, i)` is a check too. */
export function featureCallSites(ctx: MentionContext, node: Node): void {
  if (node.kind !== 'call') return;
  const call = featureCalls[calleeName(node)];
  if (call === undefined) return;
  const bit = node.args[call.bit];
  const feature = bit === undefined ? null : featureOf(bit, ctx.macros);
  ctx.emit(call.kind, node, feature === null ? {} : { feature });
}

/** Every other mention of a feature bit by name. */
export function featureMentions(ctx: MentionContext, node: Node, parents: Path | null): void {
  if (node.kind !== 'name' || !isFeatureName(node.name)) return;
  const use = classify(node, parents);
  if (use === null) return;
  const feature = featureOf(node, ctx.macros) ?? node.name;
  ctx.emit(use.kind, use.at, { feature, guardAt: use.guardAt });
}

/** Macros and enumerators that stand for a whole mask (`VHOST_NET_FEATURES`). */
export function maskUses(ctx: MentionContext, node: Node, parents: Path | null): void {
  if (node.kind !== 'name' || isFeatureName(node.name) || !/^[A-Z][A-Z0-9_]*$/.test(node.name)) return;
  if (!/FEATURE|_F_|_MASK|OFFLOAD/.test(node.name) || parents?.node.kind === 'case') return;
  const isMask = /^VIRTIO_TRANSPORT_F_(?:START|END)$/.test(node.name) || isMaskName(ctx, node);
  if (isMask) ctx.emit('mask_use', node);
}

function isMaskName(ctx: MentionContext, node: Expr & { kind: 'name' }): boolean {
  if (maskFeatures(node, ctx.macros).length > 0) return true;
  const value = ctx.program.enumerator(node.name, ctx.file)?.value ?? ctx.program.global(node.name, ctx.file)?.init ?? null;
  return value !== null && maskFeatures(value, ctx.macros).length > 0;
}

interface Use {
  readonly kind: string;
  readonly at: Span;
  readonly guardAt: Span;
}

function classify(node: Expr, parents: Path | null): Use | null {
  let child: Node = node;
  let chain = parents;
  while (chain !== null && chain.node.kind === 'cast') {
    child = chain.node;
    chain = chain.up;
  }
  const parent = chain?.node;
  if (parent === undefined || chain === null) return { kind: 'mask_expr', at: node, guardAt: node };
  const use = (kind: string, at: Span = parent): Use => ({ kind, at, guardAt: at });
  switch (parent.kind) {
    case 'call': {
      const name = calleeName(parent);
      // Already reported by the call itself.
      if (featureCalls[name] !== undefined) return null;
      if (shiftedBit(parent) === child) return ofMask(parent, chain.up);
      return use(logCalls.test(name) ? 'log_only' : 'wrapper_check');
    }
    case 'binary':
      if (parent.op === '<<' && parent.right === child) return ofMask(parent, chain.up);
      return use(isComparison(parent.op) ? 'mask_test' : 'mask_expr');
    case 'case':
      return use('mask_case');
    case 'init':
      return use('mask_expr', node);
    default:
      return use('mask_expr', node);
  }
}

/** What is done with a mask, from the expressions around it. */
function ofMask(mask: Expr, parents: Path | null): Use {
  let child: Node = mask;
  let isNegated = false;
  let isAnded = false;
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent = chain.node;
    if (parent.kind === 'call' && logCalls.test(calleeName(parent))) return { kind: 'log_only', at: mask, guardAt: mask };
    if (parent.kind === 'binary' && parent.op === '&') isAnded = true;
    else if (parent.kind === 'unary' && parent.op === '~') isNegated = true;
    else if (parent.kind === 'binary' && (parent.op === '|' || parent.op === '<<')) {
      // Still the same mask, joined with others.
    } else if (parent.kind !== 'cast' && parent.kind !== 'comma') {
      return { kind: maskKind(parent, child, isAnded, isNegated), at: mask, guardAt: mask };
    }
    child = parent;
  }
  return { kind: isAnded ? 'mask_test' : 'mask_expr', at: mask, guardAt: mask };
}

function maskKind(parent: Node, child: Node, isAnded: boolean, isNegated: boolean): string {
  if (parent.kind === 'case') return 'mask_case';
  if (parent.kind === 'assign' && parent.value === child) {
    if (parent.op === '|=') return 'mask_set';
    if (parent.op === '&=') return isNegated ? 'mask_clear' : 'mask_expr';
    if (isAnded) return isNegated ? 'mask_clear' : 'mask_test';
    return 'mask_set';
  }
  if (isAnded) return isNegated && !isTest(parent) ? 'mask_clear' : 'mask_test';
  return parent.kind === 'decl' ? 'mask_def' : 'mask_expr';
}

function isTest(node: Node): boolean {
  return (
    node.kind === 'if' ||
    node.kind === 'loop' ||
    (node.kind === 'unary' && node.op === '!') ||
    (node.kind === 'binary' && (node.op === '&&' || node.op === '||' || isComparison(node.op))) ||
    node.kind === 'conditional'
  );
}

function isComparison(op: string): boolean {
  return op === '==' || op === '!=' || op === '<' || op === '>' || op === '<=' || op === '>=';
}
