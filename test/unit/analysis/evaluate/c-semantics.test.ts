/** What C says of scopes, macros, types and variables, as far as a run of decision code depends on it. */
import { describe, expect, it } from 'vitest';
import { returned as value } from './support.js';

function body(code: string, before = ''): string {
  return value(`${before}\nlong long f(struct virtio_device *vdev) {\n${code}\n}`);
}

describe('an inner declaration hides the outer one until its block ends', () => {
  it.each([
    ['int n = 1; { int n = 2; (void)n; } return n;', '1'],
    ['int n = 1; { int n = 2; n++; { int n = 9; } n++; return n; }', '4'],
    ['int n = 1; { n = 5; int n = 2; n = 3; } return n;', '5'],
    ['int n = 7; for (int n = 0; n < 3; n++) ; return n;', '7'],
    ['int n = 7; for (int i = 0; i < 3; i++) { int n = i; n += 4; } return n;', '7'],
    ['int n = 7; while (n < 9) { int n2 = n + 1; n = n2; } return n;', '9'],
    ['int n = 3; switch (n) { int n; case 3: n = 8; } return n;', '3'],
    ['int n = 3; int m = ({ int n = 4; n * 2; }); return 10 * m + n;', '83'],
    ['int n = 3; if (x()) { int n = 4; n++; } return n;', '3'],
    ['int n = 3; { int n = 4; if (x()) goto out; } n = 3; out: return n;', '3'],
    ['int n = 1; { int *p = &n; int n = 2; *p = 6; n++; } return n;', '6'],
    ['int n = 2; { int n; n = 4; } { int n; return n; }', '? n'],
    ['if (1) { int vdev = 3; (void)vdev; } return vdev->config != NULL;', '1'],
    ['int n = 1; { if (1) goto past; int n = 3; past: n = 5; } return n;', '1'],
    [
      'int n = 1, i = 0, sum = 0; { again: sum += n; int n = 7; if (++i < 3) goto again; (void)n; } return sum;',
      '3',
    ],
    ['static int n = 4; return n;', '4'],
    ['static int n = 4; return n++;', '? n'],
    ['{ int twice = 5; (void)twice; } return twice(4);', '8'],
  ])('%s gives %s', (code, expected) => {
    expect(body(code, 'static int twice(int n) { return 2 * n; }')).toBe(expected);
  });
});

