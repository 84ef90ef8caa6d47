/** C's operators on values that may be known in part. */
import { deviceFeature, deviceFeatureRanges } from '@vringside/grammars/known-constants';
import {
  cut,
  fromTruth,
  type IntValue,
  int,
  isSame,
  isSmall,
  numberOf,
  partlyKnown,
  type Truth,
  truthOf,
  unknownValue,
  untypedReason,
  type Value,
} from './value.js';

const ALL = (1n << 64n) - 1n;

export function not(truth: Truth): Truth {
  return typeof truth === 'boolean' ? !truth : truth;
}

export function complement(value: Value): Value {
  if (value.kind !== 'int' || value.isUntyped === true) return whyOf(value);
  return typed(partlyKnown(~value.bits, value.unknown, value.why), value);
}

export function negate(value: Value): Value {
  return value.kind === 'int' ? calculate('-', int(0, 32), value) : whyOf(value);
}

/** The type that the operands of an operator are brought to. */
type Arithmetic = Pick<IntValue, 'width' | 'isUnsigned' | 'isUntyped'>;

/** The usual arithmetic conversions, C 2018, 6.3.1.8, of operands that are promoted. */
export function commonType(left: IntValue, right: IntValue): Arithmetic {
  if (left.isUntyped === true || right.isUntyped === true) return { width: 64, isUntyped: true };
  const width = left.width === 64 ? 64 : right.width;
  const isUnsigned = [left, right].some((side) => side.width === width && side.isUnsigned === true);
  return isUnsigned ? { width, isUnsigned } : { width };
}

/** A number in a type. Past what all types hold, one whose type no declaration tells is not known. */
function typed(value: IntValue, { width, isUnsigned, isUntyped }: Arithmetic): IntValue {
  const { kind, bits, unknown, why } = value;
  if (isSmall(value))
    return {
      kind,
      bits,
      unknown,
      why,
      width,
      ...(isUnsigned ? { isUnsigned } : {}),
      ...(isUntyped ? { isUntyped } : {}),
    };
  const result = cut(value, { bits: width, isSigned: isUnsigned !== true });
  if (isUntyped !== true) return result;
  return isSmall(result) ? { ...result, isUntyped } : partlyKnown(0n, ALL, value.why || untypedReason);
}

/** Both operands in the type in which they are compared or added. */
export function converted(left: IntValue, right: IntValue): readonly [IntValue, IntValue] {
  const type = commonType(left, right);
  return [typed(left, type), typed(right, type)];
}

export function binary(op: string, left: Value, right: Value): Value {
  switch (op) {
    case '==':
      return fromTruth(equals(left, right));
    case '!=':
      return fromTruth(not(equals(left, right)));
    case '<':
    case '>':
    case '<=':
    case '>=':
      return compare(op, left, right);
    default:
      if (left.kind === 'int' && right.kind === 'int') return onNumbers(op, left, right);
      if ((op === '&' || op === '|') && (left.kind === 'int' || right.kind === 'int'))
        return onNumbers(op, bitByBit(left), bitByBit(right));
      return (op === '<<' ? deviceBit(left, right) : null) ?? firstUnknown(left, right);
  }
}

/** A number of which no bit is known. */
function bitByBit(value: Value): IntValue {
  return value.kind === 'int' ? value : partlyKnown(0n, ALL, whyOf(value).why);
}

/** Bits of a device's own. */
const deviceBits = deviceFeatureRanges
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => 1n << BigInt(first + i)))
  .reduce((all, bit) => all | bit);

/** `1ULL << VIRTIO_NET_F_MTU` where that number is not known: it is one of those the specification leaves to devices. */
function deviceBit(left: Value, right: Value): Value | null {
  if (right.kind !== 'unknown' || right.symbol === undefined || !deviceFeature.test(right.symbol))
    return null;
  return numberOf(left) === 1n ? partlyKnown(0n, deviceBits, right.why) : null;
}

