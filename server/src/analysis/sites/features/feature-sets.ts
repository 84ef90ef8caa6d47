/** What holds a set of virtio feature bits: fields, variables, constant masks; and which files are about them at all. */
import { featureRangeMarks } from '@vringside/grammars/feature-names';
import {
  featureSetField,
  featureSetRecord,
  featureSetVariable,
  featureWordType,
  notFeatureSetRecord,
  ownSetField,
  subjectRecords,
  subjectTypes,
} from '@vringside/grammars/feature-roles';
import type { Program } from '../../../program/index.js';
import type { Expr, MacroFacts, TypeRef } from '../../../syntax/ir.js';
import { type Path, uncast, walk } from '../../../syntax/walk.js';
import { isFeatureName, type MacroLookup, maskFeatures } from '../../values/features.js';
import type { FunctionContext, Node } from '../context.js';
import { remembered } from '../remembered.js';
import type { FileRole } from '../roles.js';

/** What these questions need of a place: works in functions, initialisers and macro bodies. */
export type SetContext = Pick<FunctionContext, 'program' | 'file' | 'role' | 'scope' | 'macros'>;

/** True for a file that speaks of virtio devices, drivers or back ends in its code. */
export function isSubjectFile({
  program,
  file,
  role,
}: Pick<SetContext, 'program' | 'file' | 'role'>): boolean {
  if (isOtherEnd(role)) return true;
  const find = (): boolean => subjectTypes.some((name) => program.chunksMentioning(file, name).length > 0);
  return remembered(program, `subject\0${file}`, find, false);
}

/** Back ends and vDPA parents know no other feature sets than virtio's. */
function isOtherEnd(role: FileRole): boolean {
  return role === 'host' || role === 'parent' || role === 'device';
}

/** True for a record whose words called `features` are virtio's. */
export function isSubjectRecord(ctx: Pick<SetContext, 'program' | 'file' | 'role'>, record: string): boolean {
  if (notFeatureSetRecord.test(record)) return false;
  if (featureSetRecord.test(record) || isOtherEnd(ctx.role)) return true;
  return (ctx.program.record(record, ctx.file)?.fields ?? []).some(
    (f) => subjectRecords.has(f.type.base) && f.type.pointers === 0,
  );
}

export function isFeatureSetField(ctx: SetContext, node: Expr & { kind: 'member' }): boolean {
  if (!featureSetField.test(node.field)) return false;
  const record = ctx.program.typeOf(node.object, ctx.scope)?.base ?? '';
  // In a macro's body the object is a parameter, and its type is anybody's guess.
  if (record === '')
    return (
      (ownSetField.test(node.field) || ctx.scope.fn === null || isOtherEnd(ctx.role)) && isSubjectFile(ctx)
    );
  // A field declared by a macro (`VIRTIO_DECLARE_FEATURES(features)`) has no type of its own.
  return isSubjectRecord(ctx, record) && isWord(ctx.program.typeOf(node, ctx.scope));
}

/** True for an expression that is a set of feature bits or a word of one. */
export function isFeatureSet(ctx: SetContext, expr: Expr): boolean {
  const e = uncast(expr);
  switch (e.kind) {
    case 'member':
      return isFeatureSetField(ctx, e);
    case 'name':
      return (
        featureSetVariable.test(e.name) && isSubjectFile(ctx) && isWord(ctx.program.typeOf(e, ctx.scope))
      );
    case 'index':
      return isFeatureSet(ctx, e.object);
    case 'unary':
      return (e.op === '*' || e.op === '&' || e.op === '~') && isFeatureSet(ctx, e.operand);
    case 'binary':
      return (e.op === '&' || e.op === '|') && (isFeatureSet(ctx, e.left) || isFeatureSet(ctx, e.right));
    default:
      return false;
  }
}

function isWord(type: TypeRef | null): boolean {
  if (type?.isFunction === true) return false;
  return type === null || type.base === '' || featureWordType.test(type.base) || type.base === 'bool';
}

/** True when a mask is tested against, put into or taken out of a set of feature bits. */
export function touchesFeatureSet(ctx: SetContext, mask: Node, parents: Path | null): boolean {
  let child = mask;
  for (let chain = parents; chain !== null; chain = chain.up) {
    const parent = chain.node;
    if (parent.kind === 'assign') return parent.value === child && isFeatureSet(ctx, parent.target);
    if (parent.kind === 'binary') {
      if (!/^[&|^]$/.test(parent.op)) return false;
      if (isFeatureSet(ctx, parent.left === child ? parent.right : parent.left)) return true;
    } else if (parent.kind !== 'cast' && !(parent.kind === 'unary' && parent.op === '~')) {
      return false;
    }
    child = parent;
  }
  return false;
}

/** Constants by name, those of an enum among them: vhost keeps its masks there. */
export function constantsOf(program: Program, file: string): MacroLookup {
  return (name) => {
    const macros = program.macro(name, file);
    if (macros.length > 0) return macros;
    const enumerator = program.enumerator(name, file);
    if (enumerator === null || enumerator.value === null) return [];
    const { start, end, value } = enumerator;
    const asMacro: MacroFacts = {
      name,
      start,
      end,
      params: null,
      isVariadic: false,
      condition: { kind: 'true' },
      bodySpan: value,
      expr: value,
      body: null,
    };
    return [asMacro];
  };
}

/** True for the body of a macro or constant that is a mask of feature bits, or bounds one by the range of transport bits. */
export function isFeatureMask(expr: Expr, macros: MacroLookup): boolean {
  const e = uncast(expr);
  if (e.kind === 'name' || e.kind === 'number')
    return e.kind === 'name' && maskFeatures(e, macros).length > 0;
  if (maskFeatures(e, macros).length > 0) return true;
  if (e.kind !== 'binary' && e.kind !== 'unary') return false;
  let isMask = false;
  walk([e], (node) => {
    if (node.kind === 'name' && (isFeatureName(node.name) || featureRangeMarks.has(node.name))) isMask = true;
  });
  return isMask;
}

/** The names a macro lists, separated by commas and nothing else: `#define FEATURES VIRTIO_A, VIRTIO_B`. */
export function listedBits(
  program: Program,
  file: string,
  macro: MacroFacts,
): readonly { name: string; start: number; end: number }[] {
  if (macro.params !== null) return [];
  const text = program
    .textOf(file, macro.bodySpan)
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => ' '.repeat(comment.length));
  if (!text.includes(',') || !/^[\w\s,\\]+$/.test(text)) return [];
  const names = [...text.matchAll(/\w+/g)].map((m) => {
    const start = macro.bodySpan.start + m.index;
    return { name: m[0], start, end: start + m[0].length };
  });
  return names.some((n) => isFeatureName(n.name)) ? names : [];
}
