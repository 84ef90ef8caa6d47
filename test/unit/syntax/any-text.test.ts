import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { KernelParser } from '../../../server/src/syntax/index.js';
import { sharedParser } from './dump.js';
import { misplacedSpans } from './invariants.js';
import { snippets } from './snippets.js';

const pieces = fc.constantFrom(
  ...snippets,
  ...[
    '(',
    ')',
    '{',
    '}',
    '[',
    ']',
    '[[',
    ';',
    ',',
    '"',
    "'",
    '/*',
    '*/',
    '//',
    '\\\n',
    '\r\n',
    '\n',
    '\0',
    '\ufeff',
    'é',
    '\u{1f600}',
  ],
  ...[
    '#if A\n',
    '#elif B\n',
    '#else\n',
    '#endif\n',
    '#define X ',
    '#define Y(a...) ',
    '#include "x.h"\n',
    '##',
    '...',
  ],
  ...[
    'typeof(',
    'asm(',
    'struct ',
    '({',
    'case ',
    'while(',
    'do ',
    'if(x) ',
    'else ',
    '= ',
    '&&',
    '* ',
    'static ',
    'goto *',
    'f(x) ',
  ],
);
const texts = fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join(''));

function problemsOf(parser: KernelParser, text: string): string[] {
  const file = parser.outline('any.c', text);
  return file.chunks.flatMap((chunk) => misplacedSpans(parser.facts(file, chunk), chunk));
}

it('reads any text without a throw, every fact inside its chunk', async () => {
  const parser = await sharedParser();
  fc.assert(
    fc.property(texts, (text) => {
      expect(problemsOf(parser, text)).toEqual([]);
    }),
    { numRuns: 400 },
  );
});

it('gives the same facts again, whatever was read in between', async () => {
  const parser = await sharedParser();
  const read = (text: string): string => {
    const file = parser.outline('any.c', text);
    return JSON.stringify(file.chunks.map((chunk) => parser.facts(file, chunk)));
  };
  fc.assert(
    fc.property(texts, texts, (text, between) => {
      const first = read(text);
      read(between);
      expect(read(text)).toBe(first);
    }),
    { numRuns: 100 },
  );
});

it.each([
  ['parentheses', (n: number) => `int x = ${'('.repeat(n)}y${')'.repeat(n)};`],
  ['open parentheses', (n: number) => `int f(void) { return ${'('.repeat(n)}; }`],
  ['blocks', (n: number) => `void f(void) ${'{'.repeat(n)}g();${'}'.repeat(n)}`],
  ['initialisers', (n: number) => `int x[] = ${'{'.repeat(n)}1${'}'.repeat(n)};`],
  ['casts', (n: number) => `int x = ${'(u32)'.repeat(n)}y;`],
  ['operators', (n: number) => `int x = y${' + y'.repeat(n)};`],
  ['else-if chains', (n: number) => `void f(void) { ${'if (a) b(); else '.repeat(n)}c(); }`],
  ['labels', (n: number) => `void f(void) { ${'l: '.repeat(n)}c(); }`],
  ['structs', (n: number) => `${'struct { '.repeat(n)}int a;${' } b;'.repeat(n)}`],
  ['pointers', (n: number) => `int ${'*'.repeat(n)}p;`],
  ['function types', (n: number) => `int ${'(*'.repeat(n)}p${')(void)'.repeat(n)};`],
  ['conditions', (n: number) => `${'#if A\n'.repeat(n)}int a;\n${'#endif\n'.repeat(n)}`],
  ['macro calls', (n: number) => `int x = ${'f('.repeat(n)}y${')'.repeat(n)};`],
  ['statement expressions', (n: number) => `int x = ${'({ '.repeat(n)}y;${' });'.repeat(n)};`],
] as const)('survives deeply nested %s', async (_, nest) => {
  const parser = await sharedParser();
  expect(problemsOf(parser, nest(2_000))).toEqual([]);
});