describe('macros are text', () => {
  it.each([
    ['A || B without parentheses behind !', '#define Q() 0 || 1', '!Q()', '1'],
    ['the same in parentheses', '#define Q() (0 || 1)', '!Q()', '0'],
    ['a difference behind *', '#define ONE_LESS 1 - 2', '2 * ONE_LESS', '0'],
    ['a difference before *', '#define ONE_LESS 1 - 2', 'ONE_LESS * 3', '-5'],
    ['an argument taken apart by the body', '#define NOT(x) !x', 'NOT(0 || 1)', '1'],
    ['an argument in parentheses of its own', '#define NOT(x) !x', 'NOT((0 || 1))', '0'],
    ['a body that protects its argument', '#define NOT(x) !(x)', 'NOT(0 || 1)', '0'],
    ['arguments of a product', '#define MUL(a, b) a * b', 'MUL(1 + 2, 3 + 4)', '11'],
    ['an argument that begins in parentheses', '#define NEG(x) -x', 'NEG((6) & 5 - 2)', '2'],
    ['a comment between the parentheses', '#define NOT(x) !x', 'NOT(( /* ( */ 0 || 1))', '0'],
    ['the first operand alone in parentheses', '#define S (1) + 2', 'S * 3', '7'],
    ['a macro of a macro', '#define A 1 + 2\n#define B A', 'B * 3', '7'],
    ['a macro given to a macro', '#define A 0 || 1\n#define NOT(x) !x', 'NOT(A)', '1'],
    ['a macro that uses another', '#define NOT(x) !x\n#define BOTH(a, b) NOT(a) && b', '!BOTH(1, 0)', '0'],
    ['a comparison beside &', '#define MASK 4 | 1', '(2 & MASK) == 1', '1'],
    ['a condition', '#define PICK(c) c ? 2 : 3', 'PICK(0) + 4', '7'],
    ['a condition behind', '#define PICK(c) c ? 2 : 3', '1 + PICK(0)', '2'],
    ['a cast', '#define BIG 0x100 + 1', '(u8)BIG', '1'],
    ['a shift', '#define ADD 1 + 1', '1 << ADD', '4'],
    ['a shift before', '#define SHIFT 1 << 1', 'SHIFT + 1', '4'],
    ['nothing to tear apart', '#define N 5\n#define M N', 'M * -N', '-25'],
    ['a macro of its own name', '#define n n', 'n * 2', '? n'],
    ['an argument used twice', '#define TWICE(n) ({ int m = n; m + n; })', 'TWICE(3)', '6'],
    ['an alias of a function', '#define other twice', 'other(4)', '8'],
    ['a function named by an argument', '#define CALL(g, n) g(n)', 'CALL(twice, 4)', '8'],
    ['any number of arguments', '#define V(...) two(__VA_ARGS__)', 'V(3, 4)', '34'],
    ['a part of an expression', '#define HALF 1 +', 'HALF 2', '? '],
    ['statements', '#define SET(v, x) do { v = !x; } while (0)', '({ int n = 5; SET(n, 0 || 1); n; })', '1'],
    ['a declaration of the body', '#define M(x) ({ int n = 1; n + x; })', '({ int k = 5; M(k); })', '6'],
  ])('%s', (_, macros, expression, expected) => {
    const before = `
static int twice(int n) { return 2 * n; }
static int two(int a, int b) { return 10 * a + b; }
${macros}`;
    const found = body(`return ${expression};`, before);
    if (expected === '? ') expect(found).toMatch(/^\? /);
    else expect(found).toBe(expected);
  });

  it('in conditions, arguments, subjects of a switch and initialisers', () => {
    const macros = '#define Q 0 || 1\n#define D 3 - 2\nstatic int id(int n) { return n; }';
    expect(body('int a = 2 * D; if (!Q) return a; return 0;', macros)).toBe('4');
    expect(body('return id(2 * D);', macros)).toBe('4');
    expect(body('switch (2 * D) { case 4: return 1; default: return 2; }', macros)).toBe('1');
    expect(value(`${macros}\nstatic int k = 2 * D;\nint f(void) { return k; }`)).toBe('4');
    expect(value(`${macros}\nenum { e = 2 * D };\nint f(void) { return e; }`)).toBe('4');
  });

  it('where the text is in another file, its own parentheses count', () => {
    const headers = {
      'include/linux/virtio.h':
        '#define LONG_COMMENT_SO_THAT_OFFSETS_DIFFER /* (((((( */ 1\n#define NOT(x) !x\n#define SUM (1) + (2)\n',
    };
    expect(value('int f(void) { return NOT((0 || 1)) + SUM * 4; }', headers)).toBe('9');
  });

  it('what is not known is named', () => {
    expect(body('return !Q(1);', '#define Q(d) x() || !d')).toBe('? x()');
    expect(body('return Q(1) == 0;', '#define Q(d) x() && 0')).toBe('? x()');
  });
});

