/** Statements. Case and label statements come out flat, as in C: what follows one in the list belongs to it. */

import type { AsmStmt, CaseStmt, Expr, MacroBlockStmt, OpaqueStmt, Stmt } from '../ir.js';
import type { Rewrite } from '../source.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { MAX_DEPTH } from './context.js';
import { buildTypedef } from './declaration.js';
import { buildDeclarators, declaredByCall, productOf } from './declarators.js';
import { asmLabels, asmOperands, buildExpr } from './expr.js';
import { kept } from './intern.js';
import { mineNames, mineParts } from './mine.js';
import { problemAt } from './problem.js';
import { buildTypeSpecifier } from './type.js';

/** The statements directly inside a block. */
export function buildStatements(c: BuildContext, block: number): Stmt[] {
  const out: Stmt[] = [];
  const end = c.after(block);
  for (let child = block + 1; child < end; child = c.after(child)) {
    if (c.isContent(child)) addStatement(c, child, out);
  }
  return out;
}

/** A statement where C wants exactly one: the body of an `if`, a loop, a `switch`. */
export function buildBody(c: BuildContext, node: number): Stmt {
  if (node < 0) return { kind: 'block', body: [], start: 0, end: 0 };
  const out: Stmt[] = [];
  addStatement(c, node, out);
  const [only] = out;
  if (out.length === 1 && only) return only;
  return { kind: 'block', body: out, start: c.start(node), end: c.end(node) };
}

/** Adds what a node says to a list of statements: nothing, one, or a label and what follows it. */
export function addStatement(c: BuildContext, node: number, out: Stmt[]): void {
  if (c.depth >= MAX_DEPTH) {
    out.push(opaqueStatement(c, node, 'nested too deeply', mineNames(c, node)));
    return;
  }
  c.depth++;
  if (c.hasProblem) addProblems(c, node, out);
  add(c, node, out);
  c.depth--;
}

function add(c: BuildContext, node: number, out: Stmt[]): void {
  const start = c.start(node);
  const end = c.end(node);
  switch (c.kind(node)) {
    case Kind.compound_statement:
      out.push({ kind: 'block', body: buildStatements(c, node), start, end });
      return;
    case Kind.expression_statement:
      addExpression(c, node, out);
      return;
    case Kind.declaration:
      addDeclaration(c, node, out);
      return;
    case Kind.if_statement:
      out.push(buildIf(c, node));
      return;
    case Kind.while_statement:
      out.push(buildWhile(c, node));
      return;
    case Kind.do_statement:
      out.push(buildDo(c, node));
      return;
    case Kind.for_statement:
      out.push(buildFor(c, node));
      return;
    case Kind.switch_statement:
      out.push({
        kind: 'switch',
        subject: condition(c, node),
        body: buildBody(c, c.child(node, Field.body)),
        start,
        end,
      });
      return;
    case Kind.case_statement:
      addCase(c, node, out);
      return;
    case Kind.labeled_statement:
      addLabel(c, node, out);
      return;
    case Kind.attributed_statement:
      addLast(c, node, out);
      return;
    case Kind.return_statement:
      out.push({ kind: 'return', value: optional(c, c.firstContent(node)), start, end });
      return;
    case Kind.goto_statement:
      out.push({ kind: 'goto', label: gotoLabel(c, node), start, end });
      return;
    case Kind.break_statement:
      out.push({ kind: 'break', start, end });
      return;
    case Kind.continue_statement:
      out.push({ kind: 'continue', start, end });
      return;
    case Kind.struct_specifier:
    case Kind.union_specifier:
    case Kind.enum_specifier:
    case Kind.type_definition:
      addType(c, node);
      return;
    case Kind.function_definition:
      addNestedFunction(c, node, out);
      return;
    case Kind.ERROR:
      out.push(opaqueStatement(c, node, problemAt(c, node).reason, mineParts(c, node)));
      return;
    default:
      addOther(c, node, out);
  }
}

function opaqueStatement(c: BuildContext, node: number, why: string, parts: readonly Expr[]): OpaqueStmt {
  return { kind: 'opaque', why, parts, start: c.start(node), end: c.end(node) };
}

