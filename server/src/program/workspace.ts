/**
 * The files of a program and the two indexes over them. A workspace is one image of the tree: `with` gives another
 * one that differs in one text and shares everything else.
 */
import { FactsCache } from '../syntax/index.js';
import { isCFile, type NotAnalysed } from './files/list-files.js';
import { wordTest } from './files/overlay.js';
import type { SourceReader } from './files/reader.js';
import { Ledger, type Options } from './ledger/ledger.js';
import { LiveUnit } from './live/live-unit.js';
import { fileScope, type Scope } from './meaning/scope.js';
import { ChainIndex } from './names/chain-index.js';
import { HeaderIndex } from './names/header-names.js';
import { IncludeGraph, IncludePaths } from './names/includes.js';
import { NameTable } from './names/name-table.js';
import { type FileFacts, FileUnit, type SyntaxParser, type Unit } from './unit.js';

/** A chunk of a file. */
export interface Place {
  readonly file: string;
  readonly chunk: number;
}

type HeaderSet = ReadonlyMap<string, unknown> | ReadonlySet<string>;

/** Texts as they are on disk or under edit, and what can be said of each by itself. Programs of different files share them. */
export class Texts {
  readonly names: NameTable = new NameTable();
  readonly includePaths: IncludePaths;
  /** Files that could not be read as text, with the reason. */
  readonly notText: Map<string, string> = new Map();
  /** Texts under edit. */
  readonly live: Map<string, LiveUnit> = new Map();
  readonly reader: SourceReader;
  private readonly parser: SyntaxParser;
  private readonly units = new Map<string, FileUnit | null>();
  private readonly nameTests = new Map<string, NameTest>();
  private readonly headers = new HeaderIndex();
  private readonly indexedHeaders = new Set<string>();
  private readonly indexedSets = new WeakSet<HeaderSet>();

  constructor(reader: SourceReader, parser: SyntaxParser) {
    this.reader = reader;
    this.parser = parser;
    this.includePaths = new IncludePaths(reader);
  }

  /** A file as it is on disk. */
  unit(path: string): FileUnit | null {
    const known = this.units.get(path);
    if (known !== undefined) return known;
    const content = this.includePaths.isKnownMissing(path) ? null : this.reader.read(path);
    if (content !== null && 'notText' in content) this.notText.set(path, content.notText);
    const unit =
      content !== null && 'text' in content
        ? new FileUnit(path, content.text, this.parser, this.names)
        : null;
    this.units.set(path, unit);
    return unit;
  }

  nameTest(pattern: RegExp): NameTest {
    const key = `/${pattern.source}/${pattern.flags}`;
    let test = this.nameTests.get(key);
    if (test === undefined) {
      test = new NameTest(key, pattern, this.names);
      this.nameTests.set(key, test);
    }
    return test;
  }

  /** The text of a file is under edit from now on. */
  edit(path: string, text: string): void {
    const live = this.live.get(path);
    if (live === undefined) this.live.set(path, new LiveUnit(path, text, this.parser, this.names));
    else live.set(text);
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
}

/** What all images of one selection of files share: indexes over them. Grows on demand, forgets nothing. */
class Base {
  readonly texts: Texts;
  readonly files: readonly string[];
  private readonly selected: ReadonlySet<string>;
  private readonly editParser: SyntaxParser;
  private mentionIndex: ChainIndex | null = null;
  private definerIndex: ChainIndex | null = null;
  private storerIndex: ChainIndex | null = null;

  readonly isHeaderFollowed: (header: string) => boolean;

  constructor(
    texts: Texts,
    parser: SyntaxParser,
    files: readonly string[],
    isHeaderFollowed: (header: string) => boolean,
  ) {
    this.isHeaderFollowed = isHeaderFollowed;
    this.texts = texts;
    const kept = new FactsCache(parser);
    this.editParser = {
      outline: (path, text) => parser.outline(path, text),
      facts: (file, chunk) => kept.facts(file, chunk),
    };
    this.files = files;
    this.selected = new Set(files);
  }

  isSelected(path: string): boolean {
    return this.selected.has(path);
  }

