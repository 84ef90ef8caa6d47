/** Expressions. */

import type { Expr, InitItem, OpaqueExpr, SizeofExpr, TypeRef, UnaryExpr } from '../ir.js';
import type { Rewrite } from '../source.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { MAX_DEPTH } from './context.js';
import { wordOf } from './intern.js';
import { mineNames, mineParts } from './mine.js';
import { problemAt } from './problem.js';
import { buildStatements } from './stmt.js';
import { buildTypeDescriptor, declaredName, looksLikeTypeName, readType } from './type.js';

/** The expression a node stands for. Never throws; what can't be read is opaque, with the parts that can. */
export function buildExpr(c: BuildContext, node: number): Expr {
  if (c.depth >= MAX_DEPTH) return opaque(c, node, 'nested too deeply', mineNames(c, node));
  c.depth++;
  const built = build(c, node);
  const expr = c.hasProblem ? withProblems(c, node, built) : built;
  c.depth--;
  return expr;
}

function build(c: BuildContext, node: number): Expr {
  switch (c.kind(node)) {
    case Kind.identifier:
    case Kind.field_identifier:
    case Kind.type_identifier:
    case Kind.statement_identifier:
    case Kind.primitive_type:
    case Kind.true:
    case Kind.false:
    case Kind.null:
      return buildName(c, node);
    case Kind.number_literal:
      return buildNumber(c, node);
    case Kind.string_literal:
    case Kind.concatenated_string:
    case Kind.system_lib_string:
      return { kind: 'string', text: c.word(node), start: c.start(node), end: c.end(node) };
    case Kind.char_literal:
      return { kind: 'char', text: c.word(node), start: c.start(node), end: c.end(node) };
    case Kind.call_expression:
      return buildCall(c, node);
    case Kind.field_expression:
      return buildMember(c, node);
    case Kind.subscript_expression:
      return buildIndex(c, node);
    case Kind.unary_expression:
    case Kind.pointer_expression:
      return buildUnary(c, node);
    case Kind.update_expression:
      return buildUpdate(c, node);
    case Kind.binary_expression:
      return buildBinary(c, node);
    case Kind.assignment_expression:
      return buildAssign(c, node);
    case Kind.conditional_expression:
      return buildConditional(c, node);
    case Kind.cast_expression:
      return buildCast(c, node);
    case Kind.sizeof_expression:
    case Kind.alignof_expression:
    case Kind.offsetof_expression:
      return buildSizeof(c, node);
    case Kind.generic_expression:
      return buildGeneric(c, node);
    case Kind.compound_literal_expression:
      return buildCompoundLiteral(c, node);
    case Kind.initializer_list:
      return buildInitializer(c, node, null);
    case Kind.parenthesized_expression:
    case Kind.extension_expression:
      return buildInner(c, node);
    case Kind.comma_expression:
      return buildComma(c, node);
    case Kind.compound_statement:
      return { kind: 'statements', body: buildStatements(c, node), start: c.start(node), end: c.end(node) };
    case Kind.gnu_asm_expression:
      return opaque(c, node, 'assembly', asmOperands(c, node));
    case Kind.type_descriptor:
      return { kind: 'type', type: buildTypeDescriptor(c, node), start: c.start(node), end: c.end(node) };
    case Kind.ERROR:
      return opaque(c, node, problemAt(c, node).reason, mineParts(c, node));
    default:
      return opaque(c, node, `unexpected ${c.typeOf(node).replaceAll('_', ' ')}`, mineParts(c, node));
  }
}

export function opaque(c: BuildContext, node: number, why: string, parts: readonly Expr[]): OpaqueExpr {
  return { kind: 'opaque', why, parts, start: c.start(node), end: c.end(node) };
}

/** What an ERROR directly below the node holds must not get lost: the node becomes opaque around it. */
function withProblems(c: BuildContext, node: number, built: Expr): Expr {
  if (built.kind === 'opaque' || built.kind === 'statements') return built;
  const extra: Expr[] = [];
  let why = '';
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (!c.isError(child)) continue;
    why ||= problemAt(c, child).reason;
    extra.push(...mineParts(c, child));
  }
  return why === '' ? built : opaque(c, node, why, [built, ...extra]);
}

// ---- names --------------------------------------------------------------------------------------------------

