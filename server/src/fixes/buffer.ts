/** What the code around an address says of the buffer: where it is, how long, which way it goes, and for which device. */
import { toDeviceOrder } from '@vringside/grammars/address-names';
import { localFlow } from '../analysis/values/local-flow.js';
import { printExpr } from '../analysis/values/print.js';
import type { FunctionRef, Program } from '../program/index.js';
import type { CallExpr, Expr, TypeRef } from '../syntax/ir.js';
import { callsIn, uncast, walk } from '../syntax/walk.js';

/** What the DMA API is asked to map, in C text. */
export interface Buffer {
  readonly callee: 'dma_map_single' | 'dma_map_page';
  /** The arguments between the device and the direction. */
  readonly memory: string;
  readonly direction: string;
  /** Whether the direction is known, and not just safe. */
  readonly isDirectionKnown: boolean;
}

/** Calls that give the physical address of the memory their one argument names. */
const pointerCalls: ReadonlySet<string> = new Set(['virt_to_phys', '__pa', 'virt_to_bus', '__virt_to_phys']);

export function isPhysicalAddressCall(call: CallExpr): boolean {
  const name = calleeOf(call);
  return call.args.length === 1 && (pointerCalls.has(name) || name === 'sg_phys' || name === 'page_to_phys');
}

/** Null where something is not known. */
export function bufferAt(program: Program, fn: FunctionRef, address: CallExpr, target: Expr): Buffer | null {
  const memory = memoryOf(program, fn, address, target);
  if (memory === null) return null;
  const direction = directionOf(program, fn, address, target);
  return { ...memory, direction: direction ?? 'DMA_BIDIRECTIONAL', isDirectionKnown: direction !== null };
}

// ---- the device

/** C text of the one virtio device the function has at hand; null where it has none, or several. */
export function deviceInScope(program: Program, fn: FunctionRef, at: number): string | null {
  return pointerInScope(program, fn, at, 'struct virtio_device');
}

/** The same for a virtqueue. */
export function queueInScope(program: Program, fn: FunctionRef, at: number): string | null {
  return pointerInScope(program, fn, at, 'struct virtqueue');
}

function pointerInScope(program: Program, fn: FunctionRef, at: number, record: string): string | null {
  const isWanted = (type: TypeRef): boolean =>
    type.base === record && type.pointers === 1 && type.isFunction !== true;
  const locals = program
    .scopeOf(fn)
    .locals.filter(
      ({ param, declarator, visible }) =>
        visible.start <= at && at < visible.end && (param >= 0 || (declarator?.init ?? null) !== null),
    );
  const direct = locals.filter(({ type }) => isWanted(type));
  if (direct.length > 0) return direct.length === 1 ? (direct[0]?.name ?? null) : null;
  const through = locals.flatMap(({ name, type }) => {
    if (type.pointers !== 1 || !type.base.startsWith('struct ')) return [];
    const fields = program.record(type.base, fn.file)?.fields ?? [];
    return fields.filter((field) => isWanted(field.type)).map((field) => `${name}->${field.name}`);
  });
  return through.length === 1 ? (through[0] ?? null) : null;
}

// ---- the memory

type Memory = Pick<Buffer, 'callee' | 'memory'>;

function memoryOf(program: Program, fn: FunctionRef, address: CallExpr, target: Expr): Memory | null {
  const [memory] = address.args;
  if (memory === undefined) return null;
  const text = program.textOf(fn.file, memory);
  switch (calleeOf(address)) {
    case 'sg_phys': {
      const sg = isSimple(memory) ? text : `(${text})`;
      return { callee: 'dma_map_page', memory: `sg_page(${text}), ${sg}->offset, ${sg}->length` };
    }
    case 'page_to_phys':
      return isSinglePage(fn, memory) ? { callee: 'dma_map_page', memory: `${text}, 0, PAGE_SIZE` } : null;
    default: {
      const length = lengthOf(program, fn, memory, target);
      return length === null ? null : { callee: 'dma_map_single', memory: `${text}, ${length}` };
    }
  }
}

function isSimple(expr: Expr): boolean {
  return expr.kind === 'name' || expr.kind === 'member' || expr.kind === 'call' || expr.kind === 'index';
}

/** A local that `alloc_page()` alone fills. */
function isSinglePage(fn: FunctionRef, memory: Expr): boolean {
  const expr = uncast(memory);
  if (expr.kind !== 'name') return false;
  const values = localFlow(fn).assigned.get(expr.name) ?? [];
  return values.length > 0 && values.every((value) => calleeOf(uncast(value)) === 'alloc_page');
}

const lengthName = /^(?:len|length|size|bytes|nbytes|buf_?len|buf_?size|data_?len)$/;

