/** Sites outside function bodies: feature tables, ops tables, masks and bits defined by macros and enumerators. */
import { featureCalls } from '@vringside/grammars/feature-names';
import { featureSetFields, negotiationSlots, tableFields } from '@vringside/grammars/feature-roles';
import type { FileFacts } from '../../program/index.js';
import type { Expr, GlobalFacts, MacroFacts } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';
import { relevantFacts } from '../linkage.js';
import { featureOf, isFeatureName, maskFeatures } from '../features.js';
import type { FileContext, MentionContext } from './context.js';
import { featureCallSites, featureMentions, maskUses } from './feature-uses.js';

export function fileLevelSites(ctx: FileContext): void {
  for (const facts of relevantFacts(ctx.program, ctx.file)) chunkSites(ctx, facts);
}

function chunkSites(ctx: FileContext, facts: FileFacts): void {
  for (const global of facts.globals) if (global.init !== null) globalSites(ctx, global, global.init);
  for (const macro of facts.macros) macroSites(ctx, macro);
  for (const e of facts.enumerators) {
    if (isFeatureName(e.name)) emit(ctx, 'bit_def', e, { feature: e.name });
    else if (e.value !== null && maskFeatures(e.value, ctx.macros).length > 0) {
      emit(ctx, 'mask_def', e);
      mentionsIn(ctx, e.value);
    }
  }
}

function globalSites(ctx: FileContext, global: GlobalFacts, init: Expr): void {
  if (isFeatureTable(ctx, init)) {
    emit(ctx, 'table', global.nameSpan, { expression: `${global.name}[]` });
    walk([init], (node) => {
      const feature = node.kind === 'name' ? featureOf(node, ctx.macros) : null;
      if (feature !== null) emit(ctx, 'table', node, { feature });
    });
    return;
  }
  if (init.kind === 'init') initialiserSites(ctx, global.type.base, init);
  else if (maskFeatures(init, ctx.macros).length > 0) emit(ctx, 'mask_def', global.nameSpan, { expression: global.name });
  mentionsIn(ctx, init);
}

/** An array of plain bit numbers, as a driver lists them. */
function isFeatureTable(ctx: FileContext, init: Expr): boolean {
  if (init.kind !== 'init' || init.items.length === 0) return false;
  return init.items.every((item) => item.designators.length === 0 && featureOf(item.value, ctx.macros) !== null);
}

function initialiserSites(ctx: FileContext, record: string, init: Expr & { kind: 'init' }): void {
  for (const item of init.items) {
    const field = item.designators.at(-1);
    if (typeof field !== 'string') continue;
    const at = { start: item.value.start, end: item.value.end };
    if (field === 'feature_table' || field === 'feature_table_legacy') emit(ctx, 'table_ref', at);
    else if (!(field in tableFields) && negotiationSlots.has(field) && /virtio|vdpa/.test(record)) {
      emit(ctx, field === 'validate' ? 'validate_ref' : 'ops_ref', at);
    } else if (featureSetFields.has(field) && /virtio|vdpa|vhost/.test(record)) emit(ctx, 'features_field', at);
  }
}

function macroSites(ctx: FileContext, macro: MacroFacts): void {
  const at = { start: macro.start, end: macro.end };
  if (macro.params === null && isFeatureName(macro.name)) {
    emit(ctx, 'bit_def', at, { feature: macro.name });
    return;
  }
  const body = macro.expr;
  if (body !== null && macro.params === null && maskFeatures(body, ctx.macros).length > 0) {
    emit(ctx, 'mask_def', at, { expression: macro.name });
    mentionsIn(ctx, body);
    return;
  }
  const roots = body !== null ? [body] : (macro.body ?? []);
  if (roots.length === 0) return;
  if (macro.params !== null && testsFeature(ctx, macro)) emit(ctx, 'helper_def', at, { expression: `${macro.name}()` });
  const inner = forMentions(ctx);
  walk(roots, (node, parents) => {
    featureCallSites(inner, node);
    featureMentions(inner, node, parents);
  });
}

/** A macro that hands one of its parameters to a feature test, or shifts it into a mask that it tests. */
function testsFeature(ctx: FileContext, macro: MacroFacts): boolean {
  const params = new Set(macro.params ?? []);
  let isFound = false;
  walk(macro.expr !== null ? [macro.expr] : (macro.body ?? []), (node) => {
    if (node.kind !== 'call') return;
    const callee = node.callee.kind === 'name' ? node.callee.name : '';
    const call = featureCalls[callee];
    const bit = call === undefined ? (/^BIT(?:_ULL)?$/.test(callee) ? node.args[0] : undefined) : node.args[call.bit];
    if (bit?.kind === 'name' && params.has(bit.name)) isFound = true;
  });
  return isFound && /feature|FEATURE|F_|has|HAS|check/i.test(macro.name) && ctx.file !== '';
}

function mentionsIn(ctx: FileContext, root: Expr): void {
  const inner = forMentions(ctx);
  walk([root], (node, parents) => {
    featureMentions(inner, node, parents);
    maskUses(inner, node, parents);
  });
}

function forMentions(ctx: FileContext): MentionContext {
  return { ...ctx, emit: (kind, at, more) => emit(ctx, kind, at, more) };
}

function emit(
  ctx: FileContext,
  kind: string,
  at: { start: number; end: number },
  more: { feature?: string; expression?: string } = {},
): void {
  const { feature, expression } = more;
  ctx.add({
    kind,
    file: ctx.file,
    function: null,
    at: { start: at.start, end: at.end },
    ...(feature === undefined ? {} : { feature }),
    ...(expression === undefined ? {} : { expression }),
  });
}
