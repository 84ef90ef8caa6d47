/** Requests in turns, as the machine runs a scenario: so many are submitted, the device does them, they are taken back. */
import type { Queue } from '../queue/queue.js';
import type { Turn } from '../script.js';
import type { World } from '../world.js';
import type { Lane } from './cpu.js';
import type { GuestParts } from './guest.js';

export class Turns {
  private readonly world: World;
  private readonly parts: GuestParts;
  private turn: Turn | null = null;
  private at = 0;

  constructor(world: World, parts: GuestParts) {
    this.world = world;
    this.parts = parts;
  }

  /** While a driver still submits, or packets still come, it takes nothing back. */
  mayReap(queue: Queue): boolean {
    const { device } = this.parts;
    if (queue.isReceive) return device.dueTo(queue) === 0 && !device.isServing(queue);
    if (queue.isBlocked) return true;
    return this.turn === null || this.turn.isReceive || this.at === this.turn.items.length;
  }

  turnedAway(packets: number): void {
    this.at -= packets;
  }

  /** The kind to submit now; -1: none. Packets whose turn it is are let in. */
  next(lane: Lane | null, now: number): number {
    for (;;) {
      if (this.isOver(lane)) {
        this.turn = this.world.script.nextTurn();
        this.at = 0;
        if (this.turn === null) {
          this.world.left = 0;
          return -1;
        }
        continue;
      }
      if (this.turn?.isReceive === true) {
        this.letIn(this.turn, now);
        return -1;
      }
      return lane === null ? -1 : this.nextKind(lane);
    }
  }

  private nextKind(lane: Lane): number {
    if (lane.queue.isBlocked) return -1;
    if (lane.putBack >= 0) return lane.putBack;
    const kind = this.turn?.items[this.at] ?? -1;
    if (kind >= 0) this.at += 1;
    return kind;
  }

  private isOver(lane: Lane | null): boolean {
    const { turn } = this;
    if (turn === null) return true;
    if (this.at < turn.items.length) return false;
    if (!turn.isReceive) return lane === null || (lane.queue.inFlight === 0 && lane.putBack < 0);
    return this.isReceiveIdle();
  }

  private isReceiveIdle(): boolean {
    const { queues, device } = this.parts;
    return queues.every(
      (queue) =>
        !queue.isReceive || (device.dueTo(queue) === 0 && queue.used.count === 0 && !device.isServing(queue)),
    );
  }

  /** As many packets as the driver takes in one poll. */
  private letIn(turn: Turn, now: number): void {
    const { queues, device, receivers } = this.parts;
    for (const queue of queues) {
      const receiver = receivers[queue.number];
      if (receiver === null || receiver === undefined) continue;
      if (queue.used.count > 0 || queue.isReaping || device.dueTo(queue) > 0 || device.isServing(queue))
        return;
      const packets = turn.items.slice(
        this.at,
        Math.min(turn.items.length, this.at + receiver.posted.budget),
      );
      this.at += packets.length;
      device.letIn(queue, packets, now);
      return;
    }
  }
}
