/** What a detector sees of one function, and how it says what it found. */
import type { FunctionRef, Program, Scope } from '../../program/index.js';
import type { Expr, MacroFacts, Stmt } from '../../syntax/ir.js';
import type { Path } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { Resolver } from '../conditions/resolve.js';
import type { Origins } from '../values/origins.js';
import type { Candidate } from './collector.js';
import type { FileRole } from './roles.js';

export interface FileContext {
  readonly file: string;
  readonly role: FileRole;
  readonly program: Program;
  readonly resolver: Resolver;
  readonly origins: Origins;
  readonly macros: (name: string) => readonly MacroFacts[];
  readonly add: (candidate: Candidate) => void;
}

export interface FunctionContext extends FileContext {
  readonly fn: FunctionRef;
  readonly scope: Scope;
  /** Says that `at`, in this function, is a site of `kind`. */
  readonly emit: (
    kind: string,
    at: Span,
    more?: Omit<Candidate, 'kind' | 'file' | 'function' | 'at'>,
  ) => void;
}

/** What a purely syntactic detector needs: it works on macro bodies and initialisers too. */
export type MentionContext = Pick<FunctionContext, 'macros' | 'emit' | 'program' | 'file'>;

export type Node = Expr | Stmt;

/** Looks at every node of a function, parents first. */
export type NodeDetector = (ctx: FunctionContext, node: Node, parents: Path | null) => void;
/** Looks at a function as a whole. */
export type FunctionDetector = (ctx: FunctionContext) => void;
/** Looks at the file-level facts of a file. */
export type FileDetector = (ctx: FileContext) => void;

/** The record (`struct x`) an object expression has or points at; '' when not known. */
export function recordOf(ctx: FunctionContext, object: Expr): string {
  return ctx.program.typeOf(object, ctx.scope)?.base ?? '';
}
