import { describe, expect, it } from 'vitest';
import { createProgram, type Program, selectFiles, treeAt } from '../../../server/src/program/index.js';
import { at, fn, parser, programOf, smallTree } from './support.js';

const { files } = await selectFiles({ root: smallTree });
const small = createProgram({ tree: treeAt(smallTree), files, parser });

/** `place op value` of every store to a field. */
function stores(program: Program, record: string, field: string): string[] {
  return program.fieldAssignments(record, field).map((store) => {
    const value = store.value === null ? '' : ` ${program.textOf(store.file, store.value)}`;
    return `${at(program, store)} ${store.function?.name ?? store.global?.name} ${store.op}${value}`;
  });
}

describe('stores to fields', () => {
  it('are found through macros that lead to the object', () => {
    expect(stores(small, 'struct ring', 'use_dma')).toEqual([
      'drivers/virtio/ring.c:22 ring_new = ring_uses_dma(vdev)',
      'drivers/virtio/ring.c:32 ring_reset = false',
    ]);
  });

  it('of every kind: compound, by macro, counting, of elements', () => {
    expect(stores(small, 'struct ring', 'generation')).toEqual([
      'drivers/virtio/ring.c:33 ring_reset = ring->generation + 1',
      'drivers/virtio/ring.c:34 ring_reset ++',
    ]);
    expect(stores(small, 'struct ring_slot', 'flags')).toEqual(['drivers/virtio/ring.c:23 ring_new |= 1']);
  });

  it('tell records apart that have a field of the same name', () => {
    const program = programOf({
      'a.c': `struct a { int on; }; struct b { int on; };
void f(struct a *a, struct b *b, int c)
{
	a->on = 1;
	b->on = 2;
	mystery(c)->on = 3;
}
struct a first = { .on = 4 }, table[] = { { .on = 5 }, [3] = { 6 } };
void g(void)
{
	struct b local = { .on = 7 };
	use(&(struct a){ .on = 8 });
	use(&local);
}
`,
    });
    const values = (record: string) =>
      program.fieldAssignments(record, 'on').map((s) => program.textOf(s.file, s.value!));
    expect(values('struct a')).toEqual(['1', '4', '5', '6', '8']);
    expect(values('struct b')).toEqual(['2', '7']);
    expect(program.untypedStores('on').map((s) => program.textOf(s.file, s.value!))).toEqual(['3']);
  });

  it('go by the declared name of a record whose definition is not seen', () => {
    const program = programOf({
      'a.c': `struct holder { struct report_info info; };
static int report(struct report_info *i) { return 0; }
static int other(struct report_info *i) { return 0; }
static struct other_ops ops = { .report = other };
void set(struct holder *h, struct later *l)
{
	h->info.report = report;
	l->nested.report = other;
}
`,
    });
    const values = (record: string) =>
      program.fieldAssignments(record, 'report').map((s) => program.textOf(s.file, s.value!));
    expect(values('struct report_info')).toEqual(['report']);
    expect(values('struct other_ops')).toEqual(['other']);
    expect(program.storedAs(fn(program, 'report', 'a.c'))).toEqual([
      { record: 'struct report_info', field: 'report' },
    ]);
    expect(program.untypedStores('report').map((s) => program.textOf(s.file, s.value!))).toEqual(['other']);
  });

  it('do not go by a record that is seen and has no such field', () => {
    const program = programOf({
      'a.c': 'struct a { int x; };\nvoid f(struct a *a) { a->hidden = 1; }\n',
    });
    expect(program.fieldAssignments('struct a', 'hidden')).toEqual([]);
    expect(program.untypedStores('hidden')).toHaveLength(1);
  });

  it('initialisers without designators go by position', () => {
    const program = programOf({
      'a.c': 'struct id { int device; int vendor; };\nstruct driver { struct id ids[2]; int flags; };\n',
      'b.c': '#include "a.c"\nstatic struct driver d = { { { 1, 2 }, { 3, 4 } }, 5 };\n',
    });
    const values = (record: string, field: string) =>
      program.fieldAssignments(record, field).map((s) => program.textOf(s.file, s.value!));
    expect(values('struct driver', 'flags')).toEqual(['5']);
    expect(values('struct driver', 'ids')).toEqual(['{ { 1, 2 }, { 3, 4 } }']);
  });

  it('in both arms of an #if, each with its reading', () => {
    const program = programOf({
      'a.c': `struct a { int on; };
void f(struct a *a)
{
#ifdef CONFIG_A
	if (a)
		a->on = 1;
#else
	a->on = 2;
#endif
}
`,
    });
    const values = program.fieldAssignments('struct a', 'on').map((s) => program.textOf(s.file, s.value!));
    expect([...new Set(values)].sort()).toEqual(['1', '2']);
  });

  it('to a variable at file level, and to no local that hides it', () => {
    const anchor = 'drivers/virtio/anchor.c';
    const hook = small.global('gate_hook', anchor)!;
    const found = small.variableAssignments(hook);
    expect(found.map((s) => `${at(small, s)} ${s.function.name} ${small.textOf(anchor, s.value!)}`)).toEqual([
      'drivers/virtio/anchor.c:8 virtio_set_gate func',
    ]);
    const program = programOf({
      'a.c': 'int mode;\nvoid f(void) { int mode; mode = 1; }\nvoid g(void) { mode = 2; }\n',
    });
    const values = program
      .variableAssignments(program.global('mode', 'a.c')!)
      .map((s) => program.textOf('a.c', s.value!));
    expect(values).toEqual(['2']);
  });
});

