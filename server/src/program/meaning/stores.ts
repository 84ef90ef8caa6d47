/** What is stored where: assignments to fields and variables, initialisers, functions kept in ops tables. */
import { storeCalls } from '@vringside/grammars/store-calls';
import type { Expr, IndexExpr, InitExpr, MemberExpr, NameExpr, TypeRef } from '../../syntax/ir.js';
import { functionValueName, isExpr, type Node, type Path, uncast, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { FunctionRef, GlobalRef, RecordRef } from '../unit.js';
import type { Place, Workspace } from '../workspace.js';
import { visitInit } from './initialisers.js';
import type { Linkage } from './linkage.js';
import type { Scope } from './scope.js';
import type { Types } from './types.js';

/** A value given to a field of a record. */
export interface FieldAssignment extends Span {
  readonly file: string;
  readonly chunk: number;
  /** The function it stands in; null in an initialiser at file level. */
  readonly function: FunctionRef | null;
  /** The variable at file level whose initialiser it stands in. */
  readonly global: GlobalRef | null;
  /** The first reading of the function's body that holds it. */
  readonly variant: number;
  /** Tag of the record, as in `struct vring_virtqueue`; null when the object's type is not known. */
  readonly record: string | null;
  readonly field: string;
  /** `=`, `|=`, `++`, ...; `=` in initialisers. */
  readonly op: string;
  /** Null for `++` and `--`. */
  readonly value: Expr | null;
  /** The member stored to; null in initialisers. */
  readonly target: MemberExpr | null;
  /** True when one element of an array field is stored to. */
  readonly isElement: boolean;
}

/** A value given to a variable at file level after its initialiser. */
export interface VariableAssignment extends Span {
  readonly file: string;
  readonly chunk: number;
  readonly function: FunctionRef;
  readonly variant: number;
  readonly name: string;
  readonly op: string;
  readonly value: Expr | null;
}

/** A body, or an initialiser at file level, with all that is needed to read it. */
export interface CodeRoot extends Place {
  readonly roots: readonly Node[];
  readonly scope: Scope;
  readonly function: FunctionRef | null;
  readonly global: GlobalRef | null;
  readonly variant: number;
}

/** What other parts of a program this one asks. */
export interface StoreContext {
  readonly workspace: Workspace;
  readonly linkage: Linkage;
  readonly types: Types;
  scopeOf(fn: FunctionRef): Scope;
}

/** Every piece of code in a chunk. */
export function codeOf(context: StoreContext, { file, chunk }: Place): CodeRoot[] {
  const facts = context.workspace.chunkFacts({ file, chunk });
  if (!facts) return [];
  const bodies = facts.functions.flatMap((fn) =>
    fn.variants.map((variant, index) => {
      const scope = context.scopeOf(fn);
      return { file, chunk, roots: variant.body, scope, function: fn, global: null, variant: index };
    }),
  );
  const initialisers = facts.globals.flatMap((global) => {
    if (global.init === null) return [];
    return [
      {
        file,
        chunk,
        roots: [global.init],
        scope: context.workspace.fileScope(file),
        function: null,
        global,
        variant: 0,
      },
    ];
  });
  return [...bodies, ...initialisers];
}

/** What stands outside the `#if` arms of a body is read in every reading, but stands in the source once. */
export function oncePerPlace<T extends Span>(facts: readonly T[]): T[] {
  const seen = new Set<string>();
  return facts.filter(({ start, end }) => {
    const key = `${start} ${end}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** A store to an object, found in code. */
interface Store extends Span {
  readonly target: Expr;
  readonly op: string;
  readonly value: Expr | null;
}

/** What `node` stores and where; null when it stores nothing. */
export function storeOf(node: Node): Store | null {
  const { start, end } = node;
  if (node.kind === 'assign') return { target: node.target, op: node.op, value: node.value, start, end };
  if (node.kind === 'update') return { target: node.operand, op: node.op, value: null, start, end };
  if (node.kind !== 'call' || node.callee.kind !== 'name') return null;
  const shape = storeCalls.get(node.callee.name);
  const target = shape && node.args[shape.target];
  const value = shape && node.args[shape.value];
  if (!target || !value) return null;
  if (!shape.isByAddress) return { target, op: '=', value, start, end };
  return target.kind === 'unary' && target.op === '&'
    ? { target: target.operand, op: '=', value, start, end }
    : null;
}

/** Every initialiser list of some code with the type it fills. */
function visitInitLists(code: CodeRoot, visit: (init: InitExpr, type: TypeRef | null) => void): void {
  walk(code.roots, (node, up) => {
    if (node.kind === 'decl') {
      for (const { init, type } of node.declarators)
        if (init?.kind === 'init') visit(init, init.type ?? type);
    } else if (node.kind === 'init' && up === null) visit(node, node.type ?? code.global?.type ?? null);
    else if (node.kind === 'init' && node.type !== null && up?.node.kind !== 'decl') visit(node, node.type);
  });
}

/** All stores to fields in a chunk, by the field's name, whatever their record. */
export function fieldStoresIn(
  context: StoreContext,
  at: Place,
): ReadonlyMap<string, readonly FieldAssignment[]> {
  const found = new Map<string, FieldStore[]>();
  const add = (field: string, store: FieldStore): void => {
    const list = found.get(field);
    if (list === undefined) found.set(field, [store]);
    else list.push(store);
  };
  for (const code of codeOf(context, at)) {
    visitInitLists(code, (init, type) => {
      visitInit(context.types, init, type, code.file, ({ record, field, value }) => {
        const store = { target: null, op: '=', value, start: value.start, end: value.end, isElement: false };
        add(field, new FieldStore(code, field, store, () => record));
      });
    });
    walk(code.roots, (node) => {
      const store = storeOf(node);
      const target = store && elementOrMember(store.target);
      if (!store || target?.kind !== 'member') return;
      const isElement = target !== uncast(store.target);
      const record = (store: object): string | null =>
        context.workspace.ledger.detail('record stored to', code.scope, store, () =>
          tagOfMember(context, target, code.scope),
        );
      add(target.field, new FieldStore(code, target.field, { ...store, target, isElement }, record));
    });
  }
  for (const [field, list] of found)
    found.set(
      field,
      oncePerPlace(list).sort((a, b) => a.start - b.start),
    );
  return found;
}

/** A store whose record is worked out when first asked for: most stores of a chunk are never asked about. */
class FieldStore implements FieldAssignment {
  readonly file: string;
  readonly chunk: number;
  readonly function: FunctionRef | null;
  readonly global: GlobalRef | null;
  readonly variant: number;
  readonly field: string;
  readonly op: string;
  readonly value: Expr | null;
  readonly target: MemberExpr | null;
  readonly isElement: boolean;
  readonly start: number;
  readonly end: number;
  private readonly findRecord: (store: object) => string | null;

  constructor(
    code: CodeRoot,
    field: string,
    store: Span & Pick<FieldAssignment, 'op' | 'value' | 'target' | 'isElement'>,
    findRecord: (store: object) => string | null,
  ) {
    this.file = code.file;
    this.chunk = code.chunk;
    this.function = code.function;
    this.global = code.global;
    this.variant = code.variant;
    this.field = field;
    this.op = store.op;
    this.value = store.value;
    this.target = store.target;
    this.isElement = store.isElement;
    this.start = store.start;
    this.end = store.end;
    this.findRecord = findRecord;
  }

  get record(): string | null {
    return this.findRecord(this);
  }
}

/** The member, or what an element is taken from. */
function elementOrMember(expr: Expr): MemberExpr | IndexExpr | NameExpr | null {
  let target = uncast(expr);
  while (target.kind === 'index') target = uncast(target.object);
  return target.kind === 'member' || target.kind === 'name' ? target : null;
}

/** The record whose field a member names; null when the object's type is not known. */
export function recordOfMember(context: StoreContext, member: MemberExpr, scope: Scope): RecordRef | null {
  const type = context.types.typeOf(member.object, scope);
  return type === null ? null : (context.types.fieldOf(type, member.field, scope.file)?.record ?? null);
}

/** Its tag: by the declared type alone where the definition is in no header that is read. */
function tagOfMember(context: StoreContext, member: MemberExpr, scope: Scope): string | null {
  const type = context.types.typeOf(member.object, scope);
  if (type === null) return null;
  const found = context.types.fieldOf(type, member.field, scope.file);
  return found?.record.tag ?? context.types.unseenRecord(type, scope.file);
}

/** Stores to the file-level variable `name` in a chunk. */
export function variableStoresIn(context: StoreContext, at: Place, name: string): VariableAssignment[] {
  const found: VariableAssignment[] = [];
  for (const { file, chunk, variant, roots, scope, function: fn } of codeOf(context, at)) {
    if (fn === null) continue;
    walk(roots, (node) => {
      const store = storeOf(node);
      const target = store && elementOrMember(store.target);
      if (!store || target?.kind !== 'name' || target.name !== name) return;
      if (scope.lookup(name, target.start) !== null) return;
      const { op, value, start, end } = store;
      found.push({ file, chunk, function: fn, variant, name, op, value, start, end });
    });
  }
  return oncePerPlace(found);
}

/** What takes the address of a function. */
export type Destination =
  | {
      readonly kind: 'field';
      readonly record: string | null;
      readonly field: string;
      readonly global: GlobalRef | null;
    }
  | { readonly kind: 'argument'; readonly callee: string; readonly index: number }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'other' };

/** A place where the address of a function is taken, and where it goes. */
export type FunctionUse = Destination &
  Span & {
    readonly file: string;
    readonly chunk: number;
    /** The function the use stands in; null at file level. */
    readonly function: FunctionRef | null;
  };

/** Every use of the function `name` as a value in a chunk. */
export function functionUsesIn(context: StoreContext, at: Place, name: string): FunctionUse[] {
  const uses: FunctionUse[] = [];
  for (const code of codeOf(context, at)) {
    const { file, chunk, scope, function: fn } = code;
    const inLists = new Map<Node, { record: string | null; field: string }>();
    visitInitLists(code, (init, type) => {
      visitInit(context.types, init, type, file, ({ record, field, value }) => {
        inLists.set(value, { record, field });
      });
    });
    walk(code.roots, (node, up) => {
      if (node.kind !== 'name' || node.name !== name || !isValueUse(node, up)) return;
      if (scope.lookup(name, node.start) !== null) return;
      const common = { file, chunk, function: fn, start: node.start, end: node.end };
      uses.push({ ...common, ...destination(context, code, node, up, inLists) });
    });
  }
  return oncePerPlace(uses);
}

function isValueUse(node: NameExpr, up: Path | null): boolean {
  return !(up?.node.kind === 'call' && up.node.callee === node) && up?.node.kind !== 'sizeof';
}

/** Follows a value outwards through casts, `&`, `? :` to what takes it. */
function destination(
  context: StoreContext,
  code: CodeRoot,
  name: NameExpr,
  path: Path | null,
  inLists: ReadonlyMap<Node, { record: string | null; field: string }>,
): Destination {
  let value: Node = name;
  for (let up = path; ; up = up.up) {
    const place = inLists.get(value);
    if (place) return { kind: 'field', ...place, global: code.global };
    if (up === null) return code.global ? { kind: 'variable', name: code.global.name } : { kind: 'other' };
    const around = up.node;
    const store = storeOf(around);
    if (store?.value === value) return storedTo(context, store.target, code);
    if (around.kind === 'decl') {
      const declarator = around.declarators.find(({ init }) => init === value);
      return declarator ? { kind: 'variable', name: declarator.name } : { kind: 'other' };
    }
    if (around.kind === 'call') {
      const index = around.args.indexOf(value as Expr);
      return around.callee.kind === 'name'
        ? { kind: 'argument', callee: around.callee.name, index }
        : { kind: 'other' };
    }
    if (!isExpr(around) || around.kind === 'binary') return { kind: 'other' };
    value = around;
  }
}

function storedTo(context: StoreContext, target: Expr, code: CodeRoot): Destination {
  const place = elementOrMember(target);
  if (place?.kind === 'name') return { kind: 'variable', name: place.name };
  if (place?.kind !== 'member') return { kind: 'other' };
  const record = tagOfMember(context, place, code.scope);
  return { kind: 'field', record, field: place.field, global: null };
}

/** Names of the functions a value may be: `f`, `&f`, `c ? f : g`. */
export function functionNames(value: Expr): string[] {
  const names: string[] = [];
  const pending: Expr[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const inner = uncast(next);
    if (inner.kind === 'conditional') pending.push(inner.otherwise, inner.then ?? inner.test);
    else {
      const name = functionValueName(inner);
      if (name !== null) names.push(name);
    }
  }
  return names;
}
