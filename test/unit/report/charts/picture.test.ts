import { describe, expect, it } from 'vitest';
import {
  type BarChart,
  barChart,
  chartStyle,
  type DotChart,
  dotChart,
  drawBarChart,
  drawMultiples,
  type LineChart,
  lineChart,
  svgOf,
} from '../../../../server/src/report/charts/index.js';
import { outside, overlaps, pathsOf, tagsOf, textsOf } from './drawn.js';

const line: LineChart = {
  title: 'A <line> & "more"',
  x: { label: 'x', scale: 'linear', format: String },
  y: { label: 'y', scale: 'linear', format: String },
  series: [{ label: 'a', points: [1, 2, 3].map((x) => ({ x, low: x, mid: x + 1, high: x + 2 })) }],
  notes: ['a note'],
};

const dots: DotChart = {
  title: 'Predicted over measured: us',
  unit: 'us',
  format: (value) => value.toPrecision(2),
  dots: [2, 5, 11, 60].map((measured, i) => ({
    group: i < 2 ? 'T9' : 'T10',
    label: `row ${i}`,
    measured,
    low: measured * 0.6,
    mid: measured * (i === 3 ? 3 : 1.1),
    high: measured * 3.2,
    isCalibration: i === 1,
  })),
  notes: [],
};

const bars: BarChart = {
  title: 'powerpc PEF: fails',
  parts: [
    { label: 'receive buffers', value: 900, texture: 'solid' },
    { label: 'requests', value: 300, texture: 'stripes' },
  ],
  limit: { value: 1000, label: 'pool of 1000' },
  format: (value) => `${value} slots`,
  notes: [],
};

const pictures: readonly (readonly [string, string])[] = [
  ['line chart', lineChart(line)],
  ['dot chart', dotChart(dots)],
  ['bar chart', barChart(bars)],
  ['small multiples', svgOf(drawMultiples('Several', [drawBarChart(bars), drawBarChart(bars)], 1))],
];

