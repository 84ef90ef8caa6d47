import { expect, it } from 'vitest';
import { dump, dumpBody, lines } from './dump.js';

it('reads macros with a body as blocks that loop or run once, and their arguments as code', async () => {
  const text = await dumpBody(
    lines(`
      list_for_each_entry(pos, &list->head, node) {
      	use(pos);
      }
      scoped_guard(mutex, &m)
      	go();
      for_each_set_bit(i, &mask, sizeof(struct x) * 8) if (i) go();
    `),
  );
  expect(text).toBe(
    lines(`
      loop list_for_each_entry(pos, (& list->head), node)
        {
          use(pos)
        }
      once scoped_guard(mutex, (& m))
        go()
      loop for_each_set_bit(i, (& mask), (sizeof<struct x> * 8))
        if i
          go()
    `),
  );
});

it('reads types as macro arguments', async () => {
  const text = await dumpBody(
    lines(`
      p = container_of(q, struct my_dev, vdev);
      n = min_t(unsigned int, a, b);
      s = kmalloc_array(n, sizeof(*s), GFP_KERNEL);
      v = va_arg(ap, struct x *);
      o = offsetof(struct x, a.b[2]);
    `),
  );
  expect(text).toBe(
    lines(`
      (p = container_of(q, type<struct my_dev>, vdev))
      (n = min_t(type<unsigned int>, a, b))
      (s = kmalloc_array(n, sizeof<(* s)>, GFP_KERNEL))
      (v = va_arg(ap, type<struct x*>))
      (o = offsetof<struct x, a.b[2]>)
    `),
  );
});

it('reads typeof as a type that an expression gives', async () => {
  expect(await dumpBody('typeof(*p->q) *x = y; __typeof__(u32) z;')).toBe(
    'decl x: typeof((* p->q))* = y\ndecl z: u32',
  );
});

it('reads GNU control flow', async () => {
  const text = await dumpBody(
    lines(`
      switch (a) { case 1 ... 4: x(); }
      goto *table[a];
      p = &&out;
      asm goto("jmp %l0" : : "r" (in) : : out);
      out: ;
    `),
  );
  expect(text).toBe(
    lines(`
      switch a
        {
          case 1 ... 4:
          x()
        }
      (* table[a])
      goto *
      (p = (&& out))
      asm(in) goto out
      out:
    `),
  );
});

it('reads macros that bring their own parentheses, and static macro calls', async () => {
  const text = await dumpBody('if unlikely_thing(a, b) c();\nstatic DEFINE_RATELIMIT_STATE(rs, 5 * HZ, 1);');
  expect(text).toBe('if unlikely_thing(a, b)\n  c()\nDEFINE_RATELIMIT_STATE(rs, (5 * HZ), 1)');
});

it('reads functions and variables that macros define', async () => {
  const text = await dump(
    lines(`
      SYSCALL_DEFINE2(open, const char __user *, name, int, flags)
      {
      	return do_open(name, flags);
      }
      static DEFINE_PER_CPU(struct state, states) = { .n = 1 };
      static DEFINE_SPINLOCK(lock);
    `),
  );
  expect(text).toContain('name: char*, flags: int) by SYSCALL_DEFINE2\n  return do_open(name, flags)');
  expect(text).toContain('states: struct state = { .n = 1 }');
  expect(text).toContain('invocation DEFINE_SPINLOCK(lock)');
});

it('reads fields that macros declare', async () => {
  const text = await dump(
    lines(`
      struct s {
      	struct_group(hdr, u8 a; u8 b;);
      	DECLARE_KFIFO(fifo, struct x, 4);
      	u8 __iomem *regs;
      	u32 data[] __counted_by(n);
      };
    `),
  );
  expect(text).toBe(
    lines(`
      record struct s
        a: u8
        b: u8
        hdr: struct s.hdr
        fifo: DECLARE_KFIFO(fifo, struct x, 4)
        regs: u8*
        data: u32*
      record struct s.hdr
        a: u8
        b: u8
    `),
  );
});

it('reads each arm of an #if once as real code', async () => {
  const text = await dump(
    lines(`
      int f(int x)
      {
      #ifdef CONFIG_A
      	if (a(x))
      #else
      	if (b(x))
      #endif
      		return 1;
      	return 0;
      }
    `),
  );
  expect(text).toBe(
    lines(`
      function int f(x: int)
        when defined(CONFIG_A)
        if a(x)
          return 1
        return 0
        when !defined(CONFIG_A)
        if b(x)
          return 1
        return 0
    `),
  );
});

it('knows the condition of each item of a table and each field of a record', async () => {
  const text = await dump(
    lines(`
      static struct virtio_driver drv = {
      	.probe = probe,
      #ifdef CONFIG_PM_SLEEP
      	.freeze = freeze,
      #else
      	.freeze = NULL,
      #endif
      	.remove = remove,
      };
      struct s {
      	int a;
      #ifdef CONFIG_B
      	int b;
      #endif
      };
    `),
  );
  expect(text).toBe(
    lines(`
      global static drv: struct virtio_driver = { .probe = probe, .freeze = freeze [defined(CONFIG_PM_SLEEP)], .freeze = NULL [!defined(CONFIG_PM_SLEEP)], .remove = remove }
      record struct s
        a: int
        b: int [defined(CONFIG_B)]
    `),
  );
});

it('tells casts from values behind annotations', async () => {
  expect(await dumpBody('a = (__force u64)(b) + 1;')).toBe('(a = (cast<u64>(b) + 1))');
});
