/** Values of C expressions in a run. */
import { guestFactNames } from '@vringside/grammars/leaf-bindings';
import type { EnumeratorRef } from '../../../program/index.js';
import type { Expr, NameExpr, TypeRef } from '../../../syntax/ir.js';
import { printExpr } from '../../values/print.js';
import { expanded, macroValue } from '../macros/expand.js';
import { isSpent } from '../macros/grouping.js';
import { definesHere } from '../macros/own-definitions.js';
import { isSeenAsStored, store } from '../memory/aliases.js';
import { globalPlace } from '../memory/globals.js';
import { placeOf } from '../memory/places.js';
import { binary, complement, negate, not } from '../numbers/arithmetic.js';
import { asStored, besides, toType, typeOfPlace } from '../numbers/conversions.js';
import {
  fromTruth,
  int,
  join,
  parseChar,
  parseNumber,
  type Truth,
  truthOf,
  type UnknownValue,
  unknownValue,
  type Value,
} from '../numbers/value.js';
import { call } from './calls.js';
import type { Run } from './run.js';
import { execute } from './statements.js';
import { entry } from './tables.js';

const isConstantName = /^[A-Z][A-Z0-9_]+$/;

export function evaluate(run: Run, expr: Expr): Value {
  const whole = expanded(run, expr);
  const value = run.deeper(() => computed(run, whole));
  return value.kind === 'unknown' ? (known(run, whole) ?? value) : value;
}

export function truth(run: Run, expr: Expr): Truth {
  return truthOf(evaluate(run, expr));
}

/** There is one device and one driver in a scenario: whatever has their type is one of them. */
const roots: Readonly<Record<string, string>> = {
  'struct virtio_device': 'device',
  'struct virtio_driver': 'driver',
};

export function rootOfType(type: TypeRef | null, pointers: number): string | null {
  if (type === null || type.pointers !== pointers || type.isFunction === true) return null;
  return entry(roots, type.base) ?? null;
}

function known(run: Run, expr: Expr): Value | null {
  if (expr.kind === 'number' || expr.kind === 'binary' || expr.kind === 'assign') return null;
  const root = rootOfType(run.program.typeOf(expr, run.frame.scope), 1);
  return root === null ? null : { kind: 'pointer', to: root };
}

function computed(run: Run, expr: Expr): Value {
  switch (expr.kind) {
    case 'number':
      return numberValue(expr);
    case 'string':
      return { kind: 'pointer', to: run.textAt(expr) };
    case 'char':
      return parseChar(expr.text) ?? unknownValue(expr.text);
    case 'name':
      return nameValue(run, expr);
    case 'call':
      return call(run, expr);
    case 'member':
    case 'index':
      return stored(run, expr);
    case 'unary':
      return unary(run, expr);
    case 'update':
      return update(run, expr);
    case 'binary':
      return binaryValue(run, expr);
    case 'assign':
      return assign(run, expr);
    case 'conditional':
      return conditional(run, expr);
    case 'cast':
      return toType(run, evaluate(run, expr.operand), expr.type);
    case 'comma':
      return expr.parts.reduce<Value>((_, part) => evaluate(run, part), int(0));
    case 'statements':
      return run.frame.locals.inBlock(() => statementsValue(run, expr));
    case 'sizeof':
    case 'type':
    case 'init':
    case 'opaque':
      return unknownValue(printExpr(expr));
  }
}

const numbers = new WeakMap<Expr, Value>();

/** Loops over feature bits meet the same numbers again and again. */
function numberValue(expr: Expr & { kind: 'number' }): Value {
  const known = numbers.get(expr);
  if (known !== undefined) return known;
  const value = parseNumber(expr.text) ?? unknownValue(expr.text);
  numbers.set(expr, value);
  return value;
}

// ---- names -------------------------------------------------------------------------------------------------

function nameValue(run: Run, expr: Expr & { kind: 'name' }): Value {
  const { name } = expr;
  if (run.frame.locals.has(name)) return stored(run, expr);
  if (name === 'true') return int(1, 32);
  if (name === 'false' || name === 'NULL') return int(0, 32);
  if (guestFactNames.has(name) && !definesHere(run, name)) return fromTruth(run.world.fact(name, ''));
  const symbol = isConstantName.test(name) ? name : null;
  return named(constant(run, expr) ?? variable(run, expr) ?? unresolved(run, name), symbol);
}

/** No definition is in the files that are read; it may be a function of others. */
function unresolved(run: Run, name: string): Value {
  return { kind: 'unknown', why: name, unresolved: { kind: 'function', name, file: run.file } };
}

/** Keeps the constant's name with its number. */
function named(value: Value, symbol: string | null): Value {
  if (symbol === null || (value.kind !== 'int' && value.kind !== 'unknown')) return value;
  return { ...value, symbol };
}

function constant(run: Run, expr: NameExpr): Value | null {
  const { name } = expr;
  const macro = isSpent(expr) ? null : run.names.macro(name, run.file);
  if (macro !== null) {
    if (!('name' in macro)) return macro;
    const { expr: body } = macro;
    if (macro.params !== null || body === null) return unknownValue(name);
    return evaluate(run, macroValue(run, { ...macro, expr: body }, expr));
  }
  const enumerator = run.names.enumerator(name, run.file);
  return enumerator === null ? null : enumeratorValue(run, enumerator);
}

