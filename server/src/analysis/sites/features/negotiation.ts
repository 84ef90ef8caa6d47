/** Steps of the feature negotiation in function bodies: calls, registers, fields, status, ioctls. */
import {
  compileTimeChecks,
  dmaDecision,
  featureIoctl,
  featureRegister,
  featureRegisterField,
  featuresOkStatus,
  helperDefinitions,
  negotiationCalls,
  negotiationRecord,
  negotiationSlots,
  ownSlots,
  platformFact,
  platformHookVariable,
  resourceTableField,
  selfKindDefinitions,
  tableFields,
  transportFeatures,
} from '@vringside/grammars/feature-roles';
import type { Expr } from '../../../syntax/ir.js';
import type { Path } from '../../../syntax/walk.js';
import { calleeName } from '../../values/expressions.js';
import { type FunctionContext, type Node, recordOf } from '../context.js';
import {
  functionBits,
  isFeatureStep,
  isFeatureStepCall,
  isLogCall,
  platformHooks,
  slotKind,
  slotKinds,
} from './feature-helpers.js';
import { isFeatureSetField, isSubjectFile } from './feature-sets.js';
import { maskVariableUses, pastedSites, tableUses, variableMasks } from './feature-uses.js';

export function negotiationSteps(ctx: FunctionContext, node: Node, parents: Path | null): void {
  variableMasks(ctx, node, parents);
  pastedSites(ctx, node);
  if (node.kind === 'call') callStep(ctx, node);
  else if (node.kind === 'name') nameStep(ctx, node, parents);
  else if (node.kind === 'member') memberStep(ctx, node, parents);
  else if (
    node.kind === 'assign' &&
    node.target.kind === 'name' &&
    node.target.name === platformHookVariable
  ) {
    ctx.emit('platform_hook_def', node);
  }
}

// ---- calls -----------------------------------------------------------------------------------------------

function callStep(ctx: FunctionContext, node: Expr & { kind: 'call' }): void {
  const { callee } = node;
  if (callee.kind === 'name') {
    const kind = callKind(ctx, callee.name);
    if (kind !== null) ctx.emit(kind, node);
  } else if (callee.kind === 'member' && isSlotOfNegotiation(ctx, callee)) ctx.emit('negotiation_call', node);
}

function callKind(ctx: FunctionContext, name: string): string | null {
  const known = Object.hasOwn(negotiationCalls, name) ? negotiationCalls[name] : undefined;
  if (known !== undefined) return known;
  if (dmaDecision.test(name) && isSubjectFile(ctx)) return 'dma_api_decision';
  if (transportFeatures.test(name) && isSubjectFile(ctx)) return 'transport_accept';
  return isFeatureStepCall(ctx, name) ? 'negotiation_call' : null;
}

function isSlotOfNegotiation(ctx: FunctionContext, node: Expr & { kind: 'member' }): boolean {
  if (!Object.hasOwn(negotiationSlots, node.field)) return false;
  const record = recordOf(ctx, node.object);
  return record === '' ? ownSlots.has(node.field) && isSubjectFile(ctx) : negotiationRecord.test(record);
}

// ---- names -----------------------------------------------------------------------------------------------

function nameStep(ctx: FunctionContext, node: Expr & { kind: 'name' }, parents: Path | null): void {
  tableUses(ctx, node, parents);
  maskVariableUses(ctx, node);
  if (featuresOkStatus.has(node.name)) ctx.emit('features_ok_status', node);
  else if (featureIoctl.test(node.name)) ctx.emit('vhost_ioctl', node);
  else if (featureRegister.test(node.name)) emitAccess(ctx, 'feature_register', node, parents);
  else if (platformFact.test(node.name)) emitAccess(ctx, 'platform_hook', node, parents);
}

function emitAccess(ctx: FunctionContext, kind: string, node: Expr, parents: Path | null): void {
  const access = accessOf(node, parents);
  if (access.kind !== 'call' || !compileTimeChecks.test(calleeName(access))) ctx.emit(kind, access);
}

/** The call that reads or writes the register, where there is one. */
function accessOf(node: Expr, parents: Path | null): Node {
  for (let chain = parents; chain !== null; chain = chain.up) {
    const { kind } = chain.node;
    if (kind === 'call') return chain.node;
    if (kind !== 'binary' && kind !== 'unary' && kind !== 'cast' && kind !== 'member') break;
  }
  return node;
}

// ---- fields ----------------------------------------------------------------------------------------------

function memberStep(ctx: FunctionContext, node: Expr & { kind: 'member' }, parents: Path | null): void {
  if (tableFields.has(node.field)) {
    if (/virtio_driver/.test(recordOf(ctx, node.object))) ctx.emit('table_use', node);
  } else if (isRegisterField(ctx, node)) {
    ctx.emit('feature_register', node);
  } else if (Object.hasOwn(negotiationSlots, node.field)) {
    // A call through the slot is reported as the call it is.
    if (!isCallee(node, parents) && slotKind(node.field, recordOf(ctx, node.object)) !== null)
      ctx.emit(node.field === 'validate' ? 'validate_ref' : 'ops_ref', node);
  } else if (isFeatureSetField(ctx, node)) {
    const isState =
      /features_valid$/.test(node.field) || (/^acked_/.test(node.field) && isAssigned(node, parents));
    ctx.emit(isState ? 'features_state' : 'features_field', node);
  }
}

function isRegisterField(ctx: FunctionContext, node: Expr & { kind: 'member' }): boolean {
  if (featureRegisterField.has(node.field)) return /common_cfg/.test(recordOf(ctx, node.object));
  return resourceTableField.has(node.field) && /^struct fw_rsc_/.test(recordOf(ctx, node.object));
}

function isCallee(node: Node, parents: Path | null): boolean {
  return parents?.node.kind === 'call' && parents.node.callee === node;
}

function isAssigned(node: Node, parents: Path | null): boolean {
  return parents?.node.kind === 'assign' && parents.node.target === node;
}

// ---- definitions -----------------------------------------------------------------------------------------

/** Definitions that are sites: helpers, decision functions, platform hooks, ops-table functions. */
export function negotiationDefinitions(ctx: FunctionContext): void {
  const slots = slotKinds(ctx.program, ctx.fn);
  const kinds = slots.length > 0 ? slots : definitionKinds(ctx);
  for (const kind of kinds) ctx.emit(kind, ctx.fn.nameSpan, { expression: `${ctx.fn.name}()` });
}

function definitionKinds(ctx: FunctionContext): readonly string[] {
  const { name } = ctx.fn;
  if (Object.hasOwn(selfKindDefinitions, name)) return [selfKindDefinitions[name] ?? 'helper_def'];
  const call = Object.hasOwn(negotiationCalls, name) ? negotiationCalls[name] : undefined;
  if (call === 'platform_hook' || platformHooks(ctx.program).has(name)) return ['platform_hook_def'];
  if (call === 'negotiation_call' || call === 'dma_quirk' || helperDefinitions.has(name))
    return ['helper_def'];
  if (call !== undefined) return [call];
  if (!isSubjectFile(ctx)) return [];
  if (dmaDecision.test(name)) return ['dma_api_decision'];
  if (transportFeatures.test(name)) return ['transport_accept'];
  if (isFeatureStep(ctx, ctx.fn)) return ['helper_def'];
  return functionBits(ctx, ctx.fn).size > 0 && !isLogCall(ctx, name) ? ['helper_def'] : [];
}
