/**
 * The guest: CPUs that submit and take back. A step is what happens at one moment: slots found under their lock, a request
 * exposed, slots given back; what it takes is the time to the next step.
 */

import type { Queue } from '../queue/queue.js';
import { type Calendar, NEVER } from '../run/calendar.js';
import type { Device, World } from '../world.js';
import { Cpu, type Lane, QueueLocks, type Scheduler } from './cpu.js';
import { Reaper } from './reaper.js';
import type { Receiver } from './receiver.js';
import { Submitter } from './submitter.js';
import { Turns } from './turns.js';

export interface GuestParts {
  readonly exchange: readonly Queue[];
  readonly queues: readonly Queue[];
  readonly receivers: readonly (Receiver | null)[];
  readonly device: Device;
}

/** BLK_MQ_RESOURCE_DELAY, 3 ms (block/blk-mq.c of v6.12): a queue with nothing in flight is run again after it. */
const RETRY_NS = 3_000_000;

/** Refills in vain, one after another with nothing done between them: the next would be like the last. */
const VAIN_REFILLS = 64;

/** A work item and a poll of the network stack: nothing published, a microsecond by analogy with a system call. */
const VAIN_REFILL_NS = 1000;

export class Guest implements Scheduler {
  readonly cpus: readonly Cpu[];
  readonly lanes: readonly Lane[];
  private readonly world: World;
  private readonly calendar: Calendar;
  private readonly parts: GuestParts;
  private readonly submitter: Submitter;
  private readonly reaper: Reaper;
  private readonly turns: Turns | null;
  private readonly polls: boolean;
  private retryAt = NEVER;
  private vainRefills = 0;
  /** Why a request can never be mapped: only refills in vain go on. */
  private doom: World['exhausted'] = null;

  constructor(world: World, calendar: Calendar, parts: GuestParts) {
    const { cpus, completion } = world.request;
    this.world = world;
    this.calendar = calendar;
    this.parts = parts;
    this.polls = completion === 'poll';
    this.cpus = Array.from({ length: cpus }, (_, i) => new Cpu(i));
    this.lanes = lanesOf(parts.exchange, world.request);
    for (const lane of this.lanes) this.cpus[lane.cpu]?.lanes.push(lane);
    for (const queue of parts.queues) this.cpuOf(queue)?.queues.push(queue);
    const locks = new QueueLocks(world, calendar);
    const { device, receivers } = parts;
    this.submitter = new Submitter(world, calendar, { locks, scheduler: this, device });
    this.reaper = new Reaper(world, calendar, {
      locks,
      scheduler: this,
      device,
      lanes: this.lanes,
      receivers,
    });
    this.turns = world.inTurns ? new Turns(world, parts) : null;
  }

  step(number: number, now: number): void {
    const cpu = this.cpus[number];
    if (cpu === undefined) return;
    switch (cpu.phase) {
      case 'choose':
      case 'idle':
        this.choose(cpu, now);
        return;
      case 'submit':
        this.submitter.submit(cpu, now);
        return;
      case 'map':
        this.submitter.map(cpu, now);
        return;
      case 'expose':
        this.submitter.expose(cpu, now);
        return;
      case 'undo':
        this.submitter.undo(cpu, now);
        return;
      case 'reap':
        this.reaper.reap(cpu, now);
        return;
      case 'take':
        this.reaper.take(cpu, now);
        return;
      case 'give':
        this.reaper.give(cpu, now);
        return;
      case 'fill':
        this.reaper.fill(cpu, now);
    }
  }

  // ---- what the device tells -------------------------------------------------------------------------------

  interrupt(queue: Queue, now: number): void {
    queue.isInterruptPending = true;
    const cpu = this.cpuOf(queue);
    if (cpu !== undefined) this.wake(cpu, now);
  }

  /** Who looks at the ring sees what is used. */
  usedIsThere(queue: Queue, now: number): void {
    const cpu = this.cpuOf(queue);
    if (cpu?.phase !== 'idle') return;
    const seen = Math.max(now, queue.used.headTime + this.world.sightNs);
    if (seen < (this.calendar.at[cpu.number] ?? NEVER)) this.calendar.enter(cpu.number, seen);
  }

  turnedAway(packets: number): void {
    this.turns?.turnedAway(packets);
  }

  // ---- what a CPU does next --------------------------------------------------------------------------------

