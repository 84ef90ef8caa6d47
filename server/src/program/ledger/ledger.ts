/**
 * Answers that are kept, with what each was made from.
 *
 * While an answer is worked out, every other answer and every input it asks for is noted. When an input changes, what was
 * made from it may be stale: it is checked when next asked for, and worked out again only where something it was made from
 * has really changed. An answer that comes out as before stops the change from going further.
 *
 * Questions that come back to themselves in a roundabout way are settled together (`rings.ts`). So an answer depends on its question
 * alone, and not on what was asked before.
 */
import { Cell, Frame, type Provisional, Thrown } from './cell.js';
import { type Evaluation, Ring, type Settled, settle } from './rings.js';

export interface Options<T> {
  /** Whether two answers are one; default: the same object, or lists, sets or maps of the same items. */
  readonly isSame?: (a: T, b: T) => boolean;
}

export interface Bag<T> {
  readonly contents: T;
  /** Works something out; `keep` is called where it does not hang on an open question. */
  grow<R>(find: () => R, keep?: (found: R) => void): R;
}

export class Ledger {
  /** False: answers are kept for good, and what they were made from is not noted. */
  readonly tracks: boolean;
  private frame: Frame | null = null;
  private readonly tables = new Map<string, Map<unknown, Cell>>();
  /** By the file they read. */
  private readonly inputs = new Map<string, Map<unknown, Cell>>();
  /** Where nothing is noted: by the key of the question alone, which lets them go with it. */
  private readonly details = new Map<string, WeakMap<object, { subject: object; value: unknown }>>();
  private readonly published = new Map<string, unknown>();
  private openings = 0;
  private round = 0;

  constructor(tracks: boolean) {
    this.tracks = tracks;
  }

  /** The answer to the question `key` of the kind `what`. `unfinished`: what it says before anything is known. */
  answer<T>(what: string, key: unknown, find: () => T, unfinished?: T, options?: Options<T>): T {
    let table = this.tables.get(what);
    if (table === undefined) {
      table = new Map();
      this.tables.set(what, table);
    }
    let cell = table.get(key);
    if (cell === undefined) {
      cell = new Cell(
        table,
        key,
        find,
        (options?.isSame ?? isSameAnswer) as (a: unknown, b: unknown) => boolean,
      );
      table.set(key, cell);
    } else if (cell.isOpen) {
      this.frame?.hangOn(cell);
      return told(cell.shown) as T;
    } else cell.find = find;
    cell.unfinished = unfinished;
    return told(this.read(cell)) as T;
  }

  /**
   * The answer to a small question among many of one subject, which are kept and let go together: what one of them was made
   * from counts for all.
   */
  detail<T>(what: string, subject: object, key: object, find: () => T): T {
    if (!this.tracks) return this.plainDetail(what, subject, key, find);
    const bag = this.bag(what, subject, () => new Map<object, T>());
    const known = bag.contents;
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as T;
    return bag.grow(find, (found) => known.set(key, found));
  }

  /** Something that fills while it is used, and begins empty again when anything changes that it was filled from. */
  bag<T>(what: string, subject: unknown, make: () => T): Bag<T> {
    let table = this.tables.get(what);
    if (table === undefined) {
      table = new Map();
      this.tables.set(what, table);
    }
    let cell = table.get(subject);
    if (cell === undefined) {
      cell = new Cell(table, subject, make, () => false);
      table.set(subject, cell);
    }
    const own = cell;
    const read = (): T => told(this.read(own)) as T;
    return {
      get contents() {
        return read();
      },
      grow: (find, keep) => this.grow(own, find, keep),
    };
  }

  /** What is filled in rests on what `find` asks for. It is kept unless it hangs on an open question. */
  private grow<T>(cell: Cell, find: () => T, keep?: (found: T) => void): T {
    const frame = new Frame(this.frame);
    this.frame = frame;
    try {
      const found = find();
      if (!frame.hangs) keep?.(found);
      return found;
    } finally {
      this.frame = frame.outer;
      if (this.tracks) {
        const sources = frame.sources.filter((source) => source !== cell && !source.observers.has(cell));
        for (const source of sources) cell.observe(source);
        if (sources.length > 0) cell.sources = [...cell.sources, ...sources];
      }
      this.passOn(frame, frame.outer);
    }
  }

  /** What somebody outside has worked out, under a name. */
  publish(name: string, value: unknown): void {
    this.published.set(name, value);
    this.changed(`=${name}`);
  }

  /** What was published last under the name. */
  announced<T>(name: string): T {
    return this.input(`=${name}`, '', () => this.published.get(name)) as T;
  }

