/**
 * The outline of a file: what can be known from the tokens alone, without a parse.
 *
 * A file is cut into *chunks*, one for each top-level construct (function, declaration, directive). A chunk is
 * parsed alone, when asked for: an error in one function cannot reach its neighbour, an edit redoes one chunk, an
 * incremental parse equals a fresh one by construction, and no syntax tree outlives the call that made it.
 */
import type { Span } from '../text/span.js';
import type { PpCondition, PpRegion } from './ir.js';
import type { Tokens } from './lexer.js';
import type { Directive, PpGroup } from './preprocessor.js';

export type ChunkKind =
  /** A function definition, its head and body. */
  | 'function'
  /** Any other declaration: variable, type, prototype. */
  | 'declaration'
  /** `#define`, with its continuation lines. */
  | 'macro'
  | 'include'
  /** A macro invoked at file level. */
  | 'invocation'
  /** Tokens that are no C construct known to us: listed, parsed as they are, and reported when unclean. */
  | 'other';

export interface Chunk extends Span {
  readonly index: number;
  readonly kind: ChunkKind;
  /** The name it defines as far as tokens tell: function, macro, `struct x`, variable; null when unclear. */
  readonly name: string | null;
  /** Offset of a function's name; -1 for other kinds. */
  readonly nameStart: number;
  /** Condition of the `#if` around it. */
  readonly condition: PpCondition;
  /** Its tokens: [firstToken, endToken). Comments and directives between them are among them. */
  readonly firstToken: number;
  readonly endToken: number;
}

/**
 * One file, cut into chunks. Plain data; `text` is the file as given.
 *
 * Chunks are in order of their start and disjoint, but for one case: `#define` and `#include` within a function
 * or a type are chunks of their own, inside the span of the chunk around them (whose parse does not see them).
 */
export interface SourceFile {
  /** Relative to the tree, `/` between parts. */
  readonly path: string;
  readonly text: string;
  readonly chunks: readonly Chunk[];
  readonly regions: readonly PpRegion[];
  /** Comment spans, in order. */
  readonly comments: readonly Span[];
  readonly tokens: Tokens;
  readonly directives: readonly Directive[];
  /** The `#if` groups, in order of their opening. */
  readonly groups: readonly PpGroup[];
}

/** A rewrite of the dialect pass: the original text at this span means `kind`, whatever the parser was shown. */
export interface Rewrite extends Span {
  readonly kind: RewriteKind;
}

export type RewriteKind =
  /** Blanked: `__init`, `__user`, `__attribute__((...))`, `__free(kfree)`, label attributes. */
  | 'annotation'
  /** A type as a macro argument, shown to the parser as one identifier of the same length. */
  | 'type-argument'
  /** The name of a loop macro before `( ... ) stmt`, shown as `while`. */
  | 'loop-macro'
  /** The name of a macro before `( ... ) stmt` whose body runs once, shown as `while`. */
  | 'block-macro'
  /** `typeof(x)` where a type stands, shown as one type name. */
  | 'typeof'
  /** White space shown as `;` after a macro invoked without one. */
  | 'semicolon'
  /** The head of a definition by macro (`SYSCALL_DEFINE3(...)`), shown as a plain function head. */
  | 'definition-macro'
  /** Any other same-length substitution of punctuation or operators: `args...`, `a ... b`. */
  | 'notation';
