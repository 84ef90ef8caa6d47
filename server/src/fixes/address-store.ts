/** Where a physical address is taken and kept, as a statement that others can take the place of. */
import { localFlow } from '../analysis/values/local-flow.js';
import type { FunctionRef, Program } from '../program/index.js';
import type { AssignExpr, CallExpr, Declarator, Expr, Stmt } from '../syntax/ir.js';
import { type Path, uncast, walk } from '../syntax/walk.js';
import type { Span } from '../text/span.js';
import { isPhysicalAddressCall, withoutOrder } from './buffer.js';
import { type Change, meet } from './fix.js';

export interface AddressStore {
  readonly address: CallExpr;
  /** Where the address ends up: a field of a message, a descriptor. */
  readonly target: Expr;
  /** The variable that takes the bare address; null where it is stored at once. */
  readonly variable: string | null;
  /** The statement that takes it, and where the address stands in it. */
  readonly written: string;
  readonly addressIn: Span;
  /** What gives way to other statements; empty behind declarations. */
  readonly replaced: Span;
  /** An offset in the line whose indentation they take. */
  readonly indentOf: number;
  /** What else changes, before that. */
  readonly before: readonly Change[];
}

/** Null where the address is not taken in a statement of a block, or in more than one place. */
export function storeAt(program: Program, fn: FunctionRef, at: Span): AddressStore | null {
  const store = assignmentAt(fn, at);
  if (store === null) return null;
  const value = withoutOrder(store.assign.value);
  if (value.kind === 'call') {
    const { target } = store.assign;
    const variable = target.kind === 'name' && uncast(store.assign.value) === value ? target.name : null;
    return isPhysicalAddressCall(value) ? inPlaceOf(program, fn, store, value, target, variable) : null;
  }
  return value.kind === 'name' ? throughLocal(program, fn, value.name, store.assign.target) : null;
}

interface Assignment {
  readonly assign: AssignExpr;
  readonly statement: Span;
}

function assignmentAt(fn: FunctionRef, at: Span): Assignment | null {
  let found: Assignment | null = null;
  walk(bodyOf(fn), (node, up) => {
    if (found !== null || node.kind !== 'expr' || !meet(node, at) || !isInBlock(up)) return;
    const assign = node.expr;
    if (assign.kind === 'assign' && assign.op === '=' && meet(assign, at))
      found = { assign, statement: node };
  });
  return found;
}

function bodyOf(fn: FunctionRef): readonly Stmt[] {
  return fn.variants.flatMap((variant) => variant.body);
}

/** Behind an `if` without braces there is no room for more statements. */
function isInBlock(up: Path | null): boolean {
  return up === null || up.node.kind === 'block';
}

function inPlaceOf(
  program: Program,
  fn: FunctionRef,
  { statement }: Assignment,
  address: CallExpr,
  target: Expr,
  variable: string | null,
): AddressStore {
  return {
    address,
    target,
    variable,
    written: program.textOf(fn.file, statement),
    addressIn: { start: address.start - statement.start, end: address.end - statement.start },
    replaced: { start: statement.start, end: statement.end },
    indentOf: statement.start,
    before: [],
  };
}

// ---- an address that is kept in a local first

function throughLocal(program: Program, fn: FunctionRef, name: string, target: Expr): AddressStore | null {
  const [value, ...others] = localFlow(fn).assigned.get(name) ?? [];
  const address = value === undefined ? null : uncast(value);
  if (value === undefined || others.length > 0 || address?.kind !== 'call' || !isPhysicalAddressCall(address))
    return null;
  const assignment = assignmentAt(fn, address);
  if (assignment !== null) return inPlaceOf(program, fn, assignment, address, target, name);
  return atDeclaration(program, fn, name, address, target);
}

/** `dma_addr_t at = virt_to_phys(p);` among the declarations at the head of a block: what takes its place stands behind them. */
function atDeclaration(
  program: Program,
  fn: FunctionRef,
  name: string,
  address: CallExpr,
  target: Expr,
): AddressStore | null {
  const block = blockDeclaring(fn, name);
  if (block === null) return null;
  const { declarator, heads } = block;
  const last = heads.at(-1);
  const initial = declarator.init;
  if (last === undefined || initial === null) return null;
  // Another initialiser may use the address; memory another one makes is there by then.
  const later = heads.flatMap((decl) => decl.declarators).filter((d) => d.start > declarator.start);
  if (
    later.some(({ init }) => init !== null && new RegExp(`\\b${name}\\b`).test(program.textOf(fn.file, init)))
  )
    return null;
  const written = `${name} = ${program.textOf(fn.file, initial)};`;
  const start = `${name} = `.length + address.start - initial.start;
  const equals = program.textOf(fn.file, { start: declarator.start, end: initial.start }).indexOf('=');
  if (equals < 0) return null;
  const from =
    declarator.start +
    program.textOf(fn.file, { start: declarator.start, end: declarator.start + equals }).trimEnd().length;
  return {
    address,
    target,
    variable: name,
    written,
    addressIn: { start, end: start + address.end - address.start },
    replaced: { start: last.end, end: last.end },
    indentOf: last.start,
    before: [{ start: from, end: initial.end, newText: '' }],
  };
}

type Declaration = Stmt & { readonly kind: 'decl' };

/** The declarations a block begins with, when one of them is that of the name. */
function blockDeclaring(
  fn: FunctionRef,
  name: string,
): { readonly declarator: Declarator; readonly heads: readonly Declaration[] } | null {
  const bodies: (readonly Stmt[])[] = fn.variants.map((variant) => variant.body);
  walk(bodyOf(fn), (node) => {
    if (node.kind === 'block') bodies.push(node.body);
  });
  for (const body of bodies) {
    const inner = body.length === 1 && body[0]?.kind === 'block' ? body[0].body : body;
    const rest = inner.findIndex((stmt) => stmt.kind !== 'decl');
    const heads = inner.slice(0, rest < 0 ? inner.length : rest).filter((stmt) => stmt.kind === 'decl');
    const declarator = heads.flatMap((decl) => decl.declarators).find((d) => d.name === name);
    if (declarator !== undefined) return { declarator, heads };
  }
  return null;
}
