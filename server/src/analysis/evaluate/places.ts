/** Which place in memory an expression names. */
import { overlaidFields } from '@vringside/grammars/leaf-bindings';
import type { Expr } from '../../syntax/ir.js';
import { evaluate, rootOfType } from './expressions.js';
import { globalPlace } from './globals.js';
import type { Run } from './run.js';
import { numberOf } from './value.js';

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
      const object = expr.isArrow ? target(run, expr.object) : placeOf(run, expr.object);
      return object === null ? null : field(object, expr.field);
    }
    case 'index': {
      const array = target(run, expr.object) ?? placeOf(run, expr.object);
      const index = numberOf(evaluate(run, expr.index));
      return array === null || index === null ? null : overlaid(`${array}[${index}]`);
    }
    case 'unary':
      return expr.op === '*' ? target(run, expr.operand) : null;
    case 'cast':
      return placeOf(run, expr.operand);
    default:
      return null;
  }
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

/** What a pointer points to. */
function target(run: Run, pointer: Expr): string | null {
  const value = evaluate(run, pointer);
  return value.kind === 'pointer' ? value.to : null;
}
