/** Elements and fields that an initialiser list gives: `[i]` by position, `.field` by its name. C 2018, 6.7.9. */
import type { Expr, InitExpr } from '../../../syntax/ir.js';
import { numberOf, unknownValue, type Value } from '../numbers/value.js';
import { evaluate } from '../running/expressions.js';
import type { Run } from '../running/run.js';

export type Put = (place: string, value: Value) => void;

/** Stands for an element of which it is not known which one it is. */
const SOMEWHERE = '[?]';

/** What is not listed is left out. */
export function putList(run: Run, init: InitExpr, place: string, put: Put): void {
  let next: bigint | null = 0n;
  for (const { designators, condition, value } of init.items) {
    const compiled = condition === undefined ? true : run.names.holds(condition);
    if (compiled === false) continue;
    const at: string | null = placeOfItem(run, designators, next);
    next = indexBehind(run, designators, next);
    if (compiled !== true && designators.length === 0) next = null;
    if (at === null || next === null) put(place + SOMEWHERE, unknownValue('an initialiser'));
    if (at === null) continue;
    if (compiled !== true) put(place + at, unknownValue('an initialiser'));
    else if (value.kind === 'init') putList(run, value, place + at, put);
    else put(place + at, evaluate(run, value));
  }
}

/** Null where that is not known. */
function placeOfItem(run: Run, designators: readonly (string | Expr)[], next: bigint | null): string | null {
  if (designators.length === 0) return next === null ? null : `[${next}]`;
  const steps = designators.map((step) => (typeof step === 'string' ? `.${step}` : element(run, step)));
  return steps.every((step) => step !== null) ? steps.join('') : null;
}

function element(run: Run, index: Expr): string | null {
  const number = numberOf(evaluate(run, index));
  return number === null ? null : `[${number}]`;
}

/** Items go on behind the one that was named. */
function indexBehind(run: Run, [first]: readonly (string | Expr)[], next: bigint | null): bigint | null {
  if (first === undefined || typeof first === 'string') return next === null ? null : next + 1n;
  const number = numberOf(evaluate(run, first));
  return number === null ? null : number + 1n;
}

/** Elements of the array at a place, as its initialiser lists them; null where that is not known. */
export function countElements(run: Run, place: string): bigint | null {
  let count: bigint | null = null;
  for (const key of run.places()) {
    if (!key.startsWith(`${place}[`)) continue;
    const index = key.slice(place.length + 1, key.indexOf(']', place.length));
    if (index === '?') return null;
    if (count === null || BigInt(index) >= count) count = BigInt(index) + 1n;
  }
  return count;
}
