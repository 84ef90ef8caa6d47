import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, quantile, share } from '../../../server/src/validation/statistics.js';

// Sorting does not tell the two zeros apart, and `toBe` does.
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((v) => v + 0);
const values = fc.array(value, { minLength: 1, maxLength: 40 });

describe('the median', () => {
  it.each([
    [[3], 3],
    [[4, 1], 2.5],
    [[9, 1, 5], 5],
    [[10, 2, 4, 3], 3.5],
  ])('of %j is %d', (of, is) => expect(median(of)).toBe(is));

  it('has as many above as below, in any order of the values, and leaves them as they are', () => {
    fc.assert(
      fc.property(values, (of) => {
        const before = [...of];
        const middle = median(of);
        expect(of).toEqual(before);
        expect(middle).toBe(median(of.toReversed()));
        expect(of.filter((v) => v < middle).length).toBeLessThanOrEqual(of.length / 2);
        expect(of.filter((v) => v > middle).length).toBeLessThanOrEqual(of.length / 2);
      }),
    );
  });
});

describe('a quantile', () => {
  it.each([
    [0.9, 9],
    [0.91, 10],
    [1, 10],
    [0.5, 5],
    [0, 1],
  ])('%d of 1 to 10 is %i', (at, is) => expect(quantile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], at)).toBe(is));

  it('is a value that the share does not exceed, and the smallest such', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 100 }), (of, percent) => {
        const at = quantile(of, percent / 100);
        expect(of).toContain(at);
        const below = (than: (v: number) => boolean): number => of.filter(than).length / of.length;
        expect(below((v) => v <= at)).toBeGreaterThanOrEqual(percent / 100 - 1e-12);
        expect(below((v) => v < at)).toBeLessThan(percent / 100);
      }),
    );
  });
});

it('of nothing there is none', () => {
  expect([median([]), quantile([], 0.9), share([], () => true)]).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
  ]);
});

it('a share counts what it is asked for', () => {
  expect(share([1, 2, 3, 4], (v) => v > 1)).toBe(0.75);
});
