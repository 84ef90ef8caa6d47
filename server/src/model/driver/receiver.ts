/** A receive queue: buffers posted ahead, packets that the device puts in, and the driver filling up again. */
import type { Exposed, Looked } from './exposed-queue.js';
import { type BufferSource, type PostedBuffers, packetsOf } from './posted.js';
import type { SubmitFailure } from './queue.js';

export class Receiver {
  readonly queue: Exposed;
  readonly posted: PostedBuffers;
  private readonly source: BufferSource;
  /** Bytes of each buffer the device has not taken, oldest first from `oldest` on. */
  private readonly rooms: number[] = [];
  private oldest = 0;
  private room = 0;

  constructor(queue: Exposed, posted: PostedBuffers) {
    this.queue = queue;
    this.posted = posted;
    this.source = posted.source();
  }

  /** Posts as many buffers as the driver wants and the ring holds; null, or why one could not be. */
  fill(): SubmitFailure | null {
    const { driver } = this.queue;
    while (driver.inFlight.size < this.posted.most && driver.freeDescriptors > 0) {
      const pieces = this.source.next();
      const submitted = driver.submit(pieces);
      // A chain that does not fit what is left of the ring is no failure: the driver stops there.
      if (!submitted.ok)
        return submitted.why === 'ring full' && driver.inFlight.size > 0 ? null : submitted.why;
      let bytes = 0;
      for (const piece of pieces) bytes += piece.bytes;
      this.rooms.push(bytes);
      this.room += bytes;
    }
    return null;
  }

  /** Fills the queue up when the driver thinks it is time to. */
  refill(): SubmitFailure | null {
    const { driver } = this.queue;
    const isTime =
      this.posted.most === Infinity
        ? driver.freeDescriptors > this.posted.refillAbove
        : driver.inFlight.size < this.posted.most;
    return isTime ? this.fill() : null;
  }

  /** What a request comes as: packets of their payload. */
  packetsOf(bytes: number): readonly number[] {
    return packetsOf(this.posted, bytes);
  }

  /** Whether the device finds buffers for the whole of a packet. */
  hasRoomFor(bytes: number): boolean {
    const needed = this.posted.isMergeable ? bytes + this.posted.headerBytes : 1;
    return this.oldest < this.rooms.length && this.room >= needed;
  }

  /** One packet, for which there is room; null where the device finds nothing in the ring all the same. */
  deliver(bytes: number): Looked | null {
    const total = bytes + this.posted.headerBytes;
    const looked = this.queue.deliver(total, this.posted.isMergeable);
    this.source.received(bytes);
    for (let left = total; left > 0; ) {
      const room = this.rooms[this.oldest] ?? left;
      this.oldest += 1;
      this.room -= room;
      left = this.posted.isMergeable ? left - room : 0;
    }
    return looked;
  }
}
