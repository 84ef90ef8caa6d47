/** Workloads from a random stream: any that could be asked for, likely or not. */
import {
  type Backend,
  backendIds,
  backendOf,
  type CostParameters,
  costParameters,
  guestWork,
  type Mapping,
  slotsOfMapping,
  type Workload,
} from '../../../../server/src/model/cost/index.js';
import { type DeviceClass, type PlatformId, platformIds } from '../../../../server/src/model/index.js';
import type { Random } from '../../../fuzz/random.js';

const backends = backendIds.map((id) => backendOf(id)).filter((b): b is Backend => b !== null);
const classes: readonly DeviceClass[] = ['blk', 'net', 'scsi', 'console', 'fs', 'emulated'];

export function randomWorkload(random: Random): Workload {
  const queues = random.magnitude(1, 64);
  const isPosted = random.chance(0.2);
  const mappings = mappingsFrom(random);
  const slots = mappings.reduce((sum, { bytes }) => sum + slotsOfMapping(bytes), 0);
  const poolSlots = 128 * 2 ** random.below(14);
  return {
    platform: random.pick<PlatformId>(platformIds),
    mappings,
    receives: random.chance(0.5),
    isBounced: random.chance(0.8),
    slotsPerRequest: isPosted ? 0 : slots,
    payloadBytes: Math.max(...mappings.map(({ bytes }) => bytes)),
    depth: random.chance(0.2) ? 1 : random.magnitude(1, 1024),
    queues,
    cpus: random.chance(0.5) ? queues : random.magnitude(1, 128),
    ring: random.pick(['packed', 'split', 'split-polled', 'split-in-order']),
    ringSize: 2 ** (1 + random.below(15)),
    ringEntries: random.magnitude(1, 64),
    eventIdx: random.chance(0.5),
    pool: {
      slots: poolSlots,
      areas: 2 ** random.below(8),
      atRest: isPosted || random.chance(0.3) ? random.below(poolSlots + 1) : 0,
    },
    loop: random.pick(['stream', 'closed']),
    completion: random.pick(['interrupt', 'poll']),
    idle: random.pick(['halt', 'haltpoll', 'poll']),
    mapsUnderQueueLock: random.chance(0.5),
    backend: random.pick(backends),
    guest: guestWork(random.pick(classes)),
  };
}

function mappingsFrom(random: Random): readonly Mapping[] {
  return Array.from({ length: random.magnitude(1, 24) }, () => ({
    bytes: random.magnitude(1, 262_144),
    deviceWrites: random.chance(0.5),
  }));
}

/** Where a parameter stands: `machine.rings.split.streamNs`. */
export type ParameterPath = readonly string[];

function pathsIn(value: object, from: ParameterPath): readonly ParameterPath[] {
  if ('low' in value) return [from];
  return Object.entries(value).flatMap(([name, inner]) => pathsIn(inner as object, [...from, name]));
}

export const parameterPaths: readonly ParameterPath[] = [
  ...pathsIn(costParameters.machine, ['machine']),
  ...pathsIn(costParameters.platforms, ['platforms']),
];

/** The same with one parameter's bounds times a factor. */
export function scaled(parameters: CostParameters, path: ParameterPath, factor: number): CostParameters {
  return edited(parameters, path, factor) as CostParameters;
}

function edited(value: object, [name, ...rest]: ParameterPath, factor: number): object {
  if (name === undefined) {
    const { low, mid, high } = value as { low: number; mid: number; high: number };
    return { ...value, low: low * factor, mid: mid * factor, high: high * factor };
  }
  return { ...value, [name]: edited((value as Record<string, object>)[name] as object, rest, factor) };
}
