import { describe, expect, it } from 'vitest';
import { displayWidth, makeStyle, plainStyle, type Style } from '../../../../server/src/report/style.js';
import { type ThroughputReport, throughputToText } from '../../../../server/src/report/throughput/index.js';
import { around, blocks, deep, kinds, refusedRow, throughput } from './example.js';

const styleOf = (width: number): Style => makeStyle({ isColoured: false, isUnicode: false, width });

function widest(text: string): number {
  return Math.max(...text.split('\n').map(displayWidth));
}

function linesAfter(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(heading));
  expect(start).toBeGreaterThanOrEqual(0);
  return lines.slice(start, lines.indexOf('', start));
}

describe('estimates', () => {
  const text = throughputToText(throughput, plainStyle);

  it('has a table a platform, and a row a block size', () => {
    for (const name of ['plain guest', 'AMD SEV-SNP', 'Intel TDX', 'powerpc PEF']) {
      const rows = linesAfter(text, name).slice(2);
      expect(rows.map((row) => row.trim().split(/ {2,}/)[0])).toEqual([
        '512 B',
        '4 KiB',
        '16 KiB',
        '64 KiB',
        '256 KiB',
        '1 MiB',
      ]);
    }
  });

  it('gives low, best guess and high with three digits, one unit, the ratio and what holds it', () => {
    const row = linesAfter(text, 'Intel TDX').find((line) => line.includes('4 KiB')) ?? '';
    // 45000 ns + 4096 x 0.6 ns = 47458 ns a request: 21.07 k/s, 86.3 MB/s, a factor 1.6 each way.
    expect(row.trim().split(/ {2,}/)).toEqual([
      '4 KiB',
      '13.2-21.1-33.7k',
      '53.9-86.3-138M',
      '0.13-0.22-0.34x',
      'latency',
      'wake-ups',
      'derived',
    ]);
  });

  it('says "by analogy" beside every figure it concerns, and that nothing is published', () => {
    const rows = linesAfter(text, 'powerpc PEF').slice(2);
    expect(rows).toHaveLength(blocks.length);
    for (const row of rows) expect(row).toMatch(/by analogy$/);
    expect(text).toMatch(/^- pef: no published anchor/m);
    expect(text.match(/by analogy/g)).toHaveLength(blocks.length + 1);
  });

  it('says a note of all platforms once, without naming them', () => {
    expect(text.match(/no slower than a local NVMe/g)).toHaveLength(1);
    expect(text).toMatch(/^- the device is taken/m);
  });

  it('ends with the platform and request that lose most', () => {
    const last = text.trimEnd().split('\n\n').at(-1) ?? '';
    expect(last.replaceAll('\n', ' ')).toBe(
      'loses most: tdx, 512 B read, 32 in flight: 0.13-0.20-0.32x of the same requests in a plain guest, held by latency, lost to wake-ups; cost parameters 1',
    );
  });

  it('writes one figure where there is no range', () => {
    const [row] = throughput.rows;
    if (row?.estimate == null) throw new Error('an example without estimates');
    const exact: ThroughputReport = {
      ...throughput,
      rows: [
        {
          ...row,
          estimate: { ...row.estimate, requestsPerSecond: { low: 999_700, mid: 999_700, high: 999_700 } },
        },
      ],
    };
    expect(throughputToText(exact, plainStyle)).toMatch(/ 1\.00M /);
  });
});

describe('where nothing gets through', () => {
  it('is one line when no request does', () => {
    const text = throughputToText({ ...throughput, rows: [...throughput.rows, refusedRow] }, plainStyle);
    expect(linesAfter(text, 's390')).toEqual([
      's390 Protected Virtualization  refused -ENODEV: nothing gets through',
    ]);
  });

  it('stays a row between others that do', () => {
    const rows = throughput.rows.map((row) =>
      row.platform === 'tdx' && row.blockBytes === 1048576
        ? { ...row, outcome: 'exhausted', estimate: null, exact: null }
        : row,
    );
    const lines = linesAfter(throughputToText({ ...throughput, rows }, plainStyle), 'Intel TDX');
    expect(lines[0]).toBe('Intel TDX  bounced, exhausted');
    expect(lines.at(-1)?.trim().split(/ {2,}/)).toEqual(['1 MiB', 'exhausted', 'nothing']);
  });
});

