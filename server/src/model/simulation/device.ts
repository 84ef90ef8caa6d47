/**
 * The device, queue by queue: it takes a request, serves it, gives it back, and says so where the driver asked. With nothing
 * to do it sleeps, looks again for a while, or for ever (vhost_worker() and handle_tx() of drivers/vhost, QEMU's I/O thread).
 */

import type { Receiver } from './guest/receiver.js';
import type { Queue } from './queue/queue.js';
import { type Calendar, NEVER } from './run/calendar.js';
import type { Device as DeviceSide, Guest, World } from './world.js';

/** What a queue's device is doing. */
const ASLEEP = 0;
const LOOKING = 1;
const SERVING = 2;
const WAKING = 3;

const NOTHING = -1;

export class Device implements DeviceSide {
  /** Packets under way to each receive queue, in turns; the last of them ends the turn. */
  private readonly due: number[][];
  private readonly world: World;
  private readonly calendar: Calendar;
  private readonly queues: readonly Queue[];
  private readonly receivers: readonly (Receiver | null)[];
  private guest: Guest | null = null;
  private readonly state: Uint8Array;
  private readonly inHand: Int32Array;
  /** Buffers of the packet in hand. */
  private readonly packet: number[][];
  private readonly looksUntil: Float64Array;
  private readonly nextArrival: Float64Array;
  /** By queue: bytes of the packet that comes next; -1: none was looked at. */
  private readonly coming: Float64Array;
  private readonly workerFreeAt: Float64Array;
  /** Calendar entries of the queues and of what is under way from them begin here. */
  private readonly firstActor: number;

  constructor(
    world: World,
    calendar: Calendar,
    sides: {
      readonly queues: readonly Queue[];
      readonly receivers: readonly (Receiver | null)[];
      readonly firstActor: number;
    },
  ) {
    const { length } = sides.queues;
    this.world = world;
    this.calendar = calendar;
    this.queues = sides.queues;
    this.receivers = sides.receivers;
    this.firstActor = sides.firstActor;
    this.state = new Uint8Array(length).fill(ASLEEP);
    this.inHand = new Int32Array(length).fill(NOTHING);
    this.packet = sides.queues.map(() => []);
    this.due = sides.queues.map(() => []);
    this.looksUntil = new Float64Array(length);
    this.nextArrival = new Float64Array(length);
    this.coming = new Float64Array(length).fill(-1);
    this.workerFreeAt = new Float64Array(Math.max(1, Math.min(length, world.request.workers ?? length)));
    if (world.request.idle.device === 'poll')
      for (const { number, ring } of sides.queues) this.lookFromStart(number, ring);
  }

  private lookFromStart(q: number, ring: Queue['ring']): void {
    this.state[q] = LOOKING;
    ring.disableKicks();
  }

  /** The guest, which is made after the device. */
  attach(guest: Guest): void {
    this.guest = guest;
  }

  isAsleep(queue: Queue): boolean {
    return this.state[queue.number] === ASLEEP;
  }

  isServing(queue: Queue): boolean {
    return this.state[queue.number] === SERVING || queue.underWay.count > 0;
  }

  mayReceive(queue: Queue): boolean {
    const bytes = this.nextPacket(queue.number);
    return bytes >= 0 && this.receivers[queue.number]?.hasRoomFor(bytes) === true;
  }

  /** Packets taken from outside, and not yet given to the driver. */
  get packetsInHand(): number {
    return this.packet.filter((tokens) => tokens.length > 0).length;
  }

  /** Packets are to come, and there is nowhere to put them. */
  waitsForBuffers(queue: Queue): boolean {
    const bytes = this.nextPacket(queue.number);
    return bytes >= 0 && this.receivers[queue.number]?.hasRoomFor(bytes) === false;
  }

  dueTo(queue: Queue): number {
    return this.due[queue.number]?.length ?? 0;
  }

  letIn(queue: Queue, packets: readonly number[], now: number): void {
    this.due[queue.number]?.push(...packets);
    this.arrive(queue, now);
  }

  /** Something was exposed: who is looking sees it. */
  notice(queue: Queue, now: number): void {
    const q = queue.number;
    if (this.state[q] !== LOOKING) return;
    const seen = now + this.world.sightNs;
    if (seen < (this.calendar.at[this.firstActor + q] ?? NEVER))
      this.calendar.enter(this.firstActor + q, seen);
  }