  /** What the map published last under the name holds for a key: it rests on that alone. */
  announcedFor<T>(name: string, key: string): T | undefined {
    const read = (): T | undefined =>
      (this.published.get(name) as ReadonlyMap<string, T> | undefined)?.get(key);
    return this.input(`=${name}`, `for ${key}`, read);
  }

  private plainDetail<T>(what: string, subject: object, key: object, find: () => T): T {
    let memo = this.details.get(what);
    if (memo === undefined) {
      memo = new WeakMap();
      this.details.set(what, memo);
    }
    const known = memo.get(key);
    if (known?.subject === subject) return known.value as T;
    const frame = new Frame(this.frame);
    this.frame = frame;
    try {
      const value = find();
      if (!frame.hangs) memo.set(key, { subject, value });
      return value;
    } finally {
      this.frame = frame.outer;
      this.passOn(frame, frame.outer);
    }
  }

  /** Lets answers go, a ring as a whole, unless they are being worked out; asked for again, they are worked out again. */
  forget(what: string, limit: number): void {
    const table = this.tables.get(what);
    if (this.tracks || table === undefined || table.size <= limit) return;
    for (const [key, cell] of table) {
      if (table.size <= limit / 2) return;
      if (cell.isOpen) continue;
      table.delete(key);
      for (const member of cell.ring?.members ?? []) member.owner.delete(member.key);
    }
  }

  /** What a text says, asked of the text itself: known to change only when `changed` is called for the text. */
  input<T>(file: string, key: string, read: () => T, options?: Options<T>): T {
    if (this.frame === null || !this.tracks) return read();
    let ofFile = this.inputs.get(file);
    if (ofFile === undefined) {
      ofFile = new Map();
      this.inputs.set(file, ofFile);
    }
    let cell = ofFile.get(key);
    if (cell === undefined) {
      cell = new Cell(
        ofFile,
        key,
        read,
        (options?.isSame ?? isSameAnswer) as (a: unknown, b: unknown) => boolean,
      );
      cell.value = read();
      cell.hasValue = true;
      cell.state = 'clean';
      ofFile.set(key, cell);
    }
    this.note(cell);
    return cell.value as T;
  }

  /** A text has changed: its inputs are read again, but for those that cannot have. */
  changed(file: string, mayDiffer: (key: string) => boolean = () => true): void {
    for (const [key, cell] of this.inputs.get(file) ?? []) {
      if (cell.observers.size === 0) {
        this.inputs.get(file)?.delete(key);
        continue;
      }
      if (!mayDiffer(key as string)) continue;
      const value = cell.find();
      if (cell.isSame(cell.value, value)) continue;
      cell.value = value;
      for (const observer of cell.observers) this.soil(observer, 'dirty');
    }
  }

  /** Begins a round of questions from outside; what no answer of the last rounds needed is let go. */
  nextRound(): void {
    this.round += 1;
    if (this.round % 32 === 0) this.sweep();
  }

  /** Answers and inputs held. */
  get size(): number {
    let size = 0;
    for (const table of [...this.tables.values(), ...this.inputs.values()]) size += table.size;
    return size;
  }

  // ---- reading -----------------------------------------------------------------------------------------------

  private read(cell: Cell): unknown {
    if (cell.ring?.isSettling === true) {
      // Its ring is being settled anew, and has not come to it yet.
      this.frame?.hangOn(cell);
      this.frame?.addUnsettled(cell);
      return cell.unfinished;
    }
    this.bringUpToDate(cell);
    if (cell.state === 'dirty') {
      const rest = this.held(cell) ?? this.work(cell);
      if (rest !== null) {
        for (const other of rest.restsOn) {
          if (other.cell.isOpen && other.cell.opening === other.opening) this.frame?.hangOn(other.cell);
        }
        this.frame?.addUnsettled(cell);
        return rest.value;
      }
    }
    this.note(cell);
    return cell.value;
  }

  /** What is known of an answer for now, if any of the questions it hangs on is still open. */
  private held(cell: Cell): Provisional | null {
    const { provisional } = cell;
    if (provisional === null) return null;
    if (provisional.restsOn.some((other) => other.cell.isOpen && other.cell.opening === other.opening))
      return provisional;
    cell.provisional = null;
    return null;
  }

  private note(cell: Cell): void {
    const { frame } = this;
    if (frame === null) {
      cell.wanted = this.round;
      return;
    }
    if (!this.tracks || cell.notedIn === frame.number) return;
    cell.notedIn = frame.number;
    frame.sources.push(cell);
  }

