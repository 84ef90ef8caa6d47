/** What holds for any text: offsets never move, and every change is on record. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseArms } from '../../../server/src/syntax/arms.js';
import { outline } from '../../../server/src/syntax/outline.js';
import type { Chunk, SourceFile } from '../../../server/src/syntax/source.js';
import { type PreparedVariant, prepare, prepareMacro } from '../../../server/src/syntax/variants.js';

/** Pieces of kernel C, whole and broken, in any order. */
const PIECES = [
  ...[
    'int f(void)\n{\n',
    '}\n',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    ';\n',
    ',',
    '=',
    '*',
    '&&',
    '...',
    '? a : b',
    ': 3',
  ],
  ...[
    '#ifdef A\n',
    '#else\n',
    '#elif defined(B)\n',
    '#endif\n',
    '#if 0\n',
    '#define M(a, b...) a##b #a\n',
    '#include "x"\n',
  ],
  ...[
    'static ',
    'struct x ',
    'unsigned int ',
    'typeof(y) ',
    'const ',
    'u32 ',
    'foo ',
    'FOO ',
    '__init ',
    '__user ',
  ],
  ...[
    '__free(kfree) ',
    '__attribute__((packed)) ',
    'asm volatile("a" : "=r" (b) : ',
    '"text" ',
    "'c' ",
    '12 ',
    '3k ',
  ],
  ...[
    'list_for_each(a, b) ',
    'SYSCALL_DEFINE2(f, int, a, int, b)\n',
    'DECLARE_BITMAP(a, 3)',
    'scoped_guard(m, &x) ',
  ],
  ...[
    'if (x) ',
    'else ',
    'for (;;) ',
    'do ',
    'while (0)',
    'switch (a) {\ncase 1 ... 2:\n',
    'return ',
    'goto *p;',
    'out:',
  ],
  ...[
    'container_of(p, struct x, m)',
    'min_t(int, a, b)',
    'G(, a,, {1}, return 1, if (a) b;)',
    '({ a; })',
    '.m = ',
    '[1] ',
  ],
  ...[
    '/* note */',
    '// line\n',
    '\n',
    '\t',
    ' ',
    '\\\n',
    '\r\n',
    '\0',
    '\u00e9',
    '"open',
    '/* open',
    '#',
    '##',
    '@',
  ],
];

const text = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
    ),
    {
      maxLength: 60,
    },
  )
  .map((pieces) => pieces.join(''));

/** Marks the offsets the parser may be shown something else at. */
function mayDiffer(file: SourceFile, variant: PreparedVariant): Uint8Array {
  const mask = new Uint8Array(file.text.length + 1);
  const arms = file.groups.flatMap((group) => group.arms);
  for (const { start, end } of [...file.comments, ...file.directives, ...arms, ...variant.rewrites])
    mask.fill(1, start, end);
  return mask;
}

function checkVariant(file: SourceFile, chunk: Chunk, variant: PreparedVariant): void {
  const length = chunk.end - chunk.start;
  const body = variant.text.slice(variant.prefixLength, variant.prefixLength + length);
  expect(body).toHaveLength(length);
  expect(['', ';']).toContain(variant.text.slice(variant.prefixLength + length));
  expect(variant.base).toBe(chunk.start);
  const mask = mayDiffer(file, variant);
  for (let i = 0; i < length; i++) {
    const was = file.text.charCodeAt(chunk.start + i);
    const is = body.charCodeAt(i);
    if (was === 10 || was === 13 || is === 10 || is === 13) expect(is, `line end at ${i}`).toBe(was);
    if (was !== is) expect(mask[chunk.start + i], `unrecorded change at ${i}: ${body}`).toBe(1);
  }
  for (const [i, { start, end }] of variant.rewrites.entries()) {
    expect(start).toBeGreaterThanOrEqual(chunk.start);
    expect(end).toBeLessThanOrEqual(chunk.end);
    expect(start).toBeGreaterThanOrEqual(variant.rewrites[i - 1]?.start ?? 0);
  }
}

