/** One run of decision code: its memory, its calls, and its budget. */
import type { Bag, FunctionRef, GlobalRef, Program, Scope } from '../../../program/index.js';
import type { Expr, TypeRef } from '../../../syntax/ir.js';
import type { Span } from '../../../text/span.js';
import type { Expansions } from '../macros/expand.js';
import { Locals } from '../memory/locals.js';
import { joinStates, State } from '../memory/state.js';
import { type Origin, type Truth, type UnknownValue, unknownValue, type Value } from '../numbers/value.js';
import type { Names } from './names.js';

/** What the scenario answers; everything else is the tree's to say. */
export interface World {
  /** A predicate of the guest by its C text: `xen_domain()`, `cc_platform_has(CC_ATTR_MEM_ENCRYPT)`. */
  fact(name: string, argument: string): Truth;
  /** What a place holds before any code has run: the device, its driver. */
  readonly memory: ReadonlyMap<string, Value>;
  /** The transport's `finalize_features`, or what it has the ring core do; null where the tree has neither. */
  readonly finalize: FunctionRef | null;
  /** What a driver's validate that the tree does not hold leaves of the features. */
  validate(features: Value): Value;
  /** What a function pointer at file level points to once the guest has booted; null for one that boot code leaves alone. */
  hook(pointer: GlobalRef, run: Run): Value | null;
  /** Whether the platform has promised something at boot (5.19). */
  promise(name: string, run: Run): Value;
}

/**
 * Work a run may do, in steps; a copied place of memory counts as one. Probing a device on 6.12 takes under 3000 with what it
 * calls: virtio_dev_probe() is the largest function that decides anything.
 */
const STEP_BUDGET = 20_000;
/** Nesting of calls, statements and expressions together. */
const DEPTH_BUDGET = 700;
/** Calls inside calls. */
const CALL_BUDGET = 32;

/** Thrown past the budget, and caught where the run began. */
export class OutOfBudget extends Error {}

export interface ReturnPoint {
  readonly value: Value | null;
  readonly at: Origin;
  readonly state: State;
}

/** One call of a function, or an initialiser at file level. */
export interface Frame {
  /** Null at file level. */
  readonly fn: FunctionRef | null;
  readonly file: string;
  readonly scope: Scope;
  readonly expansions: Bag<Expansions>;
  /** Begins the places of its locals. */
  readonly prefix: string;
  readonly locals: Locals;
  readonly returns: ReturnPoint[];
  readonly breaks: State[][];
  readonly continues: State[][];
  readonly jumps: Map<string, State[]>;
  /** What was not known on the way to the call. */
  readonly doubtBefore: string | null;
}

export class Run {
  readonly names: Names;
  readonly world: World;
  state: State;
  /** Places of variables at file level whose first value is already in memory. */
  readonly loaded = new Set<string>();
  /** Types of the places that are declared, or were first stored to. */
  readonly types = new Map<string, TypeRef>();
  /** Places whose address was taken, and those whose address code that is not followed was given. */
  readonly escaped = new Set<string>();
  readonly leaked = new Set<string>();
  /** Places of which parts are known, or were. */
  private readonly wholes = new Set<string>();
  private readonly frames: Frame[] = [];
  private steps = 0;
  private depth = 0;
  private frameCount = 0;
  private readonly texts = new Map<Expr, number>();

  constructor(names: Names, world: World) {
    this.names = names;
    this.world = world;
    this.state = new State(new Map(world.memory));
    for (const place of world.memory.keys()) this.noteParts(place);
  }

  get program(): Program {
    return this.names.program;
  }

  get frame(): Frame {
    const top = this.frames.at(-1);
    if (top === undefined) throw new RangeError('no call is being run');
    return top;
  }

  get file(): string {
    return this.frame.file;
  }

  /** Calls open at the moment, outermost first. */
  isOpen(fn: FunctionRef): boolean {
    return this.frames.some((f) => f.file === fn.file && f.fn?.start === fn.start);
  }

  /** Runs `body` as the inside of a call. @throws {OutOfBudget} where calls nest too deep. */
  inFrame<T>(fn: FunctionRef, body: (frame: Frame) => T): T {
    return this.inside(fn, fn.file, this.program.scopeOf(fn), body);
  }

  /** Runs `body` where no function's names are seen. */
  inFile<T>(file: string, body: () => T): T {
    return this.inside(null, file, this.program.fileScope(file), body);
  }

