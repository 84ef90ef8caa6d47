/**
 * Macros are text: what a macro stands for is put in where it is used, and grouped with what is around it. Only a body, or an
 * argument, in parentheses is one operand for certain.
 */
import type { MacroRef } from '../../../program/index.js';
import type { CallExpr, Expr, NameExpr, Stmt } from '../../../syntax/ir.js';
import { walk } from '../../../syntax/walk.js';
import type { Span } from '../../../text/span.js';
import type { Run } from '../running/run.js';
import { isGrouped, markGrouped, markSpent, noteArguments, noteOperand } from './grouping.js';
import { looseMacro } from './loose-macros.js';
import { type Piece, regroup } from './regroup.js';
import { substituteStatements, substituteType } from './substitute.js';

/** What a parameter stands for. */
export interface Bound {
  /** One; any number where `...` was given them. */
  readonly exprs: readonly Expr[];
  readonly env: Env;
}

/** Where an expression that is put in comes from. */
export interface Env {
  readonly run: Run;
  /** The file that its offsets are of; null where its parentheses are known. */
  readonly file: string | null;
  readonly bound: ReadonlyMap<string, Bound>;
  /** Macros being expanded, which are not expanded again: C 2018, 6.10.3.4. */
  readonly open: ReadonlySet<string>;
  /** Where the outermost macro is used; null outside of macros. */
  readonly site: Span | null;
  /** Set when anything has been put in. */
  readonly outcome: { isChanged: boolean };
}

/** What was expanded before in one scope and configuration. */
export class Expansions {
  /** Expressions as the compiler sees them. */
  readonly whole = new WeakMap<Expr, Expr>();
  /** Uses of macros that are one operand each. */
  readonly uses = new WeakMap<Expr, Expr>();
}

/** The expression as the compiler sees it: macros that are not one operand of their own put in. */
export function expanded(run: Run, expr: Expr): Expr {
  const { expansions } = run.frame;
  const { whole } = expansions.contents;
  const known = whole.get(expr);
  if (known !== undefined) return known;
  const outcome = { isChanged: false };
  const env: Env = { run, file: run.file, bound: new Map(), open: new Set(), site: null, outcome };
  const result = expansions.grow(() => expandExpr(expr, env));
  return settled(whole, expr, outcome.isChanged ? result : expr);
}

/** What is inside needs no second look. */
function settled(whole: Expansions['whole'], expr: Expr, result: Expr): Expr {
  whole.set(expr, result);
  walk([result], (node) => {
    if (!whole.has(node as Expr)) whole.set(node as Expr, node as Expr);
  });
  return result;
}

/** The body of a macro without parameters. */
export function macroValue(run: Run, macro: MacroRef & { readonly expr: Expr }, use: Expr): Expr {
  return macroResult(run, use, () => expandExpr(macro.expr, inMacro(outside(run), macro, new Map(), use)));
}

/** The expression that a call of a macro stands for; null for a macro that is none, or takes other arguments. */
export function macroCallValue(run: Run, macro: MacroRef, use: CallExpr): Expr | null {
  const { expr } = macro;
  const bound = expr === null ? null : bind(macro, use.args, outside(run));
  if (expr === null || bound === null) return null;
  return macroResult(run, use, () => expandExpr(expr, inMacro(outside(run), macro, bound, use)));
}

/** As above, of statements. */
export function macroCallBody(run: Run, macro: MacroRef, use: CallExpr): readonly Stmt[] | null {
  const bound = macro.body === null ? null : bind(macro, use.args, outside(run));
  if (macro.body === null || bound === null) return null;
  const result = macroResult(run, use, () => {
    const body = substituteStatements(macro.body ?? [], inMacro(outside(run), macro, bound, use));
    return { kind: 'statements', body, start: use.start, end: use.end };
  });
  return result.kind === 'statements' ? result.body : null;
}

function macroResult(run: Run, use: Expr, expand: () => Expr): Expr {
  const { expansions } = run.frame;
  const { whole, uses } = expansions.contents;
  const known = uses.get(use);
  if (known !== undefined) return known;
  const result = expansions.grow(expand);
  uses.set(use, result);
  return settled(whole, result, result);
}

/** The place of a use whose parentheses are known. */
function outside(run: Run): Env {
  return {
    run,
    file: null,
    bound: new Map(),
    open: new Set(),
    site: null,
    outcome: { isChanged: false },
  };
}

