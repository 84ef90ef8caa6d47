/** The facts of one chunk: every variant of it parsed, read, and put together. */

import { findWord } from '../../text/find-word.js';
import type { Span } from '../../text/span.js';
import type { ChunkFacts, Expr, FunctionFacts, PpCondition } from '../ir.js';
import type { Chunk, Rewrite, SourceFile } from '../source.js';
import type { ParseEngine } from '../tree/engine.js';
import { FlatTree } from '../tree/flat-tree.js';
import type { PreparedVariant } from '../variants.js';
import { prepare } from '../variants.js';
import { correction } from './ambiguity.js';
import { conditionsWithin } from './conditions-within.js';
import { BuildContext, type FragmentReader } from './context.js';
import { emptyReading, invocationOf, type Reading, readTopLevel } from './declaration.js';
import { fragmentText, readFragment } from './fragment.js';
import { readInclude } from './include.js';
import { kept } from './intern.js';
import { readMacro } from './macro.js';
import { mergeReadings, type VariantReading } from './merge.js';
import { mineParts } from './mine.js';
import { firstProblem } from './problem.js';

export const NO_FACTS: ChunkFacts = {
  functions: [],
  macros: [],
  records: [],
  globals: [],
  prototypes: [],
  typedefs: [],
  enumerators: [],
  includes: [],
  invocations: [],
  unclean: [],
};

/**
 * Text that is no construct of C is parsed for what names it may hold only up to this length: the parser's recovery takes
 * time that grows with the square of it, 0.4 s at 16 000 characters.
 */
const LONGEST_UNKNOWN = 16_000;

/** One text read: a variant of a chunk, a macro's body, a fragment. */
export interface ReadText {
  readonly text: string;
  /** Offset in the file of the text's offset 0. */
  readonly shift: number;
  /** What of it is the file's, as offsets in the file. */
  readonly bounds: Span;
  readonly rewrites: readonly Rewrite[];
}

/** Turns chunks into facts with one parser. What it answers depends on the file and the chunk alone. */
export class FactsReader {
  readonly #engine: ParseEngine;
  /** Trees to parse into; one for each text being read at the same time. */
  readonly #trees: FlatTree[] = [];
  readonly #fragments: FragmentReader;
  #fragmentDepth = 0;

  constructor(engine: ParseEngine) {
    this.#engine = engine;
    this.#fragments = { expression: (c, span) => this.#fragment(c, span) };
  }

  read(file: SourceFile, chunk: Chunk): ChunkFacts {
    switch (chunk.kind) {
      case 'include':
        return { ...NO_FACTS, includes: readInclude(file, chunk) };
      case 'macro':
        return { ...NO_FACTS, macros: readMacro(this, file, chunk) };
      default:
        return this.#readCode(file, chunk);
    }
  }

  /** Parses a text, corrects what the parser could not know, and hands the result to `use`. */
  withTree<T>(
    file: SourceFile,
    read: ReadText,
    conditionAt: (offset: number) => PpCondition,
    macroParams: readonly string[] | null,
    use: (c: BuildContext) => T,
  ): T {
    const tree = this.#trees.pop() ?? new FlatTree();
    try {
      let text = read.text;
      let rewrites = rewritesByStart(read.rewrites);
      for (let round = 0; ; round++) {
        this.#engine.parse(text, tree);
        const c = new BuildContext({
          tree,
          engine: this.#engine,
          file,
          shift: read.shift,
          bounds: read.bounds,
          rewrites,
          conditionAt,
          fragments: this.#fragments,
        });
        if (macroParams) c.addVariables(macroParams);
        const better = round < 2 && tree.failure === null ? correction(c, macroParams) : null;
        if (!better) return use(c);
        text = better.text;
        rewrites = new Map(rewrites);
        for (const cast of better.casts) (rewrites as Map<number, Rewrite>).set(cast.start, cast);
      }
    } finally {
      this.#trees.push(tree);
    }
  }

  #readCode(file: SourceFile, chunk: Chunk): ChunkFacts {
    if (chunk.kind === 'other' && chunk.end - chunk.start > LONGEST_UNKNOWN) {
      return { ...NO_FACTS, unclean: [{ at: chunk.start, reason: 'a long stretch of text that is no C' }] };
    }
    const conditionAt = conditionsWithin(file, chunk);
    const readings = prepare(file, chunk).map((variant) =>
      this.#readVariant(file, chunk, variant, conditionAt),
    );
    return mergeReadings(readings);
  }

  #readVariant(
    file: SourceFile,
    chunk: Chunk,
    variant: PreparedVariant,
    conditionAt: (offset: number) => PpCondition,
  ): VariantReading {
    const text = readText(variant, chunk.end);
    return this.withTree(file, text, conditionAt, null, (c) => {
      const reading = emptyReading();
      readTopLevel(c, reading);
      if (chunk.kind === 'invocation') settleInvocation(c, chunk, reading);
      settleFunctions(c, file, chunk, variant.rewrites, reading);
      const { records, typedefs, enumerators } = c;
      return { ...reading, when: variant.when, records, typedefs, enumerators };
    });
  }

  /** A piece of the original text as an expression. */
  #fragment(outer: BuildContext, span: Span): Expr {
    if (this.#fragmentDepth >= DEEPEST_FRAGMENT)
      return { kind: 'opaque', why: 'nested too deeply', parts: [], ...span };
    this.#fragmentDepth++;
    try {
      const text = fragmentText(outer.file, span);
      return this.withTree(outer.file, text, outer.conditionAt, null, (c) => readFragment(c, span));
    } finally {
      this.#fragmentDepth--;
    }
  }
}

