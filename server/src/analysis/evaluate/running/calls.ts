/** Calls: bound by the scenario, expanded from a macro, or followed into a function of the tree. */
import { readingMacros } from '@vringside/grammars/leaf-bindings';
import { pointerToArgument } from '@vringside/grammars/type-macros';
import type { FunctionRef, MacroRef } from '../../../program/index.js';
import type { CallExpr, Expr } from '../../../syntax/ir.js';
import { calleeName } from '../../values/expressions.js';
import { printExpr } from '../../values/print.js';
import { macroCallBody, macroCallValue } from '../macros/expand.js';
import { isSpent } from '../macros/grouping.js';
import { definesHere } from '../macros/own-definitions.js';
import { placeOf } from '../memory/places.js';
import { toType } from '../numbers/conversions.js';
import {
  type FunctionValue,
  int,
  join,
  type Origin,
  type UnknownValue,
  unknownValue,
  type Value,
} from '../numbers/value.js';
import { evaluate, rootOfType } from './expressions.js';
import { boundCall, builtInCall } from './leaves.js';
import { operation } from './operations.js';
import { OutOfBudget, type ReturnPoint, type Run } from './run.js';
import { execute, joinWays } from './statements.js';

/** What a call gave, and where that was decided. */
export interface Result {
  readonly value: Value;
  /** The return statement; where several gave the same, the first. */
  readonly at: Origin;
  /** Present where the run was cut short by its budget: nothing in memory is to be trusted then. */
  readonly isCut?: true;
}

export function call(run: Run, expr: CallExpr): Value {
  const name = calleeName(expr);
  if (name === '' || run.frame.locals.has(name)) return throughPointer(run, expr);
  const bound = definesHere(run, name) ? null : boundCall(run, name, expr);
  if (bound !== null) return bound;
  const macro = isSpent(expr) ? null : run.names.macro(name, run.file);
  if (macro !== null && 'name' in macro) return macroCall(run, macro, expr);
  if (macro !== null) return unfollowed(run, expr, macro);
  const fn = run.names.function(name, run.file);
  if (fn !== null && 'name' in fn) return callFunction(run, fn, valuesOf(run, expr)).value;
  if (fn !== null) return unfollowed(run, expr, fn);
  const builtIn = builtInCall(run, name, expr);
  if (builtIn !== null) return builtIn;
  if (run.names.global(name, run.file) !== null) return throughPointer(run, expr);
  return run.program.prototype(name, run.file) === null
    ? unreadMacro(run, expr)
    : unfollowed(run, expr, null);
}

function valuesOf(run: Run, expr: CallExpr): Value[] {
  return expr.args.map((arg) => evaluate(run, arg));
}

// ---- pointers to functions ---------------------------------------------------------------------------------

function throughPointer(run: Run, expr: CallExpr): Value {
  const value = evaluate(run, expr.callee);
  const target = value.kind === 'unknown' ? value.unresolved : value;
  const done = target?.kind === 'function' ? callValue(run, target, expr) : null;
  return done ?? unfollowed(run, expr, value.kind === 'unknown' ? value : null);
}

/** Calls a function by its value; null where neither the tree nor the scenario has it. */
function callValue(run: Run, target: FunctionValue, expr: CallExpr): Value | null {
  const done = operation(run, target.name, expr);
  if (done !== null) return done;
  const fn = run.names.installedFunction(target.name, target.file);
  if (fn === null) return null;
  return 'name' in fn ? callFunction(run, fn, valuesOf(run, expr)).value : fn;
}

// ---- macros ------------------------------------------------------------------------------------------------

function macroCall(run: Run, macro: MacroRef, expr: CallExpr): Value {
  // `#define old_name new_name`
  if (macro.params === null && macro.expr?.kind === 'name' && macro.expr.name !== macro.name)
    return call(run, { ...expr, callee: { ...expr.callee, kind: 'name', name: macro.expr.name } });
  const value = macroCallValue(run, macro, expr);
  if (value !== null) return evaluate(run, value);
  const body = macroCallBody(run, macro, expr);
  if (body === null) return unreadMacro(run, expr);
  run.frame.locals.inBlock(() => execute(run, body));
  return int(0);
}

/** What a macro that was not read, or may be one, is given it may store to. */
function unreadMacro(run: Run, expr: CallExpr): Value {
  const name = calleeName(expr);
  const why = `${printExpr(expr.callee)}()`;
  // Other arguments of container_of() and its kin are a type and a member.
  if (pointerToArgument.has(name)) return unknownValue(why);
  if (!readingMacros.has(name)) for (const arg of expr.args) forgetLocal(run, arg, why);
  return unfollowed(run, expr, null);
}