describe('counts', () => {
  const text = throughputToText(throughput, styleOf(120));

  it('share a line where they are equal, and stay apart from estimates', () => {
    const lines = linesAfter(text, 'Counted');
    expect(lines.filter((line) => line.startsWith('  4 KiB read'))).toHaveLength(1);
    const row = lines.find((line) => line.startsWith('  4 KiB read')) ?? '';
    expect(row.trim().split(/ {2,}/)).toEqual([
      '4 KiB read',
      '4',
      '1',
      '5',
      '4161 B',
      '4097 B',
      '2.02x',
      'sev-snp, tdx, pef',
    ]);
    expect(lines.at(-1)).toBe('  nothing is copied: plain');
  });
});

describe('layout', () => {
  const worst: ThroughputReport = {
    ...throughput,
    rows: throughput.rows.map((row) =>
      row.estimate === null
        ? row
        : {
            ...row,
            blockBytes: 131072,
            depth: 128,
            estimate: {
              ...row.estimate,
              requestsPerSecond: { low: 1.11e3, mid: 2.22e3, high: 3.33e3 },
              bytesPerSecond: { low: 1.11e9, mid: 2.22e9, high: 3.33e9 },
              ratio: around(0.5),
              binding: 'queue lock',
              loss: 'bounce slots',
              evidence: 'by analogy',
            },
          },
    ),
  };

  it.each([80, 100, 120])('fits %i columns', (width) => {
    for (const report of [throughput, deep, worst]) {
      expect(widest(throughputToText(report, styleOf(width)))).toBeLessThanOrEqual(width);
    }
  });

  it('shows every depth: in a column, or above its table where the terminal is narrow', () => {
    const wide = throughputToText(deep, styleOf(100)).split('\n');
    const narrow = throughputToText(deep, styleOf(80)).split('\n');
    for (const depth of ['1', '16', '128']) {
      expect(wide.filter((line) => new RegExp(`^ *(4|64) KiB +${depth} +[\\d.]+-`).test(line))).toHaveLength(
        8,
      );
      expect(narrow.filter((line) => line === `  ${depth} in flight`)).toHaveLength(4);
    }
    expect(narrow.filter((line) => /^ *(4|64) KiB +[\d.]+-/.test(line))).toHaveLength(deep.rows.length);
  });

  it('never puts figures of different evidence below one heading', () => {
    const rows = deep.rows.map((row) =>
      row.platform === 'tdx' && row.blockBytes === 65536 && row.estimate !== null
        ? { ...row, estimate: { ...row.estimate, evidence: 'by analogy' as const } }
        : row,
    );
    const text = throughputToText({ ...deep, rows }, styleOf(80));
    const headings = text.split('\n').filter((line) => line.startsWith('Intel TDX'));
    expect([...new Set(headings)]).toEqual([
      'Intel TDX  bounced  figures derived',
      'Intel TDX  bounced  figures by analogy',
    ]);
  });

  it('keeps the evidence beside the figures where its column does not fit', () => {
    const text = throughputToText(deep, styleOf(80));
    expect(text).toMatch(/^powerpc PEF {2}bounced {2}figures by analogy$/m);
  });

  it('colours add nothing to the words', () => {
    const coloured = throughputToText(
      throughput,
      makeStyle({ isColoured: true, isUnicode: false, width: 100 }),
    );
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
    expect(coloured).toMatch(escapes);
    expect(coloured.replace(escapes, '')).toBe(throughputToText(throughput, plainStyle));
  });

  it('is about every platform of the example', () => {
    expect(new Set(throughput.rows.map(({ platform }) => platform)).size).toBe(kinds.length);
  });
});
