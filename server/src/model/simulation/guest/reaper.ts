/** Requests on their way back: taken from the ring, unmapped piece by piece; and receive queues filled up again. */

import type { Queue } from '../queue/queue.js';
import type { Calendar } from '../run/calendar.js';
import type { Device, World } from '../world.js';
import type { Cpu, Lane, QueueLocks, Scheduler } from './cpu.js';
import type { Receiver } from './receiver.js';

export class Reaper {
  private readonly world: World;
  private readonly calendar: Calendar;
  private readonly locks: QueueLocks;
  private readonly scheduler: Scheduler;
  private readonly device: Device;
  private readonly lanes: readonly Lane[];
  private readonly receivers: readonly (Receiver | null)[];
  private readonly isAlone: boolean;
  private readonly polls: boolean;

  constructor(
    world: World,
    calendar: Calendar,
    with_: {
      readonly locks: QueueLocks;
      readonly scheduler: Scheduler;
      readonly device: Device;
      readonly lanes: readonly Lane[];
      readonly receivers: readonly (Receiver | null)[];
    },
  ) {
    this.world = world;
    this.calendar = calendar;
    this.locks = with_.locks;
    this.scheduler = with_.scheduler;
    this.device = with_.device;
    this.lanes = with_.lanes;
    this.receivers = with_.receivers;
    this.isAlone = world.request.cpus === 1;
    this.polls = world.request.completion === 'poll';
  }

  /** Takes back what is used, at an interrupt or because the driver looked. */
  begin(cpu: Cpu, queue: Queue, now: number): void {
    queue.isReaping = true;
    queue.isInterruptPending = false;
    cpu.queue = queue;
    cpu.phase = 'reap';
    cpu.polled = 0;
    cpu.hasFilled = false;
    if (this.polls) {
      this.reap(cpu, now);
      return;
    }
    if (queue.used.count > 0) queue.ring.interrupted();
    queue.ring.disableInterrupts();
    const { interruptNs } = this.world.costs;
    this.world.tally.guestNs += interruptNs;
    this.calendar.enter(cpu.number, now + interruptNs);
  }

  reap(cpu: Cpu, now: number): void {
    const { queue } = cpu;
    if (queue === null) return;
    const handOver = queue.isReceive ? 0 : this.locks.take(queue, cpu, now);
    if (handOver < 0) return;
    this.world.tally.guestNs += handOver;
    cpu.phase = 'take';
    if (handOver > 0) this.calendar.enter(cpu.number, now + handOver);
    else this.take(cpu, now);
  }

  take(cpu: Cpu, now: number): void {
    const { queue } = cpu;
    if (queue === null) return;
    const receiver = this.receivers[queue.number] ?? null;
    if (!this.isUsedSeen(queue, now) || this.isPollOver(cpu, receiver)) {
      this.endPoll(cpu, queue, receiver, now);
      return;
    }
    const seen = queue.used.headTime + this.world.sightNs;
    if (seen > now) {
      this.calendar.enter(cpu.number, seen);
      return;
    }
    cpu.token = queue.used.shift();
    cpu.kind = this.world.kinds.all[queue.kindOf[cpu.token] ?? 0] ?? null;
    cpu.piece = 0;
    cpu.phase = 'give';
    const { kind } = cpu;
    if (kind === null) return;
    queue.ring.take(kind.ringDescriptors);
    const ns = kind.takeNs + (kind.mappings[0]?.outNs ?? 0);
    this.world.tally.guestNs += ns;
    // What nobody else can see needs no step of its own.
    if (this.isAlone && ns > 0 && kind.mappings.length > 0) this.give(cpu, now + ns);
    else this.calendar.enter(cpu.number, now + ns);
  }

  /** One mapping's slots go back; its copy was made before (swiotlb_tbl_unmap_single()). */
  give(cpu: Cpu, now: number): void {
    const { queue, kind } = cpu;
    if (queue === null || kind === null) return;
    const { slots, tally } = this.world;
    const { mappings } = kind;
    // In a step that took something back, the request is not done before the next.
    const isDone = cpu.piece === mappings.length || !this.isAlone;
    let time = now;
    for (; cpu.piece < mappings.length; ) {
      if (time > now && !this.isAlone) break;
      const mapping = mappings[cpu.piece];
      if (mapping === undefined) break;
      if (slots !== null) {
        slots.give(mapping, queue.slotsOf[cpu.token * queue.width + cpu.piece] ?? 0, cpu.number, time);
        time = slots.doneAt;
      }
      tally.unmapped(mapping);
      cpu.piece += 1;
      time += mappings[cpu.piece]?.outNs ?? 0;
    }
    tally.guestNs += time - now;
    if (cpu.piece === mappings.length && isDone && time === now) this.finish(cpu, queue, now);
    else this.calendar.enter(cpu.number, time);
  }

  /** Posts one more buffer. */
  fill(cpu: Cpu, now: number): void {
    const { queue } = cpu;
    const receiver = queue === null ? null : this.receivers[queue.number];
    if (queue === null || receiver === null || receiver === undefined) return;
    const filled = receiver.postOne(cpu.number, now);
    let time = receiver.doneAt;
    this.world.tally.guestNs += time - now;
    if (filled === 'posted one') {
      this.device.notice(queue, time);
    } else {
      if (filled === 'no slots' && !cpu.isRefilling) this.world.tally.requeues += 1;
      if (queue.unkicked > 0) time = this.scheduler.considerKick(queue, time);
      cpu.phase = cpu.isRefilling ? 'choose' : 'take';
      cpu.isRefilling = false;
    }
    this.calendar.enter(cpu.number, time);
  }

  /**
   * Who asks for an interrupt looks once more, and waits for what is under way to him; who polls has other things to do, but
   * in turns.
   */
  private isUsedSeen({ used }: Queue, now: number): boolean {
    const waits = !this.polls || this.world.inTurns;
    return used.count > 0 && (waits || used.headTime + this.world.sightNs <= now);
  }

  private isPollOver(cpu: Cpu, receiver: Receiver | null): boolean {
    return receiver !== null && !this.world.inTurns && cpu.polled >= receiver.posted.budget;
  }

  private endPoll(cpu: Cpu, queue: Queue, receiver: Receiver | null, now: number): void {
    if (receiver !== null && !cpu.hasFilled && receiver.isTimeToFill) {
      cpu.hasFilled = true;
      cpu.phase = 'fill';
      this.calendar.enter(cpu.number, now);
      return;
    }
    cpu.polled = 0;
    cpu.hasFilled = false;
    if (this.isUsedSeen(queue, now)) {
      this.take(cpu, now);
      return;
    }
    queue.isReaping = false;
    if (!this.polls) queue.ring.enableInterrupts();
    if (!queue.isReceive) this.locks.give(queue, now);
    cpu.phase = 'choose';
    this.scheduler.choose(cpu, now);
  }

  private finish(cpu: Cpu, queue: Queue, now: number): void {
    const { token, kind } = cpu;
    queue.giveToken(token);
    queue.free += kind?.ringDescriptors ?? 0;
    queue.inFlight -= 1;
    cpu.phase = 'take';
    cpu.hasFilled = false;
    if (queue.isReceive) cpu.polled += 1;
    else {
      const lane = this.lanes[queue.laneOf[token] ?? 0];
      this.world.tally.completed += 1;
      if (lane !== undefined) this.scheduler.completed(queue, lane, now);
    }
    this.take(cpu, now);
  }
}
