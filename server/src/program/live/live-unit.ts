/**
 * A text under edit. What an edit does not touch stays the same objects.
 *
 * Facts say where they stand. Were that an offset, a letter typed at the top would make all facts below it new. So each
 * *slot*, a top-level chunk with what stands inside it, has an address, with room behind it to grow (see layout.ts); facts
 * speak of addresses, and a slot keeps its own while its text stays as it is. Lines and columns are always those of now.
 */
import { contentKey, moved, type PpRegion } from '../../syntax/index.js';
import { TokenKind } from '../../syntax/lexer.js';
import type { Chunk, SourceFile } from '../../syntax/source.js';
import type { LineIndex } from '../../text/line-index.js';
import { hashOfName, scanHeader } from '../names/header-names.js';
import type { NameTable } from '../names/name-table.js';
import { namesDefinedIn } from '../names/outline-names.js';
import { namesStoredIn } from '../names/stored-names.js';
import {
  type FileFacts,
  findIncludes,
  type IncludeLine,
  joined,
  located,
  noFacts,
  type SyntaxParser,
  type Unit,
} from '../unit.js';
import { AddressedSource } from './addressed-source.js';
import { AddressedLines, Layout, type Stretch } from './layout.js';

/** Addresses left out behind a stretch of a text just opened, beside its own length. */
const ROOM = 256;

/** What is known of a slot while its text stays as it is. */
interface Slot {
  /** Everything its facts and names depend on, but for its place. */
  readonly key: string;
  readonly address: number;
  readonly parts: readonly Part[];
}

/** A chunk of a slot. */
interface Part {
  readonly id: number;
  /** Offset in the slot. */
  readonly at: number;
  readonly names: Int32Array;
  readonly defines: Int32Array;
  readonly stores: Int32Array;
  facts: FileFacts | null;
}

/** A slot of a new text, not yet placed. */
interface Draft {
  readonly chunks: readonly Chunk[];
  readonly key: string;
  readonly stretch: Stretch;
}

export class LiveUnit implements Unit {
  readonly path: string;
  text = '';
  source: SourceFile;
  chunkIds: readonly number[] = [];
  private readonly parser: SyntaxParser;
  private readonly names: NameTable;
  private slots: readonly Slot[] = [];
  private layout: Layout = new Layout('', [], []);
  private addressedSource: SourceFile | null = null;
  private places = new Map<number, { readonly chunk: Chunk; readonly part: Part; readonly slot: Slot }>();
  private touched: Touched | null = null;
  private readonly mentioning = new Map<number, readonly number[]>();
  private readonly defining = new Map<number, readonly number[]>();
  private readonly storing = new Map<number, readonly number[]>();
  private lineIndex: LineIndex | null = null;
  private headerNames: ReadonlySet<number> | null = null;
  private includeLines: readonly IncludeLine[] | null = null;

  constructor(path: string, text: string, parser: SyntaxParser, names: NameTable) {
    this.path = path;
    this.parser = parser;
    this.names = names;
    this.source = parser.outline(path, '');
    this.set(text);
  }

  /** Another text in place of the one before. */
  set(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.source = this.parser.outline(this.path, text);
    this.lineIndex = null;
    this.headerNames = null;
    this.includeLines = null;
    const drafts = draftsOf(this.source);
    const before = this.slots;
    this.slots = this.placed(before, drafts);
    this.layout = new Layout(
      text,
      drafts.map(({ stretch }) => stretch),
      this.slots.map(({ address }) => address),
    );
    this.addressedSource = null;
    this.index(before, drafts);
  }

  chunk(id: number): Chunk | null {
    return this.places.get(id)?.chunk ?? null;
  }

  chunkFacts(id: number): FileFacts {
    const place = this.places.get(id);
    if (place === undefined) return noFacts;
    const { chunk, part, slot } = place;
    if (part.facts === null) {
      const facts = moved(this.parser.facts(this.source, chunk), slot.address + part.at - chunk.start);
      part.facts = located(facts, this.path, id);
    }
    return part.facts;
  }

  /** Whether what the text says of a chunk, or the places of a name, can be other than before the last edit. */
  mayDiffer(what: { readonly chunk: number } | { readonly name: string }): boolean {
    if (this.touched === null) return true;
    return 'chunk' in what
      ? this.touched.chunks.has(what.chunk)
      : this.touched.names.has(this.names.idOf(what.name));
  }

