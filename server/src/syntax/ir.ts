/**
 * What one file says, as plain serialisable data: the only thing later stages see of the syntax.
 *
 * Every node carries its span in the original text (UTF-16 code units from the start of the file), whatever
 * the dialect pass rewrote around it.
 */
import type { Span } from '../text/span.js';

/** A type as far as later stages need it: what it is made of, how many pointers away. */
export interface TypeRef {
  /** `struct virtqueue`, `union foo`, `enum bar`, `u64`, `unsigned long`, `dma_addr_t`; '' when not known. */
  readonly base: string;
  /** Levels of `*`; an array counts as one. */
  readonly pointers: number;
  /** True for a function or a pointer to one; `base` and `pointers` are then those of what it returns. */
  readonly isFunction?: boolean;
  /** Present for a function (pointer) type written with its parameters. */
  readonly params?: readonly Param[];
  /** Present for an array written with its sizes, outermost first. */
  readonly sizes?: readonly Expr[];
  /** Present when the type was written as `typeof(expr)`: the expression. */
  readonly typeOf?: Expr;
}

// ---- expressions -----------------------------------------------------------------------------------------

export type Expr =
  | NameExpr
  | NumberExpr
  | StringExpr
  | CharExpr
  | CallExpr
  | MemberExpr
  | IndexExpr
  | UnaryExpr
  | UpdateExpr
  | BinaryExpr
  | AssignExpr
  | ConditionalExpr
  | CastExpr
  | SizeofExpr
  | TypeExpr
  | InitExpr
  | StatementExpr
  | CommaExpr
  | OpaqueExpr;

export interface NameExpr extends Span {
  readonly kind: 'name';
  readonly name: string;
}
export interface NumberExpr extends Span {
  readonly kind: 'number';
  readonly text: string;
}
export interface StringExpr extends Span {
  readonly kind: 'string';
  readonly text: string;
}
export interface CharExpr extends Span {
  readonly kind: 'char';
  readonly text: string;
}
/** A call, or a function-like macro used as an expression. */
export interface CallExpr extends Span {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly args: readonly Expr[];
}
export interface MemberExpr extends Span {
  readonly kind: 'member';
  readonly object: Expr;
  readonly field: string;
  readonly isArrow: boolean;
}
export interface IndexExpr extends Span {
  readonly kind: 'index';
  readonly object: Expr;
  readonly index: Expr;
}
export interface UnaryExpr extends Span {
  readonly kind: 'unary';
  readonly op: '!' | '~' | '-' | '+' | '*' | '&' | '&&';
  readonly operand: Expr;
}
export interface UpdateExpr extends Span {
  readonly kind: 'update';
  readonly op: '++' | '--';
  readonly isPrefix: boolean;
  readonly operand: Expr;
}
export interface BinaryExpr extends Span {
  readonly kind: 'binary';
  readonly op: string;
  readonly left: Expr;
  readonly right: Expr;
}
export interface AssignExpr extends Span {
  readonly kind: 'assign';
  /** `=`, `+=`, `|=`, ... */
  readonly op: string;
  readonly target: Expr;
  readonly value: Expr;
}
export interface ConditionalExpr extends Span {
  readonly kind: 'conditional';
  readonly test: Expr;
  /** Null for GNU `a ?: b`. */
  readonly then: Expr | null;
  readonly otherwise: Expr;
}
export interface CastExpr extends Span {
  readonly kind: 'cast';
  readonly type: TypeRef;
  readonly operand: Expr;
}
/** `sizeof`, `_Alignof`, `offsetof`: never evaluated, so nothing inside is a use. */
export interface SizeofExpr extends Span {
  readonly kind: 'sizeof';
  readonly op: string;
  readonly type: TypeRef | null;
  readonly operand: Expr | null;
}
/** A type standing as a macro argument: `container_of(p, struct x, m)`. */
export interface TypeExpr extends Span {
  readonly kind: 'type';
  readonly type: TypeRef;
  /** Present when a whole declaration stands there: `TP_PROTO(struct x *name)`. */
  readonly name?: string;
}
export interface InitItem {
  /** `.a.b[3] = v` gives ['a', 'b', Expr(3)]; no designator gives []. */
  readonly designators: readonly (string | Expr)[];
  readonly value: Expr;
  /** Present when the item stands under an `#if` inside the list. */
  readonly condition?: PpCondition;
}
/** `{ ... }`, or `(struct x){ ... }` when `type` is there. */
export interface InitExpr extends Span {
  readonly kind: 'init';
  readonly type: TypeRef | null;
  readonly items: readonly InitItem[];
}
/** GNU `({ ... })`. Its value is that of its last expression statement. */
export interface StatementExpr extends Span {
  readonly kind: 'statements';
  readonly body: readonly Stmt[];
}
export interface CommaExpr extends Span {
  readonly kind: 'comma';
  readonly parts: readonly Expr[];
}
/** Something the grammar could not read; the parts that could be read are kept. */
export interface OpaqueExpr extends Span {
  readonly kind: 'opaque';
  readonly why: string;
  readonly parts: readonly Expr[];
}

