/** What a function does with its locals: the part of value flow that needs no other function. */
import type { FunctionRef } from '../../program/index.js';
import type { Declarator, Expr } from '../../syntax/ir.js';
import { uncast, walk } from '../../syntax/walk.js';

/** Values assigned to each local of a function, and calls that may write through its address. */
export interface LocalFlow {
  readonly assigned: ReadonlyMap<string, readonly Expr[]>;
  readonly writtenBy: ReadonlyMap<
    string,
    readonly { readonly call: Expr & { kind: 'call' }; readonly index: number }[]
  >;
  /** `*name = value` and `name[...] = value`. */
  readonly storedThrough: ReadonlyMap<string, readonly Expr[]>;
  readonly returned: readonly Expr[];
}

export function localFlow(fn: FunctionRef): LocalFlow {
  const assigned = new Map<string, Expr[]>();
  const storedThrough = new Map<string, Expr[]>();
  const writtenBy = new Map<string, { call: Expr & { kind: 'call' }; index: number }[]>();
  const returned: Expr[] = [];
  const bodies = fn.variants.flatMap((v) => v.body);
  walk(bodies, (node) => {
    if (node.kind === 'decl') for (const d of node.declarators) declare(d, assigned);
    else if (node.kind === 'return' && node.value !== null) returned.push(node.value);
    else if (node.kind === 'assign') recordAssignment(node, assigned, storedThrough);
    else if (node.kind === 'call') recordOutArguments(node, writtenBy);
  });
  return { assigned, storedThrough, writtenBy, returned };
}

function declare(d: Declarator, assigned: Map<string, Expr[]>): void {
  if (d.init !== null) push(assigned, d.name, d.init);
}

function recordAssignment(
  node: Expr & { kind: 'assign' },
  assigned: Map<string, Expr[]>,
  storedThrough: Map<string, Expr[]>,
): void {
  const target = uncast(node.target);
  if (target.kind === 'name') push(assigned, target.name, node.value);
  else if (target.kind === 'unary' && target.op === '*') {
    const pointer = uncast(target.operand);
    if (pointer.kind === 'name') push(storedThrough, pointer.name, node.value);
  } else if (target.kind === 'index' && uncast(target.object).kind === 'name') {
    const array = uncast(target.object);
    if (array.kind === 'name') push(storedThrough, array.name, node.value);
  }
}

function recordOutArguments(
  node: Expr & { kind: 'call' },
  writtenBy: Map<string, { call: Expr & { kind: 'call' }; index: number }[]>,
): void {
  node.args.forEach((arg, index) => {
    const a = uncast(arg);
    if (a.kind === 'unary' && a.op === '&' && a.operand.kind === 'name')
      push(writtenBy, a.operand.name, { call: node, index });
  });
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
