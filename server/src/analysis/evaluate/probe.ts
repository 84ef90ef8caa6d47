/**
 * One run of the tree's whole probe, from the bits a device offers to the driver's own probe: the bits the transport settles,
 * those the driver is left with, and whether the device is accepted.
 */

import { errorNumbers } from '@vringside/grammars/known-constants';
import { coreFiles } from '@vringside/grammars/leaf-bindings';
import { type Answer, type FeatureSet, known, type Question, unknown } from '../../model/policy.js';
import type { FunctionRef, Program } from '../../program/index.js';
import { slot } from './drivers.js';
import { numbersOf, toSet, toWord } from './feature-words.js';
import type { Guests } from './guest.js';
import { int, numberOf, unknownValue, type Value } from './numbers/value.js';
import { type Result, runFunction } from './running/calls.js';
import { driverPrefix, finalFeatures, scenarioValidate, settledFeatures } from './running/operations.js';

export interface Probed {
  /** As the transport first settled them. */
  readonly settled: Answer<FeatureSet>;
  /** As the driver's probe finds them, or as they were when the device was refused. */
  readonly left: Answer<FeatureSet>;
  readonly refusal: Answer<string | null>;
}

/** A function by its name in a file. */
interface Named {
  readonly name: string;
  readonly file: string;
}

/** What the probe is told of the driver. */
export interface ProbedDriver {
  /** Null for none; 'scenario' where `leaves` answers for it. */
  readonly validate: Named | 'scenario' | null;
  leaves(features: FeatureSet): Answer<FeatureSet>;
}

/** VIRTIO_TRANSPORT_F_START: include/uapi/linux/virtio_config.h, 2.6.30 to 6.18. */
const FIRST_TRANSPORT_BIT = 28;

/** The probe's usual name. Origin: drivers/virtio/virtio.c, 2.6.24 to 6.18. */
const usualName = 'virtio_dev_probe';

/** The function the virtio bus probes a device with; null where the tree has none. */
export function probeOf(guests: Guests, q: Question): FunctionRef | null {
  const names = guests.names(q);
  for (const name of busProbes(guests.program)) {
    const fn = names.function(name, coreFiles.probe);
    if (fn !== null && 'name' in fn) return fn;
  }
  return guests.find(q, [usualName]);
}

/** What the bus of the core's file keeps as its `probe`. */
function busProbes(program: Program): string[] {
  const file = coreFiles.probe;
  return program
    .chunksMentioning(file, 'bus_type')
    .flatMap((chunk) => program.chunkFacts({ file, chunk })?.globals ?? [])
    .filter((g) => g.type.base === 'struct bus_type')
    .flatMap(({ init }) => {
      const stored = slot(init, 'probe');
      return stored?.kind === 'name' ? [stored.name] : [];
    });
}

export function runProbe(
  guests: Guests,
  q: Question,
  probe: FunctionRef,
  driver: ProbedDriver,
  more: ReadonlyMap<string, Value>,
): Probed {
  const memory = new Map([...memoryOf(q, driver), ...more]);
  const run = guests.run(q, memory, (features) => validated(features, q, driver));
  const result = runFunction(run, probe, []);
  const cut = result.isCut ? result.value : null;
  const read = (place: string): Value | null => cut ?? run.read(place);
  const last = read(finalFeatures) ?? read('device.features') ?? unknownValue('features');
  const settled = read(settledFeatures) ?? last;
  const { offered } = q.device;
  return {
    settled: toSet(settled, offered, guests.whereOf(run.world.finalize ?? probe)),
    left: toSet(last, offered, guests.whereOf(probe)),
    refusal: errno(guests, result),
  };
}

/** Nothing about it is unknown. */
export function isSettled({ settled, left, refusal }: Probed): boolean {
  return settled.known && left.known && refusal.known;
}

function memoryOf(q: Question, { validate }: ProbedDriver): Map<string, Value> {
  const { offered } = q.device;
  const memory = new Map<string, Value>([
    ['device.features', toWord(new Set())],
    ['device.offered', toWord(offered)],
    // Filled by hand through debugfs (6.11): drivers/virtio/virtio_debug.c.
    ['device.debugfs_filter_features', toWord(new Set())],
    ['driver.probe', { kind: 'function', name: `${driverPrefix}probe`, file: '' }],
    ['driver.validate', validateValue(validate)],
    ['driver.feature_table', { kind: 'pointer', to: 'driver.feature_table' }],
  ]);
  // Every bit of its own; no driver of 6.1 or 6.12 lists one of the transport.
  const table = numbersOf(offered).filter((number) => number < FIRST_TRANSPORT_BIT);
  for (const [i, number] of table.entries()) memory.set(`driver.feature_table[${i}]`, int(number, 32));
  memory.set('driver.feature_table_size', int(table.length, 32));
  for (const empty of ['feature_table_legacy', 'feature_table_size_legacy', 'scan', 'config_changed'])
    memory.set(`driver.${empty}`, int(0));
  return memory;
}

function validateValue(validate: ProbedDriver['validate']): Value {
  if (validate === null) return int(0);
  return validate === 'scenario'
    ? { kind: 'function', name: scenarioValidate, file: '' }
    : { kind: 'function', name: validate.name, file: validate.file };
}

function validated(features: Value, q: Question, driver: ProbedDriver): Value {
  const before = toSet(features, q.device.offered, '');
  const after = before.known ? driver.leaves(before.value) : before;
  return after.known ? toWord(after.value) : unknownValue(after.why);
}

/** What a function that returns 0 or an error has answered. */
export function errno(guests: Guests, { value, at }: Result): Answer<string | null> {
  const number = numberOf(value);
  const where = guests.where((value.kind === 'int' ? value.origin : undefined) ?? at);
  if (number === null) return unknown(value.kind === 'pointer' ? 'a pointer' : whyOf(value), where);
  return known(number === 0n ? null : errnoName(number), where);
}

function whyOf(value: Value): string {
  return value.kind === 'unknown' || value.kind === 'int' ? value.why : 'no number';
}

/** `-ENODEV`; a number that no name is known for stays one. */
function errnoName(number: bigint): string {
  const name = Object.entries(errorNumbers).find(([, value]) => BigInt(value) === -number)?.[0];
  return name === undefined ? `${number}` : `-${name}`;
}
