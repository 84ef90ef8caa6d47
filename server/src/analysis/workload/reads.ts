/** What a function reads of a record that a pointer of its own leads to. */
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { type Node, uncast, walk } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import { readingOf } from './amounts/reading.js';

/** Functions a pointer is handed on to. */
const MAX_DEPTH = 3;

/** `nothing`: it is only tested, kept or given back; `members`: values of members; `more`: all that is not known to be less. */
export type Reads = 'nothing' | 'members' | 'more';

/** Calls that give a buffer back. Source: include/linux/{slab,gfp,mm,device,virtio}.h (6.12). */
const releases =
  /^(?:kv?free|kfree_sensitive|devm_kfree|free_pages?(?:_exact)?|kmem_cache_free|put_page|virtqueue_add_)/;

const tests: ReadonlySet<string> = new Set(['==', '!=', '&&', '||']);

export function readsOf(program: Program, fn: FunctionRef, name: string, depth = 0): Reads {
  let found: Reads = 'nothing';
  for (const { body } of fn.variants) {
    walk(body, (node, up) => {
      if (node.kind !== 'name' || node.name !== name) return;
      let around = up;
      while (around?.node.kind === 'cast') around = around.up;
      found = larger(found, around === null ? 'more' : readAt(program, fn, node, around.node, depth));
    });
  }
  return found;
}

/** What one mention reads. */
function readAt(program: Program, fn: FunctionRef, use: Node, around: Node, depth: number): Reads {
  switch (around.kind) {
    case 'member':
      return 'members';
    case 'if':
    case 'loop':
    case 'expr':
      return 'nothing';
    case 'unary':
      return around.op === '!' ? 'nothing' : 'more';
    case 'binary':
      return tests.has(around.op) ? 'nothing' : 'more';
    case 'assign':
      return around.target === use ? 'nothing' : 'more';
    case 'call':
      return readByCallee(program, fn, use, around, depth);
    default:
      return 'more';
  }
}

function readByCallee(program: Program, fn: FunctionRef, use: Node, call: CallExpr, depth: number): Reads {
  const name = calleeName(call);
  if (releases.test(name)) return 'nothing';
  const index = call.args.findIndex((arg) => uncast(arg) === use);
  const targets = program.functionsNamed(name, fn.file);
  if (targets.length === 0 || depth === MAX_DEPTH) return 'more';
  return targets
    .map((target): Reads => {
      // A helper that posts it again.
      if (readingOf(target).calls.some((inner) => /^virtqueue_add_/.test(calleeName(inner.call))))
        return 'nothing';
      const param = target.params[index];
      return param === undefined ? 'more' : readsOf(program, target, param.name, depth + 1);
    })
    .reduce(larger);
}

const order: readonly Reads[] = ['nothing', 'members', 'more'];

function larger(a: Reads, b: Reads): Reads {
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
