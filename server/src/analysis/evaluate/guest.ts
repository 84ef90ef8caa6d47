/** Runs of a tree's code in the guest of a question: which definitions are compiled, what boot has left, what the device is. */
import type { GuestFacts, Question } from '../../model/policy.js';
import { type FunctionRef, isSameData, type Program } from '../../program/index.js';
import { definitions } from '../linkage.js';
import { installedHook, promisedAtBoot } from './boot.js';
import { toWord } from './feature-words.js';
import { int, type Origin, type Truth, unknownValue, type Value } from './numbers/value.js';
import { type Configuration, defaultConfiguration } from './running/configuration.js';
import { Names } from './running/names.js';
import { transportMemory } from './running/operations.js';
import { Run, type World } from './running/run.js';
import { finalizerOf } from './transports.js';

/** Clears the transport bits the ring core does not know. Origin: drivers/virtio/virtio_ring.c, 2.6.30 to 6.18. */
export const ringFeatures = 'vring_transport_features';

/** A guest's answer to a predicate: see `GuestFacts.predicates`. */
export function guestTruth(guest: GuestFacts, name: string, argument: string): Truth {
  const { predicates } = guest;
  const text = `${name}(${argument})`;
  const answer = predicates.get(text) ?? (argument === '' ? undefined : predicates.get(`${name}(*)`));
  return answer ?? unknownValue(text);
}

/** The same for guests that cannot be told apart. */
export function guestKey({ arch, platform, predicates }: GuestFacts): string {
  const facts = [...predicates].map(([text, answer]) => `${text}=${answer}`).sort();
  return `${arch} ${platform} ${facts.join()}`;
}

/** One guest, booted. */
interface Booted {
  readonly names: Names;
  /** Of the answers about it. */
  readonly key: string;
}

const shared = new WeakMap<Program, Map<Configuration | null, Guests>>();

/** The guests of a program: policies for different drivers share what boot has left. */
export function guestsOf(program: Program, configuration: Configuration | null): Guests {
  let ofProgram = shared.get(program);
  if (ofProgram === undefined) {
    ofProgram = new Map();
    shared.set(program, ofProgram);
  }
  return remembered(ofProgram, configuration, () => new Guests(program, configuration));
}

/** Guests made so far: each has answers of its own. */
let count = 0;

export class Guests {
  readonly program: Program;
  private readonly configuration: Configuration | null;
  private readonly booted = new Map<string, Booted>();
  private readonly number = ++count;

  /** `configuration` null: what a distribution sets for each guest's architecture. */
  constructor(program: Program, configuration: Configuration | null) {
    this.program = program;
    this.configuration = configuration;
  }

  names(q: Question): Names {
    return this.boot(q.guest).names;
  }

  /** The first of the named functions that is compiled; null where the tree has none. */
  find(q: Question, wanted: readonly string[]): FunctionRef | null {
    const names = this.names(q);
    for (const name of wanted) {
      const fn = names.compiled(this.definitions(name), name);
      if (fn !== null && 'name' in fn) return fn;
    }
    return null;
  }

  private definitions(name: string): readonly FunctionRef[] {
    return this.program.ledger.answer('definitions', name, () => definitions(this.program, name));
  }

  /** A run in which the device has the question's features, and memory holds what else is said. */
  run(
    q: Question,
    more: ReadonlyMap<string, Value> = new Map(),
    validate: (features: Value) => Value = (features) => features,
  ): Run {
    const memory = new Map<string, Value>([
      ...transportMemory(q.device),
      ['device.features', toWord(q.features)],
      ['device.status', int(0, 32)],
      ...more,
    ]);
    const booted = this.boot(q.guest);
    return new Run(booted.names, this.world(q, booted, memory, validate));
  }

  /** What settles the features: the transport's own code, or the ring core's where the tree has only that. */
  private finalizer(q: Question, names: Names): FunctionRef | null {
    return finalizerOf(names, q.device.transport) ?? this.find(q, [ringFeatures]);
  }

  private world(
    q: Question,
    booted: Booted,
    memory: ReadonlyMap<string, Value>,
    validate: (features: Value) => Value,
  ): World {
    const { names, key } = booted;
    const { transport } = q.device;
    const world: World = {
      fact: (name, argument) => guestTruth(q.guest, name, argument),
      memory,
      finalize: this.answer('finalizer', `${key} ${transport}`, () => this.finalizer(q, names)),
      validate,
      hook: (pointer) => this.answer(`hook in ${key}`, pointer, () => installedHook(names, world, pointer)),
      promise: (name) => this.answer('promise', `${key} ${name}`, () => promisedAtBoot(names, world, name)),
    };
    return world;
  }

  private boot(guest: GuestFacts): Booted {
    const key = guestKey(guest);
    return remembered(this.booted, key, () => ({
      key,
      names: new Names(
        this.program,
        guest.arch,
        this.configuration ?? defaultConfiguration(guest.arch, guest.platform),
      ),
    }));
  }

  /** An answer about guests of this configuration. */
  answer<T>(what: string, key: unknown, find: () => T): T {
    return this.program.ledger.answer(`${what} of guests ${this.number}`, key, find, undefined, {
      isSame: isSameData,
    });
  }

  /** `virtio_features_ok (drivers/virtio/virtio.c:214)`, the line as `Program.lineWord` says it. */
  where({ function: name, file, offset }: Origin): string {
    return `${name} (${file}:${this.program.lineWord(file, offset)})`;
  }

  whereOf(fn: FunctionRef): string {
    return this.where({ function: fn.name, file: fn.file, offset: fn.nameSpan.start });
  }
}

export function remembered<K, T>(memo: Map<K, T>, key: K, find: () => T): T {
  if (memo.has(key)) return memo.get(key) as T;
  const found = find();
  memo.set(key, found);
  return found;
}
