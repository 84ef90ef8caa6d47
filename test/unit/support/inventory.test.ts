import { describe, expect, it } from 'vitest';
import type { Site } from '../../../server/src/analysis/site.js';
import {
  compareInventory,
  type Figures,
  figuresOf,
  type InventoryRow,
  parseInventory,
  readInventory,
} from '../../support/inventory.js';
import { matchRows } from '../../support/inventory-match.js';
import { isInScope } from '../../support/inventory-scope.js';
import { comparisonText } from '../../support/inventory-text.js';

const ring = 'drivers/virtio/virtio_ring.c';
let serial = 0;

function row(part: Partial<InventoryRow>): InventoryRow {
  return {
    tree: '6.12',
    category: 'bypass',
    kind: 'cpu_phys_to_device',
    file: ring,
    line: 10,
    alternatives: [],
    function: 'f',
    feature: '',
    guard: '-',
    context: null,
    concern: 'yes',
    note: '',
    origin: 'rows:2',
    ...part,
  };
}

function site(line: number, part: Partial<Site> & { endLine?: number } = {}): Site {
  const { endLine, ...rest } = part;
  serial += 1;
  return {
    id: `site-${serial}`,
    category: 'bypass',
    kind: 'cpu_phys_to_device',
    file: ring,
    function: 'f',
    range: { start: { line, column: 3 }, end: { line: endLine ?? line, column: 9 } },
    expression: 'sg_phys(sg)',
    guard: null,
    ...rest,
  };
}

function compare(sites: readonly Site[], rows: readonly InventoryRow[]) {
  return compareInventory(sites, rows, () => null);
}

const header = 'tree\tcategory\tkind\tfile\tline\tfunction\tfeature\tguard\tconcern\tnote';

describe('parseInventory', () => {
  it('reads alternatives and context out of the note', () => {
    const text = `${header}\n6.12\tbypass\tk\ta.c\t5\tf\t\t-\tyes\twords; alt=7,b.c:9 (the other arm); context=A && B\n`;
    const [read] = parseInventory(text, 'x.tsv');
    expect(read).toMatchObject({
      line: 5,
      alternatives: [
        { file: 'a.c', line: 7 },
        { file: 'b.c', line: 9 },
      ],
      context: 'A && B',
      origin: 'x.tsv:2',
    });
  });

  it.each([
    ['another header', `tree\n`],
    ['a missing column', `${header}\n6.12\tbypass\tk\ta.c\t5\tf\t\t-\tyes\n`],
    ['a line that is no number', `${header}\n6.12\tbypass\tk\ta.c\tfive\tf\t\t-\tyes\t\n`],
    ['a category of its own', `${header}\n6.12\tmapping\tk\ta.c\t5\tf\t\t-\tyes\t\n`],
  ])('refuses %s', (_, text) => {
    expect(() => parseInventory(text, 'x.tsv')).toThrow();
  });
});

describe('matching', () => {
  it('takes the start line, an alternative, or a range that covers the line', () => {
    const rows = [
      row({ line: 10 }),
      row({ line: 20, alternatives: [{ file: ring, line: 22 }] }),
      row({ line: 30 }),
    ];
    const sites = [site(10), site(22), site(29, { endLine: 31 })];
    expect(matchRows(rows, sites).map((m) => m.site)).toEqual(sites);
    expect(matchRows(rows, [site(11), site(21), site(31)])).toEqual([]);
  });

  it('finds an alternative in another file', () => {
    const there = 'drivers/virtio/virtio_pci_modern.c';
    const one = row({ alternatives: [{ file: there, line: 4 }] });
    expect(matchRows([one], [site(4, { file: there })])).toHaveLength(1);
  });

  it('gives one site to one row, unless the rows name different bits', () => {
    const twoPlain = [row({}), row({ origin: 'rows:3' })];
    expect(matchRows(twoPlain, [site(10)])).toHaveLength(1);
    const bits = ['VIRTIO_NET_F_MQ', 'VIRTIO_NET_F_RSS'].map((feature) =>
      row({ category: 'feature', feature }),
    );
    expect(matchRows(bits, [site(10, { category: 'feature' })])).toHaveLength(2);
  });

  it('wants the same bit where both name one', () => {
    const wanted = row({ category: 'feature', feature: 'VIRTIO_F_ACCESS_PLATFORM' });
    const named = (feature: string) => site(10, { category: 'feature', feature });
    expect(matchRows([wanted], [named('VIRTIO_F_VERSION_1')])).toHaveLength(0);
    expect(matchRows([wanted], [named('VIRTIO_F_IOMMU_PLATFORM')])).toHaveLength(1);
    expect(
      matchRows([row({ category: 'feature', feature: 'variable' })], [named('VIRTIO_F_VERSION_1')]),
    ).toHaveLength(1);
  });

  it('prefers the same kind, yet moves a site where that finds more rows', () => {
    const export_ = row({ kind: 'ring_addr_export' });
    const write = row({ kind: 'ring_addr_write' });
    const sites = [site(10, { kind: 'ring_addr_write' }), site(10, { kind: 'ring_addr_export' })];
    expect(matchRows([export_, write], sites).every((m) => m.row.kind === m.site.kind)).toBe(true);

    const only10 = row({ line: 10, origin: 'a' });
    const either = row({
      line: 10,
      alternatives: [{ file: ring, line: 12 }],
      kind: 'unmap_elided',
      origin: 'b',
    });
    const found = matchRows(
      [only10, either],
      [site(10, { kind: 'unmap_elided' }), site(12, { kind: 'sync_elided' })],
    );
    expect(found).toHaveLength(2);
  });

  it('never crosses categories', () => {
    expect(matchRows([row({})], [site(10, { category: 'feature' })])).toHaveLength(0);
  });
});

