/** A figure with its uncertainty, and arithmetic on it: every operation gives bounds that hold for all its operands' values. */
export interface Interval {
  readonly low: number;
  /** The best single guess. */
  readonly mid: number;
  readonly high: number;
}

export const zero: Interval = { low: 0, mid: 0, high: 0 };

export function exactly(value: number): Interval {
  return { low: value, mid: value, high: value };
}

export function sum(...terms: readonly Interval[]): Interval {
  const total = { low: 0, mid: 0, high: 0 };
  for (const { low, mid, high } of terms) {
    total.low += low;
    total.mid += mid;
    total.high += high;
  }
  return total;
}

/** Product with a number that is not negative. */
export function times(factor: number, term: Interval): Interval {
  return { low: factor * term.low, mid: factor * term.mid, high: factor * term.high };
}

/** Product of intervals that are not negative. */
export function product(a: Interval, b: Interval): Interval {
  return { low: a.low * b.low, mid: a.mid * b.mid, high: a.high * b.high };
}

/** Quotient of a non-negative interval by a positive one: largest over smallest is the high end. */
export function quotient(a: Interval, b: Interval): Interval {
  return { low: a.low / b.high, mid: a.mid / b.mid, high: a.high / b.low };
}

/** The smaller of the two, whatever their values are. */
export function least(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), mid: Math.min(a.mid, b.mid), high: Math.min(a.high, b.high) };
}

/** The larger of the two, whatever their values are. */
export function most(a: Interval, b: Interval): Interval {
  return { low: Math.max(a.low, b.low), mid: Math.max(a.mid, b.mid), high: Math.max(a.high, b.high) };
}

/** The smallest interval that holds both; its guess is the geometric mean of theirs, or the arithmetic one at zero. */
export function hull(a: Interval, b: Interval): Interval {
  const mid = a.mid > 0 && b.mid > 0 ? Math.sqrt(a.mid * b.mid) : (a.mid + b.mid) / 2;
  return { low: Math.min(a.low, b.low), mid, high: Math.max(a.high, b.high) };
}

/** Length of the third side of a right triangle: the larger of two times, and more where they are alike. */
export function legs(a: number, b: number): number {
  return Math.sqrt(a * a + b * b);
}
