/**
 * A driver and its device exchanging requests over virtqueues, and what was seen while they did.
 *
 * Ring and payload are judged apart: where the device cannot read the ring, it is shown the buffers all the same, so that
 * the answer for the payload does not depend on that for the ring.
 */
import type { BouncePool } from '../bounce/pool.js';
import type { Device } from '../device/device.js';
import type { DmaApi } from '../guest/dma-api.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import type { FeatureSet } from '../policy.js';
import type { Counts, RequestSpec, Sight } from '../scenario.js';
import type { Trace } from '../trace.js';
import { type Exposed, openQueue } from './exposed-queue.js';
import type { SubmitFailure } from './queue.js';
import { Receiver } from './receiver.js';
import {
  type DriverFacts,
  type Piece,
  postedBuffers,
  ringReserve,
  shapesOf,
  standingBuffers,
} from './shapes.js';

export interface TrafficOptions {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  /** Null: addresses are physical addresses. */
  readonly dma: DmaApi | null;
  readonly pool: BouncePool | null;
  readonly device: Device;
  readonly driver: DriverFacts;
  readonly features: FeatureSet;
}

export interface Seen {
  readonly ring: Sight;
  readonly payload: Sight;
  readonly isBounced: boolean;
  /** Why there was no memory for a ring; null: there was. */
  readonly ringFailure: string | null;
  /** Why a request could never be mapped; null: all were. */
  readonly exhausted: string | null;
  readonly counts: Omit<Counts, 'conversions'>;
  readonly notes: readonly string[];
}

/** What is asked of a device when the scenario asks for nothing: one page each way. */
const probe: readonly RequestSpec[] = [
  { op: 'write', segments: [4096], count: 1 },
  { op: 'read', segments: [4096], count: 1 },
];

export class Traffic {
  private readonly o: TrafficOptions;
  private readonly notes: string[] = [];
  private readonly size: number;
  private requeues = 0;
  private ring: Sight = 'plain';
  private payload: Sight = 'plain';
  private isBounced = false;
  private exhausted: string | null = null;
  private ringFailure: string | null = null;

  constructor(options: TrafficOptions) {
    this.o = options;
    this.size = options.driver.queueSize;
  }

  /** Null: a small probe each way. Stops at the first request that cannot be completed. */
  run(requests: readonly RequestSpec[] | null): Seen {
    const work = requests ?? probe;
    const postedFor = ({ op }: RequestSpec) => postedBuffers(this.o.driver, op);
    const posted = work.map(postedFor).find((buffers) => buffers !== null) ?? null;
    const receiving = posted === null ? null : this.open();
    const main = work.some((r) => postedFor(r) === null) || receiving === null ? this.open() : null;
    const receiver = receiving === null || posted === null ? null : new Receiver(receiving, posted);
    if (receiver !== null) this.fill(receiver);
    this.postStanding();
    const queues = [main, receiver?.queue ?? null];
    const start = this.totals(queues);
    for (const request of work) {
      if (this.isOver) break;
      if (receiver !== null && postedFor(request) !== null) this.receive(receiver, request);
      else if (main !== null) this.exchange(main, request);
    }
    if (this.requeues > 0) this.notes.push(`${this.requeues} submissions put back: the pool was full`);
    const end = this.totals(queues);
    return {
      ring: this.ring,
      payload: this.payload,
      isBounced: this.isBounced,
      ringFailure: this.ringFailure,
      exhausted: this.exhausted,
      counts: {
        maps: end.maps - start.maps,
        copiesToDevice: end.copiesToDevice - start.copiesToDevice,
        bytesToDevice: end.bytesToDevice - start.bytesToDevice,
        copiesFromDevice: end.copiesFromDevice - start.copiesFromDevice,
        bytesFromDevice: end.bytesFromDevice - start.bytesFromDevice,
        slotsPeak: this.o.pool?.peak ?? 0,
        slotsAtRest: this.o.pool?.used ?? 0,
        descriptors: end.descriptors - start.descriptors,
      },
      notes: this.notes,
    };
  }

  private get isOver(): boolean {
    return (
      this.exhausted !== null ||
      this.ringFailure !== null ||
      this.ring !== 'plain' ||
      this.payload !== 'plain'
    );
  }

  private totals(
    queues: readonly (Exposed | null)[],
  ): Omit<Counts, 'conversions' | 'slotsPeak' | 'slotsAtRest'> {
    const { pool, dma } = this.o;
    return {
      maps: dma?.maps ?? 0,
      copiesToDevice: pool?.copiesToDevice ?? 0,
      bytesToDevice: pool?.bytesToDevice ?? 0,
      copiesFromDevice: pool?.copiesFromDevice ?? 0,
      bytesFromDevice: pool?.bytesFromDevice ?? 0,
      descriptors: queues.reduce((sum, queue) => sum + (queue?.driver.descriptors ?? 0), 0),
    };
  }