function buildName(c: BuildContext, node: number): Expr {
  const rewrite = c.rewriteAt(node);
  if (rewrite) return buildRewritten(c, node, rewrite);
  const start = c.start(node);
  const end = c.end(node);
  if (start === end) return opaque(c, node, 'missing expression', []);
  return { kind: 'name', name: c.word(node), start, end };
}

/** The grammar's number takes the sign before it; C's does not. */
function buildNumber(c: BuildContext, node: number): Expr {
  const start = c.start(node);
  const end = c.end(node);
  const sign = c.source[start];
  if (sign !== '-' && sign !== '+') return { kind: 'number', text: c.word(node), start, end };
  const digits = start + 1;
  const operand: Expr = { kind: 'number', text: wordOf(c.source, digits, end), start: digits, end };
  return { kind: 'unary', op: sign, operand, start, end };
}

/** An identifier that stands for something else in the original text. */
function buildRewritten(c: BuildContext, node: number, rewrite: Rewrite): Expr {
  const { start, end } = rewrite;
  if (rewrite.kind === 'type-argument' || rewrite.kind === 'typeof') {
    const name = declaredName(c.source.slice(start, end));
    return { kind: 'type', type: readType(c, start, end), ...(name === '' ? {} : { name }), start, end };
  }
  const text = rewrite.kind === 'notation' ? wordOf(c.source, start, end) : c.word(node);
  // A name put into white space where a macro was given nothing.
  if (text.trim() === '') return opaque(c, node, 'empty argument', []);
  // What surrounds the node ends where the node ends, on the first line of a name pasted over several.
  return { kind: 'name', name: text, start, end: c.end(node) };
}

// ---- postfix ------------------------------------------------------------------------------------------------

function buildCall(c: BuildContext, node: number): Expr {
  const callee = c.child(node, Field.function);
  const list = c.child(node, Field.arguments);
  const args = list < 0 ? [] : buildList(c, list);
  const start = c.start(node);
  const end = c.end(node);
  const word = callee >= 0 && c.kind(callee) === Kind.identifier ? c.word(callee) : '';
  if (UNEVALUATED.has(word)) return unevaluated(args, word, start, end);
  return { kind: 'call', callee: part(c, callee, node), args, start, end };
}

/** Operators that the grammar does not know in every form: shown to it, or read by it, as plain calls. */
const UNEVALUATED: ReadonlySet<string> = new Set([
  'offsetof',
  '__builtin_offsetof',
  '__alignof__',
  '__alignof',
  '_Alignof',
  'alignof',
]);

function unevaluated(args: readonly Expr[], op: string, start: number, end: number): Expr {
  const [first, second] = args;
  const isType = first?.kind === 'type';
  const operand = isType ? (second ?? null) : op.endsWith('offsetof') ? (second ?? null) : (first ?? null);
  const name = first?.kind === 'name' && operand !== first ? { base: first.name, pointers: 0 } : null;
  return { kind: 'sizeof', op, type: isType ? first.type : name, operand, start, end };
}

function buildList(c: BuildContext, list: number): Expr[] {
  const items: Expr[] = [];
  const end = c.after(list);
  for (let child = list + 1; child < end; child = c.after(child)) {
    if (c.isContent(child)) items.push(buildExpr(c, child));
  }
  return items;
}

function buildMember(c: BuildContext, node: number): Expr {
  const object = part(c, c.child(node, Field.argument), node);
  const field = c.child(node, Field.field);
  const operator = c.child(node, Field.operator);
  return {
    kind: 'member',
    object,
    field: field < 0 ? '' : c.word(field),
    isArrow: operator >= 0 && c.tree.textOf(operator) === '->',
    start: c.start(node),
    end: c.end(node),
  };
}

function buildIndex(c: BuildContext, node: number): Expr {
  const object = part(c, c.child(node, Field.argument), node);
  const index = part(c, c.child(node, Field.index), node);
  return { kind: 'index', object, index, start: c.start(node), end: c.end(node) };
}

// ---- operators ----------------------------------------------------------------------------------------------

/** A child that must be there, or an opaque stand-in. */
function part(c: BuildContext, child: number, parent: number): Expr {
  return child < 0 ? opaque(c, parent, 'missing expression', []) : buildExpr(c, child);
}

/** The operator as written; the dialect pass may have shown another of the same length to the parser. */
function operatorOf(c: BuildContext, node: number): string {
  const operator = c.child(node, Field.operator);
  if (operator < 0) return '';
  const word = c.word(operator);
  // `a ... b` is shown as `a  |  b`.
  return word === '.' || word === '..' ? '...' : word;
}

