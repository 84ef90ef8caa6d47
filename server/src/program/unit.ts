/**
 * One file of a program: its text, and all that can be said of it without looking at another file. Everything is
 * worked out when first asked for and kept, so a unit may be shared by any number of programs.
 */
import type * as ir from '../syntax/ir.js';
import { TokenKind } from '../syntax/lexer.js';
import type { Chunk, SourceFile } from '../syntax/source.js';
import { detached } from '../text/detached.js';
import { LineIndex } from '../text/line-index.js';
import type { NameTable } from './names/name-table.js';
import { definedNames } from './names/outline-names.js';
import { storedNames } from './names/stored-names.js';

/** What a program needs of the syntax folder. */
export interface SyntaxParser {
  outline(path: string, text: string): SourceFile;
  facts(file: SourceFile, chunk: Chunk): ir.ChunkFacts;
}

/** A fact, and where it stands. */
export type Located<T> = T & {
  readonly file: string;
  /** Index of the chunk in its file. */
  readonly chunk: number;
};

export type FunctionRef = Located<ir.FunctionFacts>;
export type MacroRef = Located<ir.MacroFacts>;
export type RecordRef = Located<ir.RecordFacts>;
export type GlobalRef = Located<ir.GlobalFacts>;
export type PrototypeRef = Located<ir.PrototypeFacts>;
export type TypedefRef = Located<ir.TypedefFacts>;
export type EnumeratorRef = Located<ir.EnumeratorFacts>;
export type InvocationRef = Located<ir.InvocationFacts>;

/** The facts of a chunk or of a whole file. */
export interface FileFacts {
  readonly functions: readonly FunctionRef[];
  readonly macros: readonly MacroRef[];
  readonly records: readonly RecordRef[];
  readonly globals: readonly GlobalRef[];
  readonly prototypes: readonly PrototypeRef[];
  readonly typedefs: readonly TypedefRef[];
  readonly enumerators: readonly EnumeratorRef[];
  readonly includes: readonly Located<ir.IncludeFacts>[];
  readonly invocations: readonly InvocationRef[];
  readonly unclean: readonly { readonly at: number; readonly reason: string }[];
}

/** The names of each chunk: those of chunk i are ids[offsets[i]] up to ids[offsets[i + 1]], each once. */
export interface ChunkNames {
  readonly ids: Int32Array;
  readonly offsets: Int32Array;
}

export interface IncludeLine {
  readonly path: string;
  readonly isSystem: boolean;
}

/**
 * A text as the rest of the program sees it. Facts speak of *addresses*: in a text that stays as it is they are offsets, in
 * one under edit they are stable (see live-unit.ts). Chunks go by a number that grows with their place.
 */
export interface Unit {
  readonly path: string;
  readonly text: string;
  readonly source: SourceFile;
  /** As it is, every place told by its address. */
  readonly addressed: SourceFile;
  /** The numbers of the chunks, in order. */
  readonly chunkIds: readonly number[];
  chunk(id: number): Chunk | null;
  chunkFacts(id: number): FileFacts;
  /** Of the whole text. */
  readonly facts: FileFacts;
  readonly lines: LineIndex;
  readonly includes: readonly IncludeLine[];
  /** Chunks that may define or declare the name. */
  chunksDefining(name: string): readonly number[];
  /** Chunks that may store to a field of that name. */
  chunksStoring(field: string): readonly number[];
  chunksMentioning(name: string): readonly number[];
  /** Numbers, in the table of names, of the identifiers of a chunk; each once. */
  namesIn(id: number): Int32Array;
  /** The offset in the text at which an address stands now. */
  offsetOf(address: number): number;
}

export class FileUnit implements Unit {
  readonly path: string;
  readonly text: string;
  private readonly parser: SyntaxParser;
  private readonly names: NameTable;
  private outlined: SourceFile | null = null;
  private ids: readonly number[] | null = null;
  private factsOfChunk: (FileFacts | undefined)[] = [];
  private wholeFacts: FileFacts | null = null;
  private includeLines: readonly IncludeLine[] | null = null;
  private lineIndex: LineIndex | null = null;
  private mentioned: ChunkNames | null = null;
  private defining: ReadonlyMap<number, readonly number[]> | null = null;
  private storing: ReadonlyMap<number, readonly number[]> | null = null;

  constructor(path: string, text: string, parser: SyntaxParser, names: NameTable) {
    this.path = path;
    this.text = text;
    this.parser = parser;
    this.names = names;
  }

  get source(): SourceFile {
    this.outlined ??= this.parser.outline(this.path, this.text);
    return this.outlined;
  }

  get addressed(): SourceFile {
    return this.source;
  }

  get chunkIds(): readonly number[] {
    this.ids ??= this.source.chunks.map((chunk) => chunk.index);
    return this.ids;
  }

  chunk(id: number): Chunk | null {
    return this.source.chunks[id] ?? null;
  }

  namesIn(id: number): Int32Array {
    const { ids, offsets } = this.mentions;
    return ids.subarray(offsets[id] ?? 0, offsets[id + 1] ?? 0);
  }

  offsetOf(address: number): number {
    return address;
  }

