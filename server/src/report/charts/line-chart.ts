/** Curves, each with the interval it lies in. */
import { CHART_WIDTH, type CurvePoint, type Drawing, type LineChart, type Series } from './chart.js';
import {
  type Box,
  legendPart,
  lineGlyph,
  notesPart,
  PAD,
  tickMargin,
  titlePart,
  xAxisPart,
  yAxisPart,
} from './frame.js';
import { fontSize, spread, textWidth } from './labels.js';
import { dashOf, marker, seriesClass } from './look.js';
import { isDrawn, makeScale, type Scale } from './scale.js';
import { areaPath, coordinate, element, linePath, textAt } from './svg.js';
import { changeMarks, hasTerms, stripsPart } from './term-strip.js';

const PLOT_HEIGHT = 210;
const LABEL_GAP = 15;

export interface LineChartSize {
  readonly width?: number;
  readonly plotHeight?: number;
}

export function drawLineChart(chart: LineChart, size: LineChartSize = {}): Drawing {
  const { width = CHART_WIDTH, plotHeight = PLOT_HEIGHT } = size;
  const series = chart.series.map((one) => drawable(one, chart));
  const isDirect = hasRoomForLabels(series, width, plotHeight);
  const title = titlePart(chart.title, width);
  const entries =
    isDirect || series.length < 2 ? [] : series.map(({ label }, i) => ({ label, glyph: lineGlyph(i) }));
  const legend = legendPart(entries, title.height, width);
  const top = title.height + legend.height + 26;
  const { x, y, box } = frameOf(chart, series, { width, top, plotHeight, isDirect });
  const strips = stripsPart(series, termLabel(chart), x, box);
  const axis = xAxisPart(x, chart.x, box, { top: box.bottom + strips.height, width });
  const belowAxis = box.bottom + strips.height + axis.height;
  const notes = notesPart(
    [...keyNote(chart, strips.keys), ...missingNote(chart, series), ...chart.notes],
    belowAxis,
    width,
  );
  const body = [
    title.body,
    legend.body,
    textAt(PAD, top - 12, chart.y.label, { class: 'vc-faint' }),
    yAxisPart(y, chart.y, box),
    ...series.map((one, i) => bandOf(one, i, x, y)),
    referenceOf(chart, y, box),
    ...series.map((one, i) => curveOf(one, i, x, y)),
    isDirect && series.length > 1 ? directLabels(series, x, y, box) : '',
    strips.body,
    element('path', { d: `M${box.left} ${box.bottom}H${box.right}`, class: 'vc-axis' }),
    axis.body,
    notes.body,
  ];
  return {
    title: chart.title,
    description: describe(chart),
    width,
    height: belowAxis + notes.height + PAD,
    body: body.join(''),
  };
}

// ---- room

interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly box: Box;
}

interface Room {
  readonly width: number;
  readonly top: number;
  readonly plotHeight: number;
  readonly isDirect: boolean;
}

function frameOf(chart: LineChart, series: readonly Series[], room: Room): Frame {
  const { width, top, plotHeight, isDirect } = room;
  const bottom = top + plotHeight;
  const levels = chart.reference === undefined ? [] : [chart.reference.y];
  const heights = series.flatMap(({ points, mark = [] }) => [
    ...points.flatMap(({ low, high }) => [low, high]),
    ...mark.map((point) => point.y),
  ]);
  const y = makeScale(
    chart.y,
    [...heights, ...levels],
    [bottom, top],
    Math.max(3, Math.floor(plotHeight / 26)),
  );
  const strip =
    series.length === 1 && series.some(hasTerms) ? textWidth(termLabel(chart), fontSize.small) + PAD + 6 : 0;
  const left = Math.ceil(
    Math.max(tickMargin(y, chart.y.format), strip, series.some(hasTerms) ? PAD + 16 : 0),
  );
  const right = Math.floor(width - PAD - (isDirect && series.length > 1 ? labelWidth(series) + 10 : 2));
  const places = series.flatMap(({ points, mark = [] }) => [...points, ...mark].map((point) => point.x));
  const x = makeScale(chart.x, places, [left + 8, right - 8], Math.floor((right - left) / 48));
  return { x, y, box: { left, right, top, bottom } };
}

function labelWidth(series: readonly Series[]): number {
  return Math.max(0, ...series.map(({ label }) => textWidth(label, fontSize.text, true)));
}

/** Names stand at the ends of their curves where they take less than a third of the width. */
function hasRoomForLabels(series: readonly Series[], width: number, plotHeight: number): boolean {
  return labelWidth(series) <= width * 0.32 && series.length * LABEL_GAP <= plotHeight;
}

