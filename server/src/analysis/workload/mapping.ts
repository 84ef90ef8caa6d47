/** Who maps the buffers of a driver: the ring core, the driver itself, or nobody; and the rings it makes itself. */
import { decisionFacts } from '@vringside/grammars/guest-facts';
import type { FunctionRef, Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { folderOf } from '../sites/roles.js';
import { calleeName } from '../values/expressions.js';
import type { AddCall } from './add-calls.js';
import { type Amounts, rootFrame } from './amounts/amounts.js';
import { atMost, union } from './amounts/bounds.js';
import { evidenceAt } from './amounts/evidence.js';
import { LARGEST_RING } from './amounts/known.js';
import { keyOf, readingOf } from './amounts/reading.js';
import type { Evidence, Mapping, Piece } from './unplaced.js';
import type { Bounds } from './workload.js';

/** The call by which a driver takes the mapping of a queue over. Source: include/linux/virtio.h (6.6 to 6.14). */
const premapper = 'virtqueue_set_dma_premapped';
/** Source: include/linux/virtio_config.h (6.12); drivers/virtio/virtio_balloon.c, virtballoon_validate() for its use. */
const clearBit = '__virtio_clear_bit';
/** Calls by which a driver that is its own transport makes a queue. Source: include/linux/virtio_ring.h (6.1, 6.12). */
const ringMakers = ['vring_create_virtqueue', 'vring_create_virtqueue_dma', 'vring_new_virtqueue'] as const;

/** What holds for every buffer of a driver. */
export interface DriverMapping {
  /** Where it gives ACCESS_PLATFORM up. */
  readonly givenUp: Evidence | null;
  /** Where it takes over the mapping for some of its queues; which, is decided at run time. */
  readonly premapped: Evidence | null;
  /** Entries of the rings that the file makes; null where others make them. */
  readonly ringEntries: Bounds | null;
}

export function driverMapping(amounts: Amounts, file: string): DriverMapping {
  const { program } = amounts;
  const [premapped] = callsIn(program, file, premapper);
  const sizes = ringMakers.flatMap((maker) =>
    callsIn(program, file, maker).flatMap(({ fn, call }) => {
      const entries = call.args[1];
      return entries === undefined ? [] : [atMost(amounts.of(entries, rootFrame(fn)), LARGEST_RING)];
    }),
  );
  const [first, ...others] = sizes;
  return {
    givenUp: givenUpIn(program, file),
    premapped: premapped === undefined ? null : evidenceAt(program, file, premapped.call),
    ringEntries: first === undefined ? null : others.reduce(union, first),
  };
}

/** In the file, or in another of its driver's. */
function givenUpIn(program: Program, file: string): Evidence | null {
  const folder = folderOf(file);
  const isWhole = program.chunksMentioning(file, 'virtio_driver').length > 0 || folder === 'drivers/virtio';
  const beside = isWhole ? [] : program.mentions(clearBit).map((place) => place.file);
  for (const other of new Set([file, ...beside.filter((f) => folderOf(f) === folder)])) {
    const found = callsIn(program, other, clearBit).find(({ call }) => {
      const bit = call.args[1];
      return bit !== undefined && decisionFacts.has(keyOf(bit));
    });
    if (found !== undefined) return evidenceAt(program, other, found.call);
  }
  return null;
}

export function mappingOf(
  program: Program,
  driver: DriverMapping,
  add: AddCall,
  pieces: readonly Piece[],
): Mapping {
  if (driver.givenUp !== null) return { by: 'none', evidence: [driver.givenUp] };
  if (/_premapped$/.test(add.name))
    return { by: 'driver', evidence: [evidenceAt(program, add.fn.file, add.call)] };
  if (driver.premapped !== null && !/outbuf/.test(add.name))
    return { by: 'either', evidence: [driver.premapped] };
  const own = pieces.filter((p) => p.mappedBy !== 'ring');
  const evidence = own.flatMap((p) => p.evidence);
  if (own.length === 0) return { by: 'ring', evidence };
  const isWhole = own.length === pieces.length && own.every((p) => p.mappedBy === 'driver');
  return { by: isWhole ? 'driver' : 'either', evidence };
}

function callsIn(
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
