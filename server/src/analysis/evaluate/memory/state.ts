/** What has happened so far on one way through the code: what places in memory hold, and whether the way is certain. */
import { isSame, join, reasonOf, unknownValue, type Value } from '../numbers/value.js';

/** What places that outlive a call held before anything was stored there. Shared by the states of one run. */
export type InitialMemory = Map<string, Value>;

export class State {
  readonly initial: InitialMemory;
  /** By place: `#3.status` is a local of the third call, `device.features` a field. */
  readonly memory: Map<string, Value>;
  /** The first condition on the way here that was not known; null where the way is certain. */
  readonly doubt: string | null;
  /** True where control never gets: behind a return, a jump, a BUG(). */
  readonly isDead: boolean;

  constructor(
    initial: InitialMemory,
    memory: Map<string, Value> = new Map(),
    doubt: string | null = null,
    isDead = false,
  ) {
    this.initial = initial;
    this.memory = memory;
    this.doubt = doubt;
    this.isDead = isDead;
  }

  /** A state of its own in which the way depends on `why`. */
  fork(why: string | null = null): State {
    return new State(this.initial, new Map(this.memory), this.doubt ?? why, this.isDead);
  }

  ended(): State {
    return new State(this.initial, new Map(), this.doubt, true);
  }

  /** Without the places that begin with `prefix`: the locals of a call that is over. */
  without(prefix: string): State {
    const memory = new Map([...this.memory].filter(([place]) => !place.startsWith(prefix)));
    return new State(this.initial, memory, this.doubt, this.isDead);
  }

  /** The same memory on a way known to be taken as surely as another. */
  asSureAs(doubt: string | null): State {
    return new State(this.initial, this.memory, doubt, this.isDead);
  }
}

/**
 * Where control comes from any of the states; there is at least one. `why` decides between them, and `before` is what they
 * parted from: what was not known there was not known first.
 */
export function joinStates(states: readonly [State, ...State[]], why: string, before?: State): State {
  const [first, ...others] = states.filter((s) => !s.isDead);
  if (first === undefined) return states[0].ended();
  return others.reduce((all, other) => joinTwo(all, other, why, before), first);
}

function joinTwo(a: State, b: State, why: string, before: State | undefined): State {
  const memory = new Map<string, Value>();
  for (const place of new Set([...a.memory.keys(), ...b.memory.keys()])) {
    const one = held(a, place);
    const other = held(b, place);
    // A local that only one way has met is as that way left it: the other never asks.
    if (one === undefined || other === undefined) {
      const only = one ?? other;
      if (only !== undefined) memory.set(place, only);
      continue;
    }
    const old = before === undefined ? undefined : held(before, place);
    const isOlder = old !== undefined && (old === one || old === other);
    memory.set(place, join(one, other, (isOlder ? reasonOf(old) : '') || why));
  }
  return new State(a.initial, memory, a.doubt ?? b.doubt);
}

function held(state: State, place: string): Value | undefined {
  return state.memory.get(place) ?? state.initial.get(place);
}

/** Places that hold something else in `after`. */
export function changedPlaces(before: State, after: State): string[] {
  return [...after.memory].flatMap(([place, value]) => {
    const old = held(before, place);
    return old === undefined || isSame(old, value) ? [] : [place];
  });
}

/** Every one of `places` holds something that is not known. */
export function forgotten(state: State, places: readonly string[], why: string): State {
  const memory = new Map(state.memory);
  for (const place of places) memory.set(place, unknownValue(why));
  return new State(state.initial, memory, state.doubt, state.isDead);
}
