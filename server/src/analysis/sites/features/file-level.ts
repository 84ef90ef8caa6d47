/** Sites outside function bodies: feature tables, ops tables, masks and bits defined by macros and enumerators. */

import { featureRangeMarks } from '@vringside/grammars/feature-names';
import {
  featureSetField,
  featuresOkStatus,
  featureWordType,
  negotiationCalls,
  platformHookVariable,
  tableFields,
} from '@vringside/grammars/feature-roles';
import type { Expr, GlobalFacts, MacroFacts } from '../../../syntax/ir.js';
import { walk } from '../../../syntax/walk.js';
import { relevantFacts } from '../../linkage.js';
import { featureOf, isFeatureName, maskFeatures } from '../../values/features.js';
import type { FileContext } from '../context.js';
import { isLogCall, slotKind, takesBit } from './feature-helpers.js';
import { constantsOf, isFeatureMask, isSubjectRecord, listedBits } from './feature-sets.js';
import { featureTables, isBitList, maskVariables } from './feature-tables.js';
import {
  featureCallSites,
  featureMentions,
  maskUses,
  type UseContext,
  variableMasks,
} from './feature-uses.js';

export function fileLevelSites(ctx: FileContext): void {
  const facts = relevantFacts(ctx.program, ctx.file);
  const tables = featureTables(ctx.program, ctx.file);
  for (const table of tables.values()) tableSites(ctx, table);
  for (const global of facts.globals.filter((g) => !tables.has(g.name))) {
    if (isHookVariable(global)) emit(ctx, 'platform_hook_def', global.nameSpan, { expression: global.name });
    if (global.init !== null) globalSites(ctx, global, global.init);
  }
  for (const macro of facts.macros) macroSites(ctx, macro);
  for (const e of facts.enumerators) {
    if (isFeatureName(e.name)) emit(ctx, 'bit_def', e, { feature: e.name });
    else if (e.value !== null && maskFeatures(e.value, constantsOf(ctx.program, ctx.file)).length > 0)
      maskDefinition(ctx, e, e.name, e.value);
  }
}

/** The variable that keeps the gate's callback, where it is defined. */
function isHookVariable(global: GlobalFacts): boolean {
  return global.name === platformHookVariable && !global.isExtern;
}

// ---- variables -------------------------------------------------------------------------------------------

/** A table, whatever it holds, and its entries. */
function tableSites(ctx: FileContext, table: GlobalFacts): void {
  emit(ctx, 'table', table.nameSpan, { expression: `${table.name}[]` });
  if (table.init !== null) tableEntries(ctx, table.init);
}

function globalSites(ctx: FileContext, global: GlobalFacts, init: Expr): void {
  if (maskVariables(ctx.program, ctx.file).has(global.name)) {
    maskDefinition(ctx, global.nameSpan, global.name, init);
    return;
  }
  if (init.kind === 'init') initialiserSites(ctx, global.type.base, init);
  mentionsIn(ctx, init);
}

function tableEntries(ctx: FileContext, init: Expr): void {
  walk([init], (node) => {
    if (node.kind !== 'name') return;
    const feature = featureOf(node, ctx.macros);
    if (isBitList(ctx.program, ctx.file, node)) emit(ctx, 'table', node);
    else if (feature !== null) emit(ctx, 'table', node, { feature });
  });
}

/** Fields of a driver's structures, those within other structures included. */
function initialiserSites(ctx: FileContext, record: string, init: Expr & { kind: 'init' }): void {
  const fields = ctx.program.record(record, ctx.file)?.fields ?? [];
  for (const { designators, value } of init.items) {
    const field = designators.at(-1);
    const at = { start: value.start, end: value.end };
    if (typeof field === 'string') fieldSite(ctx, record, field, at);
    if (value.kind === 'init') {
      const inner =
        value.type?.base ??
        (typeof field === 'string' ? fields.find((f) => f.name === field)?.type.base : record);
      initialiserSites(ctx, inner ?? '', value);
    }
  }
}