function inMacro(env: Env, macro: MacroRef, bound: ReadonlyMap<string, Bound>, use: Span): Env {
  return {
    ...env,
    file: macro.file,
    bound,
    open: new Set([...env.open, macro.name]),
    site: env.site ?? { start: use.start, end: use.end },
  };
}

/** Null where the counts differ. */
function bind(macro: MacroRef, args: readonly Expr[], env: Env): ReadonlyMap<string, Bound> | null {
  const params = macro.params ?? [];
  const fixed = macro.isVariadic ? params.length - 1 : params.length;
  if (macro.params === null || args.length < fixed || (!macro.isVariadic && args.length > fixed)) return null;
  return new Map(
    params.map((name, i) => [name, { exprs: i < fixed ? args.slice(i, i + 1) : args.slice(fixed), env }]),
  );
}

// ---- one expression ----------------------------------------------------------------------------------------

/** The expression with everything put in. */
export function expandExpr(expr: Expr, env: Env): Expr {
  return env.run.deeper(() => {
    const pieces: Piece[] = [];
    collect(expr, env, pieces);
    return regroup(pieces) ?? { kind: 'opaque', why: 'a macro', parts: [], start: expr.start, end: expr.end };
  });
}

/** As above, for all that stand between commas. */
export function expandList(exprs: readonly Expr[], env: Env): Expr[] {
  return exprs.flatMap((expr) => {
    const several = expr.kind === 'name' ? env.bound.get(expr.name) : undefined;
    if (several === undefined || several.exprs.length === 1) return [withGroup(expr, expandExpr(expr, env))];
    env.outcome.isChanged = true;
    return expandList(several.exprs, several.env);
  });
}

function withGroup(from: Expr, to: Expr): Expr {
  return isGrouped(from) ? markGrouped(to) : to;
}

/** Its offsets: what comes from a macro stands where the macro is used. */
export function placed<T extends Span>(node: T, { site }: Env): T {
  return site === null ? node : { ...node, start: site.start, end: site.end };
}

function operand(parent: Span, expr: Expr, env: Env, out: Piece[]): void {
  if (env.file !== null) noteOperand(env.run.program, env.file, parent, expr);
  if (isGrouped(expr)) out.push({ kind: 'operand', expr: markGrouped(expandExpr(expr, env)) });
  else collect(expr, env, out);
}

function collect(expr: Expr, env: Env, out: Piece[]): void {
  env.run.deeper(() => pieces(expr, env, out));
}

function pieces(expr: Expr, env: Env, out: Piece[]): void {
  switch (expr.kind) {
    case 'name':
      name(expr, env, out);
      return;
    case 'call':
      call(expr, env, out);
      return;
    case 'unary':
    case 'cast':
    case 'update':
    case 'member':
    case 'index':
      around(expr, env, out);
      return;
    case 'binary':
    case 'assign':
    case 'conditional':
    case 'comma':
      between(expr, env, out);
      return;
    default:
      out.push({ kind: 'operand', expr: placed(enclosed(expr, env), env) });
  }
}

/** Operators of one operand. */
function around(
  expr: Extract<Expr, { kind: 'unary' | 'cast' | 'update' | 'member' | 'index' }>,
  env: Env,
  out: Piece[],
): void {
  const make = (inner: Expr): Expr => placed(withOperand(inner), env);
  const inner = expr.kind === 'member' || expr.kind === 'index' ? expr.object : expr.operand;
  const isBehind =
    expr.kind === 'member' || expr.kind === 'index' || (expr.kind === 'update' && !expr.isPrefix);
  const withOperand = wrapper(expr, env);
  if (!isBehind) out.push({ kind: 'prefix', make });
  operand(expr, inner, env, out);
  if (isBehind) out.push({ kind: 'postfix', make });
}

function wrapper(
  expr: Extract<Expr, { kind: 'unary' | 'cast' | 'update' | 'member' | 'index' }>,
  env: Env,
): (inner: Expr) => Expr {
  switch (expr.kind) {
    case 'unary':
    case 'update':
      return (inner) => ({ ...expr, operand: inner });
    case 'cast': {
      const type = substituteType(expr.type, env);
      return (inner) => ({ ...expr, type, operand: inner });
    }
    case 'member': {
      const field = boundName(expr.field, env);
      return (inner) => ({ ...expr, object: inner, field });
    }
    case 'index': {
      const index = expandExpr(expr.index, env);
      return (inner) => ({ ...expr, object: inner, index });
    }
  }
}