  kick(queue: Queue, now: number): void {
    const q = queue.number;
    if (this.state[q] !== ASLEEP) return;
    const { tally, costs } = this.world;
    tally.deviceWakes += 1;
    tally.wakeNs += costs.deviceWakeNs;
    this.state[q] = WAKING;
    this.calendar.enter(this.firstActor + q, now + costs.deviceWakeNs);
  }

  /** Packets come from outside, whatever the driver does: who sleeps is woken by them. */
  arrive(queue: Queue, now: number): void {
    if (this.state[queue.number] === SERVING || this.state[queue.number] === WAKING) return;
    this.calendar.enter(this.firstActor + queue.number, now);
  }

  /** What a queue's device does when its time has come. */
  step(q: number, now: number): void {
    const queue = this.queues[q];
    if (queue === undefined) return;
    if (this.state[q] === SERVING) this.finish(queue, now);
    else queue.ring.disableKicks();
    const receiver = this.receivers[q] ?? null;
    if (receiver !== null) this.receive(queue, receiver, now);
    else if (queue.available.count > 0) this.serve(queue, now);
    else this.rest(queue, now);
  }

  /** What was under way from a queue's device is there. */
  arrived(q: number, now: number): void {
    const queue = this.queues[q];
    if (queue === undefined) return;
    this.giveBack(queue, queue.underWay.shift(), now);
    const actor = this.firstActor + this.queues.length + q;
    this.calendar.enter(actor, queue.underWay.count > 0 ? queue.underWay.headTime : NEVER);
    this.tell(queue, now);
  }

  // ---- requests --------------------------------------------------------------------------------------------

  private serve(queue: Queue, now: number): void {
    const q = queue.number;
    const { world } = this;
    const waiting = queue.available.count;
    if (waiting > world.tally.longestQueue) world.tally.longestQueue = waiting;
    const seen = Math.max(now, queue.available.headTime + world.sightNs);
    const token = queue.available.shift();
    const kind = world.kinds.all[queue.kindOf[token] ?? 0];
    if (kind === undefined) return;
    queue.ring.pop(kind.ringDescriptors);
    this.inHand[q] = token;
    this.work(q, seen, kind.readNs + kind.deviceNs);
  }

  /** Occupies the worker of a queue for a while, after whoever it serves already. */
  private work(q: number, from: number, ns: number): void {
    const worker = q % this.workerFreeAt.length;
    const start = Math.max(from, this.workerFreeAt[worker] ?? 0);
    this.workerFreeAt[worker] = start + ns;
    this.world.tally.deviceNs += ns;
    this.state[q] = SERVING;
    this.looksUntil[q] = 0;
    this.calendar.enter(this.firstActor + q, start + ns);
  }

  private finish(queue: Queue, now: number): void {
    const q = queue.number;
    this.state[q] = LOOKING;
    const token = this.inHand[q] ?? NOTHING;
    this.inHand[q] = NOTHING;
    const { deviceLatencyNs } = this.world.costs;
    if (token === NOTHING) this.finishPacket(queue, now);
    else if (deviceLatencyNs === 0) {
      this.giveBack(queue, token, now);
      this.tell(queue, now);
    } else {
      queue.underWay.push(token, now + deviceLatencyNs);
      if (queue.underWay.count === 1)
        this.calendar.enter(this.firstActor + this.queues.length + q, now + deviceLatencyNs);
    }
  }

  private giveBack(queue: Queue, token: number, now: number): void {
    const kind = this.world.kinds.all[queue.kindOf[token] ?? 0];
    queue.used.push(token, now);
    queue.ring.push(kind?.ringDescriptors ?? 1);
    this.world.tally.used += 1;
  }

  /** Interrupts, if the driver asked; in turns, when all that was asked is done. */
  private tell(queue: Queue, now: number): void {
    if (this.world.request.completion === 'poll') {
      this.guest?.usedIsThere(queue, now);
      return;
    }
    if (this.world.inTurns && this.isBusy(queue)) return;
    if (!queue.ring.interruptNeeded()) return;
    this.world.tally.interrupts += 1;
    this.guest?.interrupt(queue, now);
  }

  private isBusy(queue: Queue): boolean {
    const q = queue.number;
    if (queue.isReceive) return (this.due[q]?.length ?? 0) > 0;
    return queue.available.count > 0 || queue.underWay.count > 0;
  }

  // ---- packets ---------------------------------------------------------------------------------------------

