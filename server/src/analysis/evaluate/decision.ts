/**
 * Whether the ring uses the DMA API: found by what the code decides and not by the name it has. In this order: what is stored
 * to the field that keeps the decision; a function of a usual name; the test around the place where an address is physical.
 */
import { addressCalls } from '@vringside/grammars/address-names';
import { decisionName } from '@vringside/grammars/feature-roles';
import { coreFiles, guestFactNames, keptDecision } from '@vringside/grammars/leaf-bindings';
import { type Answer, known, type Question, unknown } from '../../model/policy.js';
import type { FieldAssignment, FunctionRef, Program } from '../../program/index.js';
import type { Expr, IfStmt, Stmt } from '../../syntax/ir.js';
import { walk } from '../../syntax/walk.js';
import { calleeName } from '../values/expressions.js';
import type { Guests } from './guest.js';
import { int, type Origin, type Truth, truthOf, unknownValue, type Value } from './numbers/value.js';
import { callFunction, type Result, runFunction } from './running/calls.js';
import { evaluate } from './running/expressions.js';
import { OutOfBudget, type Run } from './running/run.js';
import { execute } from './running/statements.js';
import { sliced, sliceOf } from './slice.js';

type Memory = ReadonlyMap<string, Value>;

const device: Value = { kind: 'pointer', to: 'device' };

/** Null where the tree holds neither the ring core nor a decision function. `memory`: what is known of the device. */
export function dmaDecision(guests: Guests, q: Question, memory: Memory): Answer<boolean> | null {
  const { program } = guests;
  const stores = storesOf(program, q);
  if (stores.length > 0) return agreed(stores.map((fn) => byStore(guests, q, memory, fn)));
  const named = guests.find(q, decisionNames(program));
  if (named !== null) return answerOf(guests, runFunction(guests.run(q, memory), named, [device]));
  if (!program.has(coreFiles.ring)) return null;
  return byBypass(guests, q, memory);
}

// ---- kept in a field ---------------------------------------------------------------------------------------

/** The functions that make a queue of the layout in question, each with the field in which it keeps the decision. */
interface Store {
  readonly fn: FunctionRef;
  readonly field: string;
}

function storesOf(program: Program, q: Question): readonly Store[] {
  const { record, fields } = keptDecision;
  const all = fields.flatMap((field) =>
    program.fieldAssignments(record, field).flatMap((store) => storeIn(store, field)),
  );
  const stores = [...new Map(all.map((s) => [`${s.fn.file}:${s.fn.start}`, s])).values()];
  // vring_create_virtqueue() makes a packed queue where that is negotiated: virtio_ring.c of 5.0 to 6.18.
  const isPacked = q.features.has('VIRTIO_F_RING_PACKED');
  const ofLayout = stores.filter(({ fn }) => /packed/.test(fn.name) === isPacked);
  return ofLayout.length > 0 ? ofLayout : stores;
}

function storeIn({ file, function: fn }: FieldAssignment, field: string): Store[] {
  return file === coreFiles.ring && fn !== null ? [{ fn, field }] : [];
}

/** What bears on the field in each reading of the function that may be the one compiled. */
function byStore(guests: Guests, q: Question, memory: Memory, { fn, field }: Store): Answer<boolean> {
  const names = guests.names(q);
  const possible = fn.variants.filter(({ when }) => when === null || names.holds(when) !== false);
  return agreed(
    possible.map(({ body }) => inside(guests, q, memory, fn, (run) => stored(run, sliceOf(body, field)))),
  );
}

/** What the statements of a slice leave in its local. */
function stored(run: Run, slice: readonly Stmt[]): Value | Result {
  const [only] = slice;
  if (slice.length === 1 && only?.kind === 'expr' && only.expr.kind === 'assign')
    return asked(run, only.expr.value);
  run.frame.locals.add(sliced);
  execute(run, slice);
  return run.read(run.frame.prefix + sliced) ?? unknownValue('what is stored');
}

/** A value that is a call to a function of the tree keeps the place where that function decided. */
function asked(run: Run, expr: Expr): Value | Result {
  const name = expr.kind === 'call' ? calleeName(expr) : '';
  const isOwn = !guestFactNames.has(name) && run.names.macro(name, run.file) === null;
  const fn = isOwn ? run.names.function(name, run.file) : null;
  if (expr.kind !== 'call' || fn === null || !('name' in fn)) return evaluate(run, expr);
  return callFunction(
    run,
    fn,
    expr.args.map((arg) => evaluate(run, arg)),
  );
}

// ---- around the bypass -------------------------------------------------------------------------------------

