/** A source of which every place is told by its address. What is not asked for is not worked out. */
import type { PpRegion } from '../../syntax/ir.js';
import type { Tokens } from '../../syntax/lexer.js';
import type { Chunk, SourceFile } from '../../syntax/source.js';
import type { Span } from '../../text/span.js';
import type { Layout } from './layout.js';

export class AddressedSource implements SourceFile {
  readonly path: string;
  private readonly source: SourceFile;
  private readonly layout: Layout;
  private readonly ids: readonly number[];
  private readonly known = new Map<string, unknown>();

  /** `ids`: the numbers of the chunks, by which programs know them. */
  constructor(source: SourceFile, layout: Layout, ids: readonly number[]) {
    this.path = source.path;
    this.source = source;
    this.layout = layout;
    this.ids = ids;
  }

  get text(): string {
    return this.layout.addressedText;
  }

  get tokens(): Tokens {
    return this.once('tokens', () => this.movedTokens());
  }

  get chunks(): readonly Chunk[] {
    return this.once('chunks', () =>
      this.source.chunks.map((chunk, at) => ({
        ...this.moved(chunk),
        index: this.ids[at] ?? chunk.index,
        nameStart: chunk.nameStart < 0 ? -1 : this.layout.addressOf(chunk.nameStart),
      })),
    );
  }

  get regions(): readonly PpRegion[] {
    return this.once('regions', () => this.source.regions.map((region) => this.moved(region)));
  }

  get comments(): readonly Span[] {
    return this.once('comments', () => this.source.comments.map((comment) => this.moved(comment)));
  }

  get directives(): SourceFile['directives'] {
    return this.once('directives', () => this.source.directives.map((directive) => this.moved(directive)));
  }

  get groups(): SourceFile['groups'] {
    return this.once('groups', () =>
      this.source.groups.map((group) => ({ ...group, arms: group.arms.map((arm) => this.moved(arm)) })),
    );
  }

  private once<T>(what: string, find: () => T): T {
    if (!this.known.has(what)) this.known.set(what, find());
    return this.known.get(what) as T;
  }

  private moved<T extends Span>(one: T): T {
    return { ...one, start: this.layout.addressOf(one.start), end: this.endOf(one.start, one.end) };
  }

  /** The end of what is not empty goes with its last character. */
  private endOf(start: number, end: number): number {
    return end > start ? this.layout.addressOf(end - 1) + 1 : this.layout.addressOf(end);
  }

  private movedTokens(): Tokens {
    const { count, kinds, starts, ends } = this.source.tokens;
    const [from, to] = [new Uint32Array(count), new Uint32Array(count)];
    for (let token = 0; token < count; token++) {
      const [start, end] = [starts[token] as number, ends[token] as number];
      from[token] = this.layout.addressOf(start);
      to[token] = this.endOf(start, end);
    }
    return { count, kinds, starts: from, ends: to };
  }
}
