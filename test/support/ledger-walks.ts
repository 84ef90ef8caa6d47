/**
 * Questions that ask on as they are told: what is asked next, and what is said in the end, is any function of what was told so far.
 * There is nothing to hold the answers against but a ledger that is asked that one question and no other.
 */
import { Ledger } from '../../server/src/program/ledger/ledger.js';
import type { Random } from '../fuzz/random.js';

export interface Walk {
  readonly size: number;
  /** How many different things are said. */
  readonly range: number;
  readonly steps: number;
  readonly inputs: number[];
  readonly salt: number;
}

export function randomWalk(random: Random, inputValues: number): Walk {
  const size = random.chance(0.6) ? 2 + random.below(4) : 2 + random.below(14);
  return {
    size,
    range: 2 + random.below(3),
    steps: 1 + random.below(3),
    inputs: Array.from({ length: size }, () => random.below(inputValues)),
    salt: random.below(2 ** 30),
  };
}

export class AskedWalk {
  readonly ledger: Ledger;
  private readonly walk: Walk;

  constructor(walk: Walk, tracks: boolean) {
    this.walk = walk;
    this.ledger = new Ledger(tracks);
  }

  readonly answer = (question: number): number =>
    this.ledger.answer('step', question, () => this.find(question), 0);

  change(input: number, value: number): void {
    this.walk.inputs[input] = value;
    this.ledger.changed(`input ${input}`);
  }

  private find(question: number): number {
    const { size, range, steps, salt } = this.walk;
    const input = this.ledger.input(`input ${question}`, '', () => this.walk.inputs[question] ?? 0);
    let seen = mixed(mixed(salt, question), input);
    for (let left = mixed(seen, 1) % (steps + 1); left > 0; left--)
      seen = mixed(seen, this.answer(mixed(seen, 2) % size));
    return mixed(seen, 3) % range;
  }
}

/** What each question says when no other is asked. */
export function askedAlone(walk: Walk): readonly number[] {
  return walk.inputs.map((_, question) => new AskedWalk(walk, true).answer(question));
}

function mixed(a: number, b: number): number {
  const mix = Math.imul(a ^ Math.imul(b + 1, 0x9e3779b1), 0x85ebca6b);
  return (mix ^ (mix >>> 15)) >>> 1;
}