  get facts(): FileFacts {
    return joined(this.chunkIds.map((id) => this.chunkFacts(id)));
  }

  get lines(): LineIndex {
    this.lineIndex ??= new AddressedLines(this.layout);
    return this.lineIndex;
  }

  get includes(): readonly IncludeLine[] {
    this.includeLines ??= findIncludes(this.text);
    return this.includeLines;
  }

  chunksDefining(name: string): readonly number[] {
    return this.defining.get(this.names.idOf(name)) ?? none;
  }

  chunksStoring(field: string): readonly number[] {
    return this.storing.get(this.names.idOf(field)) ?? none;
  }

  chunksMentioning(name: string): readonly number[] {
    return this.mentioning.get(this.names.idOf(name)) ?? none;
  }

  /** What the index of headers would say of this text. */
  mayDefine(name: string): boolean {
    if (this.headerNames === null) {
      const names = new Set<number>();
      scanHeader(this.text, (hash) => names.add(hash));
      this.headerNames = names;
    }
    return this.headerNames.has(hashOfName(name));
  }

  namesIn(id: number): Int32Array {
    return this.places.get(id)?.part.names ?? noNames;
  }

  offsetOf(address: number): number {
    return this.layout.offsetOf(address);
  }

  get addressed(): SourceFile {
    this.addressedSource ??= new AddressedSource(this.source, this.layout, this.chunkIds);
    return this.addressedSource;
  }

  // ---- slots -------------------------------------------------------------------------------------------------

  /** The slots of the new text: those before, where they say the same, and new ones between them. */
  private placed(before: readonly Slot[], drafts: readonly Draft[]): readonly Slot[] {
    const kept = matching(before, drafts);
    const addresses = addressesFor(before, drafts, kept) ?? freshAddresses(drafts);
    return drafts.map((draft, at) => {
      const same = kept[at];
      const address = addresses[at] as number;
      return same?.address === address ? same : this.newSlot(draft, address);
    });
  }

  private newSlot({ chunks, key }: Draft, address: number): Slot {
    const [outer] = chunks;
    const parts = chunks.map((chunk, order): Part => {
      const collect = (scan: (report: (name: number) => void) => void): Int32Array => {
        const found = new Set<number>();
        scan((name) => found.add(name));
        return Int32Array.from(found);
      };
      return {
        // No two chunks are as near to each other as this.
        id: address + order,
        at: chunk.start - (outer?.start ?? 0),
        names: collect((report) => this.namesOf(chunk, report)),
        defines: collect((report) => namesDefinedIn(this.source, chunk, this.names, report)),
        stores: collect((report) => namesStoredIn(this.source, chunk, this.names, report)),
        facts: null,
      };
    });
    return { key, address, parts };
  }

  private namesOf({ firstToken, endToken }: Chunk, report: (name: number) => void): void {
    const { kinds, starts, ends } = this.source.tokens;
    for (let token = firstToken; token < endToken; token++) {
      if (kinds[token] === TokenKind.identifier)
        report(this.names.intern(this.text, starts[token] as number, ends[token] as number));
    }
  }

  /** Brings the indexes from the slots before to those of now. */
  private index(before: readonly Slot[], drafts: readonly Draft[]): void {
    const now = new Set(this.slots);
    const old = new Set(before);
    const gone = before.filter((slot) => !now.has(slot));
    const fresh = this.slots.filter((slot) => !old.has(slot));
    this.touched = null;
    if (gone.length + fresh.length > MANY) this.indexAnew();
    else {
      this.touched = touchedBy([...gone, ...fresh]);
      for (const slot of gone) this.eachName(slot, without);
      for (const slot of fresh) this.eachName(slot, withOne);
    }
    this.places = new Map();
    this.slots.forEach((slot, at) => {
      slot.parts.forEach((part, order) => {
        const chunk = drafts[at]?.chunks[order];
        if (chunk !== undefined) this.places.set(part.id, { chunk, part, slot });
      });
    });
    this.chunkIds = [...this.places.keys()];
  }

  private indexAnew(): void {
    for (const index of [this.mentioning, this.defining, this.storing]) index.clear();
    const lists = new Map<readonly number[], number[]>();
    // Slots come in order: each list grows at its end.
    const append = (ids: readonly number[], id: number): readonly number[] => {
      const list = lists.get(ids) ?? [...ids];
      list.push(id);
      lists.set(list, list);
      return list;
    };
    for (const slot of this.slots) this.eachName(slot, append);
  }

