/**
 * The workload folder's face: what a driver's requests are made of, from its code alone.
 *
 *     const { workloads, notAnalysed } = workloadsOf(program, ['drivers/block/virtio_blk.c']);
 *
 * How large each piece is, how many mappings it takes, who maps it, and what waits in the ring; each with the places it was
 * read at. What the code leaves open is a range, and never a guess.
 */
import { createHash } from 'node:crypto';
import { isSameData, type Program } from '../../program/index.js';
import { atOnce, type Steps } from '../steps.js';
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
import { type Payload, type Piece, placed, type Workload as Unplaced } from './unplaced.js';
import type { Bounds, Direction, Workload } from './workload.js';

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
  return atOnce(workloadSteps(program, files));
}

/** The same, a piece of work at a time. */
export function* workloadSteps(program: Program, files: readonly string[]): Steps<Workloads> {
  const shared = readersOf(program);
  // What is traced for one call rests on all that it leads to; kept for others it would rest on too much.
  const readers = program.ledger.tracks ? () => readersOf(program) : () => shared;
  const workloads: Workload[] = [];
  const notAnalysed: { file: string; reason: string }[] = [];
  for (const file of files) {
    if (!isDriverSide(file)) continue;
    try {
      workloads.push(...(yield* inFile(program, readers, file)));
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      notAnalysed.push({ file, reason: `workload failed: ${what}` });
    }
  }
  return { workloads, notAnalysed };
}

interface Readers {
  readonly amounts: Amounts;
  readonly pieces: Pieces;
}

function readersOf(program: Program): Readers {
  const amounts = new Amounts(program);
  return { amounts, pieces: new Pieces(amounts) };
}

/** Programs of user space have a ring core of their own; the kernel's adds nothing by itself. */
function isDriverSide(file: string): boolean {
  return file.endsWith('.c') && !/^(?:tools|samples)\/|(?:^|\/)virtio_ring\.c$/.test(file);
}

function* inFile(program: Program, readers: () => Readers, file: string): Steps<Workload[]> {
  const { ledger } = program;
  const adds = ledger.answer('calls that add', file, () => addCallsIn(program, file), undefined, {
    isSame: hasSameCalls,
  });
  if (adds.length === 0) return [];
  const ordinals = new Map<string, number>();
  const workloads: Workload[] = [];
  for (const add of adds) {
    yield;
    const isSame = { isSame: isSameData };
    const find = (): readonly Entered[] => ofCall(program, readers(), file, add);
    const place = (): readonly Placed[] =>
      ledger
        .answer('workloads of a call', add.call, find, undefined, isSame)
        .map((one) => ({ ...one, workload: placed(program, one.workload) }));
    const entered = ledger.answer('placed workloads of a call', add.call, place, undefined, isSame);
    for (const { callers, workload } of entered) {
      const said = [file, add.fn.name, add.name, ...callers].join('\0');
      const ordinal = ordinals.get(said) ?? 0;
      ordinals.set(said, ordinal + 1);
      workloads.push(named(workload, `${said}\0${ordinal}`));
    }
  }
  return workloads;
}

const whole = new WeakMap<Omit<Workload, 'id'>, { readonly identity: string; readonly workload: Workload }>();

/** The workload with its id: one object as long as both are the same. */
function named(workload: Omit<Workload, 'id'>, identity: string): Workload {
  const known = whole.get(workload);
  if (known?.identity === identity) return known.workload;
  const id = createHash('sha256').update(identity).digest('hex').slice(0, 12);
  const found = { id, ...workload };
  whole.set(workload, { identity, workload: found });
  return found;
}

function hasSameCalls(a: readonly AddCall[], b: readonly AddCall[]): boolean {
  return (
    a.length === b.length &&
    a.every((add, at) => add.call === b[at]?.call && add.fn === b[at]?.fn && add.name === b[at]?.name)
  );
}

/** A call that adds, by one of the ways it is reached. */
interface Entered {
  /** Names, from the nearest caller outwards. */
  readonly callers: readonly string[];
  readonly workload: Unplaced;
}

/** The same with the lines of now. */
interface Placed {
  readonly callers: readonly string[];
  readonly workload: Omit<Workload, 'id'>;
}

function ofCall(
  program: Program,
  { amounts, pieces }: Readers,
  file: string,
  add: AddCall,
): readonly Entered[] {
  const driver = program.ledger.answer(
    'mapping of a driver',
    file,
    () => driverMapping(amounts.anew(), file),
    undefined,
    { isSame: isSameData },
  );
  return entriesOf(program, add.fn, (frame) => pieces.lists.needsCaller(add, frame)).map((entry) => ({
    callers: entry.callers.map((c) => c.fn.name),
    workload: workload(amounts, pieces, { add, entry, driver }),
  }));
}

/** What is known of a call before its pieces are. */
interface Known {
  readonly add: AddCall;
  readonly entry: Entry;
  readonly driver: DriverMapping;
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

function workload(amounts: Amounts, pieces: Pieces, known: Known): Unplaced {
  const { program } = amounts;
  const { add, entry, driver } = known;
  const { file } = add.fn;
  const own = pieces.of(add, entry.frame);
  const descriptors = descriptorsOf(own);
  const queue = add.call.args[0];
  return {
    deviceClass: classOf(program, file),
    file,
    function: add.fn.name,
    range: { start: add.call.start, end: add.call.end },
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
