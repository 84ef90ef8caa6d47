/** A receive ring over many packets, buffer by buffer: their sizes alternate, and follow the packets. */
import { type BufferSource, type PostedBuffers, packetsOf } from '../driver/shapes.js';
import { addRequest, nothing, ringRequest, type Sum } from './pieces.js';
import type { ExactQuestion, Obstacle } from './question.js';

/** A posted buffer: what it holds, and what its completion copies back. */
interface Buffer {
  readonly room: number;
  readonly slots: number;
  readonly ringEntries: number;
  readonly copiesFromDevice: number;
  readonly bytesFromDevice: number;
}

export class ReceiveRun {
  slots = 0;
  peak = 0;
  private readonly question: ExactQuestion;
  private readonly posted: PostedBuffers;
  private readonly source: BufferSource;
  private readonly copiesAll: boolean;
  /** In the order of posting; those before `oldest` were taken back. */
  private readonly buffers: Buffer[] = [];
  private oldest = 0;
  /** Buffers the device has filled and the driver has not taken. */
  private filled = 0;
  private free: number;

  /** Its ring is full: what that took is not counted. */
  constructor(question: ExactQuestion, posted: PostedBuffers, copiesAll: boolean) {
    this.question = question;
    this.posted = posted;
    this.source = posted.source();
    this.copiesAll = copiesAll;
    this.free = question.queue.size;
    this.fill(nothing());
  }

  get isEmpty(): boolean {
    return this.inRing === 0;
  }

  /** `count` requests, of which `depth` come before the driver looks; what they cost goes to the sum. */
  take(sum: Sum, bytes: number, count: number, depth: number): Obstacle | null {
    const packets = packetsOf(this.posted, bytes);
    for (let left = count; left > 0; left -= depth) {
      const batch = Math.min(depth, left) * packets.length;
      for (let at = 0; at < batch; ) {
        const taken = this.poll(sum, packets, at, Math.min(batch, at + this.posted.budget));
        if (taken === 0) return 'exhausted';
        at += taken;
      }
    }
    return null;
  }

  private get inRing(): number {
    return this.buffers.length - this.oldest;
  }

  private fill(sum: Sum): void {
    const pool = this.question.poolSlots ?? Infinity;
    while (this.inRing < this.posted.most && this.free > 0) {
      const pieces = this.source.next();
      const { slots, ringEntries } = ringRequest(pieces, this.question);
      if (ringEntries > this.free || this.slots + slots > pool) return;
      const whole = nothing();
      addRequest(whole, pieces, this.question, this.copiesAll);
      const { copiesFromDevice, bytesFromDevice } = whole;
      // What is copied back is counted when the buffer is taken back.
      sum.maps += whole.maps;
      sum.descriptors += whole.descriptors;
      sum.copiesToDevice += whole.copiesToDevice;
      sum.bytesToDevice += whole.bytesToDevice;
      const room = pieces.reduce((all, { bytes }) => all + bytes, 0);
      this.buffers.push({ room, slots, ringEntries, copiesFromDevice, bytesFromDevice });
      this.free -= ringEntries;
      this.slots += slots;
      this.peak = Math.max(this.peak, this.slots);
    }
  }

  /** One look of the driver: how many packets it found. */
  private poll(sum: Sum, packets: readonly number[], from: number, end: number): number {
    let at = from;
    while (at < end && this.deliver(packets[at % packets.length] ?? 0)) at += 1;
    if (at === from) return 0;
    for (; this.filled > 0; this.filled -= 1) this.takeBack(sum);
    if (this.isTimeToFill) this.fill(sum);
    return at - from;
  }

  /** False: the device finds no buffers for the whole of the packet. */
  private deliver(packet: number): boolean {
    let left = this.posted.isMergeable ? packet + this.posted.headerBytes : 1;
    let buffers = 0;
    while (left > 0) {
      const next = this.buffers[this.oldest + this.filled + buffers];
      if (next === undefined) return false;
      left -= next.room;
      buffers += 1;
    }
    this.filled += buffers;
    this.source.received(packet);
    return true;
  }

  private takeBack(sum: Sum): void {
    const buffer = this.buffers[this.oldest];
    if (buffer === undefined) return;
    this.oldest += 1;
    this.slots -= buffer.slots;
    this.free += buffer.ringEntries;
    sum.copiesFromDevice += buffer.copiesFromDevice;
    sum.bytesFromDevice += buffer.bytesFromDevice;
  }

  private get isTimeToFill(): boolean {
    return this.posted.most === Infinity
      ? this.free > this.posted.refillAbove
      : this.inRing < this.posted.most;
  }
}
