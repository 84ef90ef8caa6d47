/** Which place in memory an expression names. */
import { overlaidFields } from '@vringside/grammars/leaf-bindings';
import type { Expr, MemberExpr } from '../../../syntax/ir.js';
import { typeOfPlace } from '../numbers/conversions.js';
import { numberOf } from '../numbers/value.js';
import { evaluate, rootOfType } from '../running/expressions.js';
import type { Run } from '../running/run.js';
import { globalPlace } from './globals.js';

/** Null where that is not known, or it names none. */
export function placeOf(run: Run, expr: Expr): string | null {
  const place = run.deeper(() => written(run, expr));
  return place ?? rootOfType(run.program.typeOf(expr, run.frame.scope), 0);
}

function written(run: Run, expr: Expr): string | null {
  switch (expr.kind) {
    case 'name':
      return run.frame.locals.get(expr.name)?.place ?? globalPlace(run, expr.name);
    case 'member': {
      const object = expr.isArrow ? pointee(run, expr.object) : placeOf(run, expr.object);
      return object === null ? null : field(object, isOfUnion(run, expr) ? 'union' : expr.field);
    }
    case 'index': {
      const pointed = target(run, expr.object);
      const index = numberOf(evaluate(run, expr.index));
      if (index === null) return null;
      if (pointed !== null && !run.isArray(pointed)) return index === 0n ? pointed : null;
      const array = pointed ?? arrayAt(run, expr.object);
      return array === null ? null : overlaid(`${array}[${index}]`);
    }
    case 'unary':
      return expr.op === '*' ? pointee(run, expr.operand) : null;
    case 'cast':
      return placeOf(run, expr.operand);
    default:
      return null;
  }
}

/** Members of a union lie over each other. */
function isOfUnion(run: Run, member: MemberExpr): boolean {
  return run.program.recordOfMember(member, run.frame.scope)?.tag.startsWith('union ') === true;
}

function field(object: string, name: string): string {
  return overlaid(`${object}.${name}`);
}

/** Fields that lie over each other are one place. */
function overlaid(place: string): string {
  for (const [over, under] of Object.entries(overlaidFields)) {
    if (place === `device.${over}`) return `device.${under}`;
  }
  return place;
}

/** An array that is no value of its own: a field, or a row of another. A pointer that is not known is none. */
function arrayAt(run: Run, object: Expr): string | null {
  const place = placeOf(run, object);
  const type = place === null ? null : typeOfPlace(run, object);
  if (type === null || type.pointers === 0 || type.sizes !== undefined) return place;
  return run.places().some((part) => part.startsWith(`${place}[`)) ? place : null;
}

/** The object at a pointer: of an array the first element. */
function pointee(run: Run, pointer: Expr): string | null {
  const place = target(run, pointer);
  return place !== null && run.isArray(place) ? overlaid(`${place}[0]`) : place;
}

/** What a pointer points to. */
function target(run: Run, pointer: Expr): string | null {
  const value = evaluate(run, pointer);
  return value.kind === 'pointer' ? value.to : null;
}
