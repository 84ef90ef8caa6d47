/**
 * The files of a program and the two indexes over them. A workspace is one image of the tree: `with` gives another
 * one that differs in one text and shares everything else.
 */
import { FactsCache } from '../syntax/index.js';
import type { NotAnalysed } from './files/list-files.js';
import type { SourceReader } from './files/reader.js';
import { ChainIndex } from './names/chain-index.js';
import { HeaderIndex } from './names/header-names.js';
import { IncludeGraph, IncludePaths } from './names/includes.js';
import { NameTable } from './names/name-table.js';
import { FileUnit, type SyntaxParser } from './unit.js';

/** A chunk of a file. */
export interface Place {
  readonly file: string;
  readonly chunk: number;
}

type HeaderSet = ReadonlyMap<string, unknown> | ReadonlySet<string>;

/** What all images of a tree share: texts as on disk, and indexes over them. Grows on demand, forgets nothing. */
class Base {
  readonly names = new NameTable();
  readonly includePaths: IncludePaths;
  readonly files: readonly string[];
  /** Files that could not be read as text, with the reason. */
  readonly notText = new Map<string, string>();
  private readonly selected: ReadonlySet<string>;
  readonly reader: SourceReader;
  readonly parser: SyntaxParser;
  private readonly editParser: SyntaxParser;
  private readonly units = new Map<string, FileUnit | null>();
  private mentionIndex: ChainIndex | null = null;
  private definerIndex: ChainIndex | null = null;
  private storerIndex: ChainIndex | null = null;
  private readonly headers = new HeaderIndex();
  private readonly indexedHeaders = new Set<string>();
  private readonly indexedSets = new WeakSet<HeaderSet>();

  readonly isHeaderFollowed: (header: string) => boolean;

  constructor(
    reader: SourceReader,
    parser: SyntaxParser,
    files: readonly string[],
    isHeaderFollowed: (header: string) => boolean,
  ) {
    this.isHeaderFollowed = isHeaderFollowed;
    this.reader = reader;
    this.parser = parser;
    const kept = new FactsCache(parser);
    this.editParser = {
      outline: (path, text) => parser.outline(path, text),
      facts: (file, chunk) => kept.facts(file, chunk),
    };
    this.files = files;
    this.selected = new Set(files);
    this.includePaths = new IncludePaths(reader);
  }

  unit(path: string): FileUnit | null {
    const known = this.units.get(path);
    if (known !== undefined) return known;
    const content = this.includePaths.isKnownMissing(path) ? null : this.reader.read(path);
    if (content !== null && 'notText' in content) this.notText.set(path, content.notText);
    if (content === null && this.selected.has(path)) this.notText.set(path, 'no such file');
    const unit =
      content !== null && 'text' in content
        ? new FileUnit(path, content.text, this.parser, this.names)
        : null;
    this.units.set(path, unit);
    return unit;
  }

  /** A text that edits will follow: what an edit does not touch is not parsed again. */
  newOverlay(path: string, text: string): FileUnit {
    return new FileUnit(path, text, this.editParser, this.names);
  }

  get mentions(): ChainIndex {
    this.mentionIndex ??= this.indexAll((unit, add) => {
      const { ids, offsets } = unit.mentions;
      for (let chunk = 0; chunk + 1 < offsets.length; chunk++) {
        const end = offsets[chunk + 1] as number;
        for (let at = offsets[chunk] as number; at < end; at++) add(ids[at] as number, chunk);
      }
    });
    return this.mentionIndex;
  }

  get definers(): ChainIndex {
    this.definerIndex ??= this.indexAll((unit, add) => {
      for (const [name, chunks] of unit.definers) for (const chunk of chunks) add(name, chunk);
    });
    return this.definerIndex;
  }

  get storers(): ChainIndex {
    this.storerIndex ??= this.indexAll((unit, add) => {
      for (const [name, chunks] of unit.storers) for (const chunk of chunks) add(name, chunk);
    });
    return this.storerIndex;
  }

