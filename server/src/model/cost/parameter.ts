/** What a cost parameter is: a figure with bounds, a unit, a source, and how good that source is. */
import type { PlatformId } from '../scenario.js';
import type { Interval } from './interval.js';

/**
 * How a figure was come by. `measured`: run for this project or for its reference data. `published`: printed by somebody
 * else. `derived`: computed from published figures. `by analogy`: nothing is published for the platform, and the figure of
 * a similar one stands in.
 */
export type Evidence = 'measured' | 'published' | 'derived' | 'by analogy';

export interface Parameter extends Interval {
  readonly unit: 'ns' | 'ns/B' | 'ns/descriptor' | 'ratio';
  readonly evidence: Evidence;
  readonly source: string;
}

/** How a virtqueue's two sides share cache lines; the names are those of the kernel's tools/virtio/ringtest. */
export type RingKind = 'packed' | 'split' | 'split-polled' | 'split-in-order';

/** What a ring costs per buffer that goes round. */
export interface RingCosts {
  /** With enough outstanding that neither side waits for the other. */
  readonly streamNs: Parameter;
  /** With one outstanding: submit, see, complete, see. */
  readonly roundTripNs: Parameter;
}

/** Costs that the machine under the guest decides, whatever protects its memory. */
export interface MachineCosts {
  readonly copyHotNsPerByte: Parameter;
  readonly copyColdNsPerByte: Parameter;
  /** One copy whose lines are in no cache, beyond its bytes. */
  readonly copyColdFixedNs: Parameter;
  /** Finding and giving back the slots of a small mapping, alone. */
  readonly slotPairNs: Parameter;
  /** One more slot looked at by a search. */
  readonly probeNs: Parameter;
  /** The way through the DMA API, there and back, beyond slots and copies. A driver that bypasses it has none. */
  readonly dmaCallNs: Parameter;
  /** One acquisition of a lock that another CPU had last. */
  readonly lockHandOverNs: Parameter;
  /** From a notification to a sleeping thread's running, without protection. */
  readonly wakeNs: Parameter;
  /** An interrupt that finds its virtual CPU running, without protection. */
  readonly interruptNs: Parameter;
  /** What an interrupt costs beyond that where it finds the virtual CPU halted, without protection. */
  readonly haltNs: Parameter;
  readonly rings: Readonly<Record<RingKind, RingCosts>>;
}

/** Costs that the protection decides. */
export interface PlatformCosts {
  /** One notification of the device by the driver: an exit. */
  readonly kickNs: Parameter;
  /** An interrupt that wakes a halted virtual CPU, beyond what it costs a plain guest. */
  readonly interruptWakeNs: Parameter;
  readonly copyColdNsPerByte: Parameter;
}

export interface CostParameters {
  /** Changes with any figure. */
  readonly version: string;
  readonly machine: MachineCosts;
  readonly platforms: Readonly<Record<PlatformId, PlatformCosts>>;
}
