/** Questions about the files of a tree taken together. Everything is worked out when first asked, and kept. */

import type { Expr, MemberExpr, PpCondition, TypeRef } from '../syntax/ir.js';
import type { ChunkKind, SourceFile } from '../syntax/source.js';
import { detached } from '../text/detached.js';
import type { LineIndex } from '../text/line-index.js';
import type { Position, Range } from '../text/span.js';
import type { NotAnalysed } from './files/list-files.js';
import { diskReader, memoryReader, type SourceReader } from './files/reader.js';
import type { KernelTree } from './files/tree.js';
import { Ledger } from './ledger/ledger.js';
import { isSameData } from './ledger/same-data.js';
import { type CallSite, callsOf } from './meaning/calls.js';
import { Linkage, mayLink } from './meaning/linkage.js';
import { regionConditions } from './meaning/regions.js';
import { functionScope, type Scope } from './meaning/scope.js';
import {
  type FieldAssignment,
  type FunctionUse,
  fieldStoresIn,
  functionNames,
  functionUsesIn,
  recordOfMember,
  type StoreContext,
  type VariableAssignment,
  variableStoresIn,
} from './meaning/stores.js';
import { Types } from './meaning/types.js';
import type {
  EnumeratorRef,
  FileFacts,
  FunctionRef,
  GlobalRef,
  IncludeLine,
  MacroRef,
  PrototypeRef,
  RecordRef,
  SyntaxParser,
  TypedefRef,
  Unit,
} from './unit.js';
import { joined, noFacts } from './unit.js';
import { type NameTest, type Place, type Texts, Workspace } from './workspace.js';

export interface ProgramOptions {
  readonly tree: KernelTree;
  /** The selected files, relative to the tree: those that questions about "everywhere" look at. */
  readonly files: readonly string[] | ReadonlyMap<string, string>;
  /** Where texts come from; default: the map given as `files`, or else the tree on disk. */
  readonly reader?: SourceReader;
  readonly parser: SyntaxParser;
  /** Headers that are looked into when a name is looked for; default all. */
  readonly isHeaderFollowed?: (header: string) => boolean;
}

/** A program whose texts are edited in place; see `Program.edited`. */
export function createLiveProgram(
  texts: Texts,
  options: Pick<ProgramOptions, 'tree' | 'parser'> & {
    readonly files: readonly string[];
    readonly isHeaderFollowed: (header: string) => boolean;
  },
): Program {
  const { tree, files, parser, isHeaderFollowed } = options;
  return new Program(tree, Workspace.over(texts, parser, files, isHeaderFollowed, new Ledger(true)));
}

export function createProgram(options: ProgramOptions): Program {
  const { files, parser, tree } = options;
  const isMap = !Array.isArray(files);
  const paths = isMap ? [...(files as ReadonlyMap<string, string>).keys()] : (files as readonly string[]);
  const reader =
    options.reader ?? (isMap ? memoryReader(files as ReadonlyMap<string, string>) : diskReader(tree.root));
  return new Program(tree, Workspace.open(reader, parser, paths, options.isHeaderFollowed));
}

const functionScopes = new WeakMap<FunctionRef, Scope>();

export class Program {
  readonly tree: KernelTree;
  readonly types: Types;
  private readonly workspace: Workspace;
  private readonly linkage: Linkage;
  private readonly context: StoreContext;
  /** Answers about the program that are kept, with what they rest on. */
  readonly ledger: Ledger;
  private readonly regionLookups = new WeakMap<SourceFile, (offset: number) => PpCondition | null>();

  constructor(tree: KernelTree, workspace: Workspace) {
    this.tree = tree;
    this.workspace = workspace;
    this.ledger = workspace.ledger;
    this.linkage = new Linkage(workspace);
    this.types = new Types(this.linkage, this.ledger);
    this.context = { workspace, linkage: this.linkage, types: this.types, scopeOf: (fn) => this.scopeOf(fn) };
  }

  // ---- images ----------------------------------------------------------------------------------------------

  /**
   * The same tree but for one text: an editor's buffer, one side of a patch. Null: the file is not there. What was
   * worked out about unchanged files is shared with this program.
   */
  withOverlay(path: string, text: string | null): Program {
    const workspace = this.workspace.with(path, text);
    return workspace === this.workspace ? this : new Program(this.tree, workspace);
  }