  private inside<T>(fn: FunctionRef | null, file: string, scope: Scope, body: (frame: Frame) => T): T {
    if (this.frames.length >= CALL_BUDGET) throw new OutOfBudget();
    this.frameCount += 1;
    const prefix = `#${this.frameCount}.`;
    const frame: Frame = {
      fn,
      file,
      scope,
      expansions: this.names.expansions(scope),
      prefix,
      locals: new Locals(prefix, fn?.params ?? []),
      returns: [],
      breaks: [],
      continues: [],
      jumps: new Map(),
      doubtBefore: this.state.doubt,
    };
    this.frames.push(frame);
    try {
      return body(frame);
    } finally {
      this.frames.pop();
    }
  }

  /** Counts work. @throws {OutOfBudget} past the last step. */
  charge(steps: number): void {
    this.steps += steps;
    if (this.steps > STEP_BUDGET) throw new OutOfBudget();
  }

  /** One step, inside another. @throws {OutOfBudget} past the last one, or too deep. */
  deeper<T>(body: () => T): T {
    this.charge(1);
    if (this.depth >= DEPTH_BUDGET) throw new OutOfBudget();
    this.depth += 1;
    try {
      return body();
    } finally {
      this.depth -= 1;
    }
  }

  // ---- memory ----------------------------------------------------------------------------------------------

  /** What the place holds; null where nothing has been stored there as far as is known. */
  read(place: string): Value | null {
    return this.state.memory.get(place) ?? this.state.initial.get(place) ?? null;
  }

  /** Stores to the whole place: what its parts held is gone. */
  write(place: string, value: Value, text: string): void {
    const { initial, memory } = this.state;
    // What a place held before counts where only one of two ways stores to it.
    if (!place.startsWith('#') && !initial.has(place)) initial.set(place, unknownValue(text));
    if (this.wholes.has(place))
      for (const part of this.places()) if (isPartOf(part, place)) memory.set(part, unknownValue(text));
    if (!memory.has(place)) this.noteParts(place);
    memory.set(place, value);
  }

  /** What a place held before anything was stored there. */
  begin(place: string, value: Value): void {
    this.noteParts(place);
    this.state.initial.set(place, value);
  }

  /** Of `#3.s.x` the whole is `#3.s`. */
  private noteParts(place: string): void {
    for (let i = place.length - 1; i > 0; i--) {
      if (place[i] !== '.' && place[i] !== '[') continue;
      const whole = place.slice(0, i);
      if (this.wholes.has(whole)) return;
      this.wholes.add(whole);
    }
  }

  /** A local begins its life: nothing is stored there yet. */
  clear(place: string): void {
    const { memory } = this.state;
    memory.delete(place);
    if (!this.wholes.has(place)) return;
    for (const part of [...memory.keys()]) if (isPartOf(part, place)) memory.delete(part);
  }

  /** An array holds its own address. */
  isArray(place: string): boolean {
    const value = this.read(place);
    return value?.kind === 'pointer' && value.to === place;
  }

  /** Places that hold something. */
  places(): string[] {
    return [...new Set([...this.state.memory.keys(), ...this.state.initial.keys()])];
  }

  /** Control goes no further on this way. */
  end(): void {
    this.state = this.state.ended();
  }

  /** Runs one of two continuations, or both where it is not known which: what they agree on is known afterwards. */
  branch<T>(truth: Truth, then: () => T, otherwise: () => T, merge: (a: T, b: T, why: UnknownValue) => T): T {
    if (truth === true) return then();
    if (truth === false) return otherwise();
    const before = this.state;
    const { doubt } = before;
    this.charge(3 * before.memory.size);
    this.state = before.fork(truth.why);
    const a = then();
    const afterThen = this.state;
    this.state = before.fork(truth.why);
    const b = otherwise();
    const afterElse = this.state;
    this.state = joinStates([afterThen, afterElse], truth.why, before);
    if (!afterThen.isDead && !afterElse.isDead) {
      this.state = this.state.asSureAs(doubt);
      return merge(a, b, truth);
    }
    return afterThen.isDead ? b : a;
  }

  /** A string's own place in memory. */
  textAt(expr: Expr): string {
    const number = this.texts.get(expr) ?? this.texts.size;
    this.texts.set(expr, number);
    return `text.${number}`;
  }

  origin(at: Span): Origin {
    const { fn, file } = this.frame;
    return { function: fn?.name ?? '', file, offset: at.start };
  }
}

function isPartOf(part: string, whole: string): boolean {
  const next = part.startsWith(whole) ? part[whole.length] : undefined;
  return next === '.' || next === '[';
}
