/** Functions and macros that ask, change or carry feature bits for others: their calls are feature sites too. */
import { featureCalls } from '@vringside/grammars/feature-names';
import {
  featureGetter,
  featureSetVariable,
  featureStep,
  featureWordType,
  foreignFeatureTypes,
  logCalls,
  logWrapper,
  negotiationRecord,
  negotiationSlots,
  notFeatureStep,
  platformHookSetters,
  platformHookVariable,
} from '@vringside/grammars/feature-roles';
import type { FunctionRef, MacroRef, Program } from '../../../program/index.js';
import { functionNames } from '../../../program/index.js';
import type { Expr, Param, Stmt, TypeRef } from '../../../syntax/ir.js';
import { walk } from '../../../syntax/walk.js';
import { calleeName } from '../../values/expressions.js';
import { isFeatureName, shiftedBit } from '../../values/features.js';
import type { FileContext, Node } from '../context.js';
import { remembered } from '../remembered.js';
import { isSubjectFile, isSubjectRecord, touchesFeatureSet } from './feature-sets.js';

/** What is asked of the place a name is used in. */
export type HelperContext = Pick<FileContext, 'program' | 'file' | 'role' | 'macros'>;

// ---- a bit given as a parameter --------------------------------------------------------------------------

/** Positions of the parameters that `name`, called in this file, takes as feature bits; empty when it takes none. */
export function bitParameters(ctx: HelperContext, name: string): ReadonlySet<number> {
  return remembered(
    ctx.program,
    `bits\0${ctx.role}\0${ctx.file}\0${name}`,
    () => findBitParameters(ctx, name),
    new Set(),
  );
}

function findBitParameters(ctx: HelperContext, name: string): ReadonlySet<number> {
  const call = featureCalls[name];
  if (call !== undefined) return new Set([call.bit]);
  const macros = ctx.program.macro(name, ctx.file).filter((m) => m.params !== null);
  if (macros.length > 0) return union(macros.map((m) => macroBits(ctx, m)));
  return union(ctx.program.functionsNamed(name, ctx.file).map((fn) => functionBits(ctx, fn)));
}

function macroBits(ctx: HelperContext, macro: MacroRef): ReadonlySet<number> {
  const roots = macro.expr !== null ? [macro.expr] : (macro.body ?? []);
  const params = (macro.params ?? []).map((name) => ({ name, type: null }));
  return bitsIn(inFile(ctx, macro.file), roots, params, ctx.program.fileScope(macro.file));
}

export function functionBits(ctx: HelperContext, fn: FunctionRef): ReadonlySet<number> {
  const find = (): ReadonlySet<number> => {
    if (!fn.params.some(mayBeBit)) return new Set();
    const at = inFile(ctx, fn.file);
    return union(fn.variants.map(({ body }) => bitsIn(at, body, fn.params, ctx.program.scopeOf(fn))));
  };
  return ctx.program.ledger.answer(`bits given to a function ${ctx.role}`, fn, find, new Set());
}

/** The same question asked of code in another file. */
function inFile(ctx: HelperContext, file: string): HelperContext {
  return { ...ctx, file, macros: (name) => ctx.program.macro(name, file) };
}

function mayBeBit(param: { readonly type: TypeRef | null }): boolean {
  return param.type === null || (param.type.pointers === 0 && featureWordType.test(param.type.base));
}

function bitsIn(
  ctx: HelperContext,
  roots: readonly Node[],
  params: readonly { readonly name: string; readonly type: TypeRef | null }[],
  scope: ReturnType<Program['scopeOf']>,
): ReadonlySet<number> {
  const found = new Set<number>();
  const positions = new Map(
    params.flatMap((p, i) => (p.name !== '' && mayBeBit(p) ? [[p.name, i] as const] : [])),
  );
  if (positions.size === 0) return found;
  const positionOf = (e: Expr | undefined | null): number | undefined =>
    e?.kind === 'name' ? positions.get(e.name) : undefined;
  walk(roots, (node, parents) => {
    if (node.kind !== 'call' && node.kind !== 'binary') return;
    const shifted = positionOf(shiftedBit(node));
    if (shifted !== undefined && touchesFeatureSet({ ...ctx, scope }, node, parents)) found.add(shifted);
    if (node.kind !== 'call' || !node.args.some((arg) => positionOf(arg) !== undefined)) return;
    const callee = calleeName(node);
    // Functions hand numbers on to others all the time; only names that speak of bits are worth following.
    if (callee === '' || (scope.fn !== null && !/feature|bit|has/i.test(callee))) return;
    for (const index of bitParameters(ctx, callee)) {
      const position = positionOf(node.args[index]);
      if (position !== undefined) found.add(position);
    }
  });
  return found;
}