  /** A text that edits will follow: what an edit does not touch is not parsed again. */
  newOverlay(path: string, text: string): FileUnit {
    return new FileUnit(path, text, this.editParser, this.texts.names);
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

  private indexAll(each: (unit: FileUnit, add: (name: number, chunk: number) => void) => void): ChainIndex {
    const index = new ChainIndex();
    this.files.forEach((path, file) => {
      // What is edited already is asked itself.
      const unit = this.texts.live.has(path) ? null : this.texts.unit(path);
      if (unit) each(unit, (name, chunk) => index.add(name, file, chunk));
    });
    return index;
  }
}

/** Whether names match a pattern; each name is matched once. */
export class NameTest {
  /** One test, one key. */
  readonly key: string;
  private readonly answered = new WeakMap<Int32Array, boolean>();
  private readonly pattern: RegExp;
  private readonly names: NameTable;
  private readonly answers: (boolean | undefined)[] = [];

  constructor(key: string, pattern: RegExp, names: NameTable) {
    this.key = key;
    this.pattern = pattern;
    this.names = names;
  }

  holdsIn(unit: Unit): boolean {
    return unit.chunkIds.some((chunk) => this.holdsInChunk(unit, chunk));
  }

  holdsInChunk(unit: Unit, chunk: number): boolean {
    const names = unit.namesIn(chunk);
    if (!(unit instanceof LiveUnit)) return this.holdsAmong(names);
    // Of a text under edit most chunks are those of the text before.
    const known = this.answered.get(names);
    if (known !== undefined) return known;
    const found = this.holdsAmong(names);
    this.answered.set(names, found);
    return found;
  }

  private holdsAmong(names: Int32Array): boolean {
    for (const id of names) {
      this.answers[id] ??= this.pattern.test(this.names.name(id));
      if (this.answers[id]) return true;
    }
    return false;
  }
}

export class Workspace {
  readonly files: readonly string[];
  readonly ledger: Ledger;
  private graph: IncludeGraph;
  private readonly fileScopes = new Map<string, Scope>();
  private readonly base: Base;
  private readonly overlays: ReadonlyMap<string, FileUnit | null>;

  /** `includes`: the graph of an image in which every file has the same include lines. */
  private constructor(
    base: Base,
    overlays: ReadonlyMap<string, FileUnit | null>,
    includes: IncludeGraph | null,
    ledger: Ledger,
  ) {
    this.base = base;
    this.ledger = ledger;
    this.overlays = overlays;
    this.files = overlays.size === 0 ? base.files : overlaidFiles(base.files, overlays);
    this.graph = includes ?? this.newIncludeGraph();
  }

  private newIncludeGraph(): IncludeGraph {
    const { base, overlays } = this;
    const added = new Set([
      ...[...overlays].flatMap(([path, unit]) => (unit === null ? [] : [path])),
      ...base.texts.live.keys(),
    ]);
    const removed = new Set([...overlays].flatMap(([path, unit]) => (unit === null ? [path] : [])));
    return new IncludeGraph(this, base.texts.includePaths, added, removed, base.isHeaderFollowed);
  }

  static open(
    reader: SourceReader,
    parser: SyntaxParser,
    files: readonly string[],
    isHeaderFollowed: (header: string) => boolean = () => true,
  ): Workspace {
    return Workspace.over(new Texts(reader, parser), parser, files, isHeaderFollowed, new Ledger(false));
  }

  /** A workspace whose texts may be edited in place; its ledger is told of each edit. */
  static over(
    texts: Texts,
    parser: SyntaxParser,
    files: readonly string[],
    isHeaderFollowed: (header: string) => boolean,
    ledger: Ledger,
  ): Workspace {
    const base = new Base(texts, parser, [...new Set(files)].sort(), isHeaderFollowed);
    return new Workspace(base, new Map(), null, ledger);
  }

  /** The image in which `path` holds `text`; null: in which there is no such file. */
  with(path: string, text: string | null): Workspace {
    const before = this.unit(path);
    if (text !== null && before?.text === text) return this;
    const unit = text === null ? null : this.base.newOverlay(path, text);
    const keepsIncludes = before !== null && unit !== null && hasSameIncludes(before, unit);
    const overlays = new Map(this.overlays).set(path, unit);
    return new Workspace(this.base, overlays, keepsIncludes ? this.graph : null, new Ledger(false));
  }

  /** A text was edited in place; `hasOtherIncludes`: its include lines, or that it is there, are other than before. */
  edited(path: string, hasOtherIncludes: boolean): void {
    if (hasOtherIncludes) this.graph = this.newIncludeGraph();
    this.ledger.changed('');
    const unit = this.base.texts.live.get(path);
    this.ledger.changed(path, unit && ((key) => mayDiffer(unit, key)));
  }