/** Operators between operands. */
function between(
  expr: Extract<Expr, { kind: 'binary' | 'assign' | 'conditional' | 'comma' }>,
  env: Env,
  out: Piece[],
): void {
  const infix = (left: Expr, op: string, right: Expr, make: (l: Expr, r: Expr) => Expr): void => {
    operand(expr, left, env, out);
    out.push({ kind: 'infix', op, make: (l, r) => placed(make(l, r), env) });
    operand(expr, right, env, out);
  };
  switch (expr.kind) {
    case 'binary':
      infix(expr.left, expr.op, expr.right, (left, right) => ({ ...expr, left, right }));
      return;
    case 'assign':
      infix(expr.target, expr.op, expr.value, (target, value) => ({ ...expr, target, value }));
      return;
    case 'conditional': {
      const then = expr.then === null ? null : expandExpr(expr.then, env);
      infix(expr.test, '?', expr.otherwise, (test, otherwise) => ({ ...expr, test, then, otherwise }));
      return;
    }
    case 'comma':
      for (const [i, part] of expr.parts.entries()) {
        if (i > 0) out.push(commaPiece);
        operand(expr, part, env, out);
      }
  }
}

const commaPiece: Piece = {
  kind: 'infix',
  op: ',',
  make: (left, right) => ({ kind: 'comma', parts: [left, right], start: left.start, end: right.end }),
};

/** What holds expressions between its own brackets. */
function enclosed(expr: Expr, env: Env): Expr {
  switch (expr.kind) {
    case 'statements':
      return { ...expr, body: substituteStatements(expr.body, env) };
    case 'init':
      return {
        ...expr,
        items: expr.items.map((item) => ({ ...item, value: expandExpr(item.value, env) })),
      };
    case 'type':
      return { ...expr, type: substituteType(expr.type, env) };
    default:
      return expr;
  }
}

/** The name that a parameter was given where it stands for one. */
export function boundName(name: string, env: Env): string {
  const [only] = env.bound.get(name)?.exprs ?? [];
  if (only?.kind !== 'name') return name;
  env.outcome.isChanged = true;
  return boundName(only.name, (env.bound.get(name) as Bound).env);
}

// ---- macros ------------------------------------------------------------------------------------------------

function name(expr: NameExpr, env: Env, out: Piece[]): void {
  const bound = env.bound.get(expr.name);
  if (bound !== undefined) {
    putIn(bound, env, out);
    return;
  }
  const macro = looseMacro(expr.name, false, env);
  if (macro === null) {
    const left = placed(expr, env);
    out.push({ kind: 'operand', expr: env.open.has(expr.name) ? markSpent(left) : left });
    return;
  }
  env.outcome.isChanged = true;
  collect(macro.expr, inMacro(env, macro, new Map(), expr), out);
}

function putIn({ exprs, env: theirs }: Bound, env: Env, out: Piece[]): void {
  env.outcome.isChanged = true;
  for (const [i, arg] of exprs.entries()) {
    if (i > 0) out.push(commaPiece);
    if (isGrouped(arg)) out.push({ kind: 'operand', expr: markGrouped(expandExpr(arg, theirs)) });
    else collect(arg, theirs, out);
  }
}

function call(expr: CallExpr, env: Env, out: Piece[]): void {
  if (env.file !== null) noteArguments(env.run.program, env.file, expr);
  const callee: Expr =
    expr.callee.kind === 'name' ? { ...expr.callee, name: boundName(expr.callee.name, env) } : expr.callee;
  const macro = callee.kind === 'name' ? looseMacro(callee.name, true, env) : null;
  const bound = macro === null ? null : bind(macro, expr.args, env);
  if (macro !== null && bound !== null) {
    env.outcome.isChanged = true;
    collect(macro.expr, inMacro(env, macro, bound, expr), out);
    return;
  }
  const args = expandList(expr.args, env);
  if (callee.kind === 'name') {
    const left: CallExpr = placed({ ...expr, callee: placed(callee, env), args }, env);
    out.push({ kind: 'operand', expr: env.open.has(callee.name) ? markSpent(left) : left });
    return;
  }
  operand(expr, callee, env, out);
  out.push({ kind: 'postfix', make: (inner) => placed({ ...expr, callee: inner, args }, env) });
}
