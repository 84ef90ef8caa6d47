/**
 * The driver's side of one queue: buffers in its own memory, mapped the way the kernel's decision says, handed to the
 * ring, and taken back when the device has used them (virtqueue_add(), virtqueue_get_buf(): drivers/virtio/virtio_ring.c).
 */
import type { DmaApi, Mapping } from '../guest/dma-api.js';
import { type GuestMemory, hex } from '../memory/guest-memory.js';
import type { Trace } from '../trace.js';
import { DESCRIPTOR_BYTES } from '../virtqueue/layout.js';
import type { DriverRing, RingBuffer } from '../virtqueue/ring.js';
import { isEqual, pattern } from './data.js';
import type { Piece } from './pieces.js';

/** One buffer of a request in flight. */
export interface Placed {
  readonly piece: Piece;
  readonly mapping: Mapping;
  /** What the driver put there, or hopes to find there. */
  readonly seed: number;
}

export interface InFlight {
  readonly placed: readonly Placed[];
  /** The indirect table, mapped like a buffer; null without. */
  readonly table: Mapping | null;
}

export type Submitted = { readonly ok: true } | { readonly ok: false; readonly why: SubmitFailure };
export type SubmitFailure = 'ring full' | 'full' | 'too large' | 'no pool' | 'no memory';

export interface DriverQueueOptions {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  /** Null: addresses are physical addresses, no mapping is made. */
  readonly dma: DmaApi | null;
  readonly ring: DriverRing;
}

export class DriverQueue {
  /** Ring and table descriptors written. */
  descriptors = 0;
  readonly inFlight = new Map<number, InFlight>();
  private readonly o: DriverQueueOptions;
  /** Requests by the address of their first buffer, as the device is told it. */
  private readonly byAddress = new Map<number, InFlight>();
  private readonly tables = new Map<number, Mapping>();
  private lastTable: Mapping | null = null;
  private readonly spare = new Map<number, number[]>();
  private nextToken = 0;

  constructor(options: DriverQueueOptions) {
    this.o = options;
  }

  get freeDescriptors(): number {
    return this.o.ring.freeDescriptors;
  }

  /** Maps the pieces and exposes them. What was mapped before a failure is unmapped again. */
  submit(pieces: readonly Piece[]): Submitted {
    const { ring, trace } = this.o;
    const isIndirect = ring.usesIndirect(pieces.length);
    if (ring.freeDescriptors < (isIndirect ? 1 : pieces.length)) return { ok: false, why: 'ring full' };
    const placed: Placed[] = [];
    const token = this.nextToken;
    for (const piece of pieces) {
      const result = this.place(piece, token + placed.length);
      if (typeof result === 'string') {
        this.giveBack({ placed, table: null });
        return { ok: false, why: result };
      }
      placed.push(result);
    }
    const buffers: RingBuffer[] = placed.map(({ mapping, piece }) => ({
      address: mapping.address,
      bytes: mapping.bytes,
      deviceWrites: piece.deviceWrites,
    }));
    const table = isIndirect ? this.mapTable(buffers) : null;
    if (typeof table === 'string') {
      this.giveBack({ placed, table: null });
      return { ok: false, why: table };
    }
    ring.add(buffers, token, table === null ? null : { address: table.address, bytes: table.bytes });
    this.descriptors += isIndirect ? pieces.length + 1 : pieces.length;
    const request: InFlight = { placed, table };
    this.inFlight.set(token, request);
    if (table !== null) this.tables.set(table.address, table);
    const [first] = placed;
    if (first !== undefined) this.byAddress.set(first.mapping.address, request);
    this.nextToken += pieces.length;
    if (trace.isKept)
      trace.step('driver', 'exposed', -1, -1, pieces.length === 1 ? '1 buffer' : `${pieces.length} buffers`);
    else trace.step('driver', 'exposed');
    return { ok: true };
  }

