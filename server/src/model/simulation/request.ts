/** What the simulation is asked and what it answers: plain data. */
import type { SwiotlbMechanics } from '../bounce/mechanics.js';
import type { DriverFacts } from '../driver/shapes.js';
import type { Counts, RequestSpec } from '../scenario.js';

/** What a side does that has nothing to do. `haltpoll`: it looks again for a while before it halts. */
export type IdlePolicy = 'halt' | 'haltpoll' | 'poll';

/**
 * Costs in whole nanoseconds; `Ps` marks those below one, in picoseconds: a byte copied, a slot looked at. Made by
 * `costsOf()` of the cost parameters.
 */
export interface SimulationCosts {
  /** What the guest's software does for one request besides mapping it. */
  readonly driverNs: number;
  readonly driverPsPerByte: number;
  /** The way through the DMA API, there and back, of one mapping. */
  readonly mapCallNs: number;
  /** Finding the slots of a small mapping and giving them back. */
  readonly slotPairNs: number;
  /** Each further slot of a mapping. */
  readonly slotPs: number;
  /** Each slot looked at beyond the first. */
  readonly probePs: number;
  /** One copy of no bytes. */
  readonly copyNs: number;
  readonly copyPsPerByte: number;
  /** Taking a lock that another CPU had last. */
  readonly lockHandOverNs: number;
  /** Notifying the device, there and back. */
  readonly kickNs: number;
  /** An interrupt that finds its CPU awake. */
  readonly interruptNs: number;
  /** Until a halted CPU of the guest runs. */
  readonly guestWakeNs: number;
  /** Until a sleeping device runs. */
  readonly deviceWakeNs: number;
  /** How long one request keeps the device from the next. */
  readonly deviceRequestNs: number;
  readonly deviceDescriptorNs: number;
  readonly devicePsPerByte: number;
  /** What a request takes beyond that, beside others. */
  readonly deviceLatencyNs: number;
  /** A descriptor of the ring, with neither side waiting for the other. */
  readonly ringStreamNs: number;
  /** A descriptor of the ring, alone: submit, see, complete, see. */
  readonly ringRoundTripNs: number;
  /** How long `haltpoll` looks again. */
  readonly haltPollNs: number;
}

export interface SimulatedPool {
  /** As `swiotlb=` says them; rounded as the kernel does. */
  readonly slots: number;
  readonly areas: number;
  readonly mechanics: SwiotlbMechanics;
  /** A `restricted-dma-pool`, or the single slot of `noforce`: the size is taken as it is, with one area. */
  readonly hasFixedSize?: boolean;
  /** Rings are allocated from it too: a `restricted-dma-pool`. */
  readonly holdsRings?: boolean;
}

export interface SimulationRequest {
  readonly driver: DriverFacts;
  /** Null: nothing is bounced. */
  readonly pool: SimulatedPool | null;
  /** False: addresses are physical addresses, and nothing is mapped. Default: true. */
  readonly usesDmaApi?: boolean;
  readonly ring: {
    readonly layout: 'split' | 'packed';
    readonly indirect: boolean;
    readonly eventIdx: boolean;
  };
  readonly requests: readonly RequestSpec[];
  /**
   * `free`: a completion makes room for the next request, and everybody goes on as soon as he can; the list of requests is
   * gone through again and again, and `inFlight` is not looked at. `in turns`: as the machine runs a scenario: so many in
   * flight, then the device, then the driver; the list once. Default: `free`.
   */
  readonly order?: 'free' | 'in turns';
  /** Requests in flight on each queue. */
  readonly depth: number;
  readonly queues: number;
  /** CPUs that submit. A queue's interrupt goes to one of them; with more CPUs than queues, several share one. */
  readonly cpus: number;
  /** Queues the device serves at the same time; default: all. */
  readonly workers?: number;
  /** Time from packet to packet where buffers are posted; default 0: as many as the device can take. */
  readonly arrivalNs?: number;
  readonly completion?: 'interrupt' | 'poll';
  readonly idle: { readonly guest: IdlePolicy; readonly device: IdlePolicy };
  /**
   * Requests exposed before the driver considers a kick; default 1. `flushes`: it also does so when it cannot go on, as
   * Linux drivers do (commit_rqs() of virtio_blk.c, netdev_xmit_more() of virtio_net.c). Default: true.
   */
  readonly batch?: { readonly requests: number; readonly flushes: boolean };
  readonly costs: SimulationCosts;
  /** Requests of the driver, and packets received, after which no more are made. In turns the list says. */
  readonly stopAfter: number;
  /** Stop sooner when all goes on as it did before; default: true. Never in turns. */
  readonly stopsWhenSteady?: boolean;
}

/**
 * How it ended. `steady`: all would go on as it did. `budget`: so many requests were made. `hang`: the device sleeps, the
 * ring has work, and no kick is owed. `livelock`: somebody tries for ever what cannot succeed. `dead`: a request can never be
 * mapped, and nothing else goes on.
 */
export type Ending = 'steady' | 'budget' | 'hang' | 'livelock' | 'dead';

/** Time spent, of all CPUs, queues and locks together. */
export interface BusyNs {
  /** Of it, copies, waiting for locks, and kicks. */
  readonly guest: number;
  readonly copy: number;
  readonly lockWait: number;
  readonly kick: number;
  readonly device: number;
  /** From a notification to a sleeping side's running. */
  readonly wake: number;
}

export interface SimulatedCounts extends Omit<Counts, 'conversions'> {
  readonly kicks: number;
  readonly interrupts: number;
  /** Times a side was woken. */
  readonly guestWakes: number;
  readonly deviceWakes: number;
  readonly failedMaps: number;
  /** Submissions and refills put back because the pool was full. */
  readonly requeues: number;
  /** Slots looked at. */
  readonly probes: number;
}

export interface SimulationResult {
  readonly ending: Ending;
  /** Why a request could not be mapped, where that ended it. */
  readonly exhausted: 'ring' | 'pool' | 'mapping too large' | 'receive buffers' | null;
  readonly submitted: number;
  readonly completed: number;
  /** From the first step to the last. */
  readonly ns: number;
  /** Of the part that repeats; of all but the beginning and the end where none did. */
  readonly requestsPerSecond: number;
  readonly busyNs: BusyNs;
  readonly counts: SimulatedCounts;
  /** Most requests that waited in one ring, and the longest wait for one lock. */
  readonly longestQueue: number;
  readonly longestLockWaitNs: number;
  readonly events: number;
}
