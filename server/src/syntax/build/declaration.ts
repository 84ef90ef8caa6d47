/** Top-level constructs: functions, variables, prototypes, type definitions, macro invocations. */

import type {
  Expr,
  FunctionFacts,
  GlobalFacts,
  InvocationFacts,
  Param,
  PrototypeFacts,
  Stmt,
  TypeRef,
} from '../ir.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { buildDeclarators, declaredByCall } from './declarators.js';
import { buildExpr } from './expr.js';
import { kept } from './intern.js';
import { mineParts } from './mine.js';
import { firstProblem, type Problem, problemAt } from './problem.js';
import { buildStatements } from './stmt.js';
import {
  buildDeclarator,
  buildParams,
  buildSpecifiers,
  buildTypeSpecifier,
  ownedTag,
  UNKNOWN_TYPE,
} from './type.js';

/** What one reading of a chunk says, before the readings are put together. */
export interface Reading {
  readonly functions: FunctionFacts[];
  readonly globals: GlobalFacts[];
  readonly prototypes: PrototypeFacts[];
  readonly invocations: InvocationFacts[];
  readonly unclean: Problem[];
}

export function emptyReading(): Reading {
  return { functions: [], globals: [], prototypes: [], invocations: [], unclean: [] };
}

/** Reads the top-level constructs below the root. */
export function readTopLevel(c: BuildContext, reading: Reading): void {
  if (c.tree.count === 0) return;
  const end = c.after(0);
  if (c.isError(0)) addUnreadable(c, 0, reading);
  for (let child = 1; child < end; child = c.after(child)) {
    if (c.isContent(child)) addTopLevel(c, child, reading);
  }
}

function addTopLevel(c: BuildContext, node: number, reading: Reading): void {
  switch (c.kind(node)) {
    case Kind.function_definition:
      reading.functions.push(buildFunction(c, node));
      return;
    case Kind.declaration:
      addProblem(c, node, reading);
      addDeclaration(c, node, reading);
      return;
    case Kind.type_definition:
      addProblem(c, node, reading);
      buildTypedef(c, node);
      return;
    case Kind.struct_specifier:
    case Kind.union_specifier:
    case Kind.enum_specifier:
      addProblem(c, node, reading);
      buildTypeSpecifier(c, node, null);
      return;
    case Kind.expression_statement:
      addProblem(c, node, reading);
      addInvocation(c, node, reading);
      return;
    case Kind.linkage_specification:
    case Kind.declaration_list:
      for (const child of c.contents(node)) addTopLevel(c, child, reading);
      return;
    case Kind.primitive_type:
    case Kind.type_identifier:
    case Kind.string_literal:
      return;
    case Kind.ERROR:
      addUnreadable(c, node, reading);
      return;
    default:
      addProblem(c, node, reading);
      addLoose(c, node, reading);
  }
}

function addProblem(c: BuildContext, node: number, reading: Reading): void {
  const problem = firstProblem(c, node, c.after(node));
  if (problem) reading.unclean.push(problem);
}

/** Text that is no C construct: what it says of calls is kept as an invocation of nothing. */
function addUnreadable(c: BuildContext, node: number, reading: Reading): void {
  reading.unclean.push(
    c.tree.failure === null ? problemAt(c, node) : { at: c.start(0), reason: c.tree.failure },
  );
  if (node !== 0) addLoose(c, node, reading);
}

function addLoose(c: BuildContext, node: number, reading: Reading): void {
  const parts = mineParts(c, node);
  if (parts.length === 0) return;
  const start = c.start(node);
  reading.invocations.push({
    macro: '',
    args: parts,
    condition: c.conditionAt(start),
    start,
    end: c.end(node),
  });
}

// ---- functions ----------------------------------------------------------------------------------------------

function buildFunction(c: BuildContext, node: number): FunctionFacts {
  const declarator = c.child(node, Field.declarator);
  const { type, isStatic } = buildSpecifiers(c, node, null);
  const parts = declarator < 0 ? null : buildDeclarator(c, declarator, type);
  const nameNode = parts?.name ?? -1;
  const start = c.start(node);
  const end = c.end(node);
  const name = nameNode < 0 ? '' : c.word(nameNode);
  c.owner = name;
  const list = parts?.parameters ?? -1;
  const params = list < 0 ? [] : buildParams(c, list);
  const body = c.child(node, Field.body);
  const statements = body < 0 ? [] : buildStatements(c, body);
  c.owner = '';
  return {
    name,
    nameSpan: nameNode < 0 ? { start, end: start } : { start: c.start(nameNode), end: c.end(nameNode) },
    returnType: parts?.type ?? UNKNOWN_TYPE,
    params: withOldStyleTypes(c, node, params),
    isStatic,
    definedBy: null,
    condition: c.conditionAt(start),
    variants: [{ when: null, body: [...headProblems(c, node, body), ...statements] }],
    unclean: firstProblem(c, 0, c.after(0)),
    start,
    end,
  };
}

