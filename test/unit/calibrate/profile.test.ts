import { describe, expect, it } from 'vitest';
import {
  compareFigures,
  type Profile,
  profileText,
  withProfile,
} from '../../../server/src/calibrate/index.js';
import { readProfile } from '../../../server/src/calibrate/read-profile.js';
import { costParameters } from '../../../server/src/model/cost/index.js';
import { figure, profile, profileOf } from './example.js';

type Json = Record<string, Record<string, Record<string, unknown>>>;

function changed(change: (json: Json) => void): string {
  const json = JSON.parse(profileText(profile)) as Json;
  change(json);
  return JSON.stringify(json);
}

describe('reading a profile', () => {
  it('gives back what was kept', () => {
    expect(readProfile(profileText(profile), 'p.json')).toEqual(profile);
  });

  it.each<[string, string, string]>([
    ['no JSON', '{"schema"', 'p.json: not JSON: '],
    ['no object', '[]', 'p.json: '],
    [
      'another schema',
      changed((j) => Object.assign(j, { schema: 'vringside-profile/2' })),
      'p.json: schema: ',
    ],
    ['an unknown figure', changed((j) => Object.assign(j.figures!, { kickNs: 1 })), 'figures: '],
    [
      'an impossible figure',
      changed((j) => Object.assign(j.figures!.wakeNs!, { median: -1 })),
      'p.json: figures.wakeNs.median: ',
    ],
    [
      'bounds that are not in order',
      changed((j) => Object.assign(j.figures!.slotPairNs!, { low: 55 })),
      'p.json: figures.slotPairNs: must be in order',
    ],
    [
      'another unit',
      changed((j) => Object.assign(j.figures!.copyColdNsPerByte!, { unit: 'ns' })),
      'p.json: figures.copyColdNsPerByte.unit: ',
    ],
    ['a number too large to be one', profileText(profile).replace(/"max": [\d.]+/, '"max": 1e999'), '.max: '],
  ])('refuses %s, and says where it is', (_, text, message) => {
    expect(() => readProfile(text, 'p.json')).toThrow(SyntaxError);
    expect(() => readProfile(text, 'p.json')).toThrow(message);
  });
});

describe('parameters with a profile', () => {
  const used = withProfile(costParameters, profile);

  it('have its figures, bounds and all, and say where they are from', () => {
    expect(used.machine.wakeNs).toEqual({
      low: 18_000,
      mid: 20_000,
      high: 24_000,
      unit: 'ns',
      evidence: 'measured',
      source: 'Example CPU, 2026-11-21, compiled program, median of 15 runs',
    });
    expect(used.machine.rings.split.roundTripNs.mid).toBe(2000);
  });

  it('keep what was not measured', () => {
    expect(used.machine.dmaCallNs).toBe(costParameters.machine.dmaCallNs);
    expect(used.machine.rings.split.streamNs).toBe(costParameters.machine.rings.split.streamNs);
    expect(used.platforms['sev-snp']).toEqual(costParameters.platforms['sev-snp']);
  });

  it('reach the platforms whose copies are those of the machine, whose evidence stays', () => {
    expect(used.platforms.plain.copyColdNsPerByte).toBe(used.machine.copyColdNsPerByte);
    const { mid, evidence } = used.platforms.pkvm.copyColdNsPerByte;
    expect([mid, evidence]).toEqual([0.05, 'by analogy']);
  });

  it('have a version that follows the figures, and nothing else', () => {
    expect(used.version).toMatch(/^[^+]+\+[0-9a-f]{8}$/);
    const later: Profile = { ...profile, measuredAt: '2027-01-01T00:00:00Z' };
    expect(withProfile(costParameters, later).version).toBe(used.version);
    const other = profileOf({ ...profile.figures, slotPairNs: figure(51) });
    expect(withProfile(costParameters, other).version).not.toBe(used.version);
  });
});

it('says of each figure where it lies in the built-in range', () => {
  const compared = compareFigures(profile, costParameters);
  const places = compared.map(({ key, place }) => [key, place]);
  expect(Object.fromEntries(places)).toMatchObject({
    slotPairNs: 'inside',
    copyColdNsPerByte: 'below',
    'rings.split.roundTripNs': 'above',
    lockHandOverNs: null,
  });
});