describe('figures', () => {
  const rows = [
    row({ line: 10 }),
    row({ line: 20, kind: 'host_side_access' }),
    row({ line: 30, category: 'none', kind: 'page_accounting' }),
    row({ line: 40, category: 'feature', kind: 'has_feature', feature: 'VIRTIO_NET_F_MQ' }),
    row({ line: 50, category: 'feature', kind: 'features_field' }),
  ];

  it('counts a site on a `none` row and a site on no row as wrong, a look-alike as neither', () => {
    const sites = [
      site(10),
      site(20, { kind: 'host_side_access' }),
      site(30),
      site(99),
      site(98, { kind: 'host_side_access' }),
    ];
    const { precision } = compare(sites, rows);
    expect(precision.right).toBe(1);
    expect(precision.wrong.map((w) => [w.site.range.start.line, w.row?.kind ?? null])).toEqual([
      [30, 'page_accounting'],
      [99, null],
    ]);
  });

  it("names a guest's kind at the host's end", () => {
    const { precision } = compare([site(20)], rows);
    expect(precision.right).toBe(1);
    expect(precision.wrongEnd).toHaveLength(1);
  });

  it('leaves files outside the scope out', () => {
    const { precision } = compare([site(10, { file: 'kernel/dma/swiotlb.c' })], rows);
    expect([precision.right, precision.wrong.length]).toEqual([0, 0]);
    expect(isInScope('drivers/gpu/drm/virtio/virtgpu_vq.c')).toBe(true);
    expect(isInScope('drivers/virtio_other.c')).toBe(false);
    expect(isInScope('include/uapi/linux/virtio_net.h')).toBe(true);
    expect(isInScope('include/linux/dma-mapping.h')).toBe(false);
  });

  it('keeps core and peripheral features apart', () => {
    const found = compare([site(50, { category: 'feature', kind: 'features_field' })], rows);
    expect(figuresOf(found)).toMatchObject({ coreRecall: 0, peripheralRecall: 1 });
    expect(found.core.missed.map((r) => r.line)).toEqual([40]);
  });

  it('gives an empty report nothing', () => {
    for (const share of Object.values(figuresOf(compare([], rows)))) expect(share).toBe(0);
  });

  it('lists misses and false alarms by file and kind', () => {
    const text = comparisonText(compare([site(99)], rows));
    expect(text).toContain('bypass recall                  0.00 %   0 of 2 rows');
    expect(text).toMatch(
      /== bypass rows missed: 2\ndrivers\/virtio\/virtio_ring\.c\n {2}cpu_phys_to_device\n {7}10 {2}f/,
    );
    expect(text).toMatch(/== bypass sites that are none: 1\n[\s\S]*99 {2}f {2}sg_phys\(sg\) {2}\(no row\)/);
  });
});

/** A report that says what the rows say. */
function sitesOf(rows: readonly InventoryRow[]): Site[] {
  return rows
    .filter((r) => r.category !== 'none')
    .map((r) =>
      site(r.line, {
        category: r.category === 'bypass' ? 'bypass' : 'feature',
        kind: r.kind,
        file: r.file,
        ...(r.feature === '' ? {} : { feature: r.feature }),
        guard: r.guard === '-' ? null : { written: r.guard, resolved: r.guard, via: [] },
      }),
    );
}

describe.each(['6.12', '6.1'] as const)('the inventory of %s', (version) => {
  const rows = readInventory(version);

  it('lies within its own scope', () => {
    expect(rows.filter((r) => !isInScope(r.file)).map((r) => r.file)).toEqual([]);
  });

  it('agrees with itself in every figure', () => {
    const perfect: Record<keyof Figures, number> = {
      bypassRecall: 1,
      guestBypassRecall: 1,
      bypassPrecision: 1,
      coreRecall: 1,
      peripheralRecall: 1,
      bypassGuards: 1,
      coreGuards: 1,
      peripheralGuards: 1,
    };
    const comparison = compare(sitesOf(rows), rows);
    expect(figuresOf(comparison)).toEqual(perfect);
    for (const group of [comparison.bypass, comparison.core, comparison.peripheral])
      expect(group.otherKind).toEqual([]);
    expect(comparison.unknownFeatureSites).toEqual([]);
  });

  it('notices every guard that is left out', () => {
    const guarded = rows.filter((r) => r.category !== 'none' && r.guard !== '-').length;
    const bare = sitesOf(rows).map((s) => ({ ...s, guard: null }));
    const { bypassGuards, coreGuards, peripheralGuards } = compare(bare, rows);
    const wrong = [bypassGuards, coreGuards, peripheralGuards].map((g) => g.wrong.length);
    expect(wrong.reduce((a, b) => a + b)).toBe(guarded);
  });
});
