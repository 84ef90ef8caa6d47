/**
 * The type of an expression, as far as declarations tell it. No promotions, no qualifiers: enough to say which record
 * a member belongs to, and how far a pointer is from its object.
 */
import { argumentAsType, pointerToArgument, typeOfArgument } from '@vringside/grammars/type-macros';
import type { CallExpr, Expr, MemberExpr, Stmt, TypeRef } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';
import type { Ledger } from '../ledger/ledger.js';
import type { MacroRef, RecordRef } from '../unit.js';
import type { Linkage } from './linkage.js';
import type { Local, Scope } from './scope.js';

/** A name that stands for an expression or a type of the place where a macro is used. */
interface Binding {
  readonly expr: Expr;
  readonly env: Env;
}

/** Where an expression stands. */
interface Env {
  readonly scope: Scope;
  /** Offset in the scope's file from where locals are seen; null: that of the expression itself. */
  readonly seenFrom: number | null;
  /** The arguments of the macro whose body this is. */
  readonly bindings: ReadonlyMap<string, Binding> | null;
  /** What the macro's body itself declares. */
  readonly declared: ReadonlyMap<string, TypeRef> | null;
  readonly depth: number;
}

const maxDepth = 60;
const int: TypeRef = { base: 'int', pointers: 0 };
const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', '&&', '||']);
const deducedTypes: ReadonlySet<string> = new Set(['__auto_type', 'auto']);

export class Types {
  private readonly linkage: Linkage;
  private readonly ledger: Ledger;

  constructor(linkage: Linkage, ledger: Ledger) {
    this.linkage = linkage;
    this.ledger = ledger;
  }

  typeOf(expr: Expr, scope: Scope): TypeRef | null {
    return this.ledger.detail('types', scope, expr, () =>
      this.infer(expr, { scope, seenFrom: null, bindings: null, declared: null, depth: 0 }),
    );
  }

  /** The records a type names, typedefs followed; several when `#if` or the architecture decides. */
  recordsOf(type: TypeRef, file: string): readonly RecordRef[] {
    const plain = this.unaliased(type, file);
    return plain.base === '' ? [] : this.linkage.records(plain.base, file);
  }

  /** The type without typedefs for structs, pointers and functions; those of numbers keep their name. */
  unaliased(type: TypeRef, file: string): TypeRef {
    let current = type;
    for (let steps = 0; steps < 16 && /^\w+$/.test(current.base) && !current.isFunction; steps++) {
      const alias = this.linkage.typedefs(current.base, file)[0];
      if (!alias || alias.type.base === current.base) return current;
      current = combined(alias.type, current.pointers);
    }
    return current;
  }

  /** The field `member` names, with the record it was found in. */
  fieldOf(objectType: TypeRef, field: string, file: string): { record: RecordRef; type: TypeRef } | null {
    for (const record of this.recordsOf(objectType, file)) {
      const found = record.fields.find((candidate) => candidate.name === field);
      if (found) return { record, type: found.type };
    }
    return null;
  }

  /** The record a type names when its definition is in no header that is read; null when it is seen, or no record. */
  unseenRecord(type: TypeRef, file: string): string | null {
    const plain = this.unaliased(type, file);
    const isRecord = /^(?:struct|union) \w/.test(plain.base);
    return isRecord && this.linkage.records(plain.base, file).length === 0 ? plain.base : null;
  }

  // ---- expressions ---------------------------------------------------------------------------------------

  private infer(expr: Expr, outer: Env): TypeRef | null {
    if (outer.depth > maxDepth) return null;
    const env = { ...outer, depth: outer.depth + 1 };
    switch (expr.kind) {
      case 'name':
        return this.ofName(expr.name, expr.start, env);
      case 'number':
        return { base: numberType(expr.text), pointers: 0 };
      case 'char':
        return int;
      case 'string':
        return { base: 'char', pointers: 1 };
      case 'call':
        return this.ofCall(expr, env);
      case 'member':
        return this.ofMember(expr, env);
      case 'index':
        return this.dereferenced(this.infer(expr.object, env), env);
      case 'unary':
        return this.ofUnary(expr.op, this.infer(expr.operand, env), env);
      case 'update':
        return this.infer(expr.operand, env);
      case 'assign':
        return this.infer(expr.target, env);
      case 'binary':
        return this.ofBinary(expr.op, expr.left, expr.right, env);
      case 'conditional':
        return better(this.infer(expr.then ?? expr.test, env), this.infer(expr.otherwise, env));
      case 'cast':
      case 'type':
        return this.written(expr.type, env);
      case 'init':
        return expr.type === null ? null : this.written(expr.type, env);
      case 'sizeof':
        return { base: 'size_t', pointers: 0 };
      case 'statements':
        return this.ofStatements(expr.body, env);
      case 'comma':
        return this.ofLast(expr.parts, env);
      case 'opaque':
        return expr.parts.length === 1 ? this.ofLast(expr.parts, env) : null;
      default:
        return expr satisfies never;
    }
  }

