/** How many queues of its kind a queue is one of: an element of an array, filled in the same way as the others. */
import type { Program } from '../../program/index.js';
import type { Expr } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { allocationsOf } from './amounts/allocations.js';
import { type Amounts, type Frame, rootFrame } from './amounts/amounts.js';
import { anything, between, exactly, union } from './amounts/bounds.js';
import { returnedBy, type Value, valuesOfName } from './amounts/values.js';
import type { Bounds } from './workload.js';

const MAX_HOPS = 5;
const MAX_VALUES = 80;

/** Exactly 1 for a queue that is no element of an array, or always the same one. */
export function queuesLike(amounts: Amounts, queue: Expr, frame: Frame): Bounds {
  // What the field of a queue was set to says little where the record's own place is known.
  const near = follow(amounts, queue, frame, false);
  const found = near ?? follow(amounts, queue, frame, true);
  // All of them are filled, or one.
  return found === null ? exactly(1) : between(1, found.most);
}

function follow(amounts: Amounts, queue: Expr, frame: Frame, throughFields: boolean): Bounds | null {
  const { program } = amounts;
  const seen = new Set<Expr>();
  const pending: Value[] = [{ expr: queue, frame, hops: 0 }];
  let found: Bounds | null = null;
  for (let i = 0; i < pending.length && i < MAX_VALUES; i += 1) {
    const value = pending[i] as Value;
    const expr = uncast(value.expr);
    if (seen.has(expr) || value.hops > MAX_HOPS) continue;
    seen.add(expr);
    const length = lengthAt(amounts, expr, value.frame);
    if (length !== null) found = found === null ? length : union(found, length);
    else pending.push(...before(program, expr, value, throughFields));
  }
  return found;
}

/** How many there are of what the expression names: 1 for a fixed element or a record inside another; null to go on. */
function lengthAt(amounts: Amounts, expr: Expr, frame: Frame): Bounds | null {
  if (expr.kind === 'index' && isFixed(amounts, expr.index, frame)) return exactly(1);
  const isInside = expr.kind === 'member' && !expr.isArrow && uncast(expr.object).kind === 'member';
  if (isInside) return exactly(1);
  const array = arrayOf(amounts, expr, frame);
  return array === null ? null : lengthOf(amounts, array, frame);
}

/** The array of which the expression is an element that is chosen at run time. */
function arrayOf(amounts: Amounts, expr: Expr, frame: Frame): Expr | null {
  if (expr.kind === 'index') return isFixed(amounts, expr.index, frame) ? null : expr.object;
  if (expr.kind === 'binary' && expr.op === '+' && frame.fn !== null) {
    const type = amounts.program.typeOf(expr.left, amounts.program.scopeOf(frame.fn));
    return type !== null && type.pointers > 0 && !isFixed(amounts, expr.right, frame) ? expr.left : null;
  }
  return null;
}

function isFixed(amounts: Amounts, index: Expr, frame: Frame): boolean {
  const { least, most } = amounts.of(index, frame);
  return least === most;
}

function lengthOf(amounts: Amounts, array: Expr, frame: Frame): Bounds {
  const { program } = amounts;
  if (frame.fn === null) return anything;
  const [outer] = program.typeOf(array, program.scopeOf(frame.fn))?.sizes ?? [];
  if (outer !== undefined) return amounts.of(outer, frame);
  const lengths = allocationsOf(program, array, frame).flatMap(({ sizes, frame: at }) => {
    const count = sizes.find((s) => s.kind !== 'sizeof');
    return sizes.length === 2 && count !== undefined ? [amounts.of(count, at)] : [];
  });
  return lengths.length === 0 ? anything : lengths.reduce<Bounds>(union, lengths[0] as Bounds);
}

function before(
  program: Program,
  expr: Expr,
  { frame, hops }: Value,
  throughFields: boolean,
): readonly Value[] {
  switch (expr.kind) {
    case 'index':
      return [{ expr: expr.object, frame, hops }];
    case 'unary':
      return [{ expr: expr.operand, frame, hops }];
    case 'member':
      return [
        { expr: expr.object, frame, hops },
        ...(throughFields ? stored(program, expr, frame, hops) : []),
      ];
    case 'name':
      return valuesOfName(program, expr, frame, hops);
    case 'conditional':
      return [expr.then ?? expr.test, expr.otherwise].map((e) => ({ expr: e, frame, hops }));
    case 'call':
      return returnedBy(program, expr, frame, hops);
    default:
      return [];
  }
}

/** What the field of a queue was set to: `port->in_vq = portdev->in_vqs[id]`. */
function stored(
  program: Program,
  member: Expr & { kind: 'member' },
  frame: Frame,
  hops: number,
): readonly Value[] {
  if (frame.fn === null || hops > 2) return [];
  const scope = program.scopeOf(frame.fn);
  if (program.typeOf(member, scope)?.base !== 'struct virtqueue') return [];
  const record = program.recordOfMember(member, scope)?.tag ?? '';
  if (record === '') return [];
  return program
    .fieldAssignments(record, member.field)
    .flatMap(({ value, function: fn }) =>
      value === null || fn === null ? [] : [{ expr: value, frame: rootFrame(fn), hops: hops + 1 }],
    );
}
