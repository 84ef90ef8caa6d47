/** The calls that add a buffer to a virtqueue, with the ways they can be reached when callers decide what the buffer is. */
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { calleeName } from '../values/expressions.js';
import { calleeFrame, type Frame, rootFrame } from './amounts/amounts.js';
import { readingOf } from './amounts/reading.js';

/** Helpers around the call: `virtnet_send_command()` around `virtnet_send_command_reply()`. */
const MAX_DEPTH = 3;
/** Callers of one helper that are told apart. */
const MAX_CALLERS = 40;

/** Positions of arguments; source: include/linux/virtio.h (6.1, 6.12, 6.14 for `_premapped`). */
export const addFunctions: Readonly<
  Record<
    string,
    { readonly lists: number; readonly counts: readonly [out: number | null, into: number | null] }
  >
> = {
  virtqueue_add_sgs: { lists: 1, counts: [2, 3] },
  virtqueue_add_outbuf: { lists: 1, counts: [2, null] },
  virtqueue_add_outbuf_premapped: { lists: 1, counts: [2, null] },
  virtqueue_add_inbuf: { lists: 1, counts: [null, 2] },
  virtqueue_add_inbuf_ctx: { lists: 1, counts: [null, 2] },
  virtqueue_add_inbuf_premapped: { lists: 1, counts: [null, 2] },
  virtqueue_add_inbuf_cache_clean: { lists: 1, counts: [null, 2] },
};

export interface AddCall {
  readonly name: string;
  readonly call: CallExpr;
  readonly fn: FunctionRef;
}

/** All of them in a file, in source order. Chunks that hold none of their names are not parsed. */
export function addCallsIn(program: Program, file: string): readonly AddCall[] {
  const chunks = new Set(
    Object.keys(addFunctions).flatMap((name) => [...program.chunksMentioning(file, name)]),
  );
  return [...chunks]
    .sort((a, b) => a - b)
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.functions ?? [])
    .flatMap((fn) =>
      readingOf(fn).calls.flatMap(({ call }) => {
        const name = calleeName(call);
        return name in addFunctions && !(fn.name in addFunctions) ? [{ name, call, fn }] : [];
      }),
    );
}

/** How a function is entered: as it is, or from one of the callers of one of its callers. */
export interface Entry {
  readonly frame: Frame;
  /** From the nearest caller outwards. */
  readonly callers: readonly { readonly fn: FunctionRef; readonly call: CallExpr }[];
}

/** Ways into `fn`, each as far out as `needsCaller` asks. */
export function entriesOf(
  program: Program,
  fn: FunctionRef,
  needsCaller: (frame: Frame) => boolean,
): readonly Entry[] {
  const root = rootFrame(fn);
  if (!needsCaller(root)) return [{ frame: root, callers: [] }];
  const found = expand(program, [{ fn, call: null }], needsCaller, 1);
  return found.length === 0 ? [{ frame: root, callers: [] }] : found;
}

type Chain = readonly { readonly fn: FunctionRef; readonly call: CallExpr | null }[];

/** `chain`: from the function outwards, each with the call by which it enters the one before. */
function expand(
  program: Program,
  chain: Chain,
  needsCaller: (frame: Frame) => boolean,
  depth: number,
): readonly Entry[] {
  const outermost = chain.at(-1);
  if (outermost === undefined) return [];
  const callers = program.callers(outermost.fn).slice(0, MAX_CALLERS);
  return callers.flatMap(({ caller, call }) => {
    if (caller === null || chain.some((c) => c.fn === caller)) return [];
    const longer: Chain = [...chain, { fn: caller, call }];
    const entry = entryOf(longer);
    if (!needsCaller(entry.frame) || depth >= MAX_DEPTH) return [entry];
    const further = expand(program, longer, needsCaller, depth + 1);
    return further.length === 0 ? [entry] : further;
  });
}

function entryOf(chain: Chain): Entry {
  const [inner, ...outer] = chain;
  let frame = rootFrame((outer.at(-1) ?? inner ?? { fn: undefined as never }).fn);
  const callers: { fn: FunctionRef; call: CallExpr }[] = [];
  for (let i = chain.length - 1; i > 0; i -= 1) {
    const from = chain[i];
    const into = chain[i - 1];
    if (from?.call == null || into === undefined) continue;
    frame = calleeFrame(into.fn, from.call, frame);
    callers.unshift({ fn: from.fn, call: from.call });
  }
  return { frame, callers };
}
