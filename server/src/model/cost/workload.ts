/** What the bound is asked: a steady stream of like requests. Plain data; nothing here knows where it came from. */
import type { PlatformId } from '../scenario.js';
import type { Mapping } from './bounce.js';
import type { Interval } from './interval.js';
import type { Evidence, RingKind } from './parameter.js';

/** What a virtual CPU does that has nothing to do. `haltpoll`: it looks again for up to 200 us before it halts. */
export type IdlePolicy = 'halt' | 'haltpoll' | 'poll';

/** Who is at the other end of the ring, and how fast. */
export interface Backend {
  readonly id: string;
  readonly name: string;
  /** One request of no bytes, from seeing it to completing it, none other under way. */
  readonly serviceNs: Interval;
  /** What a request, and a byte, occupy the device with; others wait meanwhile. */
  readonly busyNs: Interval;
  readonly busyNsPerByte: Interval;
  /** Queues it serves at the same time; Infinity: each queue by itself. */
  readonly workers: number;
  /**
   * Keeps many requests under way (a drive): while it has some, what the guest takes longer is hidden. Otherwise (a thread
   * that does one thing after another) guest and device wait now for the one, now for the other.
   */
  readonly isConcurrent: boolean;
  /** What it does for a byte is copying: a bounce copy of the guest then takes memory bandwidth from it. */
  readonly sharesMemory: boolean;
  /** Never sleeps: needs no notification. */
  readonly polls: boolean;
  /** Accesses of a register per request that the hypervisor has to emulate, beyond notifications. */
  readonly exits: number;
  readonly evidence: Evidence;
  readonly source: string;
}

/** What the guest does for a request besides bouncing it. */
export interface GuestWork {
  readonly requestNs: Interval;
  readonly nsPerByte: Interval;
  readonly evidence: Evidence;
  readonly source: string;
}

export interface Workload {
  readonly platform: PlatformId;
  /** Of one request, in their order; what they cost depends on `isBounced`. */
  readonly mappings: readonly Mapping[];
  /** The payload comes from the device. */
  readonly receives: boolean;
  readonly isBounced: boolean;
  /** Slots of the pool that a request holds while it is in flight; 0: its buffers were posted ahead, and hold theirs. */
  readonly slotsPerRequest: number;
  readonly payloadBytes: number;
  /** Requests in flight on each queue. */
  readonly depth: number;
  readonly queues: number;
  /** CPUs that submit. */
  readonly cpus: number;
  readonly ring: RingKind;
  readonly ringSize: number;
  /** Ring entries a request takes. */
  readonly ringEntries: number;
  readonly eventIdx: boolean;
  readonly pool: {
    readonly slots: number;
    readonly areas: number;
    /** Taken for good by buffers the driver keeps posted. */
    readonly atRest: number;
  };
  /** `stream`: the source doesn't wait for answers (packets); `closed`: a completion makes the next request (a disk). */
  readonly loop: 'stream' | 'closed';
  readonly completion: 'interrupt' | 'poll';
  readonly idle: IdlePolicy;
  /** Maps and unmaps under the queue's lock, one CPU at a time (virtio_blk: vqs[].lock around virtqueue_add_sgs()). */
  readonly mapsUnderQueueLock: boolean;
  readonly backend: Backend;
  readonly guest: GuestWork;
}
