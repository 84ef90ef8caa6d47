import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LineChart, lineChart } from '../../../../server/src/report/charts/index.js';
import { outside, overlaps, pathsOf, tagsOf, textsOf } from './drawn.js';

const size = (bytes: number): string => (bytes < 1024 ? `${bytes} B` : `${bytes / 1024} KiB`);

function point(x: number, mid: number, term?: string) {
  return { x, low: mid * 0.8, mid, high: mid * 1.25, ...(term === undefined ? {} : { term }) };
}

const one: LineChart = {
  title: 'Intel TDX',
  x: { label: 'block size', scale: 'log2', ticks: [512, 4096, 32768, 262144], format: size },
  y: { label: 'of plain', scale: 'linear', format: (v) => `${v.toFixed(2)}x` },
  series: [
    {
      label: 'tdx',
      points: [
        point(512, 0.2, 'notification'),
        point(4096, 0.25, 'notification'),
        point(32768, 0.4, 'guest CPU'),
        point(262144, 0.5, 'guest CPU'),
      ],
    },
  ],
  reference: { y: 1, label: 'plain guest' },
  notes: [],
};

const three: LineChart = {
  ...one,
  series: ['sev-snp', 'tdx', 'pef'].map((label, i) => ({
    label,
    points: [512, 4096, 32768, 262144].map((x) => point(x, 0.6 - i * 0.02)),
  })),
};

const words = (chart: LineChart): readonly string[] => textsOf(lineChart(chart)).map(({ text }) => text);

describe('a curve', () => {
  it('has title, axes and their figures', () => {
    expect(words(one)).toEqual(
      expect.arrayContaining([
        'Intel TDX',
        'block size',
        'of plain',
        '512 B',
        '4 KiB',
        '32 KiB',
        '256 KiB',
        '0.60x',
      ]),
    );
    expect(words(one)).toContain('plain guest');
  });

  it('lies within its interval', () => {
    const svg = lineChart(three);
    const bands = pathsOf(svg, 'vc-band');
    const lines = pathsOf(svg, 'vc-line');
    expect(bands).toHaveLength(3);
    expect(lines).toHaveLength(3);
    for (const [i, line] of lines.entries()) {
      const band = bands[i] ?? [];
      expect(band).toHaveLength(2 * line.length);
      for (const [n, at] of line.entries()) {
        const upper = band[n];
        const lower = band[band.length - 1 - n];
        expect(upper?.x).toBe(at.x);
        expect(lower?.x).toBe(at.x);
        expect(upper?.y).toBeLessThan(at.y);
        expect(lower?.y).toBeGreaterThan(at.y);
      }
    }
  });

  it('is to scale: a level twice as high is twice as far from zero', () => {
    const svg = lineChart({ ...one, series: [{ label: 'a', points: [point(512, 0.25), point(4096, 0.5)] }] });
    const [[low, high] = []] = pathsOf(svg, 'vc-line');
    const zero = textsOf(svg).find(({ text }) => text === '0.00x');
    const base = (zero?.bottom ?? 0) - 11 * 0.2 - 4;
    expect((base - (high?.y ?? 0)) / (base - (low?.y ?? 0))).toBeCloseTo(2, 2);
  });

  it('puts powers of two at equal distances', () => {
    const [line = []] = pathsOf(lineChart(one), 'vc-line');
    const steps = line.slice(1).map((at, i) => at.x - (line[i]?.x ?? 0));
    for (const step of steps) expect(step).toBeCloseTo(steps[0] ?? 0, 1);
  });

  it('shows what was measured as marks of their own', () => {
    const marks = (chart: LineChart): number =>
      tagsOf(lineChart(chart)).filter(
        ({ name, attributes }) => name === 'circle' && attributes.class === 'vc-hollow',
      ).length;
    const [series] = one.series;
    if (series === undefined) throw new Error('an example without series');
    const measured = { ...one, series: [{ ...series, mark: [{ x: 4096, y: 0.3 }] }] };
    expect(marks(one)).toBe(0);
    expect(marks(measured)).toBe(1);
  });

  it('leaves out what a logarithmic axis has no place for', () => {
    const svg = lineChart({
      ...one,
      y: { ...one.y, scale: 'log10' },
      series: [
        { label: 'a', points: [{ x: 512, low: 0, mid: 0, high: 1 }, point(4096, 10), point(8192, 20)] },
      ],
    });
    expect(pathsOf(svg, 'vc-line')[0]).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(textsOf(svg).map(({ text }) => text)).toContain('1 at zero or without bound is not drawn.');
  });
});

