/** From the runs of the measurements to the figures of the cost parameters. */
import { copyNs, exactly } from '../model/cost/index.js';
import type { Figure, FigureKey, MeasuredBy } from './profile.js';
import { median, spreadOf } from './statistics.js';

/** Runs by the name of the measurement, as both measuring programs name them; nanoseconds of one operation. */
export type Samples = ReadonlyMap<string, readonly number[]>;

export interface FigureSpec {
  readonly key: FigureKey;
  readonly unit: Figure['unit'];
  readonly title: string;
  /** The measurements it is made of. */
  readonly needs: readonly string[];
  /** One value a run. `at(name)` is that run's figure; `typical(name)` the median of all. */
  readonly value: (at: (name: string) => number, typical: (name: string) => number) => number;
  /** Takes two processors. */
  readonly isShared?: true;
}

const KIB = 1024;
/** A failed search of server/measure/slots.c: every second slot of 32768. */
const PROBES_OF_A_SEARCH = 16_384;

export const figureSpecs: readonly FigureSpec[] = [
  {
    key: 'copyHotL1NsPerByte',
    unit: 'ns/B',
    title: 'copy within the L1 cache',
    needs: ['copy-hot-8k'],
    value: (at) => at('copy-hot-8k') / (8 * KIB),
  },
  {
    key: 'copyHotNsPerByte',
    unit: 'ns/B',
    title: 'copy within the L2 cache',
    needs: ['copy-hot-64k'],
    value: (at) => at('copy-hot-64k') / (64 * KIB),
  },
  {
    key: 'copyColdNsPerByte',
    unit: 'ns/B',
    title: 'copy, cold, each byte',
    needs: ['copy-cold-64k', 'copy-cold-256k'],
    value: coldSlope,
  },
  {
    key: 'copyColdFixedNs',
    unit: 'ns',
    title: 'copy, cold, before its bytes',
    needs: ['copy-cold-64k', 'copy-cold-256k', 'copy-cold-64-library'],
    value: coldFixed,
  },
  {
    key: 'slotPairNs',
    unit: 'ns',
    title: 'slots found and given back',
    needs: ['slot-pair'],
    value: (at) => at('slot-pair'),
  },
  {
    key: 'probeNs',
    unit: 'ns',
    title: 'one more slot looked at',
    needs: ['probe-16384'],
    value: (at) => at('probe-16384') / PROBES_OF_A_SEARCH,
  },
  {
    key: 'lockHandOverNs',
    unit: 'ns',
    title: 'lock taken over from another CPU',
    needs: ['lock-alone', 'lock-shared'],
    isShared: true,
    // While one side does a pair the other does one too: four acquisitions, and the work of two pairs.
    value: (at, typical) => (at('lock-shared') - 2 * typical('lock-alone')) / 4,
  },
  {
    key: 'wakeNs',
    unit: 'ns',
    title: 'wake-up of a sleeping thread',
    needs: ['wake-round-trip'],
    isShared: true,
    value: (at) => at('wake-round-trip') / 2,
  },
  ...(['packed', 'split'] as const).flatMap((kind): FigureSpec[] => [
    {
      key: `rings.${kind}.streamNs`,
      unit: 'ns',
      title: `${kind} ring, a buffer of many`,
      needs: [`ring-${kind}-64`, `ring-${kind}-256`],
      isShared: true,
      value: (at) => Math.sqrt(at(`ring-${kind}-64`) * at(`ring-${kind}-256`)),
    },
    {
      key: `rings.${kind}.roundTripNs`,
      unit: 'ns',
      title: `${kind} ring, one there and back`,
      needs: [`ring-${kind}-1`],
      isShared: true,
      value: (at) => at(`ring-${kind}-1`),
    },
  ]),
];

/** Of a byte far into a long copy, where what comes before it no longer counts. */
function coldSlope(at: (name: string) => number): number {
  return (at('copy-cold-256k') - at('copy-cold-64k')) / (192 * KIB);
}

/**
 * What the model's shape of a short copy has to start from to arrive at the measured time, as the mean over the ways to
 * copy that were measured: the parameter is one for them all.
 */
function coldFixed(at: (name: string) => number, typical: (name: string) => number): number {
  const slope = coldSlope(typical);
  const estimates = [startOf(at('copy-cold-64-library'), 'vector loop', slope)];
  const string = at('copy-cold-64-string');
  if (Number.isFinite(string)) estimates.push(startOf(string, 'rep movsb', slope));
  return estimates.reduce((sum, value) => sum + value, 0) / estimates.length;
}

function startOf(measuredNs: number, method: 'rep movsb' | 'vector loop', slope: number): number {
  const model = (fixed: number): number =>
    copyNs(
      64,
      'both cold',
      { hotNsPerByte: exactly(0), coldNsPerByte: exactly(slope), coldFixedNs: exactly(fixed) },
      method,
    ).mid;
  return (measuredNs - model(0)) / (model(1) - model(0));
}

/** The figure, or null where a measurement that it needs is missing, or where the runs give nothing that can be a cost. */
export function figureOf(spec: FigureSpec, samples: Samples, by: MeasuredBy): Figure | null {
  const lists = spec.needs.map((name) => samples.get(name) ?? []);
  const runs = Math.min(...lists.map((list) => list.length));
  if (runs === 0) return null;
  const typical = (name: string): number => median(samples.get(name) ?? []);
  const values = Array.from({ length: runs }, (_, i) =>
    spec.value((name) => samples.get(name)?.[i] ?? Number.NaN, typical),
  );
  if (!values.every((value) => Number.isFinite(value) && value > 0)) return null;
  return { unit: spec.unit, ...spreadOf(values), runs, by };
}