/** Node types whose own children are statements or expressions that look after their errors themselves. */
const KEEPS_PROBLEMS: ReadonlySet<number> = new Set([Kind.compound_statement, Kind.ERROR]);

/** ERROR nodes between the parts of a statement become opaque statements before it. */
function addProblems(c: BuildContext, node: number, out: Stmt[]): void {
  if (KEEPS_PROBLEMS.has(c.kind(node))) return;
  const end = c.after(node);
  for (let child = node + 1; child < end; child = c.after(child)) {
    if (!c.isError(child)) continue;
    out.push(opaqueStatement(c, child, problemAt(c, child).reason, mineParts(c, child)));
  }
}

function optional(c: BuildContext, node: number): Expr | null {
  return node < 0 || c.isError(node) ? null : buildExpr(c, node);
}

/** The last statement child: what an attribute stands before. */
function addLast(c: BuildContext, node: number, out: Stmt[]): void {
  const last = c.contents(node).at(-1);
  if (last !== undefined) addStatement(c, last, out);
}

/** An expression where a statement stands, or something the grammar only knows at file level. */
function addOther(c: BuildContext, node: number, out: Stmt[]): void {
  const word = c.typeOf(node);
  const start = c.start(node);
  const end = c.end(node);
  if (
    c.kind(node) === Kind.macro_type_specifier ||
    word.endsWith('_expression') ||
    c.kind(node) === Kind.identifier
  ) {
    out.push({ kind: 'expr', expr: buildExpr(c, node), start, end });
  } else if (!word.endsWith('_type') && c.kind(node) !== Kind.type_identifier) {
    out.push(opaqueStatement(c, node, `unexpected ${word.replaceAll('_', ' ')}`, mineParts(c, node)));
  } else {
    // A lone type name with `;`: a macro that expands to a statement.
    out.push({ kind: 'expr', expr: buildExpr(c, node), start, end });
  }
}

// ---- simple statements --------------------------------------------------------------------------------------

function addExpression(c: BuildContext, node: number, out: Stmt[]): void {
  const inner = c.firstContent(node);
  if (inner < 0 || c.isError(inner)) return;
  const start = c.start(node);
  const end = c.end(node);
  if (c.kind(inner) === Kind.gnu_asm_expression) {
    out.push({ ...buildAsm(c, inner), start, end });
    return;
  }
  const expr = buildExpr(c, inner);
  const call = c.rewrites.size === 0 ? null : hiddenCall(c, inner, expr);
  if (call) {
    out.push({ kind: 'expr', expr: call, start: call.start, end: Math.max(end, call.end) });
    return;
  }
  out.push({ kind: 'expr', expr, start, end });
  // `goto *p` is shown as `*p`.
  if (c.rewrites.size > 0 && c.kind(inner) === Kind.pointer_expression && isAfterGoto(c, start)) {
    out.push({ kind: 'goto', label: null, start, end });
  }
}

export function buildAsm(c: BuildContext, node: number): AsmStmt {
  const labels = asmLabels(c, node);
  const span = { start: c.start(node), end: c.end(node) };
  return { kind: 'asm', operands: asmOperands(c, node), ...(labels.length > 0 ? { labels } : {}), ...span };
}

/** `MACRO(x)` without `;` and without room for one: shown as ` x ;`, or `MACRO()` as `MACRO;`. Null for neither. */
function hiddenCall(c: BuildContext, inner: number, expr: Expr): Expr | null {
  const after = c.rewrites.get(expr.end);
  if (
    expr.kind === 'name' &&
    after?.kind === 'semicolon' &&
    /^\(\s*\)$/.test(c.source.slice(after.start, after.end))
  ) {
    return { kind: 'call', callee: expr, args: [], start: expr.start, end: after.end };
  }
  let gap = c.start(inner);
  while (gap > 0 && /\s/.test(c.source[gap - 1] ?? '')) gap--;
  if (c.source[gap - 1] !== '(') return null;
  for (const rewrite of c.rewrites.values()) {
    if (rewrite.kind !== 'semicolon' || rewrite.end !== gap) continue;
    const name = macroName(c, rewrite);
    const callee: Expr = { kind: 'name', name, start: rewrite.start, end: rewrite.start + name.length };
    return { kind: 'call', callee, args: splitComma(expr), start: rewrite.start, end: expr.end };
  }
  return null;
}