  private eachName({ parts }: Slot, change: (ids: readonly number[], id: number) => readonly number[]): void {
    for (const { id, names, defines, stores } of parts) {
      for (const [index, list] of [
        [this.mentioning, names],
        [this.defining, defines],
        [this.storing, stores],
      ] as const) {
        for (const name of list) {
          const ids = change(index.get(name) ?? none, id);
          if (ids.length === 0) index.delete(name);
          else index.set(name, ids);
        }
      }
    }
  }
}

/** What an edit bears on. */
interface Touched {
  readonly chunks: ReadonlySet<number>;
  /** All names the chunks hold. */
  readonly names: ReadonlySet<number>;
}

function touchedBy(slots: readonly Slot[]): Touched {
  const chunks = new Set<number>();
  const names = new Set<number>();
  for (const { parts } of slots) {
    for (const { id, names: held, defines, stores } of parts) {
      chunks.add(id);
      for (const list of [held, defines, stores]) for (const name of list) names.add(name);
    }
  }
  return { chunks, names };
}

/** Slots whose names are not taken in and out one by one. */
const MANY = 40;

const none: readonly number[] = [];
const noNames = new Int32Array(0);

function without(ids: readonly number[], id: number): readonly number[] {
  return ids.filter((other) => other !== id);
}

function withOne(ids: readonly number[], id: number): readonly number[] {
  const last = ids.at(-1);
  if (last === undefined || last < id) return [...ids, id];
  return [...ids, id].sort((a, b) => a - b);
}

/** Addresses with much room; none was given before. */
function freshAddresses(drafts: readonly Draft[]): readonly number[] {
  let end = 0;
  return drafts.map(({ stretch: { start, from, to } }) => {
    const address = end + 2 * (start - from) + ROOM;
    end = address + 2 * (to - start) + ROOM;
    return address;
  });
}

/** Addresses that leave what is kept where it is; null where there is no room. */
function addressesFor(
  before: readonly Slot[],
  drafts: readonly Draft[],
  kept: readonly (Slot | undefined)[],
): readonly number[] | null {
  if (!kept.some((slot) => slot !== undefined)) return null;
  const addresses = kept.map((slot) => slot?.address);
  for (let from = 0; from < drafts.length; from++) {
    if (kept[from] !== undefined) continue;
    let to = from;
    while (to < drafts.length && kept[to] === undefined) to += 1;
    const low = from === 0 ? 0 : endOf(drafts[from - 1] as Draft, kept[from - 1]?.address ?? 0);
    const next = drafts[to];
    const high =
      next === undefined ? null : (kept[to]?.address ?? 0) - (next.stretch.start - next.stretch.from);
    const between = drafts.slice(from, to);
    const last = before.at(-1)?.address ?? 0;
    const gone = before.filter(({ address }) => low <= address && address < (high ?? last + 1));
    // What was edited keeps its place, where it still fits.
    const own = gone.map(({ address }) => address);
    const found = fits(between, own, low, high) ? own : spread(between, low, high);
    if (found === null) return null;
    found.forEach((address, at) => {
      addresses[from + at] = address;
    });
    from = to;
  }
  const all = addresses.map((address) => address ?? 0);
  return fits(drafts, all, 0, null) ? all : null;
}

function endOf({ stretch: { start, to } }: Draft, address: number): number {
  return address + to - start;
}

/** Whether no stretch reaches into the next. */
function fits(
  drafts: readonly Draft[],
  addresses: readonly number[],
  low: number,
  high: number | null,
): boolean {
  if (drafts.length !== addresses.length) return false;
  let end = low;
  for (const [at, draft] of drafts.entries()) {
    const address = addresses[at] as number;
    if (address - (draft.stretch.start - draft.stretch.from) < end) return false;
    end = endOf(draft, address);
  }
  return high === null || end <= high;
}

/** Addresses at equal distances between two others. */
function spread(drafts: readonly Draft[], low: number, high: number | null): readonly number[] | null {
  const needed = drafts.reduce((sum, { stretch: { from, to } }) => sum + to - from, 0);
  const spare = high === null ? needed + ROOM * drafts.length : high - low - needed;
  if (spare < 0) return null;
  const gap = Math.floor(spare / (drafts.length + 1));
  let end = low;
  return drafts.map((draft) => {
    const address = end + gap + draft.stretch.start - draft.stretch.from;
    end = endOf(draft, address);
    return address;
  });
}

