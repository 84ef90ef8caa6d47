/** Figures as people read them: three significant digits, decimal prefixes for rates, binary ones for sizes. */
import type { Interval } from '../../model/cost/interval.js';
import { wrap } from '../style.js';

const prefixes = [
  { sign: 'T', factor: 1e12 },
  { sign: 'G', factor: 1e9 },
  { sign: 'M', factor: 1e6 },
  { sign: 'k', factor: 1e3 },
] as const;

const binary = [
  { unit: 'GiB', factor: 2 ** 30 },
  { unit: 'MiB', factor: 2 ** 20 },
  { unit: 'KiB', factor: 2 ** 10 },
] as const;

/** `0.123`, `12.3`, `123`, `1230`: never an exponent. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return 'unbounded';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(digits));
  const exponent = Math.floor(Math.log10(Math.abs(rounded)));
  return rounded.toFixed(Math.min(12, Math.max(0, digits - 1 - exponent)));
}

/** `4 KiB`, `1460 B`, `1.53 MiB`: exact where that is short. */
export function sizeText(bytes: number): string {
  const whole = binary.find(({ factor }) => bytes % factor === 0 && bytes >= factor && bytes < 2048 * factor);
  if (whole !== undefined) return `${bytes / whole.factor} ${whole.unit}`;
  const near = binary.find(({ unit, factor }) => bytes >= (unit === 'KiB' ? 16 * factor : factor));
  return near === undefined ? `${bytes} B` : `${significant(bytes / near.factor)} ${near.unit}`;
}

/** `32 768`: groups of three, as the other reports write counts. */
export function countText(n: number): string {
  return n.toLocaleString('en-US').replaceAll(',', ' ');
}

/** Figures of one interval in one unit. `mid` alone is set where all three read the same. */
export interface IntervalText {
  readonly low: string;
  readonly mid: string;
  readonly high: string;
  /** Prefix and unit, as they follow the figures: `k`, ` GB/s`, `x`. */
  readonly unit: string;
}

/** With the prefix that fits the best guess: `{ '0.98', '1.20', '2.40', 'M' }`. */
export function rateText(rate: Interval, unit = ''): IntervalText {
  const { sign, factor } = prefixOf(rate.mid);
  return {
    low: significant(rate.low / factor),
    mid: significant(rate.mid / factor),
    high: significant(rate.high / factor),
    unit: unit === '' ? sign : ` ${sign}${unit}`,
  };
}

export function ratioText(ratio: Interval): IntervalText {
  return { low: fraction(ratio.low), mid: fraction(ratio.mid), high: fraction(ratio.high), unit: 'x' };
}

/** One figure with its prefix: `12.3k`, `4.05 GB/s`. */
export function scaled(value: number, unit = ''): string {
  const { sign, factor } = prefixOf(value);
  return `${significant(value / factor)}${unit === '' ? sign : ` ${sign}${unit}`}`;
}

/** `0.60-0.80-0.90x`; one figure where all three read the same. */
export function joined({ low, mid, high, unit }: IntervalText): string {
  return low === mid && mid === high ? `${mid}${unit}` : `${low}-${mid}-${high}${unit}`;
}

/** Of a fraction: `11.7 %`. */
export function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

/** As `wrap`, but never between the groups of a number, or a number and its `%`. */
export function wrapFigures(text: string, width: number): string[] {
  const glue = '\u0001';
  const glued = text.replace(/(?<=\d) (?=\d{3}\b|%)/g, glue);
  return wrap(glued, width).map((line) => line.replaceAll(glue, ' '));
}

/** Two decimals, and two digits below a tenth. */
function fraction(value: number): string {
  if (value >= 10 || (value > 0 && value < 0.095)) return significant(value, value >= 10 ? 3 : 2);
  return value.toFixed(2);
}

/** Judged after rounding, so that 999.7 is not written 1000. */
function prefixOf(value: number): { readonly sign: string; readonly factor: number } {
  const rounded = value > 0 && Number.isFinite(value) ? Number(value.toPrecision(3)) : 0;
  return prefixes.find(({ factor }) => rounded >= factor) ?? { sign: '', factor: 1 };
}
