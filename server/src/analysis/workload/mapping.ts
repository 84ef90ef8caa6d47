/** Who maps the buffers of a driver: the ring core, the driver itself, or nobody; and the rings it makes itself. */
import { decisionFacts } from '@vringside/grammars/guest-facts';
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { calleeName } from '../values/expressions.js';
import type { AddCall } from './add-calls.js';
import { type Amounts, rootFrame } from './amounts/amounts.js';
import { atMost, union } from './amounts/bounds.js';
import { evidenceAt } from './amounts/evidence.js';
import { LARGEST_RING } from './amounts/known.js';
import { keyOf, readingOf } from './amounts/reading.js';
import type { Bounds, Evidence, Mapping, Piece } from './workload.js';

/** Calls by which a driver takes the mapping of a queue over, or maps for one. Source: include/linux/virtio.h (6.6 to 6.14). */
const premappers = ['virtqueue_set_dma_premapped'] as const;
/** Source: include/linux/virtio_config.h (6.12), drivers/virtio/virtio_balloon.c, virtballoon_validate() for its use. */
const clearBit = '__virtio_clear_bit';

export function mappingOf(program: Program, add: AddCall, pieces: readonly Piece[]): Mapping {
  const { file } = add.fn;
  const givenUp = callsIn(program, file, clearBit).find((call) => {
    const bit = call.args[1];
    return bit !== undefined && decisionFacts.has(keyOf(bit));
  });
  if (givenUp !== undefined) return { by: 'none', evidence: [evidenceAt(program, file, givenUp)] };
  if (/_premapped$/.test(add.name)) return { by: 'driver', evidence: [evidenceAt(program, file, add.call)] };
  const premapped = premappedIn(program, add);
  if (premapped !== null) return { by: 'either', evidence: [premapped] };
  const own = pieces.filter((p) => p.mappedBy !== 'ring');
  const by =
    own.length === 0
      ? 'ring'
      : own.every((p) => p.mappedBy === 'driver') && own.length === pieces.length
        ? 'driver'
        : 'either';
  return { by, evidence: own.flatMap((p) => p.evidence) };
}

/** Where the driver takes the mapping over for some of its queues; which, is decided at run time. */
function premappedIn(program: Program, { fn, name }: AddCall): Evidence | null {
  if (/outbuf/.test(name)) return null;
  const [call] = premappers.flatMap((premapper) => callsIn(program, fn.file, premapper));
  return call === undefined ? null : evidenceAt(program, fn.file, call);
}

/** Calls by which a driver that is its own transport makes a queue. Source: include/linux/virtio_ring.h (6.1, 6.12). */
const ringMakers = ['vring_create_virtqueue', 'vring_create_virtqueue_dma', 'vring_new_virtqueue'] as const;

/** Entries of the rings that the file makes; null where others make them. */
export function ringEntriesOf(amounts: Amounts, file: string): Bounds | null {
  const { program } = amounts;
  const sizes = ringMakers.flatMap((maker) =>
    functionsCalling(program, file, maker).flatMap(({ fn, call }) => {
      const entries = call.args[1];
      return entries === undefined ? [] : [atMost(amounts.of(entries, rootFrame(fn)), LARGEST_RING)];
    }),
  );
  const [first, ...others] = sizes;
  return first === undefined ? null : others.reduce(union, first);
}

function callsIn(program: Program, file: string, name: string): readonly CallExpr[] {
  return functionsCalling(program, file, name).map(({ call }) => call);
}

function functionsCalling(
  program: Program,
  file: string,
  name: string,
): readonly { readonly fn: FunctionRef; readonly call: CallExpr }[] {
  return program
    .chunksMentioning(file, name)
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.functions ?? [])
    .flatMap((fn) =>
      readingOf(fn).calls.flatMap(({ call }) => (calleeName(call) === name ? [{ fn, call }] : [])),
    );
}
