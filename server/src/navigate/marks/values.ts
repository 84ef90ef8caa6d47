/** Expressions, read for where their values come from. */
import { addressCalls, passThrough, physHelper } from '@vringside/grammars/address-names';
import {
  configOps,
  deviceFillSlots,
  deviceFills,
  deviceOrderType,
  deviceReads,
  deviceSlots,
  deviceWrittenRecord,
  fromDeviceOrder,
  ringRecords,
  sharedField,
} from '@vringside/grammars/device-values';
import type { Program, Scope } from '../../program/index.js';
import type { CallExpr, Expr, InitExpr, MemberExpr, Stmt, TypeRef } from '../../syntax/ir.js';
import { uncast } from '../../syntax/walk.js';
import { DEVICE, type Kinds, localPlace, NONE, PHYSICAL, placeOf, type State, store } from './state.js';

/** A function as it is read. */
export interface Reading {
  readonly program: Program;
  readonly scope: Scope;
  /** False on the other end of the queue, where the values come from the guest. */
  readonly hasDevice: boolean;
  /** Called for each variable and field that holds a value of some kind, at each place it stands. */
  readonly note: (start: number, end: number, isField: boolean, kinds: Kinds) => void;
  /** Whether the file itself gives a field of a record values. */
  readonly isWritten: (record: string, field: string) => boolean;
  /** What a function of the same file does; null for others. */
  readonly called: (name: string) => Summary | null;
  /** Statements inside an expression. */
  readonly statements: (body: readonly Stmt[], state: State) => void;
}

/** What a call of a function gives its caller. */
export interface Summary {
  readonly returned: Kinds;
  /** What is behind the pointers it was given, by parameter. */
  readonly filled: readonly Kinds[];
}

/** Deeper than people write; generated code is left unmarked from there on. */
const MAX_DEPTH = 150;

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', '&&', '||']);
/** Calls that give one of their arguments, or one made from it: the first is its index, -1 all of them. */
const carriers: Readonly<Record<string, number>> = {
  min_t: -1,
  max_t: -1,
  clamp: 0,
  clamp_t: 1,
  clamp_val: 0,
  array_index_nospec: 0,
  swab32: 0,
  likely: 0,
  unlikely: 0,
};
const physicalTypes: ReadonlySet<string> = new Set(['phys_addr_t']);

export function kindsOf(reading: Reading, expr: Expr, state: State, depth = 0): Kinds {
  if (depth > MAX_DEPTH) return NONE;
  const sub = (e: Expr): Kinds => kindsOf(reading, e, state, depth + 1);
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'char':
    case 'type':
    case 'sizeof':
      return NONE;
    case 'name':
      return ofName(reading, expr, state);
    case 'member':
      return ofMember(reading, expr, state, sub(expr.object));
    case 'index': {
      const object = sub(expr.object);
      sub(expr.index);
      const place = placeOf(expr, reading.scope);
      const element = place === null ? NONE : (state.get(place) ?? NONE);
      noteTarget(reading, expr, element);
      return object | element;
    }
    case 'unary': {
      const operand = sub(expr.operand);
      if (expr.op === '&' || expr.op === '!' || expr.op === '&&') return NONE;
      if (expr.op !== '*') return operand;
      const place = placeOf(expr, reading.scope);
      return place === null ? NONE : (state.get(place) ?? NONE);
    }
    case 'update':
    case 'cast':
      return sub(expr.operand);
    case 'binary': {
      const left = sub(expr.left);
      const right = sub(expr.right);
      if (comparisons.has(expr.op)) return NONE;
      if (expr.op === '<<' || expr.op === '>>') return left | (right & DEVICE);
      // The distance of two addresses, or an address's place in its page, is no address.
      if (expr.op === '-' && (left & right & PHYSICAL) !== 0) return (left | right) & ~PHYSICAL;
      return left | right;
    }
    case 'assign':
      return assigned(reading, expr.target, expr.op, sub(expr.value), state, depth);
    case 'conditional':
      return ofConditional(expr, sub);
    case 'comma':
      return expr.parts.reduce((_, part) => sub(part), NONE);
    case 'statements': {
      const last = expr.body.at(-1);
      reading.statements(expr.body, state);
      return last?.kind === 'expr' ? sub(last.expr) : NONE;
    }
    case 'init':
      for (const { value } of expr.items) sub(value);
      return NONE;
    case 'call':
      return ofCall(reading, expr, state, depth);
    case 'opaque':
      for (const part of expr.parts) sub(part);
      return NONE;
    default:
      return expr satisfies never;
  }
}

