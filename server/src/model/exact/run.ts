/** What the machine counts for a list of requests, from the rules alone: one after the other, on a driver just bound. */
import { sumOf } from '../driver/pieces.js';
import { postedBuffers } from '../driver/shapes.js';
import type { RequestSpec } from '../scenario.js';
import { slotsAt } from './depth.js';
import { copiesAllAtMap, exactCost, factsOf, standingSlots } from './exact-cost.js';
import { nothing, type Sum } from './pieces.js';
import type { Costs, ExactQuestion, Obstacle } from './question.js';
import { ReceiveRun } from './receive-run.js';

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
  const run = new Run(setting, requests);
  for (const request of requests) {
    if (run.obstacle !== null) break;
    run.add(request);
  }
  return run.counts();
}

class Run {
  obstacle: Obstacle | null = null;
  private readonly setting: Setting;
  private readonly sum: Sum = nothing();
  /** Null where nothing is posted for any of the requests. */
  private readonly receiver: ReceiveRun | null;
  private readonly standing: number;
  private peak: number;

  constructor(setting: Setting, requests: readonly RequestSpec[]) {
    this.setting = setting;
    this.receiver = receiverOf(setting, requests);
    this.standing = standingSlots({ ...setting, op: 'read', segments: [] });
    this.peak = this.posted + this.standing;
    if (this.receiver?.isEmpty === true) this.obstacle = 'ring full';
  }

  add(request: RequestSpec): void {
    const question = { ...this.setting, op: request.op, segments: request.segments };
    if (this.receiver !== null && postedBuffers(factsOf(question), request.op) !== null)
      this.receive(this.receiver, request);
    else if (request.count > 0) this.submit(question, request);
  }

  counts(): RunCounts {
    const { maps, copiesToDevice, bytesToDevice, copiesFromDevice, bytesFromDevice, descriptors } = this.sum;
    return {
      maps,
      copiesToDevice,
      bytesToDevice,
      copiesFromDevice,
      bytesFromDevice,
      descriptors,
      slotsPeak: this.peak,
      slotsAtRest: this.posted + this.standing,
      obstacle: this.obstacle,
    };
  }

  private get posted(): number {
    return this.receiver?.slots ?? 0;
  }

  private receive(receiver: ReceiveRun, { segments, count, inFlight }: RequestSpec): void {
    this.obstacle = receiver.take(this.sum, sumOf(segments), count, inFlight ?? 1);
    this.peak = Math.max(this.peak, receiver.peak + this.standing);
  }

  private submit(question: ExactQuestion, { count, inFlight }: RequestSpec): void {
    const cost = exactCost(question);
    const largest = Math.max(0, ...cost.ring.requests.map(({ slots }) => slots));
    const isTooMuch = this.posted + this.standing + largest > (this.setting.poolSlots ?? Infinity);
    this.obstacle = cost.obstacle ?? (isTooMuch ? 'exhausted' : null);
    if (this.obstacle !== null) return;
    this.peak = Math.max(this.peak, this.posted + slotsAt(cost, Math.min(inFlight ?? 1, count)));
    this.sum.maps += count * cost.maps;
    this.sum.descriptors += count * cost.descriptors;
    this.sum.copiesToDevice += count * cost.copiesToDevice;
    this.sum.bytesToDevice += count * cost.bytesToDevice;
    this.sum.copiesFromDevice += count * cost.copiesFromDevice;
    this.sum.bytesFromDevice += count * cost.bytesFromDevice;
  }
}

function receiverOf(setting: Setting, requests: readonly RequestSpec[]): ReceiveRun | null {
  for (const { op } of requests) {
    const question = { ...setting, op, segments: [] };
    const posted = postedBuffers(factsOf(question), op);
    if (posted !== null) return new ReceiveRun(question, posted, copiesAllAtMap(question));
  }
  return null;
}