/** `typeof(typeof(...))` */
const DEEPEST_FRAGMENT = 8;
const NO_REWRITES: ReadonlyMap<number, Rewrite> = new Map();

/** A prepared text, whose own part ends at `end` of the file. */
export function readText(variant: PreparedVariant, end: number): ReadText {
  const { text, base, prefixLength, rewrites } = variant;
  return { text, shift: base - prefixLength, bounds: { start: base, end }, rewrites };
}

function rewritesByStart(rewrites: readonly Rewrite[]): ReadonlyMap<number, Rewrite> {
  if (rewrites.length === 0) return NO_REWRITES;
  const byStart = new Map<number, Rewrite>();
  for (const rewrite of rewrites) {
    if (rewrite.kind === 'annotation') continue;
    // The longest comes first and is what the parser was shown last: `a ## b ## c` was `a ## b` before. A call that is
    // shown as a declaration says nothing of the words it is shown by.
    const known = byStart.get(rewrite.start);
    if (!known || known.kind === 'definition-macro') byStart.set(rewrite.start, rewrite);
  }
  return byStart;
}

// ---- invocations --------------------------------------------------------------------------------------------

const CALL = /^(?:static\s+|extern\s+)*(\w+)\s*\(/;

/** A macro call that was shown to the parser as something that says nothing, like `struct tag`, is a call still. */
function settleInvocation(c: BuildContext, chunk: Chunk, reading: Reading): void {
  if (reading.invocations.length + reading.globals.length + reading.prototypes.length + c.records.length > 0)
    return;
  const text = c.source.slice(chunk.start, chunk.end);
  const match = CALL.exec(text);
  const close = text.lastIndexOf(')');
  if (!match?.[1] || close < 0) return;
  const start = chunk.start + match[0].indexOf(match[1]);
  const call = c.fragments.expression(c, { start, end: chunk.start + close + 1 });
  reading.invocations.push(invocationOf(call, c, chunk.start, chunk.end));
}

// ---- functions ----------------------------------------------------------------------------------------------

/**
 * A chunk that is a function by its tokens yields exactly that function: under the name the outline gave it, and
 * even when the parser found none (it is then unclean, not lost).
 */
function settleFunctions(
  c: BuildContext,
  file: SourceFile,
  chunk: Chunk,
  rewrites: readonly Rewrite[],
  reading: Reading,
): void {
  if (chunk.kind !== 'function') return;
  const head = rewrites.find((rewrite) => rewrite.kind === 'definition-macro');
  const words = head ? (file.text.slice(head.start, head.end).match(/\w+/g) ?? []) : [];
  const definedBy = words[0] === undefined ? null : kept(words[0]);
  const at = mainFunction(reading.functions, chunk.name);
  const found = reading.functions[at];
  const facts = found ?? lostFunction(c, chunk);
  const name = chunk.name ?? facts.name;
  const nameSpan = facts.name === name && found ? facts.nameSpan : findName(file.text, name, chunk);
  const others = reading.functions.filter((_, index) => index !== at);
  const subject = words[1] === undefined ? {} : { subject: kept(words[1]) };
  const span = { start: Math.min(facts.start, nameSpan.start), end: Math.max(facts.end, nameSpan.end) };
  const settled = { ...facts, ...span, name, nameSpan, definedBy, ...subject, condition: chunk.condition };
  // Code outside the function that does not parse is the function's failure too: nothing else reports it.
  const [stray] = reading.unclean;
  reading.functions.splice(
    0,
    reading.functions.length,
    stray ? { ...settled, unclean: settled.unclean ?? stray } : settled,
  );
  reading.functions.push(...others);
  reading.unclean.length = 0;
}

/** Index of the function the chunk is about; -1 when there is none. */
function mainFunction(functions: readonly FunctionFacts[], name: string | null): number {
  const named = functions.findIndex((facts) => facts.name === name);
  return named >= 0 || functions.length === 0 ? named : functions.length - 1;
}

function lostFunction(c: BuildContext, chunk: Chunk): FunctionFacts {
  const problem = firstProblem(c, 0, c.tree.count) ?? { at: chunk.start, reason: 'not read as a function' };
  const { start, end } = chunk;
  const parts = c.tree.count > 0 ? mineParts(c, 0) : [];
  return {
    name: '',
    nameSpan: { start, end: start },
    returnType: { base: '', pointers: 0 },
    params: [],
    isStatic: false,
    definedBy: null,
    condition: chunk.condition,
    variants: [{ when: null, body: [{ kind: 'opaque', why: problem.reason, parts, start, end }] }],
    unclean: problem,
    start,
    end,
  };
}

function findName(text: string, name: string, chunk: Chunk): { start: number; end: number } {
  const found = findWord(text, name, chunk.start);
  const at = found < 0 ? chunk.start : found;
  return at < chunk.end ? { start: at, end: at + name.length } : { start: chunk.start, end: chunk.start };
}
