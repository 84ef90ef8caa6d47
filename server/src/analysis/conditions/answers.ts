/** Answers that may ask for themselves in a roundabout way: functions that call each other, fields set from fields. */
import { TooComplex } from '../formulas/formula.js';

/** Marks an answer given while another was sought, for which callers' arguments were not looked at. */
const ASIDE = 'aside';

export interface Answer<T> {
  readonly value: T;
  /** Questions that were open, and not answered yet, when this one needed them. */
  readonly restsOn: ReadonlySet<string>;
}

/** The questions being answered at a time. One per resolver. */
export class Answers {
  /** Questions being answered now. */
  private readonly open = new Set<string>();
  /** Those of them that the current question asked for in a roundabout way. */
  private met = new Set<string>();
  private openDepth = 0;

  /** Questions around the current one. */
  get depth(): number {
    return this.openDepth;
  }

  isOpen(key: string): boolean {
    return this.open.has(key);
  }

  /** Notes that the current answer rests on a question that is not answered yet. */
  meet(key: string): void {
    if (this.open.has(key)) this.met.add(key);
  }

  /** Notes that the current answer was given without looking at callers' arguments. */
  setAside(): void {
    this.met.add(ASIDE);
  }

  /**
   * Works out an answer that may, in a roundabout way, ask for itself; it is then shown `unfinished`. An answer that
   * rests on an unfinished one holds as long as that question is open, and is worked out anew afterwards.
   */
  settle<T>(key: string, memo: Map<string, Answer<T>>, unfinished: T, find: () => T): T {
    const known = memo.get(key);
    if (known !== undefined && this.stillHolds(key, known)) return known.value;
    memo.set(key, { value: unfinished, restsOn: new Set() });
    const outer = this.met;
    this.met = new Set();
    this.open.add(key);
    this.openDepth += 1;
    let value = unfinished;
    try {
      value = find();
    } catch (error) {
      // Past the budget the answer is "not known", which is what `unfinished` says.
      if (!(error instanceof TooComplex)) throw error;
    } finally {
      this.openDepth -= 1;
      this.open.delete(key);
      this.met.delete(key);
      memo.set(key, { value, restsOn: this.met });
      for (const other of this.met) outer.add(other);
      this.met = outer;
    }
    return value;
  }

  private stillHolds<T>(key: string, known: Answer<T>): boolean {
    if (this.open.has(key)) {
      this.met.add(key);
      return true;
    }
    if (known.restsOn.size === 0) return true;
    const unfinished = [...known.restsOn].filter((k) => k !== ASIDE);
    if (unfinished.length === 0) {
      if (this.openDepth > 0) this.met.add(ASIDE);
      return this.openDepth > 0;
    }
    const stillOpen = unfinished.filter((k) => this.open.has(k));
    for (const k of stillOpen) this.met.add(k);
    return stillOpen.length > 0;
  }
}
