/**
 * Stores of which it is not known where they go, and places that are seen as another type than they were stored in: what may
 * have changed is not known afterwards.
 */
import type { Expr } from '../../../syntax/ir.js';
import { printExpr } from '../../values/print.js';
import { typeOfPlace } from '../numbers/conversions.js';
import { numberType } from '../numbers/number-types.js';
import { unknownValue, type Value } from '../numbers/value.js';
import { evaluate } from '../running/expressions.js';
import type { Run } from '../running/run.js';
import { placeOf } from './places.js';

/** Stores to what the expression names: the place, or where that is not known any that it may be. */
export function store(run: Run, target: Expr, place: string | null, value: Value): void {
  const text = printExpr(target);
  if (place === null) {
    for (const possible of mayBe(run, target)) run.write(possible, unknownValue(text), text);
    return;
  }
  run.write(place, isSeenAsStored(run, target, place) ? value : unknownValue(text), text);
  const type = typeOfPlace(run, target);
  if (type !== null && !run.types.has(place)) run.types.set(place, type);
}

/** What the operand names is not known any more. */
export function forget(run: Run, target: Expr, why: string): void {
  store(run, target, placeOf(run, target), unknownValue(why));
}

/** Whether the expression has the type in which the place was declared, or stored to. */
export function isSeenAsStored(run: Run, expr: Expr, place: string): boolean {
  const [seen, stored] = [typeOfPlace(run, expr), run.types.get(place)];
  if (expr.kind === 'name' || seen === null || stored === undefined || seen === stored) return true;
  if (seen.pointers > 0 || stored.pointers > 0) return seen.pointers > 0 && stored.pointers > 0;
  const [a, b] = [numberType(seen.base), numberType(stored.base)];
  return a === null || b === null
    ? seen.base === stored.base
    : a.bits === b.bits && a.isSigned === b.isSigned;
}

/** Places that a store through a pointer that is not known, or at an index that is not, may go to. */
function mayBe(run: Run, target: Expr): string[] {
  const places = run.places();
  switch (target.kind) {
    case 'member': {
      const end = `.${target.field}`;
      return places.filter((place) => place.endsWith(end) && isReached(run, place));
    }
    case 'index': {
      const { object } = target;
      const array = object.kind === 'name' || object.kind === 'member' ? evaluate(run, object) : null;
      if (array?.kind !== 'pointer') return [...run.escaped];
      const whole = array.to.replace(/\[.*$/, '');
      return places.filter((place) => place === array.to || place.startsWith(`${whole}[`));
    }
    case 'unary':
      return target.op === '*' ? [...run.escaped] : [];
    case 'cast':
      return mayBe(run, target.operand);
    default:
      return [];
  }
}

/** Whether a pointer may lead there: to a local only where its address was taken. */
function isReached({ escaped }: Run, place: string): boolean {
  if (!place.startsWith('#')) return !/^(?:ops|probe|platform)\./.test(place);
  return [...escaped].some((whole) => place.startsWith(`${whole}.`) || place.startsWith(`${whole}[`));
}
