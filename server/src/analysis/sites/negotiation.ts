/** Steps of the feature negotiation in function bodies: calls, registers, fields, status, ioctls. */
import {
  featureIoctl,
  featureRegister,
  featureRegisterField,
  featureSetFields,
  featureSetRecord,
  featuresOkStatus,
  helperDefinitions,
  negotiationCalls,
  negotiationSlots,
  tableFields,
} from '@vringside/grammars/feature-roles';
import type { Expr } from '../../syntax/ir.js';
import { calleeName } from '../expressions.js';
import { type Path } from '../../syntax/walk.js';
import { type FunctionContext, type Node, recordOf } from './context.js';

export function negotiationSteps(ctx: FunctionContext, node: Node, parents: Path | null): void {
  if (node.kind === 'call') callStep(ctx, node);
  else if (node.kind === 'name') nameStep(ctx, node);
  else if (node.kind === 'member') memberStep(ctx, node, parents);
}

function callStep(ctx: FunctionContext, node: Expr & { kind: 'call' }): void {
  const kind = negotiationCalls[calleeName(node)];
  if (kind !== undefined) ctx.emit(kind, node);
  const callee = node.callee;
  if (callee.kind !== 'member') return;
  const slot = callee.field;
  if (negotiationSlots.has(slot) && isNegotiationObject(recordOf(ctx, callee.object))) ctx.emit('negotiation_call', node);
}

function isNegotiationObject(record: string): boolean {
  return record === '' || /virtio|vdpa/.test(record);
}

function nameStep(ctx: FunctionContext, node: Expr & { kind: 'name' }): void {
  if (featuresOkStatus.has(node.name)) ctx.emit('features_ok_status', node);
  else if (featureIoctl.test(node.name)) ctx.emit('vhost_ioctl', node);
  else if (featureRegister.test(node.name)) ctx.emit('feature_register', node);
}

function memberStep(ctx: FunctionContext, node: Expr & { kind: 'member' }, parents: Path | null): void {
  if (node.field in tableFields) {
    if (/virtio_driver/.test(recordOf(ctx, node.object))) ctx.emit('table_use', node);
    return;
  }
  if (featureRegisterField.has(node.field) && /common_cfg/.test(recordOf(ctx, node.object))) {
    ctx.emit('feature_register', node);
    return;
  }
  if (negotiationSlots.has(node.field) && !isCallee(node, parents)) {
    if (/virtio|vdpa/.test(recordOf(ctx, node.object))) ctx.emit(node.field === 'validate' ? 'validate_ref' : 'negotiation_call', node);
    return;
  }
  if (isFeatureSet(ctx, node)) {
    const isState = /^acked_|features_valid/.test(node.field) && isAssigned(node, parents);
    ctx.emit(isState ? 'features_state' : 'features_field', node);
  }
}

function isFeatureSet(ctx: FunctionContext, node: Expr & { kind: 'member' }): boolean {
  if (node.field !== 'features' && !featureSetFields.has(node.field)) return false;
  const record = recordOf(ctx, node.object);
  return record === '' ? node.field !== 'features' && node.field !== 'hw_features' : featureSetRecord.test(record);
}

function isCallee(node: Node, parents: Path | null): boolean {
  return parents?.node.kind === 'call' && parents.node.callee === node;
}

function isAssigned(node: Node, parents: Path | null): boolean {
  return parents?.node.kind === 'assign' && parents.node.target === node;
}

/** Definitions that are sites: helpers, decision functions, platform hooks, ops-table functions. */
export function negotiationDefinitions(ctx: FunctionContext): void {
  const { name, nameSpan } = ctx.fn;
  const kind = negotiationCalls[name];
  if (kind === 'platform_hook') ctx.emit('platform_hook_def', nameSpan, { expression: `${name}()` });
  else if (kind === 'negotiation_call' || kind === 'dma_quirk' || kind === 'max_dma_size' || helperDefinitions.has(name)) {
    ctx.emit('helper_def', nameSpan, { expression: `${name}()` });
  } else if (kind !== undefined) ctx.emit(kind, nameSpan, { expression: `${name}()` });
  for (const stored of ctx.program.storedAs(ctx.fn)) {
    if (negotiationSlots.has(stored.field) && /virtio|vdpa/.test(stored.record)) {
      ctx.emit(`${stored.field}_def`, nameSpan, { expression: `${name}()` });
    }
  }
}