describe.each(pictures)('%s', (_, svg) => {
  it('is told in words to who does not see it', () => {
    const tags = tagsOf(svg.replace(/<style>[^<]*<\/style>/, ''));
    const [root] = tags;
    expect(root?.attributes.role).toBe('img');
    const ids = (root?.attributes['aria-labelledby'] ?? '').split(' ');
    const told = ids.map((id) => tags.find(({ attributes }) => attributes.id === id));
    expect(told.map((tag) => tag?.name)).toEqual(['title', 'desc']);
    for (const tag of told) expect(tag?.text.length).toBeGreaterThan(5);
  });

  it('holds nothing that a strict content policy refuses, and fetches nothing', () => {
    const tags = tagsOf(svg.replace(/<style>[^<]*<\/style>/, ''));
    expect(tags.some(({ name }) => ['script', 'image', 'foreignObject', 'use'].includes(name))).toBe(false);
    const keys = tags.flatMap(({ attributes }) => Object.keys(attributes));
    expect(keys.filter((key) => key === 'style' || key.startsWith('on') || key.endsWith('href'))).toEqual([]);
    expect(svg.match(/<style/g)).toHaveLength(1);
    expect(svg).not.toMatch(/url\((?!#)|@import/);
  });

  it('has all text inside, and none on another', () => {
    expect(outside(svg)).toEqual([]);
    expect(overlaps(textsOf(svg))).toEqual([]);
  });

  it('has letters of at least 9.4 pixels on a telephone 360 wide', () => {
    const [, width = '0'] = /viewBox="0 0 (\d+)/.exec(svg) ?? [];
    expect((10.5 * 360) / Number(width)).toBeGreaterThan(9.4);
  });

  it('rounds coordinates', () => {
    expect(svg.replace(/<style>[^<]*<\/style>/, '')).not.toMatch(/\d\.\d{3,}/);
  });
});

describe('the style', () => {
  it('has dark colours for who asks for them, and takes those of an editor', () => {
    expect(chartStyle).toContain('@media (prefers-color-scheme:dark)');
    expect(chartStyle).toContain('--vscode-editor-background');
  });

  it('has a plain colour before each variable, for programs that know none', () => {
    for (const [, property] of chartStyle.matchAll(/(fill|stroke):var\(/g)) expect(property).toBeDefined();
    expect(chartStyle).not.toMatch(/(?<!(?:fill|stroke):#[0-9a-f]{6};)(?:fill|stroke):var\(/);
  });

  it('is left out where a page has it', () => {
    expect(lineChart(line, { style: 'none' })).not.toContain('<style');
  });
});

it('writes text from outside as text', () => {
  const title = textsOf(lineChart(line)).find(({ text }) => text.startsWith('A '));
  expect(title?.text).toBe('A <line> & "more"');
});

describe('dots', () => {
  const svg = dotChart(dots);

  it('stand above the diagonal where too much is predicted', () => {
    const [diagonal = []] = pathsOf(svg, 'vc-rule');
    const [from, to] = diagonal;
    expect(from?.y).toBeGreaterThan(to?.y ?? 0);
    expect((from?.y ?? 0) - (to?.y ?? 0)).toBeCloseTo((to?.x ?? 0) - (from?.x ?? 0), 1);
    const placed = pathsOf(svg, 'vc-full').map(centre);
    const far = placed.reduce((a, b) => (b.x > a.x ? b : a));
    const onDiagonal = (from?.y ?? 0) - (far.x - (from?.x ?? 0));
    expect(far.y).toBeLessThan(onDiagonal - 20);
  });

  it('that calibrate are hollow, and said to test nothing', () => {
    const hollow = tagsOf(svg).filter(({ attributes }) => attributes.class === 'vc-hollow');
    expect(hollow).toHaveLength(1);
    expect(textsOf(svg).map(({ text }) => text)).toContain(
      'Hollow marks were used for calibration and test nothing.',
    );
  });

  it('of different groups have different shapes', () => {
    const groups = tagsOf(svg).filter(({ attributes }) => attributes.class === 'vc-full');
    expect(new Set(groups.map(({ name }) => name)).size).toBe(2);
    expect(textsOf(svg).map(({ text }) => text)).toEqual(expect.arrayContaining(['T9 (2)', 'T10 (2)']));
  });

  it('of many groups never share both shape and colour', () => {
    const [dot] = dots.dots;
    if (dot === undefined) throw new Error('an example without dots');
    const many = dotChart({
      ...dots,
      dots: Array.from({ length: 20 }, (_, i) => ({
        ...dot,
        group: `T${i}`,
        measured: 2 + i,
        isCalibration: false,
      })),
    });
    const looks = tagsOf(many)
      .filter(({ attributes }) => attributes.class === 'vc-full')
      .map(({ name, groups, attributes }) => `${groups.at(-1)} ${shapeOf(name, attributes.d ?? '')}`);
    // A dot and a legend entry each.
    expect(looks).toHaveLength(40);
    expect(new Set(looks).size).toBe(20);
  });

  it('that test the model lie over those that calibrate', () => {
    const marks = tagsOf(svg).filter(({ attributes }) => /^vc-(full|hollow)$/.test(attributes.class ?? ''));
    expect(marks[0]?.attributes.class).toBe('vc-hollow');
  });

  it('that cannot be drawn are counted', () => {
    const [dot] = dots.dots;
    if (dot === undefined) throw new Error('an example without dots');
    const zero = dotChart({ ...dots, dots: [...dots.dots, { ...dot, measured: 0 }] });
    expect(textsOf(zero).map(({ text }) => text)).toContain('1 at zero or without bound is not drawn.');
  });

  it('may be none', () => {
    expect(dotChart({ ...dots, dots: [] })).not.toMatch(/NaN|Infinity/);
  });
});

/** Corners of a path and the ways its first two strokes go: no two shapes agree in all. */
function shapeOf(name: string, path: string): string {
  if (name === 'circle') return name;
  const points = [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  const way = (n: number, axis: 0 | 1): number =>
    Math.sign(Math.round(((points[n + 1]?.[axis] ?? 0) - (points[n]?.[axis] ?? 0)) * 4));
  return `${points.length} corners, ${way(0, 0)} ${way(0, 1)}, ${way(1, 0)} ${way(1, 1)}`;
}

function centre(points: readonly { readonly x: number; readonly y: number }[]) {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return { x: mean(points.map(({ x }) => x)), y: mean(points.map(({ y }) => y)) };
}

describe('bars', () => {
  const rects = (chart: BarChart) =>
    tagsOf(barChart(chart))
      .filter(({ name, attributes }) => name === 'rect' && attributes.height === '30')
      .map(({ attributes }) => ({
        x: Number(attributes.x),
        width: Number(attributes.width),
        class: attributes.class,
      }));

  it('are as long as what they stand for, and end to end', () => {
    const [first, second] = rects(bars);
    expect((first?.width ?? 0) / (second?.width ?? 1)).toBeCloseTo(3, 1);
    expect((first?.x ?? 0) + (first?.width ?? 0)).toBeCloseTo(second?.x ?? 0, 1);
  });

  it('say how much goes beyond the limit, or what is free', () => {
    const words = (chart: BarChart): string[] => textsOf(barChart(chart)).map(({ text }) => text);
    expect(words(bars)).toContain('200 slots too many');
    const roomy = { ...bars, limit: { value: 4000, label: 'pool of 4000' } };
    expect(words(roomy)).toContain('free: 2800 slots');
    expect(words(roomy).join()).not.toMatch(/too many/);
  });

  it('show the smallest part', () => {
    const sliver = { ...bars, parts: [{ label: 'one', value: 1, texture: 'dots' as const }] };
    const [part] = rects({ ...sliver, limit: { value: 1e6, label: 'a large pool' } }).filter(
      (rect) => rect.class === 'vc-part',
    );
    expect(part?.width).toBeGreaterThanOrEqual(2);
  });

  it('are told apart by texture', () => {
    const patterns = tagsOf(barChart(bars)).filter(({ name }) => name === 'pattern');
    expect(patterns.map(({ attributes }) => attributes.patternTransform)).toEqual([undefined, 'rotate(45)']);
  });
});
