/**
 * The workload folder's face: what a driver's requests are made of, from its code alone.
 *
 *     const { workloads, notAnalysed } = workloadsOf(program, ['drivers/block/virtio_blk.c']);
 *
 * How large each piece is, how many mappings it takes, who maps it, and what waits in the ring; each with the places it was
 * read at. What the code leaves open is a range, and never a guess.
 */
import { createHash } from 'node:crypto';
import type { Program } from '../../program/index.js';
import { printExpr } from '../values/print.js';
import { type AddCall, addCallsIn, type Entry, entriesOf } from './add-calls.js';
import { Amounts } from './amounts/amounts.js';
import { exactly, sum, union } from './amounts/bounds.js';
import { evidenceAt } from './amounts/evidence.js';
import { classOf } from './device-class.js';
import { type DriverMapping, driverMapping, mappingOf } from './mapping.js';
import { payloadOf, tokenOf } from './payload.js';
import { Pieces } from './pieces/pieces.js';
import { postingOf } from './posting.js';
import type { Bounds, Direction, Payload, Piece, Workload } from './workload.js';

export { LARGEST_BOUNCE_BYTES, PAGE_BYTES, SLOT_BYTES } from './amounts/known.js';
export type {
  Bounds,
  Direction,
  Evidence,
  Growth,
  Mapper,
  Mapping,
  Payload,
  Piece,
  Posting,
  SegmentBound,
  Workload,
} from './workload.js';

export interface Workloads {
  /** By file in the order asked for, then in source order. */
  readonly workloads: readonly Workload[];
  /** Files that could not be worked out because of a defect. */
  readonly notAnalysed: readonly { readonly file: string; readonly reason: string }[];
}

/** The workloads of the functions of `files` that add buffers to a virtqueue. Never throws: what fails is listed. */
export function workloadsOf(program: Program, files: readonly string[]): Workloads {
  const amounts = new Amounts(program);
  const pieces = new Pieces(amounts);
  const workloads: Workload[] = [];
  const notAnalysed: { file: string; reason: string }[] = [];
  for (const file of files) {
    if (!isDriverSide(file)) continue;
    try {
      workloads.push(...inFile(amounts, pieces, file));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      notAnalysed.push({ file, reason: `workload failed: ${what}` });
    }
  }
  return { workloads, notAnalysed };
}

/** Programs of user space have a ring core of their own; the kernel's adds nothing by itself. */
function isDriverSide(file: string): boolean {
  return file.endsWith('.c') && !/^(?:tools|samples)\/|(?:^|\/)virtio_ring\.c$/.test(file);
}

function inFile(amounts: Amounts, pieces: Pieces, file: string): Workload[] {
  const { program } = amounts;
  const adds = addCallsIn(program, file);
  if (adds.length === 0) return [];
  const driver = driverMapping(amounts, file);
  const ordinals = new Map<string, number>();
  return adds.flatMap((add) => {
    return entriesOf(program, add.fn, (frame) => pieces.lists.needsCaller(add, frame)).map((entry) => {
      const said = [file, add.fn.name, add.name, ...entry.callers.map((c) => c.fn.name)].join('\0');
      const ordinal = ordinals.get(said) ?? 0;
      ordinals.set(said, ordinal + 1);
      const id = createHash('sha256').update(`${said}\0${ordinal}`).digest('hex').slice(0, 12);
      return workload(amounts, pieces, { add, entry, driver, id });
    });
  });
}

/** What is known of a call before its pieces are. */
interface Known {
  readonly add: AddCall;
  readonly entry: Entry;
  readonly driver: DriverMapping;
  readonly id: string;
}

function payloadOfOne(amounts: Amounts, add: AddCall, pieces: readonly Piece[]): Payload | null {
  const written = pieces.filter((p) => p.direction === 'in');
  if (written.length === 0) return null;
  const token = tokenOf(add);
  const isToken = token !== undefined && written.some((p) => p.buffer === printExpr(token));
  return payloadOf(amounts, add, isToken);
}

/** Both directions of one list are not in one chain. */
function descriptorsOf(pieces: readonly Piece[]): Bounds {
  const isOf = (direction: Direction, p: Piece): boolean =>
    p.direction === direction || !pieces.some((q) => q.list === p.list && q.direction === direction);
  const total = (direction: Direction): Bounds =>
    pieces
      .filter((p) => isOf(direction, p))
      .map((p) => p.segments)
      .reduce<Bounds>(sum, exactly(0));
  return union(total('out'), total('in'));
}

function workload(amounts: Amounts, pieces: Pieces, known: Known): Workload {
  const { program } = amounts;
  const { add, entry, driver } = known;
  const { file } = add.fn;
  const own = pieces.of(add, entry.frame);
  const descriptors = descriptorsOf(own);
  const queue = add.call.args[0];
  return {
    id: known.id,
    deviceClass: classOf(program, file),
    file,
    function: add.fn.name,
    range: { start: program.positionOf(file, add.call.start), end: program.positionOf(file, add.call.end) },
    call: add.name,
    via: entry.callers.map(({ fn, call }) => evidenceAt(program, fn.file, call)),
    queue: queue === undefined ? '' : printExpr(queue),
    pieces: own,
    posting: postingOf(amounts, pieces, add, entry.frame, own),
    mapping: mappingOf(program, driver, add, own),
    descriptors,
    mayUseIndirect: descriptors.most === null || descriptors.most > 1,
    ringEntries: driver.ringEntries,
    payload: payloadOfOne(amounts, add, own),
  };
}