/** Without the points that the scales have no place for. */
function drawable(series: Series, { x, y }: LineChart): Series {
  const points = series.points.filter(
    (point) => isDrawn(x, point.x) && [point.low, point.mid, point.high].every((value) => isDrawn(y, value)),
  );
  const mark = (series.mark ?? []).filter((point) => isDrawn(x, point.x) && isDrawn(y, point.y));
  return { ...series, points, mark };
}

// ---- data

function bandOf({ points }: Series, index: number, x: Scale, y: Scale): string {
  if (points.length === 0) return '';
  const edge = (value: (point: CurvePoint) => number) => (point: CurvePoint) => ({
    x: x.at(point.x),
    y: y.at(value(point)),
  });
  const upper = points.map(edge((point) => point.high));
  const lower = points.map(edge((point) => point.low)).reverse();
  const band = element('path', { d: areaPath([...upper, ...lower]), class: 'vc-band' });
  return element('g', { class: seriesClass(index) }, band);
}

function curveOf(series: Series, index: number, x: Scale, y: Scale): string {
  const { points, mark = [] } = series;
  const mids = points.map((point) => ({ x: x.at(point.x), y: y.at(point.mid) }));
  const line = element('path', { d: linePath(mids), class: 'vc-line', 'stroke-dasharray': dashOf(index) });
  return element(
    'g',
    { class: seriesClass(index) },
    ...(points.length > 1 ? [line] : []),
    ...mids.map((point) => marker(index, point.x, point.y, 3)),
    ...mark.map((point) => marker(index, x.at(point.x), y.at(point.y), 5, false)),
    hasTerms(series) ? changeMarks(points, x, y) : '',
  );
}

function referenceOf({ reference }: LineChart, y: Scale, box: Box): string {
  if (reference === undefined) return '';
  const at = y.at(reference.y);
  const baseline = at - box.top > 16 ? at - 5 : at + 14;
  return (
    element('path', { d: `M${box.left} ${coordinate(at)}H${box.right}`, class: 'vc-rule' }) +
    textAt(box.right - 2, baseline, reference.label, { class: 'vc-faint vc-halo', anchor: 'end' })
  );
}

/** At the end of each curve; a thin line leads there where a name had to give way. */
function directLabels(series: readonly Series[], x: Scale, y: Scale, box: Box): string {
  const ends = series.map(({ points }) => points.at(-1));
  const wanted = ends.map((end) => (end === undefined ? box.bottom : y.at(end.mid)));
  const placed = spread(wanted, LABEL_GAP, box.top + 6, box.bottom - 2);
  return series
    .map(({ label }, i) => {
      const end = ends[i];
      const at = placed[i] ?? 0;
      if (end === undefined) return '';
      const from = { x: x.at(end.x) + 5, y: wanted[i] ?? 0 };
      const lead = linePath([from, { x: box.right + 6, y: at }]);
      return element(
        'g',
        { class: seriesClass(i) },
        element('path', { d: lead, class: 'vc-lead' }),
        textAt(box.right + 9, at + 4, label, { class: 'vc-name' }),
      );
    })
    .join('');
}

// ---- words

function keyNote(chart: LineChart, keys: readonly string[]): readonly string[] {
  const label = termLabel(chart);
  const start = label.charAt(0).toUpperCase() + label.slice(1);
  return keys.length === 0 ? [] : [`${start}: ${keys.join(', ')}`];
}

function termLabel(chart: LineChart): string {
  return chart.termLabel ?? 'held by';
}

/** Nothing is left out in silence. */
function missingNote(chart: LineChart, series: readonly Series[]): readonly string[] {
  const points = (all: readonly Series[]): number =>
    all.reduce((sum, one) => sum + one.points.length + (one.mark?.length ?? 0), 0);
  const missing = points(chart.series) - points(series);
  if (missing === 0) return [];
  return [`${missing} at zero or without bound ${missing === 1 ? 'is' : 'are'} not drawn.`];
}

function describe(chart: LineChart): string {
  const { x, y, series, reference, notes } = chart;
  const curves = series.map(({ label, points, mark = [] }) => {
    const values = points.map(
      (point) => `at ${x.format(point.x)} ${valueWords(point, y.format, termLabel(chart))}`,
    );
    const measured = mark.map((point) => `measured at ${x.format(point.x)} ${y.format(point.y)}`);
    return `${label}: ${[...values, ...measured].join('; ')}.`;
  });
  const level = reference === undefined ? [] : [`A line at ${y.format(reference.y)}: ${reference.label}.`];
  return [`${y.label} over ${x.label}.`, ...curves, ...level, ...notes].join(' ');
}

function valueWords(
  { low, mid, high, term }: CurvePoint,
  format: (value: number) => string,
  label: string,
): string {
  const range = low === high ? format(mid) : `${format(mid)} (${format(low)} to ${format(high)})`;
  return term === undefined ? range : `${range}, ${label} ${term}`;
}
