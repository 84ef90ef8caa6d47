import { describe, expect, it } from 'vitest';
import { outline } from '../../../server/src/syntax/outline.js';

/** Each chunk as `kind name: text`, white space folded. */
function chunks(text: string): string[] {
  return outline('x.c', text).chunks.map(
    (chunk) =>
      `${chunk.kind} ${chunk.name}: ${text.slice(chunk.start, chunk.end).trim().replaceAll(/\s+/g, ' ')}`,
  );
}

function functions(text: string): string[] {
  const file = outline('x.c', text);
  return file.chunks
    .filter((chunk) => chunk.kind === 'function')
    .map((chunk) => `${chunk.name}:${text.slice(0, chunk.nameStart).split('\n').length}`);
}

describe('outline', () => {
  it('cuts a file into its top-level constructs', () => {
    expect(
      chunks(`#include <a.h>
#define N 3
struct s { int a; };
static struct s one = { .a = N };
int f(struct s *p);
int f(struct s *p)
{
	return p->a;
}
MODULE_LICENSE("GPL");
`),
    ).toEqual([
      'include null: #include <a.h>',
      'macro N: #define N 3',
      'declaration struct s: struct s { int a; };',
      'declaration one: static struct s one = { .a = N };',
      'declaration f: int f(struct s *p);',
      'function f: int f(struct s *p) { return p->a; }',
      'invocation MODULE_LICENSE: MODULE_LICENSE("GPL");',
    ]);
  });

  it('names functions as Universal Ctags does', () => {
    expect(
      functions(`static int __init probe(void) { return 0; }
struct ring *
ring_new(void)
{ return 0; }
SYSCALL_DEFINE2(open, int, a, int, b)
{ return 0; }
static void (*pick(int a))(int)
{ return 0; }
static int FNAME(walk)(struct x *p) { return 0; }
__printf(1, 2) int say(const char *f, ...) { return 0; }
struct x *locked(void) __acquires(lock) { return 0; }
int old(a, b)
	int a;
	int b;
{ return 0; }
asmlinkage void start(void) { }
void __warning(const char *f) { }
`),
    ).toEqual([
      'probe:1',
      'ring_new:3',
      'SYSCALL_DEFINE2:5',
      'pick:7',
      'FNAME:9',
      'say:10',
      'locked:11',
      'old:12',
      'start:16',
      '__warning:17',
    ]);
  });

  it('ends a macro invocation without `;` at its line', () => {
    expect(chunks('EXPORT_SYMBOL(f)\nstatic int x;\nmodule_init(a)\n\nint g(void)\n{\n}\n')).toEqual([
      'invocation EXPORT_SYMBOL: EXPORT_SYMBOL(f)',
      'declaration x: static int x;',
      'invocation module_init: module_init(a)',
      'function g: int g(void) { }',
    ]);
  });

  it('keeps a function whose head is split over #if arms in one chunk', () => {
    const text = '#ifdef A\nint f(int a)\n#else\nint f(long a)\n#endif\n{\n\treturn a;\n}\nint g;\n';
    expect(chunks(text)).toEqual([
      'function f: int f(int a) #else int f(long a) #endif { return a; }',
      'declaration g: int g;',
    ]);
  });

  it('counts a brace that opens in every arm once', () => {
    expect(
      functions('int f(void)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (b) {\n#endif\n\t}\n}\nint g(void) { }\n'),
    ).toEqual(['f:1', 'g:10']);
  });

  it('lets a function end in each arm', () => {
    expect(
      functions('int f(void)\n{\n#ifdef A\n\treturn 1;\n}\n#else\n\treturn 2;\n}\n#endif\nint g(void) { }\n'),
    ).toEqual(['f:1', 'g:10']);
  });

  it('gives each chunk its condition and leaves out what no compilation sees', () => {
    const text =
      "#ifdef A\nint f(void) { }\n#else\nint g(void) { }\n#endif\n#if 0\nint h(void) { don't }\n#endif\n";
    const file = outline('x.c', text);
    expect(file.chunks.map((chunk) => [chunk.name, chunk.condition])).toEqual([
      ['f', { kind: 'defined', name: 'A' }],
      ['g', { kind: 'not', of: { kind: 'defined', name: 'A' } }],
    ]);
  });

  it('sees through extern "C"', () => {
    expect(functions('extern "C" {\nint f(void) { }\n}\nint g(void) { }\n')).toEqual(['f:2', 'g:4']);
  });

  it('makes a #define inside a function a chunk of its own, within the span of the function', () => {
    const text = 'int f(void)\n{\n#define X 1\n\treturn X;\n}\n';
    const [outer, inner] = outline('x.c', text).chunks;
    expect([outer?.kind, inner?.kind, inner?.name]).toEqual(['function', 'macro', 'X']);
    expect(inner!.start).toBeGreaterThan(outer!.start);
    expect(inner!.end).toBeLessThan(outer!.end);
  });

  it('recovers at column 0 when braces never balance', () => {
    expect(functions('int f(void)\n{\n\tBEGIN {\n}\nint g(void)\n{\n}\n')).toEqual(['f:1', 'g:5']);
  });

  it('is linear on hostile input', () => {
    const hostile = [
      '(',
      '{',
      'a\n',
      '#if A\n',
      '__attribute__((x))\n',
      'static\n',
      '#if A\n#elif B\n',
      'f(a) int b;',
    ];
    for (const piece of hostile) {
      const time = (count: number): number => {
        const text = `f(x)\n${piece.repeat(count)}`;
        const from = performance.now();
        outline('x.c', text);
        return performance.now() - from;
      };
      time(2000);
      // Quadratic work would take minutes at this length, linear work takes a fraction of a second.
      expect(time(40_000), piece).toBeLessThan(5000);
    }
  });
});
