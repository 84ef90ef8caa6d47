/**
 * Random systems of questions that rest on one another, for the ledger: what each of them comes to is known without it.
 *
 * An answer is a set of eight things, as bits. What a question asks hangs on the inputs and on what it was told before, and more told
 * never makes it say less: so there is one least answer to all questions, whatever the order.
 */
import { type Bag, Ledger } from '../../server/src/program/ledger/ledger.js';
import type { Random } from '../fuzz/random.js';

export const EVERYTHING = 0xff;
/** Above every set: there is no answer. */
const NO_ANSWER = 0x1ff;

type Term =
  | { readonly kind: 'input'; readonly input: number; readonly means: readonly number[] }
  | { readonly kind: 'answer'; readonly question: number; readonly mask: number }
  /** The next thing for each of the answer: takes as many rounds as there are things. */
  | { readonly kind: 'next'; readonly question: number; readonly mask: number }
  | { readonly kind: 'both'; readonly questions: readonly [number, number] }
  /** Where the answer holds a thing, more is asked. */
  | { readonly kind: 'where'; readonly question: number; readonly bit: number; readonly more: Term }
  | { readonly kind: 'choice'; readonly input: number; readonly value: number; readonly arms: readonly [Term, Term] }
  | { readonly kind: 'detail'; readonly subject: number; readonly key: object; readonly of: Term }
  | { readonly kind: 'bag'; readonly subject: number; readonly key: object; readonly of: Term }
  | { readonly kind: 'throw'; readonly input: number; readonly value: number }
  | { readonly kind: 'throw where'; readonly question: number; readonly bit: number }
  | { readonly kind: 'catch'; readonly of: Term }; // biome-ignore format: a table

export const INPUT_VALUES = 6;

export interface System {
  readonly inputs: number[];
  readonly questions: readonly (readonly Term[])[];
}

export interface Shape {
  readonly questions: number;
  readonly throws: boolean;
}

export function randomSystem(random: Random, shape: Shape): System {
  const inputs = Array.from({ length: 1 + random.below(6) }, () => random.below(INPUT_VALUES));
  const size = shape.questions;
  const subjects = 1 + random.below(3);
  const shared: Term[] = [];
  const span = 1 + random.below(6);
  // Mostly near by, so that there are rings side by side, and now and then far off, which joins them.
  const near = (from: number): number =>
    random.chance(0.75)
      ? Math.min(size - 1, Math.max(0, from + random.below(2 * span + 1) - span))
      : random.below(size);
  const bits = (): number => random.below(256) & random.below(256);
  const term = (from: number, depth: number): Term => {
    const question = near(from);
    const of = (): Term => term(from, depth + 1);
    const roll = random.below(depth > 2 ? 8 : 20);
    if (roll < 2) {
      const means = Array.from({ length: INPUT_VALUES }, () =>
        random.chance(0.4) ? 0 : 1 << random.below(8),
      );
      return { kind: 'input', input: random.below(inputs.length), means };
    }
    if (roll < 5) return { kind: 'answer', question, mask: random.chance(0.5) ? EVERYTHING : bits() };
    if (roll < 7) return { kind: 'next', question, mask: random.chance(0.7) ? EVERYTHING : bits() };
    if (roll < 8) return { kind: 'both', questions: [question, near(from)] };
    if (roll < 12) return { kind: 'where', question, bit: random.below(8), more: of() };
    if (roll < 15)
      return {
        kind: 'choice',
        input: random.below(inputs.length),
        value: random.below(INPUT_VALUES),
        arms: [of(), of()],
      };
    const subject = random.below(subjects);
    if (roll < 16) return { kind: 'detail', subject, key: {}, of: of() };
    if (roll < 17) return { kind: 'bag', subject, key: {}, of: of() };
    if (roll < 18 && shared.length > 0) return random.pick(shared);
    if (!shape.throws || roll < 18) return of();
    if (roll === 18) return { kind: 'catch', of: of() };
    return random.chance(0.5)
      ? { kind: 'throw', input: random.below(inputs.length), value: random.below(INPUT_VALUES) }
      : { kind: 'throw where', question, bit: random.below(8) };
  };
  const questions = Array.from({ length: size }, (_, from) =>
    Array.from({ length: random.below(4) }, () => {
      const made = term(from, 0);
      if (made.kind === 'detail' || made.kind === 'bag') shared.push(made);
      return made;
    }),
  );
  return { inputs, questions };
}