describe('types of intermediate numbers', () => {
  it.each([
    ['0u - 1 > 0', '1'],
    ['-1 < 1U', '0'],
    ['-1 < (u8)1', '1'],
    ['-1 < 1UL', '0'],
    ['-1L < 1U', '1'],
    ['0x80000000u << 1', '0'],
    ['0xffffffffu + 1', '0'],
    ['0xffffffffu + 1L', '4294967296'],
    ['0xffffffff + 1 == 0', '1'],
    ['2147483648 > 0 && 2147483648 + 1 == 2147483649', '1'],
    ['0xffffffffffffffffULL + 1', '0'],
    ['-1 == 0xffffffff', '1'],
    ['-1 == 0xffffffffULL', '0'],
    ['-8 >> 1', '-4'],
    ['-8 / 3 * 10 + -8 % 3', '-22'],
    ['(unsigned int)-8 / 3', '1431655762'],
    ['-(1U) > 0', '1'],
    ['~0 < 0', '1'],
    ['~0u > 0', '1'],
    ['~(u8)0 == -1', '1'],
    ['1 << 32', '? a shift by 32 in 32 bits'],
    ['1u << 32', '? a shift by 32 in 32 bits'],
    ['1ULL << 64', '? a shift by 64 in 64 bits'],
    ['1 << -1', '? a shift by -1 in 32 bits'],
    ['(1 ? -1 : 1U) > 0', '1'],
    ['(0 ? un : -1) > 0', '1'],
    ['(un ?: -1) > 0 ? (1 ? 0 : un) - 1 > 0 : 0', '1'],
    ['un - 1 > 0', '1'],
    ['u - 1 > 0', '0'],
    ['wide - 1 > 0', '1'],
    ['my - 1 > 0', '1'],
    ['ulong - 1 > 0', '1'],
    ['seen() - 1 > 0', '1'],
    ['unseen - 1 > 0', '? a number of a type that is not known'],
    ['unseen + 1', '1'],
    ['({ u8 b = 255; b++; b; })', '0'],
    ['({ u8 b = 255; b + 1; })', '256'],
    ['({ u8 b = 0; b--; b > 0; })', '1'],
    ['({ struct flags s; s.two = 7; s.two; })', '3'],
    ['({ char c = 0x80; c == 0x80; })', '? whether char is signed'],
    ['({ char c = 0x7f; c == 0x7f; })', '1'],
    ['sizeof(int) - 8 > 0', '? sizeof(int)'],
    ['(0 ? sizeof(int) : -1) > 0', '1'],
    ['ARRAY_SIZE(two) - 3 > 0', '1'],
    ['BIT(0) - 2 > 0', '1'],
    ['vdev->features - vdev->features - 1 > 0', '1'],
    ['({ typeof(1u) t = 0; t - 1 > 0; })', '1'],
    ['({ enum e x = B; x - 1 > 0; })', '? a number of a type that is not known'],
    [
      '({ struct flags s; s.wide = 1ULL << 39; s.wide << 1 == 0; })',
      '? a number of a type that is not known',
    ],
    ['({ struct flags s; s.named = 3; s.named; })', '-1'],
    ['({ unseen_t x = 256; x != 0; })', '? the type unseen_t'],
    ["({ char c = 'a'; c == 97; })", '1'],
    ['0x1ffffffffffffffffULL != 0', '? 0x1ffffffffffffffffULL'],
  ])('%s is %s', (expression, expected) => {
    const before = `
typedef unsigned int my_t;
typedef int signed_t;
struct flags { u8 one:1, two:2; signed_t named:2; u64 wide:40; };
enum e { A = -1, B = 0 };
static int two[2];
static u32 seen(void) { return 0; }`;
    const locals =
      'unsigned int un = 0; u8 u = 0; u64 wide = 0; my_t my = 0; unsigned long ulong = 0; unseen_t unseen = 0;';
    expect(body(`${locals} return ${expression};`, before)).toBe(expected);
  });
});

