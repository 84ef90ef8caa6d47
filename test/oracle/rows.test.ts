/** Rows of real kernels, kept, against the exact layer and the model. Boots nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../server/src/model/index.js';
import type { Scenario } from '../../server/src/model/scenario.js';
import { type Answer, answerOf, compare } from '../../server/src/validation/kernel-counts/compare.js';
import { exactAnswer } from '../../server/src/validation/kernel-counts/exact-answer.js';
import { blockRequests, frames } from '../../server/src/validation/kernel-counts/requests.js';
import { nameOf, type Row, rowsOf, tableOf } from '../../server/src/validation/kernel-counts/row.js';
import { checkoutRoot } from '../support/tracked-files.js';
import { releases } from './boots.js';

const fileOf = (release: string): string => join(checkoutRoot, 'server', 'data', `kernel-${release}.tsv`);
const rows = releases.flatMap((release) =>
  existsSync(fileOf(release)) ? rowsOf(readFileSync(fileOf(release), 'utf8')) : [],
);
const model: Answer = (scenario: Scenario) => answerOf(runScenario(scenario));

function differing(answer: Answer, chosen: readonly Row[] = rows): string[] {
  return chosen.flatMap((row) => {
    const verdict = compare(row, answer);
    return verdict.kind === 'different' ? [`${nameOf(row)}: ${JSON.stringify(verdict.differences)}`] : [];
  });
}

describe('rows of real kernels', () => {
  it('are kept for both releases, and most of them can be compared', () => {
    expect(new Set(rows.map(({ kernel }) => kernel.split('.').slice(0, 2).join('.')))).toEqual(
      new Set(releases),
    );
    const compared = rows.filter((row) => compare(row, exactAnswer).kind === 'equal');
    expect(compared.length).toBeGreaterThan(rows.length / 2);
  });

  it('have a name each, by which another run replaces them', () => {
    const names = rows.map(nameOf);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it('agree with the exact layer', () => expect(differing(exactAnswer)).toEqual([]));

  it('agree with the model', () => expect(differing(model, rows)).toEqual([]), 120_000);

  it('bounce if and only if ACCESS_PLATFORM is offered and bouncing is forced', () => {
    const mapping = rows.filter((row) => row.device === 'virtio-blk-pci' && row.requests !== null);
    for (const row of mapping)
      expect(row.toDevice.count > 0, nameOf(row)).toBe(row.isAccessPlatformOffered && row.isBounceForced);
  });

  it('come back from their table as they were', () =>
    expect(rowsOf(tableOf(rows, ['a remark']))).toEqual(rows));
});

describe('a comparison', () => {
  const bounced = rows.find(
    (row) => row.device === 'virtio-blk-pci' && row.bounced.count > 0 && row.jobs === 1,
  );
  const altered: [string, (row: Row) => Row][] = [
    [
      'one copy to the device',
      (row) => ({ ...row, toDevice: { ...row.toDevice, bytes: row.toDevice.bytes + 1 } }),
    ],
    [
      'one copy back',
      (row) => ({ ...row, fromDevice: { ...row.fromDevice, count: row.fromDevice.count - 1 } }),
    ],
    ['one slot kept', (row) => ({ ...row, usedAfter: (row.usedAfter ?? 0) + 1 })],
    ['the most slots', (row) => ({ ...row, slotsPeak: row.slotsPeak + 1 })],
  ];
  it.each(altered)('notices a row that is off by %s', (_, alter) => {
    expect(compare(bounced!, exactAnswer).kind).toBe('equal');
    expect(compare(alter(bounced!), exactAnswer).kind).toBe('different');
  });
});

describe('requests worked out of sizes', () => {
  const logged = rows.filter(
    (row) =>
      row.device === 'virtio-blk-pci' &&
      (row.op === 'read' || row.op === 'write') &&
      row.shapes !== null &&
      compare(row, exactAnswer).kind === 'equal',
  );

  it('are those that were logged, up to their order', () => {
    expect(logged.length).toBeGreaterThan(50);
    for (const row of logged) {
      const inFull = blockRequests(row, frames['virtio-blk-pci']);
      const fromSizes = blockRequests({ ...row, shapes: null }, frames['virtio-blk-pci']);
      expect(segmentsOf(fromSizes), nameOf(row)).toEqual(segmentsOf(inFull));
    }
  });

  it('tell a table of 4096 bytes from a segment of 4096', () => {
    const row: Row = {
      ...logged[0]!,
      blockBytes: 254 * 4096,
      count: 2,
      jobs: 1,
      isIndirect: true,
      shapes: null,
      sizes: [
        { bytes: 1, count: 2 },
        { bytes: 16, count: 2 },
        { bytes: 4096, count: 2 * 254 + 2 },
      ],
    };
    const derived = blockRequests(row, frames['virtio-blk-pci']);
    expect(segmentsOf(derived)).toEqual(Array.from({ length: 2 * 254 }, () => 4096));
  });

  it('are refused where the sum is not what was asked', () => {
    const row = { ...logged[0]!, shapes: null, blockBytes: logged[0]!.blockBytes + 512 };
    expect(blockRequests(row, frames['virtio-blk-pci'])).toHaveProperty('why');
  });
});

function segmentsOf(derived: ReturnType<typeof blockRequests>): number[] {
  if ('why' in derived) throw new Error(derived.why);
  return derived.asked.calls
    .flatMap(({ segments, count }) => Array.from({ length: count }, () => segments).flat())
    .sort((a, b) => a - b);
}
