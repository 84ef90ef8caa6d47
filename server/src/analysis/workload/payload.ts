/** How much of a buffer the device has written a driver looks at, where its code says so. */
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import type { AddCall } from './add-calls.js';
import { type Amounts, rootFrame } from './amounts/amounts.js';
import { isExact } from './amounts/bounds.js';
import { evidenceAt } from './amounts/evidence.js';
import { keyOf, readingOf } from './amounts/reading.js';
import { isTailOf } from './amounts/sizes.js';
import { readsOf } from './reads.js';
import type { Payload } from './unplaced.js';

/** Source: include/linux/virtio.h (6.12). */
const takers = ['virtqueue_get_buf', 'virtqueue_get_buf_ctx'] as const;

/** A place that takes finished buffers. */
interface Taking {
  readonly fn: FunctionRef;
  readonly call: CallExpr;
  /** What the buffer is kept in. */
  readonly name: string;
  /** What the length is put into; '' when nobody looks at it. */
  readonly length: string;
}

/**
 * Null unless every place of the file that can take such a buffer, and reads it, sets a bound. `isToken`: what is taken back is
 * the buffer itself, and not a record that leads to it.
 */
export function payloadOf(amounts: Amounts, add: AddCall, isToken: boolean): Payload | null {
  const { program } = amounts;
  const [queue, token] = [add.call.args[0], tokenOf(add)];
  if (queue === undefined || token === undefined) return null;
  const type = program.typeOf(token, program.scopeOf(add.fn))?.base ?? '';
  const takings = takingsIn(program, add.fn.file).filter(
    (t) => canTake(program, t, type) && canBeOf(t.call, queue),
  );
  const bounds = takings.flatMap((t) => boundOf(amounts, t, isToken));
  const [first] = bounds;
  if (first == null || bounds.includes(null)) return null;
  return bounds.reduce<Payload>((a, b) => (b !== null && b.most > a.most ? b : a), first);
}

/** What the ring gives back. */
export function tokenOf(add: AddCall): Expr | undefined {
  return add.call.args[add.name === 'virtqueue_add_sgs' ? 4 : 3];
}

/** Queues that are fields of other names are others; of a callback's parameter nothing is known. */
function canBeOf({ args: [taken] }: CallExpr, queue: Expr): boolean {
  const [a, b] = [taken === undefined ? queue : uncast(taken), uncast(queue)];
  return a.kind !== 'member' || b.kind !== 'member' || a.field === 'vq' || a.field === b.field;
}

function takingsIn(program: Program, file: string): readonly Taking[] {
  const chunks = new Set(takers.flatMap((name) => [...program.chunksMentioning(file, name)]));
  return [...chunks]
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.functions ?? [])
    .flatMap((fn) => {
      const reading = readingOf(fn);
      return reading.calls.flatMap(({ call }) => {
        if (!takers.some((name) => name === calleeName(call))) return [];
        const kept = [...reading.assignments].find(([, all]) =>
          all.some((a) => a.value !== null && uncast(a.value) === call),
        );
        const length = call.args[1] === undefined ? null : uncast(call.args[1]);
        const isVariable = length?.kind === 'unary' && length.op === '&';
        return [{ fn, call, name: kept?.[0] ?? '', length: isVariable ? keyOf(length.operand) : '' }];
      });
    });
}

/** Whether what is taken may be the buffer: its type says no, or nothing does. */
function canTake(program: Program, { fn, call, name }: Taking, type: string): boolean {
  const local = name === '' ? null : program.scopeOf(fn).lookup(name, call.end);
  const taken = local?.type.base ?? '';
  return taken === '' || type === '' || taken === 'void' || type === 'void' || taken === type;
}

/** Empty where the buffer is taken and not read; null where what is read has no bound. */
function boundOf(amounts: Amounts, taking: Taking, isToken: boolean): readonly (Payload | null)[] {
  const { program } = amounts;
  const reads = taking.name === '' ? 'more' : readsOf(program, taking.fn, taking.name);
  if (reads === 'nothing') return [];
  const held = byLength(amounts, taking);
  return [held ?? (reads === 'members' && isToken ? byType(amounts, taking) : null)];
}

/** `if (len > n) drop`, `len = min(len, n)`: from there to the end of the function. */
function byLength(amounts: Amounts, { fn, call, length }: Taking): Payload | null {
  if (length === '') return null;
  const reading = readingOf(fn);
  const frame = rootFrame(fn);
  const found: Payload[] = [];
  for (const { key, bound, isStrict, within } of reading.limits) {
    if (key !== length || within.end !== fn.end || within.start < call.end) continue;
    const { most } = amounts.of(bound, frame);
    if (most !== null)
      found.push({ most: isStrict ? most - 1 : most, evidence: evidenceAt(amounts.program, fn.file, bound) });
  }
  for (const { value } of reading.assignments.get(length) ?? []) {
    const cut = value === null ? null : uncast(value);
    if (cut === null || cut.start < call.end || !/^u?min(?:_t)?$/.test(calleeName(cut))) continue;
    const { most } = amounts.of(cut, frame);
    if (most !== null) found.push({ most, evidence: evidenceAt(amounts.program, fn.file, cut) });
  }
  return found.sort((a, b) => a.most - b.most)[0] ?? null;
}

/** A buffer taken as a record of which nothing but members is read: it holds one, whatever its size. */
function byType(amounts: Amounts, { fn, call, name }: Taking): Payload | null {
  const { program } = amounts;
  const local = name === '' ? null : program.scopeOf(fn).lookup(name, call.end);
  if (
    local === null ||
    local.declarator === null ||
    local.type.pointers !== 1 ||
    !/^struct /.test(local.type.base)
  )
    return null;
  const size = amounts.sizes.of({ base: local.type.base, pointers: 0 }, fn.file);
  if (!isExact(size) || size.most === null || hasTail(program, local.type.base, fn.file)) return null;
  return { most: size.most, evidence: evidenceAt(program, fn.file, local.declarator) };
}

/** Whether more can follow the record. */
function hasTail(program: Program, tag: string, file: string): boolean {
  const record = program.record(tag, file);
  const last = record?.fields.at(-1);
  return record === null || last === undefined || isTailOf(program, record, last);
}