  /** Any file of the tree, selected or not; null when there is none or it is no text. */
  unit(path: string): Unit | null {
    const overlay = this.overlays.get(path);
    return overlay === undefined ? (this.base.texts.live.get(path) ?? this.base.texts.unit(path)) : overlay;
  }

  /** What a text says of itself, noted as what the current answer was made from. */
  ask<T>(path: string, key: string, read: (unit: Unit | null) => T, options?: Options<T>): T {
    const { ledger } = this;
    if (!ledger.tracks) return read(this.unit(path));
    const { live } = this.base.texts;
    if (live.has(path)) return ledger.input(path, key, () => read(this.unit(path)), options);
    ledger.input(path, '', () => live.has(path));
    return read(this.unit(path));
  }

  /** The scope of what stands outside functions. */
  fileScope(path: string): Scope {
    let scope = this.fileScopes.get(path);
    if (scope === undefined) {
      scope = fileScope(path);
      this.fileScopes.set(path, scope);
    }
    return scope;
  }

  chunkFacts({ file, chunk }: Place): FileFacts | null {
    return this.ask(file, `facts ${chunk}`, (unit) => unit?.chunkFacts(chunk) ?? null);
  }

  chunksDefining(file: string, name: string): readonly number[] {
    return this.ask(file, `defining ${name}`, (unit) => unit?.chunksDefining(name) ?? []);
  }

  chunksMentioning(file: string, name: string): readonly number[] {
    return this.ask(file, `mentioning ${name}`, (unit) => unit?.chunksMentioning(name) ?? []);
  }

  chunksStoring(file: string, field: string): readonly number[] {
    return this.ask(file, `storing ${field}`, (unit) => unit?.chunksStoring(field) ?? []);
  }

  get includes(): IncludeGraph {
    return this.ledger.input('', 'includes', () => this.graph);
  }

  /** Whether there is a file of that name, of any kind. */
  exists(path: string): boolean {
    const overlay = this.overlays.get(path);
    return overlay === undefined
      ? this.base.texts.live.has(path) || this.base.texts.includePaths.exists(path)
      : overlay !== null;
  }

  get architectures(): readonly string[] {
    return this.base.texts.includePaths.architectures;
  }

  nameTest(pattern: RegExp): NameTest {
    return this.base.texts.nameTest(pattern);
  }

  /** The chunks of selected files whose code holds the name, by file and place. */
  placesMentioning(name: string): readonly Place[] {
    return this.places('mentioning', name, (file) => this.chunksMentioning(file, name));
  }

  /** The chunks of selected files that may define or declare the name, by file and place. */
  placesDefining(name: string): readonly Place[] {
    return this.places('defining', name, (file) => this.chunksDefining(file, name));
  }

  /** The chunks of selected files that may store to a field of that name, by file and place. */
  placesStoring(field: string): readonly Place[] {
    return this.places('storing', field, (file) => this.chunksStoring(file, field));
  }

  /** The files visible from `from` that may define the name, nearest first. */
  headersDefining(name: string, from: string): string[] {
    const { distances } = this.includes.visible(from);
    const candidates = this.headersAmong(name, distances);
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
    return this.headersAmong(name, alternatives)
      .filter((path) => alternatives.has(path))
      .sort();
  }

  /** Some headers, all of `paths` that may define the name among them. */
  private headersAmong(name: string, paths: HeaderSet): readonly string[] {
    const { texts } = this.base;
    const onDisk = texts.headersDefining(name, paths);
    if (texts.live.size === 0) return onDisk;
    const edited = [...texts.live.keys()].filter(
      (path) =>
        paths.has(path) &&
        this.ask(path, `header ${name}`, () => texts.live.get(path)?.mayDefine(name) ?? false),
    );
    return [...onDisk.filter((path) => !texts.live.has(path)), ...edited];
  }

  /** Files below the folders, selected or not, that may define one of the names. */
  filesBeyond(names: readonly string[], folders: readonly string[]): readonly string[] {
    const found = new Set(this.base.texts.reader.filesHolding(names, folders));
    const isDefined = (path: string): boolean =>
      names.some((name) => this.chunksDefining(path, name).length > 0);
    for (const path of this.base.texts.live.keys())
      if (isCFile(path) && isBelow(path, folders) && isDefined(path)) found.add(path);
    for (const [path, unit] of this.overlays) {
      found.delete(path);
      if (unit && isDefined(path)) found.add(path);
    }
    return [...found].sort();
  }