  choose(cpu: Cpu, now: number): void {
    if (this.world.ending !== null) return;
    if (this.reapSomething(cpu, now) || this.submitSomething(cpu, now)) return;
    if (this.flush(cpu, now) || this.refillInVain(cpu, now)) return;
    this.idle(cpu, now);
  }

  private reapSomething(cpu: Cpu, now: number): boolean {
    for (const queue of cpu.queues) {
      if (queue.isReaping || this.turns?.mayReap(queue) === false) continue;
      const isDue = this.polls
        ? queue.used.count > 0 && queue.used.headTime + this.world.sightNs <= now
        : queue.isInterruptPending;
      if (!isDue) continue;
      this.reaper.begin(cpu, queue, now);
      return true;
    }
    return false;
  }

  private submitSomething(cpu: Cpu, now: number): boolean {
    if (this.turns !== null) {
      const lane = cpu.lanes[0] ?? null;
      const kind = this.turns.next(lane, now);
      if (kind < 0 || lane === null) return false;
      this.submitter.begin(cpu, lane, kind, now);
      return true;
    }
    if (now >= this.retryAt) this.unblockAll();
    for (let i = 0; i < cpu.lanes.length; i += 1) {
      const lane = cpu.lanes[(cpu.turn + i) % cpu.lanes.length];
      if (lane === undefined || lane.queue.isBlocked) continue;
      const isNew = lane.putBack < 0;
      if (isNew && (lane.credit === 0 || this.world.left <= 0)) continue;
      if (isNew) {
        lane.credit -= 1;
        this.world.left -= 1;
      }
      cpu.turn = (cpu.turn + i + 1) % cpu.lanes.length;
      this.submitter.begin(cpu, lane, isNew ? this.world.script.nextKind() : lane.putBack, now);
      return true;
    }
    return false;
  }

  /** A driver that cannot go on tells the device of what it has exposed. */
  private flush(cpu: Cpu, now: number): boolean {
    if (!this.world.inTurns && this.world.request.batch?.flushes === false) return false;
    for (const { queue } of cpu.lanes) {
      if (queue.unkicked === 0) continue;
      const done = this.considerKick(queue, now);
      if (done === now) continue;
      cpu.phase = 'choose';
      this.calendar.enter(cpu.number, done);
      return true;
    }
    return false;
  }

  /** A refill that failed is tried again and again while it is time to fill: virtnet_receive(), refill_work(). */
  private refillInVain(cpu: Cpu, now: number): boolean {
    if (this.turns !== null && this.doom === null) return false;
    for (const queue of cpu.queues) {
      const receiver = this.parts.receivers[queue.number];
      if (!receiver?.isStarved || !receiver.isTimeToFill) continue;
      this.vainRefills += 1;
      if (this.vainRefills > VAIN_REFILLS && !this.isAnythingElseGoingOn()) {
        this.world.end('livelock', this.doom ?? 'pool');
        return true;
      }
      cpu.queue = queue;
      cpu.isRefilling = true;
      cpu.phase = 'fill';
      const ns = Math.max(VAIN_REFILL_NS, this.world.costs.driverNs);
      this.world.tally.guestNs += ns;
      this.calendar.enter(cpu.number, now + ns);
      return true;
    }
    return false;
  }

  private isAnythingElseGoingOn(): boolean {
    if (this.doom !== null) return false;
    return this.parts.queues.some(
      (queue) =>
        queue.used.count > 0 || (queue.isReceive ? this.parts.device.isServing(queue) : queue.inFlight > 0),
    );
  }

  private idle(cpu: Cpu, now: number): void {
    let until = cpu.lanes.some((lane) => lane.putBack >= 0) ? this.retryAt : NEVER;
    if (this.polls)
      for (const queue of cpu.queues)
        if (queue.used.count > 0 && this.turns?.mayReap(queue) !== false)
          until = Math.min(until, queue.used.headTime + this.world.sightNs);
    if (cpu.phase !== 'idle') cpu.idleSince = now;
    cpu.phase = 'idle';
    this.calendar.enter(cpu.number, until);
  }