  /** A text was edited in place; `hasOtherIncludes`: its include lines, or that it is there, are other than before. */
  edited(path: string, hasOtherIncludes: boolean): void {
    this.workspace.edited(path, hasOtherIncludes);
  }

  /** Another program of the same texts, for whoever keeps what it learns of a program as long as the texts are the same. */
  again(): Program {
    return new Program(this.tree, this.workspace);
  }

  // ---- files -----------------------------------------------------------------------------------------------

  /** Relative to the tree, sorted. */
  get files(): readonly string[] {
    return this.workspace.files;
  }

  /** Any file of the tree, selected or not; null when there is none, or it is no text. */
  source(path: string): SourceFile | null {
    return this.workspace.unit(path)?.addressed ?? null;
  }

  /** All facts of a file: parses the whole of it. */
  facts(path: string): FileFacts | null {
    return this.workspace.unit(path)?.facts ?? null;
  }

  /** The facts of one chunk. */
  chunkFacts(place: Place): FileFacts | null {
    return this.workspace.chunkFacts(place);
  }

  /** Whether the tree has the file, as text. */
  has(path: string): boolean {
    return this.workspace.ask(path, 'is there', (unit) => unit !== null);
  }

  /** What the chunks of a file are, as told without a parse. */
  outline(path: string): readonly OutlineEntry[] {
    const read = (unit: Unit | null): readonly OutlineEntry[] =>
      (unit?.chunkIds ?? []).map((id) => {
        const chunk = unit?.chunk(id) ?? null;
        return { chunk: id, kind: chunk?.kind ?? 'other', name: chunk?.name ?? null };
      });
    return this.workspace.ask(path, 'outline', read, { isSame: hasSameOutline });
  }

  /** The name a chunk defines, as far as can be told without a parse. */
  chunkName({ file, chunk }: Place): string | null {
    return this.workspace.ask(file, `name ${chunk}`, (unit) => unit?.chunk(chunk)?.name ?? null);
  }

  /**
   * The innermost `#if` condition a place of a file stands under; null outside all. Within a function it is part of what the
   * function says: whoever has the function need not ask whether it changed.
   */
  conditionAt(path: string, address: number): PpCondition | null {
    return this.findCondition(this.workspace.unit(path), address);
  }

  /** The same for a place outside functions. */
  fileLevelCondition(path: string, address: number): PpCondition | null {
    const find = (unit: Unit | null): PpCondition | null => this.findCondition(unit, address);
    return this.workspace.ask(path, `condition ${address}`, find, { isSame: isSameData });
  }

  private findCondition(unit: Unit | null, address: number): PpCondition | null {
    if (unit === null) return null;
    let lookup = this.regionLookups.get(unit.source);
    if (lookup === undefined) {
      lookup = regionConditions(unit.source.regions);
      this.regionLookups.set(unit.source, lookup);
    }
    return lookup(unit.offsetOf(address));
  }

  /** 1-based. */
  lineOf(path: string, address: number): number {
    return this.workspace.ask(path, `line ${address}`, (unit) => lineAt(unit, address));
  }

  /**
   * The line as a word in a text. Where answers are kept it is a mark that `placed` turns into the line of now, so that what was
   * worked out holds wherever a line typed above moves it.
   */
  lineWord(path: string, address: number): string {
    return this.ledger.tracks ? `\0${path}\0${address}\0` : String(this.lineOf(path, address));
  }

  /** A text with lines in place of their marks. */
  placed(text: string): string {
    return text.includes('\0')
      ? text.replace(lineMark, (_, path: string, address: string) =>
          String(this.lineOf(path, Number(address))),
        )
      : text;
  }

  positionOf(path: string, address: number): Position {
    const position = (unit: Unit | null): Position =>
      unit?.lines.positionAt(address) ?? { line: 1, column: 1 };
    return this.workspace.ask(path, `position ${address}`, position, {
      isSame: (a, b) => a.line === b.line && a.column === b.column,
    });
  }

  lines(path: string): LineIndex | null {
    return this.workspace.ask(path, 'lines', (unit) => unit?.lines ?? null);
  }

  /** The source text of a span. */
  textOf(path: string, span: { readonly start: number; readonly end: number }): string {
    return this.workspace.ask(path, `text ${span.start} ${span.end}`, (unit) => {
      if (unit === null) return '';
      const start = unit.offsetOf(span.start);
      return detached(unit.text.slice(start, start + span.end - span.start));
    });
  }

