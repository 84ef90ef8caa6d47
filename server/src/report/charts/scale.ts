/** From values to places on an axis, and the values an axis names. */
import type { Axis } from './chart.js';

export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Values outside the axis are put at its end. */
  readonly at: (value: number) => number;
}

/** `from` and `to` are where the ends of the axis are drawn; `room` is how many ticks have room. */
export function makeScale(
  axis: Axis,
  values: readonly number[],
  [from, to]: readonly [number, number],
  room: number,
): Scale {
  const all = [...values, ...(axis.ticks ?? []), ...(axis.includes ?? [])].filter((value) =>
    isDrawn(axis, value),
  );
  const least = all.length === 0 ? 1 : Math.min(...all);
  const most = all.length === 0 ? 2 : Math.max(...all);
  const { low, high, ticks } =
    axis.ticks === undefined
      ? rangeOf(axis.scale, least, most, room)
      : { low: least, high: most, ticks: axis.ticks };
  const position = axis.scale === 'linear' ? (value: number) => value : Math.log2;
  const start = position(low);
  const length = position(high) - start;
  const at = (value: number): number => {
    const inside = Math.min(high, Math.max(low, value));
    const share = length === 0 ? 0.5 : (position(inside) - start) / length;
    return from + share * (to - from);
  };
  return { low, high, ticks, at };
}

/** A logarithmic axis has no place for zero. */
export function isDrawn(axis: Pick<Axis, 'scale'>, value: number): boolean {
  return Number.isFinite(value) && (axis.scale === 'linear' || value > 0);
}

export interface Range {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Round ends around the values, and at most `room` ticks between them. */
export function rangeOf(scale: Axis['scale'], low: number, high: number, room: number): Range {
  switch (scale) {
    case 'linear':
      return linearRange(Math.min(0, low), high, room);
    case 'log2':
      return log2Range(low, high, room);
    case 'log10':
      return log10Range(low, high, room);
    default:
      return scale satisfies never;
  }
}

function linearRange(low: number, high: number, room: number): Range {
  const raw = (high - low || 1) / Math.max(1, room - 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= raw * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = counted(first, last, 1).map((n) => Number((n * step).toPrecision(12)));
  return { low: ticks[0] ?? low, high: ticks.at(-1) ?? high, ticks };
}

function log2Range(low: number, high: number, room: number): Range {
  const first = Math.floor(Math.log2(low) + 1e-9);
  const last = Math.max(first + 1, Math.ceil(Math.log2(high) - 1e-9));
  const stride = Math.max(1, Math.ceil((last - first) / Math.max(1, room - 1)));
  return { low: 2 ** first, high: 2 ** last, ticks: counted(first, last, stride).map((power) => 2 ** power) };
}

/** The ends are at 1, 2 or 5 of a decade, and so are the ticks; powers of ten alone where these are too many. */
function log10Range(low: number, high: number, room: number): Range {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9) + 1;
  const fine = counted(first, last, 1).flatMap((power) =>
    [1, 2, 5].map((factor) => exactPower(factor, power)),
  );
  const from = fine.findLastIndex((tick) => tick <= low * (1 + 1e-9));
  const to = Math.max(
    from + 1,
    fine.findIndex((tick) => tick >= high * (1 - 1e-9)),
  );
  const covering = fine.slice(from, to + 1);
  const ends = { low: covering[0] ?? low, high: covering.at(-1) ?? high };
  if (covering.length <= room) return { ...ends, ticks: covering };
  const decades = counted(first, last, 1).filter(
    (power) => exactPower(1, power) >= ends.low && exactPower(1, power) <= ends.high,
  );
  const stride = Math.max(1, Math.ceil(decades.length / room));
  return { ...ends, ticks: decades.filter((_, i) => i % stride === 0).map((power) => exactPower(1, power)) };
}

function counted(first: number, last: number, stride: number): readonly number[] {
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, i) => first + i * stride);
}

/** 0.2, not 0.2 and something in the last bit. */
function exactPower(factor: number, power: number): number {
  return Number(`${factor}e${power}`);
}