  private open(): Exposed | null {
    const queue = openQueue(this.o, this.size);
    if (queue === null) this.ringFailure = 'no memory for the ring';
    return queue;
  }

  /** What stands on a queue of its own for as long as the driver is bound. */
  private postStanding(): void {
    const standing = standingBuffers(this.o.driver.device);
    const queue = standing === null || this.isOver ? null : this.open();
    if (standing === null || queue === null) return;
    for (let n = 0; n < standing.count; n += 1) {
      const submitted = queue.driver.submit([
        { bytes: standing.bytes, deviceWrites: true, isPayload: false },
      ]);
      if (!submitted.ok) return;
    }
  }

  // ---- requests --------------------------------------------------------------------------------------------

  /** Submits up to `inFlight` requests, lets the device work, takes back what it used; until all are done. */
  private exchange(queue: Exposed, request: RequestSpec): void {
    const shapes = shapesOf(this.o.driver, request);
    const depth = request.inFlight ?? 1;
    let left = request.count;
    while (left > 0 && !this.isOver) {
      const batch = Math.min(depth, left);
      const lists = Array.from({ length: batch }, () => shapes).flat();
      this.submitAll(queue, lists);
      this.serve(queue);
      left -= batch;
    }
  }

  /** Submits every list; where ring or pool are full, the device has to finish something first. */
  private submitAll(queue: Exposed, lists: readonly (readonly Piece[])[]): void {
    const { device, queueSize } = this.o.driver;
    const reserve = ringReserve(device, queueSize);
    for (const pieces of lists) {
      if (queue.driver.freeDescriptors < reserve) this.serve(queue);
      for (;;) {
        if (this.isOver) return;
        const submitted = queue.driver.submit(pieces);
        if (submitted.ok) break;
        if (queue.driver.inFlight.size === 0) {
          this.exhaust(exhaustion(submitted.why));
          return;
        }
        if (submitted.why !== 'ring full') this.requeues += 1;
        this.serve(queue);
      }
    }
  }

  /** The device does what is in the ring; the driver takes it back. */
  private serve(queue: Exposed): void {
    const looked = queue.serve();
    this.note(looked);
    if (!this.isOver) queue.driver.takeUsed();
  }

  private note(looked: { ring: Sight; payload: Sight; isBounced: boolean }): void {
    if (this.ring === 'plain') this.ring = looked.ring;
    if (this.payload === 'plain') this.payload = looked.payload;
    this.isBounced ||= looked.isBounced;
  }

  // ---- posted buffers --------------------------------------------------------------------------------------

  private fill(receiver: Receiver): void {
    const failure = receiver.fill();
    if (failure === null) return;
    const why = `${exhaustion(failure)} after ${receiver.queue.driver.inFlight.size} receive buffers`;
    this.notes.push(why);
    if (receiver.queue.driver.inFlight.size === 0) this.exhausted = why;
  }

  /**
   * `inFlight` requests that come before the driver looks are taken in one poll, and the ring is refilled once after it,
   * unless the driver's budget, or the buffers, end before.
   */
  private receive(receiver: Receiver, request: RequestSpec): void {
    const bytes = request.segments.reduce((a, b) => a + b, 0);
    const packets = receiver.packetsOf(bytes);
    const depth = request.inFlight ?? 1;
    for (let left = request.count; left > 0 && !this.isOver; left -= depth) {
      const batch = Array.from({ length: Math.min(depth, left) }, () => packets).flat();
      for (let at = 0; at < batch.length && !this.isOver; ) at += this.poll(receiver, batch, at);
    }
  }

  /** Packets from one on, as many as one poll takes; how many these are. */
  private poll(receiver: Receiver, packets: readonly number[], from: number): number {
    const end = Math.min(packets.length, from + receiver.posted.budget);
    let at = from;
    for (; at < end && !this.isOver; at += 1) {
      const bytes = packets[at] ?? 0;
      const looked = receiver.hasRoomFor(bytes) ? receiver.deliver(bytes) : null;
      if (looked === null) break;
      this.note(looked);
    }
    if (at === from) this.exhaust('no receive buffer is posted');
    if (this.isOver) return at - from;
    receiver.queue.driver.takeUsed();
    if (receiver.refill() !== null) this.requeues += 1;
    return at - from;
  }

  private exhaust(why: string): void {
    this.exhausted = why;
    this.notes.push(why);
  }
}

function exhaustion(why: SubmitFailure): string {
  switch (why) {
    case 'ring full':
      return 'a request needs more descriptors than the ring has';
    case 'full':
      return 'the bounce pool has no free run of slots long enough';
    case 'too large':
      return 'one mapping is larger than a pool segment of 256 KiB';
    case 'no pool':
      return 'there is no bounce pool';
    case 'no memory':
      return 'the guest has no memory left';
  }
}