/** The least answers, worked out question after question until nothing changes. */
export function leastAnswers({ inputs, questions }: System): readonly number[] {
  const answers = questions.map(() => 0);
  const of = (term: Term): number => {
    switch (term.kind) {
      case 'input':
        return term.means[inputs[term.input]!]!;
      case 'answer':
        return masked(answers[term.question]!, term.mask);
      case 'next':
        return next(answers[term.question]!, term.mask);
      case 'both':
        return answers[term.questions[0]]! === NO_ANSWER || answers[term.questions[1]]! === NO_ANSWER
          ? NO_ANSWER
          : answers[term.questions[0]]! & answers[term.questions[1]]!;
      case 'where':
        if (answers[term.question] === NO_ANSWER) return NO_ANSWER;
        return holds(answers[term.question]!, term.bit) ? of(term.more) : 0;
      case 'choice':
        return of(term.arms[inputs[term.input] === term.value ? 0 : 1]);
      case 'detail':
      case 'bag':
        return of(term.of);
      case 'throw':
        return inputs[term.input] === term.value ? NO_ANSWER : 0;
      case 'throw where':
        return holds(answers[term.question]!, term.bit) ? NO_ANSWER : 0;
      case 'catch':
        return Math.min(of(term.of), EVERYTHING);
    }
  };
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (const [at, terms] of questions.entries()) {
      const answer = terms.reduce((all, term) => all | of(term), 0);
      if (answer === answers[at]) continue;
      answers[at] = answer;
      isDone = false;
    }
  }
  return answers;
}

/** The same questions, asked of a ledger. */
export class AskedSystem {
  readonly ledger: Ledger;
  /** Answers worked out so far, by question. */
  readonly evaluations: number[];
  private readonly system: System;
  private readonly subjects = [{}, {}, {}];

  constructor(system: System, tracks: boolean) {
    this.system = system;
    this.ledger = new Ledger(tracks);
    this.evaluations = system.questions.map(() => 0);
  }

  /** As the reference has it. */
  answer(question: number): number {
    try {
      return this.ask(question);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return NO_ANSWER;
    }
  }

  change(input: number, value: number): void {
    this.system.inputs[input] = value;
    this.ledger.changed(`input ${input}`);
  }

  private ask(question: number): number {
    const find = (): Answer => {
      this.evaluations[question]! += 1;
      let bits = 0;
      for (const term of this.system.questions[question]!) bits |= this.of(term);
      return { bits };
    };
    // Half of them are told apart by what they say, the others as the ledger does it.
    if (question % 2 === 0) return this.ledger.answer('even', question, find, NOTHING, { isSame }).bits;
    return this.ledger.answer('odd', question, () => find().bits, 0);
  }

  private input(input: number): number {
    return this.ledger.input(`input ${input}`, '', () => this.system.inputs[input]!);
  }

  private of(term: Term): number {
    switch (term.kind) {
      case 'input':
        return term.means[this.input(term.input)]!;
      case 'answer':
        return masked(this.ask(term.question), term.mask);
      case 'next':
        return next(this.ask(term.question), term.mask);
      case 'both':
        return this.ask(term.questions[0]) & this.ask(term.questions[1]);
      case 'where':
        return holds(this.ask(term.question), term.bit) ? this.of(term.more) : 0;
      case 'choice':
        return this.of(term.arms[this.input(term.input) === term.value ? 0 : 1]);
      case 'detail':
        return this.ledger.detail('detail', this.subjects[term.subject]!, term.key, () => this.of(term.of));
      case 'bag':
        return this.inBag(term.subject, term.key, term.of);
      case 'throw':
        if (this.input(term.input) === term.value) throw new NoAnswer();
        return 0;
      case 'throw where':
        if (holds(this.ask(term.question), term.bit)) throw new NoAnswer();
        return 0;
      case 'catch':
        try {
          return this.of(term.of);
        } catch (error) {
          if (!(error instanceof NoAnswer)) throw error;
          return EVERYTHING;
        }
    }
  }

  private inBag(subject: number, key: object, of: Term): number {
    const bag: Bag<Map<object, number>> = this.ledger.bag('bag', this.subjects[subject]!, () => new Map());
    const known = bag.contents.get(key);
    if (known !== undefined) return known;
    return bag.grow(
      () => this.of(of),
      (found) => bag.contents.set(key, found),
    );
  }
}

interface Answer {
  readonly bits: number;
}

const NOTHING: Answer = { bits: 0 };

function isSame(a: Answer, b: Answer): boolean {
  return a.bits === b.bits;
}

class NoAnswer extends Error {}

function masked(answer: number, mask: number): number {
  return answer === NO_ANSWER ? NO_ANSWER : answer & mask;
}

function next(answer: number, mask: number): number {
  return answer === NO_ANSWER ? NO_ANSWER : (answer << 1) & EVERYTHING & mask;
}

function holds(answer: number, bit: number): boolean {
  return answer === NO_ANSWER || (answer & (1 << bit)) !== 0;
}
