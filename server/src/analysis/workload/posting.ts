/** Whether a buffer waits in the ring for the device to write it, and how many do. */
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr, Expr } from '../../syntax/ir.js';
import { uncast, walk } from '../../syntax/walk.js';
import type { Span } from '../../text/span.js';
import { calleeName } from '../values/expressions.js';
import type { AddCall } from './add-calls.js';
import { type Amounts, type Frame, rootFrame } from './amounts/amounts.js';
import { evidenceAt } from './amounts/evidence.js';
import { LARGEST_RING } from './amounts/known.js';
import { keyOf, type Loop, readingOf } from './amounts/reading.js';
import type { Pieces } from './pieces/pieces.js';
import { queuesLike } from './queues.js';
import type { Piece, Posting } from './unplaced.js';
import type { Bounds } from './workload.js';

/** Functions between the one that adds a buffer and the one that goes on adding. */
const MAX_HOPS = 2;

/** Calls that wait for the device: a loop around them makes requests, it does not fill a ring. */
const waits = /^(?:wait_|wait_for_|cpu_relax$|schedule)|_timeout$/;

interface Refill {
  readonly loop: Loop;
  readonly fn: FunctionRef;
}

export function postingOf(
  amounts: Amounts,
  pieces: Pieces,
  add: AddCall,
  frame: Frame,
  own: readonly Piece[],
): Posting {
  const perRequest: Posting = { kind: 'per request' };
  if (own.length === 0 || own.some((p) => p.direction === 'out')) return perRequest;
  const queue = add.call.args[0];
  const refill = queue === undefined ? null : refillOf(amounts.program, add.fn, add.call, queue, new Set());
  if (refill === null || queue === undefined) return perRequest;
  return {
    kind: 'ahead',
    entries: entriesOf(pieces, refill),
    queues: queuesLike(amounts, queue, frame),
    evidence: [evidenceAt(amounts.program, refill.fn.file, headOf(refill.loop))],
  };
}

/** The loop that goes on adding: in the function, or around its calls. `queue`: as the function names it. */
function refillOf(
  program: Program,
  fn: FunctionRef,
  at: CallExpr,
  queue: Expr,
  seen: ReadonlySet<FunctionRef>,
): Refill | null {
  if (seen.has(fn) || seen.size > MAX_HOPS) return null;
  const reading = readingOf(fn);
  const names = reading.calls.map(({ call }) => calleeName(call));
  // What also sends, or waits, exchanges messages.
  if (names.some((name) => /^virtqueue_add_outbuf/.test(name) || waits.test(name))) return null;
  const place = placeOf(queue, fn);
  const around = reading.loops.filter(
    (loop) => holds(loop, at) && !completes(loop, reading.calls) && !isOverQueues(loop, place),
  );
  const [inner] = around.sort((a, b) => b.start - a.start);
  if (inner !== undefined) return { loop: inner, fn };
  const index = fn.params.findIndex((p) => p.name === rootOf(place));
  for (const { caller, call } of program.callers(fn)) {
    const given = call.args[index] ?? queue;
    const found = caller === null ? null : refillOf(program, caller, call, given, new Set([...seen, fn]));
    if (found !== null) return found;
  }
  return null;
}

/** What a local that names the queue was set to: `rq = &d->rq[i]`. */
function placeOf(queue: Expr, fn: FunctionRef): Expr {
  const all = readingOf(fn).assignments.get(rootOf(queue)) ?? [];
  const [only, ...others] = all.flatMap(({ value }) => value ?? []);
  return only === undefined || others.length > 0 ? queue : only;
}

function rootOf(expr: Expr): string {
  let e = uncast(expr);
  for (;;) {
    if (e.kind === 'member' || e.kind === 'index') e = uncast(e.object);
    else if (e.kind === 'unary') e = uncast(e.operand);
    else if (e.kind === 'binary') e = uncast(e.left);
    else return e.kind === 'name' ? e.name : '';
  }
}

/** A loop that takes one queue after the other fills none of them. */
function isOverQueues({ node }: Loop, queue: Expr): boolean {
  if (node.kind !== 'loop' || node.update === null) return false;
  const counted = node.update.kind === 'update' ? keyOf(node.update.operand) : null;
  let isFound = false;
  walk([queue], (e) => {
    const index = e.kind === 'index' ? e.index : e.kind === 'binary' && e.op === '+' ? e.right : null;
    if (index !== null && keyOf(index) === counted) isFound = true;
  });
  return isFound;
}

function holds(loop: Loop, at: Span): boolean {
  return loop.start <= at.start && at.end <= loop.end;
}

/** A loop over finished buffers puts each back, and fills nothing. */
function completes(loop: Loop, calls: readonly { readonly call: CallExpr }[]): boolean {
  return calls.some(({ call }) => /^virtqueue_get_buf/.test(calleeName(call)) && holds(loop, call));
}

function entriesOf(pieces: Pieces, { loop, fn }: Refill): 'ring' | Bounds {
  if (loop.test !== null && /vring_size|num_free/.test(keyOf(loop.test))) return 'ring';
  const turns = pieces.turnsOf(loop, rootFrame(fn));
  return turns.most === null || turns.most >= LARGEST_RING ? 'ring' : turns;
}

/** The loop without its body. */
function headOf({ node }: Loop): Span {
  if (node.kind === 'loop' && node.form === 'do') {
    const test: Expr | null = node.test;
    return test ?? node;
  }
  return { start: node.start, end: Math.max(node.start, node.body.start) };
}
