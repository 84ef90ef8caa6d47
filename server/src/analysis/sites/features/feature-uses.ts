/** Feature bits in function bodies: each mention of a bit, classed by what is done with it. */
import { featureCalls, featureRangeMarks } from '@vringside/grammars/feature-names';
import { bitmapCalls } from '@vringside/grammars/feature-roles';
import type { Expr } from '../../../syntax/ir.js';
import { type Path, walk } from '../../../syntax/walk.js';
import type { Span } from '../../../text/span.js';
import { calleeName } from '../../values/expressions.js';
import { featureOf, isFeatureName, maskFeatures, shiftedBit } from '../../values/features.js';
import type { FileContext, MentionContext, Node } from '../context.js';
import { bitParameters, isLogCall, pastedBits, takesBit } from './feature-helpers.js';
import {
  constantsOf,
  isFeatureMask,
  isFeatureSet,
  type SetContext,
  touchesFeatureSet,
} from './feature-sets.js';
import { featureTables, maskVariables } from './feature-tables.js';

/** What detectors of feature bits need: they work on function bodies, macro bodies and initialisers alike. */
export type UseContext = MentionContext & SetContext & Pick<FileContext, 'add'>;

/** Calls that take a bit number, whatever the bit: `virtio_has_feature(vdev, i)` is a check too. */
export function featureCallSites(ctx: UseContext, node: Node): void {
  if (node.kind !== 'call') return;
  const name = calleeName(node);
  const call = featureCalls[name];
  if (call !== undefined) {
    const bit = node.args[call.bit];
    const feature = bit === undefined ? null : featureOf(bit, ctx.macros);
    ctx.emit(call.kind, node, feature === null ? {} : { feature });
  } else if (name in bitmapCalls) {
    bitmapCall(ctx, node, name);
  } else if (ctx.scope.fn !== null && /feature|has|test|check/i.test(name)) {
    // A named bit is reported where it is named, a macro that hands on its parameter as a helper; here what is computed.
    const bits = [...bitParameters(ctx, name)].flatMap((i) => node.args[i] ?? []);
    if (bits.length > 0 && bits.every((bit) => featureOf(bit, ctx.macros) === null))
      ctx.emit('wrapper_check', node);
  }
}

/** Uses of macros that make the bit's name from a piece of it: `HAS(dev, MQ)` tests `VIRTIO_NET_F_MQ`. */
export function pastedSites(ctx: UseContext, node: Node): void {
  if (node.kind !== 'call' || calleeName(node) === '' || !node.args.some(isConstantName)) return;
  for (const { prefix, param } of pastedBits(ctx, calleeName(node))) {
    const piece = node.args[param];
    if (piece?.kind !== 'name') continue;
    const isLog = isLogCall(ctx, calleeName(node));
    ctx.emit(isLog ? 'log_only' : 'wrapper_check', node, { feature: `${prefix}${piece.name}` });
    if (!isLog) helperOfThisFile(ctx, calleeName(node));
  }
}

/** A helper known by how it is called here, where nothing in its own text speaks of features. */
function helperOfThisFile(ctx: UseContext, name: string): void {
  if (!takesBit(ctx, name)) return;
  const definitions = ctx.program
    .macro(name, ctx.file)
    .filter((m) => m.file === ctx.file && m.params !== null);
  for (const { file, start, end } of definitions) {
    ctx.add({ kind: 'helper_def', file, function: null, at: { start, end }, expression: `${name}()` });
  }
}

function isConstantName(arg: Expr): boolean {
  return arg.kind === 'name' && /^[A-Z][A-Z0-9_]*$/.test(arg.name) && !isFeatureName(arg.name);
}

/** `set_bit(bit, set)`: on the negotiated set itself, or on a set that a driver derives from it. */
function bitmapCall(ctx: UseContext, node: Expr & { kind: 'call' }, name: string): void {
  const [bit, set] = node.args;
  if (bit === undefined || set === undefined) return;
  const feature = featureOf(bit, ctx.macros);
  const more = feature === null ? {} : { feature };
  if (isFeatureSet(ctx, set)) ctx.emit(bitmapCalls[name] ?? 'test_bit', node, more);
  else if (feature !== null || isTableElement(ctx, bit)) ctx.emit('features_state', node, more);
}

