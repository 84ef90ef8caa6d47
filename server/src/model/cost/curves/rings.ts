/**
 * What a virtqueue's own traffic costs: cache lines that go to and fro between driver and device, and, where the sides
 * sleep, wake-ups. Two figures of a ring, and one of the machine, give every depth.
 */
import { type Interval, legs } from '../interval.js';
import type { RingCosts } from '../parameter.js';

export interface RingUse {
  readonly ringSize: number;
  /** Buffers outstanding at most; Infinity: as many as the ring holds. */
  readonly depth: number;
  /** Buffers added before the driver considers a notification. */
  readonly batch: number;
  readonly sleeps: boolean;
}

/** What two sides that sleep need besides. */
export interface SleepCosts {
  /** Notification to running. */
  readonly wakeNs: Interval;
  /** One notification that finds the other side awake, exits included. */
  readonly notifyNs: Interval;
  /** Adding and taking back one buffer with nobody else at the ring. */
  readonly localNs: Interval;
}

export type RingRate = { readonly kind: 'runs'; readonly nsPerBuffer: Interval } | { readonly kind: 'hangs' };

/**
 * Nanoseconds from buffer to buffer. Polling sides hide a round trip behind `depth` others, the streaming cost stays: the
 * two add as the legs of a right triangle do, since each side waits now for the one, now for the other. Sleeping sides go
 * by turns: a round trip of two wake-ups serves what was outstanding, and what is refilled while a wake-up is under way.
 *
 * A driver that owes its first notification only for more entries than the ring has waits for a device that sleeps: a hang.
 * So does one whose last batch stays incomplete: ringtest with 256 entries and batches of 256 is through with 25 600 buffers
 * and never with 30 000. A stream that goes on has no last batch.
 */
export function ringRate(use: RingUse, ring: RingCosts, sleep: SleepCosts): RingRate {
  const depth = Math.min(use.depth, use.ringSize);
  // Who may have no more outstanding announces what there is.
  if (use.sleeps && Math.min(use.batch, use.depth) > use.ringSize) return { kind: 'hangs' };
  const at = (bound: keyof Interval): number =>
    use.sleeps ? sleepingNs(depth, bound, ring, sleep) : pollingNs(depth, bound, ring);
  return { kind: 'runs', nsPerBuffer: { low: at('low'), mid: at('mid'), high: at('high') } };
}

function pollingNs(depth: number, bound: keyof Interval, ring: RingCosts): number {
  return legs(ring.streamNs[bound], ring.roundTripNs[bound] / depth);
}

function sleepingNs(depth: number, bound: keyof Interval, ring: RingCosts, sleep: SleepCosts): number {
  const local = sleep.localNs[bound];
  const wake = sleep.wakeNs[bound];
  const turn = 2 * (wake + sleep.notifyNs[bound]) + ring.roundTripNs[bound];
  const refilled = depth * Math.min(1, (depth * local) / wake);
  return legs(local, turn / (depth + refilled));
}