function union(sets: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  return sets.length === 1 ? (sets[0] as ReadonlySet<number>) : new Set(sets.flatMap((s) => [...s]));
}

/** A parameter from which a macro makes a bit's name: `VIRTIO_NET_F_##f`. */
export interface PastedBit {
  readonly prefix: string;
  readonly param: number;
}

/** What the macro `name`, used in this file, pastes together; empty for anything else. */
export function pastedBits(ctx: HelperContext, name: string): readonly PastedBit[] {
  const find = (): readonly PastedBit[] => ctx.program.macro(name, ctx.file).flatMap((m) => pastedIn(ctx, m));
  return remembered(ctx.program, `paste\0${ctx.file}\0${name}`, find, []);
}

function pastedIn(ctx: HelperContext, macro: MacroRef): PastedBit[] {
  if (macro.params === null) return [];
  const text = ctx.program.textOf(macro.file, macro.bodySpan);
  return [...text.matchAll(/\b([A-Z]\w*_F_)\s*##\s*(\w+)/g)].flatMap(([, prefix = '', name = '']) => {
    const param = macro.params?.indexOf(name) ?? -1;
    return param >= 0 && isFeatureName(`${prefix}X`) ? [{ prefix, param }] : [];
  });
}

/** True for a function or macro that is given a bit, or a piece of its name. */
export function takesBit(ctx: HelperContext, name: string): boolean {
  return bitParameters(ctx, name).size > 0 || pastedBits(ctx, name).length > 0;
}

// ---- only printed ----------------------------------------------------------------------------------------

/** True for a call that only logs: of the kernel's own, or of a macro or function that does nothing else. */
export function isLogCall(ctx: HelperContext, name: string): boolean {
  if (logCalls.test(name) || logWrapper.test(name)) return true;
  return remembered(ctx.program, `log\0${ctx.file}\0${name}`, () => onlyLogs(ctx, name), false);
}

function onlyLogs(ctx: HelperContext, name: string): boolean {
  const macro = ctx.program.macro(name, ctx.file).find((m) => m.params !== null);
  if (macro !== undefined) return macro.expr !== null ? logs(ctx, [macro.expr]) : logs(ctx, macro.body ?? []);
  const [fn] = ctx.program.functionsNamed(name, ctx.file);
  return (
    fn !== undefined && fn.returnType.base === 'void' && fn.variants.every(({ body }) => logs(ctx, body))
  );
}

/** True when the code calls log functions and has no other effect. */
function logs(ctx: HelperContext, roots: readonly (Expr | Stmt)[]): boolean {
  let calls = 0;
  let hasEffect = false;
  walk(roots, (node) => {
    if (node.kind === 'assign' || node.kind === 'update' || (node.kind === 'return' && node.value !== null))
      hasEffect = true;
    if (node.kind !== 'call') return true;
    if (shiftedBit(node) !== null) return false;
    if (isLogCall(ctx, calleeName(node))) calls += 1;
    else hasEffect = true;
    return false;
  });
  return calls > 0 && !hasEffect;
}

// ---- sets handed around ----------------------------------------------------------------------------------

/** True when `name`, called in this file, is a function that gets, sets or judges a set of feature bits. */
export function isFeatureStepCall(ctx: HelperContext, name: string): boolean {
  if (!featureStep.test(name) || notFeatureStep.test(name)) return false;
  const find = (): boolean => ctx.program.functionsNamed(name, ctx.file).some((fn) => isFeatureStep(ctx, fn));
  return remembered(ctx.program, `step\0${ctx.role}\0${ctx.file}\0${name}`, find, false);
}

