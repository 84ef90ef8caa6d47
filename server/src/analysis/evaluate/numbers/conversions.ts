/** Types of C in a run: what a typedef stands for here, and what an expression has as its type though it is not evaluated. */
import type { Expr, TypeRef } from '../../../syntax/ir.js';
import { calleeName } from '../../values/expressions.js';
import { macroCallValue, macroValue } from '../macros/expand.js';
import { evaluate } from '../running/expressions.js';
import type { Run } from '../running/run.js';
import { commonType, converted } from './arithmetic.js';
import { numberType } from './number-types.js';
import {
  asUntyped,
  convert,
  cut,
  type IntValue,
  int,
  numberOf,
  parseNumber,
  unsignedLong,
  type Value,
} from './value.js';

/** The value as an object of the type holds it. */
export function toType(run: Run, value: Value, type: TypeRef): Value {
  return convert(value, type, meaningOf(run, type));
}

/** What typedefs and `typeof` stand for here. */
function meaningOf(run: Run, type: TypeRef): TypeRef {
  const named = type.typeOf === undefined ? type : typeOfOperand(run, type, type.typeOf);
  const isPlain = named.pointers > 0 || numberType(named.base) !== null;
  return isPlain ? named : run.program.types.unaliased(named, run.file);
}

/** `typeof(x)`; its base is '' where that is not known. */
function typeOfOperand(run: Run, type: TypeRef, operand: Expr): TypeRef {
  const found = operand.kind === 'type' ? operand.type : typeOfPlace(run, operand);
  return found === null || found.typeOf !== undefined
    ? { base: '', pointers: type.pointers }
    : { ...found, pointers: found.pointers + type.pointers };
}

/** The value as the place named by an expression holds it. */
export function asStored(run: Run, value: Value, target: Expr): Value {
  const type = typeOfPlace(run, target);
  if (type === null) return value;
  const whole = toType(run, value, type);
  if (target.kind !== 'member' || whole.kind !== 'int') return whole;
  const bits = bitsOfField(run, target);
  if (bits === null) return whole;
  const { base } = meaningOf(run, type);
  const isSigned = numberType(base)?.isSigned ?? false;
  const field = cut(whole, { bits, isSigned });
  // gcc calculates with a field of more bits than an int in just those bits.
  return bits > 32 && bits < 64 ? asUntyped(field) : field;
}

export function typeOfPlace(run: Run, target: Expr): TypeRef | null {
  const local = target.kind === 'name' ? run.frame.locals.get(target.name) : null;
  return local?.type ?? run.program.typeOf(target, run.frame.scope);
}

/** Bits of a bit field; null for other fields. */
function bitsOfField(run: Run, member: Expr & { kind: 'member' }): number | null {
  const record = run.program.recordOfMember(member, run.frame.scope);
  const written = record?.fields.find(({ name }) => name === member.field)?.bits;
  if (record === null || written === undefined) return null;
  const bits = numberOf(run.inFile(record.file, () => evaluate(run, written)));
  return bits === null ? null : Number(bits);
}

/** `c ? a : b` has one type whichever is taken: C 2018, 6.5.15. */
export function besides(run: Run, value: Value, other: Expr): Value {
  if (value.kind !== 'int') return value;
  const sample = sampleOf(run, other);
  if (sample === null) return asUntyped(value);
  const [whole] = converted(value, sample);
  return { ...value, ...whole };
}

const truthOperators: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', '&&', '||']);

/** A number of the type that the expression has; null where it is no number, or nothing declares it. */
function sampleOf(run: Run, expr: Expr): IntValue | null {
  return run.deeper(() => sample(run, expr));
}

function sample(run: Run, expr: Expr): IntValue | null {
  switch (expr.kind) {
    case 'number':
      return parseNumber(expr.text);
    case 'char':
      return int(0, 32);
    case 'sizeof':
      return unsignedLong(0);
    case 'name':
      return sampleOfName(run, expr);
    case 'cast':
      return zero(run, expr.type);
    case 'unary':
      return sampleOfUnary(run, expr);
    case 'binary':
      return sampleOfBinary(run, expr);
    case 'conditional':
      return common(sampleOf(run, expr.then ?? expr.test), sampleOf(run, expr.otherwise));
    case 'comma': {
      const last = expr.parts.at(-1);
      return last === undefined ? null : sampleOf(run, last);
    }
    case 'call':
      return sampleOfCall(run, expr);
    case 'assign':
      return sampleOf(run, expr.target);
    case 'update':
      return sampleOf(run, expr.operand);
    default:
      return declared(run, expr);
  }
}

function sampleOfName(run: Run, expr: Expr & { kind: 'name' }): IntValue | null {
  const local = run.frame.locals.get(expr.name);
  if (local !== null) return local.type === null ? null : zero(run, local.type);
  if (expr.name === 'true' || expr.name === 'false') return int(0, 32);
  const macro = run.names.macro(expr.name, run.file);
  if (macro !== null)
    return 'name' in macro && macro.params === null && macro.expr !== null
      ? sampleOf(run, macroValue(run, { ...macro, expr: macro.expr }, expr))
      : null;
  return run.names.knownConstant(expr.name) !== null ? int(0, 32) : declared(run, expr);
}

function sampleOfUnary(run: Run, expr: Expr & { kind: 'unary' }): IntValue | null {
  switch (expr.op) {
    case '!':
      return int(0, 32);
    case '-':
    case '+':
    case '~':
      return sampleOf(run, expr.operand);
    default:
      return declared(run, expr);
  }
}

function sampleOfBinary(run: Run, { op, left, right }: Expr & { kind: 'binary' }): IntValue | null {
  if (truthOperators.has(op)) return int(0, 32);
  return op === '<<' || op === '>>' ? sampleOf(run, left) : common(sampleOf(run, left), sampleOf(run, right));
}

/** What a function of the tree returns; a macro's own expression where it has one. */
function sampleOfCall(run: Run, expr: Expr & { kind: 'call' }): IntValue | null {
  const name = calleeName(expr);
  const macro = run.names.macro(name, run.file);
  if (macro !== null) {
    const value = 'name' in macro ? macroCallValue(run, macro, expr) : null;
    return value === null ? null : sampleOf(run, value);
  }
  const fn = run.names.function(name, run.file) ?? run.program.prototype(name, run.file);
  return fn !== null && 'returnType' in fn ? zero(run, fn.returnType) : null;
}

function declared(run: Run, expr: Expr): IntValue | null {
  const type = run.program.typeOf(expr, run.frame.scope);
  return type === null ? null : zero(run, type);
}

function zero(run: Run, type: TypeRef): IntValue | null {
  if (type.pointers > 0 || type.isFunction === true || type.base === 'void') return null;
  const value = toType(run, int(0, 32), type);
  return value.kind === 'int' && value.isUntyped !== true ? value : null;
}

function common(left: IntValue | null, right: IntValue | null): IntValue | null {
  return left === null || right === null ? null : { ...int(0), ...commonType(left, right) };
}
