/** Calls, found in the code of a chunk. */
import type { CallExpr } from '../../syntax/ir.js';
import { type Path, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { FunctionRef, MacroRef } from '../unit.js';
import type { Place } from '../workspace.js';
import { codeOf, oncePerPlace, type StoreContext } from './stores.js';

/** A direct call of a function. */
export interface CallSite extends Place, Span {
  readonly call: CallExpr;
  /** The function it stands in; null in the body of a macro or an initialiser. */
  readonly caller: FunctionRef | null;
  /** The macro in whose body it stands. */
  readonly macro: MacroRef | null;
  /** The first reading of the caller's body that holds it. */
  readonly variant: number;
  /** What is around the call, innermost first. */
  readonly up: Path | null;
}

/** The calls of `name` in a chunk; a local variable of that name hides the function. */
export function callsOf(context: StoreContext, place: Place, name: string): CallSite[] {
  const sites: Omit<CallSite, keyof Span>[] = [];
  for (const { roots, scope, function: caller, variant } of codeOf(context, place)) {
    walk(roots, (node, up) => {
      if (node.kind === 'sizeof') return false;
      if (!isCallOf(node, name) || scope.lookup(name, node.start) !== null) return true;
      sites.push({ ...place, call: node, caller, macro: null, variant, up });
      return true;
    });
  }
  for (const macro of context.workspace.chunkFacts(place)?.macros ?? []) {
    const roots = macro.expr ? [macro.expr] : (macro.body ?? []);
    walk(roots, (node, up) => {
      if (isCallOf(node, name)) sites.push({ ...place, call: node, caller: null, macro, variant: 0, up });
    });
  }
  return oncePerPlace(sites.map((site) => ({ ...site, start: site.call.start, end: site.call.end })));
}

function isCallOf(node: Path['node'], name: string): node is CallExpr {
  return node.kind === 'call' && node.callee.kind === 'name' && node.callee.name === name;
}
