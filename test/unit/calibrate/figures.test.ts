import { describe, expect, it } from 'vitest';
import { figureOf, figureSpecs, type Samples } from '../../../server/src/calibrate/figures.js';
import type { FigureKey } from '../../../server/src/calibrate/index.js';
import { median, spreadOf } from '../../../server/src/calibrate/statistics.js';
import { copyNs, exactly } from '../../../server/src/model/cost/index.js';

function figureFrom(key: FigureKey, samples: Record<string, readonly number[]>) {
  const spec = figureSpecs.find((candidate) => candidate.key === key);
  if (spec === undefined) throw new Error(key);
  const map: Samples = new Map(Object.entries(samples));
  return figureOf(spec, map, 'compiled');
}

describe('cold copies', () => {
  const costs = {
    hotNsPerByte: exactly(0.02),
    coldNsPerByte: exactly(0.11),
    coldFixedNs: exactly(70),
  };
  const timed = (bytes: number, method: 'rep movsb' | 'vector loop'): number[] =>
    Array(3).fill(copyNs(bytes, 'both cold', costs, method).mid);
  const long = {
    'copy-cold-64k': timed(65_536, 'rep movsb'),
    'copy-cold-256k': timed(262_144, 'rep movsb'),
    'copy-cold-64-library': timed(64, 'vector loop'),
  };

  it('give back the parameters that the model would need to say the same', () => {
    expect(figureFrom('copyColdNsPerByte', long)?.median).toBeCloseTo(0.11, 4);
    const both = { ...long, 'copy-cold-64-string': timed(64, 'rep movsb') };
    expect(figureFrom('copyColdFixedNs', both)?.median).toBeCloseTo(70, 1);
    expect(figureFrom('copyColdFixedNs', long)?.median).toBeCloseTo(70, 1);
  });

  it('give no figure where long copies take no longer than short ones', () => {
    expect(figureFrom('copyColdNsPerByte', { 'copy-cold-64k': [900], 'copy-cold-256k': [900] })).toBeNull();
  });
});

it('counts four acquisitions of a shared lock for a pair of each side, and takes off their work', () => {
  const samples = { 'lock-alone': [40, 50, 60], 'lock-shared': [500, 700, 900] };
  expect(figureFrom('lockHandOverNs', samples)).toMatchObject({ median: 150, min: 100, max: 200, runs: 3 });
});

it('takes half a round trip for a wake-up, and the middle of two depths for a stream', () => {
  expect(figureFrom('wakeNs', { 'wake-round-trip': [60_000] })?.median).toBe(30_000);
  expect(
    figureFrom('rings.split.streamNs', { 'ring-split-64': [100], 'ring-split-256': [400] })?.median,
  ).toBe(200);
});

it('has as many runs as the measurement with the fewest, and none where one is missing', () => {
  expect(
    figureFrom('rings.packed.streamNs', { 'ring-packed-64': [1, 2, 3], 'ring-packed-256': [4] })?.runs,
  ).toBe(1);
  expect(figureFrom('rings.packed.streamNs', { 'ring-packed-64': [1, 2, 3] })).toBeNull();
});

it('leaves a tenth of the runs out of the bounds at either end, once there are five', () => {
  expect(median([5, 1, 3, 2])).toBe(2.5);
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, min: 1, max: 3 });
  const fifteen = Array.from({ length: 15 }, (_, i) => i + 1);
  expect(spreadOf([...fifteen.slice(0, 14), 1e9])).toEqual({ median: 8, low: 3, high: 13, min: 1, max: 1e9 });
});