/** `int f(a, b) int a; char b; { ... }`: the types stand between the head and the body. */
function withOldStyleTypes(c: BuildContext, node: number, params: readonly Param[]): readonly Param[] {
  const types = new Map<string, TypeRef>();
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.kind(child) !== Kind.declaration) continue;
    for (const declarator of buildDeclarators(c, child)) types.set(declarator.name, declarator.type);
  }
  if (types.size === 0) return params;
  return params.map((param) => ({ name: param.name, type: types.get(param.name) ?? param.type }));
}

/** What could not be read in the head still holds names. */
function headProblems(c: BuildContext, node: number, body: number): Stmt[] {
  if (!c.hasProblem) return [];
  const found: Stmt[] = [];
  const end = body < 0 ? c.after(node) : body;
  for (let at = node + 1; at < end; at++) {
    if (!c.isError(at)) continue;
    const { reason } = problemAt(c, at);
    found.push({ kind: 'opaque', why: reason, parts: mineParts(c, at), start: c.start(at), end: c.end(at) });
    at = c.after(at) - 1;
  }
  return found;
}

// ---- declarations -------------------------------------------------------------------------------------------

function addDeclaration(c: BuildContext, node: number, reading: Reading): void {
  const call = declaredByCall(c, node);
  if (call) {
    reading.invocations.push(invocationOf(call, c, c.start(node), c.end(node)));
    return;
  }
  const first = c.child(node, Field.declarator);
  const { type, isStatic, isExtern } = buildSpecifiers(c, node, first < 0 ? null : () => ownedTag(c, first));
  const condition = c.conditionAt(c.start(node));
  const by = definingMacro(c, node);
  const definedBy = by === '' ? {} : { definedBy: by };
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.field(child) !== Field.declarator) {
      if (c.isError(child)) addLoose(c, child, reading);
      continue;
    }
    const isInitialised = c.kind(child) === Kind.init_declarator;
    const inner = isInitialised ? c.child(child, Field.declarator) : child;
    const value = isInitialised ? c.child(child, Field.value) : -1;
    const parts = buildDeclarator(c, inner, type);
    if (parts.name < 0 || c.start(parts.name) === c.end(parts.name)) continue;
    const name = c.word(parts.name);
    const span = { start: c.start(node), end: c.end(node) };
    if (parts.parameters >= 0) {
      const params = buildParams(c, parts.parameters);
      reading.prototypes.push({ name, returnType: parts.type, params, condition, ...span });
    } else {
      const nameSpan = { start: c.start(parts.name), end: c.end(parts.name) };
      const init = value < 0 ? null : buildExpr(c, value);
      reading.globals.push({
        name,
        nameSpan,
        type: parts.type,
        init,
        isStatic,
        isExtern,
        ...definedBy,
        condition,
        ...span,
      });
    }
  }
}

/** The macro whose call is shown as this declaration; '' for plain C. */
function definingMacro(c: BuildContext, node: number): string {
  for (const rewrite of c.rewrites.values()) {
    if (rewrite.kind !== 'definition-macro' || rewrite.start > c.end(node) || rewrite.end < c.start(node))
      continue;
    return kept(/\w+/.exec(c.source.slice(rewrite.start, rewrite.end))?.[0] ?? '');
  }
  return '';
}

/** A type definition, at file level or in a function; what it names goes to the context. */
export function buildTypedef(c: BuildContext, node: number): void {
  const first = c.child(node, Field.declarator);
  const firstName = first < 0 ? null : plainName(c, first);
  const { type } = buildSpecifiers(c, node, firstName === null ? null : () => firstName);
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.field(child) !== Field.declarator) continue;
    const parts = buildDeclarator(c, child, type);
    if (parts.name < 0) continue;
    const name = c.word(parts.name);
    // A record without a tag has taken the name; a definition of the name by itself would be a riddle.
    if (name === parts.type.base && parts.type.pointers === 0 && parts.parameters < 0) continue;
    const isFunction = parts.parameters >= 0;
    c.typedefs.push({
      name,
      type: isFunction ? { ...parts.type, isFunction, params: buildParams(c, parts.parameters) } : parts.type,
      start: c.start(node),
      end: c.end(node),
    });
  }
}

/** The name a typedef gives to the type itself, not to a pointer to it. */
function plainName(c: BuildContext, declarator: number): string | null {
  const isPlain = c.kind(declarator) === Kind.type_identifier || c.kind(declarator) === Kind.identifier;
  return isPlain ? c.word(declarator) : null;
}

// ---- macros invoked at file level ---------------------------------------------------------------------------

function addInvocation(c: BuildContext, node: number, reading: Reading): void {
  const inner = c.firstContent(node);
  if (inner < 0 || c.isError(inner)) return;
  const expr = buildExpr(c, inner);
  reading.invocations.push(invocationOf(expr, c, c.start(node), c.end(node)));
}

export function invocationOf(expr: Expr, c: BuildContext, start: number, end: number): InvocationFacts {
  const condition = c.conditionAt(start);
  if (expr.kind === 'call' && expr.callee.kind === 'name') {
    return { macro: expr.callee.name, args: expr.args, condition, start, end };
  }
  if (expr.kind === 'name') return { macro: expr.name, args: [], condition, start, end };
  return { macro: '', args: [expr], condition, start, end };
}
