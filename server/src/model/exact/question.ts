/** What the exact layer is asked and what it answers. Plain data: counts that a real kernel makes, without a run. */
import type { Controller, ReceiveBuffers } from '../driver/shapes.js';
import type { DeviceClass, RequestSpec } from '../scenario.js';

export interface QueueShape {
  readonly layout: 'split' | 'packed';
  readonly size: number;
  readonly indirect: boolean;
  readonly eventIdx: boolean;
}

export interface ExactQuestion {
  readonly device: DeviceClass;
  readonly op: RequestSpec['op'];
  /** Bytes of each physically contiguous piece of payload. */
  readonly segments: readonly number[];
  readonly queue: QueueShape;
  /** Bytes of a page: 4096, 16384 or 65536. */
  readonly pageSize: number;
  /** Whether each streaming mapping is copied through the bounce pool. */
  readonly isBounced: boolean;
  /** Bytes of the largest mapping: what `virtio_max_dma_size()` answers; Infinity: no bound. */
  readonly maxMapping: number;
  /** False: the driver hands out physical addresses and maps nothing. Default: true. */
  readonly usesDmaApi?: boolean;
  /** How a network driver lays out receive buffers; default: `mergeable`. */
  readonly buffers?: ReceiveBuffers;
  /** Bytes of the device's MTU where that, and not segmentation offload, makes receive buffers big. */
  readonly mtu?: number;
  /** What an emulated device is; default: `nvme` for reads and writes, `e1000` for packets. */
  readonly controller?: Controller;
  /** The release whose driver it is; default: `v6.12`. */
  readonly release?: string;
  /** Slots of the pool, to tell what cannot fit; default: as many as are asked for. */
  readonly poolSlots?: number;
}

/**
 * What one request of the scenario costs. Where buffers are posted ahead (`isPosted`) their sizes alternate, and costs are
 * the mean over many requests of this size; they are whole numbers everywhere else.
 */
export interface Costs {
  /** What block layer, driver or device make of it: requests of the driver, or packets. */
  readonly requests: number;
  /** Streaming mappings, indirect tables included. */
  readonly maps: number;
  readonly copiesToDevice: number;
  readonly bytesToDevice: number;
  readonly copiesFromDevice: number;
  readonly bytesFromDevice: number;
  /** Slots held while all of it is in flight. */
  readonly slots: number;
  /** Descriptors written, those in indirect tables and those that refer to them. */
  readonly descriptors: number;
  /** Descriptors of the ring itself. */
  readonly ringEntries: number;
  /** Indirect tables. */
  readonly tables: number;
}

/** One request as it goes to the ring. */
export interface RingRequest {
  readonly slots: number;
  readonly ringEntries: number;
  /** A mapping of it is larger than the pool gives. */
  readonly isTooLarge: boolean;
}

/** The requests of the driver, in the order of submission, and the ring they go to. */
export interface RingUse {
  readonly requests: readonly RingRequest[];
  readonly size: number;
  /** Free descriptors below which the driver adds nothing. */
  readonly reserve: number;
}

/**
 * Why such requests cannot be completed. `ring full`: one has more descriptors than the ring. `too large`: one of its
 * mappings is larger than a segment of the pool. `exhausted`: the pool has fewer slots than one needs.
 */
export type Obstacle = 'ring full' | 'too large' | 'exhausted';

export interface ExactCost extends Costs {
  /** Requests of the driver that ring and driver let be in flight; buffers posted, where they are. */
  readonly maxInFlight: number;
  /**
   * Slots that stay in use without a request in flight: standing buffers, and a full ring of posted ones. Those of a
   * network card follow the length of packets: it is a ring that has received such packets for long.
   */
  readonly slotsAtRest: number;
  /** Buffers are posted ahead, and what is in flight holds no slots of its own. */
  readonly isPosted: boolean;
  readonly obstacle: Obstacle | null;
  /** Without requests where buffers are posted. */
  readonly ring: RingUse;
}

/** Both ends included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}
