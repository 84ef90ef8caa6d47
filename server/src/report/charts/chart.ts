/** What a chart is made of. Plain data, but for how an axis writes its figures. */
import type { Point } from './svg.js';

export interface Axis {
  readonly label: string;
  readonly scale: 'linear' | 'log2' | 'log10';
  /** Default: chosen for the data. */
  readonly ticks?: readonly number[];
  readonly format: (value: number) => string;
  /** The axis holds at least these, whatever the data is. */
  readonly includes?: readonly number[];
}

export interface CurvePoint {
  readonly x: number;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
  /** What makes the value what it is here; where that changes, the chart says so. */
  readonly term?: string;
}

export interface Series {
  readonly label: string;
  /** In the order of x. */
  readonly points: readonly CurvePoint[];
  /** Measured, beside what was computed. */
  readonly mark?: readonly Point[];
}

export interface LineChart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** A level to compare with, such as a ratio of 1. */
  readonly reference?: { readonly y: number; readonly label: string };
  /** Before the terms. Default: `held by`. */
  readonly termLabel?: string;
  readonly notes: readonly string[];
}

export interface Dot {
  readonly group: string;
  readonly label: string;
  readonly measured: number;
  readonly low: number;
  readonly mid: number;
  readonly high: number;
  /** A row used for calibration tests nothing: its dot is hollow. */
  readonly isCalibration: boolean;
}

/** Predicted over measured, both logarithmic. */
export interface DotChart {
  readonly title: string;
  readonly unit: string;
  readonly format: (value: number) => string;
  readonly dots: readonly Dot[];
  readonly notes: readonly string[];
}

export type Texture = 'solid' | 'stripes' | 'dots';

export interface BarPart {
  readonly label: string;
  readonly value: number;
  readonly texture: Texture;
}

/** Parts laid end to end against a limit; what remains below the limit is free. */
export interface BarChart {
  readonly title: string;
  readonly parts: readonly BarPart[];
  readonly limit: { readonly value: number; readonly label: string };
  readonly format: (value: number) => string;
  readonly notes: readonly string[];
}

/** A chart laid out: what goes into an `<svg>` element, or beside others into one. */
export interface Drawing {
  readonly title: string;
  /** The chart in words. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

export interface SvgOptions {
  /** Makes the ids in the element unique in its page. Default: from the title. */
  readonly id?: string;
  /** `none` where the page holds `chartStyle` already. */
  readonly style?: 'embedded' | 'none';
}

/** Units of a chart's width: one shown on a telephone of 360 pixels keeps letters of 10 pixels. */
export const CHART_WIDTH = 400;
