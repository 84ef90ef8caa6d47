/**
 * No wake-up is lost: a side that sleeps while there is work for it has a notification on its way. Each side's steps are
 * mixed with the other's, down to single touches of memory.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RingKind } from '../../../../server/src/model/virtqueue/layout.js';
import { fromDevice, kinds, type Pair, pairOf, toDevice } from './support.js';

interface Wishes {
  readonly eventIdx: boolean;
  readonly inOrder: boolean;
  /** The driver asks for interrupts late (virtqueue_enable_cb_delayed()). */
  readonly isLate: boolean;
}

class World {
  kicks = 0;
  interrupts = 0;
  readonly pair: Pair;
  private readonly wishes: Wishes;
  /** What the schedule says, a number for each point at which it is asked; 0 for ever after. */
  private readonly tape: readonly number[];
  private at = 0;
  private depth = 0;
  private nextToken = 0;
  private inRing = 0;
  private readonly held: number[] = [];
  private pushed = 0;
  private isDeviceAsleep = false;
  private isDriverAsleep = true;
  /** Notifications stay on while there is work, and there is no need to look again before sleep. */
  private leavesInterruptsOn = false;
  private leavesKicksOn = false;
  private isKicked = false;
  private isInterrupted = false;
  private oweKick = false;
  private oweInterrupt = false;

  constructor(kind: RingKind, size: number, wishes: Wishes, tape: readonly number[]) {
    this.pair = pairOf(kind, size, wishes);
    this.wishes = wishes;
    this.tape = tape;
    this.pair.onDeviceAccess = () => this.interfere(() => this.driverStep());
    this.pair.memory.onAccess = () => this.interfere(() => this.deviceStep());
  }

  run(): void {
    while (this.at < this.tape.length) {
      this.within(() => (this.draw() % 2 === 0 ? this.driverStep() : this.deviceStep()));
      this.check();
    }
  }

  /** In the middle of one side's step, the other may take a few. */
  private interfere(step: () => void): void {
    while (this.depth === 1 && this.draw() % 4 === 0) this.within(step);
  }

  private within(step: () => void): void {
    this.depth += 1;
    step();
    this.depth -= 1;
  }

  get requests(): number {
    return this.nextToken;
  }

  private draw(): number {
    const drawn = this.tape[this.at] ?? 1;
    this.at += 1;
    return drawn;
  }

  // ---- the driver ------------------------------------------------------------------------------------------

  private driverStep(): void {
    switch (this.draw() % 4) {
      case 0:
      case 1:
        this.add();
        return;
      case 2:
        this.notifyDevice();
        return;
      default:
        if (this.isDriverAsleep) this.takeInterrupt();
        else this.takeOrSleep();
    }
  }

  private add(): void {
    const buffers = [toDevice(0x9000, 1), fromDevice(0xa000, 1)].slice(0, 1 + (this.draw() % 2));
    if (this.pair.ring.freeDescriptors < buffers.length) return;
    // Counted before it is done: the device may take it before add() comes back.
    this.inRing += 1;
    this.oweKick = true;
    expect(this.pair.ring.add(buffers, this.nextToken)).toBe('ok');
    this.nextToken += 1;
  }

  private notifyDevice(): void {
    if (!this.oweKick) return;
    const needed = this.pair.ring.kickNeeded();
    this.oweKick = false;
    if (!needed) return;
    this.kicks += 1;
    // A kick for one who is awake changes nothing.
    if (this.isDeviceAsleep) this.isKicked = true;
  }

  private takeInterrupt(): void {
    if (!this.isInterrupted) return;
    this.isInterrupted = false;
    this.isDriverAsleep = false;
    this.pair.ring.interrupted();
    this.leavesInterruptsOn = this.draw() % 2 === 0;
    if (!this.leavesInterruptsOn) this.pair.ring.disableInterrupts();
  }