  /** The source text between two places as lines and columns count them. */
  textIn(path: string, { start, end }: Range): string {
    return this.workspace.ask(
      path,
      `range ${start.line}:${start.column} ${end.line}:${end.column}`,
      (unit) =>
        unit === null
          ? ''
          : detached(
              unit.text.slice(
                unit.lines.toText(unit.lines.offsetAt(start)),
                unit.lines.toText(unit.lines.offsetAt(end)),
              ),
            ),
    );
  }

  /** The whole text of a file as it is; '' when it is not there. */
  wholeText(path: string): string {
    return this.workspace.ask(path, 'text', (unit) => unit?.text ?? '');
  }

  /** Whether the text of a file holds some characters anywhere. */
  holdsText(path: string, text: string): boolean {
    return this.workspace.ask(path, `holds ${text}`, (unit) => unit?.text.includes(text) ?? false);
  }

  /** Files asked for so far that are no text. */
  notAnalysed(): readonly NotAnalysed[] {
    return this.workspace.notAnalysed();
  }

  /** The files `path` sees through `#include`, nearest first. */
  includesOf(path: string): readonly string[] {
    return [...this.workspace.includes.visible(path).distances.keys()];
  }

  /** What a line `#include <path>` of the file can mean, the likeliest first; headers that are not followed, too. */
  includeTargets(path: string, include: IncludeLine): readonly string[] {
    return this.workspace.includes.resolve(path, include);
  }

  /** Whether the tree has a file of that name, of any kind. */
  exists(path: string): boolean {
    return this.workspace.exists(path);
  }

  // ---- names -----------------------------------------------------------------------------------------------

  /** The chunks of selected files whose code holds the name. No parse. */
  mentions(name: string): readonly Place[] {
    return this.workspace.placesMentioning(name);
  }

  /** As above, for one file, selected or not. */
  chunksMentioning(path: string, name: string): readonly number[] {
    return this.workspace.chunksMentioning(path, name);
  }

  /** Whether the code of a file (comments and strings aside) holds a name that passes the test. No parse. */
  holdsName(path: string, test: NameTest): boolean {
    const unit = this.workspace.unit(path);
    return unit !== null && test.holdsIn(unit);
  }

  /** The facts of those chunks of a file that hold a name that passes the test; the others are not parsed. */
  factsHolding(path: string, test: NameTest): FileFacts {
    const read = (unit: Unit | null): readonly FileFacts[] =>
      unit === null
        ? []
        : unit.chunkIds.filter((id) => test.holdsInChunk(unit, id)).map((id) => unit.chunkFacts(id));
    const parts = (): readonly FileFacts[] => this.workspace.ask(path, `facts holding ${test.key}`, read);
    return this.ledger.answer(`facts holding ${test.key}`, path, () => joined(parts()));
  }

  /** A test of names that remembers its answers: names recur in every file. */
  nameTest(pattern: RegExp): NameTest {
    return this.workspace.nameTest(pattern);
  }

  /** Definitions that a call of `name` in `fromFile` can reach, nearest first; several where `#if` decides. */
  functionsNamed(name: string, fromFile: string): readonly FunctionRef[] {
    return this.linkage.functions(name, fromFile);
  }

  /**
   * Definitions of the names in all C files below `folders` (default: the whole tree), selected or not: what
   * architectures and other subsystems supply. Reads every byte there once (0.2 s for `arch/` of 6.12), so ask for
   * many names at a time.
   */
  functionsBelow(names: readonly string[], folders: readonly string[] = ['']): readonly FunctionRef[] {
    const wanted = [...new Set(names)].sort();
    if (wanted.length === 0) return [];
    return this.ledger.answer('functions below', `${wanted.join()}\0${folders.join()}`, () =>
      this.linkage.functionsBelow(wanted, folders),
    );
  }

  /** C files below `folders`, selected or not, whose text mentions one of the names. Reads every byte there once. */
  filesMentioning(names: readonly string[], folders: readonly string[]): readonly string[] {
    const wanted = [...new Set(names)].sort();
    return this.ledger.answer('files mentioning', `${wanted.join()}\0${folders.join()}`, () =>
      this.workspace.filesMentioning(wanted, folders),
    );
  }

