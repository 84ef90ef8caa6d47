/** What the ledger keeps of one question, and of a question while it is being answered. */
import type { Ring, Trace } from './rings.js';

export type State =
  /** Holds. */
  | 'clean'
  /** Something it was made from may have changed. */
  | 'check'
  /** Something it was made from has changed, or there is no answer. */
  | 'dirty';

const none: ReadonlySet<Cell> = new Set();
const noCells: readonly Cell[] = [];
const noTraces: readonly Trace[] = [];

/** An answer, or an input. */
export class Cell {
  state: State = 'dirty';
  value: unknown = undefined;
  hasValue = false;
  /** Being answered, or of a ring that is being settled. */
  isOpen = false;
  /** Tells one time of being open from another. */
  opening = 0;
  /** What it shows while it is open. */
  shown: unknown = undefined;
  /** What it shows at first. */
  unfinished: unknown = undefined;
  /** Whether what it was made from is being looked at. */
  isChecked = false;
  find: () => unknown;
  readonly isSame: (a: unknown, b: unknown) => boolean;
  sources: readonly Cell[] = noCells;
  private seen: Set<Cell> | null = null;
  /** The ring it was settled in, and how: null for what does not rest on itself. */
  ring: Ring | null = null;
  traces: readonly Trace[] = noTraces;
  /** What is known as long as some questions are open. */
  provisional: Provisional | null = null;
  /** The number of the frame that noted this cell last: most cells are asked for many times by one frame. */
  notedIn = 0;
  /** The round in which it was last asked for by nobody: it is an answer to the outside. */
  wanted = -1;
  readonly owner: Map<unknown, Cell>;
  readonly key: unknown;

  constructor(
    owner: Map<unknown, Cell>,
    key: unknown,
    find: () => unknown,
    isSame: (a: unknown, b: unknown) => boolean,
  ) {
    this.owner = owner;
    this.key = key;
    this.find = find;
    this.isSame = isSame;
  }

  /** Answers made from it. */
  get observers(): ReadonlySet<Cell> {
    return this.seen ?? none;
  }

  observe(source: Cell): void {
    source.seen ??= new Set();
    source.seen.add(this);
  }

  /** Where nothing is noted, and at the ends, there are none: an empty set is as large as the cell. */
  leave(source: Cell): void {
    source.seen?.delete(this);
    if (source.seen?.size === 0) source.seen = null;
  }

  /** Whether two of its answers are one. */
  isOne(a: unknown, b: unknown): boolean {
    if (a === b) return true;
    if (a instanceof Thrown || b instanceof Thrown)
      return a instanceof Thrown && b instanceof Thrown && String(a.error) === String(b.error);
    return this.isSame(a, b);
  }
}

/** What stands for an answer where there is none but an error: whoever asks meets it. */
export class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

/** An answer that rests on questions that are open. */
export interface Provisional {
  readonly value: unknown;
  readonly restsOn: readonly { readonly cell: Cell; readonly opening: number }[];
}

let frames = 0;

/** An answer being worked out. */
export class Frame {
  /** What is kept of a frame once it is over: the frame itself would keep all it asked for. */
  readonly number: number = ++frames;
  readonly sources: Cell[] = [];
  readonly outer: Frame | null;
  // Made when they are needed: few answers hang on an open question.
  private open: Set<Cell> | null = null;
  private hanging: Set<Cell> | null = null;

  constructor(outer: Frame | null) {
    this.outer = outer;
  }

  /** Open questions asked, by this answer or one it rests on. */
  get restsOn(): ReadonlySet<Cell> {
    return this.open ?? none;
  }

  /** Answers it rests on that rest on open questions themselves. */
  get unsettled(): ReadonlySet<Cell> {
    return this.hanging ?? none;
  }

  get hangs(): boolean {
    return this.open !== null || this.hanging !== null;
  }

  hangOn(question: Cell): void {
    this.open ??= new Set();
    this.open.add(question);
  }

  addUnsettled(answer: Cell): void {
    this.hanging ??= new Set();
    this.hanging.add(answer);
  }
}