function buildUnary(c: BuildContext, node: number): Expr {
  const start = c.start(node);
  const end = c.end(node);
  const rewrite = c.rewriteAt(node);
  const argument = c.child(node, Field.argument);
  if (rewrite?.kind === 'notation' && c.source.startsWith('(', rewrite.start)) {
    // `(u32)` before an operator, shown as a unary operator so that it binds as a cast does.
    const type = readType(c, rewrite.start + 1, rewrite.end - 1);
    return { kind: 'cast', type, operand: part(c, argument, node), start, end };
  }
  const operand = part(c, argument, node);
  let op = operatorOf(c, node) as UnaryExpr['op'];
  // `&&label` is shown as ` &label`.
  if (op === '&' && c.rewrites.get(start - 1)?.kind === 'notation' && c.source[start - 1] === '&') op = '&&';
  return { kind: 'unary', op, operand, start, end };
}

function buildUpdate(c: BuildContext, node: number): Expr {
  const argument = c.child(node, Field.argument);
  const operator = c.child(node, Field.operator);
  return {
    kind: 'update',
    op: operatorOf(c, node) === '--' ? '--' : '++',
    isPrefix: operator < argument,
    operand: part(c, argument, node),
    start: c.start(node),
    end: c.end(node),
  };
}

function buildBinary(c: BuildContext, node: number): Expr {
  const left = part(c, c.child(node, Field.left), node);
  const op = operatorOf(c, node);
  const right = part(c, c.child(node, Field.right), node);
  return { kind: 'binary', op, left, right, start: c.start(node), end: c.end(node) };
}

function buildAssign(c: BuildContext, node: number): Expr {
  const target = part(c, c.child(node, Field.left), node);
  const op = operatorOf(c, node);
  const value = part(c, c.child(node, Field.right), node);
  return { kind: 'assign', op, target, value, start: c.start(node), end: c.end(node) };
}

function buildConditional(c: BuildContext, node: number): Expr {
  const test = part(c, c.child(node, Field.condition), node);
  const consequence = c.child(node, Field.consequence);
  const then = consequence < 0 ? null : buildExpr(c, consequence);
  const otherwise = part(c, c.child(node, Field.alternative), node);
  return { kind: 'conditional', test, then, otherwise, start: c.start(node), end: c.end(node) };
}

function buildCast(c: BuildContext, node: number): Expr {
  const type = typeChild(c, node);
  const operand = part(c, c.child(node, Field.value), node);
  return { kind: 'cast', type, operand, start: c.start(node), end: c.end(node) };
}

function typeChild(c: BuildContext, node: number): TypeRef {
  const type = c.child(node, Field.type);
  return type < 0 ? { base: '', pointers: 0 } : buildTypeDescriptor(c, type);
}

function buildInner(c: BuildContext, node: number): Expr {
  const inner = c.firstContent(node);
  if (inner < 0) return opaque(c, node, 'missing expression', []);
  const built = buildExpr(c, inner);
  // A statement expression spans its parentheses too.
  return built.kind === 'statements' ? { ...built, start: c.start(node), end: c.end(node) } : built;
}

function buildComma(c: BuildContext, node: number): Expr {
  const parts: Expr[] = [];
  let at = node;
  // `a, b, c` nests to the right.
  while (at >= 0 && c.kind(at) === Kind.comma_expression) {
    parts.push(part(c, c.child(at, Field.left), at));
    at = c.child(at, Field.right);
  }
  if (at >= 0) parts.push(buildExpr(c, at));
  return { kind: 'comma', parts, start: c.start(node), end: c.end(node) };
}

// ---- types inside expressions -------------------------------------------------------------------------------

function buildSizeof(c: BuildContext, node: number): Expr {
  const op = c.text(node).match(/^\w+/)?.[0] ?? 'sizeof';
  const start = c.start(node);
  const end = c.end(node);
  const type = c.child(node, Field.type);
  if (type >= 0) {
    const member = c.child(node, Field.member);
    const lone = loneName(c, type);
    // `sizeof(x)` of a variable reads like one of a type.
    if (op === 'sizeof' && lone >= 0 && !looksLikeTypeName(c.word(lone)) && c.variables().has(c.word(lone))) {
      return { kind: 'sizeof', op, type: null, operand: buildName(c, lone), start, end };
    }
    const operand = member < 0 ? null : buildExpr(c, member);
    return { kind: 'sizeof', op, type: buildTypeDescriptor(c, type), operand, start, end };
  }
  const value = c.child(node, Field.value);
  return sizeofValue(op, value < 0 ? null : buildExpr(c, value), start, end, c);
}

