/** Order statistics of a few runs. */

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly min: number;
  readonly max: number;
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** Of at least one value. `low` and `high` leave out a tenth of the values at either end, rounded up from five values on. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = sorted.length < 5 ? 0 : Math.ceil(sorted.length / 10);
  const at = (index: number): number => rounded(sorted.at(index) ?? Number.NaN);
  return {
    median: rounded(median(values)),
    low: at(cut),
    high: at(-1 - cut),
    min: at(0),
    max: at(-1),
  };
}

/** Four digits are more than any run repeats. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