  /** The headers among `paths`, and some others, that may define the name; a header is indexed when first met. */
  headersDefining(name: string, paths: HeaderSet): readonly string[] {
    if (!this.indexedSets.has(paths)) {
      this.indexedSets.add(paths);
      for (const path of paths.keys()) this.indexHeader(path);
    }
    return this.headers.mayDefine(name);
  }

  private indexHeader(path: string): void {
    if (this.indexedHeaders.has(path)) return;
    this.indexedHeaders.add(path);
    const unit = this.unit(path);
    if (unit) this.headers.add(path, unit.text);
  }

  private indexAll(each: (unit: FileUnit, add: (name: number, chunk: number) => void) => void): ChainIndex {
    const index = new ChainIndex();
    this.files.forEach((path, file) => {
      const unit = this.unit(path);
      if (unit) each(unit, (name, chunk) => index.add(name, file, chunk));
    });
    return index;
  }
}

/** Whether names match a pattern; each name is matched once. */
export class NameTest {
  private readonly pattern: RegExp;
  private readonly names: NameTable;
  private readonly answers: (boolean | undefined)[] = [];

  constructor(pattern: RegExp, names: NameTable) {
    this.pattern = pattern;
    this.names = names;
  }

  holdsIn(unit: FileUnit): boolean {
    const { ids } = unit.mentions;
    return this.holdsBetween(ids, 0, ids.length);
  }

  holdsInChunk(unit: FileUnit, chunk: number): boolean {
    const { ids, offsets } = unit.mentions;
    return this.holdsBetween(ids, offsets[chunk] ?? 0, offsets[chunk + 1] ?? 0);
  }

  private holdsBetween(ids: Int32Array, from: number, to: number): boolean {
    for (let at = from; at < to; at++) {
      const id = ids[at] as number;
      this.answers[id] ??= this.pattern.test(this.names.name(id));
      if (this.answers[id]) return true;
    }
    return false;
  }
}

export class Workspace {
  readonly files: readonly string[];
  readonly includes: IncludeGraph;
  private readonly base: Base;
  private readonly overlays: ReadonlyMap<string, FileUnit | null>;

  /** `includes`: the graph of an image in which every file has the same include lines. */
  private constructor(
    base: Base,
    overlays: ReadonlyMap<string, FileUnit | null>,
    includes: IncludeGraph | null,
  ) {
    this.base = base;
    this.overlays = overlays;
    this.files = overlays.size === 0 ? base.files : overlaidFiles(base.files, overlays);
    this.includes = includes ?? this.newIncludeGraph();
  }

  private newIncludeGraph(): IncludeGraph {
    const { base, overlays } = this;
    const added = new Set([...overlays].flatMap(([path, unit]) => (unit === null ? [] : [path])));
    const removed = new Set([...overlays].flatMap(([path, unit]) => (unit === null ? [path] : [])));
    return new IncludeGraph(this, base.includePaths, added, removed, base.isHeaderFollowed);
  }

  static open(
    reader: SourceReader,
    parser: SyntaxParser,
    files: readonly string[],
    isHeaderFollowed: (header: string) => boolean = () => true,
  ): Workspace {
    return new Workspace(
      new Base(reader, parser, [...new Set(files)].sort(), isHeaderFollowed),
      new Map(),
      null,
    );
  }

  /** The image in which `path` holds `text`; null: in which there is no such file. */
  with(path: string, text: string | null): Workspace {
    const before = this.unit(path);
    if (text !== null && before?.text === text) return this;
    const unit = text === null ? null : this.base.newOverlay(path, text);
    const keepsIncludes = before !== null && unit !== null && hasSameIncludes(before, unit);
    const overlays = new Map(this.overlays).set(path, unit);
    return new Workspace(this.base, overlays, keepsIncludes ? this.includes : null);
  }

  /** Any file of the tree, selected or not; null when there is none or it is no text. */
  unit(path: string): FileUnit | null {
    const overlay = this.overlays.get(path);
    return overlay === undefined ? this.base.unit(path) : overlay;
  }

  /** Whether there is a file of that name, of any kind. */
  exists(path: string): boolean {
    const overlay = this.overlays.get(path);
    return overlay === undefined ? this.base.includePaths.exists(path) : overlay !== null;
  }

  get architectures(): readonly string[] {
    return this.base.includePaths.architectures;
  }