  private ofLast(parts: readonly Expr[], env: Env): TypeRef | null {
    const last = parts.at(-1);
    return last === undefined ? null : this.infer(last, env);
  }

  private ofName(name: string, offset: number, env: Env): TypeRef | null {
    const bound = env.bindings?.get(name);
    if (bound) return this.infer(bound.expr, { ...bound.env, depth: env.depth });
    const declared = env.declared?.get(name);
    if (declared) return this.written(declared, env);
    const { file } = env.scope;
    const local = env.scope.lookup(name, env.seenFrom ?? offset);
    if (local) return this.ofLocal(local, env);
    for (const macro of this.linkage.macros(name, file)) {
      const type = macro.params === null ? this.ofMacro(macro, [], env) : null;
      if (type) return type;
    }
    const [global] = this.linkage.globals(name, file);
    if (global) return this.written(global.type, env);
    if (this.linkage.enumerators(name, file).length > 0) return int;
    const returned = this.returnTypeOf(name, file);
    if (returned !== null) return { ...returned, isFunction: true };
    return this.ofIntroduced(name, env);
  }

  /** A local declared by a macro: the macro's own declaration tells, `struct list_head name = ...`. */
  private ofIntroduced(name: string, env: Env): TypeRef | null {
    const call = env.scope.introducedBy(name);
    if (call?.callee.kind !== 'name') return null;
    for (const macro of this.linkage.macros(call.callee.name, env.scope.file)) {
      const at = call.args.findIndex((arg) => arg.kind === 'name' && arg.name === name);
      const declared = declaredType(macro, macro.params?.[at] ?? '');
      if (declared) return this.written(declared, this.macroEnv(macro, call.args, env));
    }
    return null;
  }

  private ofLocal(local: Local, env: Env): TypeRef | null {
    const init = local.declarator?.init;
    if (deducedTypes.has(local.type.base) && init) return this.infer(init, { ...env, seenFrom: init.start });
    return this.written(local.type, { ...env, seenFrom: local.visible.start });
  }

  private ofCall(call: CallExpr, env: Env): TypeRef | null {
    const { file } = env.scope;
    if (call.callee.kind !== 'name') return this.returned(this.infer(call.callee, env), file);
    const { name } = call.callee;
    const special = this.ofTypeMacro(name, call.args, env);
    if (special) return special;
    const isVariable = env.bindings?.has(name) || env.scope.lookup(name, env.seenFrom ?? call.start) !== null;
    if (isVariable) return this.returned(this.infer(call.callee, env), file);
    for (const macro of this.linkage.macros(name, file)) {
      const type = macro.params === null ? null : this.ofMacro(macro, call.args, env);
      if (type) return type;
    }
    return this.returnTypeOf(name, file) ?? this.returned(this.infer(call.callee, env), file);
  }

  /** What a call through a value of this type gives. */
  private returned(type: TypeRef | null, file: string): TypeRef | null {
    const plain = type === null ? null : this.unaliased(type, file);
    return plain?.isFunction ? { base: plain.base, pointers: plain.pointers } : null;
  }

  private ofTypeMacro(name: string, args: readonly Expr[], env: Env): TypeRef | null {
    const pointed = args[pointerToArgument.get(name) ?? -1];
    if (pointed) return combined(this.typeArgument(pointed, env), 1);
    const same = args[typeOfArgument.get(name) ?? -1];
    if (same) return this.infer(same, env);
    const given = args[argumentAsType.get(name) ?? -1];
    return given ? this.typeArgument(given, env) : null;
  }

  private returnTypeOf(name: string, file: string): TypeRef | null {
    const [fn] = this.linkage.functions(name, file);
    return (fn ?? this.linkage.prototypes(name, file)[0])?.returnType ?? null;
  }

  /** The inside of a macro, as used with `args` at `use`. */
  private macroEnv(macro: MacroRef, args: readonly Expr[], use: Env): Env {
    const bindings = new Map<string, Binding>();
    (macro.params ?? []).forEach((param, index) => {
      const expr = args[index];
      if (expr) bindings.set(param, { expr, env: use });
    });
    return { ...use, bindings, declared: null, seenFrom: use.seenFrom ?? args[0]?.start ?? null };
  }

  private ofMacro(macro: MacroRef, args: readonly Expr[], use: Env): TypeRef | null {
    const env = this.macroEnv(macro, args, use);
    if (macro.expr !== null) return this.infer(macro.expr, env);
    return macro.body === null ? null : this.ofStatements(macro.body, env);
  }

  private ofStatements(body: readonly Stmt[], env: Env): TypeRef | null {
    const last = body.at(-1);
    if (last?.kind !== 'expr') return null;
    const declared = new Map(env.declared ?? []);
    walk(body, (node) => {
      if (node.kind === 'decl') for (const { name, type } of node.declarators) declared.set(name, type);
    });
    return this.infer(last.expr, { ...env, declared: env.bindings === null ? env.declared : declared });
  }