  /** Files below the folders, selected or not, that may mention one of the names. */
  filesMentioning(names: readonly string[], folders: readonly string[]): readonly string[] {
    const found = new Set(this.base.texts.reader.filesHolding(names, folders));
    for (const path of this.base.texts.live.keys()) {
      if (!isCFile(path) || !isBelow(path, folders)) continue;
      found.delete(path);
      // What the search of files on disk takes for a word.
      const fit = names.filter((word) => /^[!-~]{3,}$/.test(word)).map((word) => word.slice(0, 64));
      const test = wordTest(fit);
      if (this.ask(path, `words ${fit.join()}`, (unit) => unit !== null && test(unit.text))) found.add(path);
    }
    for (const [path, unit] of this.overlays) {
      found.delete(path);
      if (unit && isBelow(path, folders) && names.some((name) => unit.chunksMentioning(name).length > 0))
        found.add(path);
    }
    return [...found].sort();
  }

  /** Files asked for so far that are no text, and selected ones that are gone. */
  notAnalysed(): NotAnalysed[] {
    const { notText, live } = this.base.texts;
    const gone = this.base.files.flatMap((path): [string, string][] =>
      !notText.has(path) && this.unit(path) === null ? [[path, 'no such file']] : [],
    );
    return [...notText, ...gone]
      .filter(([path]) => !this.overlays.has(path) && !live.has(path))
      .map(([file, reason]) => ({ file, reason }))
      .sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  private places(
    what: 'mentioning' | 'defining' | 'storing',
    name: string,
    chunksIn: (file: string) => readonly number[],
  ): readonly Place[] {
    if (!this.ledger.tracks) return this.findPlaces(what, name, chunksIn);
    return this.ledger.answer(
      `places ${what}`,
      name,
      () => this.findPlaces(what, name, chunksIn),
      undefined,
      { isSame: hasSamePlaces },
    );
  }

  private findPlaces(
    what: 'mentioning' | 'defining' | 'storing',
    name: string,
    chunksIn: (file: string) => readonly number[],
  ): readonly Place[] {
    const { base, overlays } = this;
    const { live, names } = base.texts;
    const index = what === 'mentioning' ? base.mentions : what === 'defining' ? base.definers : base.storers;
    const places: Place[] = [];
    index.forEach(names.idOf(name), (number, chunk) => {
      const file = base.files[number] as string;
      if (!overlays.has(file) && !live.has(file)) places.push({ file, chunk });
    });
    // Which files are under edit is itself an input.
    const edited = this.ledger.input('', 'edited', () =>
      [...live.keys()].filter((file) => base.isSelected(file)),
    );
    if (overlays.size === 0 && edited.length === 0) return places;
    for (const file of edited) for (const chunk of chunksIn(file)) places.push({ file, chunk });
    for (const [file, unit] of overlays) {
      if (unit) for (const chunk of chunksIn(file)) places.push({ file, chunk });
    }
    return places.sort((a, b) => (a.file === b.file ? a.chunk - b.chunk : a.file < b.file ? -1 : 1));
  }
}

/** Whether what was asked of a text under such a key can be other than before its last edit. */
function mayDiffer(unit: LiveUnit, key: string): boolean {
  const [, what = '', of = ''] = ofOnePlace.exec(key) ?? [];
  if (what === '') return true;
  return unit.mayDiffer(ofChunk.has(what) ? { chunk: Number(of) } : { name: of });
}

const ofOnePlace = /^(facts|initialises|name|defining|mentioning|storing) ([\w$.]+)$/;
const ofChunk: ReadonlySet<string> = new Set(['facts', 'initialises', 'name']);

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => folder === '' || path.startsWith(`${folder}/`));
}

function hasSamePlaces(a: readonly Place[], b: readonly Place[]): boolean {
  return (
    a.length === b.length && a.every(({ file, chunk }, at) => file === b[at]?.file && chunk === b[at]?.chunk)
  );
}

export function hasSameIncludes(one: Pick<Unit, 'includes'>, other: Pick<Unit, 'includes'>): boolean {
  const lines = (unit: Pick<Unit, 'includes'>): string[] =>
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
