/** The names that are seen in a call: its parameters, and the declarations of the blocks that are open. */
import type { Declarator, Param, TypeRef } from '../../../syntax/ir.js';

export interface Local {
  /** Where it is kept. */
  readonly place: string;
  /** Null for a name that was given no type. */
  readonly type: TypeRef | null;
}

export class Locals {
  private readonly prefix: string;
  private seen: ReadonlyMap<string, Local>;
  /** Declarations met so far in the call: each is an object of its own. */
  private readonly places = new Map<Declarator, string>();
  private readonly taken = new Set<string>();

  constructor(prefix: string, params: readonly Param[]) {
    this.prefix = prefix;
    this.seen = new Map(params.map(({ name, type }) => [name, { place: prefix + name, type }]));
    for (const { name } of params) this.taken.add(prefix + name);
  }

  has(name: string): boolean {
    return this.seen.has(name);
  }

  get(name: string): Local | null {
    return this.seen.get(name) ?? null;
  }

  /** A name of the whole call, kept under that name. */
  add(name: string): void {
    const place = this.prefix + name;
    this.taken.add(place);
    this.seen = new Map(this.seen).set(name, { place, type: null });
  }

  /** From here to the end of the block the name means this declaration: C 2018, 6.2.1. */
  declare(declarator: Declarator): Local {
    const { name, type } = declarator;
    const local: Local = { place: this.placeOf(declarator), type };
    this.seen = new Map(this.seen).set(name, local);
    return local;
  }

  /** What is declared inside is seen no more afterwards. */
  inBlock<T>(body: () => T): T {
    const outside = this.seen;
    try {
      return body();
    } finally {
      this.seen = outside;
    }
  }

  /** The names seen now; `restore` brings them back. */
  snapshot(): ReadonlyMap<string, Local> {
    return this.seen;
  }

  restore(seen: ReadonlyMap<string, Local>): void {
    this.seen = seen;
  }

  private placeOf(declarator: Declarator): string {
    const known = this.places.get(declarator);
    if (known !== undefined) return known;
    const first = this.prefix + declarator.name;
    const place = this.taken.has(first) ? `${first}'${this.places.size}` : first;
    this.taken.add(place);
    this.places.set(declarator, place);
    return place;
  }
}
