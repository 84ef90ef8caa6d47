/**
 * What the builders share while one parsed text becomes facts: the tree, the way back to the original text, and what
 * has been found on the way. One of these lives as long as one reading of one chunk.
 */
import type { Span } from '../../text/span.js';
import type { EnumeratorFacts, Expr, PpCondition, RecordFacts, TypedefFacts } from '../ir.js';
import type { Rewrite, SourceFile } from '../source.js';
import type { ParseEngine } from '../tree/engine.js';
import type { FlatTree } from '../tree/flat-tree.js';
import { IS_ERROR, IS_EXTRA, IS_NAMED } from '../tree/flat-tree.js';
import { Field, Kind } from '../tree/kinds.js';
import { wordOf } from './intern.js';

/** Deeper than any kernel code; low enough that neither builders nor readers of the facts run out of stack. */
export const MAX_DEPTH = 400;

/** Reads a piece of the original text as an expression or a type, apart from the text around it. */
export interface FragmentReader {
  expression(c: BuildContext, span: Span): Expr;
}

export interface ContextParts {
  readonly tree: FlatTree;
  readonly engine: ParseEngine;
  readonly file: SourceFile;
  /** Offset in the file of offset 0 in the tree's text. */
  readonly shift: number;
  /** What of the text is the file's: a prefix and a suffix around it are not. Offsets in the file. */
  readonly bounds: Span;
  /** By where they start in the file. */
  readonly rewrites: ReadonlyMap<number, Rewrite>;
  readonly conditionAt: (offset: number) => PpCondition;
  readonly fragments: FragmentReader;
}

export class BuildContext {
  readonly tree: FlatTree;
  readonly engine: ParseEngine;
  readonly file: SourceFile;
  /** The file's text. */
  readonly source: string;
  readonly shift: number;
  readonly #low: number;
  readonly #high: number;
  readonly rewrites: ReadonlyMap<number, Rewrite>;
  readonly conditionAt: (offset: number) => PpCondition;
  readonly fragments: FragmentReader;
  /** False: no node of the tree is an error, so nobody need look for one. */
  readonly hasProblem: boolean;
  /** How deep the builders are. */
  depth = 0;
  /** Name of the record or function around, for records without a tag. */
  owner = '';
  readonly records: RecordFacts[] = [];
  readonly typedefs: TypedefFacts[] = [];
  readonly enumerators: EnumeratorFacts[] = [];
  #variables: Set<string> | undefined;

  constructor(parts: ContextParts) {
    this.tree = parts.tree;
    this.engine = parts.engine;
    this.file = parts.file;
    this.source = parts.file.text;
    this.shift = parts.shift;
    this.#low = parts.bounds.start;
    this.#high = parts.bounds.end;
    this.rewrites = parts.rewrites;
    this.conditionAt = parts.conditionAt;
    this.fragments = parts.fragments;
    this.hasProblem = parts.tree.firstProblem >= 0;
  }

  kind(node: number): number {
    return this.tree.kind[node] as number;
  }
  field(node: number): number {
    return this.tree.field[node] as number;
  }
  /** First index past the node's descendants. */
  after(node: number): number {
    return this.tree.after[node] as number;
  }
  /** Offset in the file. */
  start(node: number): number {
    return this.#inside((this.tree.start[node] as number) + this.shift);
  }
  /** The same for text around the file's own: before its start, behind its end. */
  unboundedStart(node: number): number {
    return (this.tree.start[node] as number) + this.shift;
  }
  end(node: number): number {
    return this.#inside((this.tree.end[node] as number) + this.shift);
  }
  #inside(offset: number): number {
    return offset < this.#low ? this.#low : offset > this.#high ? this.#high : offset;
  }
  isNamed(node: number): boolean {
    return ((this.tree.flags[node] as number) & IS_NAMED) !== 0;
  }
  isError(node: number): boolean {
    return ((this.tree.flags[node] as number) & IS_ERROR) !== 0;
  }
  /** A named child that means something: not punctuation, not a comment; an ERROR is one. */
  isContent(node: number): boolean {
    const flags = this.tree.flags[node] as number;
    return (flags & IS_NAMED) !== 0 && ((flags & IS_EXTRA) === 0 || (flags & IS_ERROR) !== 0);
  }

  /** The original text of the node. */
  text(node: number): string {
    return this.source.slice(this.start(node), this.end(node));
  }
  /** The original text of an identifier, as one shared string. */
  word(node: number): string {
    const start = this.start(node);
    // A word whose last letter made way for a `;`.
    const isCut = this.rewriteAt(node)?.kind === 'semicolon';
    return wordOf(this.source, start, this.end(node) + (isCut ? 1 : 0));
  }
  /** The node type, or the token itself for punctuation. */
  typeOf(node: number): string {
    return this.engine.kinds.words[this.kind(node)] ?? '';
  }

  /** The first child with this field; -1 for none. */
  child(node: number, field: number): number {
    const end = this.after(node);
    for (let child = node + 1; child < end; child = this.after(child)) {
      if (this.field(child) === field) return child;
    }
    return -1;
  }
  /** The first content child; -1 for none. */
  firstContent(node: number): number {
    const end = this.after(node);
    for (let child = node + 1; child < end; child = this.after(child)) {
      if (this.isContent(child)) return child;
    }
    return -1;
  }
  /** All content children. */
  contents(node: number): number[] {
    const found: number[] = [];
    const end = this.after(node);
    for (let child = node + 1; child < end; child = this.after(child)) {
      if (this.isContent(child)) found.push(child);
    }
    return found;
  }

  rewriteAt(node: number): Rewrite | undefined {
    return this.rewrites.size === 0 ? undefined : this.rewrites.get(this.start(node));
  }

  /** Names declared as variables or parameters anywhere in this text, whether or not already declared at a place. */
  variables(): Set<string> {
    if (this.#variables) return this.#variables;
    const names = new Set<string>();
    const { kind, field, count } = this.tree;
    for (let node = 0; node < count; node++) {
      if (kind[node] === Kind.identifier && field[node] === Field.declarator) names.add(this.word(node));
    }
    this.#variables = names;
    return names;
  }
  /** Adds names that the text does not declare: a macro's parameters. */
  addVariables(names: Iterable<string>): void {
    const known = this.variables();
    for (const name of names) known.add(name);
  }
}
