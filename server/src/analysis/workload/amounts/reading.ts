/** One walk over a function's body: its calls, assignments, loops, returns, and the limits its conditions set. */
import type { FunctionRef } from '../../../program/index.js';
import type { CallExpr, Expr, LoopStmt, MacroBlockStmt, Stmt } from '../../../syntax/ir.js';
import { isStmt, type Node, type Path, uncast, walk } from '../../../syntax/walk.js';
import type { Span } from '../../../text/span.js';
import { calleeName } from '../../values/expressions.js';
import { printExpr } from '../../values/print.js';

/** `target op value`; `op` is `=`, `+=`, ..., `++` for a count up or down, `&` for a call that is given the address. */
export interface Assignment extends Span {
  readonly target: Expr | null;
  readonly op: string;
  readonly value: Expr | null;
  /** What runs whenever the assignment does not: it decides for all that follows in this span. */
  readonly block: Span;
  readonly loops: readonly Span[];
}

/** In `within`, `key op bound` holds. */
export interface Limit {
  readonly key: string;
  /** True for `<`, false for `<=`. */
  readonly isStrict: boolean;
  readonly bound: Expr;
  readonly within: Span;
}

export interface Loop extends Span {
  readonly node: LoopStmt | MacroBlockStmt;
  readonly test: Expr | null;
}

export interface Reading {
  readonly calls: readonly { readonly call: CallExpr; readonly up: Path | null }[];
  /** By the printed target. */
  readonly assignments: ReadonlyMap<string, readonly Assignment[]>;
  readonly limits: readonly Limit[];
  readonly loops: readonly Loop[];
  readonly returned: readonly Expr[];
}

const readings = new WeakMap<FunctionRef, Reading>();

export function readingOf(fn: FunctionRef): Reading {
  let known = readings.get(fn);
  if (known === undefined) {
    known = read(fn);
    readings.set(fn, known);
  }
  return known;
}

/** The text by which two mentions of one place are known: casts do not count. */
export function keyOf(expr: Expr): string {
  let key = keys.get(expr);
  if (key === undefined) {
    key = printExpr(uncast(expr));
    keys.set(expr, key);
  }
  return key;
}

const keys = new WeakMap<Expr, string>();

interface Draft {
  readonly fn: FunctionRef;
  readonly calls: { call: CallExpr; up: Path | null }[];
  readonly assignments: Map<string, Assignment[]>;
  readonly limits: Limit[];
  readonly loops: Loop[];
  readonly returned: Expr[];
}

function read(fn: FunctionRef): Reading {
  const draft: Draft = {
    fn,
    calls: [],
    assignments: new Map(),
    limits: [],
    loops: [],
    returned: [],
  };
  const seen = new Set<number>();
  for (const { body } of fn.variants) {
    walk(body, (node, up) => {
      if (node.kind === 'sizeof') return false;
      // The arms of an `#if` repeat what is around them.
      const place = node.start * 64 + kindNumber(node);
      if (fn.variants.length > 1 && seen.has(place) && node.kind !== 'block') return true;
      seen.add(place);
      note(draft, node, up);
      return true;
    });
  }
  return draft;
}

function kindNumber(node: Node): number {
  if (node.kind === 'call') return 1;
  if (node.kind === 'assign') return 2;
  if (node.kind === 'update') return 3;
  return isStmt(node) ? 4 : 5;
}

function note(draft: Draft, node: Node, up: Path | null): void {
  switch (node.kind) {
    case 'call':
      draft.calls.push({ call: node, up });
      for (const arg of node.args) {
        const a = uncast(arg);
        if (a.kind === 'unary' && a.op === '&') addAssignment(draft, a.operand, '&', null, node, up);
      }
      if (/^BUG_ON$/.test(calleeName(node)) && node.args[0])
        limitsOf(node.args[0], false, { start: node.end, end: draft.fn.end }, draft.limits);
      return;
    case 'assign':
      addAssignment(draft, node.target, node.op, node.value, node, up);
      return;
    case 'update':
      addAssignment(draft, node.operand, '++', null, node, up);
      return;
    case 'decl':
      for (const d of node.declarators)
        if (d.init !== null)
          pushTo(draft.assignments, d.name, assignment(null, '=', d.init, d, up, draft.fn));
      return;
    case 'if':
      addCondition(draft, node);
      return;
    case 'loop':
      draft.loops.push({ start: node.start, end: node.end, node, test: node.test });
      if (node.test !== null && node.form !== 'do') limitsOf(node.test, true, node.body, draft.limits);
      return;
    case 'macroblock':
      if (node.isLoop) draft.loops.push({ start: node.start, end: node.end, node, test: null });
      return;
    case 'return':
      if (node.value !== null) draft.returned.push(node.value);
      return;
    default:
      return;
  }
}

function addAssignment(
  draft: Draft,
  target: Expr,
  op: string,
  value: Expr | null,
  at: Span,
  up: Path | null,
): void {
  pushTo(draft.assignments, keyOf(target), assignment(target, op, value, at, up, draft.fn));
}

