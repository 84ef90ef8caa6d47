/** What the parser is shown for each notation of kernel C, and that it parses. */
import { beforeAll, describe, expect, it } from 'vitest';
import { outline } from '../../../server/src/syntax/outline.js';
import { createEngine, type ParseEngine } from '../../../server/src/syntax/tree/engine.js';
import { FlatTree } from '../../../server/src/syntax/tree/flat-tree.js';
import { prepare, prepareMacro } from '../../../server/src/syntax/variants.js';

let engine: ParseEngine;
const tree = new FlatTree();

beforeAll(async () => {
  engine = await createEngine();
});

function parses(text: string): boolean {
  engine.parse(text, tree);
  return tree.firstProblem < 0;
}

/** The texts shown for the first chunk, white space folded; fails when one does not parse. */
function variants(source: string): string[] {
  const file = outline('x.c', source);
  return prepare(file, file.chunks[0]!).map(({ text }) => {
    expect(parses(text), text).toBe(true);
    return text.trim().replaceAll(/\s+/g, ' ');
  });
}

/** The body of a function around these statements, as shown. */
function body(statements: string): string {
  const [text] = variants(`void f(void)\n{\n\t${statements}\n}\n`);
  return /^void f\(void\) \{ (.*) \}$/.exec(text!)![1]!;
}

function shown(source: string): string {
  const all = variants(source);
  expect(all).toHaveLength(1);
  return all[0]!;
}

function rewrites(source: string): string[] {
  const file = outline('x.c', source);
  return prepare(file, file.chunks[0]!)[0]!.rewrites.map(
    ({ kind, start, end }) => `${kind}: ${source.slice(start, end)}`,
  );
}

describe('annotations', () => {
  it.each([
    ['static int __init f(void) { }', 'static int f(void) { }'],
    ['int f(void) __acquires(&a->lock) __must_hold(b) { }', 'int f(void) { }'],
    ['static __printf(1, 2) __cold void f(const char *a, ...) { }', 'static void f(const char *a, ...) { }'],
    [
      'void __iomem *f(const char __user *a, struct x __rcu **b) { }',
      'void *f(const char *a, struct x **b) { }',
    ],
    ['struct x { int n; u8 a[] __counted_by(n); } __packed;', 'struct x { int n; u8 a[] ; } ;'],
    ['struct __aligned(8) x { int a; };', 'struct x { int a; };'],
    ['static int a __initdata = 3, b __ro_after_init;', 'static int a = 3, b ;'],
    ['int f(void) { struct x *p __free(kfree) = g(); }', 'int f(void) { struct x *p = g(); }'],
    ['int f(void) { u8 b[4] __aligned(8); }', 'int f(void) { u8 b[4] ; }'],
    ['int f(void) { out: __maybe_unused; }', 'int f(void) { out: ; }'],
    ['int f(void) { __attribute__((fallthrough)); }', 'int f(void) { ; }'],
    ['[[nodiscard]] int f(void) { }', 'int f(void) { }'],
    ['int a = (__force int)b;', 'int a = ( int)b;'],
  ])('%s', (source, text) => {
    expect(shown(source)).toBe(text);
  });

  it('tells by its place an annotation nobody listed', () => {
    expect(shown('static FORCE_INLINE_TEMPLATE size_t f(void) { }')).toBe('static size_t f(void) { }');
    expect(shown('static struct x *NOT_LISTED f(SOME_QUALIFIER int a) { }')).toBe(
      'static struct x * f( int a) { }',
    );
    expect(shown('static u32 table[4] SOME_SECTION = { 1 };')).toBe('static u32 table[4] = { 1 };');
    expect(shown('struct x { NvU64 length SOME_ALIGN(8); };')).toBe('struct x { NvU64 length ; };');
    expect(shown('static struct x clock __some_section;')).toBe('static struct x clock ;');
  });

  it('leaves objects alone that are spelt like annotations', () => {
    expect(shown('struct x { char __unused[8]; };')).toBe('struct x { char __unused[8]; };');
    expect(body('a = __user->b + __init.c;')).toBe('a = __user->b + __init.c;');
  });

  it('leaves calls alone that are spelt like annotations', () => {
    expect(body('if (a) __free(p);')).toBe('if (a) __free(p);');
    expect(body('while (a) { b(); }\n\t__free(p);')).toBe('while (a) { b(); } __free(p);');
  });

  it('records what it hid', () => {
    expect(rewrites('static struct x clock __some_section SOME_ALIGN(8);')).toEqual([
      'annotation: __some_section',
      'annotation: SOME_ALIGN(8)',
    ]);
    expect(rewrites('static int __init f(void) __acquires(l) { }')).toEqual([
      'annotation: __init',
      'annotation: __acquires(l)',
    ]);
  });
});

