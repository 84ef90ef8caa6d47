/**
 * Which definition does a name mean here? C's rules as far as they can be followed without a configuration: what is
 * in the file itself comes first, then what its headers define, then what other files export. Where `#if` or the
 * architecture decides between several definitions, all are given.
 */
import { separateImages } from '@vringside/grammars/link-images';
import { archOf } from '../names/includes.js';
import type {
  EnumeratorRef,
  FileFacts,
  FunctionRef,
  GlobalRef,
  InvocationRef,
  MacroRef,
  PrototypeRef,
  RecordRef,
  TypedefRef,
} from '../unit.js';
import { noFacts } from '../unit.js';
import type { Place, Workspace } from '../workspace.js';

type Kind = 'function' | 'macro' | 'typedef' | 'enumerator' | 'prototype' | 'record' | 'global';

interface Named {
  readonly name: string;
  readonly file: string;
}

type Pick<T> = (facts: FileFacts) => readonly T[];

const functions: Pick<FunctionRef> = (facts) => facts.functions;
const macros: Pick<MacroRef> = (facts) => facts.macros;
const globals: Pick<GlobalRef> = (facts) => facts.globals;
const prototypes: Pick<PrototypeRef> = (facts) => facts.prototypes;
const typedefs: Pick<TypedefRef> = (facts) => facts.typedefs;
const enumerators: Pick<EnumeratorRef> = (facts) => facts.enumerators;

export class Linkage {
  private readonly workspace: Workspace;
  constructor(workspace: Workspace) {
    this.workspace = workspace;
  }

  /** Definitions that a call of `name` in `from` can reach, nearest first. */
  functions(name: string, from: string): readonly FunctionRef[] {
    return this.remembered('function', name, from, () => {
      const own = this.inFile(name, from, functions);
      if (own.length > 0) return own;
      const inHeaders = this.inHeaders(name, from, functions);
      return merged(
        inHeaders,
        this.exported(name, from, functions, (fn) => !fn.isStatic),
      );
    });
  }

  /** Definitions of the names in files below `folders`, whether selected or not: reads them all. */
  functionsBelow(names: readonly string[], folders: readonly string[]): FunctionRef[] {
    const files = this.workspace.filesBeyond(names, folders);
    return files.flatMap((file) => names.flatMap((name) => this.inFile(name, file, functions)));
  }

  macros(name: string, from: string): readonly MacroRef[] {
    return this.remembered('macro', name, from, () => this.nearest(name, from, macros));
  }

  typedefs(name: string, from: string): readonly TypedefRef[] {
    return this.remembered('typedef', name, from, () => this.nearest(name, from, typedefs));
  }

  enumerators(name: string, from: string): readonly EnumeratorRef[] {
    return this.remembered('enumerator', name, from, () => this.nearest(name, from, enumerators));
  }

  prototypes(name: string, from: string): readonly PrototypeRef[] {
    return this.remembered('prototype', name, from, () => this.nearest(name, from, prototypes));
  }

  /** `tag` is `struct x` or `union x`, or the typedef name of an anonymous one. */
  records(tag: string, from: string): readonly RecordRef[] {
    // An unnamed record goes by what it is a part of: `struct virtio_config.mac`, `struct .table`.
    const bare = tag.replace(/^(?:struct|union) \.?/, '').replace(/\..*/, '');
    const ofTag: Pick<RecordRef & Named> = (facts) =>
      facts.records.flatMap((record) => (record.tag === tag ? [withName(record, bare)] : []));
    return this.remembered('record', tag, from, () => {
      const near = this.nearest(bare, from, ofTag);
      // Not found through the includes of an incomplete tree: any that may be linked with this file will do.
      return near.length > 0 ? near : this.exported(bare, from, ofTag, () => true);
    });
  }

  /** Variables at file level, their definitions before mere declarations. */
  globals(name: string, from: string): readonly GlobalRef[] {
    return this.remembered('global', name, from, () => {
      const own = this.inFile(name, from, globals);
      if (own.some((global) => !global.isExtern)) return own;
      const exported = this.exported(name, from, globals, (global) => !global.isStatic && !global.isExtern);
      return merged(exported, own, this.inHeaders(name, from, globals));
    });
  }

  /** The definitions in one file. */
  private inFile<T extends Named>(name: string, file: string, pick: Pick<T>): readonly T[] {
    return this.workspace
      .chunksDefining(file, name)
      .flatMap((chunk) =>
        pick(this.workspace.chunkFacts({ file, chunk }) ?? noFacts).filter((f) => f.name === name),
      );
  }

  /** What the file itself defines, else what its headers do. */
  private nearest<T extends Named>(name: string, from: string, pick: Pick<T>): readonly T[] {
    const own = this.inFile(name, from, pick);
    return own.length > 0 ? own : this.inHeaders(name, from, pick);
  }

  /** Those of architectures are asked only when no other header answers. */
  private inHeaders<T extends Named>(name: string, from: string, pick: Pick<T>): readonly T[] {
    const inFiles = (files: readonly string[]): T[] => files.flatMap((file) => this.inFile(name, file, pick));
    const found = inFiles(this.workspace.headersDefining(name, from));
    return found.length > 0 ? found : inFiles(this.workspace.archHeadersDefining(name, from));
  }

  /** What other selected files of the same link image define. */
  private exported<T extends Named>(
    name: string,
    from: string,
    pick: Pick<T>,
    test: (fact: T) => boolean,
  ): T[] {
    const places = this.workspace.placesDefining(name).filter(({ file }) => mayLink(file, from));
    return this.atPlaces(name, places, pick).filter(test);
  }

  private atPlaces<T extends Named>(name: string, places: readonly Place[], pick: Pick<T>): T[] {
    return places.flatMap((place) =>
      pick(this.workspace.chunkFacts(place) ?? noFacts).filter((fact) => fact.name === name),
    );
  }

  private remembered<T>(what: Kind, name: string, from: string, find: () => readonly T[]): readonly T[] {
    return this.workspace.ledger.answer(what, `${from}\0${name}`, find);
  }
}

const namedRecords = new WeakMap<RecordRef, RecordRef & Named>();

/** The record by the name it is looked up with; one object for one record. */
function withName(record: RecordRef, name: string): RecordRef & Named {
  let named = namedRecords.get(record);
  if (named === undefined) {
    named = { ...record, name };
    namedRecords.set(record, named);
  }
  return named;
}

/** Each fact once, the first list's first. */
function merged<T extends { readonly file: string; readonly start: number }>(
  ...lists: readonly (readonly T[])[]
): T[] {
  const seen = new Set<string>();
  return lists.flat().filter((fact) => {
    const key = `${fact.file}\0${fact.start}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Whether code of the two files may end up in one kernel. */
export function mayLink(one: string, other: string): boolean {
  const arch = archOf(one);
  const otherArch = archOf(other);
  return imageOf(one) === imageOf(other) && (arch === null || otherArch === null || arch === otherArch);
}

/** Files with the same image are linked together; '' is the kernel itself. */
function imageOf(path: string): string {
  for (const pattern of separateImages) {
    const match = pattern.exec(path);
    if (match) return match[0];
  }
  return '';
}

export type { InvocationRef };