/** By its name, and by what it takes and returns: the name alone is common elsewhere. */
export function isFeatureStep(ctx: HelperContext, fn: FunctionRef): boolean {
  if (!featureStep.test(fn.name) || notFeatureStep.test(fn.name)) return false;
  const at = inFile(ctx, fn.file);
  if (!isSubjectFile(at)) return false;
  if ([fn.returnType, ...fn.params.map((p) => p.type)].some((t) => foreignFeatureTypes.has(t.base)))
    return false;
  if (featureGetter.test(fn.name) && fn.params.some((p) => takesSet(p) && p.type.pointers === 0))
    return false;
  return isWide(fn.returnType) || fn.params.some((p) => takesSet(p) || isSubjectRecord(at, p.type.base));
}

function takesSet(param: Param): boolean {
  return featureSetVariable.test(param.name) && featureWordType.test(param.type.base);
}

function isWide(type: TypeRef): boolean {
  return type.pointers === 0 && /64|^unsigned long/.test(type.base);
}

// ---- functions kept somewhere ----------------------------------------------------------------------------

/** Kinds of the definition of a function that is kept in slots of the negotiation. */
export function slotKinds(program: Program, fn: FunctionRef): readonly string[] {
  if (!slotFunctionNames(program).has(fn.name)) return [];
  return program.storedAs(fn).flatMap(({ record, field }) => {
    const kind = slotKind(field, record);
    return kind === null ? [] : [kind];
  });
}

/** The kind of what a slot of a record holds; null when the slot is none of the negotiation's. */
export function slotKind(field: string, record: string): string | null {
  return negotiationRecord.test(record) && Object.hasOwn(negotiationSlots, field)
    ? (negotiationSlots[field] ?? null)
    : null;
}

/** Names stored to a field called like a slot, in any record: told from few chunks, so that few functions are asked about. */
function slotFunctionNames(program: Program): ReadonlySet<string> {
  const find = (): ReadonlySet<string> => {
    const names = new Set<string>();
    for (const slot of Object.keys(negotiationSlots)) {
      for (const value of valuesOf(program, slot)) for (const name of functionNames(value)) names.add(name);
    }
    return names;
  };
  return remembered(program, 'slots', find, new Set());
}

/** Everything stored to a field of that name, in initialisers and by assignment. */
function valuesOf(program: Program, field: string): Expr[] {
  const values: Expr[] = [];
  for (const place of program.mentions(field)) {
    const facts = program.chunkFacts(place);
    const roots: Node[] = [
      ...(facts?.globals ?? []).flatMap((g) => (g.init === null ? [] : [g.init])),
      ...(facts?.functions ?? []).flatMap((fn) => fn.variants.flatMap((v) => v.body)),
    ];
    walk(roots, (node) => {
      if (node.kind === 'init') {
        for (const item of node.items) if (item.designators.at(-1) === field) values.push(item.value);
      } else if (node.kind === 'assign' && node.target.kind === 'member' && node.target.field === field) {
        values.push(node.value);
      }
    });
  }
  return values;
}

/** Names of the functions that answer the gate's question: whether the platform restricts memory access. */
export function platformHooks(program: Program): ReadonlySet<string> {
  const find = (): ReadonlySet<string> => {
    const names = new Set<string>();
    const note = (value: Expr | undefined): void => {
      for (const name of value === undefined ? [] : functionNames(value)) names.add(name);
    };
    for (const place of [...platformHookSetters, platformHookVariable].flatMap((name) =>
      program.mentions(name),
    )) {
      const facts = program.chunkFacts(place);
      for (const g of facts?.globals ?? [])
        if (g.name === platformHookVariable && g.init !== null) note(g.init);
      walk(
        (facts?.functions ?? []).flatMap((fn) => fn.variants.flatMap((v) => v.body)),
        (node) => {
          if (node.kind === 'call' && platformHookSetters.has(calleeName(node))) note(node.args[0]);
        },
      );
    }
    return names;
  };
  return remembered(program, 'hooks', find, new Set());
}
