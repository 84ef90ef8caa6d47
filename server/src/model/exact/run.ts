/** What the machine counts for a list of requests, from the rules alone: each after the other, on a guest's first boot. */
import { type PostedBuffers, packetsOf, postedBuffers } from '../driver/shapes.js';
import type { RequestSpec } from '../scenario.js';
import { slotsAt } from './depth.js';
import { copiesAllAtMap, exactCost, factsOf, standingSlots } from './exact-cost.js';
import { addRequest, nothing, ringRequest, type Sum } from './pieces.js';
import type { Costs, ExactQuestion, Obstacle } from './question.js';

/** A question without its request. */
export type Setting = Omit<ExactQuestion, 'op' | 'segments'>;

export interface RunCounts
  extends Pick<
    Costs,
    'maps' | 'copiesToDevice' | 'bytesToDevice' | 'copiesFromDevice' | 'bytesFromDevice' | 'descriptors'
  > {
  readonly slotsPeak: number;
  readonly slotsAtRest: number;
  /** Why the run ended before its end; null: it did not. */
  readonly obstacle: Obstacle | null;
}

/** Buffers that are there before the first request are not counted among what is done, but hold their slots. */
export function exactRun(setting: Setting, requests: readonly RequestSpec[]): RunCounts {
  const sum = nothing();
  const copiesAll = copiesAllAtMap({ ...setting, op: 'read', segments: [] });
  const receiving = requests.find(({ op }) => postedBuffers(factsOf({ ...setting, op, segments: [] }), op));
  const receiver = receiving === undefined ? null : new ReceiveRun(setting, receiving.op, copiesAll);
  receiver?.fill(nothing());
  const standing = standingSlots({ ...setting, op: 'read', segments: [] });
  let peak = (receiver?.slots ?? 0) + standing;
  let obstacle: Obstacle | null = receiver?.isEmpty === true ? 'ring full' : null;
  for (const { op, segments, count, inFlight } of requests) {
    if (obstacle !== null) break;
    const question = { ...setting, op, segments };
    if (receiver !== null && postedBuffers(factsOf(question), op) !== null) {
      obstacle = receiver.take(sum, segments, count, inFlight ?? 1);
      peak = Math.max(peak, receiver.peak + standing);
    } else if (count > 0) {
      const cost = exactCost(question);
      const held = receiver?.slots ?? 0;
      const needed = slotsAt(cost, Math.min(inFlight ?? 1, count)) + held;
      const least = Math.max(0, ...cost.ring.requests.map(({ slots }) => slots)) + held + standing;
      obstacle = cost.obstacle ?? (least > (setting.poolSlots ?? Infinity) ? 'exhausted' : null);
      if (obstacle !== null) break;
      peak = Math.max(peak, needed);
      add(sum, cost, count);
    }
  }
  const { maps, copiesToDevice, bytesToDevice, copiesFromDevice, bytesFromDevice, descriptors } = sum;
  return {
    maps,
    copiesToDevice,
    bytesToDevice,
    copiesFromDevice,
    bytesFromDevice,
    descriptors,
    slotsPeak: peak,
    slotsAtRest: (receiver?.slots ?? 0) + standing,
    obstacle,
  };
}

const keys = Object.keys(nothing()) as (keyof Sum)[];

function add(sum: Sum, cost: Costs, times: number): void {
  for (const key of keys) sum[key] += times * cost[key];
}

/** A posted buffer: what its completion copies back, and what it holds. */
interface Buffer {
  readonly bytes: number;
  readonly slots: number;
  readonly ringEntries: number;
  readonly copiesBack: number;
}

/** A receive ring, buffer by buffer: their sizes alternate, and follow the packets. */
class ReceiveRun {
  slots = 0;
  peak = 0;
  private readonly question: ExactQuestion;
  private readonly posted: PostedBuffers;
  private readonly source: ReturnType<PostedBuffers['source']>;
  private readonly copiesAll: boolean;
  private readonly buffers: Buffer[] = [];
  private oldest = 0;
  /** Buffers the device has filled and the driver has not taken. */
  private filled = 0;
  private free: number;

  constructor(setting: Setting, op: RequestSpec['op'], copiesAll: boolean) {
    this.question = { ...setting, op, segments: [] };
    const posted = postedBuffers(factsOf(this.question), op);
    if (posted === null) throw new RangeError(`no buffers are posted for ${setting.device} ${op}`);
    this.posted = posted;
    this.source = posted.source();
    this.copiesAll = copiesAll;
    this.free = setting.queue.size;
  }

  get isEmpty(): boolean {
    return this.buffers.length === this.oldest;
  }

  fill(sum: Sum): void {
    const pool = this.question.poolSlots ?? Infinity;
    while (this.buffers.length - this.oldest < this.posted.most && this.free > 0) {
      const pieces = this.source.next();
      const { slots, ringEntries } = ringRequest(pieces, this.question);
      if (ringEntries > this.free || this.slots + slots > pool) return;
      const before = { bytes: sum.bytesFromDevice, copies: sum.copiesFromDevice };
      addRequest(sum, pieces, this.question, this.copiesAll);
      // What comes back is counted when the buffer does.
      const bytes = sum.bytesFromDevice - before.bytes;
      const copiesBack = sum.copiesFromDevice - before.copies;
      sum.bytesFromDevice = before.bytes;
      sum.copiesFromDevice = before.copies;
      const room = pieces.reduce((all, piece) => all + piece.bytes, 0);
      this.rooms.push(room);
      this.buffers.push({ bytes, slots, ringEntries, copiesBack });
      this.free -= ringEntries;
      this.slots += slots;
      this.peak = Math.max(this.peak, this.slots);
    }
  }

  private readonly rooms: number[] = [];

  take(sum: Sum, segments: readonly number[], count: number, depth: number): Obstacle | null {
    const packets = packetsOf(
      this.posted,
      segments.reduce((a, b) => a + b, 0),
    );
    for (let left = count; left > 0; left -= depth) {
      const batch = Math.min(depth, left) * packets.length;
      for (let at = 0; at < batch; ) {
        const taken = this.poll(sum, packets, at, Math.min(batch, at + this.posted.budget));
        if (taken === 0) return 'exhausted';
        at += taken;
      }
    }
    return null;
  }

  private poll(sum: Sum, packets: readonly number[], from: number, end: number): number {
    let at = from;
    while (at < end && this.deliver(packets[at % packets.length] ?? 0)) at += 1;
    if (at === from) return 0;
    for (; this.filled > 0; this.filled -= 1) this.giveBack(sum);
    if (this.isTimeToFill) this.fill(sum);
    return at - from;
  }

  private deliver(packet: number): boolean {
    const total = packet + this.posted.headerBytes;
    let left = this.posted.isMergeable ? total : 1;
    let buffers = 0;
    while (left > 0) {
      const room = this.rooms[this.oldest + this.filled + buffers];
      if (room === undefined) return false;
      left -= room;
      buffers += 1;
    }
    this.filled += buffers;
    this.source.received(packet);
    return true;
  }

  private giveBack(sum: Sum): void {
    const buffer = this.buffers[this.oldest];
    if (buffer === undefined) return;
    this.oldest += 1;
    this.slots -= buffer.slots;
    this.free += buffer.ringEntries;
    sum.bytesFromDevice += buffer.bytes;
    sum.copiesFromDevice += buffer.copiesBack;
  }

  private get isTimeToFill(): boolean {
    return this.posted.most === Infinity
      ? this.free > this.posted.refillAbove
      : this.buffers.length - this.oldest < this.posted.most;
  }
}
