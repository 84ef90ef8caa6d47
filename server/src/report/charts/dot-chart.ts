/** Predicted over measured: on the diagonal the model is right, in the band it is right within a factor of two. */
import { CHART_WIDTH, type Dot, type DotChart, type Drawing } from './chart.js';
import {
  type Box,
  dotGlyph,
  legendPart,
  notesPart,
  PAD,
  tickMargin,
  titlePart,
  xAxisPart,
  yAxisPart,
} from './frame.js';
import { marker, seriesClass } from './look.js';
import { isDrawn, makeScale, type Scale } from './scale.js';
import { areaPath, element, escapeXml, linePath, textAt } from './svg.js';

const FACTOR = 2;

/** More dots than this are drawn smaller. */
const CROWD = 60;

export function drawDotChart(chart: DotChart, width = CHART_WIDTH): Drawing {
  const dots = inDrawingOrder(chart.dots.filter(isPlaced));
  const groups = [...new Set(chart.dots.filter(isPlaced).map(({ group }) => group))];
  const radius = dots.length > CROWD ? 3 : 4;
  const title = titlePart(chart.title, width);
  const top = title.height + 26;
  const { x, y, box, axis } = frameOf(chart, dots, width, top);
  const ticks = xAxisPart(x, { ...axis, label: `measured, ${chart.unit}` }, box, { top: box.bottom, width });
  const belowAxis = box.bottom + ticks.height;
  const legend = legendPart(legendOf(dots, groups), belowAxis, width);
  const notes = notesPart(notesOf(chart, dots), belowAxis + legend.height, width);
  const body = [
    title.body,
    textAt(PAD, top - 12, `predicted, ${chart.unit}`, { class: 'vc-faint' }),
    factorBand(x, y),
    yAxisPart(y, axis, box),
    diagonal(x, y),
    factorLabels(x, y),
    ...dots.map((dot) => intervalOf(dot, groups.indexOf(dot.group), x, y)),
    ...dots.map((dot) => dotOf(dot, groups.indexOf(dot.group), radius, x, y)),
    element('path', { d: `M${box.left} ${box.bottom}H${box.right}`, class: 'vc-axis' }),
    ticks.body,
    legend.body,
    notes.body,
  ];
  return {
    title: chart.title,
    description: describe(chart, dots),
    width,
    height: belowAxis + legend.height + notes.height + PAD,
    body: body.join(''),
  };
}

/** What tests something lies over what was used for calibration. */
function inDrawingOrder(dots: readonly Dot[]): readonly Dot[] {
  return [...dots].sort((a, b) => Number(b.isCalibration) - Number(a.isCalibration));
}

/** A logarithm needs something above zero. */
function isPlaced({ measured, low, mid, high }: Dot): boolean {
  return [measured, low, mid, high].every((value) => isDrawn({ scale: 'log10' }, value));
}

/** A square, with one scale both ways. */
function frameOf(chart: DotChart, dots: readonly Dot[], width: number, top: number) {
  const axis = { label: '', scale: 'log10', format: chart.format } as const;
  const values = dots.flatMap(({ measured, low, mid, high }) => [measured, low, mid, high]);
  const room = 7;
  const left = Math.ceil(tickMargin(makeScale(axis, values, [0, 1], room), chart.format));
  const right = width - PAD - 4;
  const bottom = top + (right - left);
  const box: Box = { left, right, top, bottom };
  return {
    axis,
    box,
    x: makeScale(axis, values, [left, right], room),
    y: makeScale(axis, values, [bottom, top], room),
  };
}

// ---- what is right

/** Around the diagonal, cut off where the plot ends. */
function factorBand(x: Scale, y: Scale): string {
  const { low, high } = x;
  const corner = (measured: number, predicted: number) => ({ x: x.at(measured), y: y.at(predicted) });
  const points =
    high / low <= FACTOR
      ? [corner(low, low), corner(low, high), corner(high, high), corner(high, low)]
      : [
          corner(low, low),
          corner(low, low * FACTOR),
          corner(high / FACTOR, high),
          corner(high, high),
          corner(high, high / FACTOR),
          corner(low * FACTOR, low),
        ];
  return element('path', { d: areaPath(points), class: 'vc-zone' });
}

function diagonal(x: Scale, y: Scale): string {
  const ends = [x.low, x.high].map((value) => ({ x: x.at(value), y: y.at(value) }));
  return element('path', { d: linePath(ends), class: 'vc-rule' });
}

/** Beside the edges of the band, where it has edges. */
function factorLabels(x: Scale, y: Scale): string {
  if (x.high / x.low <= 2 * FACTOR) return '';
  const label = { class: 'vc-faint vc-halo', anchor: 'end' } as const;
  return (
    textAt(x.at(x.high / FACTOR) - 16, y.at(x.high) + 14, 'twice', label) +
    textAt(x.at(x.high) - 4, y.at(x.high / FACTOR) + 24, 'half', label)
  );
}

// ---- dots

function intervalOf({ measured, low, high }: Dot, group: number, x: Scale, y: Scale): string {
  const at = x.at(measured);
  const line = linePath([
    { x: at, y: y.at(low) },
    { x: at, y: y.at(high) },
  ]);
  return element('g', { class: seriesClass(group) }, element('path', { d: line, class: 'vc-line vc-bar' }));
}

function dotOf(dot: Dot, group: number, radius: number, x: Scale, y: Scale): string {
  return element(
    'g',
    { class: seriesClass(group) },
    element('title', {}, escapeXml(dot.label)),
    marker(group, x.at(dot.measured), y.at(dot.mid), radius, !dot.isCalibration),
  );
}

// ---- words

function legendOf(dots: readonly Dot[], groups: readonly string[]) {
  return groups.map((group, i) => {
    const own = dots.filter((dot) => dot.group === group);
    const isFull = own.some(({ isCalibration }) => !isCalibration);
    return { label: `${group} (${own.length})`, glyph: dotGlyph(i, isFull) };
  });
}

function notesOf(chart: DotChart, dots: readonly Dot[]): readonly string[] {
  const missing = chart.dots.length - dots.length;
  return [
    'Shaded: within a factor of 2. Upright lines: the predicted interval.',
    ...(dots.some(({ isCalibration }) => isCalibration)
      ? ['Hollow marks were used for calibration and test nothing.']
      : []),
    ...(missing === 0
      ? []
      : [`${missing} at zero or without bound ${missing === 1 ? 'is' : 'are'} not drawn.`]),
    ...chart.notes,
  ];
}

function describe({ format, unit }: DotChart, dots: readonly Dot[]): string {
  const rows = dots.map(
    ({ group, label, measured, low, mid, high }) =>
      `${group}, ${label}: measured ${format(measured)}, predicted ${format(mid)} (${format(low)} to ${format(high)}).`,
  );
  return [`Predicted over measured, ${unit}, both logarithmic.`, ...rows].join(' ');
}