describe('types', () => {
  it.each([
    ['p = container_of(q, struct x, m);', 'p = container_of(q, struct_x, m);'],
    ['n = min_t(unsigned int, a, b);', 'n = min_t(unsigned_int, a, b);'],
    ['n = va_arg(ap, int);', 'n = va_arg(ap, _nt);'],
    ['n = va_arg(ap, struct x *);', 'n = va_arg(ap, struct_x__);'],
    ['n = READ(x, foo_t *);', 'n = READ(x, foo_t__);'],
    ['typeof(a->b) *p = &q;', 'int *p = &q;'],
    ['p = (__typeof__(*q) *)r;', 'p = (int *)r;'],
    ['__auto_type x = y;', '__auto_type x = y;'],
    ['n = sizeof(struct x __user *);', 'n = sizeof(struct x *);'],
    ['n = offsetof(struct x, a.b[2]);', 'n = offset_f(struct_x, a.b[2]);'],
    ['n = offsetof(struct x, a);', 'n = offsetof(struct x, a);'],
    ['n = _Generic(x, int: 1, default: 2);', 'n = _Generic(x, int: 1, _efault: 2);'],
    ['efi_status_t (__efiapi *fn)(int);', 'efi_status_t ( *fn)(int);'],
    ['enum e (*map)[7];', 'enum e (*map)[7];'],
  ])('%s', (source, text) => {
    expect(body(source)).toBe(text);
  });

  it('says which type an identifier stands for', () => {
    const source = 'int f(void) { return min_t(unsigned int, g(typeof(x)), 2); }';
    expect(rewrites(source)).toEqual(['type-argument: unsigned int', 'type-argument: typeof(x)']);
  });
});

