import { expect, it } from 'vitest';
import { dumpBody } from './dump.js';

const params = 'struct x *p, int a, int b, unsigned long c, int (*fn)(int)';

it.each([
  [
    'binds operators as C does',
    'a = b + c * 2 << 1 == 3 && !a | ~b;',
    '(a = ((((b + (c * 2)) << 1) == 3) && ((! a) | (~ b))))',
  ],
  ['reads members, calls and indices', 'p->x.y[a] = fn(b, c)[2];', '(p->x.y[a] = fn(b, c)[2])'],
  ['keeps prefix and postfix steps apart', '--a; b++;', '(--a)\n(b++)'],
  ['takes a sign for an operator', 'a = -1;', '(a = (- 1))'],
  ['reads the GNU conditional without a middle', 'a = b ?: c;', '(a = (b ? : c))'],
  ['flattens comma expressions', 'a = 1, b = 2, c = 3;', '((a = 1), (b = 2), (c = 3))'],
  ['joins neighbouring strings as written', 'fn("a" X "b");', 'fn("a" X "b")'],
  [
    'reads a compound literal as an initialiser with a type',
    'p = &(struct x){ .a = 1 };',
    '(p = (& <struct x>{ .a = 1 }))',
  ],
  ['reads a statement expression', 'a = ({ int t = b; t + 1; });', '(a = ({ decl t: int = b; (t + 1) }))'],
  [
    'reads _Generic as a call',
    'a = _Generic(b, int: 1, default: 2);',
    '(a = _Generic(b, type<int>, 1, type<default>, 2))',
  ],
  ['reads offsetof without evaluating it', 'a = offsetof(struct x, y);', '(a = offsetof<struct x, y>)'],
])('%s', async (_, text, expected) => {
  expect(await dumpBody(text, params)).toBe(expected);
});

it.each([
  // Each of these the grammar alone gets wrong in one spelling or another.
  ['a * b;', '(a * b)'],
  ['foo * q;', 'decl q: foo*'],
  ['a = (a) & b;', '(a = (a & b))'],
  ['a = (a) - b * c;', '(a = (a - (b * c)))'],
  ['a = (PAGE_SIZE) - a * b;', '(a = (PAGE_SIZE - (a * b)))'],
  ['a = (u64)-1;', '(a = cast<u64>((- 1)))'],
  ['a = (u8)&b;', '(a = cast<u8>((& b)))'],
  ['a = (dma_addr_t)*p + 1;', '(a = (cast<dma_addr_t>((* p)) + 1))'],
  ['a = (u32)(b) + 1;', '(a = (cast<u32>(b) + 1))'],
  ['a = (u32)(p)->x;', '(a = cast<u32>(p->x))'],
  ['a = (fn)(b);', '(a = fn(b))'],
  ['a = (fn)(p)->x;', '(a = fn(p)->x)'],
  ['p = (struct x *)(a);', '(p = cast<struct x*>(a))'],
  ['a = sizeof (p)->x;', '(a = sizeof<p->x>)'],
  ['a = sizeof (b) * c;', '(a = (sizeof<b> * c))'],
  ['a = sizeof(u32) - 1;', '(a = (sizeof<u32> - 1))'],
  ['a = sizeof(b);', '(a = sizeof<b>)'],
])('tells casts, calls and values apart: %s', async (text, expected) => {
  expect(await dumpBody(text, params)).toBe(expected);
});

it('keeps what it can read around an error, and says where the error is', async () => {
  const text = await dumpBody('before(a);\nif (a @ b) inside(c);\nafter(b);', params);
  expect(text).toContain('before(a)');
  expect(text).toContain('inside(c)');
  expect(text).toContain('after(b)');
  expect(text).toContain('unexpected `@` after `a`');
});

it('gives up on an expression nested beyond reason without running out of stack', async () => {
  const deep = 5_000;
  const text = await dumpBody(`a = ${'('.repeat(deep)}b${')'.repeat(deep)} + fn(c);`, params);
  expect(text).toContain('nested too deeply');
  expect(text).toContain('fn(c)');
  expect(text).toMatch(/\bb\b/);
});
