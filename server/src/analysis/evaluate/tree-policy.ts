/**
 * The policy of a tree: what its own code decides for a device, function by function. What the tree does not hold, a fallback
 * decides, and the answer says so.
 */
import { coreFiles } from '@vringside/grammars/leaf-bindings';
import {
  ACCESS_PLATFORM,
  type Answer,
  type FeatureSet,
  known,
  type Policy,
  type Question,
  unknown,
} from '../../model/policy.js';
import type { FunctionRef, Program } from '../../program/index.js';
import { dmaDecision } from './decision.js';
import { type Driver, driverOfClass, driversIn, kindOf } from './drivers.js';
import { toSet } from './feature-words.js';
import { type Guests, guestKey, guestsOf, ringFeatures } from './guest.js';
import { askHook } from './hooks.js';
import { int, unknownValue, type Value } from './numbers/value.js';
import { errno, isSettled, type Probed, type ProbedDriver, probeOf, runProbe } from './probe.js';
import { runFunction } from './running/calls.js';
import type { Configuration } from './running/configuration.js';
import { finalizerOf } from './transports.js';

export interface TreePolicyOptions {
  /** Decides what the tree does not: the built-in policy of the recognised version. */
  readonly fallback: Policy;
  /** Default: what a distribution sets for the guest's architecture, and what its platform needs. */
  readonly configuration?: Configuration;
  /** The file under review: its driver stands for that of every class. */
  readonly driverFile?: string;
}

/** A policy that also answers predicates which the tree's own code decides. */
export interface TreePolicy extends Policy {
  /** `virtio_check_mem_acc_cb()`, `platform_has(PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS)`. */
  predicate(q: Question, name: string, argument: string): Answer<boolean>;
}

type Memory = ReadonlyMap<string, Value>;

const device: Value = { kind: 'pointer', to: 'device' };

/** Functions that accept or refuse a device. Origin: drivers/virtio/virtio.c, 5.17 on and 4.x to 5.16. */
const gates: readonly string[] = ['virtio_features_ok', 'virtio_finalize_features'];

export function treePolicy(program: Program, options: TreePolicyOptions): TreePolicy {
  const tree = new Decisions(program, options);
  return {
    id: 'tree',
    title: 'the code of this tree',
    release: options.fallback.release,
    kept: (q) => tree.kept(q),
    finalized: (q) => tree.finalized(q),
    validated: (q) => tree.validated(q),
    refusal: (q) => tree.refusal(q),
    usesDmaApi: (q) => tree.usesDmaApi(q),
    predicate: (q, name, argument) => askHook(tree.guests, q, name, argument),
  };
}

class Decisions {
  readonly guests: Guests;
  private readonly program: Program;
  private readonly options: TreePolicyOptions;

  constructor(program: Program, options: TreePolicyOptions) {
    this.program = program;
    this.options = options;
    this.guests = guestsOf(program, options.configuration ?? null);
  }

  /** The driver of the file under review. */
  private get own(): Driver | null {
    const { driverFile } = this.options;
    if (driverFile === undefined) return null;
    return this.program.ledger.answer(
      'driver of file',
      driverFile,
      () => driversIn(this.program, driverFile)[0] ?? null,
      undefined,
      { isSame: (a, b) => a?.global === b?.global },
    );
  }

  kept(q: Question): Answer<FeatureSet> {
    const probed = this.probed(q);
    if (probed !== null) return probed.settled;
    const fn = this.guests.find(q, [ringFeatures]);
    return fn === null ? this.builtIn(this.options.fallback.kept(q)) : this.featuresAfter(q, fn);
  }

  /** The tree's own transport refuses as part of the probe. */
  finalized(q: Question): Answer<string | null> {
    const transport = finalizerOf(this.guests.names(q), q.device.transport);
    if (transport !== null && this.probed(q) !== null) return known(null, this.guests.whereOf(transport));
    return this.builtIn(this.options.fallback.finalized?.(q) ?? known(null, 'the transport'));
  }

  validated(q: Question): Answer<FeatureSet> {
    const where = this.validatedWhere(q);
    const probed = this.probed(q);
    if (probed !== null) return where === null ? probed.left : { ...probed.left, where };
    const fn = this.validator(q);
    return fn === null ? this.leaves(q, q.features) : this.featuresAfter(q, fn);
  }

  refusal(q: Question): Answer<string | null> {
    const probed = this.probed(q)?.refusal;
    if (probed !== undefined && !(probed.known && probed.value === null)) return probed;
    // An acceptance is told of the gate, where it is the gate that accepts, and not of the probe's end.
    const gate = this.byGate(q);
    if (probed !== undefined) return gate?.known === true && gate.value === null ? gate : probed;
    if (gate !== null) return gate;
    // A bus that is there probes its devices somehow.
    return this.program.chunksMentioning(coreFiles.probe, 'bus_type').length > 0
      ? unknown('virtio_dev_probe() was not found', coreFiles.probe)
      : this.builtIn(this.options.fallback.refusal(q));
  }

  usesDmaApi(q: Question): Answer<boolean> {
    const answer = this.ofKind(q, 'usesDmaApi', (memory) => dmaDecision(this.guests, q, memory), isKnown);
    return answer ?? this.builtIn(this.options.fallback.usesDmaApi(q));
  }

