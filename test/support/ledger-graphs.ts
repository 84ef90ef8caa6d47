/**
 * Random systems of questions whose inputs alone say what is asked; the answers are any function of what was told, so that rings
 * may have no end. What counts is that the answers are those of the rings by themselves, the innermost first.
 */
import { Ledger } from '../../server/src/program/ledger/ledger.js';
import { MOST_ANSWERS } from '../../server/src/program/ledger/rings.js';
import type { Random } from '../fuzz/random.js';
import { INPUT_VALUES } from './ledger-systems.js';

const MODULUS = 7;
/** Stands for an error. */
const NO_ANSWER = -1;

interface Node {
  /** By the value of the question's own input: what it asks. */
  readonly asks: readonly (readonly number[])[];
  readonly weights: readonly number[];
  /** By the weighed sum of what it is told, and by the input. */
  readonly says: readonly (readonly number[])[];
  /** The detail it asks through, if any. */
  readonly detail: object | null;
  readonly isPatient: boolean;
}

export interface Graph {
  readonly inputs: number[];
  readonly nodes: readonly Node[];
}

export interface GraphShape {
  readonly throws: boolean;
  /** What is asked is the same whatever the inputs are. */
  readonly isFixed: boolean;
  readonly details: boolean;
}

export function randomGraph(random: Random, size: number, { throws, isFixed, details }: GraphShape): Graph {
  const most = random.chance(0.5) ? 2 : 3;
  const list = (): readonly number[] =>
    Array.from({ length: random.below(most + 1) }, () => random.below(size));
  // Some are as tame as a sum, some as wild as a table.
  const row = (): readonly number[] => {
    const wild = random.chance(0.4);
    const say = (): number => (throws && random.chance(0.1) ? NO_ANSWER : random.below(wild ? MODULUS : 2));
    return Array.from({ length: MODULUS }, say);
  };
  const node = (): Node => {
    const always = list();
    return {
      asks: Array.from({ length: INPUT_VALUES }, () => (isFixed || random.chance(0.5) ? always : list())),
      weights: Array.from({ length: most }, () => 1 + random.below(MODULUS - 1)),
      says: Array.from({ length: INPUT_VALUES }, row),
      detail: details && random.chance(0.15) ? {} : null,
      isPatient: random.chance(0.5),
    };
  };
  return {
    inputs: Array.from({ length: size }, () => random.below(INPUT_VALUES)),
    nodes: Array.from({ length: size }, node),
  };
}

/** What a question says once it is told all it asks for. */
function say({ weights, says, isPatient }: Node, input: number, told: readonly number[]): number {
  if (!isPatient && told.includes(NO_ANSWER)) return NO_ANSWER;
  const sum = told.reduce((all, one, at) => all + weights[at]! * (one + 1), input);
  return says[input]![sum % MODULUS]!;
}

export interface Expected {
  readonly answers: readonly number[];
  /** What each question was told, with its input; of a ring in every round. */
  readonly told: readonly ReadonlySet<string>[];
}

export function graphAnswers({ inputs, nodes }: Graph): Expected {
  const answers = nodes.map(() => 0);
  const everTold = nodes.map(() => new Set<string>());
  const asks = nodes.map((node, at) => node.asks[inputs[at]!]!);
  for (const ring of ringsOf(asks)) {
    const shown = new Map(ring.map((at) => [at, 0]));
    const lastTold = new Map<number, string>();
    const given = new Map<number, number>();
    const step = (): readonly number[] =>
      ring.map((at) => {
        const told = asks[at]!.map((other) => shown.get(other) ?? answers[other]!);
        if (lastTold.get(at) !== told.join()) given.set(at, (given.get(at) ?? 0) + 1);
        lastTold.set(at, told.join());
        everTold[at]!.add(`${inputs[at]} ${told.join()}`);
        return say(nodes[at]!, inputs[at]!, told);
      });
    const isAlone = ring.length === 1 && !asks[ring[0]!]!.includes(ring[0]!);
    const first = step();
    const seen = new Set([[...shown.values()].join()]);
    let now = first;
    for (;;) {
      for (const [place, at] of ring.entries()) shown.set(at, now[place]!);
      const key = [...shown.values()].join();
      const before = now;
      const next = step();
      const isEndless = seen.has(key) || [...given.values()].some((count) => count > MOST_ANSWERS);
      now = isEndless ? first : next;
      if (isEndless || isAlone || now.join() === before.join()) break;
      seen.add(key);
    }
    for (const [place, at] of ring.entries()) answers[at] = now[place]!;
  }
  return { answers, told: everTold };
}

/** Questions that come back to one another, in an order in which none asks for a later one (Tarjan). */
function ringsOf(asks: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const rings: number[][] = [];
  const stack: number[] = [];
  const index = new Map<number, number>();
  const low = new Map<number, number>();
  const visit = (at: number): void => {
    index.set(at, index.size);
    low.set(at, index.get(at)!);
    stack.push(at);
    for (const other of asks[at]!) {
      if (!index.has(other)) visit(other);
      if (stack.includes(other)) low.set(at, Math.min(low.get(at)!, low.get(other)!));
    }
    if (low.get(at) === index.get(at)) rings.push(stack.splice(stack.indexOf(at)));
  };
  for (const at of asks.keys()) if (!index.has(at)) visit(at);
  return rings;
}

/** The same questions, asked of a ledger. */
export class AskedGraph {
  readonly ledger: Ledger;
  readonly evaluations: number[];
  private readonly graph: Graph;
  private readonly subject = {};

  constructor(graph: Graph, tracks: boolean) {
    this.graph = graph;
    this.ledger = new Ledger(tracks);
    this.evaluations = graph.nodes.map(() => 0);
  }

  answer(question: number): number {
    try {
      return this.ask(question);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return NO_ANSWER;
    }
  }

  change(input: number, value: number): void {
    this.graph.inputs[input] = value;
    this.ledger.changed(`input ${input}`);
  }

  private ask(question: number): number {
    return this.ledger.answer(question % 2 === 0 ? 'even' : 'odd', question, () => this.find(question), 0);
  }

  private find(question: number): number {
    this.evaluations[question]! += 1;
    const node = this.graph.nodes[question]!;
    const input = this.ledger.input(`input ${question}`, '', () => this.graph.inputs[question]!);
    const { detail } = node;
    const told = node.asks[input]!.map((other) =>
      detail === null
        ? this.answer(other)
        : this.ledger.detail(`detail ${other}`, this.subject, detail, () => this.answer(other)),
    );
    const said = say(node, input, told);
    if (said === NO_ANSWER) throw new NoAnswer();
    return said;
  }
}

class NoAnswer extends Error {}