  nameTest(pattern: RegExp): NameTest {
    return new NameTest(pattern, this.base.names);
  }

  /** The chunks of selected files whose code holds the name, by file and place. */
  placesMentioning(name: string): Place[] {
    return this.places(name, this.base.mentions, (unit) => unit.chunksMentioning(name));
  }

  /** The chunks of selected files that may define or declare the name, by file and place. */
  placesDefining(name: string): Place[] {
    return this.places(name, this.base.definers, (unit) => unit.chunksDefining(name));
  }

  /** The chunks of selected files that may store to a field of that name, by file and place. */
  placesStoring(field: string): Place[] {
    return this.places(field, this.base.storers, (unit) => unit.chunksStoring(field));
  }

  /** The files visible from `from` that may define the name, nearest first. */
  headersDefining(name: string, from: string): string[] {
    const { distances } = this.includes.visible(from);
    const candidates = this.base.headersDefining(name, distances);
    const overlaid = [...this.overlays].flatMap(([path, unit]) =>
      unit?.chunksDefining(name).length ? [path] : [],
    );
    return [...new Set([...candidates, ...overlaid])]
      .filter((path) => distances.has(path))
      .sort((a, b) => (distances.get(a) ?? 0) - (distances.get(b) ?? 0) || (a < b ? -1 : 1));
  }

  /** As above, among the headers of all architectures the file may be built for. */
  archHeadersDefining(name: string, from: string): string[] {
    const { alternatives } = this.includes.visible(from);
    const candidates = this.base.headersDefining(name, alternatives);
    return candidates.filter((path) => alternatives.has(path)).sort();
  }

  /** Files below the folders, selected or not, that may define one of the names. */
  filesBeyond(names: readonly string[], folders: readonly string[]): readonly string[] {
    const found = new Set(this.base.reader.filesHolding(names, folders));
    for (const [path, unit] of this.overlays) {
      found.delete(path);
      if (unit && names.some((name) => unit.chunksDefining(name).length > 0)) found.add(path);
    }
    return [...found].sort();
  }

  /** Files below the folders, selected or not, that may mention one of the names. */
  filesMentioning(names: readonly string[], folders: readonly string[]): readonly string[] {
    const found = new Set(this.base.reader.filesHolding(names, folders));
    const isBelow = (path: string): boolean => folders.some((f) => f === '' || path.startsWith(`${f}/`));
    for (const [path, unit] of this.overlays) {
      found.delete(path);
      if (unit && isBelow(path) && names.some((name) => unit.chunksMentioning(name).length > 0))
        found.add(path);
    }
    return [...found].sort();
  }

  /** Files asked for so far that are no text, and selected ones that are gone. */
  notAnalysed(): NotAnalysed[] {
    return [...this.base.notText]
      .filter(([path]) => !this.overlays.has(path))
      .map(([file, reason]) => ({ file, reason }))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  private places(name: string, index: ChainIndex, inOverlay: (unit: FileUnit) => readonly number[]): Place[] {
    const places: Place[] = [];
    index.forEach(this.base.names.idOf(name), (number, chunk) => {
      const file = this.base.files[number] as string;
      if (!this.overlays.has(file)) places.push({ file, chunk });
    });
    if (this.overlays.size === 0) return places;
    for (const [file, unit] of this.overlays) {
      if (unit) for (const chunk of inOverlay(unit)) places.push({ file, chunk });
    }
    return places.sort((a, b) => (a.file === b.file ? a.chunk - b.chunk : a.file < b.file ? -1 : 1));
  }
}

function hasSameIncludes(one: FileUnit, other: FileUnit): boolean {
  const lines = (unit: FileUnit): string[] =>
    unit.includes.map(({ path, isSystem }) => `${isSystem} ${path}`);
  return lines(one).join('\n') === lines(other).join('\n');
}

function overlaidFiles(files: readonly string[], overlays: ReadonlyMap<string, FileUnit | null>): string[] {
  const all = new Set(files);
  for (const [path, unit] of overlays) {
    if (unit === null) all.delete(path);
    else all.add(path);
  }
  return [...all].sort();
}