  /** Finds out whether the answer still holds: it is clean or dirty afterwards. */
  private bringUpToDate(cell: Cell): void {
    if (cell.state === 'clean') return;
    if (cell.ring !== null) {
      if (cell.ring.isChecked) this.breakUp(cell.ring);
      else this.checkRing(cell.ring, cell);
    } else if (cell.state === 'check') {
      if (!cell.isChecked) this.check(cell);
      // Whoever asks for what is being looked at cannot wait for the end of that.
      if (cell.state === 'check') cell.state = 'dirty';
    }
  }

  /** Finds out whether what the answer was made from has changed, in the order in which it was asked for. */
  private check(cell: Cell): void {
    const { sources } = cell;
    cell.isChecked = true;
    try {
      for (const source of sources) {
        if (!this.holds(source)) cell.state = 'dirty';
        // Worked out meanwhile, on the way.
        if (cell.state !== 'check' || cell.sources !== sources) return;
      }
      cell.state = 'clean';
    } finally {
      cell.isChecked = false;
    }
  }

  /** Looks at what the answers of a ring were made from; where any of it has changed, they are settled anew. */
  private checkRing(ring: Ring, asked: Cell): void {
    ring.isChecked = true;
    try {
      for (const member of ring.members) {
        for (const source of member.sources) {
          if (member.state === 'dirty') break;
          if (source.ring === ring) continue;
          if (!this.holds(source)) member.state = 'dirty';
          if (ring.isBroken) {
            this.bringUpToDate(asked);
            return;
          }
        }
      }
    } finally {
      ring.isChecked = false;
    }
    const isAsBefore = [...ring.members].every((member) => member.state !== 'dirty');
    if (isAsBefore) for (const member of ring.members) member.state = 'clean';
    else this.settleAnew(ring, asked);
  }

  /** Whether what an answer was made from is known now: where it has changed, the answer is marked as dirty. */
  private holds(source: Cell): boolean {
    if (source.isOpen || source.ring?.isSettling === true) return false;
    this.bringUpToDate(source);
    if (source.state === 'clean') return true;
    const { frame } = this;
    this.frame = null;
    try {
      this.work(source);
    } finally {
      this.frame = frame;
    }
    return isClean(source);
  }

  // ---- working out -------------------------------------------------------------------------------------------

  /** Works the answer out and keeps it. What hangs on an open question is given back instead. */
  private work(cell: Cell): Provisional | null {
    this.open(cell, cell.unfinished);
    let done: Evaluation;
    try {
      done = this.evaluate(cell);
    } finally {
      cell.isOpen = false;
    }
    if (done.asked.size + done.unsettled.size > 0) {
      const restsOn = [...done.asked].filter((other) => other !== cell);
      if (restsOn.length > 0) return this.hangs(cell, done.value, restsOn, done.unsettled);
      const hanging = this.settleRing(cell, [cell, ...done.unsettled]);
      // Settled, or what it was thought to be in one ring with is answered now.
      return hanging !== null || isClean(cell) ? hanging : this.work(cell);
    }
    cell.provisional = null;
    this.keep(cell, done.value, done.sources);
    return null;
  }

  private keep(cell: Cell, value: unknown, sources: readonly Cell[]): void {
    const isNew = !cell.hasValue || !cell.isOne(cell.value, value);
    this.link(cell, sources);
    cell.state = 'clean';
    if (!this.tracks) cell.find = spent;
    if (!isNew) return;
    cell.value = value;
    cell.hasValue = true;
    for (const observer of cell.observers) this.soil(observer, 'dirty');
  }

  private open(cell: Cell, shows: unknown): void {
    this.openings += 1;
    cell.isOpen = true;
    cell.opening = this.openings;
    cell.shown = shows;
  }

  private evaluate(cell: Cell): Evaluation {
    const frame = new Frame(this.frame);
    this.frame = frame;
    let value: unknown;
    try {
      value = cell.find();
    } catch (error) {
      // How deep the stack is hangs on who asks: that is nothing to keep.
      if (error instanceof RangeError) throw error;
      value = new Thrown(error);
    } finally {
      this.frame = frame.outer;
    }
    const { sources } = frame;
    const own = sources.indexOf(cell);
    if (own >= 0) sources.splice(own, 1);
    return { value, sources, asked: frame.restsOn, unsettled: frame.unsettled };
  }

  /** Part of a ring whose first question is open still: the answer before is kept to be compared with the next. */
  private hangs(
    cell: Cell,
    value: unknown,
    restsOn: readonly Cell[],
    unsettled: Iterable<Cell>,
  ): Provisional {
    for (const other of unsettled) this.frame?.addUnsettled(other);
    cell.provisional = {
      value,
      restsOn: restsOn.map((other) => ({ cell: other, opening: other.opening })),
    };
    return cell.provisional;
  }