/** Before 5.1 no field keeps it: the test that leads to a physical address, or to a mapping, is the decision. */
function byBypass(guests: Guests, q: Question, memory: Memory): Answer<boolean> {
  const functions = addressFunctions(guests.program);
  for (const fn of functions.filter((f) => holdsAddress(f, 'dma'))) {
    const test = decidingTest(fn);
    if (test === null) continue;
    return inside(guests, q, memory, fn, (run) => {
      const value = evaluate(run, test.expr);
      const truth = truthOf(value);
      return typeof truth === 'boolean' ? int(truth === test.isDma ? 1 : 0, 32) : value;
    });
  }
  const [first] = functions;
  if (first !== undefined && functions.every((fn) => !holdsAddress(fn, 'dma')))
    return known(false, `${guests.whereOf(first)}, always by physical address`);
  const wanted = [...keptDecision.fields, 'vring_use_dma_api()'].join(', ');
  return unknown(`no decision on the DMA API was found (${wanted})`, coreFiles.ring);
}

/** Functions of the ring core that make an address for the device. */
function addressFunctions(program: Program): readonly FunctionRef[] {
  const file = coreFiles.ring;
  return program
    .outline(file)
    .filter(({ kind }) => kind === 'function')
    .flatMap(({ chunk }) => program.chunkFacts({ file, chunk })?.functions ?? [])
    .filter((fn) => holdsAddress(fn, 'phys') || holdsAddress(fn, 'dma'));
}

function holdsAddress(fn: FunctionRef, kind: 'phys' | 'dma'): boolean {
  return fn.variants.some(({ body }) => makesAddress(body, kind));
}

function makesAddress(nodes: Parameters<typeof walk>[0], kind: 'phys' | 'dma'): boolean {
  let isMade = false;
  walk(nodes, (node) => {
    if (node.kind === 'call' && addressCalls[calleeName(node)] === kind) isMade = true;
  });
  return isMade;
}

/** The `if` one of whose ways makes a physical address or a DMA address; `isDma` where the test has to hold for the latter. */
function decidingTest(fn: FunctionRef): { readonly expr: Expr; readonly isDma: boolean } | null {
  const found: { expr: Expr; isDma: boolean }[] = [];
  for (const { body } of fn.variants) {
    walk(body, (node) => {
      if (node.kind !== 'if') return;
      const isDma = leadsToDma(node);
      if (isDma !== null) found.push({ expr: node.test, isDma });
    });
  }
  return found[0] ?? null;
}

function leadsToDma({ then, otherwise }: IfStmt): boolean | null {
  for (const kind of ['phys', 'dma'] as const) {
    if (makesAddress([then], kind)) return kind === 'dma';
    if (otherwise !== null && makesAddress([otherwise], kind)) return kind === 'phys';
  }
  return null;
}

// ---- answers -----------------------------------------------------------------------------------------------

/** Runs `body` where a function's names are seen, what it is given not known. */
function inside(
  guests: Guests,
  q: Question,
  memory: Memory,
  fn: FunctionRef,
  body: (run: Run) => Value | Result,
): Answer<boolean> {
  const run = guests.run(q, memory);
  const start: Origin = { function: fn.name, file: fn.file, offset: fn.nameSpan.start };
  try {
    const found = run.inFrame(fn, () => body(run));
    return answerOf(guests, 'at' in found ? found : { value: found, at: start });
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return unknown(`${fn.name}() takes too many steps`, guests.where(start));
  }
}

function answerOf(guests: Guests, { value, at }: Result): Answer<boolean> {
  const truth: Truth = truthOf(value);
  const where = guests.where(at);
  return typeof truth === 'boolean' ? known(truth, where) : unknown(truth.why, where);
}

/** One answer of all functions that make a queue. */
function agreed(answers: readonly Answer<boolean>[]): Answer<boolean> {
  const [first, ...others] = answers;
  if (first === undefined) return unknown('no decision', coreFiles.ring);
  for (const other of others) {
    if (!other.known) return other;
    if (first.known && first.value !== other.value)
      return unknown(`${first.where} and ${other.where} differ`, coreFiles.ring);
  }
  return first;
}

/** Functions that answer by their name whether the DMA API is used, told from the outlines without a parse. */
function decisionNames(program: Program): readonly string[] {
  return program.ledger.answer('decision names', '', () => findDecisionNames(program));
}

function findDecisionNames(program: Program): readonly string[] {
  const core = program.files.filter((file) => file.startsWith('drivers/virtio/'));
  const files = new Set([...core, ...program.includesOf(coreFiles.ring)]);
  const found = [...files]
    .flatMap((file) => program.outline(file))
    .flatMap(({ kind, name }) =>
      kind === 'function' && name !== null && decisionName.test(name) ? [name] : [],
    );
  const ringFirst = (name: string): number => (name.startsWith('vring_') ? 0 : 1);
  return [...new Set(found)].sort((a, b) => ringFirst(a) - ringFirst(b));
}
