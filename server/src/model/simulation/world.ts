/** All that a simulation knows, in one place: guest and device act on it. */
import { ringReserve } from '../driver/shapes.js';
import { Slots } from './guest/slots.js';
import { Kinds } from './kinds.js';
import type { Queue } from './queue/queue.js';
import type { Ending, SimulationCosts, SimulationRequest, SimulationResult } from './request.js';
import { Tally } from './run/tally.js';
import { Script } from './script.js';

/** What the guest knows of the device: it can tell it of something, and see whether it does anything. */
export interface Device {
  notice(queue: Queue, now: number): void;
  kick(queue: Queue, now: number): void;
  isServing(queue: Queue): boolean;
  /** Whether packets are still to come that there are buffers for. */
  mayReceive(queue: Queue): boolean;
  /** In turns: packets let in, and how many of them are still to be received. */
  letIn(queue: Queue, packets: readonly number[], now: number): void;
  dueTo(queue: Queue): number;
}

/** What the device knows of the guest. */
export interface Guest {
  interrupt(queue: Queue, now: number): void;
  usedIsThere(queue: Queue, now: number): void;
  /** In turns: so many of the packets let in found no buffer, and are to come again. */
  turnedAway(packets: number): void;
}

export class World {
  readonly request: SimulationRequest;
  readonly costs: SimulationCosts;
  readonly tally = new Tally();
  readonly kinds: Kinds;
  readonly script: Script;
  readonly slots: Slots | null;
  readonly inTurns: boolean;
  /** Until what was written to a ring is seen on the other side. */
  readonly sightNs: number;
  /** Free descriptors below which the driver adds nothing. */
  readonly reserve: number;
  /** Requests and packets still to be made. */
  left: number;
  ending: Ending | null = null;
  exhausted: SimulationResult['exhausted'] = null;

  constructor(request: SimulationRequest) {
    const { costs, driver, pool, usesDmaApi = true } = request;
    this.request = request;
    this.costs = costs;
    this.kinds = new Kinds(request);
    this.script = new Script(request, this.kinds);
    this.slots = pool === null || !usesDmaApi ? null : new Slots(pool, costs, this.tally);
    this.inTurns = request.order === 'in turns';
    this.sightNs = Math.max(0, Math.floor((costs.ringRoundTripNs - 2 * costs.ringStreamNs) / 2));
    this.reserve = ringReserve(driver.device, driver.queueSize);
    this.left = this.inTurns ? Infinity : request.stopAfter;
  }

  /** Ends the run: nobody acts any more. */
  end(ending: Ending, exhausted: SimulationResult['exhausted'] = null): void {
    if (this.ending !== null) return;
    this.ending = ending;
    this.exhausted = exhausted;
  }
}

/** Of two actors at the same time, what is under way arrives first, then the device acts, then the guest. */
export const CLASS = { underWay: 0, device: 1, guest: 2 } as const;
