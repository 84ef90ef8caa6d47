/** Macros whose body is not one operand of its own: what is around a use takes a part of it. */
import { configTests, transparentCalls } from '@vringside/grammars/guest-facts';
import { guestFactNames } from '@vringside/grammars/leaf-bindings';
import type { MacroRef } from '../../../program/index.js';
import type { Expr } from '../../../syntax/ir.js';
import type { Run } from '../running/run.js';
import type { Env } from './expand.js';
import { isBodyGrouped } from './grouping.js';
import { definesHere } from './own-definitions.js';

export type ExprMacro = MacroRef & { readonly expr: Expr };

/** The macro of that name whose body may be torn apart by what is around it; null where there is none. */
export function looseMacro(name: string, isCall: boolean, env: Env): ExprMacro | null {
  const macro = macroNamed(name, isCall, env);
  return macro !== null && isLoose(macro, env) ? macro : null;
}

function macroNamed(name: string, isCall: boolean, { run, open }: Env): ExprMacro | null {
  if (open.has(name) || run.frame.locals.has(name) || isBoundName(run, name)) return null;
  const macro = run.names.macro(name, run.file);
  if (macro === null || !('name' in macro) || macro.expr === null) return null;
  return (macro.params !== null) === isCall ? { ...macro, expr: macro.expr } : null;
}

/** Answered by the scenario whatever a macro of that name says. */
function isBoundName(run: Run, name: string): boolean {
  if (definesHere(run, name)) return false;
  return guestFactNames.has(name) || transparentCalls.has(name) || configTests.has(name);
}

function isLoose(macro: ExprMacro, env: Env): boolean {
  if (isBodyGrouped(macro)) return false;
  const inside: Env = { ...env, open: new Set([...env.open, macro.name]) };
  const params = new Set(macro.params);
  return mayBeTorn(macro.expr, params, inside);
}

/** Whether operators around the expression could take a part of it for their operand. */
function mayBeTorn(expr: Expr, params: ReadonlySet<string>, env: Env): boolean {
  switch (expr.kind) {
    case 'binary':
    case 'conditional':
    case 'assign':
    case 'comma':
    case 'unary':
    case 'cast':
    case 'update':
      return true;
    case 'name':
      return params.has(expr.name) || looseMacro(expr.name, false, env) !== null;
    case 'call':
      return expr.callee.kind === 'name'
        ? looseMacro(expr.callee.name, true, env) !== null
        : mayBeTorn(expr.callee, params, env);
    case 'member':
    case 'index':
      return mayBeTorn(expr.object, params, env);
    default:
      return false;
  }
}
