/** What is known of memory once code has stored to it through pointers, in parts, or nobody knows where. */
import { describe, expect, it } from 'vitest';
import { returned } from './support.js';

const records = 'struct s { int x; int y; };\nunion u { u32 whole; u8 low; };\nstruct o { struct s *p; };';

function result(code: string): string {
  return returned(`${records}\nlong long f(struct virtio_device *vdev) { ${code} }`);
}

describe('a store leaves nothing known that it may have changed', () => {
  it.each([
    ['a record in one piece', 'struct s a, b; a.x = 1; b.x = 2; a = b; return a.x;', '? a'],
    ['a record given to unknown code', 'struct s a; a.x = 1; unseen(&a); return a.x;', '? unseen()'],
    [
      'an address that unknown code has kept',
      'int n = 1; unseen(&n); n = 2; other(); return n;',
      '? other()',
    ],
    ['one of two variables', 'int n = 1, m = 1; int *p = unseen() ? &n : &m; *p = 6; return n + m;', '? *p'],
    [
      'a field of one of two records',
      'struct s a, b; struct s *p = unseen() ? &a : &b; a.x = 1; p->x = 2; return a.x;',
      '? p->x',
    ],
    ['some element', 'int a[2]; int i = unseen(); a[0] = 1; a[i] = 7; return a[0];', '? a[i]'],
    ['the other member of a union', 'union u v; v.whole = 0x1ff; v.low = 1; return v.whole;', '? v.low'],
    ['a part of a number', 'int n = 0x1ff; u8 *p = (u8 *)&n; return *p;', '? *p'],
    ['the same through void *', 'int n = 0x1ff; void *v = &n; u8 *p = v; *p = 3; return n;', '? *p'],
    ['what may be a macro', 'int n = 1, m = 2; unseen(n, m); return n;', '? unseen()'],
    ['assembly', 'struct s a; a.x = 1; asm("" : "+m"(a)); return a.x;', '? a'],
  ])('%s', (_, code, expected) => {
    expect(result(code)).toMatch(/^\?/);
    expect(result(code)).toContain(expected.slice(2, 4));
  });
});

describe('a store through a pointer that is known goes where it points', () => {
  it.each([
    ['int n = 1; int *p = &n; int **q = &p; **q = 5; return n;', '5'],
    ['int n = 1; int *p = &n; p[0] = 5; return n;', '5'],
    ['struct s a = { .y = 4, .x = 1 }; struct s *p = &a; p->x = 7; return a.x * 10 + a.y;', '74'],
    ['struct s a; struct o b; b.p = &a; a.x = 1; b.p->x = 4; return a.x;', '4'],
    ['int a[] = { 1, 2, 3 }; int *p = a; p[1] = 9; return a[1];', '9'],
    ['struct s a[2]; a[0].x = 1; struct s *p = a; p->x = 5; return a[0].x;', '5'],
    ['int i = 0, a[] = { 1, 2, 3 }; a[i++] += 5; return i * 100 + a[0] * 10 + a[1];', '162'],
    ['int n = 1; int *p = &n; { int n = 2; *p = n; } return n;', '2'],
    ['int i, n = 0; for (i = 0; i < 2; i++) { struct s a; a.y = 0; n += a.y; a.y = 1; } return n;', '0'],
  ])('%s', (code, expected) => {
    expect(result(code)).toBe(expected);
  });
});

describe('elements of an initialiser', () => {
  it.each([
    ['int t[] = { [3] = 5, 6 }; return t[4];', '6'],
    ['int t[] = { [3] = 5, 6 }; return t[1];', '? t[1]'],
    ['int t[] = { [3] = 5, 6 }; return ARRAY_SIZE(t);', '5'],
    ['int t[8] = { 1 }; return ARRAY_SIZE(t);', '8'],
    ['u8 t[] = { 0x1ff, 2 }; return t[0] + ARRAY_SIZE(t);', '257'],
    ['int t[2][2] = { { 1, 2 }, { 3, 4 } }; return t[1][0];', '3'],
    ['int t[2][2] = { { 1, 2 }, { 3, 4 } }; int *row = t[1]; row[0] = 9; return t[1][0] == 3;', '? row[0]'],
    ['static int t[8]; return t == NULL;', '0'],
    ['return "a" == "b";', '? a comparison of two pointers'],
  ])('%s', (code, expected) => {
    expect(result(code)).toBe(expected);
  });

  it('behind one that may not be there nothing is known', () => {
    const list = '#if defined(UNHEARD) && unclear(4)\n1,\n#endif\n2';
    expect(returned(`static int t[] = {\n${list} };\nint f(void) { return t[1]; }`)).toBe('? t[1]');
    expect(returned(`static int t[] = {\n${list} };\nint f(void) { return ARRAY_SIZE(t); }`)).toMatch(/^\?/);
  });
});
