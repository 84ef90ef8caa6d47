/** Runs a simulation: events in their order, until nothing is left to do, or nothing new happens. */
import { postedBuffers, standingBuffers } from '../driver/shapes.js';
import { packedLayout, splitLayout } from '../virtqueue/layout.js';
import { Device } from './device.js';
import { Guest } from './guest/guest.js';
import { type Receiver, receiverOf } from './guest/receiver.js';
import { broken } from './invariants.js';
import { Queue } from './queue/queue.js';
import type { Ending, SimulationRequest, SimulationResult } from './request.js';
import { Calendar } from './run/calendar.js';
import { type Mark, WINDOW, Windows } from './run/steady.js';
import { CLASS, World } from './world.js';

/** A simulation while it runs, for checks. */
export interface Running {
  readonly world: World;
  readonly queues: readonly Queue[];
  readonly receivers: readonly (Receiver | null)[];
  readonly device: Device;
  readonly guest: Guest;
  readonly now: number;
  /** Slots of rings and of buffers that stand on queues of their own. */
  readonly standingSlots: number;
  /** Mappings there were before the first request. */
  readonly postedMappings: number;
}

/** Events without anything completed, after which nothing ever will be. */
const MOST_VAIN_EVENTS = 50_000;

/** Alignment of the used ring that the PCI transport asks for: SMP_CACHE_BYTES (virtio_pci_modern.c of v6.12). */
const RING_ALIGNMENT = 64;

/**
 * Runs what is asked for. `afterEvent` sees the state after each event.
 * @throws {RangeError} for a request that makes no sense
 */
export function simulate(
  request: SimulationRequest,
  afterEvent: ((running: Running) => void) | null = null,
): SimulationResult {
  return new Simulation(request).run(afterEvent);
}

class Simulation implements Running {
  readonly world: World;
  readonly queues: readonly Queue[];
  readonly receivers: readonly (Receiver | null)[];
  readonly device: Device;
  readonly guest: Guest;
  now = 0;
  standingSlots = 0;
  postedMappings = 0;
  private readonly calendar: Calendar;
  private readonly windows = new Windows();
  private events = 0;
  private nextLook = WINDOW;
  /** From where on the rate is reckoned, and until where. */
  private from: Mark = { now: 0, completed: 0 };
  private until: Mark | null = null;
  private isSteady = false;

  constructor(request: SimulationRequest) {
    check(request);
    this.world = new World(request);
    const { exchange, receive } = queuesOf(this.world);
    this.queues = [...exchange, ...receive];
    const { length } = this.queues;
    this.calendar = new Calendar([
      ...new Array<number>(request.cpus).fill(CLASS.guest),
      ...new Array<number>(length).fill(CLASS.device),
      ...new Array<number>(length).fill(CLASS.underWay),
    ]);
    this.receivers = this.queues.map((queue) => (queue.isReceive ? receiverOf(this.world, queue) : null));
    const { queues, receivers } = this;
    this.device = new Device(this.world, this.calendar, { queues, receivers, firstActor: request.cpus });
    this.guest = new Guest(this.world, this.calendar, { exchange, queues, receivers, device: this.device });
    this.device.attach(this.guest);
    this.prepare();
  }

  run(afterEvent: ((running: Running) => void) | null): SimulationResult {
    const { world, calendar, device, guest, queues } = this;
    const { cpus } = world.request;
    const firstUnderWay = cpus + queues.length;
    let lastCompleted = 0;
    let vainSince = 0;
    while (world.ending === null) {
      const actor = calendar.next;
      const now = calendar.at[actor] ?? Infinity;
      if (now === Infinity) break;
      this.now = now;
      this.events += 1;
      if (actor < cpus) guest.step(actor, now);
      else if (actor < firstUnderWay) device.step(actor - cpus, now);
      else device.arrived(actor - firstUnderWay, now);
      if (world.tally.completed !== lastCompleted) {
        lastCompleted = world.tally.completed;
        vainSince = this.events;
        if (lastCompleted >= this.nextLook) this.look();
      } else if (this.events - vainSince > MOST_VAIN_EVENTS) world.end('livelock', 'pool');
      if (afterEvent !== null) afterEvent(this);
    }
    const wrong = broken(this);
    if (wrong.length > 0) throw new Error(`the simulation is wrong: ${wrong[0]}`);
    return this.result(world.ending ?? this.endingAtRest());
  }

  /** Rings, receive buffers and standing buffers are there before the first request. */
  private prepare(): void {
    const { world, queues, receivers } = this;
    const { driver, cpus, order } = world.request;
    for (const queue of queues) this.allocateRing(queue);
    const rings = world.slots?.used ?? 0;
    for (const receiver of receivers) {
      if (receiver === null) continue;
      const cpu = receiver.queue.number % cpus;
      while (receiver.postOne(cpu, 0) === 'posted one');
      if (receiver.queue.inFlight === 0) world.end('dead', receiver.isStarved ? 'pool' : 'ring');
      receiver.queue.ring.kickNeeded();
      receiver.queue.unkicked = 0;
    }
    const standing = standingBuffers(driver.device);
    this.postedMappings = world.tally.maps;
    this.standingSlots = rings - (world.slots?.used ?? 0);
    if (standing !== null && world.slots !== null && world.ending === null) {
      const number = world.kinds.of([{ bytes: standing.bytes, deviceWrites: true, isPayload: false }]);
      const mapping = world.kinds.all[number]?.mappings[0];
      for (let n = 0; mapping !== undefined && n < standing.count; n += 1)
        if (world.slots.map(mapping, 0, 0) < 0) break;
    }
    this.standingSlots += world.slots?.used ?? 0;
    world.slots?.forgetTimes();
    world.tally.forgetMappings();
    for (const cpu of this.guest.cpus) this.calendar.enter(cpu.number, 0);
    if (order !== 'in turns') for (const queue of queues) if (queue.isReceive) this.device.arrive(queue, 0);
  }

