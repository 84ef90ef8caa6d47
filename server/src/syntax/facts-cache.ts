/**
 * Facts kept from one version of a text to the next.
 *
 * What a chunk says depends on its text, on the conditions it and its parts stand under, and on nothing else; where it
 * stands only shifts the spans. So facts are kept by content and moved when asked for at another place. The cache
 * changes no answer: a miss parses.
 */
import type { ChunkFacts, PpRegion } from './ir.js';
import type { Chunk, SourceFile } from './source.js';

interface Entry {
  readonly facts: ChunkFacts;
  /** Where the chunk stood when the facts were read. */
  readonly start: number;
}

export interface FactsSource {
  facts(file: SourceFile, chunk: Chunk): ChunkFacts;
}

export class FactsCache {
  readonly #source: FactsSource;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();

  constructor(source: FactsSource, options: { readonly maxEntries?: number } = {}) {
    this.#source = source;
    this.#maxEntries = options.maxEntries ?? 20_000;
  }

  get size(): number {
    return this.#entries.size;
  }

  facts(file: SourceFile, chunk: Chunk): ChunkFacts {
    const key = contentKey(file, chunk);
    const known = this.#entries.get(key);
    const facts = known ? moved(known.facts, chunk.start - known.start) : this.#source.facts(file, chunk);
    // Last used last: the first key is the one to go.
    this.#entries.delete(key);
    this.#entries.set(key, { facts, start: chunk.start });
    if (this.#entries.size > this.#maxEntries) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    return facts;
  }
}

/** Everything the facts of a chunk depend on, but for its place. */
export function contentKey(file: SourceFile, chunk: Chunk): string {
  const inner: PpRegion[] = [];
  for (const region of file.regions) {
    if (region.start >= chunk.end) break;
    if (region.start >= chunk.start)
      inner.push({ ...region, start: region.start - chunk.start, end: region.end - chunk.start });
  }
  const around =
    chunk.condition.kind === 'true' && inner.length === 0 ? '' : JSON.stringify([chunk.condition, inner]);
  return `${chunk.kind}\0${chunk.name ?? ''}\0${around}\0${file.text.slice(chunk.start, chunk.end)}`;
}

/** The same facts for a chunk that stands `by` further on. */
function moved(facts: ChunkFacts, by: number): ChunkFacts {
  return by === 0 ? facts : (shifted(facts, by) as ChunkFacts);
}

function shifted(value: unknown, by: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.length === 0 ? value : value.map((item) => shifted(item, by));
  const copy: Record<string, unknown> = {};
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const field = fields[key];
    // The only numbers in facts are offsets: `start`, `end`, `at`.
    if (typeof field === 'number')
      copy[key] = key === 'start' || key === 'end' || key === 'at' ? field + by : field;
    else copy[key] = typeof field === 'object' ? shifted(field, by) : field;
  }
  return copy;
}
