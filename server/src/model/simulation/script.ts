/** Which request comes next: the list of requests, in turns or again and again. */
import { packetsOf, postedBuffers, shapesOf } from '../driver/shapes.js';
import type { RequestSpec } from '../scenario.js';
import type { Kinds } from './kinds.js';
import type { SimulationRequest } from './request.js';

/** One entry of the list: kinds of the requests the driver makes of it, or packets that come. */
interface Entry {
  readonly isReceive: boolean;
  /** Kinds, or bytes of packets. */
  readonly items: readonly number[];
  readonly count: number;
  readonly inFlight: number;
}

/** What is to be done together before anything else is. */
export interface Turn {
  readonly isReceive: boolean;
  readonly items: readonly number[];
}

export class Script {
  readonly hasExchange: boolean;
  readonly hasReceive: boolean;
  /** Places in the list, for requests submitted and packets received, where it is gone through again and again. */
  private readonly cursors = { exchange: new Cursor(), receive: new Cursor() };
  private readonly entries: readonly Entry[];
  private readonly exchange: readonly Entry[];
  private readonly receive: readonly Entry[];
  private at = 0;
  private done = 0;

  constructor(request: SimulationRequest, kinds: Kinds) {
    this.entries = request.requests.map((spec) => entryOf(spec, request, kinds));
    this.exchange = this.entries.filter((entry) => !entry.isReceive && isSomething(entry));
    this.receive = this.entries.filter((entry) => entry.isReceive && isSomething(entry));
    this.hasExchange = this.exchange.length > 0;
    this.hasReceive = this.entries.some((entry) => entry.isReceive);
  }

  /** The kind of the next request; the list has one. */
  nextKind(): number {
    return this.cursors.exchange.next(this.exchange);
  }

  /** Bytes of the next packet; the list has one. */
  nextPacket(): number {
    return this.cursors.receive.next(this.receive);
  }

  /** In turns: what to do now that all before is done; null: nothing is left. */
  nextTurn(): Turn | null {
    for (;;) {
      const entry = this.entries[this.at];
      if (entry === undefined) return null;
      const batch = Math.min(entry.inFlight, entry.count - this.done);
      if (batch > 0) {
        this.done += batch;
        return { isReceive: entry.isReceive, items: Array.from({ length: batch }, () => entry.items).flat() };
      }
      this.at += 1;
      this.done = 0;
    }
  }

  signature(): string {
    return `${this.cursors.exchange.signature()};${this.cursors.receive.signature()}`;
  }
}

/** A place in a list that begins again at its end. */
class Cursor {
  private entry = 0;
  private repetition = 0;
  private item = 0;

  next(entries: readonly Entry[]): number {
    const entry = entries[this.entry];
    if (entry === undefined) throw new RangeError('nothing to be done');
    const item = entry.items[this.item] ?? 0;
    this.item += 1;
    if (this.item < entry.items.length) return item;
    this.item = 0;
    this.repetition += 1;
    if (this.repetition < entry.count) return item;
    this.repetition = 0;
    this.entry = (this.entry + 1) % entries.length;
    return item;
  }

  signature(): string {
    return `${this.entry},${this.repetition},${this.item}`;
  }
}

function entryOf(spec: RequestSpec, request: SimulationRequest, kinds: Kinds): Entry {
  const { op, segments, count, inFlight = 1 } = spec;
  const posted = postedBuffers(request.driver, op);
  if (posted !== null) {
    const bytes = segments.reduce((sum, segment) => sum + segment, 0);
    return { isReceive: true, items: packetsOf(posted, bytes), count, inFlight };
  }
  const items = shapesOf(request.driver, spec).map((pieces) => kinds.of(pieces));
  return { isReceive: false, items, count, inFlight };
}

function isSomething({ items, count }: Entry): boolean {
  return items.length > 0 && count > 0;
}
