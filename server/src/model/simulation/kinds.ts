/** Requests of the driver, reckoned once: what mapping, copying and serving each of them takes. */
import { searchRule } from '../bounce/search.js';
import type { SlotWish } from '../bounce/slot-pool.js';
import { SEGMENT_SLOTS, slotsOf } from '../bounce/units.js';
import type { Piece } from '../driver/shapes.js';
import { DESCRIPTOR_BYTES } from '../virtqueue/layout.js';
import type { SimulationRequest } from './request.js';

/** One mapping of a request. Times are whole nanoseconds, all of them but waiting. */
export interface Mapping {
  readonly slots: number;
  readonly wish: SlotWish;
  /** Bytes copied when it is mapped, and when it is unmapped; -1: none are. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** To be mapped and unmapped beside what is done under the lock, the copy included. */
  readonly inNs: number;
  readonly outNs: number;
  /** One copy. */
  readonly copyNs: number;
  /** Under the area's lock, probes apart. */
  readonly findNs: number;
  readonly giveNs: number;
}

export interface Kind {
  /** Empty where the driver maps nothing; the indirect table comes last. */
  readonly mappings: readonly Mapping[];
  readonly descriptors: number;
  /** Of the ring itself. */
  readonly ringDescriptors: number;
  readonly bytes: number;
  /** Nanoseconds. */
  readonly driverNs: number;
  readonly deviceNs: number;
  /** Of the ring's cache lines: to expose it, to read it, to take it back. */
  readonly exposeNs: number;
  readonly readNs: number;
  readonly takeNs: number;
  readonly isTooLarge: boolean;
}

/** A page-aligned original: what drivers' buffers are to the search for slots. */
const ORIGINAL = 1 << 20;

export class Kinds {
  readonly all: Kind[] = [];
  private readonly request: SimulationRequest;
  private readonly known = new Map<string, number>();

  constructor(request: SimulationRequest) {
    this.request = request;
  }

  /** The number of the kind of a request of such pieces. */
  of(pieces: readonly Piece[]): number {
    const key = pieces.map(({ bytes, deviceWrites }) => (deviceWrites ? -bytes : bytes)).join();
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const made = this.all.length;
    this.all.push(this.make(pieces));
    this.known.set(key, made);
    return made;
  }

  private make(pieces: readonly Piece[]): Kind {
    const { costs, ring, usesDmaApi = true } = this.request;
    const hasTable = ring.indirect && pieces.length > 1;
    const table: Piece = { bytes: pieces.length * DESCRIPTOR_BYTES, deviceWrites: false, isPayload: false };
    const mapped = hasTable ? [...pieces, table] : pieces;
    const ringDescriptors = hasTable ? 1 : pieces.length;
    const bytes = pieces.reduce((sum, piece) => sum + piece.bytes, 0);
    const stream = costs.ringStreamNs * ringDescriptors;
    return {
      mappings: usesDmaApi ? mapped.map((piece) => this.mapping(piece)) : [],
      descriptors: hasTable ? pieces.length + 1 : pieces.length,
      ringDescriptors,
      bytes,
      driverNs: costs.driverNs + ns(bytes, costs.driverPsPerByte),
      deviceNs:
        costs.deviceRequestNs + costs.deviceDescriptorNs * pieces.length + ns(bytes, costs.devicePsPerByte),
      exposeNs: Math.ceil(stream / 2),
      readNs: stream,
      takeNs: Math.floor(stream / 2),
      isTooLarge: this.request.pool !== null && pieces.some((piece) => slotsOf(piece.bytes) > SEGMENT_SLOTS),
    };
  }

  private mapping({ bytes, deviceWrites }: Piece): Mapping {
    const { costs, pool } = this.request;
    const way = { in: Math.ceil(costs.mapCallNs / 2), out: Math.floor(costs.mapCallNs / 2) };
    if (pool === null) return unbounced(bytes, way);
    const { mechanics } = pool;
    const { pageSize } = this.request.driver;
    const slots = slotsOf(bytes);
    const pairNs = costs.slotPairNs + ns(slots - 1, costs.slotPs);
    const copyNs = costs.copyNs + ns(bytes, costs.copyPsPerByte);
    const copiesIn = mechanics.mapCopies === 'all' || !deviceWrites;
    return {
      slots,
      wish: wishOf(
        bytes,
        searchRule({ size: bytes, minAlignMask: 0, allocAlignMask: 0, pageSize }, mechanics),
      ),
      bytesIn: copiesIn ? bytes : -1,
      bytesOut: deviceWrites ? bytes : -1,
      inNs: way.in + (copiesIn ? copyNs : 0),
      outNs: way.out + (deviceWrites ? copyNs : 0),
      copyNs,
      findNs: Math.ceil(pairNs / 2),
      giveNs: Math.floor(pairNs / 2),
    };
  }
}

function wishOf(size: number, rule: SlotWish['rule']): SlotWish {
  return { original: ORIGINAL, size, offset: 0, rule, boundary: Infinity };
}

function unbounced(bytes: number, way: { readonly in: number; readonly out: number }): Mapping {
  const rule = {
    stride: 1,
    zeroMask: 0,
    originalMask: 0,
    startsAligned: false,
    endsWhenBack: false,
    isRegular: true,
  };
  return {
    slots: 0,
    wish: wishOf(bytes, rule),
    bytesIn: -1,
    bytesOut: -1,
    inNs: way.in,
    outNs: way.out,
    copyNs: 0,
    findNs: 0,
    giveNs: 0,
  };
}

/** Whole nanoseconds of so many times so many picoseconds; the quotient of integers below 2^53 is the same everywhere. */
export function ns(count: number, picoseconds: number): number {
  return Math.floor((count * picoseconds) / 1000);
}
