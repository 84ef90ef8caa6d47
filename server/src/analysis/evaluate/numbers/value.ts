/**
 * Values of C as far as the evaluation knows them. A number is known bit by bit, so that a set of feature bits of which one
 * is not known keeps the others; what is not known at all says what was the first thing that was not.
 */
import type { TypeRef } from '../../../syntax/ir.js';
import { type NumberType, numberType } from './number-types.js';

export interface IntValue {
  readonly kind: 'int';
  /** Two's complement in 64 bits; 0 where the bit is not known. */
  readonly bits: bigint;
  /** Bits that are not known. */
  readonly unknown: bigint;
  /** The first thing that was not known; '' when every bit is. */
  readonly why: string;
  /** Bits of its C type once promoted: C 2018, 6.3.1.1. */
  readonly width: 32 | 64;
  /** Present on a number of an unsigned type: of 32 bits it has no ones above them. */
  readonly isUnsigned?: true;
  /** Present where no declaration tells the type: such a number is one that is the same in every type. */
  readonly isUntyped?: true;
  /** The constant it was written as: `CC_ATTR_MEM_ENCRYPT`. */
  readonly symbol?: string;
  /** Where it was returned first. */
  readonly origin?: Origin;
}

export interface PointerValue {
  readonly kind: 'pointer';
  /** The place in memory it points to. */
  readonly to: string;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly name: string;
  /** The file that names it. */
  readonly file: string;
}

export interface UnknownValue {
  readonly kind: 'unknown';
  readonly why: string;
  /** The name of a constant whose number is not known. */
  readonly symbol?: string;
  /** Present for a name of which no definition was found: what it is if it is a function. */
  readonly unresolved?: FunctionValue;
}

export type Value = IntValue | PointerValue | FunctionValue | UnknownValue;

/** A return statement. */
export interface Origin {
  readonly function: string;
  readonly file: string;
  readonly offset: number;
}

/** True, false, or not known and why. */
export type Truth = boolean | UnknownValue;

const ALL = (1n << 64n) - 1n;

export function int(value: bigint | number, width: 32 | 64 = 64): IntValue {
  return { kind: 'int', bits: BigInt.asUintN(64, BigInt(value)), unknown: 0n, why: '', width };
}

/** Of type `unsigned long` or `u64`. */
export function unsignedLong(value: bigint | number): IntValue {
  return { ...int(value), isUnsigned: true };
}

export function partlyKnown(bits: bigint, unknown: bigint, why: string, width: 32 | 64 = 64): IntValue {
  const missing = BigInt.asUintN(64, unknown);
  const rest = BigInt.asUintN(64, bits) & ~missing & ALL;
  return { kind: 'int', bits: rest, unknown: missing, why: missing === 0n ? '' : why, width };
}

/** Longer reasons say no more to a reader. */
const MAX_REASON = 100;

export function unknownValue(why: string): UnknownValue {
  const reason = why.replace(/\s+/g, ' ').trim() || 'code that could not be read';
  return { kind: 'unknown', why: reason.length <= MAX_REASON ? reason : `${reason.slice(0, MAX_REASON)}...` };
}

export function fromTruth(truth: Truth): Value {
  return typeof truth === 'boolean' ? int(truth ? 1 : 0, 32) : truth;
}

export function isKnown(value: Value): boolean {
  return value.kind === 'unknown' ? false : value.kind !== 'int' || value.unknown === 0n;
}

/** Known in full: the number as C sees it. */
export function numberOf(value: Value): bigint | null {
  if (value.kind !== 'int' || value.unknown !== 0n) return null;
  return value.isUnsigned === true ? value.bits : BigInt.asIntN(64, value.bits);
}

export function truthOf(value: Value): Truth {
  switch (value.kind) {
    case 'int':
      if (value.bits !== 0n) return true;
      return value.unknown === 0n ? false : unknownValue(value.why);
    case 'pointer':
    case 'function':
      return true;
    case 'unknown':
      return value;
  }
}

export function isSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind === 'int' && b.kind === 'int') return a.bits === b.bits && a.unknown === b.unknown;
  if (a.kind === 'pointer' && b.kind === 'pointer') return a.to === b.to;
  if (a.kind === 'function' && b.kind === 'function') return a.name === b.name;
  return a.kind === 'unknown' && b.kind === 'unknown' && a.why === b.why;
}

/**
 * What is known when either may be the case. Where they differ it is `why`, which decides between them, that was not known
 * first; what both do not know for one reason was not known before.
 */