  /** Takes back every request the device has used. Gives the buffers whose content is not what was written there. */
  takeUsed(): { readonly done: number; readonly differing: number } {
    let done = 0;
    let differing = 0;
    for (let used = this.o.ring.takeUsed(); used !== null; used = this.o.ring.takeUsed()) {
      const request = this.inFlight.get(used.token);
      if (request === undefined) continue;
      this.inFlight.delete(used.token);
      this.byAddress.delete(request.placed[0]?.mapping.address ?? -1);
      differing += this.giveBack(request);
      done += 1;
    }
    return { done, differing };
  }

  /** The request whose first buffer the device was told to be at an address; null: none is. */
  requestAt(address: number): InFlight | null {
    return this.byAddress.get(address) ?? null;
  }

  /** The physical address of a byte of an indirect table that the device was told of; -1: it was told of none there. */
  tableByteAt(address: number): number {
    const inLast = this.lastTable === null ? -1 : address - this.lastTable.address;
    if (this.lastTable !== null && inLast >= 0 && inLast < this.lastTable.bytes)
      return this.lastTable.data + inLast;
    this.lastTable = this.tables.get(address) ?? null;
    return this.lastTable?.data ?? -1;
  }

  /** Unmaps the buffers of a request; counts those for the driver that do not hold what the device wrote. */
  private giveBack({ placed, table }: InFlight): number {
    const { memory } = this.o;
    let differing = 0;
    for (const { mapping, piece, seed } of placed) {
      this.unmap(mapping);
      const isRead = piece.deviceWrites;
      if (isRead && !isEqual(memory.read(mapping.original, mapping.bytes), pattern(seed, mapping.bytes)))
        differing += 1;
      this.putBack(mapping);
    }
    if (table !== null) {
      this.tables.delete(table.address);
      if (this.lastTable === table) this.lastTable = null;
      this.unmap(table);
      this.putBack(table);
    }
    return differing;
  }

  private place(piece: Piece, seed: number): Placed | SubmitFailure {
    const { memory, trace } = this.o;
    const original = this.memoryFor(piece.bytes);
    if (original < 0) return 'no memory';
    if (piece.deviceWrites) trace.step('driver', 'buffer to fill', original, piece.bytes);
    else {
      const data = pattern(seed, piece.bytes);
      memory.write(original, data);
      trace.step('driver', 'buffer filled', original, piece.bytes, '', data);
    }
    const mapping = this.map(original, piece.bytes, piece.deviceWrites ? 'from-device' : 'to-device');
    return typeof mapping === 'string' ? mapping : { piece, mapping, seed };
  }

  /** The indirect table is written first and mapped when it is whole (virtqueue_add_split() of v6.12). */
  private mapTable(buffers: readonly RingBuffer[]): Mapping | SubmitFailure {
    const bytes = buffers.length * DESCRIPTOR_BYTES;
    const original = this.memoryFor(bytes);
    if (original < 0) return 'no memory';
    this.o.ring.writeTable(original, buffers);
    return this.map(original, bytes, 'to-device');
  }

  private map(original: number, bytes: number, direction: Mapping['direction']): Mapping | SubmitFailure {
    const { dma, trace } = this.o;
    if (dma === null) {
      trace.step('driver', 'physical address', original, bytes, `no mapping: ${hex(original)}`);
      return { address: original, original, bytes, direction, data: original, isBounced: false };
    }
    const result = dma.map(original, bytes, direction);
    if (!('failed' in result)) return result;
    this.keep(original, bytes);
    return result.failed;
  }

  private unmap(mapping: Mapping): void {
    this.o.dma?.unmap(mapping);
  }

  // Buffers are kept for the next request of the same size: what a slab would do.

  private memoryFor(bytes: number): number {
    return this.spare.get(bytes)?.pop() ?? this.o.memory.allocate(bytes);
  }

  private putBack(mapping: Mapping): void {
    this.keep(mapping.original, mapping.bytes);
  }

  private keep(original: number, bytes: number): void {
    const list = this.spare.get(bytes);
    if (list === undefined) this.spare.set(bytes, [original]);
    else list.push(original);
  }
}
