/** Random numbers that depend on their seed alone, so that any input can be made again. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  /** The stream numbered `stream` of `seed`: streams are independent, in any order. */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = (seed ^ Math.imul(stream, 0x9e3779b1)) | 0;
    for (let i = 0; i < 12; i++) this.#next();
  }

  /** sfc32 (Chris Doty-Humphrey, PractRand): 32 bits. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** 0 <= result < 1. */
  fraction(): number {
    return this.#next() / 0x1_0000_0000;
  }

  /** 0 <= result < bound. */
  below(bound: number): number {
    return Math.floor(this.fraction() * bound);
  }

  /** Between the two, both possible; every order of magnitude equally likely. */
  magnitude(low: number, high: number): number {
    return Math.min(high, Math.floor(low * ((high + 1) / low) ** this.fraction()));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to pick from');
    return list[this.below(list.length)] as T;
  }
}