  chunkFacts(index: number): FileFacts {
    const known = this.factsOfChunk[index];
    if (known) return known;
    const chunk = this.source.chunks[index];
    const facts = chunk ? located(this.parser.facts(this.source, chunk), this.path, index) : noFacts;
    this.factsOfChunk[index] = facts;
    return facts;
  }

  get lines(): LineIndex {
    this.lineIndex ??= new LineIndex(this.text);
    return this.lineIndex;
  }

  /** Parses the whole file. */
  get facts(): FileFacts {
    this.wholeFacts ??= joined(this.source.chunks.map((chunk) => this.chunkFacts(chunk.index)));
    return this.wholeFacts;
  }

  /** Every `#include` line, whatever `#if` it stands under; found without an outline. */
  get includes(): readonly IncludeLine[] {
    this.includeLines ??= findIncludes(this.text);
    return this.includeLines;
  }

  /** The identifiers of each chunk, comments and strings excepted. */
  get mentions(): ChunkNames {
    this.mentioned ??= namesOfChunks(this.source, this.names);
    return this.mentioned;
  }

  /** Name -> chunks that may define or declare it; the facts of those chunks tell. */
  get definers(): ReadonlyMap<number, readonly number[]> {
    this.defining ??= definedNames(this.source, this.names);
    return this.defining;
  }

  chunksDefining(name: string): readonly number[] {
    const definers = this.definers;
    return definers.get(this.names.idOf(name)) ?? [];
  }

  /** Name of a field -> chunks that may store to one of that name. */
  get storers(): ReadonlyMap<number, readonly number[]> {
    this.storing ??= storedNames(this.source, this.names);
    return this.storing;
  }

  chunksStoring(field: string): readonly number[] {
    const storers = this.storers;
    return storers.get(this.names.idOf(field)) ?? [];
  }

  chunksMentioning(name: string): number[] {
    const { ids, offsets } = this.mentions;
    const id = this.names.idOf(name);
    const chunks: number[] = [];
    for (let at = ids.indexOf(id); at >= 0 && id >= 0; at = ids.indexOf(id, at + 1))
      chunks.push(chunkAt(offsets, at));
    return chunks;
  }
}

export const noFacts: FileFacts = {
  functions: [], macros: [], records: [], globals: [], prototypes: [], typedefs: [], enumerators: [], includes: [],
  invocations: [], unclean: [],
}; // biome-ignore format: a list

export function located(facts: ir.ChunkFacts, file: string, chunk: number): FileFacts {
  const place = <T>(list: readonly T[]): Located<T>[] => list.map((fact) => ({ ...fact, file, chunk }));
  return {
    functions: place(facts.functions),
    macros: place(facts.macros),
    records: place(facts.records),
    globals: place(facts.globals),
    prototypes: place(facts.prototypes),
    typedefs: place(facts.typedefs),
    enumerators: place(facts.enumerators),
    includes: place(facts.includes),
    invocations: place(facts.invocations),
    unclean: facts.unclean,
  };
}

export function joined(parts: readonly FileFacts[]): FileFacts {
  return {
    functions: parts.flatMap((part) => part.functions),
    macros: parts.flatMap((part) => part.macros),
    records: parts.flatMap((part) => part.records),
    globals: parts.flatMap((part) => part.globals),
    prototypes: parts.flatMap((part) => part.prototypes),
    typedefs: parts.flatMap((part) => part.typedefs),
    enumerators: parts.flatMap((part) => part.enumerators),
    includes: parts.flatMap((part) => part.includes),
    invocations: parts.flatMap((part) => part.invocations),
    unclean: parts.flatMap((part) => part.unclean),
  };
}

const includePattern = /^[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)/gm;

export function findIncludes(text: string): IncludeLine[] {
  return [...text.matchAll(includePattern)].map(([, quoted, angled]) => ({
    path: detached(quoted ?? angled ?? ''),
    isSystem: quoted === undefined,
  }));
}

function namesOfChunks(source: SourceFile, table: NameTable): ChunkNames {
  const { tokens, chunks, text } = source;
  const offsets = new Int32Array(chunks.length + 1);
  /** Chunk + 1 in which a name was last seen, by the name's number. */
  let seen = new Int32Array(table.size + 1024);
  let ids = new Int32Array(1024);
  let count = 0;
  chunks.forEach((chunk, index) => {
    for (let token = chunk.firstToken; token < chunk.endToken; token++) {
      if (tokens.kinds[token] !== TokenKind.identifier) continue;
      const id = table.intern(text, tokens.starts[token] as number, tokens.ends[token] as number);
      if (id >= seen.length) seen = grown(seen, id + 1);
      if (seen[id] === index + 1) continue;
      seen[id] = index + 1;
      if (count === ids.length) ids = grown(ids, count + 1);
      ids[count++] = id;
    }
    offsets[index + 1] = count;
  });
  return { ids: ids.slice(0, count), offsets };
}

function grown(array: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, atLeast));
  larger.set(array);
  return larger;
}

/** The chunk whose names hold position `at`. */
function chunkAt(offsets: Int32Array, at: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] as number) <= at) low = middle;
    else high = middle;
  }
  return low;
}