  private receive(queue: Queue, receiver: Receiver, now: number): void {
    const q = queue.number;
    const bytes = this.nextPacket(q);
    if (bytes < 0) {
      this.rest(queue, now);
      return;
    }
    const arrival = this.nextArrival[q] ?? 0;
    if (arrival > now) {
      this.state[q] = LOOKING;
      this.calendar.enter(this.firstActor + q, arrival);
      return;
    }
    if (!receiver.hasRoomFor(bytes)) this.noRoom(queue, now);
    else this.take(queue, receiver, bytes, now);
  }

  private take(queue: Queue, receiver: Receiver, bytes: number, now: number): void {
    const q = queue.number;
    const { world } = this;
    const buffers = receiver.take(bytes);
    const tokens = this.packet[q] ?? [];
    let ns = world.costs.deviceRequestNs;
    let seen = now;
    for (let i = 0; i < buffers; i += 1) {
      seen = Math.max(seen, queue.available.headTime + world.sightNs);
      const token = queue.available.shift();
      const kind = world.kinds.all[queue.kindOf[token] ?? 0];
      if (kind === undefined) break;
      queue.ring.pop(kind.ringDescriptors);
      tokens.push(token);
      ns += kind.readNs + world.costs.deviceDescriptorNs;
    }
    this.coming[q] = -1;
    if (world.inTurns) this.due[q]?.shift();
    else world.left -= 1;
    world.tally.submitted += 1;
    this.nextArrival[q] = Math.max(this.nextArrival[q] ?? 0, now) + (world.request.arrivalNs ?? 0);
    this.work(q, seen, ns + Math.floor((bytes * world.costs.devicePsPerByte) / 1000));
  }

  private finishPacket(queue: Queue, now: number): void {
    const tokens = this.packet[queue.number] ?? [];
    for (const token of tokens) this.giveBack(queue, token, now);
    tokens.length = 0;
    this.world.tally.completed += 1;
    this.tell(queue, now);
  }

  /** Bytes of the packet that is next; -1: none comes. */
  private nextPacket(q: number): number {
    if (this.world.inTurns) return this.due[q]?.[0] ?? -1;
    if (this.world.left <= 0) return -1;
    if ((this.coming[q] ?? -1) >= 0) return this.coming[q] ?? -1;
    const bytes = this.world.script.nextPacket();
    this.coming[q] = bytes;
    return bytes;
  }

  private noRoom(queue: Queue, now: number): void {
    const due = this.due[queue.number];
    if (this.world.inTurns && due !== undefined) {
      // The driver takes what is there; only where nothing is, the packets have nowhere to go.
      if (queue.used.count === 0) {
        this.world.end('dead', 'receive buffers');
        return;
      }
      this.guest?.turnedAway(due.length);
      due.length = 0;
      this.tell(queue, now);
    }
    this.rest(queue, now);
  }

  // ---- nothing to do ---------------------------------------------------------------------------------------

  private rest(queue: Queue, now: number): void {
    const q = queue.number;
    const { request, costs } = this.world;
    switch (request.idle.device) {
      case 'poll':
        this.look(q, NEVER);
        return;
      case 'haltpoll':
        if (this.looksUntil[q] === 0) this.looksUntil[q] = now + costs.haltPollNs;
        if (now < (this.looksUntil[q] ?? 0)) {
          this.look(q, this.looksUntil[q] ?? NEVER);
          return;
        }
        this.sleep(queue, now);
        return;
      case 'halt':
        this.sleep(queue, now);
    }
  }

  private look(q: number, until: number): void {
    this.state[q] = LOOKING;
    this.calendar.enter(this.firstActor + q, until);
  }

  private sleep(queue: Queue, now: number): void {
    const q = queue.number;
    queue.ring.enableKicks();
    this.looksUntil[q] = 0;
    this.state[q] = ASLEEP;
    this.world.tally.deviceSleeps += 1;
    this.calendar.enter(this.firstActor + q, NEVER);
    // Asking for kicks, the device looks once more.
    if (queue.isReceive || queue.available.count === 0) return;
    queue.ring.disableKicks();
    this.serve(queue, now);
  }

  /** What every queue's device is doing, for comparing states. */
  signature(now: number): string {
    const rest = (at: number | undefined): number => Math.max(0, (at ?? 0) - now);
    return [
      this.state.join(),
      Array.from(this.inHand, (token, q) => (token < 0 ? -1 : this.queues[q]?.kindOf[token])).join(),
      Array.from(this.looksUntil, rest).join(),
      Array.from(this.nextArrival, rest).join(),
      Array.from(this.workerFreeAt, rest).join(),
      this.coming.join(),
    ].join(';');
  }
}
