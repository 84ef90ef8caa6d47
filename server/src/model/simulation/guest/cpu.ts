/** A CPU of the guest, what it is at, and the lock it needs to touch a queue. */

import type { Kind } from '../kinds.js';
import type { Queue } from '../queue/queue.js';
import { type Calendar, NEVER } from '../run/calendar.js';
import type { World } from '../world.js';

/** What a CPU does at its next step. */
export type Phase =
  | 'choose'
  | 'idle'
  | 'submit'
  | 'map'
  | 'expose'
  | 'undo'
  | 'reap'
  | 'take'
  | 'give'
  | 'fill';

/** A place where requests come from: one CPU at one queue. */
export interface Lane {
  readonly number: number;
  readonly queue: Queue;
  readonly cpu: number;
  /** Requests it may still submit. */
  credit: number;
  /** A request that could not be submitted; -1: none. */
  putBack: number;
}

export class Cpu {
  readonly number: number;
  phase: Phase = 'choose';
  /** Queues whose interrupts come here, and lanes that submit here. */
  readonly queues: Queue[] = [];
  readonly lanes: Lane[] = [];
  /** What it is at. */
  lane: Lane | null = null;
  queue: Queue | null = null;
  kind: Kind | null = null;
  kindNumber = 0;
  token = 0;
  /** Mappings done, or undone, of that request; and, where it is undone, how many there were. */
  piece = 0;
  mapped = 0;
  idleSince = 0;
  /** The lane whose turn it is. */
  turn = 0;
  /** Buffers taken in this poll of a receive queue; whether it was filled up since. */
  polled = 0;
  hasFilled = false;
  /** A refill by itself, after one in vain: refill_work() of virtio_net.c. */
  isRefilling = false;

  constructor(number: number) {
    this.number = number;
  }
}

/** What the parts of the guest ask of each other. */
export interface Scheduler {
  /** The CPU goes on to whatever is next. */
  choose(cpu: Cpu, now: number): void;
  /** A request was taken back. */
  completed(queue: Queue, lane: Lane, now: number): void;
  /** A request could not be submitted. */
  refused(cpu: Cpu, queue: Queue, why: 'ring' | 'pool', now: number): void;
  /** Asks the device for attention if it wants to be; gives when the CPU is done with that. */
  considerKick(queue: Queue, now: number): number;
}

/** The lock around a queue, first come, first served: vqs[].lock of virtio_blk.c, the transmit lock of the network stack. */
export class QueueLocks {
  private readonly world: World;
  private readonly calendar: Calendar;

  constructor(world: World, calendar: Calendar) {
    this.world = world;
    this.calendar = calendar;
  }

  /** Nanoseconds until the CPU has the lock; -1: it waits, and will go on when its time has come. */
  take(queue: Queue, cpu: Cpu, now: number): number {
    if (queue.lockedBy === cpu.number) return 0;
    if (queue.lockedBy !== -1) {
      queue.waiting.push(cpu.number, now);
      this.calendar.enter(cpu.number, NEVER);
      return -1;
    }
    const last = queue.lastLockedBy;
    queue.lockedBy = cpu.number;
    queue.lastLockedBy = cpu.number;
    return last === -1 || last === cpu.number ? 0 : this.world.costs.lockHandOverNs;
  }

  give(queue: Queue, now: number): void {
    queue.lockedBy = -1;
    if (queue.waiting.count === 0) return;
    const { tally, costs } = this.world;
    const waited = now - queue.waiting.headTime;
    const next = queue.waiting.shift();
    queue.lockedBy = next;
    queue.lastLockedBy = next;
    tally.lockWaitNs += waited;
    tally.guestNs += waited + costs.lockHandOverNs;
    if (waited > tally.longestLockWaitNs) tally.longestLockWaitNs = waited;
    this.calendar.enter(next, now + costs.lockHandOverNs);
  }
}