function ofConditional(
  { test, then, otherwise }: Expr & { kind: 'conditional' },
  sub: (e: Expr) => Kinds,
): Kinds {
  const tested = sub(test);
  return (then === null ? tested : sub(then)) | sub(otherwise);
}

function notedName(reading: Reading, { start, end }: Expr, kinds: Kinds): Kinds {
  if (kinds !== NONE) reading.note(start, end, false, kinds);
  return kinds;
}

function notedField(reading: Reading, { end, field }: MemberExpr, kinds: Kinds): Kinds {
  if (kinds !== NONE) reading.note(end - field.length, end, true, kinds);
  return kinds;
}

function ofName(reading: Reading, expr: Expr & { kind: 'name' }, state: State): Kinds {
  const local = reading.scope.lookup(expr.name, expr.start);
  if (local === null) return NONE;
  const place = localPlace(local);
  const kinds = (state.get(place) ?? NONE) | byType(local.type);
  // Of a pointer or an array, what it leads to is shown; its own value is another matter.
  const behind = local.type.pointers > 0 ? (state.get(`*${place}`) ?? NONE) : NONE;
  notedName(reading, expr, kinds | behind);
  return kinds;
}

/** What every value of a type is. */
export function byType({ base, pointers }: TypeRef): Kinds {
  return physicalTypes.has(base) && pointers === 0 ? PHYSICAL : NONE;
}

// ---- fields ------------------------------------------------------------------------------------------------

function ofMember(reading: Reading, expr: MemberExpr, state: State, object: Kinds): Kinds {
  const place = placeOf(expr, reading.scope);
  const stored = place === null ? undefined : state.get(place);
  // A part of what the device filled as a whole.
  const whole = expr.isArrow ? NONE : object & DEVICE;
  return notedField(reading, expr, stored ?? whole | byDeclaration(reading, expr));
}

/** What a field holds by its record and type. */
function byDeclaration(reading: Reading, expr: MemberExpr): Kinds {
  const { program, scope } = reading;
  const record = sharedField.test(expr.field) ? program.recordOfMember(expr, scope) : null;
  if (record === null) return NONE;
  const type = record.fields.find(({ name }) => name === expr.field)?.type;
  // An array or record inside is on the way to a value, and none itself.
  if (type === undefined || type.pointers > 0 || /^(?:struct|union) /.test(type.base)) return NONE;
  const isShared = ringRecords.has(record.tag) || deviceWrittenRecord.test(record.tag);
  return byType(type) | (reading.hasDevice && isShared ? DEVICE : NONE);
}

/** A field in the device's byte order that the driver reads and nowhere gives a value of its own. */
function isDeviceWritten({ program, scope, hasDevice, isWritten }: Reading, member: MemberExpr): boolean {
  if (!hasDevice) return false;
  const record = program.recordOfMember(member, scope);
  const type = record?.fields.find(({ name }) => name === member.field)?.type;
  if (record === null || type === undefined || !deviceOrderType.test(type.base)) return false;
  return !isWritten(record.tag, member.field);
}

// ---- stores ------------------------------------------------------------------------------------------------

/** Null as target: what a pointer points to, and the pointer is not followed. */
function assigned(
  reading: Reading,
  target: Expr,
  op: string,
  value: Kinds,
  state: State,
  depth: number,
): Kinds {
  const inner = uncast(target);
  const place = placeOf(inner, reading.scope);
  const before = op === '=' || place === null ? NONE : (state.get(place) ?? NONE);
  const kinds = value | before;
  if (inner.kind === 'member') kindsOf(reading, inner.object, state, depth + 1);
  else if (inner.kind === 'index') {
    kindsOf(reading, inner.index, state, depth + 1);
    if (uncast(inner.object).kind === 'member') kindsOf(reading, inner.object, state, depth + 1);
  }
  if (place !== null) store(state, place, kinds);
  noteTarget(reading, inner, kinds);
  return kinds;
}