function onNumbers(op: string, left: IntValue, right: IntValue): Value {
  if (op === '<<' || op === '>>') return shift(op, left, right);
  const type = commonType(left, right);
  const [a, b] = [typed(left, type), typed(right, type)];
  const why = left.why || right.why;
  switch (op) {
    case '&': {
      const ones = a.bits & b.bits;
      const maybe = (a.bits | a.unknown) & (b.bits | b.unknown);
      return typed(partlyKnown(ones, maybe & ~ones, why), type);
    }
    case '|': {
      const ones = a.bits | b.bits;
      return typed(partlyKnown(ones, (a.unknown | b.unknown) & ~ones, why), type);
    }
    case '^':
      return typed(partlyKnown(a.bits ^ b.bits, a.unknown | b.unknown, why), type);
    default:
      return calculate(op, left, right);
  }
}

/** In the type of the promoted left operand; the kernel is built so that signed numbers wrap (-fno-strict-overflow). */
function shift(op: '<<' | '>>', left: IntValue, right: IntValue): Value {
  const by = numberOf(right);
  if (by === null) return whyOf(right);
  // C 2018, 6.5.7: a shift by the type's width or more has no defined result.
  const width = left.isUntyped === true ? 32 : left.width;
  if (by < 0n || by >= BigInt(width)) return unknownValue(`a shift by ${by} in ${width} bits`);
  const extended = (bits: bigint): bigint => (left.isUnsigned === true ? bits : BigInt.asIntN(64, bits));
  const move = (bits: bigint): bigint => (op === '<<' ? bits << by : extended(bits) >> by);
  return typed(partlyKnown(move(left.bits), move(left.unknown), left.why), left);
}

function calculate(op: string, left: IntValue, right: IntValue): Value {
  const type = commonType(left, right);
  const [a, b] = [numberOf(typed(left, type)), numberOf(typed(right, type))];
  if (a === null || b === null) return whyOf(a === null ? left : right);
  const number = calculated(op, a, b);
  return typeof number === 'bigint' ? typed(int(number), type) : unknownValue(number);
}

/** The number, or why there is none. */
function calculated(op: string, a: bigint, b: bigint): bigint | string {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? 'a division by 0' : a / b;
    case '%':
      return b === 0n ? 'a division by 0' : a % b;
    default:
      return `operator ${op}`;
  }
}

function compare(op: '<' | '>' | '<=' | '>=', left: Value, right: Value): Value {
  if (left.kind !== 'int' || right.kind !== 'int') return firstUnknown(left, right);
  const [one, other] = converted(left, right);
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a === null || b === null) return firstUnknown(left, right);
  switch (op) {
    case '<':
      return fromTruth(a < b);
    case '>':
      return fromTruth(a > b);
    case '<=':
      return fromTruth(a <= b);
    case '>=':
      return fromTruth(a >= b);
  }
}

function equals(left: Value, right: Value): Truth {
  if (left.kind === 'int' && right.kind === 'int') {
    const [a, b] = converted(left, right);
    const known = ~(a.unknown | b.unknown) & ALL;
    if (((a.bits ^ b.bits) & known) !== 0n) return false;
    return known === ALL ? true : unknownValue(left.why || right.why);
  }
  if (left.kind === 'unknown' || right.kind === 'unknown') return firstUnknown(left, right);
  if (isSame(left, right)) return true;
  // A pointer is compared with NULL; of two pointers only sameness is known.
  if (left.kind === 'int' || right.kind === 'int') {
    const number = numberOf(left.kind === 'int' ? left : right);
    return number === 0n ? false : unknownValue('a comparison of a pointer with a number');
  }
  return left.kind === 'function' && right.kind === 'function'
    ? left.name === right.name
    : unknownValue('a comparison of two pointers');
}

function whyOf(value: Value): ReturnType<typeof unknownValue> {
  const truth = truthOf(value);
  if (value.kind === 'unknown') return value;
  if (value.kind === 'int' && value.why !== '') return unknownValue(value.why);
  return typeof truth === 'boolean' ? unknownValue('arithmetic with a pointer') : truth;
}

export function firstUnknown(left: Value, right: Value): ReturnType<typeof unknownValue> {
  if (left.kind === 'unknown' || (left.kind === 'int' && left.why !== '')) return whyOf(left);
  return whyOf(right);
}
