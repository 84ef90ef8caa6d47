/** Where the memory behind a pointer was allocated. */
import type { FunctionRef, Program } from '../../../program/index.js';
import type { CallExpr, Expr } from '../../../syntax/ir.js';
import { uncast } from '../../../syntax/walk.js';
import { calleeName } from '../../values/expressions.js';
import { type Frame, rootFrame } from './amounts.js';
import { allocations } from './known.js';
import { keyOf, readingOf } from './reading.js';
import { assignedTo, returnedBy, type Value, valuesOfName } from './values.js';

const MAX_HOPS = 5;
const MAX_VALUES = 120;

export interface Allocation {
  readonly name: string;
  readonly call: CallExpr;
  readonly frame: Frame;
  /** Their product is its size. */
  readonly sizes: readonly Expr[];
}

/** Every allocation the pointer can come from, nearest first. */
export function allocationsOf(program: Program, pointer: Expr, frame: Frame): readonly Allocation[] {
  const found: Allocation[] = [];
  const seen = new Set<Expr>();
  const queue: Value[] = [{ expr: pointer, frame, hops: 0 }];
  for (let i = 0; i < queue.length && i < MAX_VALUES; i += 1) {
    const value = queue[i] as Value;
    const expr = uncast(value.expr);
    if (seen.has(expr) || value.hops > MAX_HOPS) continue;
    seen.add(expr);
    const allocated = expr.kind === 'call' ? allocationOf(expr, value.frame) : null;
    if (allocated !== null) found.push(allocated);
    else queue.push(...before(program, expr, value));
  }
  return found;
}

export function allocationOf(call: CallExpr, frame: Frame): Allocation | null {
  const name = calleeName(call);
  const positions = allocations[name.replace(/_noprof$/, '')];
  if (positions === undefined) return null;
  const sizes = positions.flatMap((index) => call.args[index] ?? []);
  return { name, call, frame, sizes };
}

/** Calls that move what user space hands over or asks for. Source: include/linux/uaccess.h, uio.h (6.12). */
const userCopies = /^_*copy_(?:from|to)_(?:user|iter)(?:_full|_nofault)?$/;

/** Whether the function that allocates the memory copies it from user space, or to it. */
export function isUsersMemory(fn: FunctionRef | null, allocation: CallExpr): boolean {
  if (fn === null) return false;
  const { assignments, calls } = readingOf(fn);
  const [kept] =
    [...assignments].find(([, all]) => all.some((a) => a.value !== null && uncast(a.value) === allocation)) ??
    [];
  if (kept === undefined) return false;
  return calls.some(
    ({ call }) => userCopies.test(calleeName(call)) && call.args.some((arg) => keyOf(arg) === kept),
  );
}

/** The values one was made from. */
function before(program: Program, expr: Expr, { frame, hops }: Value): readonly Value[] {
  const here = (...parts: readonly Expr[]): Value[] => parts.map((part) => ({ expr: part, frame, hops }));
  switch (expr.kind) {
    case 'binary':
      return expr.op === '+' ? here(expr.left) : [];
    case 'conditional':
      return here(expr.then ?? expr.test, expr.otherwise);
    case 'assign':
      return here(expr.value);
    case 'name':
      return valuesOfName(program, expr, frame, hops);
    case 'member':
      return [...assignedTo(expr, frame, hops), ...stored(program, expr, frame, hops)];
    case 'call':
      return returnedBy(program, expr, frame, hops);
    default:
      return [];
  }
}

function stored(
  program: Program,
  expr: Expr & { kind: 'member' },
  frame: Frame,
  hops: number,
): readonly Value[] {
  const record =
    frame.fn === null ? '' : (program.recordOfMember(expr, program.scopeOf(frame.fn))?.tag ?? '');
  if (record === '' || hops >= MAX_HOPS) return [];
  return program
    .fieldAssignments(record, expr.field)
    .flatMap(({ value, function: fn }) =>
      value === null || fn === null || fn === frame.fn
        ? []
        : [{ expr: value, frame: rootFrame(fn), hops: hops + 1 }],
    );
}
