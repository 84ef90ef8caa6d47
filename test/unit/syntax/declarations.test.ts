import { expect, it } from 'vitest';
import { dump, lines } from './dump.js';

it("lists the fields of anonymous members as the record's own, and names records that have no tag", async () => {
  const text = await dump(
    lines(`
    struct vq {
    	union { u32 a; struct { u8 b:3, c; }; };
    	struct { int head; } packed;
    	struct inner { int x; } in;
    	bool (*notify)(struct vq *vq);
    	u8 buf[SIZE];
    };
  `),
  );
  expect(text).toBe(
    lines(`
    record struct vq
      a: u32
      b: u8 : 3
      c: u8
      packed: struct vq.packed
      in: struct inner
      notify: bool(vq: struct vq*)
      buf: u8*[SIZE]
    record struct vq.packed
      head: int
    record struct inner
      x: int
  `),
  );
});

it('names a record after its typedef, and does not define a name by itself', async () => {
  expect(await dump('typedef struct { int a; } foo_t, *foo_p;')).toBe(
    'record foo_t\n  a: int\ntypedef foo_p = foo_t*',
  );
  expect(await dump('typedef int (*cb)(int);\ntypedef unsigned /* wide */\n\tlong addr_t;')).toBe(
    'typedef cb = int(int)\ntypedef addr_t = unsigned long',
  );
});

it('reads tables with designators of every kind', async () => {
  const text = await dump(
    'static const struct ops ops = { .probe = my_probe, .t[3].x = 2, [1 ... 3] = 4, old: 5, { 1, A }, };',
  );
  expect(text).toBe(
    'global static ops: struct ops = { .probe = my_probe, .t[3].x = 2, [(1 ... 3)] = 4, .old = 5, { 1, A } }',
  );
});

it('tells prototypes, variables and constants apart', async () => {
  const text = await dump(
    lines(`
    extern int v, *w;
    int proto(int, char *name), other(void);
    enum color { RED = 1, GREEN };
    static struct { int q; } anon[3];
  `),
  );
  expect(text).toBe(
    lines(`
    global extern v: int
    global extern w: int*
    prototype int proto(int, name: char*)
    prototype int other()
    enumerator enum color: RED = 1
    enumerator enum color: GREEN
    record struct .anon
      q: int
    global static anon: struct .anon*[3]
  `),
  );
});

it('reads includes and invocations', async () => {
  const text = await dump(
    '#include <linux/virtio.h>\n#include "x.h"\n#include HEADER\nmodule_init(start);\n',
  );
  expect(text.split('\n').filter((line) => line !== '')).toEqual([
    'include <linux/virtio.h>',
    'include "x.h"',
    'invocation module_init(start)',
  ]);
});

it('reads macro bodies as expressions or as statements', async () => {
  const text = await dump(
    lines(`
    #define SQUARE(x) ((x) * (x))
    #define OFF(a, b) ((a) - (b) * 2)
    #define MAX(a, b) ({ typeof(a) _a = (a); _a > (b) ? _a : (b); })
    #define AS(type, x) ((type)(x))
    #define CALL(f, x) (f)(x)
    #define DO(x) do { foo(x); \\
    	bar(x); } while (0)
    #define NUMBER (0x10) /* why */
    #define NAME other
    #define EMPTY
    #define INLINE inline
    #define LOG(fmt, args...) printk(fmt)
    #define ITEMS(f) .read = f, .write = f##_w,
    #define BARRIER() asm volatile("" : : "r" (x) : "memory")
    #define RETURNS(op) ({ typeof(op##_x(1)) y; y; })
  `),
  );
  expect(text).toBe(
    lines(`
    macro SQUARE(x) = (x * x)
    macro OFF(a, b) = (a - (b * 2))
    macro MAX(a, b) = ({ decl _a: typeof(a) = a; ((_a > b) ? _a : b) })
    macro AS(type, x) = cast<type>(x)
    macro CALL(f, x) = f(x)
    macro DO(x) :
      do ; 0; 
        {
          foo(x)
          bar(x)
        }
    macro NUMBER = 0x10
    macro NAME = other
    macro EMPTY
    macro INLINE
    macro LOG(fmt, args ...) = printk(fmt)
    macro ITEMS(f) = { .read = f, .write = f##_w }
    macro BARRIER() :
      asm(x)
    macro RETURNS(op) = ({ decl y: typeof(op##_x(1)); y })
  `),
  );
});