// ---- statements ------------------------------------------------------------------------------------------

export type Stmt =
  | DeclStmt
  | ExprStmt
  | BlockStmt
  | IfStmt
  | LoopStmt
  | MacroBlockStmt
  | SwitchStmt
  | CaseStmt
  | LabelStmt
  | GotoStmt
  | ReturnStmt
  | BreakStmt
  | ContinueStmt
  | AsmStmt
  | OpaqueStmt;

export interface Declarator extends Span {
  readonly name: string;
  readonly type: TypeRef;
  readonly init: Expr | null;
  readonly isStatic: boolean;
}
export interface DeclStmt extends Span {
  readonly kind: 'decl';
  readonly declarators: readonly Declarator[];
}
export interface ExprStmt extends Span {
  readonly kind: 'expr';
  readonly expr: Expr;
}
export interface BlockStmt extends Span {
  readonly kind: 'block';
  readonly body: readonly Stmt[];
}
export interface IfStmt extends Span {
  readonly kind: 'if';
  readonly test: Expr;
  readonly then: Stmt;
  readonly otherwise: Stmt | null;
}
export interface LoopStmt extends Span {
  readonly kind: 'loop';
  readonly form: 'while' | 'do' | 'for';
  readonly init: Stmt | null;
  readonly test: Expr | null;
  readonly update: Expr | null;
  readonly body: Stmt;
}
/** `list_for_each_entry(a, b, c) stmt`, `scoped_guard(mutex, &m) stmt`: a call to `macro`, with a body. */
export interface MacroBlockStmt extends Span {
  readonly kind: 'macroblock';
  readonly macro: string;
  readonly args: readonly Expr[];
  /** True when the body may run any number of times; false when it runs once (a guard). */
  readonly isLoop: boolean;
  readonly body: Stmt;
}
export interface SwitchStmt extends Span {
  readonly kind: 'switch';
  readonly subject: Expr;
  readonly body: Stmt;
}
/** A case label; what follows it in the list belongs to it until the next one, as in C. */
export interface CaseStmt extends Span {
  readonly kind: 'case';
  /** Null for `default`. */
  readonly value: Expr | null;
  /** Upper end of GNU `case a ... b`. */
  readonly upTo: Expr | null;
}
export interface LabelStmt extends Span {
  readonly kind: 'label';
  readonly name: string;
}
export interface GotoStmt extends Span {
  readonly kind: 'goto';
  /** Null for a computed goto. */
  readonly label: string | null;
}
export interface ReturnStmt extends Span {
  readonly kind: 'return';
  readonly value: Expr | null;
}
export interface BreakStmt extends Span {
  readonly kind: 'break';
}
export interface ContinueStmt extends Span {
  readonly kind: 'continue';
}
export interface AsmStmt extends Span {
  readonly kind: 'asm';
  readonly operands: readonly Expr[];
  /** Present for `asm goto`: where it may jump. */
  readonly labels?: readonly string[];
}
export interface OpaqueStmt extends Span {
  readonly kind: 'opaque';
  readonly why: string;
  readonly parts: readonly Expr[];
}

// ---- preprocessor conditions -----------------------------------------------------------------------------

/** The `#if` condition a piece of text stands under. Atoms are as written: `CONFIG_X`, `PAGE_SIZE > 4096`. */
export type PpCondition =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  /** `#ifdef NAME`, `defined(NAME)`. */
  | { readonly kind: 'defined'; readonly name: string }
  /** `IS_ENABLED(NAME)`, `IS_BUILTIN(NAME)`, `IS_REACHABLE(NAME)`, `IS_MODULE(NAME)`. */
  | { readonly kind: 'enabled'; readonly test: string; readonly name: string }
  | { readonly kind: 'opaque'; readonly text: string }
  | { readonly kind: 'not'; readonly of: PpCondition }
  | { readonly kind: 'and'; readonly of: readonly PpCondition[] }
  | { readonly kind: 'or'; readonly of: readonly PpCondition[] };