  private ofMember(member: MemberExpr, env: Env): TypeRef | null {
    const object = this.infer(member.object, env);
    if (object === null) return null;
    return this.fieldOf(object, this.boundName(member.field, env), env.scope.file)?.type ?? null;
  }

  private ofUnary(op: string, operand: TypeRef | null, env: Env): TypeRef | null {
    if (op === '!') return int;
    if (op === '&&') return { base: 'void', pointers: 1 };
    if (operand === null) return null;
    if (op === '&')
      return operand.isFunction ? operand : { base: operand.base, pointers: operand.pointers + 1 };
    return op === '*' ? this.dereferenced(operand, env) : operand;
  }

  private dereferenced(type: TypeRef | null, env: Env): TypeRef | null {
    if (type === null || type.isFunction) return type;
    const plain = type.pointers > 0 ? type : this.unaliased(type, env.scope.file);
    return plain.pointers > 0 ? { base: plain.base, pointers: plain.pointers - 1 } : null;
  }

  private ofBinary(op: string, left: Expr, right: Expr, env: Env): TypeRef | null {
    if (comparisons.has(op)) return int;
    const leftType = this.infer(left, env);
    if (op === '<<' || op === '>>') return leftType;
    const rightType = this.infer(right, env);
    if (op === '-' && leftType && rightType && leftType.pointers > 0 && rightType.pointers > 0) {
      return { base: 'long', pointers: 0 };
    }
    return better(leftType, rightType);
  }

  // ---- types as written ------------------------------------------------------------------------------------

  /** A type with the parameters of a macro put in, and `typeof` worked out. */
  private written(type: TypeRef, env: Env): TypeRef | null {
    if (type.typeOf) {
      const inner = this.infer(type.typeOf, env);
      return inner === null ? null : combined(inner, type.pointers);
    }
    if (type.base === '') return null;
    if (env.bindings === null) return type;
    const bound = env.bindings.get(type.base);
    if (bound) return combined(this.typeArgument(bound.expr, bound.env), type.pointers);
    const [, keyword, tag] = /^(struct|union|enum) (\w+)$/.exec(type.base) ?? [];
    if (keyword === undefined || tag === undefined) return type;
    return { ...type, base: `${keyword} ${this.boundName(tag, env)}` };
  }

  /** A macro argument read as a type. */
  private typeArgument(arg: Expr, env: Env): TypeRef {
    if (arg.kind === 'type') return this.written(arg.type, env) ?? arg.type;
    if (arg.kind === 'name') {
      const bound = env.bindings?.get(arg.name);
      return bound ? this.typeArgument(bound.expr, bound.env) : { base: arg.name, pointers: 0 };
    }
    // `struct x *` where the parser saw a product.
    return { base: '', pointers: 0 };
  }

  private boundName(name: string, env: Env): string {
    const bound = env.bindings?.get(name);
    if (bound?.expr.kind !== 'name') return name;
    return this.boundName(bound.expr.name, { ...bound.env, depth: env.depth });
  }
}

/** The type a macro's body declares `name` with; a body that is one declaration without `;` reads as a type. */
function declaredType(macro: MacroRef, name: string): TypeRef | null {
  if (macro.expr?.kind === 'type' && macro.expr.name === name) {
    return { base: macro.expr.type.base, pointers: macro.expr.type.pointers };
  }
  for (const stmt of macro.body ?? []) {
    const declarator = stmt.kind === 'decl' ? stmt.declarators.find((one) => one.name === name) : undefined;
    if (declarator) return declarator.type;
  }
  return null;
}

/** `type` behind more pointers. */
function combined(type: TypeRef, pointers: number): TypeRef {
  return pointers === 0 ? type : { ...type, pointers: type.pointers + pointers };
}

/** Of two types an expression may have, the one that says more: a pointer to something before `void *` and numbers. */
function better(one: TypeRef | null, other: TypeRef | null): TypeRef | null {
  if (one === null || other === null) return one ?? other;
  return weight(other) > weight(one) ? other : one;
}

function weight(type: TypeRef): number {
  if (type.pointers > 0 || type.isFunction) return type.base === 'void' ? 1 : 3;
  return /^(?:struct|union) /.test(type.base) ? 3 : type.base === 'int' ? 0 : 2;
}

function numberType(text: string): string {
  if (/^0x/i.test(text) ? false : /[.e]/i.test(text)) return 'double';
  const suffix = /[ul]*$/i.exec(text)?.[0].toLowerCase() ?? '';
  const size = suffix.includes('ll') ? 'long long' : suffix.includes('l') ? 'long' : 'int';
  return suffix.includes('u') ? `unsigned ${size}` : size;
}
