import { expect, it } from 'vitest';
import { dump, dumpBody, lines } from './dump.js';

it('puts case labels, labels and what follows them side by side', async () => {
  const text = await dumpBody(
    lines(`
    switch (a) {
    case 1:
    case 2: one(); break;
    default: { two(); }
    }
    again: three();
    goto again;
  `),
  );
  expect(text).toBe(
    lines(`
    switch a
      {
        case 1:
        case 2:
        one()
        break
        default:
        {
          two()
        }
      }
    again:
    three()
    goto again
  `),
  );
});

it('reads every loop', async () => {
  const text = await dumpBody(
    'while (a) b(); do { c(); } while (d); for (int i = 0; i < 3; i++) ; for (;;) e();',
  );
  expect(text).toBe(
    lines(`
    while ; a; 
      b()
    do ; d; 
      {
        c()
      }
    for decl i: int = 0; (i < 3); (i++)
      {
      }
    for ; ; 
      e()
  `),
  );
});

it('hangs an else on the nearest if', async () => {
  const text = await dumpBody('if (a) if (b) c(); else d(); return;');
  expect(text).toBe(
    lines(`
    if a
      if b
        c()
      else
        d()
    return
  `),
  );
});

it('gives each declarator its own type', async () => {
  const text = await dumpBody(
    'static struct x s = { .a = 1 }, *p, t[2][N]; int (*fn)(int, char *); unsigned long long u;',
  );
  expect(text).toBe(
    lines(`
    decl static s: struct x = { .a = 1 }, static p: struct x*, static t: struct x**[2][N]
    decl fn: int(int, char*)
    decl u: unsigned long long
  `),
  );
});

it('reads the operands of assembly', async () => {
  const text = await dumpBody('asm volatile("mov %1, %0" : "=r" (p->out) : "r" (in(a)) : "memory");');
  expect(text).toBe('asm(p->out, in(a))');
});

it('reads K&R functions, functions that return functions, and unnamed parameters', async () => {
  expect(await dump('static int old(a, b) int a; char *b; { return a; }')).toBe(
    'function static int old(a: int, b: char*)\n  return a',
  );
  expect(await dump('void (*sig(int n, void (*h)(int)))(int) { return h; }')).toBe(
    'function void(int) sig(n: int, h: void(int))\n  return h',
  );
  expect(await dump('int f(struct x *, int n[]) { }')).toBe('function int f(struct x*, n: int*)');
});

it('reports a function that is no function to the parser, with what can be read of it', async () => {
  const text = await dump('int broken(int a)\n{\n\t) ] call(a);\n}\n');
  expect(text).toContain('function int broken(a: int) unclean: unexpected `)`');
  expect(text).toContain('call(a)');
});
