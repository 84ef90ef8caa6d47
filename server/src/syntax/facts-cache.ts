/**
 * Facts kept from one version of a text to the next.
 *
 * What a chunk says depends on its text, on the conditions it and its parts stand under, and on nothing else; where it
 * stands only shifts the spans. So facts are kept by content and moved when asked for at another place. The cache
 * changes no answer: a miss parses.
 */
import { regionsWithin } from './build/conditions-within.js';
import type { ChunkFacts } from './ir.js';
import type { Chunk, SourceFile } from './source.js';

interface Entry {
  readonly facts: ChunkFacts;
  /** Where the chunk stood when the facts were read or last moved. */
  readonly start: number;
}

export interface FactsSource {
  facts(file: SourceFile, chunk: Chunk): ChunkFacts;
}

/** Source text whose facts are kept, in characters: several large drivers and their headers. */
const DEFAULT_CAPACITY = 2_000_000;

export class FactsCache {
  readonly #source: FactsSource;
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #held = 0;

  /** `capacity` counts characters of source text. */
  constructor(source: FactsSource, capacity = DEFAULT_CAPACITY) {
    this.#source = source;
    this.#capacity = capacity;
  }

  /** Characters of source text whose facts are held. */
  get size(): number {
    return this.#held;
  }

  facts(file: SourceFile, chunk: Chunk): ChunkFacts {
    const key = contentKey(file, chunk);
    const known = this.#entries.get(key);
    if (known && known.start === chunk.start) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.facts;
    }
    const facts = known ? moved(known.facts, chunk.start - known.start) : this.#source.facts(file, chunk);
    this.#keep(key, { facts, start: chunk.start });
    return facts;
  }

  #keep(key: string, entry: Entry): void {
    if (!this.#entries.delete(key)) this.#held += key.length;
    this.#entries.set(key, entry);
    while (this.#held > this.#capacity && this.#entries.size > 1) {
      const [oldest] = this.#entries.keys();
      if (oldest === undefined) return;
      this.#entries.delete(oldest);
      this.#held -= oldest.length;
    }
  }
}

/** Everything the facts of a chunk depend on, but for its place. */
export function contentKey(file: SourceFile, chunk: Chunk): string {
  const inner = regionsWithin(file, chunk).map(({ start, end, condition }) => [
    start - chunk.start,
    end - chunk.start,
    condition,
  ]);
  const around =
    chunk.condition.kind === 'true' && inner.length === 0 ? '' : JSON.stringify([chunk.condition, inner]);
  return `${chunk.kind}\0${chunk.name ?? ''}\0${around}\0${file.text.slice(chunk.start, chunk.end)}`;
}

/** The same facts for a chunk that stands `by` further on. */
export function moved(facts: ChunkFacts, by: number): ChunkFacts {
  return by === 0 ? facts : (shifted(facts, by) as ChunkFacts);
}

function shifted(value: object, by: number): object {
  if (Array.isArray(value)) {
    return value.length === 0
      ? value
      : value.map((item: unknown) => (isObject(item) ? shifted(item, by) : item));
  }
  const copy: Record<string, unknown> = {};
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const field = fields[key];
    // The only number in facts that is no offset counts a type's stars.
    if (typeof field === 'number') copy[key] = key === 'pointers' ? field : field + by;
    else copy[key] = isObject(field) ? shifted(field, by) : field;
  }
  return copy;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