  private wake(cpu: Cpu, now: number): void {
    if (cpu.phase !== 'idle') return;
    const { request, costs, tally } = this.world;
    const { guest } = request.idle;
    const isHalted = guest === 'halt' || (guest === 'haltpoll' && now - cpu.idleSince > costs.haltPollNs);
    if (isHalted) {
      tally.guestWakes += 1;
      tally.wakeNs += costs.guestWakeNs;
    }
    cpu.phase = 'choose';
    this.calendar.enter(cpu.number, now + (isHalted ? costs.guestWakeNs : 0));
  }

  // ---- for the parts ---------------------------------------------------------------------------------------

  completed(queue: Queue, lane: Lane, now: number): void {
    this.vainRefills = 0;
    if (this.turns === null) lane.credit += 1;
    else if (queue.inFlight > 0) return;
    if (queue.isBlocked) {
      queue.isBlocked = false;
      for (const other of this.lanes) if (other.queue === queue) this.wakeLane(other, now);
    } else this.wakeLane(lane, now);
  }

  refused(cpu: Cpu, queue: Queue, why: 'ring' | 'pool', now: number): void {
    const { world } = this;
    queue.isBlocked = true;
    const isLost = queue.inFlight === 0 && (why === 'ring' || !this.mayComeFree());
    if (isLost)
      this.giveUp(why === 'ring' ? 'ring' : cpu.kind?.isTooLarge === true ? 'mapping too large' : 'pool');
    else if (why === 'pool') {
      world.tally.requeues += 1;
      if (queue.inFlight === 0) this.retryAt = Math.min(this.retryAt, now + RETRY_NS);
    }
    this.choose(cpu, now);
  }

  /** A request can never be submitted. Refills in vain go on all the same, and are seen before the end. */
  private giveUp(why: NonNullable<World['exhausted']>): void {
    const isStarved = this.parts.receivers.some((receiver) => receiver?.isStarved && receiver.isTimeToFill);
    if (isStarved && why !== 'ring') this.doom = why;
    else this.world.end('dead', why);
  }

  considerKick(queue: Queue, now: number): number {
    const { tally, costs } = this.world;
    queue.unkicked = 0;
    if (!queue.ring.kickNeeded()) return now;
    tally.kicks += 1;
    tally.kickNs += costs.kickNs;
    tally.guestNs += costs.kickNs;
    // Of an exit only the way out delays the device.
    this.parts.device.kick(queue, now + Math.ceil(costs.kickNs / 2));
    return now + costs.kickNs;
  }

  /** Whether slots may come free that a request with nothing of its queue in flight waits for. */
  private mayComeFree(): boolean {
    if (this.world.inTurns) return false;
    return this.parts.queues.some((queue) =>
      queue.isReceive ? queue.used.count > 0 || this.parts.device.mayReceive(queue) : queue.inFlight > 0,
    );
  }

  private unblockAll(): void {
    this.retryAt = NEVER;
    for (const { queue } of this.lanes) queue.isBlocked = false;
  }

  private wakeLane(lane: Lane, now: number): void {
    const cpu = this.cpus[lane.cpu];
    if (cpu !== undefined) this.wake(cpu, now);
  }

  private cpuOf(queue: Queue): Cpu | undefined {
    return this.cpus[queue.number % this.cpus.length];
  }

  /** What every CPU is at, for comparing states. */
  signature(now: number): string {
    const cpus = this.cpus.map((cpu) => [
      cpu.phase,
      cpu.kindNumber,
      cpu.piece,
      cpu.queue?.number,
      cpu.turn,
      cpu.polled,
      cpu.phase === 'idle' ? now - cpu.idleSince : 0,
    ]);
    return `${cpus.join(';')}|${this.lanes.map((lane) => `${lane.credit},${lane.putBack}`).join(';')}`;
  }
}

/** As many places as CPUs or queues, whichever are more; each queue's depth is shared among its own. */
function lanesOf(queues: readonly Queue[], { cpus, depth }: World['request']): readonly Lane[] {
  if (queues.length === 0) return [];
  const count = Math.max(cpus, queues.length);
  return Array.from({ length: count }, (_, number) => {
    const q = number % queues.length;
    const nth = Math.floor(number / queues.length);
    const sharers = Math.floor((count - 1 - q) / queues.length) + 1;
    const credit = Math.floor(depth / sharers) + (nth < depth % sharers ? 1 : 0);
    return { number, queue: queues[q] as Queue, cpu: number % cpus, credit, putBack: -1 };
  });
}
