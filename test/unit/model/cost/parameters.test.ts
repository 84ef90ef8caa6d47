import { describe, expect, it } from 'vitest';
import {
  backendIds,
  backendOf,
  costParameters,
  estimate,
  guestWork,
  type Parameter,
  usualBackend,
  versionOf,
} from '../../../../server/src/model/cost/index.js';
import { type DeviceClass, platformIds } from '../../../../server/src/model/index.js';
import { Random } from '../../../fuzz/random.js';
import { type ParameterPath, parameterPaths, randomWorkload, scaled } from './workloads.js';

function parameterAt(path: ParameterPath): Parameter {
  const found = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], costParameters);
  return found as Parameter;
}

const named = parameterPaths.map((path) => [path.join('.'), path] as const);

it('knows some: 10 of the machine, 8 of its rings, 3 of each platform', () => {
  expect(parameterPaths).toHaveLength(10 + 8 + 3 * platformIds.length);
});

describe.each(named)('%s', (_, path) => {
  const parameter = parameterAt(path);
  it('has bounds in order, a unit, a source and what that is worth', () => {
    const { low, mid, high, unit, evidence, source } = parameter;
    expect(low).toBeGreaterThanOrEqual(0);
    expect(mid).toBeGreaterThanOrEqual(low);
    expect(high).toBeGreaterThanOrEqual(mid);
    expect(['ns', 'ns/B']).toContain(unit);
    expect(path.at(-1)?.endsWith('PerByte')).toBe(unit === 'ns/B');
    expect(['measured', 'published', 'derived', 'by analogy']).toContain(evidence);
    expect(source.length).toBeGreaterThan(10);
    // What is said of the evidence is said of the source.
    expect(/nothing published/.test(source)).toBe(evidence === 'by analogy');
  });
});

describe('platforms', () => {
  const unpublished = ['pef', 's390-pv', 'cca', 'pkvm', 'hyperv-cvm'] as const;

  it.each(unpublished)(
    '%s: everything by analogy, between a plain guest and the costliest measured',
    (id) => {
      const { plain, tdx } = costParameters.platforms;
      const own = costParameters.platforms[id];
      for (const { evidence } of Object.values(own)) expect(evidence).toBe('by analogy');
      expect(own.kickNs.low).toBe(plain.kickNs.low);
      expect(own.kickNs.high).toBe(tdx.kickNs.high);
      expect(own.interruptWakeNs.low).toBe(plain.interruptWakeNs.low);
      expect(own.interruptWakeNs.high).toBe(tdx.interruptWakeNs.high);
    },
  );

  it.each(platformIds)(
    '%s: no notification and no wake-up cheaper than in a plain guest, at any bound',
    (id) => {
      const { plain, [id]: own } = costParameters.platforms;
      for (const bound of ['low', 'mid', 'high'] as const) {
        expect(own.kickNs[bound]).toBeGreaterThanOrEqual(plain.kickNs[bound]);
        expect(own.interruptWakeNs[bound]).toBeGreaterThanOrEqual(plain.interruptWakeNs[bound]);
      }
    },
  );

  it.each(unpublished)('%s: an estimate says that there is no anchor', (id) => {
    const w = { ...randomWorkload(new Random(1, 1)), platform: id, isBounced: true };
    const { evidence, notes } = estimate(w, costParameters);
    expect(evidence).toBe('by analogy');
    expect(notes).toContain('no published anchor; parameters by analogy');
  });
});

describe('the version', () => {
  it('is another when any bound of any parameter is', () => {
    const versions = parameterPaths
      .filter((path) => parameterAt(path).high > 0)
      .map((path) => versionOf(scaled(costParameters, path, 1.001)));
    expect(new Set([costParameters.version, ...versions]).size).toBe(versions.length + 1);
  });

  it('is the same whatever the order of the names, the source and the evidence', () => {
    const { machine, platforms } = costParameters;
    const turned = Object.fromEntries(Object.entries(machine).reverse()) as unknown as typeof machine;
    const probeNs = { ...machine.probeNs, source: 'elsewhere', evidence: 'by analogy' } as const;
    expect(versionOf({ platforms, machine: { ...turned, probeNs } })).toBe(costParameters.version);
  });

  it('stands in every estimate', () => {
    const { parameters } = estimate(randomWorkload(new Random(1, 2)), costParameters);
    expect(parameters).toBe(costParameters.version);
    expect(parameters).toMatch(/^1-[0-9a-f]{8}$/);
  });
});

describe('backends', () => {
  it.each(backendIds)('%s: bounds in order, with source and evidence', (id) => {
    const backend = backendOf(id);
    expect(backend?.source).toBeTruthy();
    expect(backend?.evidence).toBeTruthy();
    for (const { low, mid, high } of [backend?.serviceNs, backend?.busyNs, backend?.busyNsPerByte].map(
      (interval) => interval ?? { low: 1, mid: 0, high: 0 },
    ))
      expect([low <= mid, mid <= high]).toEqual([true, true]);
  });

  it('there is one for every class of device, of those that can be named', () => {
    const classes: readonly DeviceClass[] = ['blk', 'net', 'scsi', '9p', 'fs', 'emulated', 'gpu', 'pmem'];
    for (const device of classes) {
      expect(backendIds).toContain(usualBackend(device).id);
      expect(guestWork(device).requestNs.low).toBeGreaterThan(0);
    }
    expect(backendOf('floppy')).toBeNull();
  });
});