function isAfterGoto(c: BuildContext, start: number): boolean {
  return /\bgoto\s*$/.test(c.source.slice(Math.max(0, start - 64), start));
}

function gotoLabel(c: BuildContext, node: number): string | null {
  const label = c.child(node, Field.label);
  return label < 0 ? null : c.word(label);
}

function addLabel(c: BuildContext, node: number, out: Stmt[]): void {
  const label = c.child(node, Field.label);
  if (label < 0) return;
  out.push({ kind: 'label', name: c.word(label), start: c.start(label), end: c.end(label) });
  const end = c.after(node);
  for (let child = c.after(label); child < end; child = c.after(child)) {
    if (c.isContent(child) && !c.isError(child)) addStatement(c, child, out);
  }
}

function addCase(c: BuildContext, node: number, out: Stmt[]): void {
  const value = c.child(node, Field.value);
  out.push(caseLabel(c, node, value));
  const end = c.after(node);
  for (let child = value < 0 ? node + 1 : c.after(value); child < end; child = c.after(child)) {
    if (c.isContent(child) && !c.isError(child)) addStatement(c, child, out);
  }
}

function caseLabel(c: BuildContext, node: number, value: number): CaseStmt {
  const start = c.start(node);
  const expr = value < 0 ? null : buildExpr(c, value);
  const end = expr?.end ?? start + 'default'.length;
  // `a ... b` is shown to the parser as a binary operator.
  if (expr?.kind === 'binary' && expr.op === '...') {
    return { kind: 'case', value: expr.left, upTo: expr.right, start, end };
  }
  return { kind: 'case', value: expr, upTo: null, start, end };
}

// ---- control ------------------------------------------------------------------------------------------------

/** The expression in the parentheses after `if`, `while`, `switch`. */
function condition(c: BuildContext, node: number): Expr {
  const test = c.child(node, Field.condition);
  if (test >= 0) return withHiddenCallee(c, node, test, buildExpr(c, test));
  return { kind: 'opaque', why: 'missing condition', parts: [], start: c.start(node), end: c.start(node) };
}

/** `if MACRO(x)`: the macro brings the parentheses, and its name is hidden from the parser. */
function withHiddenCallee(c: BuildContext, node: number, test: number, built: Expr): Expr {
  if (c.rewrites.size === 0) return built;
  const gap = c.source.slice(c.start(node), c.start(test));
  const match = /^(?:if|while|switch)\s+(\w+)\s*$/.exec(gap);
  if (!match?.[1]) return built;
  const start = c.start(node) + gap.lastIndexOf(match[1]);
  const callee: Expr = { kind: 'name', name: match[1], start, end: start + match[1].length };
  return { kind: 'call', callee, args: splitComma(built), start, end: c.end(test) };
}

function buildIf(c: BuildContext, node: number): Stmt {
  const macro = macroRewrite(c, node);
  const clause = c.child(node, Field.alternative);
  if (macro && clause < 0) return buildMacroBlock(c, node, macro, Field.consequence);
  // A macro with an `else` is a test, whatever it does.
  const test = macro ? macroCall(c, node, macro) : condition(c, node);
  const then = buildBody(c, c.child(node, Field.consequence));
  const otherwise = clause < 0 ? null : buildBody(c, c.firstContent(clause));
  return { kind: 'if', test, then, otherwise, start: c.start(node), end: c.end(node) };
}

function buildWhile(c: BuildContext, node: number): Stmt {
  const macro = macroRewrite(c, node);
  if (macro) return buildMacroBlock(c, node, macro, Field.body);
  const test = condition(c, node);
  const body = buildBody(c, c.child(node, Field.body));
  return {
    kind: 'loop',
    form: 'while',
    init: null,
    test,
    update: null,
    body,
    start: c.start(node),
    end: c.end(node),
  };
}