/** Marks the variable or field that was given a value. */
export function noteTarget(reading: Reading, target: Expr, kinds: Kinds): void {
  for (let at = uncast(target); ; ) {
    if (at.kind === 'name') return void notedName(reading, at, kinds);
    if (at.kind === 'member') return void notedField(reading, at, kinds);
    if (at.kind === 'index') at = uncast(at.object);
    else if (at.kind === 'unary' && at.op === '*') at = uncast(at.operand);
    else return;
  }
}

/** The parts of a record given in its declaration: `{ .addr = virt_to_phys(p) }`. */
export function initialised(reading: Reading, root: string, init: InitExpr, state: State): void {
  for (const { designators, value } of init.items) {
    const [field] = designators;
    const kinds = kindsOf(reading, value, state);
    if (designators.length === 1 && typeof field === 'string') store(state, `${root}.${field}`, kinds);
  }
}

// ---- calls -------------------------------------------------------------------------------------------------

function ofCall(reading: Reading, call: CallExpr, state: State, depth: number): Kinds {
  const name = call.callee.kind === 'name' ? call.callee.name : '';
  if (name === '') kindsOf(reading, call.callee, state, depth + 1);
  const args = call.args.map((arg) => kindsOf(reading, arg, state, depth + 1));
  const slot = name === '' ? configSlot(reading, call.callee) : null;
  const filled = slot === null ? deviceFills[name] : deviceFillSlots[slot];
  if (filled !== undefined && reading.hasDevice) fill(reading, call.args[filled], state, DEVICE);
  if (slot !== null) return reading.hasDevice && deviceSlots.has(slot) ? DEVICE : NONE;
  if (fromDeviceOrder.test(name)) return converted(reading, call, args);
  const made = addressCalls[name];
  if (made !== undefined) return made === 'phys' || made === 'pfn' ? PHYSICAL : NONE;
  const through = passThrough[name] ?? carriers[name];
  if (through !== undefined) {
    const all = through < 0 || name === 'min' || name === 'max';
    return all ? args.reduce((a, b) => a | b, NONE) : (args[through] ?? NONE);
  }
  if (physHelper.test(name)) return PHYSICAL;
  if (deviceReads.test(name)) return reading.hasDevice ? DEVICE : NONE;
  const summary = name === '' ? null : reading.called(name);
  summary?.filled.forEach((kinds, index) => {
    if (kinds !== NONE) fill(reading, call.args[index], state, kinds);
  });
  return summary?.returned ?? NONE;
}

/** `vdev->config->get_features`: the slot; null for other callees. */
function configSlot({ program, scope }: Reading, callee: Expr): string | null {
  const through = uncast(callee);
  if (through.kind !== 'member') return null;
  return program.recordOfMember(through, scope)?.tag === configOps ? through.field : null;
}

function converted(reading: Reading, call: CallExpr, args: readonly Kinds[]): Kinds {
  const at = call.args.length - 1;
  const given = call.args[at];
  const kinds = args[at] ?? NONE;
  const read = given === undefined ? null : uncast(given);
  const member = read?.kind === 'index' ? uncast(read.object) : read;
  if (member?.kind !== 'member' || !isDeviceWritten(reading, member)) return kinds;
  return notedField(reading, member, kinds | DEVICE);
}

/** What an argument points to is given a value: `&len`, an array by its name, a pointer. */
function fill(reading: Reading, arg: Expr | undefined, state: State, kinds: Kinds): void {
  if (arg === undefined) return;
  const pointer = uncast(arg);
  const target = pointer.kind === 'unary' && pointer.op === '&' ? uncast(pointer.operand) : null;
  const place = placeOf(target ?? pointer, reading.scope);
  if (place === null) return;
  store(state, target === null ? `*${place}` : place, kinds);
  if (target === null) state.set(`${place}[]`, kinds);
  noteTarget(reading, target ?? pointer, kinds);
}
