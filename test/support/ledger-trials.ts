/** Random questions, changes and rounds, each answer held against the one worked out without a ledger. */
import { Random } from '../fuzz/random.js';
import { AskedGraph, graphAnswers, randomGraph } from './ledger-graphs.js';
import { AskedSystem, INPUT_VALUES, leastAnswers, randomSystem } from './ledger-systems.js';
import { AskedWalk, askedAlone, randomWalk } from './ledger-walks.js';

export interface Trial {
  readonly asked: number;
  readonly failure: string | null;
}

/** One system whose answers only grow: its least answers are what counts. */
export function trySystem(seed: number, stream: number): Trial {
  const random = new Random(seed, stream);
  const questions = random.chance(0.6) ? 1 + random.below(8) : 1 + random.below(40);
  const system = randomSystem(random, { questions, throws: random.chance(0.4) });
  const tracks = random.chance(0.85);
  const asked = new AskedSystem(system, tracks);
  return tries(random, asked, system.inputs, questions, tracks, () => leastAnswers(system));
}

interface Asked {
  readonly ledger: AskedSystem['ledger'];
  answer(question: number): number;
  change(input: number, value: number): void;
}

function tries(
  random: Random,
  asked: Asked,
  inputs: readonly number[],
  size: number,
  tracks: boolean,
  reference: () => readonly number[],
): Trial {
  const said: string[] = [];
  let count = 0;
  let expected = reference();
  for (let step = 0; step < 12; step++) {
    if (step > 0 && tracks) {
      for (let changes = random.below(3); changes > 0; changes--) {
        const input = random.below(inputs.length);
        const value = random.below(INPUT_VALUES);
        said.push(`input ${input} = ${value}`);
        asked.change(input, value);
      }
      expected = reference();
    }
    const rounds = random.chance(0.1) ? 33 : random.below(3);
    if (rounds > 0) said.push(`${rounds} rounds`);
    for (let left = rounds; left > 0; left--) asked.ledger.nextRound();
    if (!tracks && random.chance(0.5)) asked.ledger.forget(random.pick(['odd', 'even']), random.below(6));
    for (let left = 1 + random.below(4); left > 0; left--) {
      const question = random.below(size);
      count += 1;
      let found: number | string;
      try {
        found = asked.answer(question);
      } catch (error) {
        found = error instanceof Error ? (error.stack ?? '') : String(error);
      }
      said.push(`question ${question} of ${size}`);
      if (found === expected[question]) continue;
      const tail = said.slice(-20).join(', ');
      return {
        asked: count,
        failure: `${found} and not ${expected[question]} (${tracks ? 'kept' : 'not kept'}) after ${tail}`,
      };
    }
  }
  return { asked: count, failure: null };
}

/** One system whose answers go up and down. */
export function tryGraph(seed: number, stream: number): Trial {
  const random = new Random(seed, stream);
  const size = random.chance(0.6) ? 1 + random.below(7) : 1 + random.below(30);
  const graph = randomGraph(random, size, {
    throws: random.chance(0.3),
    isFixed: random.chance(0.3),
    details: true,
  });
  const tracks = random.chance(0.85);
  const asked = new AskedGraph(graph, tracks);
  return tries(random, asked, graph.inputs, size, tracks, () => graphAnswers(graph).answers);
}

/** One system in which anything may hang on anything. */
export function tryWalk(seed: number, stream: number): Trial {
  const random = new Random(seed, stream);
  const walk = randomWalk(random, INPUT_VALUES);
  const tracks = random.chance(0.85);
  const asked = new AskedWalk(walk, tracks);
  return tries(random, asked, walk.inputs, walk.size, tracks, () => askedAlone(walk));
}

/** One system whose questions ask the same always: after a change those are worked out anew that are told something new. */
export function tryCounts(seed: number, stream: number): Trial {
  const random = new Random(seed, stream);
  const size = 1 + random.below(12);
  const graph = randomGraph(random, size, { throws: false, isFixed: true, details: false });
  const asked = new AskedGraph(graph, true);
  const askAll = (): void => {
    for (const question of shuffled(random, size)) asked.answer(question);
  };
  askAll();
  for (let step = 0; step < 6; step++) {
    const before = graphAnswers(graph).told;
    asked.evaluations.fill(0);
    for (const input of shuffled(random, size).slice(0, random.below(3)))
      asked.change(input, random.below(INPUT_VALUES));
    askAll();
    const news = graphAnswers(graph).told.map(
      (told, question) => [...told].filter((one) => before[question]?.has(one) !== true).length,
    );
    const { evaluations } = asked;
    const idle = news.findIndex((count, question) => count === 0 && evaluations[question] !== 0);
    // A ring is entered again for each question of which it was not known that it still belongs to it.
    const isTooMuch = sum(evaluations) > sum(news) + size;
    if (idle < 0 && !isTooMuch) continue;
    const failure = `worked out: ${evaluations.join()}, told new things: ${news.join()}`;
    return { asked: size * (step + 1), failure };
  }
  return { asked: size * 7, failure: null };
}

function shuffled(random: Random, size: number): readonly number[] {
  return Array.from({ length: size }, (_, at) => ({ at, place: random.fraction() }))
    .sort((a, b) => a.place - b.place)
    .map(({ at }) => at);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