describe('what holds the rate', () => {
  it('is named below the stretch it holds, and a diamond stands where it changes', () => {
    const svg = lineChart(one);
    const texts = textsOf(svg);
    const [first, second] = ['notification', 'guest CPU'].map((term) =>
      texts.find(({ text }) => text === term),
    );
    expect(first?.right).toBeLessThan(second?.left ?? 0);
    const [line = []] = pathsOf(svg, 'vc-line');
    const [diamond = []] = pathsOf(svg, 'vc-hollow');
    const middle = diamond.reduce((sum, { x }) => sum + x, 0) / diamond.length;
    expect(middle).toBeGreaterThan(line[1]?.x ?? 0);
    expect(middle).toBeLessThan(line[2]?.x ?? 0);
  });

  it('has no mark where nothing changes', () => {
    expect(pathsOf(lineChart(three), 'vc-hollow')).toHaveLength(0);
  });

  it('is a number with a key where there is no room for its name', () => {
    const terms = [
      'notification',
      'bounce copy',
      'guest CPU',
      'pool lock',
      'notification',
      'latency',
      'device',
    ];
    const points = terms.map((term, i) => point(512 * 2 ** i, 0.3, term));
    const narrow = { ...one, series: [{ label: 'a', points }] };
    const key = words(narrow).find((text) => text.startsWith('Held by:')) ?? '';
    expect(key).toMatch(/1 notification, 2 bounce copy/);
    expect(words(narrow).filter((text) => text === '1')).toHaveLength(2);
    expect(overlaps(textsOf(lineChart(narrow)))).toEqual([]);
  });
});

describe('names of curves', () => {
  it('stand at the ends of their curves, in their order, none on another', () => {
    const svg = lineChart(three);
    const names = textsOf(svg).filter(({ text }) => ['sev-snp', 'tdx', 'pef'].includes(text));
    expect(names.map(({ text }) => text)).toEqual(['sev-snp', 'tdx', 'pef']);
    expect(overlaps(textsOf(svg))).toEqual([]);
    const end = Math.max(
      ...pathsOf(svg, 'vc-line')
        .flat()
        .map(({ x }) => x),
    );
    for (const { left } of names) expect(left).toBeGreaterThan(end);
    expect(names[0]?.top).toBeLessThan(names[1]?.top ?? 0);
  });

  it('stand in a legend where they are long', () => {
    const long = three.series.map((s, i) => ({
      ...s,
      label: `${s.label} with four queues and a ring of ${i} entries`,
    }));
    const svg = lineChart({ ...three, series: long });
    expect(overlaps(textsOf(svg))).toEqual([]);
    expect(outside(svg)).toEqual([]);
    for (const { label } of long) expect(textsOf(svg).map(({ text }) => text)).toContain(label);
  });

  it('are told by shape and dash as well as by colour', () => {
    const tags = tagsOf(lineChart(three));
    const lines = tags.filter(({ attributes }) => attributes.class === 'vc-line');
    expect(new Set(lines.map(({ attributes }) => attributes['stroke-dasharray'])).size).toBe(3);
    expect(tags.some(({ name, attributes }) => name === 'circle' && attributes.class === 'vc-full')).toBe(
      true,
    );
    expect(tags.some(({ name, attributes }) => name === 'path' && attributes.class === 'vc-full')).toBe(true);
  });
});

describe('any data', () => {
  const value = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
  const series = fc.record({
    label: fc.string({ maxLength: 24 }),
    points: fc.array(
      fc.record({
        x: fc.integer({ min: 0, max: 24 }),
        mid: value,
        term: fc.constantFrom('device', 'notification'),
      }),
      { maxLength: 12 },
    ),
  });

  it('gives a well-formed picture with every text inside and none on another', () => {
    fc.assert(
      fc.property(
        fc.array(series, { maxLength: 5 }),
        fc.constantFrom('linear' as const, 'log10' as const),
        (drawn, scale) => {
          const chart: LineChart = {
            ...one,
            x: { label: 'block size', scale: 'log2', format: size },
            y: { label: 'rate', scale, format: (v) => v.toPrecision(3) },
            series: drawn.map(({ label, points }) => ({
              label: label.trim(),
              points: points.map(({ x, mid, term }) => point(2 ** x, mid, term)).sort((a, b) => a.x - b.x),
            })),
          };
          const svg = lineChart(chart, { style: 'none' });
          expect(svg).not.toMatch(/NaN|Infinity/);
          // A reference line's label may lie over a tick line's end, not over other words.
          expect(overlaps(textsOf(svg).filter(({ text }) => text.trim() !== ''))).toEqual([]);
          expect(outside(svg)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  });
});