/** Top-level chunks, each with the chunks inside it. */
function draftsOf(source: SourceFile): Draft[] {
  const groups: { chunks: Chunk[]; end: number }[] = [];
  for (const chunk of source.chunks) {
    const last = groups.at(-1);
    if (last !== undefined && chunk.start < last.end) {
      last.chunks.push(chunk);
      last.end = Math.max(last.end, chunk.end);
    } else groups.push({ chunks: [chunk], end: chunk.end });
  }
  let from = 0;
  return groups.map(({ chunks, end }, at) => {
    const start = chunks[0]?.start ?? 0;
    const next = groups[at + 1]?.chunks[0]?.start;
    // What stands on the line of a slot's end belongs to it, what stands above the next to the next.
    const lineEnd = source.text.indexOf('\n', end) + 1;
    const to = next === undefined ? source.text.length : lineEnd === 0 ? next : Math.min(lineEnd, next);
    const stretch = { start, from, to };
    from = to;
    return { chunks, key: chunks.map((chunk) => keyOf(source, chunk, start)).join('\0\0'), stretch };
  });
}

function keyOf(source: SourceFile, chunk: Chunk, start: number): string {
  const { kinds } = source.tokens;
  const { firstToken: first, endToken: end } = chunk;
  // What a chunk defines is told from its tokens and those next to it.
  const around = [kinds[first - 2], kinds[first - 1], kinds[end]].join();
  const isDefine =
    kinds[first - 2] === TokenKind.directive &&
    source.text.slice(source.tokens.starts[first - 1], source.tokens.ends[first - 1]) === 'define';
  // Regions that end inside the chunk and began before it.
  const left = leavingIn(source, chunk);
  const leaving =
    left.length === 0
      ? ''
      : JSON.stringify(left.map(({ end: at, condition }) => [at - chunk.start, condition]));
  return `${chunk.start - start} ${around} ${isDefine} ${leaving}\0${contentKey(source, chunk)}`;
}

const endsOfRegions = new WeakMap<SourceFile, readonly PpRegion[]>();

/** The regions that end inside the chunk and began before it. */
function leavingIn(source: SourceFile, chunk: Chunk): readonly PpRegion[] {
  let byEnd = endsOfRegions.get(source);
  if (byEnd === undefined) {
    byEnd = [...source.regions].sort((a, b) => a.end - b.end);
    endsOfRegions.set(source, byEnd);
  }
  let low = 0;
  let high = byEnd.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((byEnd[middle] as PpRegion).end <= chunk.start) low = middle + 1;
    else high = middle;
  }
  const found: PpRegion[] = [];
  for (let at = low; at < byEnd.length && (byEnd[at] as PpRegion).end < chunk.end; at++)
    if ((byEnd[at] as PpRegion).start < chunk.start) found.push(byEnd[at] as PpRegion);
  return found;
}

/** For each new slot the one before that says the same, in order; what is left out is new. */
function matching(before: readonly Slot[], drafts: readonly Draft[]): readonly (Slot | undefined)[] {
  const kept: (Slot | undefined)[] = new Array(drafts.length).fill(undefined);
  let head = 0;
  while (head < before.length && head < drafts.length && before[head]?.key === drafts[head]?.key) {
    kept[head] = before[head];
    head += 1;
  }
  let oldEnd = before.length;
  let newEnd = drafts.length;
  while (oldEnd > head && newEnd > head && before[oldEnd - 1]?.key === drafts[newEnd - 1]?.key) {
    oldEnd -= 1;
    newEnd -= 1;
    kept[newEnd] = before[oldEnd];
  }
  const places = new Map<string, number[]>();
  for (let at = head; at < oldEnd; at++) {
    const { key } = before[at] as Slot;
    const list = places.get(key);
    if (list === undefined) places.set(key, [at]);
    else list.push(at);
  }
  let next = head;
  for (let at = head; at < newEnd; at++) {
    const found = places.get((drafts[at] as Draft).key)?.find((place) => place >= next);
    if (found === undefined) continue;
    kept[at] = before[found];
    next = found + 1;
  }
  return kept;
}