describe('functions kept in tables', () => {
  it('are those a call through the field may reach', () => {
    const found = (field: string) =>
      small.implementations('struct virtio_config_ops', field).map((f) => at(small, f));
    expect(found('finalize_features')).toEqual([
      'drivers/virtio/pci_legacy.c:9',
      'drivers/virtio/pci_modern.c:9',
    ]);
    expect(found('get_features')).toEqual(['drivers/virtio/pci_legacy.c:4', 'drivers/virtio/pci_modern.c:4']);
    expect(found('dma_device')).toEqual([]);
  });

  it('know where they are kept', () => {
    const legacy = fn(small, 'get_features', 'drivers/virtio/pci_legacy.c');
    expect(small.storedAs(legacy)).toEqual([{ record: 'struct virtio_config_ops', field: 'get_features' }]);
  });

  it('assigned, chosen between, cast, passed on and put into arrays', () => {
    const program = programOf({
      'a.c': `struct vq { void (*callback)(struct vq *); };
static void one(struct vq *v) { }
static void two(struct vq *v) { }
static void three(struct vq *v) { }
static void (*table[])(struct vq *) = { one, two };
void f(struct vq *v, int c)
{
	v->callback = c ? one : (void *)&two;
	start(v, 7, three);
	three(v);
}
`,
    });
    expect(program.implementations('struct vq', 'callback').map((f) => f.name)).toEqual(['one', 'two']);
    const uses = (name: string) =>
      program.usesOf(fn(program, name, 'a.c')).map((use) => {
        if (use.kind === 'field') return `${use.record}.${use.field}`;
        if (use.kind === 'argument') return `${use.callee}#${use.index}`;
        return use.kind === 'variable' ? use.name : use.kind;
      });
    expect(uses('one')).toEqual(['table', 'struct vq.callback']);
    expect(uses('two')).toEqual(['table', 'struct vq.callback']);
    expect(uses('three')).toEqual(['start#2']);
  });
});

describe('callers', () => {
  it('of a static are in its file, of a header in all that mean it', () => {
    const callers = (name: string, file: string) =>
      small
        .callers(fn(small, name, file))
        .map((site) => `${site.file} ${site.caller?.name ?? site.macro?.name}`);
    expect(callers('helper', 'drivers/virtio/ring.c')).toEqual(['drivers/virtio/ring.c ring_uses_dma']);
    expect(callers('virtio_has', 'drivers/virtio/ring.c')).toEqual(['drivers/virtio/ring.c helper']);
    expect(callers('virtio_gate', 'drivers/virtio/anchor.c')).toEqual([
      'drivers/virtio/pci_legacy.c finalize_features',
      'drivers/virtio/pci_modern.c finalize_features',
    ]);
  });

  it('do not cross into what is linked apart', () => {
    const kernel = fn(small, 'arch_restricts', 'arch/alpha/kernel/mem.c');
    expect(small.callers(kernel).map((site) => site.caller?.name)).toEqual(['alpha_check', 'ring_uses_dma']);
  });

  it('in macros, initialisers and statement expressions; hidden names and sizeof excepted', () => {
    const program = programOf({
      'a.c': `int target(int x) { return x; }
#define WRAP(x) target(x)
#define BLOCK(x) do { target(x); } while (0)
int f(void) { return ({ int y = target(1); y; }) + sizeof(target(2)); }
int g(int (*target)(int)) { return target(3); }
int h(void) { int a[] = { target(4) }; list_for_each(a, target(5)) target(6); return 0; }
`,
    });
    const sites = program.callers(fn(program, 'target', 'a.c'));
    expect(
      sites.map(
        (site) => `${site.caller?.name ?? site.macro?.name} ${program.textOf('a.c', site.call.args[0]!)}`,
      ),
    ).toEqual(['WRAP x', 'BLOCK x', 'f 1', 'h 4', 'h 5', 'h 6']);
  });
});