/** C text; what is said next to the address counts first. */
function lengthOf(program: Program, fn: FunctionRef, memory: Expr, target: Expr): string | null {
  const beside = storesBeside(fn, target).find(
    ({ field }) => lengthName.test(field) || /(?:^|_)(?:len|length|size)$/.test(field),
  );
  if (beside !== undefined) {
    const value = withoutOrder(beside.value);
    return isSteady(value) ? program.textOf(fn.file, value) : null;
  }
  const expr = uncast(memory);
  if (expr.kind === 'unary' && expr.op === '&') return `sizeof(${program.textOf(fn.file, expr.operand)})`;
  if (expr.kind !== 'name') return null;
  const values = (localFlow(fn).assigned.get(expr.name) ?? []).map(uncast);
  if (values.length > 0) return allocatedLength(program, fn, values);
  const lengths = fn.params.filter(({ name, type }) => lengthName.test(name) && type.pointers === 0);
  const isParam = fn.params.some(({ name }) => name === expr.name);
  return isParam && lengths.length === 1 ? (lengths[0]?.name ?? null) : null;
}

function allocatedLength(program: Program, fn: FunctionRef, values: readonly Expr[]): string | null {
  const [value, ...others] = values;
  if (value?.kind !== 'call' || others.length > 0) return null;
  const [size] = value.args;
  const isAllocation = /^k[mz]alloc(?:_node)?$/.test(calleeOf(value));
  return isAllocation && size !== undefined && isSteady(size) ? program.textOf(fn.file, size) : null;
}

interface StoreBeside {
  readonly field: string;
  readonly value: Expr;
}

/** What else the function stores to the record the address is stored to. */
function storesBeside(fn: FunctionRef, stored: Expr): StoreBeside[] {
  const target = uncast(stored);
  if (target.kind !== 'member') return [];
  const record = printExpr(target.object);
  const stores: StoreBeside[] = [];
  walk(
    fn.variants.flatMap((variant) => variant.body),
    (node) => {
      if (node.kind !== 'assign' || node.op !== '=') return;
      const other = uncast(node.target);
      if (other.kind !== 'member' || other.field === target.field || printExpr(other.object) !== record)
        return;
      stores.push({ field: other.field, value: node.value });
    },
  );
  return stores;
}

/** The value that is turned into the device's byte order. */
export function withoutOrder(expr: Expr): Expr {
  let inner = uncast(expr);
  while (inner.kind === 'call' && isOrderCall(calleeOf(inner))) {
    const value = inner.args.at(-1);
    if (value === undefined) break;
    inner = uncast(value);
  }
  return inner;
}

function isOrderCall(name: string): boolean {
  return toDeviceOrder.has(name) || /^(?:__)?cpu_to_|_to_(?:le|be|virtio)\d+$/.test(name);
}

/** A value that may be written twice: it calls nothing and changes nothing. */
function isSteady(expr: Expr): boolean {
  let isSteadySoFar = true;
  walk([expr], (node) => {
    if (node.kind === 'sizeof') return false;
    if (
      node.kind === 'call' ||
      node.kind === 'assign' ||
      node.kind === 'update' ||
      node.kind === 'statements'
    )
      isSteadySoFar = false;
    return isSteadySoFar;
  });
  return isSteadySoFar;
}

// ---- the direction

/** Null where the code does not say. */
function directionOf(program: Program, fn: FunctionRef, address: CallExpr, target: Expr): string | null {
  const scope = program.scopeOf(fn);
  const given = scope.locals.find(
    ({ type, visible }) =>
      type.base === 'enum dma_data_direction' &&
      visible.start <= address.start &&
      address.start < visible.end,
  );
  if (given !== undefined) return given.name;
  const flags = storesBeside(fn, target).find(({ field }) => field === 'flags');
  const said = flags === undefined ? '' : program.textOf(fn.file, flags.value);
  // Flags of another protocol say nothing of it.
  if (/\bVRING_DESC_F_/.test(said))
    return /\bVRING_DESC_F_WRITE\b/.test(said) ? 'DMA_FROM_DEVICE' : 'DMA_TO_DEVICE';
  const memory = address.args[0] === undefined ? null : uncast(address.args[0]);
  if (memory?.kind !== 'name') return null;
  const isFilled = callsIn(fn).some(
    (call) =>
      /^(?:memcpy|strscpy|copy_from_user|skb_copy_bits)$/.test(calleeOf(call)) &&
      call.end <= address.start &&
      nameOf(call.args[0]) === memory.name,
  );
  const isRead = callsIn(fn).some(
    (call) =>
      /^(?:memcpy|copy_to_user)$/.test(calleeOf(call)) &&
      call.start >= address.end &&
      nameOf(call.args[1]) === memory.name,
  );
  if (isFilled === isRead) return null;
  return isFilled ? 'DMA_TO_DEVICE' : 'DMA_FROM_DEVICE';
}

function nameOf(expr: Expr | undefined): string | null {
  const inner = expr === undefined ? null : uncast(expr);
  return inner?.kind === 'name' ? inner.name : null;
}

function calleeOf(expr: Expr): string {
  return expr.kind === 'call' && expr.callee.kind === 'name' ? expr.callee.name : '';
}