  macro(name: string, fromFile: string): readonly MacroRef[] {
    return this.linkage.macros(name, fromFile);
  }

  /** `tag`: `struct x`, `union x`, or the typedef's name of an anonymous record. */
  record(tag: string, fromFile: string): RecordRef | null {
    return this.linkage.records(tag, fromFile)[0] ?? null;
  }

  /** All definitions of the record, when `#if` or the architecture decides between several. */
  records(tag: string, fromFile: string): readonly RecordRef[] {
    return this.linkage.records(tag, fromFile);
  }

  enumerator(name: string, fromFile: string): EnumeratorRef | null {
    return this.linkage.enumerators(name, fromFile)[0] ?? null;
  }

  typedef(name: string, fromFile: string): TypedefRef | null {
    return this.linkage.typedefs(name, fromFile)[0] ?? null;
  }

  /** A variable at file level; its definition where it can be found, else a declaration. */
  global(name: string, fromFile: string): GlobalRef | null {
    return this.linkage.globals(name, fromFile)[0] ?? null;
  }

  prototype(name: string, fromFile: string): PrototypeRef | null {
    return this.linkage.prototypes(name, fromFile)[0] ?? null;
  }

  // ---- types -----------------------------------------------------------------------------------------------

  scopeOf(fn: FunctionRef): Scope {
    let scope = functionScopes.get(fn);
    if (scope === undefined) {
      scope = functionScope(fn);
      functionScopes.set(fn, scope);
    }
    return scope;
  }

  /** The scope of initialisers and macros at file level. */
  fileScope(path: string): Scope {
    return this.workspace.fileScope(path);
  }

  /** Null when no declaration tells. */
  typeOf(expr: Expr, scope: Scope): TypeRef | null {
    return this.types.typeOf(expr, scope);
  }

  /** The record whose field a member expression names; null when the object's type is not known. */
  recordOfMember(member: MemberExpr, scope: Scope): RecordRef | null {
    return recordOfMember(this.context, member, scope);
  }

  // ---- who calls, who stores -------------------------------------------------------------------------------

  /** Direct calls of the function in selected files, those in the bodies of macros included. */
  callers(fn: FunctionRef): readonly CallSite[] {
    return this.ledger.answer('callers', fn, () =>
      this.placesThatMean(fn).flatMap((place) => callsOf(this.context, place, fn.name)),
    );
  }

  /** Where the function's address is taken, and what it is put into. */
  usesOf(fn: FunctionRef): readonly FunctionUse[] {
    return this.ledger.answer('uses', fn, () =>
      this.placesThatMean(fn).flatMap((place) => functionUsesIn(this.context, place, fn.name)),
    );
  }

  /** The record fields a function is kept in: through them it is called indirectly. */
  storedAs(fn: FunctionRef): readonly { readonly record: string; readonly field: string }[] {
    const fields = new Map<string, { record: string; field: string }>();
    for (const use of this.usesOf(fn)) {
      if (use.kind !== 'field' || use.record === null) continue;
      fields.set(`${use.record}\0${use.field}`, { record: use.record, field: use.field });
    }
    return [...fields.values()];
  }

  /** The functions that a call through `field` of the record may reach. */
  implementations(recordTag: string, field: string): readonly FunctionRef[] {
    return this.ledger.answer('implementations', `${recordTag}\0${field}`, () => {
      const found = new Map<string, FunctionRef>();
      for (const { file, value } of this.fieldAssignments(recordTag, field)) {
        for (const name of value === null ? [] : functionNames(value)) {
          for (const fn of this.functionsNamed(name, file)) found.set(`${fn.file}\0${fn.start}`, fn);
        }
      }
      return [...found.values()].sort((a, b) =>
        a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1,
      );
    });
  }

  /**
   * Everything stored to the field of the record in selected files. Stores to a field of that name whose object's type
   * is not known are left out; `untypedStores` gives them. An initialiser without designators is found where its text
   * names the record or the field.
   */
  fieldAssignments(recordTag: string, field: string): readonly FieldAssignment[] {
    return this.fieldStores(recordTag, field).filter((store) => store.record === recordTag);
  }

  /** Stores to a field of that name in selected files whose record could not be told. */
  untypedStores(field: string): readonly FieldAssignment[] {
    return this.fieldStores('', field).filter((store) => store.record === null);
  }

