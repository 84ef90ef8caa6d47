/** The names a function declares: its parameters, and its locals where they are visible. */
import type { CallExpr, Declarator, TypeRef } from '../../syntax/ir.js';
import { type Node, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { FunctionRef } from '../unit.js';

export interface Local {
  readonly name: string;
  readonly type: TypeRef;
  /** -1 for a local; else the parameter's position. */
  readonly param: number;
  /** Null for a parameter. */
  readonly declarator: Declarator | null;
  /** Where the name means this. */
  readonly visible: Span;
}

export interface Scope {
  /** The file whose names are in scope. */
  readonly file: string;
  /** Null at file level. */
  readonly fn: FunctionRef | null;
  readonly locals: readonly Local[];
  /** What `name` means at `offset`, the innermost declaration winning; null when it is no local. */
  lookup(name: string, offset: number): Local | null;
  /** The first statement of the form `MACRO(..., name, ...);`, which may declare the name: `LIST_HEAD(name);`. */
  introducedBy(name: string): CallExpr | null;
}

/** The scope of what stands outside functions. */
export function fileScope(file: string): Scope {
  return { file, fn: null, locals: [], lookup: () => null, introducedBy: () => null };
}

export function functionScope(fn: FunctionRef): Scope {
  const locals: Local[] = fn.params.map((param, index) => ({
    name: param.name,
    type: param.type,
    param: index,
    declarator: null,
    visible: { start: fn.start, end: fn.end },
  }));
  const introduced = new Map<string, CallExpr>();
  for (const variant of fn.variants) {
    collectLocals(variant.body, fn, locals);
    collectIntroduced(variant.body, introduced);
  }
  const byName = new Map<string, Local[]>();
  for (const local of locals) byName.set(local.name, [...(byName.get(local.name) ?? []), local]);
  return {
    file: fn.file,
    fn,
    locals,
    lookup(name, offset) {
      let best: Local | null = null;
      for (const local of byName.get(name) ?? []) {
        if (offset < local.visible.start || offset >= local.visible.end) continue;
        if (best === null || local.visible.start >= best.visible.start) best = local;
      }
      return best;
    },
    introducedBy: (name) => introduced.get(name) ?? null,
  };
}

function collectLocals(body: readonly Node[], fn: FunctionRef, locals: Local[]): void {
  walk(body, (node, up) => {
    if (node.kind !== 'decl') return;
    let block = up;
    while (block !== null && !opensScope(block.node)) block = block.up;
    const end = block?.node.end ?? fn.end;
    for (const declarator of node.declarators) {
      const visible = { start: declarator.start, end };
      locals.push({ name: declarator.name, type: declarator.type, param: -1, declarator, visible });
    }
  });
}

function collectIntroduced(body: readonly Node[], introduced: Map<string, CallExpr>): void {
  walk(body, (node) => {
    if (node.kind !== 'expr' || node.expr.kind !== 'call') return;
    for (const arg of node.expr.args) {
      if (arg.kind === 'name' && !introduced.has(arg.name)) introduced.set(arg.name, node.expr);
    }
  });
}

function opensScope(node: Node): boolean {
  return (
    node.kind === 'block' || node.kind === 'loop' || node.kind === 'statements' || node.kind === 'macroblock'
  );
}