/** One more than the one before where none is written: C 2018, 6.7.2.2. */
function enumeratorValue(run: Run, enumerator: EnumeratorRef): Value {
  const facts = run.program.chunkFacts(enumerator)?.enumerators ?? [];
  const list = facts.filter((e) => e.tag === enumerator.tag);
  const at = list.findIndex((e) => e.name === enumerator.name);
  for (let i = at; i >= 0; i--) {
    const written = list[i]?.value ?? null;
    if (written !== null) {
      const value = run.inFile(enumerator.file, () => evaluate(run, written));
      return binary('+', value, int(at - i, 32));
    }
    if (list[i]?.condition !== undefined) return unknownValue(enumerator.name);
  }
  return int(at, 32);
}

/** A variable at file level, or a function used as a value. */
function variable(run: Run, expr: Expr & { kind: 'name' }): Value | null {
  const { name } = expr;
  const place = globalPlace(run, name);
  if (place !== null) return run.isArray(place) ? pointerTo(run, place) : run.read(place);
  if (isFunctionName(run, name)) return { kind: 'function', name, file: run.file };
  return run.names.knownConstant(name);
}

function isFunctionName(run: Run, name: string): boolean {
  if (run.program.prototype(name, run.file) !== null) return true;
  const fn = run.names.function(name, run.file);
  return fn !== null && 'name' in fn;
}

/** What a place named by the expression holds. */
function stored(run: Run, expr: Expr): Value {
  return held(run, expr, placeOf(run, expr));
}

function held(run: Run, expr: Expr, place: string | null): Value {
  if (place === null) return unknownValue(printExpr(expr));
  const value = run.read(place);
  if (value === null && typeOfPlace(run, expr)?.sizes !== undefined) return fieldArray(run, place);
  if (value === null || !isSeenAsStored(run, expr, place)) return unknownValue(printExpr(expr));
  // An array stands for the address of its first element.
  if (run.isArray(place)) return pointerTo(run, place);
  // What the scenario put there, or an initialiser, has no type of C yet.
  return asSeen(run, value, expr);
}

/** An array inside something else holds its own address from the first use on. */
function fieldArray(run: Run, place: string): Value {
  const address = pointerTo(run, place);
  run.state.memory.set(place, address);
  return address;
}

function asSeen(run: Run, value: Value, expr: Expr): Value {
  return expr.kind === 'member' || expr.kind === 'index' ? asStored(run, value, expr) : value;
}

function pointerTo(run: Run, place: string): Value {
  run.escaped.add(place);
  return { kind: 'pointer', to: place };
}

// ---- operators ---------------------------------------------------------------------------------------------

function unary(run: Run, expr: Expr & { kind: 'unary' }): Value {
  switch (expr.op) {
    case '!':
      return fromTruth(not(truth(run, expr.operand)));
    case '~':
      return complement(evaluate(run, expr.operand));
    case '-':
      return negate(evaluate(run, expr.operand));
    case '+':
      return evaluate(run, expr.operand);
    case '&':
      return addressOf(run, expr);
    case '*': {
      const target = evaluate(run, expr.operand);
      return target.kind === 'function' ? target : stored(run, expr);
    }
    case '&&':
      return unknownValue(printExpr(expr));
  }
}

function addressOf(run: Run, expr: Expr & { kind: 'unary' }): Value {
  const place = placeOf(run, expr.operand);
  if (place !== null) return pointerTo(run, place);
  const value = expr.operand.kind === 'name' ? evaluate(run, expr.operand) : unknownValue(printExpr(expr));
  return value.kind === 'function' ? value : unknownValue(printExpr(expr));
}

function binaryValue(run: Run, expr: Expr & { kind: 'binary' }): Value {
  const { op, left, right } = expr;
  if (op === '&&') return fromTruth(both(run, left, right, true));
  if (op === '||') return fromTruth(both(run, left, right, false));
  return binary(op, evaluate(run, left), evaluate(run, right));
}

/** `a && b` (`isAnd`) or `a || b`: what follows is reached only where the first does not decide. */
function both(run: Run, left: Expr, right: Expr, isAnd: boolean): Truth {
  const first = truth(run, left);
  const decided = (): Truth => !isAnd;
  const second = (): Truth => truth(run, right);
  const merge = (a: Truth, b: Truth, why: UnknownValue): Truth => (a === b ? a : why);
  return run.branch(first, isAnd ? second : decided, isAnd ? decided : second, merge);
}

function conditional(run: Run, expr: Expr & { kind: 'conditional' }): Value {
  const test = evaluate(run, expr.test);
  const { then } = expr;
  return run.branch(
    truthOf(test),
    () => besides(run, then === null ? test : evaluate(run, then), expr.otherwise),
    () => besides(run, evaluate(run, expr.otherwise), then ?? expr.test),
    (a, b, why) => join(a, b, why.why),
  );
}

function assign(run: Run, expr: Expr & { kind: 'assign' }): Value {
  const right = evaluate(run, expr.value);
  const place = placeOf(run, expr.target);
  const op = expr.op.slice(0, -1);
  const value = op === '' ? right : binary(op, held(run, expr.target, place), right);
  const result = asStored(run, value, expr.target);
  store(run, expr.target, place, result);
  return result;
}

function update(run: Run, expr: Expr & { kind: 'update' }): Value {
  const place = placeOf(run, expr.operand);
  const old = held(run, expr.operand, place);
  const next = asStored(run, binary(expr.op === '++' ? '+' : '-', old, int(1, 32)), expr.operand);
  store(run, expr.operand, place, next);
  return expr.isPrefix ? next : old;
}

function statementsValue(run: Run, expr: Expr & { kind: 'statements' }): Value {
  const last = expr.body.at(-1);
  execute(run, expr.body.slice(0, -1));
  if (last?.kind === 'expr') return evaluate(run, last.expr);
  if (last !== undefined) execute(run, [last]);
  return int(0);
}