function assignment(
  target: Expr | null,
  op: string,
  value: Expr | null,
  at: Span,
  up: Path | null,
  fn: FunctionRef,
): Assignment {
  const loops: Span[] = [];
  let block: Span | null = null;
  let child: Node | null = null;
  for (let path = up; path !== null; path = path.up) {
    const { node } = path;
    if (isLoopNode(node)) {
      // What `for (x = 0; ...)` sets, it sets whenever the loop is reached.
      const isInitial = node.kind === 'loop' && child !== null && node.init === child;
      if (!isInitial) loops.push(node);
      if (!isInitial) block ??= node;
    } else if (node.kind === 'block' && path.up?.node.kind === 'switch') block ??= caseOf(node, at);
    else if (node.kind === 'block' || node.kind === 'statements') block ??= node;
    else if (node.kind === 'if' || node.kind === 'switch') block ??= armOf(node, child);
    else if (node.kind === 'conditional') block ??= node;
    child = node;
  }
  return { target, op, value, start: at.start, end: at.end, block: block ?? fn, loops };
}

/** From a statement of a `switch` to the next label. */
function caseOf({ body, end }: Stmt & { kind: 'block' }, at: Span): Span {
  const next = body.find((stmt) => stmt.kind === 'case' && stmt.start > at.start);
  return { start: at.start, end: next?.start ?? end };
}

function armOf(node: Stmt & { kind: 'if' | 'switch' }, child: Node | null): Span | null {
  if (child === null) return node;
  // The test runs whatever follows.
  return node.kind === 'if' && child === node.test ? null : child;
}

function isLoopNode(node: Node): boolean {
  return node.kind === 'loop' || (node.kind === 'macroblock' && node.isLoop);
}

/**
 * `if (x > n) return;` limits what follows, `if (x <= n) { ... }` what is inside. `if (x > n) x = n;` limits what follows, and so
 * does `x = 1;` there: what replaces a value that is too large is not larger.
 */
function addCondition(draft: Draft, node: Stmt & { kind: 'if' }): void {
  const after = { start: node.end, end: draft.fn.end };
  if (leaves(node.then)) limitsOf(node.test, false, after, draft.limits);
  limitsOf(node.test, true, node.then, draft.limits);
  if (node.otherwise !== null) limitsOf(node.test, false, node.otherwise, draft.limits);
  const clamp = onlyAssignment(node.then);
  if (clamp === null || clamp.op !== '=' || node.otherwise !== null) return;
  const found: Limit[] = [];
  limitsOf(node.test, false, after, found);
  const key = keyOf(clamp.target);
  for (const limit of found)
    if (limit.key === key && (isNumber(clamp.value) || keyOf(limit.bound) === keyOf(clamp.value)))
      draft.limits.push({ ...limit, isStrict: false });
}

function isNumber(expr: Expr): boolean {
  return uncast(expr).kind === 'number';
}

function onlyAssignment(stmt: Stmt): (Expr & { kind: 'assign' }) | null {
  const inner = stmt.kind === 'block' && stmt.body.length === 1 ? (stmt.body[0] as Stmt) : stmt;
  return inner.kind === 'expr' && inner.expr.kind === 'assign' ? inner.expr : null;
}

/** Whether the statement never falls through. */
function leaves(stmt: Stmt): boolean {
  const last = stmt.kind === 'block' ? stmt.body.at(-1) : stmt;
  return (
    last !== undefined &&
    (last.kind === 'return' || last.kind === 'goto' || last.kind === 'break' || last.kind === 'continue')
  );
}

const transparent = /^(?:(?:un)?likely|WARN_ON(?:_ONCE)?|WARN(?:_ONCE)?|READ_ONCE)$/;

function plainTest(test: Expr): Expr {
  let inner = uncast(test);
  while (inner.kind === 'call' && transparent.test(calleeName(inner)) && inner.args[0])
    inner = uncast(inner.args[0]);
  return inner;
}

/** The limits that hold where `test` is true (or false). */
function limitsOf(test: Expr, holds: boolean, within: Span, limits: Limit[]): void {
  const inner = plainTest(test);
  if (inner.kind === 'unary' && inner.op === '!') limitsOf(inner.operand, !holds, within, limits);
  if (inner.kind !== 'binary') return;
  if (inner.op === (holds ? '&&' : '||')) {
    limitsOf(inner.left, holds, within, limits);
    limitsOf(inner.right, holds, within, limits);
    return;
  }
  const limit = limitFrom(holds ? inner.op : (negated[inner.op] ?? ''), inner.left, inner.right);
  for (const [small, bound, isStrict] of limit)
    limits.push({ key: keyOf(small), isStrict, bound, within: { start: within.start, end: within.end } });
}

const negated: Readonly<Record<string, string>> = {
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '==': '!=',
  '!=': '==',
};

function limitFrom(op: string, left: Expr, right: Expr): readonly (readonly [Expr, Expr, boolean])[] {
  switch (op) {
    case '<':
      return [[left, right, true]];
    case '<=':
      return [[left, right, false]];
    case '>':
      return [[right, left, true]];
    case '>=':
      return [[right, left, false]];
    case '==':
      return [
        [left, right, false],
        [right, left, false],
      ];
    default:
      return [];
  }
}

function pushTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Assignments that can be the last before a use. */
export function reaching(
  all: readonly Assignment[],
  use: Expr,
): { live: readonly Assignment[]; isDecided: boolean } {
  let decisive = -1;
  all.forEach((a, index) => {
    const isBefore = a.end <= use.start;
    if (isBefore && a.op === '=' && a.block.start <= use.start && use.end <= a.block.end) decisive = index;
  });
  const live = all.filter((a, index) => {
    if (a.end > use.start) return isAround(a, use);
    return index >= decisive;
  });
  return { live, isDecided: decisive >= 0 };
}

/** Later in the text, but in a loop around both. The use in the assignment's own value is of the value before. */
function isAround(a: Assignment, use: Expr): boolean {
  return a.loops.some((loop) => loop.start <= use.start && use.end <= loop.end);
}