describe('any text', () => {
  it('keeps length and lines, and records every change', () => {
    fc.assert(
      fc.property(text, (source) => {
        const file = outline('x.c', source);
        for (const chunk of file.chunks) {
          if (chunk.kind === 'macro' || chunk.kind === 'include') continue;
          const variants = prepare(file, chunk);
          expect(variants.length).toBeGreaterThan(0);
          for (const variant of variants) checkVariant(file, chunk, variant);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps the body of a macro where it is', () => {
    fc.assert(
      fc.property(text, (source) => {
        const file = outline('x.c', `#define X(a) ${source.replaceAll(/[\r\n]+/g, '\\\n')}\n`);
        for (const chunk of file.chunks.filter((one) => one.kind === 'macro')) {
          for (const { variant } of prepareMacro(file, chunk)) {
            const at = variant.text.indexOf('{');
            expect(variant.base).toBeGreaterThan(chunk.start);
            expect(at).not.toBe(0);
            for (const { start, end } of variant.rewrites) {
              expect(start).toBeGreaterThanOrEqual(variant.base);
              expect(end).toBeLessThanOrEqual(chunk.end);
            }
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('cuts it into chunks that are in order, and disjoint but for directives inside', () => {
    fc.assert(
      fc.property(text, (source) => {
        const { chunks } = outline('x.c', source);
        let end = 0;
        for (const [i, chunk] of chunks.entries()) {
          expect(chunk.index).toBe(i);
          expect(chunk.start).toBeGreaterThanOrEqual(chunks[i - 1]?.start ?? 0);
          const isInside = chunk.kind === 'macro' || chunk.kind === 'include';
          if (!isInside) expect(chunk.start).toBeGreaterThanOrEqual(end);
          if (!isInside || chunk.start >= end) end = Math.max(end, chunk.end);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads every arm that a compilation can see in some variant', () => {
    const arms = fc.array(fc.constantFrom('a();', 'b(', ')', '{', '}', 'if (x)', '&& y', ';', 'else', ','), {
      maxLength: 4,
    });
    const group = fc
      .tuple(fc.constantFrom('A', 'B', 'C'), arms, fc.option(arms))
      .map(([name, first, second]) => [name, first.join(' '), second?.join(' ')] as const);
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 4 }), (groups) => {
        const inside = groups
          .map(([name, first, second]) => {
            const other = second === undefined ? '' : `#else\n${second}\n`;
            return `#ifdef ${name}\n${first}\n${other}#endif\n`;
          })
          .join('');
        const file = outline('x.c', `int f(void)\n{\n${inside}}\n`);
        const chunk = file.chunks.find((one) => one.kind === 'function');
        if (chunk === undefined) return;
        const selections = chooseArms(file, chunk);
        const within = file.groups.filter((one) => one.endToken <= chunk.endToken);
        for (const arm of within.flatMap((one) => one.arms)) {
          const takes = selections.filter(({ excluded }) => !excluded.includes(arm));
          expect(takes.length, file.text).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('hostile text', () => {
  const deep = 30_000;
  it.each([
    ['parentheses', `int f(void) { x = ${'('.repeat(deep)}${')'.repeat(deep)}; }`],
    ['calls', `int f(void) { ${'g('.repeat(deep)}${')'.repeat(deep)}; }`],
    ['braces', `int f(void) ${'{'.repeat(deep)}${'}'.repeat(deep)}`],
    ['initialisers', `int a[] = ${'{'.repeat(deep)}${'}'.repeat(deep)};`],
    ['if', `int f(void) { ${'if (x) '.repeat(deep)}; }`],
    ['else if', `int f(void) { ${'if (x) y(); else '.repeat(deep)}; }`],
    ['nested #if', `int f(void)\n{\n${'#if A\nx();\n'.repeat(deep)}${'#endif\n'.repeat(deep)}}`],
    ['#elif', `int f(void)\n{\n#if A\n${'#elif B\nx();\n'.repeat(deep)}#endif\n}`],
    ['words', `int f(void) { ${'a b '.repeat(deep)}; }`],
    ['strings', `int f(void) { x = ${'"a" B '.repeat(deep)}; }`],
    ['commas', `int f(void) { g(${','.repeat(deep)}); }`],
    ['types', `int f(void) { ${'typeof('.repeat(deep)}`],
    ['condition', `#if ${'('.repeat(deep)}A\nint f(void) { }\n#endif\n`],
    ['one line', `int f(void) { ${'a(b);'.repeat(deep)} c\n${'d\n'.repeat(deep)}}`],
  ])('%s', (_, source) => {
    const from = performance.now();
    const file = outline('x.c', source);
    for (const chunk of file.chunks) if (chunk.kind !== 'macro') prepare(file, chunk);
    // Quadratic work would take minutes at this length.
    expect(performance.now() - from).toBeLessThan(5000);
  });
});