/** `sizeof (u32)` reads like one of a value. */
function sizeofValue(
  op: string,
  operand: Expr | null,
  start: number,
  end: number,
  c: BuildContext,
): SizeofExpr {
  if (operand?.kind === 'type') return { kind: 'sizeof', op, type: operand.type, operand: null, start, end };
  if (operand?.kind === 'name' && looksLikeTypeName(operand.name) && !c.variables().has(operand.name)) {
    return { kind: 'sizeof', op, type: { base: operand.name, pointers: 0 }, operand: null, start, end };
  }
  return { kind: 'sizeof', op, type: null, operand, start, end };
}

/** The identifier when a type descriptor is nothing but one; else -1. */
function loneName(c: BuildContext, descriptor: number): number {
  const only = descriptor + 1;
  return c.after(only) === c.after(descriptor) && c.kind(only) === Kind.type_identifier ? only : -1;
}

/** `_Generic(x, int: a, default: b)` as a call of `_Generic`: subject, then each type and value. */
function buildGeneric(c: BuildContext, node: number): Expr {
  const start = c.start(node);
  const callee: Expr = { kind: 'name', name: '_Generic', start, end: start + '_Generic'.length };
  return { kind: 'call', callee, args: buildList(c, node), start, end: c.end(node) };
}

// ---- initialisers -------------------------------------------------------------------------------------------

function buildCompoundLiteral(c: BuildContext, node: number): Expr {
  const type = typeChild(c, node);
  const value = c.child(node, Field.value);
  if (value < 0) return opaque(c, node, 'missing initialiser', []);
  return { ...buildInitializer(c, value, type), start: c.start(node), end: c.end(node) };
}

function buildInitializer(c: BuildContext, node: number, type: TypeRef | null): Expr {
  const items: InitItem[] = [];
  const outer = c.conditionAt(c.start(node));
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (!c.isContent(child)) continue;
    const condition = c.conditionAt(c.start(child));
    const item = buildInitItem(c, child);
    items.push(condition === outer || condition.kind === 'true' ? item : { ...item, condition });
  }
  return { kind: 'init', type, items, start: c.start(node), end: c.end(node) };
}

function buildInitItem(c: BuildContext, node: number): InitItem {
  if (c.kind(node) !== Kind.initializer_pair) return { designators: [], value: buildExpr(c, node) };
  const designators: (string | Expr)[] = [];
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (c.field(child) === Field.designator) designators.push(buildDesignator(c, child));
  }
  const value = part(c, c.child(node, Field.value), node);
  if (!c.hasProblem) return { designators, value };
  const kept = withProblems(c, node, value);
  return { designators, value: kept };
}

function buildDesignator(c: BuildContext, node: number): string | Expr {
  const inner = c.kind(node) === Kind.field_identifier ? node : c.firstContent(node);
  if (inner < 0) return '';
  if (c.kind(node) === Kind.subscript_range_designator) {
    const left = part(c, c.child(node, Field.start), node);
    const right = part(c, c.child(node, Field.end), node);
    return { kind: 'binary', op: '...', left, right, start: left.start, end: right.end };
  }
  return c.kind(node) === Kind.subscript_designator ? buildExpr(c, inner) : c.word(inner);
}

// ---- assembly -----------------------------------------------------------------------------------------------

/** The C expressions that an assembly statement reads and writes. */
export function asmOperands(c: BuildContext, node: number): Expr[] {
  const operands: Expr[] = [];
  for (const list of c.contents(node)) {
    const kind = c.kind(list);
    if (kind !== Kind.gnu_asm_output_operand_list && kind !== Kind.gnu_asm_input_operand_list) continue;
    for (const operand of c.contents(list)) {
      const value = c.child(operand, Field.value);
      if (value >= 0) operands.push(buildExpr(c, value));
      else operands.push(...mineParts(c, operand));
    }
  }
  return operands;
}

export function asmLabels(c: BuildContext, node: number): string[] {
  const labels: string[] = [];
  for (const list of c.contents(node)) {
    if (c.kind(list) !== Kind.gnu_asm_goto_list) continue;
    for (const label of c.contents(list)) labels.push(c.word(label));
  }
  return labels;
}
