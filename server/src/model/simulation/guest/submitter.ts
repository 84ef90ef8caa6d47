/** A request on its way to the ring: mapped piece by piece, exposed, and announced to the device. */

import type { Kind } from '../kinds.js';
import type { Queue } from '../queue/queue.js';
import type { Calendar } from '../run/calendar.js';
import type { Device, World } from '../world.js';
import type { Cpu, Lane, QueueLocks, Scheduler } from './cpu.js';

export class Submitter {
  private readonly world: World;
  private readonly calendar: Calendar;
  private readonly locks: QueueLocks;
  private readonly scheduler: Scheduler;
  private readonly device: Device;
  /** One CPU alone: nobody comes between its steps. */
  private readonly isAlone: boolean;

  constructor(
    world: World,
    calendar: Calendar,
    with_: { readonly locks: QueueLocks; readonly scheduler: Scheduler; readonly device: Device },
  ) {
    this.world = world;
    this.calendar = calendar;
    this.locks = with_.locks;
    this.scheduler = with_.scheduler;
    this.device = with_.device;
    this.isAlone = world.request.cpus === 1;
  }

  /** `kindNumber`: of a new request, or of one that was put back. */
  begin(cpu: Cpu, lane: Lane, kindNumber: number, now: number): void {
    const kind = this.world.kinds.all[kindNumber];
    if (kind === undefined) throw new RangeError(`no kind ${kindNumber}`);
    const isNew = lane.putBack < 0;
    lane.putBack = -1;
    cpu.lane = lane;
    cpu.queue = lane.queue;
    cpu.kind = kind;
    cpu.kindNumber = kindNumber;
    cpu.piece = 0;
    cpu.phase = 'submit';
    const ns = isNew ? kind.driverNs : 0;
    if (isNew) this.world.tally.submitted += 1;
    this.world.tally.guestNs += ns;
    // What nobody else can see or prevent needs no step of its own.
    if (this.isAlone && this.hasRoom(lane.queue, kind)) this.submit(cpu, now + ns);
    else this.calendar.enter(cpu.number, now + ns);
  }

  submit(cpu: Cpu, now: number): void {
    const { queue, kind, lane } = cpu;
    if (queue === null || kind === null || lane === null) return;
    const handOver = this.locks.take(queue, cpu, now);
    if (handOver < 0) return;
    if (!this.hasRoom(queue, kind)) {
      this.putBack(cpu, 'ring', now);
      return;
    }
    cpu.token = queue.takeToken();
    queue.kindOf[cpu.token] = cpu.kindNumber;
    queue.laneOf[cpu.token] = lane.number;
    cpu.phase = 'map';
    this.world.tally.guestNs += handOver;
    if (handOver === 0) this.map(cpu, now);
    else this.calendar.enter(cpu.number, now + handOver);
  }

  map(cpu: Cpu, now: number): void {
    const { queue, kind } = cpu;
    if (queue === null || kind === null) return;
    const { slots, tally } = this.world;
    const { mappings } = kind;
    let time = now;
    for (; cpu.piece < mappings.length; cpu.piece += 1) {
      if (time > now && !this.isAlone) break;
      const mapping = mappings[cpu.piece];
      if (mapping === undefined) break;
      if (slots !== null) {
        const slot = slots.map(mapping, cpu.number, time);
        time = slots.doneAt;
        if (slot < 0) {
          this.undoAll(cpu, now, time);
          return;
        }
        queue.slotsOf[cpu.token * queue.width + cpu.piece] = slot;
      }
      tally.mapped(mapping);
      time += mapping.inNs;
    }
    if (cpu.piece === mappings.length) {
      cpu.phase = 'expose';
      time += kind.exposeNs;
    }
    tally.guestNs += time - now;
    this.calendar.enter(cpu.number, time);
  }

  expose(cpu: Cpu, now: number): void {
    const { queue, kind } = cpu;
    if (queue === null || kind === null) return;
    const { tally, request, inTurns } = this.world;
    queue.free -= kind.ringDescriptors;
    queue.inFlight += 1;
    queue.available.push(cpu.token, now);
    queue.ring.add(kind.ringDescriptors);
    queue.unkicked += 1;
    tally.descriptors += kind.descriptors;
    tally.exposed += 1;
    this.device.notice(queue, now);
    this.locks.give(queue, now);
    const isTime = !inTurns && queue.unkicked >= (request.batch?.requests ?? 1);
    const done = isTime ? this.scheduler.considerKick(queue, now) : now;
    cpu.phase = 'choose';
    if (done === now) this.scheduler.choose(cpu, now);
    else this.calendar.enter(cpu.number, done);
  }

  /** The mappings there are of a request that cannot be mapped are undone one by one: vring_unmap_one_*(). */
  undo(cpu: Cpu, now: number): void {
    const { queue, kind } = cpu;
    if (queue === null || kind === null) return;
    const { slots, tally } = this.world;
    let time = now;
    for (; cpu.piece < cpu.mapped; cpu.piece += 1) {
      if (time > now && !this.isAlone) break;
      const mapping = kind.mappings[cpu.piece];
      if (mapping === undefined) break;
      if (slots !== null) {
        slots.give(mapping, queue.slotsOf[cpu.token * queue.width + cpu.piece] ?? 0, cpu.number, time);
        time = slots.doneAt;
      }
      tally.unmapped(mapping);
      time += mapping.outNs;
    }
    tally.guestNs += time - now;
    if (cpu.piece < cpu.mapped || time > now) {
      this.calendar.enter(cpu.number, time);
      return;
    }
    queue.giveToken(cpu.token);
    this.putBack(cpu, 'pool', now);
  }

  private hasRoom({ free }: Queue, { ringDescriptors }: Kind): boolean {
    return free >= ringDescriptors && free >= this.world.reserve;
  }

  private undoAll(cpu: Cpu, now: number, time: number): void {
    const { tally } = this.world;
    tally.failedMaps += 1;
    tally.guestNs += time - now;
    cpu.mapped = cpu.piece;
    cpu.piece = 0;
    cpu.phase = 'undo';
    this.calendar.enter(cpu.number, time);
  }

  private putBack(cpu: Cpu, why: 'ring' | 'pool', now: number): void {
    const { queue, lane } = cpu;
    if (queue === null || lane === null) return;
    lane.putBack = cpu.kindNumber;
    cpu.phase = 'choose';
    this.locks.give(queue, now);
    this.scheduler.refused(cpu, queue, why, now);
  }
}