  // ---- runs ------------------------------------------------------------------------------------------------

  /** Null where the tree has no probe. */
  private probed(q: Question): Probed | null {
    if (probeOf(this.guests, q) === null) return null;
    // What the probe makes of a device follows from what it offers.
    const offered = { ...q, features: q.device.offered };
    const what = `probe ${this.validatorKey(q)}`;
    return this.ofKind(offered, what, (memory) => this.probe(q, memory), isSettled);
  }

  /** Looks up itself all it runs: its answer is kept. */
  private probe(q: Question, memory: Memory): Probed {
    const fn = probeOf(this.guests, q);
    if (fn === null) throw new RangeError('the tree has no probe');
    return runProbe(this.guests, { ...q, features: q.device.offered }, fn, this.probedDriver(q), memory);
  }

  private byGate(q: Question): Answer<string | null> | null {
    return this.once('gate', q, () => {
      const gate = this.guests.find(q, gates);
      return gate === null ? null : errno(this.guests, runFunction(this.guests.run(q), gate, [device]));
    });
  }

  /** The set of bits once a function has worked on the device. */
  private featuresAfter(q: Question, fn: FunctionRef): Answer<FeatureSet> {
    const run = this.guests.run(q);
    const result = runFunction(run, fn, [device]);
    const word = result.isCut ? result.value : (run.read('device.features') ?? unknownValue('features'));
    return toSet(word, q.features, this.guests.whereOf(fn));
  }

  /** Few decisions ask what kind of device it is: kinds are told apart only where something is not known without. */
  private ofKind<T>(
    q: Question,
    what: string,
    ask: (memory: Memory) => T,
    isSure: (answer: T) => boolean,
  ): T {
    const ofAny = this.once(what, q, () => ask(new Map()));
    const kind = isSure(ofAny) ? null : kindOf(this.program, this.own, q.device.class);
    if (kind === null) return ofAny;
    return this.once(`${what} ${kind}`, q, () => ask(new Map([['device.id.device', int(kind, 32)]])));
  }

  /** A matrix, and the drivers of a tree, ask the same again and again. */
  private once<T>(what: string, q: Question, ask: () => T): T {
    const sets = [q.device.offered, q.features].map((set) => [...set].sort().join('|'));
    const { id } = this.options.fallback;
    const key = [what, id, q.device.transport, ...sets, q.driverClears, guestKey(q.guest)];
    return this.guests.answer('decision', key.join(' '), ask);
  }

  // ---- the driver ------------------------------------------------------------------------------------------

  private driver(q: Question): Driver | null {
    return this.own ?? driverOfClass(this.program, q.device.class);
  }

  /** The driver's `validate`; null where it has none, or the scenario stands in for it. */
  private validator(q: Question): FunctionRef | null {
    const driver = q.driverClears === null ? this.driver(q) : null;
    if (driver === null || driver.validate === null) return null;
    const fn = this.guests.names(q).function(driver.validate, driver.global.file);
    return fn !== null && 'name' in fn ? fn : null;
  }

  private probedDriver(q: Question): ProbedDriver {
    const driver = q.driverClears === null ? this.driver(q) : null;
    const { validate = null, global } = driver ?? {};
    const own = validate === null || global === undefined ? null : { name: validate, file: global.file };
    return {
      validate: driver === null ? 'scenario' : own,
      leaves: (features) => this.leaves(q, features),
    };
  }

  /** Drivers without a validate of their own are probed alike; where there is none, the class is what the fallback asks. */
  private validatorKey(q: Question): string {
    const driver = q.driverClears === null ? this.driver(q) : null;
    if (driver === null) return q.device.class;
    return driver.validate === null ? '' : `${driver.global.file}:${driver.validate}`;
  }

  /** What the driver leaves where the tree holds no validate of it. */
  private leaves(q: Question, features: FeatureSet): Answer<FeatureSet> {
    const where = this.validatedWhere(q) ?? '';
    if (q.driverClears !== null) return known(clearedIf(q.driverClears, features), where);
    const driver = this.driver(q);
    if (driver === null) return this.builtIn(this.options.fallback.validated({ ...q, features }));
    return driver.validate === null ? known(features, where) : unknown(`${driver.validate}()`, where);
  }

  /** Who says what the driver leaves; null for the built-in policy. */
  private validatedWhere(q: Question): string | null {
    if (q.driverClears !== null) return "the scenario's driver";
    const driver = this.driver(q);
    if (driver === null) return null;
    const fn = this.validator(q);
    if (fn !== null) return this.guests.whereOf(fn);
    const { file, name, nameSpan } = driver.global;
    const where = `${name} (${file}:${this.program.lineWord(file, nameSpan.start)})`;
    return driver.validate === null ? `${where}, which has no validate` : where;
  }

  /** What the tree lacks, the built-in policy of its release decides. */
  private builtIn<T>(answer: Answer<T>): Answer<T> {
    return {
      ...answer,
      isStandIn: true,
      where: `${answer.where} (not in this tree: built-in ${this.options.fallback.id})`,
    };
  }
}

function isKnown(answer: Answer<unknown> | null): boolean {
  return answer === null || answer.known;
}

function clearedIf(clears: boolean, features: FeatureSet): FeatureSet {
  return clears ? new Set([...features].filter((name) => name !== ACCESS_PLATFORM)) : features;
}