describe('macros with a body', () => {
  it.each([
    ['list_for_each_entry(a, &b, c) { g(a); }', 'while (a, &b, c) { g(a); }'],
    ['list_for_each_entry(a, &b, c)\n\t\tg(a);', 'while (a, &b, c) g(a);'],
    ['for_each_set_bit(i, m, 8) g(i);', 'while (i, m, 8) g(i);'],
    [
      'list_for_each_entry(a, b, c)\n\t\tif (a)\n\t\t\tg();\n\t\telse\n\t\t\th();',
      'while (a, b, c) if (a) g(); else h();',
    ],
    ['scoped_guard(mutex, &m) { g(); }', 'while (mutex, &m) { g(); }'],
    ['scoped_guard(mutex, &m)\n\t\treturn 1;', 'while (mutex, &m) return 1;'],
    ['each(struct x *, a) { }', 'if (struct_x__, a) { }'],
    ['forever() { g(); }', 'if(1) { g(); }'],
    ['IF_X(a) { g(); } else { h(); }', 'if (a) { g(); } else { h(); }'],
    ['do { g(); } while_each_thread(p, t);', 'do { g(); } while (p, t);'],
  ])('%s', (source, text) => {
    expect(body(source).replaceAll(/(while|if) +\(/g, '$1 (')).toBe(text);
  });

  it('tells loops from bodies that run once', () => {
    expect(rewrites('void f(void) { list_for_each(a, b) g(a); scoped_guard(rcu) { h(); } }')).toEqual([
      'loop-macro: list_for_each',
      'block-macro: scoped_guard',
    ]);
  });

  it('does not take a declaration or a continued expression for a body', () => {
    expect(body('guard(mutex)(&m);')).toBe('guard(mutex)(&m);');
    expect(body('per_cpu(x, c) = 1;')).toBe('per_cpu(x, c) = 1;');
    expect(body('per_cpu_ptr(x, c)->a = 1;')).toBe('per_cpu_ptr(x, c)->a = 1;');
  });
});

describe('missing semicolons', () => {
  it.each([
    ['TRACE(a)\n\tg();', 'TRACE(a) ;g();'],
    ['CRITBEGIN\n\tg();', 'CRITBEGIN ;g();'],
    ['do { g(); } while (0)\n\th();', 'do { g(); } while (0) ;h();'],
    ['switch (a) {\n\tCASE(1)\n\tCASE(2)\n\t}', 'switch (a) { CASE(1) ;CASE(2) ;}'],
    ['{ out: }', '{ out:;}'],
  ])('%s', (source, text) => {
    expect(body(source)).toBe(text);
  });

  it('finds room where there is none', () => {
    expect(variants('void f(void)\n{\n\tg();\nout:\n}\n')).toEqual(['void f(void) { g(); ou:; }']);
    expect(variants('void f(void)\n{\nPOSTAMBLE\n}\n')).toEqual(['void f(void) { POSTAMBL; }']);
    expect(variants('void f(void)\n{\nLOG(a, g(b))\n}\n')).toEqual(['void f(void) { a, g(b); }']);
    expect(variants('DEFINE_X(a, struct y)\n')).toEqual(['DEFINE_X(a, struct_y);']);
  });
});

describe('definitions by macro', () => {
  it('shows a system call as a function with its parameters', () => {
    const source = 'SYSCALL_DEFINE2(open, const char __user *, name, int, flags)\n{\n\treturn g(name);\n}\n';
    expect(shown(source)).toBe('int SYSCALL_DEFINE2( const char * name, int flags) { return g(name); }');
    expect(prepare(outline('x.c', source), outline('x.c', source).chunks[0]!)[0]!.prefixLength).toBe(4);
  });

  it.each([
    ['static DEFINE_HANDLER(a) { g(); }', 'int static DEFINE_HANDLER(a) { g(); }'],
    ['TEST_F(a, 3 + 4) { g(); }', 'int TEST_F(a, ____4) { g(); }'],
    ['asmlinkage start(void) { g(); }', 'int start(void) { g(); }'],
    ['static int FNAME(walk)(struct x *p) { g(); }', 'static int FNAME(walk)(struct x *p) { g(); }'],
    ['DEFINE_PER_CPU(struct x *, a);', 'struct x * a ;'],
    ['static DEFINE_PER_CPU(int, a) = 3;', 'int a = 3;'],
    ['static DEFINE_MUTEX(a);', 'DEFINE_MUTEX(a);'],
    ['struct x { DECLARE_BITMAP(a, 8); };', 'struct x { DECLARE_BITMAP a[ 8]; };'],
    ['struct x { DECLARE_FLEX_ARRAY(u8, a); };', 'struct x { u8 a ; };'],
    ['struct x { struct_group(a, u8 b; u8 c; ); };', 'struct x { struct { u8 b; u8 c; }; };'],
    ['struct x { int :3; int  :4; u32 a : 4, : 5; };', 'struct x { int ; int _:4; u32 a : 4,_: 5; };'],
    ['struct x { u8 (*a)[8]; irqreturn_t (*b)(int); };', 'struct x { u8 (*a)[8]; irqreturn_t (*b)(int); };'],
    ['static DEFINE_T(int, int, u8) = { 1 };', 'int DEFINE_T_int__int__u8_ = { 1 };'],
    ['DT_MACHINE_START(A, "a")\n\t.b = c,\nMACHINE_END\n', 'DT_MACHINE_START(A, "a") ; b = c; MACHINE_END;'],
    ['struct x {\n\tu8 a;\nLIST(b)\n};', 'struct x { u8 a; LIST_b; };'],
    ['enum { A(x), B(y) C };', 'enum { A_x_, B_y, C };'],
  ])('%s', (source, text) => {
    expect(shown(source)).toBe(text);
  });
});

describe('notations', () => {
  it.each([
    [
      "switch (a) { case 1 ... 3: case 'a'...'z': g(); }",
      "switch (a) { case 1  |  3: case 'a' | 'z': g(); }",
    ],
    ['goto *table[i];', '*table[i];'],
    ['if time_after(a, b) { c(); }', 'if(time_after(a, b)){ c(); }'],
    ['if time_after(a, b){ c(); }', 'if (a, b){ c(); }'],
    ['p = &&label;', 'p =  &label;'],
    ['LOG(KERN_ERR PFX "a" X(b) "c", d);', 'LOG( PFX "a" X_b_ "c", d);'],
    ['printk(KERN_ERR pr_fmt("a"), b);', 'printk(KERN_ERR+pr_fmt("a"), b);'],
    ['return div_u64(a, 8) * BITS;', 'return div_u64(a, 8) * BITS;'],
    ['F(a, <, b, +=, c);', 'F(a, _, b, __, c);'],
    ['F(.a = 1, .b = 2);', 'F( a = 1,  b = 2);'],
    ['F({ 1, { 2 } }, { .a = 3 });', 'F(( 1, ( 2 ) ), (  a = 3 ));'],
    ['F(a, return -1);', 'F(a,  -1);'],
    ['F(a, goto out);', 'F(a, goto_out);'],
    ['F(a,\n\t\tg();\n\t\th();\n\t);', 'F(a, { g(); h(); });'],
    ['F(a, g(););', 'F(a, g() );'],
    ['F(10baseT_Half);', 'F(_0baseT_Half);'],
    ['a = 64 KB;', 'a = 64*KB;'],
    ['a = FLAGS(1) FLAGS(2);', 'a = FLAGS(1)+FLAGS(2);'],
    ['DECLARE_BITMAP(a, 4) = { 0 };', 'DECLARE_BITMAP a[ 4] = { 0 };'],
    ['struct x a = { b: 1, [2 ... 3] = 4, [5] 6 };', 'struct x a = { b: 1, [2 ... 3] = 4, [5]=6 };'],
    ['n = __alignof__(*p);', 'n = __alignof_x(*p);'],
    ['signed char a; __signed__ b; __volatile__ int c;', 'signed char a; signed b; volatile int c;'],
    ['constexpr = 1;', '_onstexp_ = 1;'],
  ])('%s', (source, text) => {
    expect(body(source).replaceAll(/\s+/g, ' ')).toBe(text.replaceAll(/\s+/g, ' '));
  });

  it.each([
    ['asm volatile("nop" ::: "memory");'],
    ['asm volatile goto(ALT("a", "b") : : "i" (x) : : out); out: ;'],
    ['asm_volatile_goto("a" : : "i" (x) : "cc" : out); out: ;'],
    ['asm_inline volatile(LOCK "inc %0" : "+m" (*p), CONSTRAINT(q) : : CLOBBERS);'],
    ['register long a asm("r0") = b;'],
    ['asm("" : "=" IMM (x), [n] "r" (y));'],
  ])('reads %s', (source) => {
    body(source);
  });
});

describe('#if', () => {
  it('reads each arm as real code', () => {
    expect(variants('int f(int a)\n{\n#ifdef A\n\treturn g(a);\n#else\n\treturn h(a);\n#endif\n}\n')).toEqual(
      ['int f(int a) { return g(a); }', 'int f(int a) { return h(a); }'],
    );
  });

  it('reads whole statements without #else once', () => {
    expect(variants('int f(void)\n{\n#ifdef A\n\tg();\n#endif\n#ifdef B\n\th();\n#endif\n}\n')).toEqual([
      'int f(void) { g(); h(); }',
    ]);
  });

  it('reads a part of an expression with and without', () => {
    expect(variants('int f(void)\n{\n\treturn a\n#ifdef B\n\t\t&& b\n#endif\n\t\t;\n}\n')).toEqual([
      'int f(void) { return a && b ; }',
      'int f(void) { return a ; }',
    ]);
  });

  it('takes arms together that can hold together', () => {
    const source =
      'int f(void)\n{\n#ifdef A\n\tif (a) {\n#endif\n\tg();\n#ifdef A\n\t}\n#endif\n#ifndef A\n\th();\n#else\n\ti();\n#endif\n}\n';
    expect(variants(source)).toEqual(['int f(void) { if (a) { g(); } i(); }', 'int f(void) { g(); h(); }']);
  });

  it('reads heads split over arms, and braces that open in each', () => {
    expect(
      variants(
        '#ifdef A\nint f(int a)\n#else\nint f(long a)\n#endif\n{\n#ifdef B\n\tif (a) {\n#else\n\tif (!a) {\n#endif\n\t}\n}\n',
      ),
    ).toEqual(['int f(int a) { if (a) { } }', 'int f(long a) { if (!a) { } }']);
  });

  it('reads initialisers, arguments and parameters with #if inside', () => {
    const table =
      'static int t[] = {\n#ifdef A\n\t1,\n#endif\n\t2,\n#ifdef B\n\t3,\n#else\n\t4,\n#endif\n};\n';
    expect(variants(table)).toEqual(['static int t[] = { 1, 2, 3, };', 'static int t[] = { 1, 2, 4, };']);
    expect(variants('int f(int a\n#ifdef A\n\t, int b\n#endif\n\t)\n{\n}\n')).toEqual([
      'int f(int a , int b ) { }',
      'int f(int a ) { }',
    ]);
  });

  it('never shows what no compilation sees', () => {
    expect(variants("int f(void)\n{\n#if 0\n\tdon't (\n#endif\n\tg();\n}\n")).toEqual([
      'int f(void) { g(); }',
    ]);
  });

  it('says what each variant assumes', () => {
    const source = 'int f(void)\n{\n#ifdef A\n\tg();\n#else\n\th();\n#endif\n}\n';
    const file = outline('x.c', source);
    const a = { kind: 'defined', name: 'A' };
    expect(prepare(file, file.chunks[0]!).map(({ when }) => when)).toEqual([a, { kind: 'not', of: a }]);
  });
});

describe('macro bodies', () => {
  /** How the first reading that parses shows the body. */
  function macro(source: string): string {
    const file = outline('x.h', source);
    for (const { as, variant } of prepareMacro(file, file.chunks[0]!)) {
      if (!parses(variant.text)) continue;
      const start = variant.prefixLength;
      return `${as}: ${variant.text.slice(start).replaceAll('\\\n', ' ').trim().replaceAll(/\s+/g, ' ')}`;
    }
    return 'none';
  }

  it.each([
    ['#define X(a) ((a) + 1)\n', 'expression: ((a) + 1) ;'],
    ['#define X(a) do { g(a); } while (0)\n', 'statements: do { g(a); } while (0) ;}'],
    ['#define X(a, b) \\\n\tg(a); \\\n\th(b)\n', 'statements: g(a); h(b) ;}'],
    ['#define X(a) for (a = 0; a < 3; a++)\n', 'statements: for (a = 0; a < 3; a++) ;}'],
    ['#define X(a) .name = #a, .value = a##_VALUE\n', 'initializer: .name = "", .value = a___VALUE };'],
    ['#define X(a) { .b = a }\n', 'initializer: { .b = a } };'],
    ['#define X(f, args...) g(f, ##args)\n', 'expression: g(f, args) ;'],
    ['#define X(a) container_of(a, struct x, m)\n', 'expression: container_of(a, struct_x, m) ;'],
    ['#define X struct y *\n', 'expression: struct_y__ ;'],
    ['#define X(a) ({ int b = a; b; })\n', 'expression: ({ int b = a; b; }) ;'],
  ])('%s', (source, text) => {
    expect(macro(source)).toBe(text);
  });
});
