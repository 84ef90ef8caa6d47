/** C of our own with every kind of node the grammar has, and things it has no rule for. */
export const snippets: readonly string[] = [
  'struct a { int b : 3; union { u8 c[4]; }; int (*op)(void *, ...); } __attribute__((packed));\n',
  'static const struct ops table[] = { [0 ... 3] = { .a = 1, .b[2].c = f }, old: 2, { { 1 }, }, };\n',
  'typedef struct { int a; } *p_t;\ntypedef int (*fn_t)(int), arr_t[3];\nenum e { A, B = 1 << 2, };\n',
  'int f(int a, struct s *b)\n{\n\tif (a) { return b->c; } else goto out;\nout:\n\treturn a ? -1 : (int)sizeof(*b);\n}\n',
  'void g(void)\n{\n\tfor (int i = 0; i < 3; i++) do { i += h(i, "x" "y", \'c\'); } while (0);\n\tswitch (x) { case 1: break; default: ; }\n}\n',
  'int old(a, b) int a; char b; { return a; }\nvoid (*sig(int n, void (*h)(int)))(int) { return h; }\n',
  'void asm_f(void) { asm volatile("a %0" : "=r" (x) : [in] "r" (y) : "memory"); }\n',
  'int x = ({ int y = 1; y; }), *z = &(struct s){ .a = 1 }.a;\n',
  'int missing(void) { return 1 }\nint error(void) { a @ b; ) }\nint after;\n',
  '#define F(x) ((x) + 1)\n#if A\nint a;\n#elif B\nint b;\n#else\nint c;\n#endif\n#include <linux/x.h>\n',
  '/* a comment */ int a; // another\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nint far_away;\n',
  'int with_continuation = 1 + \\\n\t2;\nchar *s = "a\\n\\x41\\"b" PRIu64;\nwchar_t w = L\'x\';\n',
  'x = a_name_longer_than_what_an_inline_leaf_holds_'.concat('z'.repeat(200), ' + 1;\n'),
  'static DEFINE_MUTEX(lock);\nmodule_init(start);\nEXPORT_SYMBOL(x)\nint list_for_each(a, b) { }\n',
];
