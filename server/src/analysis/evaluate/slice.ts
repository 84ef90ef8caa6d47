/** The statements of a function that decide what one of its values is, and nothing else of it. */
import type { AssignExpr, Expr, NameExpr, Stmt } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';

/** Stands for the field in a slice. */
export const sliced = 'the sliced field';

/**
 * The body with only those statements left that bear on what is stored to `field`, which becomes a local of the name `sliced`:
 * the stores, the tests around them, and what gives the locals used there a value.
 */
export function sliceOf(body: readonly Stmt[], field: string): readonly Stmt[] {
  const used = new Set<string>();
  for (;;) {
    const before = used.size;
    const kept = keep(body, field, used);
    if (used.size === before) return kept;
  }
}

function keep(body: readonly Stmt[], field: string, used: Set<string>): Stmt[] {
  return body.flatMap((stmt) => statement(stmt, field, used) ?? []);
}

function statement(stmt: Stmt, field: string, used: Set<string>): Stmt | null {
  switch (stmt.kind) {
    case 'expr':
      return store(stmt.expr, field, used) ?? (givesLocal(stmt.expr, used) ? noted(stmt, used) : null);
    case 'decl': {
      const declarators = stmt.declarators.filter((d) => used.has(d.name));
      return declarators.length === 0 ? null : noted({ ...stmt, declarators }, used);
    }
    case 'block': {
      const inside = keep(stmt.body, field, used);
      return inside.length === 0 ? null : { ...stmt, body: inside };
    }
    case 'if': {
      const taken = statement(stmt.then, field, used);
      const otherwise = stmt.otherwise === null ? null : statement(stmt.otherwise, field, used);
      if (taken === null && otherwise === null) return null;
      note(stmt.test, used);
      const then: Stmt = taken ?? { kind: 'block', body: [], start: stmt.start, end: stmt.start };
      return { ...stmt, then, otherwise };
    }
    case 'loop':
    case 'macroblock':
    case 'switch': {
      const inside = statement(stmt.body, field, used);
      return inside === null ? null : noted({ ...stmt, body: inside }, used);
    }
    default:
      return null;
  }
}

/** `vq->field = value`, as a store to the slice's local; null for anything else. */
function store(expr: Expr, field: string, used: Set<string>): Stmt | null {
  if (expr.kind !== 'assign' || expr.target.kind !== 'member' || expr.target.field !== field) return null;
  note(expr.value, used);
  const { start, end } = expr.target;
  const target: NameExpr = { kind: 'name', name: sliced, start, end };
  const assign: AssignExpr = { ...expr, target };
  return { kind: 'expr', expr: assign, start: expr.start, end: expr.end };
}

function givesLocal(expr: Expr, used: ReadonlySet<string>): boolean {
  let isGiven = false;
  walk([expr], (node) => {
    const target = node.kind === 'assign' ? node.target : node.kind === 'update' ? node.operand : null;
    if (target?.kind === 'name' && used.has(target.name)) isGiven = true;
  });
  return isGiven;
}

function noted(stmt: Stmt, used: Set<string>): Stmt {
  walk([stmt], (node) => {
    if (node.kind === 'name') used.add(node.name);
  });
  return stmt;
}

function note(expr: Expr, used: Set<string>): void {
  walk([expr], (node) => {
    if (node.kind === 'name') used.add(node.name);
  });
}
