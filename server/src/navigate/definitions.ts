/** Where what a name stands for is decided: its definition, and for kept decisions and hooks what they were given. */
import { guestPredicates } from '@vringside/grammars/guest-facts';
import type { Resolver } from '../analysis/index.js';
import type { FieldAssignment, FunctionRef, Program } from '../program/index.js';
import type { Span } from '../text/span.js';
import { type Defined, type Entity, type EntityAt, entityAt, nameSpanOf } from './entity.js';
import { hookFunctions } from './hooks.js';
import { nameWithin } from './names.js';

export interface Target {
  readonly file: string;
  /** All of it, to be shown. */
  readonly span: Span;
  /** Where the cursor goes. */
  readonly name: Span;
}

/** What navigation asks. */
export interface Index {
  readonly program: Program;
  readonly resolver: Resolver;
}

/** Null where the reader's C tools know better: plain locals, and what nothing in the index defines. */
export function definitionsAt(
  index: Index,
  file: string,
  offset: number,
): { readonly at: EntityAt; readonly targets: readonly Target[] } | null {
  const at = entityAt(index.program, file, offset);
  if (at === null) return null;
  const targets = definitionsOf(index, file, at.entity);
  return targets.length === 0 ? null : { at, targets };
}

/** Of a field that keeps a decision: where it is given it, then its declaration. */
export function definitionsOf(index: Index, file: string, entity: Entity): Target[] {
  const { program } = index;
  switch (entity.kind) {
    case 'local':
      return [];
    case 'field':
      return [...keptDecisions(index, entity), ...declarationsOf(index, file, entity)];
    case 'variable': {
      const hooks = entity.name in guestPredicates ? hooksOf(program, entity) : [];
      return [...hooks.map((fn) => targetOf(program, fn.name, fn)), ...declarationsOf(index, file, entity)];
    }
    case 'feature':
    case 'function':
    case 'name':
      return declarationsOf(index, file, entity);
    default:
      return entity satisfies never;
  }
}

/** The plain definition in C's sense. */
export function declarationsOf({ program }: Index, file: string, entity: Entity): Target[] {
  switch (entity.kind) {
    case 'local':
      return [];
    case 'field':
      return program.records(entity.record, file).flatMap((record) =>
        record.fields.flatMap(({ name, span }) => {
          if (name !== entity.name) return [];
          return [{ file: record.file, span, name: nameWithin(program, record.file, name, span) ?? span }];
        }),
      );
    case 'feature':
    case 'function':
    case 'variable':
    case 'name':
      return entity.defined.map((one) => targetOf(program, entity.name, one));
    default:
      return entity satisfies never;
  }
}

/** The functions a call through a field may reach, or a pointer variable was given. */
export function implementationsOf({ program }: Index, entity: Entity): Target[] {
  switch (entity.kind) {
    case 'field':
      return program.implementations(entity.record, entity.name).map((fn) => targetOf(program, fn.name, fn));
    case 'variable':
      return hooksOf(program, entity).map((fn) => targetOf(program, fn.name, fn));
    case 'function':
      return entity.functions.map((fn) => targetOf(program, fn.name, fn));
    case 'feature':
    case 'name':
      return [];
    case 'local':
      return [];
    default:
      return entity satisfies never;
  }
}

/** The functions a pointer at file level may hold; none for other variables. */
function hooksOf(program: Program, { variable }: Entity & { kind: 'variable' }): readonly FunctionRef[] {
  const isPointer = program.types.unaliased(variable.type, variable.file).isFunction === true;
  return isPointer ? hookFunctions(program, variable) : [];
}

export function targetOf(program: Program, name: string, defined: Defined): Target {
  const { file, start, end } = defined;
  return { file, span: { start, end }, name: nameSpanOf(program, name, defined) };
}

/** The stores that give a field its decision: all but resets to a constant. */
function keptDecisions({ program, resolver }: Index, { record, name }: Entity & { kind: 'field' }): Target[] {
  const truth = resolver.fieldTruth(record, name);
  if (truth === null || !resolver.atoms.hasFact(truth.formula)) return [];
  return program
    .fieldAssignments(record, name)
    .filter(({ value }) => value !== null && !isConstant(value))
    .map((store) => {
      const span = { start: store.target?.start ?? store.start, end: store.end };
      const end = store.target?.end ?? store.end;
      const start = store.target === null ? store.start : end - name.length;
      return { file: store.file, span, name: { start, end } };
    });
}

function isConstant(value: NonNullable<FieldAssignment['value']>): boolean {
  return value.kind === 'number' || (value.kind === 'name' && /^(?:true|false|NULL)$/.test(value.name));
}
