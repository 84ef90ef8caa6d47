/** Buffers posted ahead on one queue: what the driver puts there, and how much of a packet they hold. */
import { type BufferSource, type PostedBuffers, postedBuffers } from '../../driver/shapes.js';
import type { Kind } from '../kinds.js';
import type { Queue } from '../queue/queue.js';
import type { World } from '../world.js';

/** What became of an attempt to fill a queue up. */
export type Filled = 'full' | 'posted one' | 'no slots';

export class Receiver {
  readonly queue: Queue;
  readonly posted: PostedBuffers;
  /** The last attempt to fill up ended for want of slots. */
  isStarved = false;
  /** When the buffer posted last was there, or could not be. */
  doneAt = 0;
  private readonly world: World;
  private readonly source: BufferSource;
  /** Bytes of each buffer the device has not taken, oldest first from `oldest` on. */
  private rooms: number[] = [];
  private oldest = 0;
  private room = 0;

  constructor(world: World, queue: Queue, posted: PostedBuffers) {
    this.world = world;
    this.queue = queue;
    this.posted = posted;
    this.source = posted.source();
  }

  get isTimeToFill(): boolean {
    const { posted, queue } = this;
    return posted.most === Infinity ? queue.free > posted.refillAbove : queue.inFlight < posted.most;
  }

  /** Posts the next buffer, if the driver wants another and the ring has room: add_recvbuf_*() of virtio_net.c. */
  postOne(cpu: number, now: number): Filled {
    const { queue, posted, world } = this;
    this.doneAt = now;
    this.isStarved = false;
    if (queue.inFlight >= posted.most || queue.free === 0) return 'full';
    const number = world.kinds.of(this.source.next());
    const kind = world.kinds.all[number];
    if (kind === undefined || kind.ringDescriptors > queue.free) return 'full';
    const token = queue.takeToken();
    queue.kindOf[token] = number;
    if (!this.map(kind, token, cpu)) {
      queue.giveToken(token);
      this.isStarved = true;
      return 'no slots';
    }
    this.doneAt += kind.exposeNs;
    queue.free -= kind.ringDescriptors;
    queue.inFlight += 1;
    queue.available.push(token, this.doneAt);
    queue.ring.add(kind.ringDescriptors);
    queue.unkicked += 1;
    world.tally.descriptors += kind.descriptors;
    world.tally.exposed += 1;
    this.rooms.push(kind.bytes);
    this.room += kind.bytes;
    return 'posted one';
  }

  /** Whether the device finds buffers for the whole of a packet. */
  hasRoomFor(bytes: number): boolean {
    const needed = this.posted.isMergeable ? bytes + this.posted.headerBytes : 1;
    return this.oldest < this.rooms.length && this.room >= needed;
  }

  /** Buffers that the device puts a packet into, which it takes now. */
  take(bytes: number): number {
    this.source.received(bytes);
    let buffers = 0;
    for (let left = bytes + this.posted.headerBytes; left > 0; ) {
      const room = this.rooms[this.oldest] ?? left;
      this.oldest += 1;
      this.room -= room;
      buffers += 1;
      left = this.posted.isMergeable ? left - room : 0;
    }
    if (this.oldest > this.queue.size) {
      this.rooms = this.rooms.slice(this.oldest);
      this.oldest = 0;
    }
    return buffers;
  }

  private map(kind: Kind, token: number, cpu: number): boolean {
    const { queue, world } = this;
    const { slots, tally } = world;
    for (let i = 0; i < kind.mappings.length; i += 1) {
      const mapping = kind.mappings[i];
      if (mapping === undefined) break;
      if (slots !== null) {
        const slot = slots.map(mapping, cpu, this.doneAt);
        this.doneAt = slots.doneAt;
        if (slot < 0) {
          tally.failedMaps += 1;
          this.undo(kind, token, i, cpu);
          return false;
        }
        queue.slotsOf[token * queue.width + i] = slot;
      }
      tally.mapped(mapping);
      this.doneAt += mapping.inNs;
    }
    return true;
  }

  private undo(kind: Kind, token: number, mapped: number, cpu: number): void {
    const { queue, world } = this;
    for (let i = 0; i < mapped; i += 1) {
      const mapping = kind.mappings[i];
      if (mapping === undefined) break;
      this.doneAt += mapping.outNs;
      world.slots?.give(mapping, queue.slotsOf[token * queue.width + i] ?? 0, cpu, this.doneAt);
      if (world.slots !== null) this.doneAt = world.slots.doneAt;
      world.tally.unmapped(mapping);
    }
  }
}

/** A receiver for a queue, if the driver posts buffers for a request of the list. */
export function receiverOf(world: World, queue: Queue): Receiver | null {
  for (const { op } of world.request.requests) {
    const posted = postedBuffers(world.request.driver, op);
    if (posted !== null) return new Receiver(world, queue, posted);
  }
  return null;
}