  private allocateRing(queue: Queue): void {
    const { world } = this;
    const { pool, ring, driver } = world.request;
    if (pool?.holdsRings !== true || world.slots === null) return;
    const layout =
      ring.layout === 'packed' ? packedLayout(queue.size) : splitLayout(queue.size, RING_ALIGNMENT);
    if (!world.slots.takeForRing(layout.bytes, driver.pageSize)) world.end('dead', 'pool');
  }

  /** At the end of a window: has all this been before? Then no more is made, and what is in flight runs out. */
  private look(): void {
    const { world, now } = this;
    const { tally } = world;
    this.nextLook += WINDOW;
    const mark = { now, completed: tally.completed };
    if (this.isSteady || world.inTurns) return;
    if (world.left > 0) this.until = mark;
    if (this.from.completed === 0 && tally.completed >= world.request.stopAfter / 4) this.from = mark;
    if (world.request.stopsWhenSteady === false || world.left <= 0) return;
    const before = this.windows.look(this.signature(), now, tally, world.slots?.pool.probes ?? 0);
    if (before === null) return;
    this.isSteady = true;
    this.from = before;
    this.until = mark;
    world.left = 0;
  }

  private signature(): string {
    const { now, world, calendar } = this;
    const inTime = Array.from(calendar.at, (at) => (at === Infinity ? -1 : at - now));
    const parts = this.queues.map((queue) => queue.signature(now));
    parts.push(inTime.join(), calendar.order().join(), this.guest.signature(now), this.device.signature(now));
    parts.push(world.slots?.signature(now) ?? '', world.script.signature());
    return parts.join('|');
  }

  private endingAtRest(): Ending {
    const { world, queues, device } = this;
    const isStuck = queues.some((queue) => !queue.isReceive && (queue.inFlight > 0 || queue.isBlocked));
    const waits = queues.some((queue) => queue.isReceive && device.waitsForBuffers(queue));
    if (isStuck || waits) return 'hang';
    return this.isSteady ? 'steady' : world.inTurns || world.left <= 0 ? 'budget' : 'hang';
  }

  private result(ending: Ending): SimulationResult {
    const { world, now } = this;
    const { tally, slots } = world;
    const until = this.until ?? { now, completed: tally.completed };
    const from = this.from.completed < until.completed ? this.from : { now: 0, completed: 0 };
    const ns = until.now - from.now;
    return {
      ending,
      exhausted: world.exhausted,
      submitted: tally.submitted,
      completed: tally.completed,
      ns: now,
      requestsPerSecond: ns === 0 ? 0 : Math.floor(((until.completed - from.completed) * 1e9) / ns),
      busyNs: {
        guest: tally.guestNs,
        copy: tally.copyNs,
        lockWait: tally.lockWaitNs,
        kick: tally.kickNs,
        device: tally.deviceNs,
        wake: tally.wakeNs,
      },
      counts: {
        maps: tally.maps,
        copiesToDevice: tally.copiesToDevice,
        bytesToDevice: tally.bytesToDevice,
        copiesFromDevice: tally.copiesFromDevice,
        bytesFromDevice: tally.bytesFromDevice,
        slotsPeak: slots?.peak ?? 0,
        slotsAtRest: slots?.used ?? 0,
        descriptors: tally.descriptors,
        kicks: tally.kicks,
        interrupts: tally.interrupts,
        guestWakes: tally.guestWakes,
        deviceWakes: tally.deviceWakes,
        failedMaps: tally.failedMaps,
        requeues: tally.requeues,
        probes: slots?.pool.probes ?? 0,
      },
      longestQueue: tally.longestQueue,
      longestLockWaitNs: tally.longestLockWaitNs,
      events: this.events,
    };
  }
}

function check({ cpus, queues, depth, order, requests }: SimulationRequest): void {
  for (const [what, n] of Object.entries({ cpus, queues, depth }))
    if (!Number.isInteger(n) || n < 1) throw new RangeError(`${n} ${what}`);
  if (order === 'in turns' && (cpus > 1 || queues > 1))
    throw new RangeError('in turns is for one CPU and one queue');
  if (requests.length === 0) throw new RangeError('no requests');
}

function queuesOf(world: World): { readonly exchange: readonly Queue[]; readonly receive: readonly Queue[] } {
  const { request, script, kinds } = world;
  const { driver, ring, depth, queues, cpus } = request;
  const common = { layout: ring.layout, eventIdx: ring.eventIdx, size: driver.queueSize, cpus };
  const width = Math.max(1, ...kinds.all.map(({ mappings }) => mappings.length));
  const tokens = world.inTurns ? driver.queueSize : depth;
  const exchange = script.hasExchange
    ? Array.from({ length: queues }, (_, i) => new Queue(i, false, { ...common, width, tokens }))
    : [];
  if (!script.hasReceive) return { exchange, receive: [] };
  const posted = request.requests
    .map(({ op }) => postedBuffers(driver, op))
    .find((buffers) => buffers !== null);
  const pieces = posted?.source().next().length ?? 1;
  const shape = { ...common, width: pieces + 1, tokens: driver.queueSize };
  const receive = Array.from({ length: queues }, (_, i) => new Queue(exchange.length + i, true, shape));
  return { exchange, receive };
}
