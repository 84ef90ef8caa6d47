/**
 * Whether all goes on as it did: the state at the end of a window is one that was there before, and the window took what
 * that one took. Where in the pool a search begins is not part of it; how far searches go is.
 */
import type { Tally } from './tally.js';

/** Requests from one look to the next. */
export const WINDOW = 64;

/** How far things were at one look. */
export interface Mark {
  readonly now: number;
  readonly completed: number;
}

export class Windows {
  private readonly seen = new Map<string, Mark>();
  private last = { now: 0, probes: 0, copyNs: 0, kicks: 0, failedMaps: 0 };

  /** What repeats, if something does: from the mark that is given until now. */
  look(state: string, now: number, tally: Tally, probes: number): Mark | null {
    const { last } = this;
    const spent = [
      now - last.now,
      probes - last.probes,
      tally.copyNs - last.copyNs,
      tally.kicks - last.kicks,
      tally.failedMaps - last.failedMaps,
    ];
    this.last = {
      now,
      probes,
      copyNs: tally.copyNs,
      kicks: tally.kicks,
      failedMaps: tally.failedMaps,
    };
    const key = `${spent.join()}#${state}`;
    const before = this.seen.get(key) ?? null;
    if (before === null) this.seen.set(key, { now, completed: tally.completed });
    return before;
  }
}
