import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TripleMap } from '../../../server/src/analysis/formulas/triple-map.js';

it('gives what was put in, and nothing else', () => {
  const number = fc.oneof(fc.nat(6), fc.nat(2_000_000));
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, number, number), { maxLength: 400 }), (entries) => {
      const map = new TripleMap();
      const known = new Map<string, number>();
      for (const [a, b, c, value] of entries) {
        const before = known.get(`${a} ${b} ${c}`);
        expect(map.get(a, b, c)).toBe(before ?? -1);
        if (before !== undefined) continue;
        map.add(a, b, c, value);
        known.set(`${a} ${b} ${c}`, value);
      }
      for (const [a, b, c] of entries) {
        expect(map.get(a, b, c)).toBe(known.get(`${a} ${b} ${c}`));
        expect(map.get(c, a, b)).toBe(known.get(`${c} ${a} ${b}`) ?? -1);
      }
    }),
  );
});
