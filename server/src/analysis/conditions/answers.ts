/** Answers that may ask for themselves in a roundabout way: functions that call each other, fields set from fields. */
import type { Ledger } from '../../program/index.js';
import { TooComplex } from '../formulas/formula.js';

let count = 0;

/** The questions being answered at a time. One per resolver, whose formulas the answers speak of. */
export class Answers {
  private readonly ledger: Ledger;
  private readonly number = ++count;
  private readonly tables = new Map<string, string>();
  private openDepth = 0;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** Questions around the current one. */
  get depth(): number {
    return this.openDepth;
  }

  /** Lets answers go that were not asked for in a while, where there are more than `limit`. */
  forget(what: string, limit: number): void {
    this.ledger.forget(this.table(what), limit);
  }

  /**
   * Works out an answer that may, in a roundabout way, ask for itself: `unfinished` is what it says before anything is known.
   */
  settle<T>(what: string, key: unknown, unfinished: T, find: () => T, isSame?: (a: T, b: T) => boolean): T {
    const open = (): T => {
      this.openDepth += 1;
      try {
        return find();
      } catch (error) {
        // Past the budget the answer is "not known", which is what `unfinished` says.
        if (!(error instanceof TooComplex)) throw error;
        return unfinished;
      } finally {
        this.openDepth -= 1;
      }
    };
    return this.ledger.answer(this.table(what), key, open, unfinished, isSame && { isSame });
  }

  /** An answer that never asks for itself. */
  keep<T>(what: string, key: unknown, find: () => T, isSame?: (a: T, b: T) => boolean): T {
    return this.ledger.answer(this.table(what), key, find, undefined, isSame && { isSame });
  }

  /** As `settle`, for a step on the way to an answer: it counts for none of the questions around. */
  follow<T>(what: string, key: unknown, unfinished: T, find: () => T, isSame?: (a: T, b: T) => boolean): T {
    return this.ledger.answer(this.table(what), key, find, unfinished, isSame && { isSame });
  }

  private table(what: string): string {
    let table = this.tables.get(what);
    if (table === undefined) {
      table = `${what} of resolver ${this.number}`;
      this.tables.set(what, table);
    }
    return table;
  }
}
