/** Who maps the buffers of a driver: the ring core, the driver itself, or nobody. */
import { decisionFacts } from '@vringside/grammars/guest-facts';
import type { Program } from '../../program/index.js';
import type { CallExpr } from '../../syntax/ir.js';
import { calleeName } from '../values/expressions.js';
import type { AddCall } from './add-calls.js';
import { evidenceAt } from './amounts/evidence.js';
import { keyOf, readingOf } from './amounts/reading.js';
import type { Evidence, Mapping } from './workload.js';

/** Calls by which a driver takes the mapping of a queue over, or maps for one. Source: include/linux/virtio.h (6.6 to 6.14). */
const premappers = ['virtqueue_set_dma_premapped'] as const;
/** Source: include/linux/virtio_config.h (6.12), drivers/virtio/virtio_balloon.c, virtballoon_validate() for its use. */
const clearBit = '__virtio_clear_bit';

export function mappingOf(program: Program, add: AddCall): Mapping {
  const { file } = add.fn;
  const givenUp = callsIn(program, file, clearBit).find((call) => {
    const bit = call.args[1];
    return bit !== undefined && decisionFacts.has(keyOf(bit));
  });
  if (givenUp !== undefined) return { by: 'none', evidence: [evidenceAt(program, file, givenUp)] };
  if (/_premapped$/.test(add.name)) return { by: 'driver', evidence: [evidenceAt(program, file, add.call)] };
  const premapped = premappedIn(program, add);
  return premapped === null ? { by: 'ring', evidence: [] } : { by: 'either', evidence: [premapped] };
}

/** Where the driver takes the mapping over for some of its queues; which, is decided at run time. */
function premappedIn(program: Program, { fn, name }: AddCall): Evidence | null {
  if (/outbuf/.test(name)) return null;
  const [call] = premappers.flatMap((premapper) => callsIn(program, fn.file, premapper));
  return call === undefined ? null : evidenceAt(program, fn.file, call);
}

function callsIn(program: Program, file: string, name: string): readonly CallExpr[] {
  return program
    .chunksMentioning(file, name)
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.functions ?? [])
    .flatMap((fn) => readingOf(fn).calls.flatMap(({ call }) => (calleeName(call) === name ? [call] : [])));
}