function forgetLocal(run: Run, arg: Expr, why: string): void {
  if (arg.kind !== 'name' && arg.kind !== 'member' && arg.kind !== 'index') return;
  const place = placeOf(run, arg);
  if (place?.startsWith('#') === true && run.read(place)?.kind === 'int')
    run.write(place, unknownValue(why), why);
}

// ---- functions ---------------------------------------------------------------------------------------------

/** Runs a function of the tree. Recursion is not followed. */
export function callFunction(run: Run, fn: FunctionRef, args: readonly Value[]): Result {
  const start: Origin = { function: fn.name, file: fn.file, offset: fn.nameSpan.start };
  if (run.isOpen(fn)) return { value: unknownValue(`${fn.name}() calls itself`), at: start };
  const body = run.names.body(fn);
  if ('why' in body) return { value: body, at: start };
  if (fn.unclean !== null) return { value: unknownValue(`${fn.name}() could not be read`), at: start };
  return run.inFrame(fn, (frame) => {
    for (const [i, param] of fn.params.entries()) {
      const given = args[i] ?? unknownValue(param.name);
      const root = given.kind === 'unknown' ? rootOfType(param.type, 1) : null;
      const value: Value = root === null ? toType(run, given, param.type) : { kind: 'pointer', to: root };
      run.write(frame.prefix + param.name, value, param.name);
      run.types.set(frame.prefix + param.name, param.type);
    }
    execute(run, body);
    const end: ReturnPoint = { value: null, at: start, state: run.state };
    const ways = [...frame.returns, end].filter((r) => !r.state.isDead);
    const [jumped] = frame.jumps.keys();
    if (jumped !== undefined) ways.push({ ...end, value: unknownValue(`goto ${jumped}`), state: run.state });
    return settle(run, fn, ways, start);
  });
}

/** One result of all the ways a call may have gone. */
function settle(run: Run, fn: FunctionRef, ways: readonly ReturnPoint[], start: Origin): Result {
  const [first, ...others] = ways;
  if (first === undefined) {
    run.end();
    return { value: unknownValue(`${fn.name}() does not return`), at: start };
  }
  const doubt = ways.find((w) => w.state.doubt !== null)?.state.doubt ?? `the way through ${fn.name}()`;
  const value = ways.map((w) => w.value ?? int(0)).reduce((a, b) => join(a, b, doubt));
  run.charge(ways.length * first.state.memory.size);
  const whole = joinWays([first.state, ...others.map((w) => w.state)]).without(run.frame.prefix);
  // Every way comes back here, so that what follows the call is as sure as the call.
  run.state = whole.asSureAs(run.frame.doubtBefore);
  return {
    value: toType(run, value, fn.returnType),
    at: ways.length === 1 ? first.at : firstReturn(ways, start),
  };
}

function firstReturn(ways: readonly ReturnPoint[], start: Origin): Origin {
  return ways.find((w) => w.value !== null)?.at ?? start;
}

/** Runs a function from outside, within the budget. Never throws. */
export function runFunction(run: Run, fn: FunctionRef, args: readonly Value[]): Result {
  try {
    return callFunction(run, fn, args);
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    const at: Origin = { function: fn.name, file: fn.file, offset: fn.nameSpan.start };
    return { value: unknownValue(`${fn.name}() takes too many steps`), at, isCut: true };
  }
}

/**
 * A call that cannot be followed: what it gives is not known, nor what it stores through the pointers it is given. Its
 * logging, locking and reading kin, which store nothing, are bound (see grammars, leaf-bindings.ts).
 */
function unfollowed(run: Run, expr: CallExpr, reason: UnknownValue | null): Value {
  const why = reason?.why ?? `${printExpr(expr.callee)}()`;
  for (const value of valuesOf(run, expr)) leak(run, value, why);
  // It may have kept an address that it was given before.
  for (const place of run.leaked) run.write(place, unknownValue(why), why);
  return unknownValue(why);
}

function leak(run: Run, value: Value, why: string): void {
  if (value.kind === 'pointer' && value.to === 'device')
    run.write('device.features', unknownValue(why), 'features');
  else if (value.kind === 'pointer' && value.to.startsWith('#')) run.leaked.add(value.to);
  // One of several pointers, or none.
  else if (value.kind === 'unknown')
    for (const place of run.escaped) if (place.startsWith('#')) run.leaked.add(place);
}