function fieldSite(
  ctx: FileContext,
  record: string,
  field: string,
  at: { start: number; end: number },
): void {
  if (tableFields.has(field)) emit(ctx, 'table_ref', at);
  else if (slotKind(field, record) !== null) emit(ctx, field === 'validate' ? 'validate_ref' : 'ops_ref', at);
  else if (record !== '' && featureSetField.test(field) && isFeatureWordOf(ctx, record, field))
    emit(ctx, 'features_field', at);
}

function isFeatureWordOf(ctx: FileContext, record: string, field: string): boolean {
  if (!isSubjectRecord(ctx, record)) return false;
  const type = ctx.program.record(record, ctx.file)?.fields.find((f) => f.name === field)?.type;
  return type === undefined || featureWordType.test(type.base);
}

// ---- macros ----------------------------------------------------------------------------------------------

function macroSites(ctx: FileContext, macro: MacroFacts): void {
  if (macro.params !== null) {
    functionMacroSites(ctx, macro);
    return;
  }
  const at = { start: macro.start, end: macro.end };
  if (isFeatureName(macro.name) || featureRangeMarks.has(macro.name)) {
    emit(ctx, 'bit_def', at, { feature: macro.name });
    return;
  }
  const listed = listedBits(ctx.program, ctx.file, macro);
  if (listed.length > 0) {
    emit(ctx, 'table', at, { expression: macro.name });
    for (const entry of listed)
      if (isFeatureName(entry.name)) emit(ctx, 'table', entry, { feature: entry.name });
  } else if (macro.expr !== null && isFeatureMask(macro.expr, constantsOf(ctx.program, ctx.file))) {
    maskDefinition(ctx, at, macro.name, macro.expr);
  } else {
    bodySites(ctx, macro);
  }
}

function functionMacroSites(ctx: FileContext, macro: MacroFacts): void {
  const at = { start: macro.start, end: macro.end };
  const expression = `${macro.name}()`;
  if (negotiationCalls[macro.name] === 'platform_hook') emit(ctx, 'platform_hook_def', at, { expression });
  else if (takesBit(ctx, macro.name) && !isLogCall(ctx, macro.name))
    emit(ctx, 'helper_def', at, { expression });
  bodySites(ctx, macro);
}

function bodySites(ctx: FileContext, macro: MacroFacts): void {
  const roots = macro.expr !== null ? [macro.expr] : (macro.body ?? []);
  if (roots.length === 0) return;
  const inner = usesOf(ctx);
  walk(roots, (node, parents) => {
    featureCallSites(inner, node);
    featureMentions(inner, node, parents);
    variableMasks(inner, node, parents);
    if (node.kind === 'name' && featuresOkStatus.has(node.name)) inner.emit('features_ok_status', node);
  });
}

/** A named mask, and each bit it holds. */
function maskDefinition(
  ctx: FileContext,
  at: { start: number; end: number },
  name: string,
  value: Expr,
): void {
  emit(ctx, 'mask_def', at, { expression: name });
  mentionsIn(ctx, value, (kind) => (kind === 'mask_expr' || kind === 'mask_test' ? 'mask_def' : kind));
}

// ---- both ------------------------------------------------------------------------------------------------

function mentionsIn(ctx: FileContext, root: Expr, kindOf: (kind: string) => string = (kind) => kind): void {
  const inner = usesOf(ctx, kindOf);
  walk([root], (node, parents) => {
    featureMentions(inner, node, parents);
    maskUses(inner, node, parents);
    if (node.kind === 'name' && featuresOkStatus.has(node.name)) inner.emit('features_ok_status', node);
  });
}

function usesOf(ctx: FileContext, kindOf: (kind: string) => string = (kind) => kind): UseContext {
  const scope = ctx.program.fileScope(ctx.file);
  return { ...ctx, scope, emit: (kind, at, more) => emit(ctx, kindOf(kind), at, more) };
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
