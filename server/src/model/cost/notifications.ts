/** How often driver and device wake each other, for each request. Timing decides, so these are ranges. */
import type { Interval } from './interval.js';
import { exactly, zero } from './interval.js';
import type { Workload } from './workload.js';

/** A receive ring is refilled by the dozen: virtnet_receive() of drivers/net/virtio_net.c, once a poll of up to 64 packets. */
const REFILL_KICKS: Interval = { low: 0, mid: 1 / 32, high: 1 / 8 };

/** A look-out of 200 us (guest_halt_poll_ns) before halting catches most of what a busy device completes. */
const MISSED_BY_HALTPOLL: Interval = { low: 0, mid: 0.05, high: 0.2 };

/** Wake-ups a packet: its interrupt or the thread that waits for it; a burst shares one. */
const WAKES_PER_PACKET: Interval = { low: 0.5, mid: 1, high: 1.3 };

/**
 * Notifications of the device, a request. One in flight: each needs its own. More: while the device is at work the event
 * index (or the flag in its place) asks for none.
 */
export function kicksPerRequest(w: Workload): Interval {
  if (w.backend.polls) return zero;
  if (w.loop === 'stream' && w.receives) return REFILL_KICKS;
  if (w.depth === 1) return exactly(1);
  return { low: 1 / w.depth, mid: 1 / Math.sqrt(w.depth), high: 1 };
}

/** Interrupts, a request. */
export function interruptsPerRequest(w: Workload): Interval {
  if (w.completion === 'poll') return zero;
  if (w.depth === 1) return exactly(1);
  return { low: 1 / w.depth, mid: 1 / Math.sqrt(w.depth), high: 1 };
}

/** Interrupts that find a virtual CPU halted, a request. */
export function wakesPerRequest(w: Workload): Interval {
  if (w.completion === 'poll' || w.idle === 'poll') return zero;
  if (w.idle === 'haltpoll') return MISSED_BY_HALTPOLL;
  if (w.loop === 'stream') return WAKES_PER_PACKET;
  if (w.depth === 1) return exactly(1);
  return { low: 0, mid: 1 / w.depth, high: Math.min(1, 2 / w.depth) };
}
