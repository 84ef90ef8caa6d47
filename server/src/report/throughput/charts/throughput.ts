/** `model throughput` drawn: a panel a platform, all with the same scales, each curve within its interval. */
import type { Estimate } from '../../../model/cost/estimate.js';
import type { Interval } from '../../../model/cost/interval.js';
import {
  CHART_WIDTH,
  type Axis as ChartAxis,
  type Drawing,
  drawLineChart,
  drawMultiples,
  type LineChart,
  type Series,
  svgOf,
} from '../../charts/index.js';
import { type Axis, platformName, settingWords, varyingAxes } from '../series.js';
import type { ThroughputReport, ThroughputRow } from '../types.js';
import { scaled, significant, sizeText } from '../units.js';

export type Quantity = 'ratio' | 'bytes' | 'requests' | 'latency';

export interface ThroughputChartOptions {
  /** Default: the ratio, where there is one. */
  readonly quantity?: Quantity;
  /** Panels side by side. Default: 1, which a telephone can show. */
  readonly columns?: number;
}

export function throughputToSvg(report: ThroughputReport, options: ThroughputChartOptions = {}): string {
  const panels = throughputPanels(report, options.quantity ?? defaultQuantity(report));
  return svgOf(drawMultiples(throughputTitle(report), panels, options.columns ?? 1));
}

export function defaultQuantity({ rows }: ThroughputReport): Quantity {
  return rows.some(({ estimate }) => estimate !== null && estimate.ratio !== null) ? 'ratio' : 'bytes';
}

/** What holds for every row. */
export function throughputTitle({ rows }: ThroughputReport): string {
  const [first] = rows;
  const varying = varyingAxes(rows);
  const words = first === undefined ? '' : settingWords(first, (axis) => !varying.has(axis));
  return words === '' ? 'Throughput' : `Throughput: ${words}`;
}

export function throughputPanels(report: ThroughputReport, quantity: Quantity): readonly Drawing[] {
  return throughputCharts(report, quantity).map((chart) =>
    drawLineChart(chart, { width: CHART_WIDTH - 30, plotHeight: 180 }),
  );
}

export function throughputCharts(report: ThroughputReport, quantity: Quantity): readonly LineChart[] {
  const drawn = report.rows.filter((row) => estimated(row, quantity) !== null);
  const platforms = [...new Set(drawn.map(({ platform }) => platform))];
  const across = acrossOf(drawn);
  const x = xAxis(drawn, across);
  const y = yAxis(drawn, quantity);
  return platforms.map((platform) => {
    const rows = drawn.filter((row) => row.platform === platform);
    const analogy = rows.some(({ estimate }) => estimate?.evidence === 'by analogy');
    return {
      title: platformName(platform),
      x,
      y,
      series: seriesOf(rows, across, varyingAxes(drawn), quantity),
      ...(quantity === 'ratio' ? { reference: { y: 1, label: 'plain guest' }, termLabel: 'lost to' } : {}),
      notes: analogy ? ['No published anchor: parameters by analogy.'] : [],
    };
  });
}

// ---- curves

type Across = 'blockBytes' | 'depth' | 'queues';

/** Along the first of these that varies a curve is drawn; along the others there are several curves. */
function acrossOf(rows: readonly ThroughputRow[]): Across {
  const varying = varyingAxes(rows);
  return (['blockBytes', 'depth', 'queues'] as const).find((axis) => varying.has(axis)) ?? 'blockBytes';
}

function seriesOf(
  rows: readonly ThroughputRow[],
  across: Across,
  varying: ReadonlySet<Axis>,
  quantity: Quantity,
): readonly Series[] {
  const groups = new Map<string, ThroughputRow[]>();
  for (const row of rows) {
    const size = varying.has('blockBytes') && across !== 'blockBytes' ? [sizeText(row.blockBytes)] : [];
    const setting = settingWords(row, (axis) => axis !== across && varying.has(axis));
    const label = [...size, ...(setting === '' ? [] : [setting])].join('; ');
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [row]);
    else group.push(row);
  }
  return [...groups].map(([label, group]) => ({ label, points: pointsOf(group, across, quantity) }));
}

function pointsOf(rows: readonly ThroughputRow[], across: Across, quantity: Quantity): Series['points'] {
  return rows
    .flatMap((row) => {
      const value = estimated(row, quantity);
      if (value === null || row.estimate === null) return [];
      const term = termOf(row.estimate, quantity);
      return [{ x: row[across], low: value.low, mid: value.mid, high: value.high, term }];
    })
    .sort((a, b) => a.x - b.x);
}

/** Against a plain guest it matters what protection costs; for a rate, what holds it. */
function termOf({ binding, loss }: Estimate, quantity: Quantity): string {
  return quantity === 'ratio' ? (loss ?? 'nothing') : binding;
}

function estimated({ estimate }: ThroughputRow, quantity: Quantity): Interval | null {
  return estimate === null ? null : quantityOf(estimate, quantity);
}

function quantityOf(estimate: Estimate, quantity: Quantity): Interval | null {
  switch (quantity) {
    case 'ratio':
      return estimate.ratio;
    case 'bytes':
      return estimate.bytesPerSecond;
    case 'requests':
      return estimate.requestsPerSecond;
    case 'latency':
      return estimate.latencyNs;
    default:
      return quantity satisfies never;
  }
}

// ---- axes, the same in every panel

const acrossLabels: Readonly<Record<Across, string>> = {
  blockBytes: 'block size',
  depth: 'requests in flight',
  queues: 'queues',
};

function xAxis(rows: readonly ThroughputRow[], across: Across): ChartAxis {
  const ticks = [...new Set(rows.map((row) => row[across]))].sort((a, b) => a - b);
  const format = across === 'blockBytes' ? sizeText : String;
  return { label: acrossLabels[across], scale: 'log2', ticks, format };
}

function yAxis(rows: readonly ThroughputRow[], quantity: Quantity): ChartAxis {
  const includes = rows.flatMap((row) => {
    const value = estimated(row, quantity);
    return value === null ? [] : [value.low, value.high].filter(Number.isFinite);
  });
  switch (quantity) {
    case 'ratio':
      return { label: 'throughput, of a plain guest’s', scale: 'linear', includes, format: ratioTick };
    case 'bytes':
      return { label: 'bytes a second', scale: 'log10', includes, format: (v) => scaled(v, 'B/s') };
    case 'requests':
      return { label: 'requests a second', scale: 'log10', includes, format: (v) => scaled(v) };
    case 'latency':
      return { label: 'latency of a request', scale: 'log10', includes, format: durationText };
    default:
      return quantity satisfies never;
  }
}

function ratioTick(value: number): string {
  return `${value.toFixed(2)}x`;
}

function durationText(ns: number): string {
  if (ns >= 1e9) return `${significant(ns / 1e9)} s`;
  if (ns >= 1e6) return `${significant(ns / 1e6)} ms`;
  if (ns >= 1e3) return `${significant(ns / 1e3)} us`;
  return `${significant(ns)} ns`;
}
