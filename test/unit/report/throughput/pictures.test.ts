import { describe, expect, it } from 'vitest';
import {
  poolToHtml,
  poolToSvg,
  throughputToHtml,
  throughputToSvg,
  validationPage,
  validationToSvg,
} from '../../../../server/src/report/throughput/index.js';
import { outside, overlaps, pathsOf, textsOf } from '../charts/drawn.js';
import { deep, fails, fits, refusedRow, throughput, tight, validation } from './example.js';

const texts = (svg: string): readonly string[] => textsOf(svg).map(({ text }) => text);

describe('throughput', () => {
  const svg = throughputToSvg(throughput);

  it('has a panel for each platform that has a ratio, with what holds it', () => {
    expect(texts(svg)).toEqual(
      expect.arrayContaining([
        'AMD SEV-SNP',
        'Intel TDX',
        'powerpc PEF',
        'wake-ups',
        'bounce copy',
        'lost to',
      ]),
    );
    expect(pathsOf(svg, 'vc-band')).toHaveLength(3);
  });

  it('says in the panel that its parameters are by analogy', () => {
    expect(texts(svg).filter((text) => text.includes('by analogy'))).toHaveLength(1);
  });

  it('has the same scales in every panel', () => {
    const rules = pathsOf(svg, 'vc-rule');
    const tops = textsOf(svg).filter(({ text }) => text === '1.50x');
    expect(tops).toHaveLength(rules.length);
    const offsets = [...rules.keys()].map((i) => (rules[i]?.[0]?.y ?? 0) - (tops[i]?.top ?? 0));
    for (const offset of offsets) expect(offset).toBeCloseTo(offsets[0] ?? 0, 1);
  });

  it('says what holds a rate where it draws rates', () => {
    const drawn = texts(throughputToSvg(throughput, { quantity: 'bytes' }));
    expect(drawn).toEqual(expect.arrayContaining(['held by', 'latency', 'device']));
    expect(drawn).not.toContain('lost to');
  });

  it('has a curve a depth where depths vary, and also draws rates and latency', () => {
    for (const quantity of ['bytes', 'requests', 'latency'] as const) {
      const drawn = throughputToSvg(deep, { quantity });
      expect(pathsOf(drawn, 'vc-line')).toHaveLength(4 * 3);
      expect(texts(drawn)).toContain('128 in flight');
    }
  });

  it.each([
    ['ratio', svg],
    ['depths', throughputToSvg(deep, { quantity: 'bytes', columns: 1 })],
    ['pool', poolToSvg([fits, tight, fails])],
    ['validation', validationToSvg(validation)],
  ])('keeps texts apart and inside: %s', (_, drawn) => {
    expect(overlaps(textsOf(drawn))).toEqual([]);
    expect(outside(drawn)).toEqual([]);
  });

  it('is the same bytes twice', () => {
    expect(throughputToSvg(throughput)).toBe(svg);
  });
});

describe('pages', () => {
  const page = throughputToHtml({ ...throughput, rows: [...throughput.rows, refusedRow] });

  it('hold every figure, also without the pictures', () => {
    const plain = page.replace(/<svg[\s\S]*?<\/svg>/g, '');
    for (const word of [
      '13.2-21.1-33.7k',
      '0.13-0.22-0.34x',
      'nothing gets through',
      'no published anchor',
      '4 161 B',
    ]) {
      expect(plain).toContain(word);
    }
    expect(plain).toContain('pool lock: ');
  });

  it('have one style, ids that occur once, and no script', () => {
    for (const html of [page, poolToHtml([fits, tight, fails])]) {
      expect(html.match(/<style/g)).toHaveLength(1);
      expect(html).not.toMatch(/<script|style="| on\w+="/);
      const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(ids.length).toBeGreaterThan(4);
      expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    }
  });

  it('write names from outside as text', () => {
    const html = poolToHtml([
      { ...fits, workload: '<b>&', demands: [{ what: '<i>', slots: 5, kind: 'posted' }] },
    ]);
    expect(html).toContain('&lt;b&gt;&amp;');
    expect(html).not.toMatch(/<b>|<i>/);
  });
});

describe('the page of docs/', () => {
  const { markdown, plots } = validationPage(validation, 'validation');

  it('shows a picture for each unit, and every target', () => {
    expect(plots.map(({ file }) => file)).toEqual(['ratio.svg', 'us.svg']);
    for (const { file, svg } of plots) {
      expect(markdown).toContain(`](validation/${file})`);
      expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
    }
    expect(markdown).toMatch(/\| T7 \| .* \| \*\*missed\*\* \|/);
  });

  it('lists rows, those outside in bold, and what was taken for the bottleneck', () => {
    expect(markdown).toMatch(
      /net-07 .* \*\*outside\*\* \| said bounce copy, known guest CPU or pool lock \|/,
    );
    expect(markdown).toMatch(/blk-1 .* calibrates \|/);
  });

  it('lists the figures without a prediction', () => {
    expect(markdown).toContain('| net-91 | nothing is said of its ring |');
  });

  it('lists only rows outside where there are many, and counts the others', () => {
    const short = validationPage(validation, 'validation', 3).markdown;
    expect(short).toContain('net-07');
    expect(short).not.toContain('net-01');
    expect(short).toContain('6 more rows lie inside their interval.');
  });

  it('has tables of equal columns', () => {
    for (const block of markdown
      .trimEnd()
      .split('\n\n')
      .filter((part) => part.startsWith('|'))) {
      const counts = block.split('\n').map((row) => row.match(/(?<!\\)\|/g)?.length);
      expect(new Set(counts).size).toBe(1);
    }
  });
});
