import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  exactly,
  hull,
  type Interval,
  least,
  legs,
  most,
  product,
  quotient,
  sum,
  times,
  zero,
} from '../../../../server/src/model/cost/index.js';

/** From zero, or well off it: no quotient of the two ends of what a double holds. */
const figure = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e9, noNaN: true }));
const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

function intervalOf(one: fc.Arbitrary<number>): fc.Arbitrary<Interval> {
  return fc.array(one, { minLength: 3, maxLength: 3 }).map((values) => {
    const [low = 0, mid = 0, high = 0] = values.toSorted((a, b) => a - b);
    return { low, mid, high };
  });
}

const share = fc.double({ min: 0, max: 1, noNaN: true });

/** A value of an interval, its ends included. */
function within({ low, high }: Interval, at: number): number {
  return Math.min(high, low + (high - low) * at);
}

function holds(result: Interval, value: number): boolean {
  const slack = 1e-9 * Math.max(1, Math.abs(value));
  return result.low - slack <= value && value <= result.high + slack;
}

function isOrdered({ low, mid, high }: Interval): boolean {
  return low <= mid && mid <= high;
}

const operations: readonly (readonly [
  string,
  fc.Arbitrary<Interval>,
  (a: Interval, b: Interval) => Interval,
  (a: number, b: number) => number,
])[] = [
  ['sum', intervalOf(figure), (a, b) => sum(a, b), (a, b) => a + b],
  ['product', intervalOf(figure), product, (a, b) => a * b],
  ['quotient', intervalOf(positive), quotient, (a, b) => a / b],
  ['least', intervalOf(figure), least, Math.min],
  ['most', intervalOf(figure), most, Math.max],
];

describe('an operation', () => {
  it.each(operations)('%s: bounds hold for all values of the operands', (_, second, of, value) => {
    fc.assert(
      fc.property(intervalOf(figure), second, share, share, (a, b, at, bt) => {
        const result = of(a, b);
        expect(isOrdered(result)).toBe(true);
        expect(holds(result, value(within(a, at), within(b, bt)))).toBe(true);
        // No wider than it has to be: both ends are reached.
        const corners = [a.low, a.high].flatMap((x) => [b.low, b.high].map((y) => value(x, y)));
        expect(result.low).toBeCloseTo(Math.min(...corners), 9);
        expect(result.high / Math.max(...corners, 1e-300)).toBeCloseTo(result.high === 0 ? 0 : 1, 9);
      }),
    );
  });

  it('times: bounds hold for all values, and a factor of nothing leaves nothing', () => {
    fc.assert(
      fc.property(figure, intervalOf(figure), share, (factor, a, at) => {
        expect(holds(times(factor, a), factor * within(a, at))).toBe(true);
        expect(times(0, a)).toEqual(zero);
      }),
    );
  });

  it('hull: holds both, and guesses between their guesses', () => {
    fc.assert(
      fc.property(intervalOf(figure), intervalOf(figure), share, (a, b, at) => {
        const both = hull(a, b);
        expect(holds(both, within(a, at)) && holds(both, within(b, at))).toBe(true);
        expect(isOrdered(both)).toBe(true);
        expect(holds({ ...both, low: Math.min(a.mid, b.mid), high: Math.max(a.mid, b.mid) }, both.mid)).toBe(
          true,
        );
      }),
    );
  });

  it('legs: at least the longer, at most the sum, and the same whichever comes first', () => {
    fc.assert(
      fc.property(figure, figure, (a, b) => {
        const third = legs(a, b);
        expect(third).toBeGreaterThanOrEqual(Math.max(a, b) * (1 - 1e-12));
        expect(third).toBeLessThanOrEqual((a + b) * (1 + 1e-12));
        expect(third).toBe(legs(b, a));
      }),
    );
  });
});

it('adds nothing, and one term, as they are', () => {
  expect(sum()).toEqual(zero);
  expect(sum(exactly(3))).toEqual({ low: 3, mid: 3, high: 3 });
});
