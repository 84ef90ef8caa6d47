/**
 * The policy of a tree: what its own code decides for a device, function by function. What the tree does not hold, a fallback
 * decides, and the answer says so.
 */
import { decisionName } from '@vringside/grammars/feature-roles';
import { errorNumbers } from '@vringside/grammars/known-constants';
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
import { type Result, runFunction } from './calls.js';
import type { Configuration } from './configuration.js';
import { type Driver, driverOfClass, driversIn } from './drivers.js';
import { toSet } from './feature-words.js';
import { type Guests, guestKey, guestsOf, remembered } from './guest.js';
import { askHook } from './hooks.js';
import type { Run } from './run.js';
import { numberOf, truthOf, unknownValue, type Value } from './value.js';

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

const device: Value = { kind: 'pointer', to: 'device' };

/** Functions that accept or refuse a device. Origin: drivers/virtio/virtio.c, 5.17 on and 4.x to 5.16. */
const gates: readonly string[] = ['virtio_features_ok', 'virtio_finalize_features'];

export function treePolicy(program: Program, options: TreePolicyOptions): TreePolicy {
  const tree = new Decisions(program, options);
  return {
    id: 'tree',
    title: 'the code of this tree',
    release: options.fallback.release,
    kept: (q) => tree.once('kept', '', q, () => tree.kept(q)),
    validated: (q) => tree.once('validated', tree.driverKey(q), q, () => tree.validated(q)),
    refusal: (q) => tree.once('refusal', tree.validatorKey(q), q, () => tree.refusal(q)),
    usesDmaApi: (q) => tree.once('usesDmaApi', '', q, () => tree.usesDmaApi(q)),
    predicate: (q, name, argument) => askHook(tree.guests, q, name, argument),
  };
}

class Decisions {
  readonly guests: Guests;
  private readonly program: Program;
  private readonly options: TreePolicyOptions;
  private readonly decisions: readonly string[];
  /** The driver of the file under review. */
  private readonly own: Driver | null;

  constructor(program: Program, options: TreePolicyOptions) {
    this.program = program;
    this.options = options;
    this.guests = guestsOf(program, options.configuration ?? null);
    this.decisions = decisionNames(program);
    const { driverFile } = options;
    this.own = driverFile === undefined ? null : (driversIn(program, driverFile)[0] ?? null);
  }

  /** A matrix, and the drivers of a tree, ask the same again and again. */
  once<T>(what: string, of: string, q: Question, ask: () => Answer<T>): Answer<T> {
    const sets = [q.device.offered, q.features].map((set) => [...set].sort().join('|'));
    const { class: deviceClass, transport } = q.device;
    const key = [
      what,
      of,
      this.options.fallback.id,
      deviceClass,
      transport,
      ...sets,
      q.driverClears,
      guestKey(q.guest),
    ];
    return remembered(this.guests.answers, key.join(' '), ask) as Answer<T>;
  }

  driverKey(q: Question): string {
    const global = this.driver(q)?.global;
    return global === undefined ? '' : `${global.file}:${global.name}`;
  }

  /** Drivers without a validate of their own are probed alike. */
  validatorKey(q: Question): string {
    const driver = this.driver(q);
    return driver === null ? '' : `${driver.validate === null ? '' : driver.global.file}:${driver.validate}`;
  }

  kept(q: Question): Answer<FeatureSet> {
    const fn = this.guests.find(q, ['vring_transport_features']);
    return fn === null ? this.absent(this.options.fallback.kept(q)) : this.featuresAfter(q, fn);
  }

  validated(q: Question): Answer<FeatureSet> {
    if (q.driverClears !== null) return known(clearedIf(q.driverClears, q.features), "the scenario's driver");
    const driver = this.driver(q);
    if (driver === null) return this.absent(this.options.fallback.validated(q));
    const fn = this.validator(q);
    if (fn !== null) return this.featuresAfter(q, fn);
    const { file, name, nameSpan } = driver.global;
    const where = `${name} (${file}:${this.program.lineOf(file, nameSpan.start)})`;
    return driver.validate === null
      ? known(q.features, `${where}, which has no validate`)
      : unknown(`${driver.validate}()`, where);
  }

