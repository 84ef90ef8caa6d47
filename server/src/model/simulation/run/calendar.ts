/**
 * Who acts next. Every actor has one time at which it acts, or none; order is total: by time, then by class, then by who was
 * entered first.
 */

/** A time that never comes. */
export const NEVER = Infinity;

export class Calendar {
  readonly actors: number;
  /** By actor: when it acts next. */
  readonly at: Float64Array;
  private readonly classOf: Uint8Array;
  /** By actor: how many entries there were before its own. */
  private readonly sequence: Float64Array;
  /** Actors as a binary heap, the next one first; and where each stands in it. */
  private readonly heap: Int32Array;
  private readonly place: Int32Array;
  private entries = 0;

  /** `classes`: of each actor; of two at the same time the lower acts first. */
  constructor(classes: readonly number[]) {
    this.actors = classes.length;
    this.classOf = Uint8Array.from(classes);
    this.at = new Float64Array(this.actors).fill(NEVER);
    this.sequence = Float64Array.from({ length: this.actors }, (_, i) => i);
    this.heap = Int32Array.from({ length: this.actors }, (_, i) => i);
    this.place = Int32Array.from({ length: this.actors }, (_, i) => i);
    this.entries = this.actors;
    for (let i = this.actors >> 1; i >= 0; i -= 1) this.sink(i);
  }

  get next(): number {
    return this.heap[0] ?? 0;
  }

  /** Actors in the order in which they were entered. */
  order(): number[] {
    const { sequence } = this;
    return Array.from(this.heap).sort((a, b) => (sequence[a] ?? 0) - (sequence[b] ?? 0));
  }

  enter(actor: number, time: number): void {
    this.at[actor] = time;
    this.sequence[actor] = this.entries;
    this.entries += 1;
    const place = this.place[actor] ?? 0;
    if (!this.rise(place)) this.sink(place);
  }

  private isBefore(a: number, b: number): boolean {
    const { at, classOf, sequence } = this;
    const first = at[a] ?? 0;
    const second = at[b] ?? 0;
    if (first !== second) return first < second;
    if (classOf[a] !== classOf[b]) return (classOf[a] ?? 0) < (classOf[b] ?? 0);
    return (sequence[a] ?? 0) < (sequence[b] ?? 0);
  }

  private rise(from: number): boolean {
    const { heap, place } = this;
    const actor = heap[from] ?? 0;
    let i = from;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const other = heap[above] ?? 0;
      if (!this.isBefore(actor, other)) break;
      heap[i] = other;
      place[other] = i;
      i = above;
    }
    heap[i] = actor;
    place[actor] = i;
    return i !== from;
  }

  private sink(from: number): void {
    const { heap, place, actors } = this;
    const actor = heap[from] ?? 0;
    let i = from;
    for (;;) {
      let below = 2 * i + 1;
      if (below >= actors) break;
      if (below + 1 < actors && this.isBefore(heap[below + 1] ?? 0, heap[below] ?? 0)) below += 1;
      const other = heap[below] ?? 0;
      if (!this.isBefore(other, actor)) break;
      heap[i] = other;
      place[other] = i;
      i = below;
    }
    heap[i] = actor;
    place[actor] = i;
  }
}
