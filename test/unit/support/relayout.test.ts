import { expect, it } from 'vitest';
import { relaid } from '../../support/relayout.js';

it('breaks between tokens and leaves directives, strings and comments alone', () => {
  const text = '#define A(x) \\\n\tb c\nint f(void *p) /* a b */\n{\n\treturn g("x y", \' \'); // z z\n}\n';
  const other = relaid(text);
  for (const whole of ['#define A(x) \\\n\tb c\n', '/* a b */', '"x y"', "' '", '// z z'])
    expect(other).toContain(whole);
  expect(other).toContain('int\n  /* ; } */\tf(void\n  /* ; } */\t*p)');
  const bare = (s: string): string => s.replaceAll('/* ; } */', '').replace(/\s+/g, '');
  expect(bare(other)).toBe(bare(text));
});
