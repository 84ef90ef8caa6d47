/**
 * What C can only decide by knowing which names are types, and the grammar decides by luck: `(a) - b` is a
 * difference or a cast, `(a)(b)` a call or a cast. Decided here from the names the text declares and from how the
 * kernel spells its types; where the parser decided otherwise it is shown a text of the same length that leaves no
 * choice: a value loses its parentheses, a cast becomes a unary operator, which binds as a cast does in C.
 */
import { typeParameterForm } from '@vringside/grammars/type-names';
import type { Rewrite } from '../source.js';
import { Field, Kind } from '../tree/kinds.js';
import type { BuildContext } from './context.js';
import { looksLikeTypeName } from './type.js';

/** A better text for the parser, and what was rewritten in it, as spans of the text. */
export interface Correction {
  readonly text: string;
  /** Casts shown as a unary operator: spans in the file. */
  readonly casts: readonly Rewrite[];
}

/** Null when the parser got everything right that can be told. */
export function correction(c: BuildContext, macroParams: readonly string[] | null): Correction | null {
  const values: number[] = [];
  const casts: number[] = [];
  const { kind, count } = c.tree;
  for (let node = 0; node < count; node++) {
    switch (kind[node]) {
      case Kind.cast_expression:
        if (isMistakenCast(c, node, macroParams)) values.push(node);
        break;
      case Kind.binary_expression:
      case Kind.call_expression: {
        const open = mistakenValue(c, node, macroParams);
        if (open >= 0) casts.push(open);
        break;
      }
      case Kind.sizeof_expression:
        if (isMistakenSizeof(c, node)) values.push(node);
        break;
    }
  }
  return values.length + casts.length === 0 ? null : corrected(c, values, casts);
}

// ---- what is a type -----------------------------------------------------------------------------------------

type Verdict = 'type' | 'value' | 'unknown';

function verdictOn(c: BuildContext, name: string, macroParams: readonly string[] | null): Verdict {
  if (macroParams?.includes(name)) return typeParameterForm.test(name) ? 'type' : 'value';
  if (c.variables().has(name)) return 'value';
  if (looksLikeTypeName(name)) return 'type';
  return 'unknown';
}

/** `PAGE_SIZE`: constants are spelled so, types hardly ever. */
const CONSTANT_FORM = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;

// ---- what the parser made of it -----------------------------------------------------------------------------

/** The parser took `(a) - b` or `(f)(x)` for a cast, but the name is a value. */
function isMistakenCast(c: BuildContext, node: number, macroParams: readonly string[] | null): boolean {
  const name = loneTypeName(c, c.child(node, Field.type));
  if (name < 0) return false;
  const operand = c.child(node, Field.value);
  const form = operand < 0 ? 0 : c.kind(operand);
  const isUnary =
    form === Kind.pointer_expression || form === Kind.unary_expression || form === Kind.number_literal;
  if (!isUnary && form !== Kind.parenthesized_expression && !startsWithOpener(c, operand)) return false;
  if (form === Kind.unary_expression && /[!~]/.test(c.source[c.start(operand)] ?? '')) return false;
  const word = c.word(name);
  const verdict = verdictOn(c, word, macroParams);
  if (verdict !== 'unknown') return verdict === 'value';
  return isUnary && CONSTANT_FORM.test(word);
}

/** `(f)(x)->y` has its parenthesis below the member access. */
function startsWithOpener(c: BuildContext, node: number): boolean {
  return node >= 0 && '(&*+-'.includes(c.source[c.start(node)] ?? ' ');
}

/** The parser took `(u32) - b` or `(u32)(x)` for an operation on a value; the parenthesised node, or -1. */
function mistakenValue(c: BuildContext, node: number, macroParams: readonly string[] | null): number {
  const isCall = c.kind(node) === Kind.call_expression;
  const left = c.child(node, isCall ? Field.function : Field.left);
  if (left < 0 || c.kind(left) !== Kind.parenthesized_expression) return -1;
  const inner = c.firstContent(left);
  if (inner < 0 || c.kind(inner) !== Kind.identifier || c.rewriteAt(inner)) return -1;
  if (!isCall) {
    const operator = c.child(node, Field.operator);
    if (operator < 0 || !['*', '&', '-', '+'].includes(c.tree.textOf(operator))) return -1;
  }
  const verdict = verdictOn(c, c.word(inner), macroParams);
  if (verdict === 'type') return left;
  // `(name)(x)` of a name not known here: nobody parenthesises a function to call it.
  return isCall && verdict === 'unknown' && hasOneArgument(c, node) ? left : -1;
}

function hasOneArgument(c: BuildContext, call: number): boolean {
  const list = c.child(call, Field.arguments);
  return list >= 0 && c.contents(list).length === 1;
}

/** `sizeof (x)->y`, read as the size of a type and a member of it. */
function isMistakenSizeof(c: BuildContext, node: number): boolean {
  const name = loneTypeName(c, c.child(node, Field.type));
  if (name < 0) return false;
  return (
    /^\s*(?:->|\.(?!\.)|\[|\()/.test(c.source.slice(c.end(node), c.end(node) + 16)) &&
    !looksLikeTypeName(c.word(name))
  );
}

/** The identifier when a type descriptor is nothing else; -1 otherwise. */
function loneTypeName(c: BuildContext, descriptor: number): number {
  if (descriptor < 0) return -1;
  const only = descriptor + 1;
  const isLone = c.after(only) === c.after(descriptor) && c.kind(only) === Kind.type_identifier;
  return isLone && !c.rewriteAt(only) ? only : -1;
}

// ---- the corrected text -------------------------------------------------------------------------------------

function corrected(c: BuildContext, values: readonly number[], casts: readonly number[]): Correction {
  const units = c.tree.text.split('');
  for (const node of values) {
    const descriptor = c.child(node, Field.type);
    const open = c.tree.text.lastIndexOf('(', (c.tree.start[descriptor] as number) - 1);
    const close = c.tree.text.indexOf(')', c.tree.end[descriptor] as number);
    if (open >= 0) units[open] = ' ';
    if (close >= 0) units[close] = ' ';
  }
  const rewrites: Rewrite[] = [];
  for (const node of casts) {
    const start = c.tree.start[node] as number;
    const end = c.tree.end[node] as number;
    for (let at = start; at < end; at++) if (!/\s/.test(units[at] ?? ' ')) units[at] = ' ';
    units[start] = '~';
    rewrites.push({ kind: 'notation', start: start + c.shift, end: end + c.shift });
  }
  return { text: units.join(''), casts: rewrites };
}
