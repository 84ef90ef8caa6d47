/** Whatever the code: an answer or a reason, within a bounded time, and never a throw. */
import { describe, expect, it } from 'vitest';
import { Guests } from '../../../../server/src/analysis/evaluate/guest.js';
import { reasonOf } from '../../../../server/src/analysis/evaluate/numbers/value.js';
import { runFunction } from '../../../../server/src/analysis/evaluate/running/calls.js';
import { fixtureFolders, fixturesIn, loadFixture } from '../../../support/fixture-files.js';
import { programOf, question } from './support.js';

function reason(text: string): string {
  const guests = new Guests(programOf(new Map([['drivers/virtio/f.c', text]])), null);
  const q = question({});
  const fn = guests.find(q, ['f']);
  return fn === null ? 'no f()' : reasonOf(runFunction(guests.run(q), fn, []).value);
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('code that nests, repeats or refers to itself', () => {
  it.each([
    ['negations', (n: number) => `int f(void) { return ${'!('.repeat(n)}x()${')'.repeat(n)}; }`],
    ['blocks', (n: number) => `int f(void) { ${'if (x()) { '.repeat(n)} y(); ${'}'.repeat(n)} return z(); }`],
    [
      'terms',
      (n: number) =>
        `int f(void) { return ${range(n)
          .map((i) => `x${i}()`)
          .join(' && ')}; }`,
    ],
    [
      'alternatives',
      (n: number) =>
        `int f(void) { ${range(n)
          .map((i) => `if (x${i}()) return ${i}; else `)
          .join('')} return -1; }`,
    ],
    [
      'macros',
      (n: number) =>
        `${range(n)
          .map((i) => `#define M${i} (M${i + 1} + x())\n`)
          .join('')}int f(void) { return M0; }`,
    ],
    [
      'forks',
      (n: number) =>
        `int f(void) { int a = 0; ${range(n)
          .map((i) => `if (x${i}()) a ^= ${i};`)
          .join(' ')} return a; }`,
    ],
    [
      'cases',
      (n: number) =>
        `int f(void) { switch (x()) { ${range(n)
          .map((i) => `case ${i}: y(); `)
          .join('')} } return z(); }`,
    ],
    ['loops', (n: number) => `int f(void) { int a = 0; ${'while (x()) '.repeat(n)} a++; return a; }`],
  ])('%s', (_, code) => {
    for (const n of [30, 300, 3000]) {
      const started = performance.now();
      expect(reason(code(n)), `${n}`).not.toBe('');
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it.each([
    ['#define A B\n#define B A\nint f(void) { return A; }'],
    ['#define C(x) C(x + 1)\nint f(void) { return C(0); }'],
    ['enum { one = two, two = one };\nint f(void) { return one; }'],
    ['static int v = v;\nint f(void) { return v + x(); }'],
    ['int g(void);\nint f(void) { return g(); }\nint g(void) { return f(); }'],
    ['int f(void) { goto *table[x()]; }'],
    ['int f(void) { asm("nop"); return x(; }'],
    ['int f(void) { return __builtin_choose_expr(1, x, y)(); }'],
  ])('%s', (code) => {
    expect(reason(code)).not.toBe('');
  });
});

describe('every function of the fixtures', () => {
  it('is run to an answer or a reason', () => {
    let count = 0;
    for (const folder of Object.keys(fixtureFolders)) {
      for (const name of fixturesIn(folder)) {
        const program = programOf(loadFixture(folder, name).files);
        const guests = new Guests(program, null);
        const q = question({ platform: 'sev' });
        for (const file of program.files) {
          for (const fn of program.facts(file)?.functions ?? []) {
            const { value } = runFunction(guests.run(q), fn, []);
            expect(value.kind === 'unknown' ? value.why : 'known', `${name} ${fn.name}`).not.toBe('');
            count += 1;
          }
        }
      }
    }
    expect(count).toBeGreaterThan(200);
  });
});
