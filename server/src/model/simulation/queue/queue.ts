/** One virtqueue while it is simulated: what is in flight, what the device has not seen, what the driver has not taken. */
import { type RingState, ringState } from './ring-state.js';

/** Entries in the order in which they came, each with a time. */
export class Line {
  count = 0;
  private readonly tokens: Int32Array;
  private readonly times: Float64Array;
  private first = 0;

  constructor(capacity: number) {
    this.tokens = new Int32Array(capacity);
    this.times = new Float64Array(capacity);
  }

  push(token: number, time: number): void {
    let at = this.first + this.count;
    if (at >= this.tokens.length) at -= this.tokens.length;
    this.tokens[at] = token;
    this.times[at] = time;
    this.count += 1;
  }

  get headTime(): number {
    return this.times[this.first] ?? 0;
  }

  shift(): number {
    const token = this.tokens[this.first] ?? 0;
    this.first += 1;
    if (this.first === this.tokens.length) this.first = 0;
    this.count -= 1;
    return token;
  }

  /** Tokens and times, first come first. */
  entries(): (readonly [number, number])[] {
    return Array.from({ length: this.count }, (_, n) => {
      const i = (this.first + n) % this.tokens.length;
      return [this.tokens[i] ?? 0, this.times[i] ?? 0] as const;
    });
  }
}

export class Queue {
  readonly number: number;
  /** Buffers are posted ahead on it. */
  readonly isReceive: boolean;
  readonly ring: RingState;
  readonly size: number;
  /** Descriptors that no request in flight has. */
  free: number;
  /** Requests the driver has not taken back. */
  inFlight = 0;
  /** By token: kind, who submitted it, and the first slots of its mappings. */
  readonly kindOf: Int32Array;
  readonly laneOf: Int32Array;
  readonly slotsOf: Int32Array;
  /** Mappings of the largest request. */
  readonly width: number;
  /** Exposed, not yet read by the device; used, not yet taken by the driver; done, but still on the way. */
  readonly available: Line;
  readonly used: Line;
  readonly underWay: Line;
  /** A request could not be mapped, or has no room in the ring: the driver waits for a completion. */
  isBlocked = false;
  /** Exposed since the driver last considered a kick. */
  unkicked = 0;
  isInterruptPending = false;
  /** The driver is taking back what is used, and asked for no interrupt. */
  isReaping = false;
  /** Whose turn it is to touch the queue in the driver, and who waits; -1: nobody. */
  lockedBy = -1;
  lastLockedBy = -1;
  readonly waiting: Line;
  private readonly spare: Int32Array;
  private spares: number;

  constructor(number: number, isReceive: boolean, shape: QueueShape) {
    const { layout, size, eventIdx, width, cpus } = shape;
    this.number = number;
    this.isReceive = isReceive;
    this.ring = ringState(layout, size, eventIdx);
    this.size = size;
    this.free = size;
    this.width = width;
    const tokens = Math.min(size, shape.tokens);
    this.kindOf = new Int32Array(tokens);
    this.laneOf = new Int32Array(tokens);
    this.slotsOf = new Int32Array(tokens * width);
    this.available = new Line(tokens);
    this.used = new Line(tokens);
    this.underWay = new Line(tokens);
    this.waiting = new Line(cpus + 1);
    this.spare = Int32Array.from({ length: tokens }, (_, i) => tokens - 1 - i);
    this.spares = tokens;
  }

  takeToken(): number {
    this.spares -= 1;
    return this.spare[this.spares] ?? 0;
  }

  giveToken(token: number): void {
    this.spare[this.spares] = token;
    this.spares += 1;
  }

  /** All of it against a time, for comparing states. */
  signature(now: number): string {
    const kinds = (line: Line): string =>
      line
        .entries()
        .map(([token]) => this.kindOf[token])
        .join();
    const times = (line: Line): string =>
      line
        .entries()
        .map(([, time]) => time - now)
        .join();
    const { available, used, underWay, waiting } = this;
    const flags = [this.isBlocked, this.isInterruptPending, this.isReaping].map(Number);
    return [
      ...[available, used, underWay].map(kinds),
      ...[available, used, underWay, waiting].map(times),
      waiting.entries().map(([cpu]) => cpu),
      [this.free, this.inFlight, this.unkicked, this.lockedBy, this.lastLockedBy, ...flags].join(),
      this.ring.signature(),
    ].join(';');
  }

  /** Tokens in use, for checks. */
  tokensInUse(): number[] {
    const free = new Set(this.spare.subarray(0, this.spares));
    return Array.from(this.kindOf, (_, token) => token).filter((token) => !free.has(token));
  }
}

export interface QueueShape {
  readonly layout: 'split' | 'packed';
  readonly size: number;
  readonly eventIdx: boolean;
  /** Mappings of the largest request. */
  readonly width: number;
  /** Requests in flight at most. */
  readonly tokens: number;
  readonly cpus: number;
}