export function join(a: Value, b: Value, why: string): Value {
  if (isSame(a, b)) return a;
  const reason = reasonOf(a) !== '' && reasonOf(a) === reasonOf(b) ? reasonOf(a) : why;
  if (a.kind === 'int' && b.kind === 'int') {
    const unknown = a.unknown | b.unknown | (a.bits ^ b.bits);
    const joined = partlyKnown(a.bits & b.bits, unknown, reason, a.width === 64 ? 64 : b.width);
    const unsigned = a.isUnsigned === true && b.isUnsigned === true ? { isUnsigned: true as const } : {};
    const isUntyped = a.isUntyped === true || b.isUntyped === true;
    return { ...joined, ...unsigned, ...(isUntyped ? { isUntyped } : {}) };
  }
  return unknownValue(reason);
}

/** What was not known of it first; '' where all of it is known. */
export function reasonOf(value: Value): string {
  return value.kind === 'int' || value.kind === 'unknown' ? value.why : '';
}

/** As a C type holds it: cut to its bits, sign or zero extended; `bool` is 0 or 1. `meaning` is what a typedef stands for. */
export function convert(value: Value, type: TypeRef, meaning: TypeRef = type): Value {
  if (meaning.pointers > 0 || meaning.isFunction === true) return value;
  if (isBool(type.base) || isBool(meaning.base)) {
    const truth = truthOf(value);
    return typeof truth === 'boolean' ? int(truth ? 1 : 0, 32) : truth;
  }
  if (value.kind !== 'int' || meaning.base === 'void') return value;
  const width = numberType(type.base) ?? numberType(meaning.base);
  if (width === null) return untyped(value, meaning.base);
  return type.base === 'char' ? plainChar(cut(value, width)) : cut(value, width);
}

function isBool(base: string): boolean {
  return base === 'bool' || base === '_Bool';
}

/** A number that every type holds alike. */
export function isSmall(value: IntValue): boolean {
  return (value.bits | value.unknown) < 1n << 31n;
}

/** In a type that no declaration tells: even 2 may be more than it holds. That of an enum has no bits to spare at most. */
function untyped(value: IntValue, base: string): Value {
  // gcc takes an unsigned type for an enum without negative numbers; the tag alone does not say which it is.
  const isHeld = base.startsWith('enum ') ? isSmall(value) : (value.bits | value.unknown) <= 1n;
  return isHeld ? asUntyped(value) : unknownValue(`the type ${base || 'of a number'}`);
}

/** A number that is the same in every type it may have; else it is not known. */
export function asUntyped(value: IntValue): Value {
  const { isUnsigned: _, ...rest } = value;
  return isSmall(value) ? { ...rest, width: 64, isUntyped: true } : unknownValue(value.why || untypedReason);
}

export const untypedReason = 'a number of a type that is not known';

/** Whether a `char` is signed differs with the architecture up to 6.1, and 6.2 builds with -funsigned-char. */
function plainChar(value: IntValue): IntValue {
  const top = 1n << 7n;
  if (((value.bits | value.unknown) & top) === 0n) return value;
  const above = ALL & ~0xffn;
  return partlyKnown(value.bits, value.unknown | above, value.why || 'whether char is signed', 32);
}

/** Holds the bits of a number's type, and is promoted as an operand is. */
export function cut(value: IntValue, { bits, isSigned }: NumberType): IntValue {
  const extend = (n: bigint): bigint =>
    BigInt.asUintN(64, isSigned ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n));
  const result = partlyKnown(extend(value.bits), extend(value.unknown), value.why, bits === 64 ? 64 : 32);
  const { symbol, origin } = value;
  return {
    ...result,
    ...(bits >= 32 && !isSigned ? { isUnsigned: true } : {}),
    ...(symbol === undefined ? {} : { symbol }),
    ...(origin === undefined ? {} : { origin }),
  };
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, '\\': 92, "'": 39, '"': 34 };

/** A plain character, whose type is `int`: C 2018, 6.4.4.4. Null for others. */
export function parseChar(text: string): IntValue | null {
  const [, behind, plain] = /^'(?:\\(.)|([ -~]))'$/.exec(text) ?? [];
  const code = behind === undefined ? plain?.charCodeAt(0) : escapes[behind];
  return code === undefined ? null : int(code, 32);
}

/** A number as written in C, of the first type that holds it: C 2018, 6.4.4.1. Null for a floating one. */
export function parseNumber(text: string): IntValue | null {
  const [, digits = '', suffix = ''] = /^(0[xX][\da-fA-F]+|0[bB][01]+|\d+)([uUlL]*)$/.exec(text) ?? [];
  if (digits === '') return null;
  const isOctal = /^0\d/.test(digits);
  if (isOctal && /[89]/.test(digits)) return null;
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  const isDecimal = /^[1-9]/.test(digits);
  const isUnsigned = /[uU]/.test(suffix);
  const holds = (bits: number): boolean => value < 1n << BigInt(bits);
  if (!holds(64)) return null;
  const width = !/[lL]/.test(suffix) && holds(isUnsigned || !isDecimal ? 32 : 31) ? 32 : 64;
  return cut(int(value), { bits: width, isSigned: !isUnsigned && holds(width - 1) });
}
