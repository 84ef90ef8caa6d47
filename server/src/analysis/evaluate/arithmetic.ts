/** C's operators on values that may be known in part. */
import { deviceFeature, deviceFeatureRanges } from '@vringside/grammars/known-constants';
import {
  fromTruth,
  type IntValue,
  int,
  isSame,
  numberOf,
  partlyKnown,
  type Truth,
  truthOf,
  unknownValue,
  type Value,
} from './value.js';

const ALL = (1n << 64n) - 1n;

export function not(truth: Truth): Truth {
  return typeof truth === 'boolean' ? !truth : truth;
}

export function complement(value: Value): Value {
  if (value.kind !== 'int') return whyOf(value);
  // Widened, the complement of a signed number of 32 bits has ones above them, that of an unsigned one has none.
  const mask = value.isUnsigned === true ? 0xffffffffn : ALL;
  return partlyKnown(~value.bits & mask, value.unknown & mask, value.why, value.width);
}

export function negate(value: Value): Value {
  const number = numberOf(value);
  return number === null ? whyOf(value) : int(-number, value.kind === 'int' ? value.width : 64);
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
  const width = left.width === 64 ? 64 : right.width;
  const why = left.why || right.why;
  switch (op) {
    case '&': {
      const ones = left.bits & right.bits;
      const maybe = (left.bits | left.unknown) & (right.bits | right.unknown);
      return partlyKnown(ones, maybe & ~ones, why, width);
    }
    case '|': {
      const ones = left.bits | right.bits;
      return partlyKnown(ones, (left.unknown | right.unknown) & ~ones, why, width);
    }
    case '^':
      return partlyKnown(left.bits ^ right.bits, left.unknown | right.unknown, why, width);
    case '<<':
    case '>>':
      return shift(op, left, right);
    default:
      return calculate(op, left, right, width);
  }
}

function shift(op: '<<' | '>>', left: IntValue, right: IntValue): Value {
  const by = numberOf(right);
  if (by === null) return whyOf(right);
  // C 2018, 6.5.7: a shift by the type's width or more has no defined result.
  if (by < 0n || by >= BigInt(left.width)) return unknownValue(`a shift by ${by} in ${left.width} bits`);
  const move = (bits: bigint): bigint => (op === '<<' ? (bits << by) & ALL : bits >> by);
  const moved = partlyKnown(move(left.bits), move(left.unknown), left.why, left.width);
  return left.isUnsigned === true ? { ...moved, isUnsigned: true } : moved;
}

function calculate(op: string, left: IntValue, right: IntValue, width: 32 | 64): Value {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === null || b === null) return whyOf(a === null ? left : right);
  switch (op) {
    case '+':
      return int(a + b, width);
    case '-':
      return int(a - b, width);
    case '*':
      return int(a * b, width);
    case '/':
      return b === 0n ? unknownValue('a division by 0') : int(a / b, width);
    case '%':
      return b === 0n ? unknownValue('a division by 0') : int(a % b, width);
    default:
      return unknownValue(`operator ${op}`);
  }
}

function compare(op: '<' | '>' | '<=' | '>=', left: Value, right: Value): Value {
  const [a, b] = [numberOf(left), numberOf(right)];
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
    const known = ~(left.unknown | right.unknown) & ALL;
    if (((left.bits ^ right.bits) & known) !== 0n) return false;
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
