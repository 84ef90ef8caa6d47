/** How much of a buffer the device has written a driver looks at, where its code says so. */
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import { type Node, uncast, type Visitor, walk } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import type { AddCall } from './add-calls.js';
import { type Amounts, rootFrame } from './amounts/amounts.js';
import { isExact } from './amounts/bounds.js';
import { evidenceAt } from './amounts/evidence.js';
import { keyOf, readingOf } from './amounts/reading.js';
import type { Payload } from './workload.js';

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

/** Null unless every place of the file that can take such a buffer sets a bound. */
export function payloadOf(amounts: Amounts, add: AddCall): Payload | null {
  const { program } = amounts;
  const token = add.call.args[add.name === 'virtqueue_add_sgs' ? 4 : 3];
  if (token === undefined) return null;
  const type = program.typeOf(token, program.scopeOf(add.fn))?.base ?? '';
  const takings = takingsIn(program, add.fn.file).filter((t) => canTake(program, t, type));
  const bounds = takings.map((t) => boundOf(amounts, t));
  const [first] = bounds;
  if (first == null || bounds.includes(null)) return null;
  return bounds.reduce<Payload>((a, b) => (b !== null && b.most > a.most ? b : a), first);
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

function boundOf(amounts: Amounts, taking: Taking): Payload | null {
  return byLength(amounts, taking) ?? byType(amounts, taking);
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

/** Calls that give a buffer back. */
const releases =
  /^(?:kv?free|kfree_sensitive|devm_kfree|free_pages?(?:_exact)?|kmem_cache_free|put_page|virtqueue_add_)/;

function givesBack(program: Program, name: string, file: string): boolean {
  if (releases.test(name)) return true;
  // A helper that posts it again.
  const targets = program.functionsNamed(name, file);
  return targets.some((fn) =>
    readingOf(fn).calls.some(({ call }) => /^virtqueue_add_/.test(calleeName(call))),
  );
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
  if (!readsMembersOnly(program, fn, name)) return null;
  return { most: size.most, evidence: evidenceAt(program, fn.file, local.declarator) };
}

/** Whether more can follow the record. */
function hasTail(program: Program, tag: string, file: string): boolean {
  const last = program.record(tag, file)?.fields.at(-1);
  return (
    last === undefined ||
    (last.type.sizes !== undefined && (last.type.sizes.length === 0 || isZeroLength(last.type.sizes[0])))
  );
}

function isZeroLength(size: Expr | undefined): boolean {
  return size === undefined || (size.kind === 'number' && size.text === '0');
}

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '&&', '||']);

function readsMembersOnly(program: Program, fn: FunctionRef, name: string): boolean {
  let isSo = true;
  let reads = 0;
  const visit: Visitor = (node, up) => {
    if (node.kind !== 'name' || node.name !== name) return;
    const around = up?.node;
    if (around?.kind === 'member') reads += 1;
    else if (around === undefined || !isHarmless(program, fn, node, around)) isSo = false;
  };
  for (const { body } of fn.variants) walk(body, visit);
  return isSo && reads > 0;
}

/** Whether the buffer is only tested, kept or given back there. */
function isHarmless(program: Program, fn: FunctionRef, use: Node, around: Node): boolean {
  switch (around.kind) {
    case 'if':
    case 'loop':
      return true;
    case 'unary':
      return around.op === '!';
    case 'binary':
      return comparisons.has(around.op);
    case 'assign':
      return around.target === use;
    case 'call':
      return givesBack(program, calleeName(around), fn.file);
    default:
      return false;
  }
}
