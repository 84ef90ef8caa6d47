/** Verdicts: what is missed is said to be, and only rows the parameters are not from decide. */
import { describe, expect, it } from 'vitest';
import { costParameters } from '../../../server/src/model/cost/index.js';
import { bundledFigures } from '../../../server/src/validation/bundled.js';
import { validate } from '../../../server/src/validation/index.js';
import { targets } from '../../../server/src/validation/targets.js';
import { machineLine, machineTable, publishedLine, publishedTable, tableOf } from './tables.js';

/** Counts of kernels have no part in what is judged here. */
const figures = bundledFigures().filter(({ file }) => !file.startsWith('kernel'));
const report = validate(figures, costParameters);

function groupOf(id: string, ...texts: readonly string[]) {
  const given = texts.map((text) => ({ file: 'mine.tsv', text }));
  const found = validate([...figures, ...given], costParameters).groups.find((g) => g.id === id);
  if (found === undefined) throw new Error(`no group ${id}`);
  return found;
}

const net = {
  platform: 'plain VM iommu_platform=on + swiotlb=524288,force',
  device: 'virtio-net vhost',
  packet_or_block_bytes: '1460',
  queues: '1',
  metric: 'UDP 8 streams received Gb/s',
  native: '3.6',
};
const latency = { device: 'virtio-blk NVMe, interrupt completion', metric: 'alat randwrite mean latency us' };

/** A figure for each target that nothing could meet. */
const false_: Readonly<Record<string, string>> = {
  T5: machineTable(
    ...Array.from({ length: 3 }, () =>
      machineLine({
        group: 'ringtest',
        name: 'ring',
        mode: 'poll',
        ring_size_or_bytes: '1024',
        outstanding: '16',
        median: '90000',
      }),
    ),
  ),
  T7: publishedTable(publishedLine({ ...net, cvm_or_bounce: '0.1' })),
  T8: publishedTable(publishedLine({ ...net, queues: '8', native: '28', cvm_or_bounce: '1' })),
  T9: publishedTable(
    publishedLine({
      device: 'virtio-blk page cache, SQPOLL+IOPOLL',
      metric: 'alat seq write latency us',
      native: '13.8',
      cvm_or_bounce: '100',
    }),
  ),
  T9d: publishedTable(
    publishedLine({
      device: 'virtio-blk NVMe, SQPOLL+IOPOLL',
      metric: 'alat randread latency us',
      native: '90',
      cvm_or_bounce: '190',
    }),
  ),
  T10: publishedTable(publishedLine({ ...latency, native: '48', cvm_or_bounce: '480' })),
  T11: tableOf(
    ['id', 'platform', 'device', 'block_bytes', 'op', 'added_us'],
    [['x', 'SEV-SNP', 'virtio-blk', '4096', 'read', '18']],
  ),
  T12: publishedTable(publishedLine({ cvm_or_bounce: '25' })),
  T12c: publishedTable(publishedLine({ device: 'virtio-blk host page cache', cvm_or_bounce: '25' })),
  T13: publishedTable(
    publishedLine({
      id: 'lock-x',
      platform: 'plain VM',
      metric: 'single lock, 1 job vs 4 jobs kIOPS',
      cvm_or_bounce: '1000',
    }),
  ),
  T14: publishedTable(publishedLine({ ...net, platform: 'SEV-SNP guest idle=poll', cvm_or_bounce: '0.3' })),
};

describe('a false figure', () => {
  it.each(Object.entries(false_))('makes %s missed', (id, text) => {
    const group = groupOf(id, text);
    expect(group.verdict).toBe('missed');
    expect(group.rows.some(({ isInside }) => !isInside)).toBe(true);
  });

  it.each(Object.keys(false_).filter((id) => report.groups.some((g) => g.id === id && g.verdict === 'met')))(
    '%s is met without it',
    (id) => expect(groupOf(id).verdict).toBe('met'),
  );

  it('that is marked as calibrated on decides nothing where there are others', () => {
    const text = publishedTable(publishedLine({ ...net, cvm_or_bounce: '0.1', use: 'calibrate' }));
    const [before, after] = [groupOf('T7'), groupOf('T7', text)];
    expect(after.rows).toHaveLength(before.rows.length + 1);
    expect([after.verdict, after.reached, after.figures]).toEqual([
      before.verdict,
      before.reached,
      before.figures,
    ]);
  });

  it.each(['T15', 'T16'])('%s: enough of them, and their share is too large', (id) => {
    const slow = Array.from({ length: 20 }, () =>
      publishedLine({ ...latency, native: '48', cvm_or_bounce: '48' }),
    );
    const away = Array.from({ length: 20 }, () =>
      publishedLine({ ...net, queues: '8', native: '28', cvm_or_bounce: '1' }),
    );
    expect(groupOf('T15', publishedTable(...slow, ...away)).verdict).toBe('missed');
    expect(groupOf(id).figures.rows).toBeGreaterThan(10);
  });

  it('of exactly what is predicted, is inside, with no error', () => {
    const [own] =
      validate(
        [{ file: 'mine.tsv', text: publishedTable(publishedLine({ ...net, cvm_or_bounce: '2' })) }],
        costParameters,
      ).groups[0]?.rows ?? [];
    const mid = own?.predicted.mid ?? Number.NaN;
    const text = publishedTable(publishedLine({ ...net, native: '3.6', cvm_or_bounce: String(3.6 * mid) }));
    const [again] = validate([{ file: 'mine.tsv', text }], costParameters).groups[0]?.rows ?? [];
    expect(again?.error).toBeCloseTo(0, 9);
    expect(again?.isInside).toBe(true);
  });
});

describe('the figures that come with the program', () => {
  it('have a group for every target there is', () => {
    expect(report.groups.map(({ id }) => id)).toEqual(
      targets.map(({ id }) => id).filter((id) => report.groups.some((group) => group.id === id)),
    );
    expect(report.groups.length).toBeGreaterThan(10);
  });

  it.each(report.groups)(
    '$id is decided by rows that nothing was calibrated on, where there are such',
    (group) => {
      const others = group.rows.filter(({ use }) => use === 'validate');
      expect(group.figures.rows).toBe(others.length > 0 ? others.length : group.rows.length);
      expect(group.notes.length > 0).toBe(others.length === 0);
      expect(group.rows.length).toBeGreaterThan(0);
    },
  );

  it('name each figure without a prediction, once', () => {
    const ids = (report.unpredicted ?? []).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const predicted = new Set(report.groups.flatMap(({ rows }) => rows.map(({ id }) => id)));
    expect(ids.filter((id) => predicted.has(id))).toEqual([]);
  });

  it('are judged the same each time', () => {
    expect(validate(figures, costParameters)).toEqual(report);
  });

  it('are calibrated on where the notes of the parameters say so, and nowhere else', () => {
    const calibrating = report.groups.flatMap(({ rows }) => rows.filter(({ use }) => use === 'calibrate'));
    const published = new Set(calibrating.map(({ id }) => id).filter((id) => !id.startsWith('machine-')));
    expect([...published].toSorted()).toEqual([
      'blk-snp-irq-02',
      'blk-tdx-irq-02',
      'blk-tdxpc-poll-07',
      'blk-tdxpc-poll-08',
    ]);
  });
});
