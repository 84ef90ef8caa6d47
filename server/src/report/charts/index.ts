/** Charts as SVG text: no script, no style attribute, light and dark, told in words as well. */
import { drawBarChart } from './bar-chart.js';
import type { BarChart, DotChart, LineChart, SvgOptions } from './chart.js';
import { drawDotChart } from './dot-chart.js';
import { svgOf } from './frame.js';
import { drawLineChart } from './line-chart.js';

export type {
  Axis,
  BarChart,
  BarPart,
  CurvePoint,
  Dot,
  DotChart,
  Drawing,
  LineChart,
  Series,
  SvgOptions,
  Texture,
} from './chart.js';
export { CHART_WIDTH } from './chart.js';
export { svgOf } from './frame.js';
export { chartStyle } from './look.js';
export { drawMultiples } from './multiples.js';
export { drawBarChart, drawDotChart, drawLineChart };

export function lineChart(chart: LineChart, options?: SvgOptions): string {
  return svgOf(drawLineChart(chart), options);
}

export function dotChart(chart: DotChart, options?: SvgOptions): string {
  return svgOf(drawDotChart(chart), options);
}

export function barChart(chart: BarChart, options?: SvgOptions): string {
  return svgOf(drawBarChart(chart), options);
}
