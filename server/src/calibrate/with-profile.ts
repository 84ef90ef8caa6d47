/** The cost parameters with a machine's own figures in the places of the built-in ones. */
import { createHash } from 'node:crypto';
import type { CostParameters, MachineCosts, Parameter, PlatformCosts } from '../model/cost/index.js';
import type { RingCosts } from '../model/cost/parameter.js';
import type { Figure, FigureKey, Profile } from './profile.js';

/** What was not measured stays as it is. The version tells which figures were used. */
export function withProfile(parameters: CostParameters, profile: Profile): CostParameters {
  const measured = (key: FigureKey, builtin: Parameter): Parameter => {
    const figure = profile.figures[key];
    return figure === undefined ? builtin : parameterOf(figure, builtin, profile);
  };
  const { machine } = parameters;
  const costs: MachineCosts = {
    ...machine,
    copyHotNsPerByte: measured('copyHotNsPerByte', machine.copyHotNsPerByte),
    copyColdNsPerByte: measured('copyColdNsPerByte', machine.copyColdNsPerByte),
    copyColdFixedNs: measured('copyColdFixedNs', machine.copyColdFixedNs),
    slotPairNs: measured('slotPairNs', machine.slotPairNs),
    probeNs: measured('probeNs', machine.probeNs),
    lockHandOverNs: measured('lockHandOverNs', machine.lockHandOverNs),
    wakeNs: measured('wakeNs', machine.wakeNs),
    rings: {
      ...machine.rings,
      packed: ringOf('packed', machine.rings.packed, measured),
      split: ringOf('split', machine.rings.split, measured),
    },
  };
  return {
    version: `${parameters.version}+${hashOf(profile)}`,
    machine: costs,
    platforms: mapValues(parameters.platforms, (platform) => followed(platform, machine, costs)),
  };
}

function ringOf(
  kind: 'packed' | 'split',
  builtin: RingCosts,
  measured: (key: FigureKey, builtin: Parameter) => Parameter,
): RingCosts {
  return {
    streamNs: measured(`rings.${kind}.streamNs`, builtin.streamNs),
    roundTripNs: measured(`rings.${kind}.roundTripNs`, builtin.roundTripNs),
  };
}

function parameterOf(figure: Figure, builtin: Parameter, profile: Profile): Parameter {
  const how = figure.by === 'compiled' ? 'compiled program' : 'JavaScript';
  return {
    low: figure.low,
    mid: figure.median,
    high: figure.high,
    unit: builtin.unit,
    evidence: 'measured',
    source: `${profile.machine.cpu}, ${profile.measuredAt.slice(0, 10)}, ${how}, median of ${figure.runs} runs`,
  };
}

/** A platform whose copies are taken to cost what the machine's do follows the machine; its evidence stays its own. */
function followed(platform: PlatformCosts, before: MachineCosts, after: MachineCosts): PlatformCosts {
  const { copyColdNsPerByte: own } = platform;
  const machines = before.copyColdNsPerByte;
  if (own.low !== machines.low || own.mid !== machines.mid || own.high !== machines.high) return platform;
  const { low, mid, high, source } = after.copyColdNsPerByte;
  const follows =
    own === machines
      ? after.copyColdNsPerByte
      : { ...own, low, mid, high, source: `${own.source}; ${source}` };
  return { ...platform, copyColdNsPerByte: follows };
}

/** Of the figures alone: the same figures give the same version, whenever they were measured. */
function hashOf({ figures }: Profile): string {
  const values = Object.entries(figures)
    .map(([key, { low, median, high }]) => `${key} ${low} ${median} ${high}`)
    .sort();
  return createHash('sha256').update(values.join('\n')).digest('hex').slice(0, 8);
}

function mapValues<K extends string, V>(
  record: Readonly<Record<K, V>>,
  change: (value: V) => V,
): Record<K, V> {
  const entries = (Object.entries(record) as [K, V][]).map(([key, value]) => [key, change(value)] as const);
  return Object.fromEntries(entries) as Record<K, V>;
}
