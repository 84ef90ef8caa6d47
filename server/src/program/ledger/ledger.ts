/**
 * Answers that are kept, with what each was made from.
 *
 * While an answer is worked out, every other answer and every input it asks for is noted. When an input changes, what was
 * made from it may be stale: it is checked when next asked for, and worked out again only where something it was made from
 * has really changed. An answer that comes out as before stops the change from going further.
 *
 * A question may come back to itself in a roundabout way. It is then shown an unfinished answer, and what rests on that is
 * kept only as long as the question is open: afterwards it is worked out anew. So an answer depends on its question alone,
 * and not on what was asked before.
 */

type State =
  /** Holds. */
  | 'clean'
  /** Something it was made from may have changed. */
  | 'check'
  /** Something it was made from has changed, or there is no answer. */
  | 'dirty';

export interface Options<T> {
  /** Whether two answers are one; default: the same object, or lists, sets or maps of the same items. */
  readonly isSame?: (a: T, b: T) => boolean;
}

/** An answer, or an input. */
class Cell {
  state: State = 'dirty';
  value: unknown = undefined;
  hasValue = false;
  isOpen = false;
  /** Place among the checks that are going on; -1: it is not being checked. */
  checkedAt = -1;
  /** Of an answer in a ring, while that is checked: where the ring was entered. */
  ring: Cell | null = null;
  unfinished: unknown = undefined;
  find: () => unknown;
  readonly isSame: (a: unknown, b: unknown) => boolean;
  sources: Cell[] = [];
  readonly observers = new Set<Cell>();
  /** Tells one time of being open from another. */
  opening = 0;
  /** What is known as long as some questions are open. */
  provisional: Provisional | null = null;
  /** The frame that noted this cell last: most cells are asked for many times by one frame. */
  notedIn: Frame | null = null;
  /** The view in which it was last asked for by nobody: it is an answer to the outside. */
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
}

interface Provisional {
  readonly value: unknown;
  readonly restsOn: readonly { readonly cell: Cell; readonly opening: number }[];
  readonly sources: readonly Cell[];
}

/** An answer being worked out. */
class Frame {
  readonly sources: Cell[] = [];
  readonly restsOn = new Set<Cell>();
  readonly outer: Frame | null;

  constructor(outer: Frame | null) {
    this.outer = outer;
  }
}

export interface Bag<T> {
  readonly contents: T;
  grow<R>(find: () => R): R;
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
  /** Checks going on, one inside another. */
  private checks = 0;

  constructor(tracks: boolean) {
    this.tracks = tracks;
  }