  private takeOrSleep(): void {
    const { ring } = this.pair;
    if (this.leavesInterruptsOn || this.draw() % 3 !== 0) {
      if (ring.takeUsed() !== null) this.pushed -= 1;
      else if (this.leavesInterruptsOn) this.isDriverAsleep = true;
      return;
    }
    const mayWait = this.wishes.isLate ? ring.enableInterruptsDelayed() : ring.enableInterrupts();
    if (mayWait) this.isDriverAsleep = true;
    else ring.disableInterrupts();
  }

  // ---- the device ------------------------------------------------------------------------------------------

  private deviceStep(): void {
    switch (this.draw() % 4) {
      case 0:
      case 1:
        if (this.isDeviceAsleep) this.takeKick();
        else this.popOrSleep();
        return;
      case 2:
        this.push();
        return;
      default:
        this.notifyDriver();
    }
  }

  private takeKick(): void {
    if (!this.isKicked) return;
    this.isKicked = false;
    this.isDeviceAsleep = false;
    this.leavesKicksOn = this.draw() % 2 === 0;
    if (!this.leavesKicksOn) this.pair.queue.disableKicks();
  }

  private popOrSleep(): void {
    const found = this.pair.queue.pop();
    if (found.kind === 'chain') {
      this.inRing -= 1;
      this.held.push(found.head);
      return;
    }
    if (found.kind !== 'empty') throw new Error(JSON.stringify(found));
    if (this.leavesKicksOn || !this.pair.queue.enableKicks()) this.isDeviceAsleep = true;
  }

  private push(): void {
    const which = this.held.length === 0 ? -1 : this.draw() % this.held.length;
    if (which < 0) return;
    const done = this.wishes.inOrder ? this.held.splice(0, which + 1) : this.held.splice(which, 1);
    this.pushed += done.length;
    this.oweInterrupt = true;
    this.pair.queue.push(done[done.length - 1]!, 1);
  }

  private notifyDriver(): void {
    if (!this.oweInterrupt) return;
    const needed = this.pair.queue.interruptNeeded();
    this.oweInterrupt = false;
    if (!needed) return;
    this.interrupts += 1;
    if (this.isDriverAsleep) this.isInterrupted = true;
  }

  // ---- what must never be ----------------------------------------------------------------------------------

  private check(): void {
    if (this.isDeviceAsleep && !this.isKicked && !this.oweKick && this.inRing > 0)
      throw new Error(`the device sleeps, ${this.inRing} requests wait for it, and no kick is on its way`);
    // A driver that asked late waits until most is used: it is lost only when nothing is left to use.
    const isAllUsed = this.held.length === 0 && this.inRing === 0;
    const isWaiting = this.pushed > 0 && (!this.wishes.isLate || isAllUsed);
    if (this.isDriverAsleep && !this.isInterrupted && !this.oweInterrupt && isWaiting)
      throw new Error(`the driver sleeps, ${this.pushed} requests are done, and no interrupt is on its way`);
  }
}

const wishesArb = fc.record({ eventIdx: fc.boolean(), inOrder: fc.boolean(), isLate: fc.boolean() });
const tapeArb = fc.array(fc.nat({ max: 11 }), { minLength: 20, maxLength: 1200, size: 'max' });

describe.each(kinds)('%s: no wake-up is lost', (kind) => {
  const sizes = kind === 'split' ? [1, 2, 4, 16] : [1, 2, 3, 5, 16];
  it('and some are saved', () => {
    let kicks = 0;
    let interrupts = 0;
    let requests = 0;
    fc.assert(
      fc.property(fc.constantFrom(...sizes), wishesArb, tapeArb, (size, wishes, tape) => {
        const world = new World(kind, size, wishes, tape);
        world.run();
        kicks += world.kicks;
        interrupts += world.interrupts;
        requests += world.requests;
      }),
      { numRuns: 600 },
    );
    expect(kicks).toBeGreaterThan(0);
    expect(interrupts).toBeGreaterThan(0);
    expect(kicks).toBeLessThan(requests);
    expect(interrupts).toBeLessThan(requests);
  });
});