  /** The set of bits once a function has worked on the device. */
  private featuresAfter(q: Question, fn: FunctionRef): Answer<FeatureSet> {
    const run = this.guests.run(q);
    const result = runFunction(run, fn, [device]);
    const word = result.isCut ? result.value : (run.read('device.features') ?? unknownValue('features'));
    return toSet(word, q.features, this.guests.whereOf(fn));
  }

  /**
   * The whole probe is run, so that a refusal is found wherever the tree puts it. Where something in it is not known that the
   * gate itself does not ask, the gate decides.
   */
  refusal(q: Question): Answer<string | null> {
    const gate = this.guests.find(q, gates);
    const probe = this.guests.find(q, ['virtio_dev_probe']);
    const byGate = gate === null ? null : this.errno(this.guests.run(q), gate, [device]);
    if (probe !== null) {
      const byProbe = this.errno(this.guests.probeRun(q, this.probeValidator(q)), probe, []);
      if (byProbe.known) return byProbe.value === null ? accepted(byProbe, byGate) : byProbe;
    }
    return byGate ?? this.absent(this.options.fallback.refusal(q));
  }

  usesDmaApi(q: Question): Answer<boolean> {
    const fn = this.guests.find(q, this.decisions);
    if (fn === null) return this.absent(this.options.fallback.usesDmaApi(q));
    const { value, at } = runFunction(this.guests.run(q), fn, [device]);
    const truth = truthOf(value);
    const where = this.guests.where(at);
    return typeof truth === 'boolean' ? known(truth, where) : unknown(truth.why, where);
  }

  private errno(run: Run, fn: FunctionRef, args: readonly Value[]): Answer<string | null> {
    const { value, at }: Result = runFunction(run, fn, args);
    const number = numberOf(value);
    const where = this.guests.where((value.kind === 'int' ? value.origin : undefined) ?? at);
    if (number === null) return unknown(value.kind === 'pointer' ? 'a pointer' : whyOf(value), where);
    return known(number === 0n ? null : errnoName(number), where);
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

  /** What a probe calls as the driver's validate. */
  private probeValidator(q: Question): FunctionRef | 'scenario' | null {
    const own = this.validator(q);
    if (own !== null) return own;
    const isKnownToHaveNone = q.driverClears === null && this.driver(q)?.validate === null;
    return isKnownToHaveNone ? null : 'scenario';
  }

  private absent<T>(answer: Answer<T>): Answer<T> {
    return { ...answer, where: `${answer.where} (not in this tree: built-in ${this.options.fallback.id})` };
  }
}

/** An acceptance is told of the gate, where it is the gate that accepts, and not of the probe's end. */
function accepted(
  byProbe: Answer<null | string>,
  byGate: Answer<string | null> | null,
): Answer<string | null> {
  return byGate?.known === true && byGate.value === null ? byGate : byProbe;
}

function clearedIf(clears: boolean, features: FeatureSet): FeatureSet {
  return clears ? new Set([...features].filter((name) => name !== ACCESS_PLATFORM)) : features;
}

function whyOf(value: Value): string {
  return value.kind === 'unknown' || value.kind === 'int' ? value.why : 'no number';
}

/** `-ENODEV`; a number that no name is known for stays one. */
function errnoName(number: bigint): string {
  const name = Object.entries(errorNumbers).find(([, value]) => BigInt(value) === -number)?.[0];
  return name === undefined ? `${number}` : `-${name}`;
}

const decisions = new WeakMap<Program, readonly string[]>();

/** The ring core's functions that answer whether the DMA API is used, told from the outlines without a parse. */
function decisionNames(program: Program): readonly string[] {
  const known = decisions.get(program);
  if (known !== undefined) return known;
  const names = program.files
    .filter((file) => file.startsWith('drivers/virtio/'))
    .flatMap((file) => program.source(file)?.chunks ?? [])
    .flatMap(({ kind, name }) =>
      kind === 'function' && name !== null && decisionName.test(name) ? [name] : [],
    );
  const ringFirst = (name: string): number => (name.startsWith('vring_') ? 0 : 1);
  const found = [...new Set(names)].sort((a, b) => ringFirst(a) - ringFirst(b));
  decisions.set(program, found);
  return found;
}
