import type { Figure, FigureKey, Profile } from '../../../server/src/calibrate/index.js';

export function figure(median: number, unit: Figure['unit'] = 'ns'): Figure {
  const [low, high, min, max] = [0.9, 1.2, 0.8, 2].map((share) => Number((median * share).toPrecision(6)));
  return { unit, median, low: low!, high: high!, min: min!, max: max!, runs: 15, by: 'compiled' };
}

export function profileOf(
  figures: Partial<Record<FigureKey, Figure>>,
  changes: Partial<Profile> = {},
): Profile {
  return {
    schema: 'vringside-profile/1',
    tool: { name: 'vringside', version: '9.9.9' },
    measuredAt: '2026-11-21T10:00:00Z',
    isQuick: false,
    machine: {
      cpu: 'Example CPU',
      architecture: 'x64',
      system: 'Linux 6.12',
      processors: 4,
      placement: 'different cores',
      loadBefore: 0.1,
    },
    compiler: 'cc 12.2.0',
    withoutCompiler: null,
    figures,
    leftOut: [],
    ...changes,
  };
}

export const profile = profileOf({
  copyColdNsPerByte: figure(0.05, 'ns/B'),
  slotPairNs: figure(50),
  wakeNs: figure(20_000),
  'rings.split.roundTripNs': figure(2000),
});
