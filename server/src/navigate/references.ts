/** Every place in the index where something is used: in the files that are open, those beside them, and the virtio core. */
import { decisionFunctions, type Inventory } from '../analysis/index.js';
import type { FieldAssignment, Place, Program } from '../program/index.js';
import { type Node, walk } from '../syntax/walk.js';
import type { Span } from '../text/span.js';
import { declarationsOf, type Index } from './definitions.js';
import { type Entity, entityOf } from './entity.js';
import { type Occurrence, occurrencesIn } from './occurrences.js';

export interface Reference extends Span {
  readonly file: string;
}

export interface ReferenceQuestion {
  /** Where it was asked: its references come first, and names mean what they mean there. */
  readonly file: string;
  readonly entity: Entity;
  readonly isWithDeclaration: boolean;
}

/** Of a decision function: its uses, and those of the fields its answer is kept in. Plain locals are left to C tools. */
export function referencesTo(
  index: Index & { readonly inventory: Inventory },
  question: ReferenceQuestion,
): readonly Reference[] {
  const { file, entity } = question;
  if (entity.kind === 'local') return [];
  const found = [
    ...usesOf(index, question),
    ...(entity.kind === 'feature' ? sitesOf(index, entity.name) : []),
    ...keptIn(index, entity).flatMap((field) =>
      usesOf(index, { file: field.file, entity: field, isWithDeclaration: false }),
    ),
  ];
  return inOrder(withoutDoubles(found), file);
}

function usesOf(index: Index, { file, entity, isWithDeclaration }: ReferenceQuestion): Reference[] {
  const { program } = index;
  const declarations = declarationsOf(index, file, entity);
  const isSame = sameAs(program, entity);
  const uses = placesOf(program, entity.name, [file, ...declarations.map((one) => one.file)]).flatMap(
    (place) => occurrencesIn(program, place, entity.name).filter((one) => isSame(one)),
  );
  const wanted = isWithDeclaration ? uses : uses.filter(({ meaning }) => !isDeclaring.has(meaning.kind));
  // Headers outside the index declare, too.
  const declared = isWithDeclaration ? declarations.map((one) => ({ file: one.file, ...one.name })) : [];
  return [...wanted, ...declared].map(({ file: where, start, end }) => ({ file: where, start, end }));
}

const isDeclaring: ReadonlySet<Occurrence['meaning']['kind']> = new Set([
  'definition',
  'declaration',
  'field declaration',
]);

function placesOf(program: Program, name: string, files: readonly string[]): Place[] {
  const indexed = program.mentions(name);
  const known = new Set(indexed.map(({ file }) => file));
  const beyond = [...new Set(files)].filter((file) => !known.has(file));
  return [
    ...indexed,
    ...beyond.flatMap((file) => program.chunksMentioning(file, name).map((chunk) => ({ file, chunk }))),
  ];
}

/** Whether a use of the name means the entity: two files may each have a static function of that name. */
function sameAs(program: Program, entity: Entity): (one: Occurrence) => boolean {
  const byFile = new Map<string, Entity | null>();
  const meant = (one: Occurrence): Entity | null => {
    const { kind } = one.meaning;
    if (kind === 'field' || kind === 'field declaration' || kind === 'local' || kind === 'tag')
      return entityOf(program, one.file, entity.name, one);
    let known = byFile.get(one.file);
    if (known === undefined) {
      known = entityOf(program, one.file, entity.name, one);
      byFile.set(one.file, known);
    }
    return known;
  };
  return (one) => isSame(entity, meant(one));
}

function isSame(one: Entity, other: Entity | null): boolean {
  if (other === null || one.kind !== other.kind || one.name !== other.name) return false;
  switch (one.kind) {
    case 'feature':
      return true;
    case 'local':
      return false;
    case 'field':
      return other.kind === 'field' && one.record === other.record;
    case 'variable':
      return (
        other.kind === 'variable' &&
        (one.variable.isStatic || other.variable.isStatic ? one.variable.file === other.variable.file : true)
      );
    case 'function':
    case 'name':
      return (
        'defined' in other &&
        one.defined.some((a) => other.defined.some((b) => a.file === b.file && a.start === b.start))
      );
    default:
      return one satisfies never;
  }
}

/** Sites of a bit where its name does not stand: behind a driver's own macro, a table, a helper. */
function sitesOf(
  { program, inventory }: Index & { readonly inventory: Inventory },
  feature: string,
): Reference[] {
  return inventory.sites.flatMap(({ site }) => {
    if (site.feature !== feature) return [];
    const lines = program.lines(site.file);
    if (lines === null) return [];
    const span = { start: lines.offsetAt(site.range.start), end: lines.offsetAt(site.range.end) };
    return program.textOf(site.file, span).includes(feature) ? [] : [{ file: site.file, ...span }];
  });
}

// ---- kept decisions ----------------------------------------------------------------------------------------

type Field = Entity & { readonly kind: 'field' } & { readonly file: string };

/** Fields are copied from field to field; real chains are one or two long. */
const MAX_COPIES = 4;

/** The fields a decision function's answer is kept in, and those they are copied to. */
function keptIn({ program, resolver }: Index, entity: Entity): readonly Field[] {
  if (entity.kind !== 'function') return [];
  const isDecision = decisionFunctions(resolver).some(({ ref }) => entity.functions.includes(ref));
  if (!isDecision) return [];
  const found = new Map<string, Field>();
  const isAnswer = (node: Node): boolean =>
    node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === entity.name;
  let level = fieldsGiven(program, program.mentions(entity.name), isAnswer);
  for (let hops = 0; level.length > 0 && hops < MAX_COPIES; hops++) {
    const fresh = level.filter(({ record, name }) => !found.has(`${record}.${name}`));
    for (const field of fresh) found.set(`${field.record}.${field.name}`, field);
    level = fresh.flatMap(({ name }) =>
      fieldsGiven(program, program.mentions(name), (node) => node.kind === 'member' && node.field === name),
    );
  }
  return [...found.values()];
}

function fieldsGiven(program: Program, places: readonly Place[], isSource: (node: Node) => boolean): Field[] {
  return places
    .flatMap((place) => [...program.storesAt(place).values()].flat())
    .flatMap((store) => {
      if (store.record === null || !isGiven(store, isSource)) return [];
      return [{ kind: 'field' as const, name: store.field, record: store.record, file: store.file }];
    });
}

/** Whether a store keeps the truth of a source: as it is, negated, or joined with others. Arguments of calls are no truth. */
function isGiven({ value }: FieldAssignment, isSource: (node: Node) => boolean): boolean {
  let isFound = false;
  if (value === null) return false;
  walk([value], (node) => {
    if (isSource(node)) isFound = true;
    return truthKinds.has(node.kind);
  });
  return isFound;
}

const truthKinds: ReadonlySet<Node['kind']> = new Set(['unary', 'binary', 'conditional', 'cast']);

// ---- order -------------------------------------------------------------------------------------------------

function withoutDoubles(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((one) => [`${one.file}\0${one.start}`, one])).values()];
}

function inOrder(references: readonly Reference[], first: string): Reference[] {
  const rank = (file: string): number => (file === first ? 0 : 1);
  return [...references].sort(
    (a, b) => rank(a.file) - rank(b.file) || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.start - b.start),
  );
}
