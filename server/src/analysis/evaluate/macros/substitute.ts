/** Statements and types of a macro's body with its arguments put in. */
import type { Declarator, Stmt, TypeRef } from '../../../syntax/ir.js';
import { boundName, type Env, expandExpr, expandList, placed } from './expand.js';

export function substituteStatements(body: readonly Stmt[], env: Env): readonly Stmt[] {
  return body.map((stmt) => substitute(stmt, env));
}

function substitute(stmt: Stmt, env: Env): Stmt {
  return env.run.deeper(() => placed(inside(stmt, env), env));
}

function inside(stmt: Stmt, env: Env): Stmt {
  const sub = (inner: Stmt): Stmt => substitute(inner, env);
  switch (stmt.kind) {
    case 'decl':
      return { ...stmt, declarators: stmt.declarators.map((one) => declarator(one, env)) };
    case 'expr':
      return { ...stmt, expr: expandExpr(stmt.expr, env) };
    case 'block':
      return { ...stmt, body: substituteStatements(stmt.body, env) };
    case 'if': {
      const otherwise = stmt.otherwise === null ? null : sub(stmt.otherwise);
      const then = sub(stmt.then);
      return { ...stmt, test: expandExpr(stmt.test, env), then, otherwise };
    }
    case 'loop': {
      const init = stmt.init === null ? null : sub(stmt.init);
      const test = stmt.test === null ? null : expandExpr(stmt.test, env);
      const update = stmt.update === null ? null : expandExpr(stmt.update, env);
      return { ...stmt, init, test, update, body: sub(stmt.body) };
    }
    case 'macroblock':
      return { ...stmt, args: expandList(stmt.args, env), body: sub(stmt.body) };
    case 'switch':
      return { ...stmt, subject: expandExpr(stmt.subject, env), body: sub(stmt.body) };
    case 'case': {
      const value = stmt.value === null ? null : expandExpr(stmt.value, env);
      const upTo = stmt.upTo === null ? null : expandExpr(stmt.upTo, env);
      return { ...stmt, value, upTo };
    }
    case 'label':
      return { ...stmt, name: boundName(stmt.name, env) };
    case 'goto':
      return { ...stmt, label: stmt.label === null ? null : boundName(stmt.label, env) };
    case 'return':
      return { ...stmt, value: stmt.value === null ? null : expandExpr(stmt.value, env) };
    case 'asm':
      return { ...stmt, operands: expandList(stmt.operands, env) };
    case 'break':
    case 'continue':
    case 'opaque':
      return stmt;
  }
}

function declarator(one: Declarator, env: Env): Declarator {
  const init = one.init === null ? null : expandExpr(one.init, env);
  return placed({ ...one, name: boundName(one.name, env), type: substituteType(one.type, env), init }, env);
}

/** `typeof(x)`, and a type that is given as an argument. */
export function substituteType(type: TypeRef, env: Env): TypeRef {
  if (type.typeOf !== undefined) return { ...type, typeOf: expandExpr(type.typeOf, env) };
  const [given] = env.bound.get(type.base)?.exprs ?? [];
  if (given === undefined) return type;
  env.outcome.isChanged = true;
  if (given.kind === 'type') return { ...given.type, pointers: given.type.pointers + type.pointers };
  return { ...type, base: given.kind === 'name' ? given.name : '' };
}
