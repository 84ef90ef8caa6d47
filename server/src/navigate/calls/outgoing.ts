/** Where a function leads: the functions it calls, directly and through tables, and those that unmap what it maps. */
import { dmaApi } from '@vringside/grammars/address-names';
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { callsIn, uncast } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import type { Index } from '../definitions.js';
import { type CallLink, type CallNode, functionItem, functionOf, merged } from './items.js';
import { unmappersOf } from './pairs.js';

/** A table of this many functions is an interface of the whole kernel; its slots are looked up by name there. */
const MAX_IMPLEMENTATIONS = 12;

export function outgoingCalls({ program }: Index, node: CallNode): CallLink[] {
  switch (node.kind) {
    case 'end':
    case 'site':
      return [];
    case 'slot':
      return program
        .implementations(node.record, node.field)
        .map((fn) => ({ item: functionItem(fn), at: [] }));
    case 'function': {
      const fn = functionOf(program, node);
      if (fn === null) return [];
      const calls = callsIn(fn).flatMap((call) => calledBy(program, fn, call));
      return merged([...calls, ...unmapped(program, fn)]);
    }
    default:
      return node satisfies never;
  }
}

function calledBy(program: Program, fn: FunctionRef, call: CallExpr): CallLink[] {
  const callee = uncast(call.callee);
  const scope = program.scopeOf(fn);
  if (callee.kind === 'name') {
    if (scope.lookup(callee.name, callee.start) !== null) return [];
    const at = [{ start: callee.start, end: callee.end }];
    const targets = program.functionsNamed(callee.name, fn.file);
    if (targets.length > 0) return targets.map((target) => ({ item: functionItem(target), at }));
    return outside(fn, callee, callee.name);
  }
  const through = callee.kind === 'unary' && callee.op === '*' ? uncast(callee.operand) : callee;
  if (through.kind !== 'member') return [];
  const record = program.recordOfMember(through, scope)?.tag;
  if (record === undefined) return [];
  const at = [{ start: through.end - through.field.length, end: through.end }];
  const targets = program.implementations(record, through.field);
  if (targets.length > MAX_IMPLEMENTATIONS) return [];
  return targets.map((target) => ({ item: functionItem(target, `through ${record}.${through.field}`), at }));
}

/** A call of the DMA API, whose code is in no index: shown where it stands. */
function outside(fn: FunctionRef, at: Span, name: string): CallLink[] {
  const does = dmaApi[name];
  if (does === undefined) return [];
  const span = { start: at.start, end: at.end };
  return [
    {
      item: {
        node: { kind: 'end' },
        sort: 'entry',
        name: `${name}()`,
        detail: 'DMA API',
        file: fn.file,
        span,
        nameSpan: span,
      },
      at: [span],
    },
  ];
}

function unmapped(program: Program, fn: FunctionRef): CallLink[] {
  return unmappersOf(program, fn).map(({ fn: unmapper, by, at }) => ({
    item: functionItem(unmapper, `unmaps: ${by}`),
    at,
  }));
}