  /** All stores to fields in a chunk, by the field's name, whatever their record. */
  storesAt(place: Place): ReadonlyMap<string, readonly FieldAssignment[]> {
    return this.ledger.answer('stores at', `${place.file}\0${place.chunk}`, () =>
      fieldStoresIn(this.context, place),
    );
  }

  /** Stores to a variable at file level, as seen by all files that can mean it. */
  variableAssignments(variable: GlobalRef): readonly VariableAssignment[] {
    return this.ledger.answer('variable', variable, () =>
      this.placesThatMean(variable).flatMap((place) => variableStoresIn(this.context, place, variable.name)),
    );
  }

  private fieldStores(tag: string, field: string): readonly FieldAssignment[] {
    const bare = tag.replace(/^(?:struct|union) /, '');
    return this.ledger.answer('stores', `${tag}\0${field}`, () => {
      const sees = this.filesSeeing(bare);
      const byName = this.workspace.placesStoring(field).filter(({ file }) => sees === null || sees(file));
      // Initialisers without designators name the type but not the field.
      const byType =
        tag === '' ? [] : this.workspace.placesMentioning(bare).filter((place) => this.isInitialiser(place));
      const places = new Map([...byName, ...byType].map((place) => [`${place.file}\0${place.chunk}`, place]));
      return [...places.values()]
        .sort((a, b) => (a.file === b.file ? a.chunk - b.chunk : a.file < b.file ? -1 : 1))
        .flatMap((place) => this.storesAt(place).get(field) ?? []);
    });
  }

  /** Which files can store to a record: those that see a definition of it. Null when no definition is known. */
  private filesSeeing(bareTag: string): ((file: string) => boolean) | null {
    if (bareTag === '') return null;
    return this.ledger.answer('files seeing', bareTag, () => {
      const defining = new Set(this.workspace.placesDefining(bareTag).map((place) => place.file));
      if (defining.size === 0) return null;
      return (file) => {
        if (defining.has(file)) return true;
        const { distances } = this.workspace.includes.visible(file);
        for (const path of defining) if (distances.has(path)) return true;
        return false;
      };
    });
  }

  private isInitialiser({ file, chunk }: Place): boolean {
    return this.workspace.ask(file, `initialises ${chunk}`, (unit) => {
      const found = unit?.chunk(chunk);
      if (!unit || found?.kind !== 'declaration') return false;
      return /=\s*(?:\(.*\)\s*)?\{/.test(unit.text.slice(found.start, found.end));
    });
  }

  /** The chunks that mention a name and mean this definition of it. */
  private placesThatMean(fact: { name: string; file: string; isStatic: boolean }): Place[] {
    const own = this.chunksMentioning(fact.file, fact.name).map((chunk) => ({ file: fact.file, chunk }));
    if (fact.isStatic && !/\.h$/i.test(fact.file)) return own;
    const others = this.mentions(fact.name).filter(
      ({ file }) => file !== fact.file && mayLink(file, fact.file) && !this.hasOwn(fact.name, file),
    );
    return [...own, ...others].sort((a, b) =>
      a.file === b.file ? a.chunk - b.chunk : a.file < b.file ? -1 : 1,
    );
  }

  /** True when the file defines the name itself. */
  private hasOwn(name: string, file: string): boolean {
    return this.workspace.chunksDefining(file, name).some((chunk) => {
      const facts = this.workspace.chunkFacts({ file, chunk }) ?? noFacts;
      return [...facts.functions, ...facts.globals.filter((global) => !global.isExtern)].some(
        (fact) => fact.name === name && fact.isStatic,
      );
    });
  }
}

/** What is known of a chunk without a parse. */
export interface OutlineEntry {
  readonly chunk: number;
  readonly kind: ChunkKind;
  readonly name: string | null;
}

function hasSameOutline(a: readonly OutlineEntry[], b: readonly OutlineEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ chunk, kind, name }, at) => {
      const other = b[at];
      return chunk === other?.chunk && kind === other.kind && name === other.name;
    })
  );
}

/** See `Program.lineWord`; a path holds no zero byte. */
const lineMark = /\0([^\0]*)\0(\d+)\0/g;

function lineAt(unit: Unit | null, address: number): number {
  return unit === null ? 1 : unit.lines.lineAt(address);
}