  /**
   * The answer to the question `key` of the kind `what`. `unfinished` is what the question is shown when it comes back to
   * itself while it is open.
   */
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
      this.frame?.restsOn.add(cell);
      return cell.unfinished as T;
    } else cell.find = find;
    cell.unfinished = unfinished;
    return this.read(cell) as T;
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
    const found = bag.grow(find);
    known.set(key, found);
    return found;
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
    const read = (): T => this.read(own) as T;
    return {
      get contents() {
        return read();
      },
      grow: (find) => this.grow(own, find),
    };
  }

  /** What is filled in rests on what `find` asks for. Nothing of a bag may ask for itself. */
  private grow<T>(cell: Cell, find: () => T): T {
    const frame = new Frame(this.frame);
    this.frame = frame;
    try {
      return find();
    } finally {
      this.frame = frame.outer;
      if (this.tracks) {
        for (const source of frame.sources) {
          if (source === cell || source.observers.has(cell)) continue;
          source.observers.add(cell);
          cell.sources.push(source);
        }
      }
      for (const other of frame.restsOn) frame.outer?.restsOn.add(other);
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

  private plainDetail<T>(what: string, subject: object, key: object, find: () => T): T {
    let memo = this.details.get(what);
    if (memo === undefined) {
      memo = new WeakMap();
      this.details.set(what, memo);
    }
    const known = memo.get(key);
    if (known?.subject === subject) return known.value as T;
    const value = find();
    memo.set(key, { subject, value });
    return value;
  }

  /** Whether the question is being answered now. */
  isOpen(what: string, key: unknown): boolean {
    return this.tables.get(what)?.get(key)?.isOpen ?? false;
  }

  /** Notes that the current answer rests on a question that is not answered yet. */
  meet(what: string, key: unknown): void {
    const cell = this.tables.get(what)?.get(key);
    if (cell?.isOpen) this.frame?.restsOn.add(cell);
  }

  /** Lets an answer go, unless it is being worked out; asked for again, it is worked out again. */
  forget(what: string, limit: number): void {
    const table = this.tables.get(what);
    if (this.tracks || table === undefined || table.size <= limit) return;
    for (const [key, cell] of table) {
      if (table.size <= limit / 2) return;
      if (!cell.isOpen) table.delete(key);
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

  /** A text has changed: its inputs are read again. */
  changed(file: string): void {
    for (const [key, cell] of this.inputs.get(file) ?? []) {
      if (cell.observers.size === 0) {
        this.inputs.get(file)?.delete(key);
        continue;
      }
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
    if (cell.state === 'check') {
      if (cell.checkedAt < 0) this.check(cell);
      // In a ring that is being checked: whoever asks now cannot wait for the end of that.
      if (cell.state === 'check') cell.state = 'dirty';
    }
    if (cell.state === 'dirty') {
      let held = cell.provisional;
      if (
        held !== null &&
        !held.restsOn.every((other) => other.cell.isOpen && other.cell.opening === other.opening)
      ) {
        held = null;
        cell.provisional = null;
      }
      const rest = held ?? this.work(cell);
      if (rest !== null) {
        for (const other of rest.restsOn) this.frame?.restsOn.add(other.cell);
        for (const source of rest.sources) this.note(source);
        return rest.value;
      }
    }
    this.note(cell);
    return cell.value;
  }

  private note(cell: Cell): void {
    const { frame } = this;
    if (frame === null) {
      cell.wanted = this.round;
      return;
    }
    if (!this.tracks || cell.notedIn === frame) return;
    cell.notedIn = frame;
    frame.sources.push(cell);
  }

  /**
   * Finds out whether what the answer was made from has changed, in the order in which it was asked for.
   *
   * Answers may rest on one another in a ring: what fills while it is used asks for what was read from it. An answer of a ring
   * is known to hold when the one at which the ring was entered is; until then it stays to be checked.
   */
  private check(cell: Cell): void {
    const { sources } = cell;
    cell.checkedAt = this.checks;
    this.checks += 1;
    let entered: Cell | null = null;
    try {
      for (const source of sources) {
        if (source.isOpen) cell.state = 'dirty';
        else if (source.state !== 'clean') {
          const back = this.refresh(source);
          // What could not be worked out while another question is open may have changed.
          if (back === null && !isClean(source) && cell.sources === sources) cell.state = 'dirty';
          if (back !== null && back !== cell && (entered === null || back.checkedAt < entered.checkedAt))
            entered = back;
        }
        // Worked out meanwhile, on the way round a ring.
        if (cell.state !== 'check' || cell.sources !== sources) return;
      }
      cell.ring = entered;
      if (entered === null) cell.state = 'clean';
    } finally {
      cell.checkedAt = -1;
      this.checks -= 1;
    }
  }

  /** The answer being checked on which it hangs whether this one holds; null when that is known. */
  private refresh(cell: Cell): Cell | null {
    if (cell.checkedAt >= 0) return cell;
    if (cell.state === 'check') {
      if (cell.ring !== null && cell.ring.checkedAt >= 0) return cell.ring;
      cell.ring = null;
      this.check(cell);
      if (cell.state === 'check') {
        if (cell.ring !== null) return cell.ring;
        cell.state = 'dirty';
      }
    }
    if (cell.state !== 'dirty') return null;
    const { frame } = this;
    this.frame = null;
    try {
      this.work(cell);
    } catch {
      // Whoever asks for it meets the same error.
      this.drop(cell);
    } finally {
      this.frame = frame;
    }
    return null;
  }

  /** Works the answer out and keeps it. What rests on an open question is given back instead. */
  private work(cell: Cell): Provisional | null {
    const frame = new Frame(this.frame);
    this.frame = frame;
    cell.isOpen = true;
    cell.opening = ++this.openings;
    let value: unknown;
    try {
      value = cell.find();
    } catch (error) {
      this.drop(cell);
      for (const source of frame.sources) this.noteIn(frame.outer, source);
      throw error;
    } finally {
      cell.isOpen = false;
      this.frame = frame.outer;
    }
    frame.restsOn.delete(cell);
    const sources = frame.sources.filter((source) => source !== cell);
    if (frame.restsOn.size > 0) {
      // The answer before is kept to be compared with the next.
      const restsOn = [...frame.restsOn].map((other) => ({ cell: other, opening: other.opening }));
      cell.provisional = { value, restsOn, sources };
      return cell.provisional;
    }
    cell.provisional = null;
    this.link(cell, sources);
    const isNew = !cell.hasValue || !cell.isSame(cell.value, value);
    cell.state = 'clean';
    if (isNew) {
      cell.value = value;
      cell.hasValue = true;
      for (const observer of cell.observers) this.soil(observer, 'dirty');
    }
    return null;
  }

  private noteIn(frame: Frame | null, cell: Cell): void {
    if (frame !== null && this.tracks) frame.sources.push(cell);
  }

  /** There is no answer any more; what was made from it has to be looked at. */
  private drop(cell: Cell): void {
    cell.state = 'dirty';
    cell.hasValue = false;
    cell.value = undefined;
    this.link(cell, []);
    for (const observer of cell.observers) this.soil(observer, 'dirty');
  }

  private link(cell: Cell, sources: Cell[]): void {
    if (!this.tracks) return;
    for (const source of cell.sources) source.observers.delete(cell);
    cell.sources = sources;
    for (const source of sources) source.observers.add(cell);
  }

  private soil(cell: Cell, state: 'check' | 'dirty'): void {
    const before = cell.state;
    if (before === 'dirty' || before === state) return;
    cell.state = state;
    if (before === 'clean') for (const observer of cell.observers) this.soil(observer, 'check');
  }

  /** Lets go of what nobody asked for in a while and nothing is made from. */
  private sweep(): void {
    const isIdle = (cell: Cell): boolean =>
      cell.observers.size === 0 && !cell.isOpen && cell.wanted < this.round - 31;
    for (const table of this.tables.values()) {
      for (const cell of table.values()) this.letGo(cell, isIdle);
    }
  }

  private letGo(first: Cell, isIdle: (cell: Cell) => boolean): void {
    const work = [first];
    for (let cell = work.pop(); cell !== undefined; cell = work.pop()) {
      if (!isIdle(cell)) continue;
      const { sources } = cell;
      this.link(cell, []);
      cell.sources = [];
      cell.owner.delete(cell.key);
      work.push(...sources);
    }
  }
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

/** Asked again after something that may have changed it. */
function isClean({ state }: Cell): boolean {
  return state === 'clean';
}