/** An array of feature bits in a function: each element is a bit in its turn. */
export function tableUses(ctx: UseContext, node: Expr & { kind: 'name' }, parents: Path | null): void {
  if (
    !featureTables(ctx.program, ctx.file).has(node.name) ||
    ctx.scope.lookup(node.name, node.start) !== null
  )
    return;
  const around = parents?.node;
  ctx.emit('table_use', around?.kind === 'index' && around.object === node ? around : node);
}

function isTableElement(ctx: UseContext, expr: Expr): boolean {
  return (
    expr.kind === 'index' &&
    expr.object.kind === 'name' &&
    featureTables(ctx.program, ctx.file).has(expr.object.name)
  );
}

/** Masks of a computed bit, applied to a set of feature bits: `features & BIT_ULL(i)`, or a local that holds one. */
export function variableMasks(ctx: UseContext, node: Node, parents: Path | null): void {
  const bit = computedBit(ctx, node);
  if (bit === null || featureOf(bit, ctx.macros) !== null || !isComputed(bit)) return;
  if (!touchesFeatureSet(ctx, node, parents)) return;
  const use = ofMask(node as Expr, parents);
  ctx.emit(use.kind, use.at, { guardAt: use.guardAt });
}

function computedBit(ctx: UseContext, node: Node): Expr | null {
  if (node.kind === 'call' || node.kind === 'binary') return shiftedBit(node);
  if (node.kind !== 'name') return null;
  const init = ctx.scope.lookup(node.name, node.start)?.declarator?.init ?? null;
  return init === null ? null : shiftedBit(init);
}

/** True for anything but a number or a constant by name. */
function isComputed(bit: Expr): boolean {
  let found = false;
  walk([bit], (node) => {
    if (node.kind === 'name' && /[a-z]/.test(node.name)) found = true;
  });
  return found;
}

/** Every other mention of a feature bit by name. */
export function featureMentions(ctx: UseContext, node: Node, parents: Path | null): void {
  if (node.kind !== 'name' || !isFeatureName(node.name)) return;
  const use = classify(ctx, node, parents);
  if (use === null) return;
  const feature = featureOf(node, ctx.macros) ?? node.name;
  ctx.emit(use.kind, use.at, { feature, guardAt: use.guardAt });
}

/** Macros and enumerators that stand for a whole mask (`VHOST_NET_FEATURES`). */
export function maskUses(ctx: UseContext, node: Node, parents: Path | null): void {
  if (node.kind !== 'name' || isFeatureName(node.name) || !/^[A-Z][A-Z0-9_]*$/.test(node.name)) return;
  if (!/FEATURE|_F_|_F$|_MASK|OFFLOAD/.test(node.name) || parents?.node.kind === 'case') return;
  if (featureRangeMarks.has(node.name) || isMaskName(ctx, node)) ctx.emit('mask_use', node);
}

/** A variable of this file that holds a constant mask. */
export function maskVariableUses(ctx: UseContext, node: Expr & { kind: 'name' }): void {
  if (ctx.scope.fn === null || !maskVariables(ctx.program, ctx.file).has(node.name)) return;
  if (ctx.scope.lookup(node.name, node.start) === null) ctx.emit('mask_use', node);
}

function isMaskName(ctx: UseContext, node: Expr & { kind: 'name' }): boolean {
  const constants = constantsOf(ctx.program, ctx.file);
  const [constant] = constants(node.name).filter((m) => m.params === null);
  if (constant !== undefined) return constant.expr !== null && isFeatureMask(constant.expr, constants);
  const value = ctx.program.global(node.name, ctx.file)?.init ?? null;
  return value !== null && maskFeatures(value, constants).length > 0;
}

interface Use {
  readonly kind: string;
  readonly at: Span;
  readonly guardAt: Span;
}

function classify(ctx: UseContext, node: Expr, parents: Path | null): Use | null {
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
      if (featureCalls[name] !== undefined || name in bitmapCalls) return null;
      if (shiftedBit(parent) === child) return ofMask(parent, chain.up);
      if (isLogCall(ctx, name)) return use('log_only');
      helperOfThisFile(ctx, name);
      return use('wrapper_check');
    }
    case 'binary':
      if (parent.op === '<<' && parent.right === child) return ofMask(parent, chain.up);
      return use(isComparison(parent.op) ? 'mask_test' : 'mask_expr');
    case 'case':
      return use('mask_case');
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
