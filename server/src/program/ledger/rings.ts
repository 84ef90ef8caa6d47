/**
 * Questions that come back to themselves.
 *
 * What one function returns may hang on what another does, and that on a field the first one sets. Such questions are answered
 * together, in rounds: at first each of them is "not known"; in every round each is answered from what the others said in
 * the round before, until nothing changes. So the answers do not hang on which question was asked first. Where the rounds
 * come to no end (a flag set from its own negation), the answers of the first round stand. An error is an answer like others.
 */
import type { Cell } from './cell.js';

/** One answer of a round, and what it was worked out from. */
export interface Trace {
  readonly value: unknown;
  /** The questions of the ring it asked, and what they showed. */
  readonly inputs: readonly Cell[];
  readonly shown: readonly unknown[];
  /** Other answers it asked for. */
  readonly sources: readonly Cell[];
}

/** Questions that were settled together. */
export class Ring {
  readonly members: ReadonlySet<Cell>;
  /** What its answers were made from is being looked at. */
  isChecked = false;
  /** Its questions are being settled anew. */
  isSettling = false;
  /** It is no ring any more. */
  isBroken = false;

  constructor(members: ReadonlySet<Cell>) {
    this.members = members;
  }
}

/** What came of working an answer out once. */
export interface Evaluation {
  readonly value: unknown;
  readonly sources: readonly Cell[];
  /** Open questions asked. */
  readonly asked: ReadonlySet<Cell>;
  /** Questions met that hang on open ones and are not in the ring yet. */
  readonly unsettled: ReadonlySet<Cell>;
}

/** Each question with what was worked out for it, and its answer. */
type Answers = ReadonlyMap<Cell, { readonly value: unknown; readonly traces: readonly Trace[] }>;

export interface Settled {
  readonly answers: Answers;
  /** Open questions elsewhere on which the ring hangs: it is part of a larger one, and nothing is settled. */
  readonly outer: ReadonlySet<Cell>;
}

/**
 * Where the rounds neither end nor repeat themselves before a question has been answered so often, no end is in sight: in Linux
 * 6.12 it is six times at most.
 */
export const MOST_ANSWERS = 32;

/**
 * Answers the questions of a ring together, and those of the same ring that are met on the way. Traces of earlier rounds that the
 * questions hold are used again. `open` makes a question show an answer. Questions that were thought to be of the ring, and are
 * made from its answers only, get none.
 */
export function settle(
  first: Iterable<Cell>,
  open: (cell: Cell, shows: unknown) => void,
  evaluate: (cell: Cell) => Evaluation,
): Settled {
  const members = new Set<Cell>();
  const known = new Map<Cell, Trace[]>();
  const add = (cells: Iterable<Cell>): void => {
    for (const cell of cells) {
      // What is open is answered elsewhere, and what is clean has been answered meanwhile.
      if (members.has(cell) || cell.isOpen || cell.state === 'clean') continue;
      members.add(cell);
      known.set(cell, [...cell.traces]);
      // What an answer that still holds asked may belong to the ring as well.
      for (const { inputs } of cell.traces) add(inputs);
    }
  };
  add(first);
  for (;;) {
    let met: ReadonlySet<Cell> = new Set();
    const outer = new Set<Cell>();
    const traceOf = (cell: Cell): Trace | null => {
      const traces = known.get(cell) ?? [];
      const before = traces.find(({ inputs, shown }) =>
        inputs.every((input, at) => members.has(input) && isShown(input, shown[at])),
      );
      if (before !== undefined) return before;
      const { value, sources, asked, unsettled } = evaluate(cell);
      met = new Set([...unsettled].filter((one) => !members.has(one)));
      for (const one of asked) if (!members.has(one) && !unsettled.has(one)) outer.add(one);
      if (met.size + outer.size > 0) return null;
      const inputs = [...asked];
      const trace: Trace = { value, inputs, shown: inputs.map((input) => input.shown), sources };
      traces.push(trace);
      return trace;
    };
    const answers = rounds(members, open, traceOf);
    if (answers !== null) {
      const inner = innermost(answers);
      // These ask nothing of the others, so all they can say is known.
      return { answers: (inner.size < members.size && rounds(inner, open, traceOf)) || answers, outer };
    }
    if (outer.size > 0) return { answers: new Map(), outer };
    add(met);
  }
}

/** Null: a question could not be answered from the ring alone. */
function rounds(
  members: ReadonlySet<Cell>,
  open: (cell: Cell, shows: unknown) => void,
  traceOf: (cell: Cell) => Trace | null,
): Answers | null {
  const used = new Map<Cell, Trace[]>([...members].map((cell) => [cell, []]));
  const answers = (which: 0 | -1): Answers =>
    new Map([...used].map(([cell, traces]) => [cell, { value: traces.at(which)?.value, traces }]));
  const lastOf = (cell: Cell): Trace | undefined => used.get(cell)?.at(-1);
  for (const cell of members) open(cell, cell.unfinished);
  let due: readonly Cell[] = [...members];
  // What was shown in an earlier round: shown again, it all begins anew (Brent, "An improved Monte Carlo factorization algorithm").
  let earlier = new Map<Cell, unknown>();
  for (let round = 1; ; round += 1) {
    if (isPowerOfTwo(round)) earlier = new Map([...members].map((cell) => [cell, cell.shown]));
    for (const cell of due) {
      const trace = traceOf(cell);
      if (trace === null) return null;
      if ((used.get(cell)?.push(trace) ?? 0) > MOST_ANSWERS) return answers(0);
    }
    const changed = new Set(due.filter((cell) => !isShown(cell, lastOf(cell)?.value)));
    if (changed.size === 0) return answers(-1);
    for (const cell of changed) open(cell, lastOf(cell)?.value);
    if ([...earlier].every(([cell, value]) => isShown(cell, value))) return answers(0);
    due = [...members].filter((cell) => lastOf(cell)?.inputs.some((input) => changed.has(input)));
  }
}

/**
 * Questions that all come back to one another and ask nothing else of the ring: most often all of it. What is asked may hang on what
 * others say for the moment, so that more than the ring is met on the way.
 */
function innermost(answers: Answers): ReadonlySet<Cell> {
  const asks = new Map<Cell, Set<Cell>>();
  const askedBy = new Map<Cell, Set<Cell>>([...answers.keys()].map((cell) => [cell, new Set()]));
  for (const [cell, { traces }] of answers) {
    const inputs = new Set(traces.flatMap((trace) => trace.inputs));
    asks.set(cell, inputs);
    for (const input of inputs) askedBy.get(input)?.add(cell);
  }
  let inner: ReadonlySet<Cell> = new Set(answers.keys());
  for (let [from] = inner; from !== undefined; ) {
    inner = reached(from, asks);
    const back = reached(from, askedBy);
    from = [...inner].find((cell) => !back.has(cell));
  }
  return inner;
}

function reached(from: Cell, steps: ReadonlyMap<Cell, ReadonlySet<Cell>>): ReadonlySet<Cell> {
  const all = new Set([from]);
  for (const cell of all) for (const next of steps.get(cell) ?? []) all.add(next);
  return all;
}

function isPowerOfTwo(number: number): boolean {
  return (number & (number - 1)) === 0;
}

function isShown(cell: Cell, value: unknown): boolean {
  return cell.isOne(cell.shown, value);
}