describe('a variable that something else can set is not known', () => {
  const reads = 'int f(void) { return mode; }';
  it.each([
    ['never stored to', 'static int mode = 2;', '2'],
    ['not initialised', 'static int mode;', '0'],
    ['read only', 'static int mode = 2; int g(void) { return mode + h(mode); }', '2'],
    ['exported', 'int mode = 2; EXPORT_SYMBOL_GPL(mode);', '2'],
    ['cut to its type', 'static u8 mode = 0x101;', '1'],
    ['read by READ_ONCE()', 'static int mode = 2; int g(void) { return READ_ONCE(mode); }', '2'],
    ['hidden by a local', 'static int mode = 2; void g(void) { int mode; mode = 3; h(&mode); }', '2'],
    ['module_param', 'static bool mode; module_param(mode, bool, 0444);', '?'],
    ['module_param_named', 'static int mode; module_param_named(m, mode, int, 0444);', '?'],
    ['core_param', 'static int mode; core_param(m, mode, int, 0444);', '?'],
    [
      'kstrtobool() in an early_param',
      'static bool mode; static int __init g(char *s) { return kstrtobool(s, &mode); }\nearly_param("m", g);',
      '?',
    ],
    [
      'a store in a __setup handler',
      'static int mode; static int __init g(char *s) { mode = 1; return 1; }',
      '?',
    ],
    ['an increment', 'static int mode; void g(void) { mode++; }', '?'],
    ['WRITE_ONCE', 'static int mode; void g(void) { WRITE_ONCE(mode, 1); }', '?'],
    ['its address in a table', 'static int mode; static struct ctl t = { .data = &mode };', '?'],
    ['a macro that stores', '#define SET(v) ((v) = 1)\nstatic int mode; void g(void) { SET(mode); }', '?'],
    ['a macro that names it', 'static int mode;\n#define ENABLE() (mode = 1)', '?'],
    ['an extern that is nowhere defined', 'extern int mode;', '?'],
    ['assembly', 'static int mode; void g(void) { asm("" : "=r"(mode)); }', '?'],
  ])('%s', (_, declaration, expected) => {
    expect(value(`${declaration}\n${reads}`)).toBe(expected === '?' ? '? mode' : expected);
  });

  it('from another file', () => {
    const other = (code: string): string =>
      value(`int mode = 2;\n${reads}`, { 'kernel/params.c': `extern int mode;\n${code}` });
    expect(other('int g(void) { return mode; }')).toBe('2');
    expect(other('module_param(mode, int, 0444);')).toBe('? mode');
    expect(other('void g(void) { mode = 4; }')).toBe('? mode');
    expect(
      value(`static int mode = 2;\n${reads}`, { 'kernel/params.c': 'int mode; void g(void) { mode = 4; }' }),
    ).toBe('2');
  });

  it('an element of a table that code stores to', () => {
    const table = 'static int table[] = { 1, 2, 3 };\nint f(void) { return table[1]; }';
    expect(value(table)).toBe('2');
    expect(value(`${table}\nvoid g(void) { table[0] = 5; }`)).toBe('? table');
    expect(value(`${table}\nmodule_param_array(table, int, NULL, 0);`)).toBe('? table');
    expect(value(`${table}\nvoid g(void) { fill(table); }`)).toBe('? table');
    expect(value(`${table}\nint g(char *s) { return kstrtoint(s, 0, &table[1]); }`)).toBe('? table');
    expect(value(`${table}\nvoid g(void) { show(table[0], ARRAY_SIZE(table)); }`)).toBe('2');
    expect(value(`${table}\nstatic struct driver d = { .table = table, .first = &table[0] };`)).toBe('2');
  });
});

describe("the code's own definition of a predicate", () => {
  const reads = 'int f(void) { return xen_domain(); }';
  it('is what the compiler takes', () => {
    expect(value(reads)).toBe('0');
    expect(value(`static bool xen_domain(void) { return true; }\n${reads}`)).toBe('1');
    expect(value(`#undef xen_domain\n#define xen_domain() 1\n${reads}`)).toBe('1');
    expect(value('#define likely(x) !(x)\nint f(void) { return likely(1); }')).toBe('0');
    expect(value('#define BUG_ON(x) do { } while (0)\nint f(void) { BUG_ON(1); return 3; }')).toBe('3');
    expect(value(`#define xen_domain() 0 || 1\nint f(void) { return !xen_domain(); }`)).toBe('1');
  });

  it('of a header elsewhere or of the architecture gives way to the scenario', () => {
    const header = { 'include/linux/virtio.h': 'static inline bool xen_domain(void) { return true; }' };
    expect(value(reads, header)).toBe('0');
    const arch = { 'arch/x86/xen/xen.c': 'bool xen_domain(void) { return true; }' };
    expect(value(reads, arch)).toBe('0');
  });

  it('of a header of the core counts', () => {
    const header = { 'drivers/virtio/own.h': '#define xen_domain() 1' };
    expect(value(`#include "own.h"\n${reads}`, header)).toBe('1');
  });
});