/** Text under a condition. Regions nest; the innermost holds the conjunction of all around it. */
export interface PpRegion extends Span {
  readonly condition: PpCondition;
}

// ---- facts of one chunk ----------------------------------------------------------------------------------

export interface Param {
  readonly name: string;
  readonly type: TypeRef;
}

/**
 * One reading of a function's body. A body without `#else` (and whose `#if` arms are whole statements) has one
 * variant with `when` null; else one per arm, so that each arm is read exactly once as real code.
 */
export interface BodyVariant {
  readonly when: PpCondition | null;
  readonly body: readonly Stmt[];
}

export interface FunctionFacts extends Span {
  readonly name: string;
  /** Span of the name. */
  readonly nameSpan: Span;
  readonly returnType: TypeRef;
  readonly params: readonly Param[];
  readonly isStatic: boolean;
  /** The macro that defines it, as in `SYSCALL_DEFINE3(open, ...) {`; null for plain C. */
  readonly definedBy: string | null;
  /** What that macro was given first: `open`. */
  readonly subject?: string;
  readonly condition: PpCondition;
  readonly variants: readonly BodyVariant[];
  /** Why it did not parse; null when it parsed without error in every variant. */
  readonly unclean: { readonly at: number; readonly reason: string } | null;
}

export interface MacroFacts extends Span {
  readonly name: string;
  /** Null for an object-like macro. */
  readonly params: readonly string[] | null;
  readonly isVariadic: boolean;
  readonly condition: PpCondition;
  /** The body as text, continuation lines kept. */
  readonly bodySpan: Span;
  /** The body read as an expression or as statements; null when it is neither (or empty). */
  readonly expr: Expr | null;
  readonly body: readonly Stmt[] | null;
}

export interface FieldFacts {
  readonly name: string;
  readonly type: TypeRef;
  readonly span: Span;
  /** Present for a bit field: its width. */
  readonly bits?: Expr;
  /** Present when the field stands under an `#if` inside the record. */
  readonly condition?: PpCondition;
}

/** A struct or union definition; fields of anonymous members are listed as its own. */
export interface RecordFacts extends Span {
  /**
   * `struct virtqueue`, `union x`. One without a tag takes its name from what it is the type of, so that the base of
   * that thing's type leads here: a typedef's name; `struct virtqueue.packed` for a member of `struct virtqueue`;
   * `struct .table` for a variable. Else ''.
   */
  readonly tag: string;
  readonly fields: readonly FieldFacts[];
  readonly condition: PpCondition;
}

export interface GlobalFacts extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly type: TypeRef;
  readonly init: Expr | null;
  readonly isStatic: boolean;
  readonly isExtern: boolean;
  /** Present when a macro defines it, as in `DEFINE_PER_CPU(int, name) = 1;`. */
  readonly definedBy?: string;
  readonly condition: PpCondition;
}

export interface PrototypeFacts extends Span {
  readonly name: string;
  readonly returnType: TypeRef;
  readonly params: readonly Param[];
  readonly condition: PpCondition;
}

/** `typedef T name`. Not listed for a record or enum without a tag: that takes `name` as its own. */
export interface TypedefFacts extends Span {
  readonly name: string;
  readonly type: TypeRef;
}

export interface EnumeratorFacts extends Span {
  readonly name: string;
  readonly value: Expr | null;
  /** `enum x`, or the typedef's name; present when the enum has one. */
  readonly tag?: string;
  /** Present when it stands under an `#if` inside the enum. */
  readonly condition?: PpCondition;
}

export interface IncludeFacts extends Span {
  readonly path: string;
  readonly isSystem: boolean;
  readonly condition: PpCondition;
}

/** A macro invoked at file level: `MODULE_DEVICE_TABLE(virtio, id_table);`, `module_virtio_driver(x);`. */
export interface InvocationFacts extends Span {
  readonly macro: string;
  readonly args: readonly Expr[];
  readonly condition: PpCondition;
}

/** Everything one chunk (a top-level piece of a file) says. */
export interface ChunkFacts {
  readonly functions: readonly FunctionFacts[];
  readonly macros: readonly MacroFacts[];
  readonly records: readonly RecordFacts[];
  readonly globals: readonly GlobalFacts[];
  readonly prototypes: readonly PrototypeFacts[];
  readonly typedefs: readonly TypedefFacts[];
  readonly enumerators: readonly EnumeratorFacts[];
  readonly includes: readonly IncludeFacts[];
  readonly invocations: readonly InvocationFacts[];
  /** Places outside functions that could not be read. */
  readonly unclean: readonly { readonly at: number; readonly reason: string }[];
}
