/**
 * Questions that come back to themselves.
 *
 * What one function returns may hang on what another does, and that on a field the first one sets. Such questions are answered
 * together, in rounds: at first each of them is "not known"; in every round each is answered from what the others said in
 * the round before, until nothing changes. So the answers do not hang on which question was asked first. Where the rounds
 * come to no end (a flag set from its own negation), the answers of the first round stand.
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
  /** The rounds came to an end. */
  readonly isStable: boolean;
  /** What its answers were made from is being looked at. */
  isChecked = false;
  /** Its questions are being settled anew. */
  isSettling = false;
  /** It is no ring any more. */
  isBroken = false;
  /** The sweep that looked at it last. */
  sweep = -1;

  constructor(members: ReadonlySet<Cell>, isStable: boolean) {
    this.members = members;
    this.isStable = isStable;
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

interface Rounds {
  /** Each question with what was worked out for it, and its answer. */
  readonly answers: ReadonlyMap<Cell, { readonly value: unknown; readonly traces: readonly Trace[] }>;
  readonly isStable: boolean;
}

export interface Settled extends Rounds {
  /** Open questions elsewhere on which the ring hangs: it is part of a larger one, and nothing is settled. */
  readonly outer: ReadonlySet<Cell>;
}

/** Rounds there may be beyond one for each question: news has been all the way round by then. */
const SPARE_ROUNDS = 8;

/** How often one question is answered: six times is the most in Linux 6.12. */
const MAX_ANSWERS = 16;

/**
 * Answers the questions of a ring together, and those of the same ring that are met on the way. Traces of earlier rounds that the
 * questions hold are used again. `open` makes a question show an answer.
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
      if (members.has(cell)) continue;
      members.add(cell);
      known.set(cell, [...cell.traces]);
      // What an answer that still holds asked at first belongs to the ring as well.
      add(cell.traces[0]?.inputs ?? []);
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
    for (const cell of members) open(cell, cell.unfinished);
    const found = rounds(members, open, traceOf);
    if (found !== null) return { ...found, outer };
    if (outer.size > 0) return { answers: new Map(), isStable: true, outer };
    add(met);
  }
}

/** Null: a question could not be answered from the ring alone. */
function rounds(
  members: ReadonlySet<Cell>,
  open: (cell: Cell, shows: unknown) => void,
  traceOf: (cell: Cell) => Trace | null,
): Rounds | null {
  const used = new Map<Cell, Trace[]>([...members].map((cell) => [cell, []]));
  const answers = (which: 0 | -1) =>
    new Map([...used].map(([cell, traces]) => [cell, { value: traces.at(which)?.value, traces }]));
  const lastOf = (cell: Cell): Trace | undefined => used.get(cell)?.at(-1);
  let due: readonly Cell[] = [...members];
  for (let left = members.size + SPARE_ROUNDS; left > 0; left -= 1) {
    for (const cell of due) {
      const trace = traceOf(cell);
      if (trace === null) return null;
      const given = used.get(cell) ?? [];
      if (given.push(trace) > MAX_ANSWERS) return { answers: answers(0), isStable: false };
    }
    const changed = new Set(due.filter((cell) => !isShown(cell, lastOf(cell)?.value)));
    for (const cell of changed) open(cell, lastOf(cell)?.value);
    if (changed.size === 0) return { answers: answers(-1), isStable: true };
    due = [...members].filter((cell) => lastOf(cell)?.inputs.some((input) => changed.has(input)));
  }
  return { answers: answers(0), isStable: false };
}

function isShown(cell: Cell, value: unknown): boolean {
  return cell.shown === value || cell.isSame(cell.shown, value);
}