function buildDo(c: BuildContext, node: number): Stmt {
  const body = buildBody(c, c.child(node, Field.body));
  const test = condition(c, node);
  return {
    kind: 'loop',
    form: 'do',
    init: null,
    test,
    update: null,
    body,
    start: c.start(node),
    end: c.end(node),
  };
}

function buildFor(c: BuildContext, node: number): Stmt {
  const macro = macroRewrite(c, node);
  if (macro) return buildMacroBlock(c, node, macro, Field.body);
  const init = forInit(c, c.child(node, Field.initializer));
  const test = optional(c, c.child(node, Field.condition));
  const update = optional(c, c.child(node, Field.update));
  const body = buildBody(c, c.child(node, Field.body));
  return { kind: 'loop', form: 'for', init, test, update, body, start: c.start(node), end: c.end(node) };
}

function forInit(c: BuildContext, node: number): Stmt | null {
  if (node < 0) return null;
  if (c.kind(node) === Kind.declaration) return buildBody(c, node);
  return { kind: 'expr', expr: buildExpr(c, node), start: c.start(node), end: c.end(node) };
}

function macroRewrite(c: BuildContext, node: number): Rewrite | null {
  const rewrite = c.rewriteAt(node);
  return rewrite?.kind === 'loop-macro' || rewrite?.kind === 'block-macro' ? rewrite : null;
}

/** `list_for_each_entry(...) stmt`, shown to the parser as `while (...) stmt`. */
function buildMacroBlock(c: BuildContext, node: number, rewrite: Rewrite, bodyField: number): MacroBlockStmt {
  return {
    kind: 'macroblock',
    macro: macroName(c, rewrite),
    args: macroArguments(c, node, rewrite),
    isLoop: rewrite.kind === 'loop-macro',
    body: buildBody(c, c.child(node, bodyField)),
    start: c.start(node),
    end: c.end(node),
  };
}

function macroCall(c: BuildContext, node: number, rewrite: Rewrite): Expr {
  const test = c.child(node, Field.condition);
  const { start } = rewrite;
  const name = macroName(c, rewrite);
  const callee: Expr = { kind: 'name', name, start, end: start + name.length };
  const end = test < 0 ? rewrite.end : c.end(test);
  return { kind: 'call', callee, args: macroArguments(c, node, rewrite), start, end };
}

function macroName(c: BuildContext, rewrite: Rewrite): string {
  return kept(/\w+/.exec(c.source.slice(rewrite.start, rewrite.end))?.[0] ?? '');
}

/** None when the rewrite takes in the parentheses: the parser was shown something between them. */
function macroArguments(c: BuildContext, node: number, rewrite: Rewrite): readonly Expr[] {
  const test = c.child(node, Field.condition);
  return test < 0 || rewrite.end > c.start(test) ? [] : splitComma(buildExpr(c, test));
}

function splitComma(expr: Expr): readonly Expr[] {
  return expr.kind === 'comma' ? expr.parts : [expr];
}

// ---- declarations -------------------------------------------------------------------------------------------

function addDeclaration(c: BuildContext, node: number, out: Stmt[]): void {
  const product = productOf(c, node) ?? declaredByCall(c, node);
  if (product) {
    out.push({ kind: 'expr', expr: product, start: c.start(node), end: c.end(node) });
    return;
  }
  const declarators = buildDeclarators(c, node);
  out.push({ kind: 'decl', declarators, start: c.start(node), end: c.end(node) });
}

/** A type defined inside a function. */
function addType(c: BuildContext, node: number): void {
  if (c.kind(node) === Kind.type_definition) buildTypedef(c, node);
  else buildTypeSpecifier(c, node, null);
}

/** GNU nested functions, or a macro before a block that looked like one: the body counts, run or not. */
function addNestedFunction(c: BuildContext, node: number, out: Stmt[]): void {
  const body = c.child(node, Field.body);
  const declarator = c.child(node, Field.declarator);
  const parts = declarator < 0 ? [] : mineParts(c, declarator);
  const block: Expr[] = body < 0 ? [] : [buildExpr(c, body)];
  out.push(opaqueStatement(c, node, 'a function inside a function', [...parts, ...block]));
}