  private passOn(from: Frame, to: Frame | null): void {
    for (const other of from.restsOn) to?.hangOn(other);
    for (const other of from.unsettled) to?.addUnsettled(other);
  }

  // ---- rings -------------------------------------------------------------------------------------------------

  private settleRing(asked: Cell, first: readonly Cell[]): Provisional | null {
    const opened = new Set<Cell>();
    const open = (cell: Cell, shows: unknown): void => {
      opened.add(cell);
      this.open(cell, shows);
    };
    let settled: Settled;
    try {
      settled = settle(first, open, (cell) => this.evaluate(cell));
    } catch (error) {
      for (const cell of opened) this.leaveRing(cell);
      throw error;
    } finally {
      for (const cell of opened) cell.isOpen = false;
    }
    if (settled.outer.size > 0) {
      for (const cell of opened) this.leaveRing(cell);
      return this.hangs(asked, asked.shown, [...settled.outer], opened);
    }
    this.keepRing(settled);
    return null;
  }

  private keepRing({ answers }: Settled): void {
    const ring = new Ring(new Set(answers.keys()));
    const changed: Cell[] = [];
    for (const [cell, { value, traces }] of answers) {
      cell.state = 'dirty';
      cell.provisional = null;
      this.link(cell, [...new Set(traces.flatMap(({ sources, inputs }) => [...sources, ...inputs]))]);
      if (cell.hasValue && cell.isOne(cell.value, value)) continue;
      cell.value = value;
      cell.hasValue = true;
      changed.push(cell);
    }
    for (const cell of changed) for (const observer of cell.observers) this.soil(observer, 'dirty');
    for (const [cell, { traces }] of answers) {
      cell.state = 'clean';
      cell.ring = ring;
      if (this.tracks) cell.traces = [...new Set(traces)];
      else cell.find = spent;
    }
  }

  /** Settles what is left of a ring, from the question that is asked. */
  private settleAnew(ring: Ring, asked: Cell): void {
    for (const member of ring.members) if (member.state === 'dirty') member.traces = [];
    ring.isSettling = true;
    const { frame } = this;
    this.frame = null;
    try {
      this.settleRing(asked, [asked]);
    } finally {
      this.frame = frame;
      ring.isSettling = false;
      this.breakUp(ring);
    }
  }

  private breakUp(ring: Ring): void {
    ring.isBroken = true;
    for (const member of ring.members) if (member.ring === ring) this.leaveRing(member);
  }

  private leaveRing(cell: Cell): void {
    cell.ring = null;
    cell.traces = [];
    cell.state = 'dirty';
  }

  private link(cell: Cell, sources: readonly Cell[]): void {
    if (!this.tracks || isSameList(cell.sources, sources)) return;
    for (const source of cell.sources) cell.leave(source);
    cell.sources = sources;
    for (const source of sources) cell.observe(source);
  }

  private soil(cell: Cell, state: 'check' | 'dirty'): void {
    const before = cell.state;
    if (before === 'dirty' || before === state) return;
    cell.state = state;
    if (before === 'clean') for (const observer of cell.observers) this.soil(observer, 'check');
  }

  /** Lets go of what nobody asked for in a while and no answer that was asked for is made from. */
  private sweep(): void {
    const needed = new Set<Cell>();
    const work: Cell[] = [];
    for (const table of this.tables.values())
      for (const cell of table.values()) if (cell.isOpen || cell.wanted >= this.round - 31) work.push(cell);
    for (let cell = work.pop(); cell !== undefined; cell = work.pop()) {
      if (needed.has(cell)) continue;
      needed.add(cell);
      work.push(...cell.sources, ...(cell.ring?.members ?? []));
    }
    for (const table of [...this.tables.values(), ...this.inputs.values()]) {
      for (const [key, cell] of table) {
        if (needed.has(cell)) continue;
        this.link(cell, []);
        table.delete(key);
      }
    }
  }
}

/** In place of what worked an answer out that is kept for good: it holds all it was made with. */
function spent(): never {
  throw new RangeError('an answer that is kept for good is asked for again');
}

function told(value: unknown): unknown {
  if (value instanceof Thrown) throw value.error;
  return value;
}

/** After something that may have changed it. */
function isClean({ state }: Cell): boolean {
  return state === 'clean';
}

/** The same object, or lists, sets or maps of the same items in the same order. */
function isSameAnswer(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && isSameList(a, b);
  if (a instanceof Set) return b instanceof Set && isSameList([...a], [...b]);
  if (a instanceof Map)
    return (
      b instanceof Map &&
      isSameList([...a.keys()], [...b.keys()]) &&
      isSameList([...a.values()], [...b.values()])
    );
  return false;
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
