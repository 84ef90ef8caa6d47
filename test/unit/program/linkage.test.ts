import { describe, expect, it } from 'vitest';
import { createProgram, selectFiles, treeAt } from '../../../server/src/program/index.js';
import { at, fn, parser, programOf, smallTree } from './support.js';

const { files } = await selectFiles({ root: smallTree });
const small = createProgram({ tree: treeAt(smallTree), files, parser });
const ring = 'drivers/virtio/ring.c';

const places = (facts: readonly { readonly file: string; readonly start: number }[]): string[] =>
  facts.map((fact) => at(small, fact));

describe('functions', () => {
  it('a static of the file goes before all others of its name', () => {
    expect(places(small.functionsNamed('helper', ring))).toEqual(['drivers/virtio/ring.c:8']);
    expect(places(small.functionsNamed('get_features', 'drivers/virtio/pci_legacy.c'))).toEqual([
      'drivers/virtio/pci_legacy.c:4',
    ]);
    expect(places(small.functionsNamed('get_features', 'drivers/virtio/pci_modern.c'))).toEqual([
      'drivers/virtio/pci_modern.c:4',
    ]);
  });

  it('a static of another file is not seen', () => {
    expect(small.functionsNamed('get_features', ring)).toEqual([]);
  });

  it('an inline function comes from the header, also one that no selected file is', () => {
    expect(places(small.functionsNamed('virtio_has', ring))).toEqual(['include/linux/virtio.h:35']);
    expect(small.functionsNamed('virtio_has', 'drivers/net/plain.c')).toEqual([]);
  });

  it('a stub in a header and the definition it stands in for are both given, with their conditions', () => {
    const found = small.functionsNamed('virtio_gate', 'drivers/virtio/pci_modern.c');
    expect(places(found)).toEqual(['include/linux/virtio.h:43', 'drivers/virtio/anchor.c:21']);
    expect(found[0]?.condition).toEqual({
      kind: 'not',
      of: { kind: 'defined', name: 'CONFIG_VIRTIO_ANCHOR' },
    });
  });

  it('each architecture has its own, and sees no other', () => {
    expect(places(small.functionsNamed('arch_restricts', ring))).toEqual([
      'arch/alpha/kernel/mem.c:5',
      'arch/beta/kernel/mem.c:5',
    ]);
    expect(places(small.functionsNamed('arch_restricts', 'arch/beta/kernel/mem.c'))).toEqual([
      'arch/beta/kernel/mem.c:5',
    ]);
  });

  it('what is not linked with the kernel does not answer its calls', () => {
    expect(places(small.functionsNamed('ring_uses_dma', 'drivers/virtio/pci_legacy.c'))).toEqual([
      'drivers/virtio/ring.c:13',
    ]);
    expect(places(small.functionsNamed('ring_uses_dma', 'tools/virtio/ring.c'))).toEqual([
      'tools/virtio/ring.c:10',
    ]);
  });

  it('both arms of an #if are definitions', () => {
    const program = programOf({
      'a.c':
        '#ifdef CONFIG_A\nint f(void)\n{\n\treturn 1;\n}\n#else\nint f(void)\n{\n\treturn 2;\n}\n#endif\n',
      'b.c': 'int f(void);\nint g(void) { return f(); }\n',
    });
    expect(program.functionsNamed('f', 'b.c').map((f) => f.condition)).toEqual([
      { kind: 'defined', name: 'CONFIG_A' },
      { kind: 'not', of: { kind: 'defined', name: 'CONFIG_A' } },
    ]);
  });
});

describe('other names', () => {
  it('macros come through the include path of the folder, its Makefile counted', () => {
    expect(places(small.macro('RING_LIMIT', ring))).toEqual(['drivers/virtio/inc/ring_private.h:3']);
    expect(small.macro('RING_LIMIT', 'drivers/virtio/anchor.c')).toEqual([]);
    expect(places(small.macro('VIRTIO_F_ACCESS', ring))).toEqual(['include/uapi/linux/virtio_bits.h:4']);
  });

  it('a macro of the architecture is that of every one, or of the own', () => {
    expect(places(small.macro('page_to_addr', ring))).toEqual([
      'arch/alpha/include/asm/page.h:3',
      'arch/beta/include/asm/page.h:3',
    ]);
    expect(places(small.macro('page_to_addr', 'arch/beta/kernel/mem.c'))).toEqual([
      'arch/beta/include/asm/page.h:3',
    ]);
  });

  it('records, their anonymous parts, and members of members', () => {
    const queue = small.record('struct virtqueue', ring);
    expect(queue?.fields.map((field) => field.name)).toEqual(['callback', 'vdev', 'cookie', 'priv']);
    const state = small.record('struct virtio_device', ring)?.fields.find((field) => field.name === 'state');
    expect(small.record(state?.type.base ?? '', ring)?.fields.map((field) => field.name)).toEqual([
      'major',
      'users',
    ]);
    expect(small.record('count_t', ring)?.fields.map((field) => field.name)).toEqual(['counter']);
    expect(small.record('struct none', ring)).toBeNull();
  });

  it('typedefs, enumerators, prototypes and variables', () => {
    expect(small.typedef('dma_addr_t', ring)?.type.base).toBe('u64');
    expect(small.enumerator('VIRTIO_STATUS_OK', ring)?.file).toBe('include/uapi/linux/virtio_bits.h');
    expect(small.prototype('virtio_gate', ring)?.params.map((param) => param.type.base)).toEqual([
      'struct virtio_device',
    ]);
    expect(at(small, small.global('virtio_debug', 'drivers/virtio/pci_legacy.c')!)).toBe(
      'drivers/virtio/ring.c:6',
    );
  });

  it('nothing is found under names that JavaScript objects have', () => {
    for (const name of ['constructor', '__proto__', 'toString', '']) {
      expect(small.functionsNamed(name, ring)).toEqual([]);
      expect(small.macro(name, ring)).toEqual([]);
      expect(small.record(`struct ${name}`, ring)).toBeNull();
      expect(small.mentions(name)).toEqual([]);
    }
  });
});

describe('mentions', () => {
  it('are of code, not of comments and strings', () => {
    const program = programOf({
      'a.c':
        '/* target */\nint a = 1; // target\nchar *s = "target";\nint b(void) { return target(); }\n#define C target\n',
    });
    expect(program.mentions('target')).toEqual([
      { file: 'a.c', chunk: 2 },
      { file: 'a.c', chunk: 3 },
    ]);
  });
});

describe('images', () => {
  const before = programOf({
    'a.h': 'struct s { int x; };\n#define LIMIT 1\n',
    'a.c': '#include "a.h"\nint f(struct s *s) { return g(s->x); }\n',
    'b.c': 'int g(int x) { return x; }\n',
  });

  it('an edited text is seen by the new program alone', () => {
    const after = before.withOverlay('b.c', '\nint g(int x) { return x; }\nint h(void) { return g(2); }\n');
    expect(before.callers(fn(before, 'g', 'a.c')).map((site) => site.caller?.name)).toEqual(['f']);
    expect(after.callers(fn(after, 'g', 'a.c')).map((site) => site.caller?.name)).toEqual(['f', 'h']);
    expect(at(after, fn(after, 'g', 'a.c'))).toBe('b.c:2');
    expect(at(before, fn(before, 'g', 'a.c'))).toBe('b.c:1');
    expect(before.mentions('h')).toEqual([]);
  });

  it('unchanged files are the same objects', () => {
    const after = before.withOverlay('b.c', 'int g(int x) { return 0; }\n');
    expect(after.source('a.c')).toBe(before.source('a.c'));
    expect(fn(after, 'f', 'a.c')).toBe(fn(before, 'f', 'a.c'));
    expect(after.withOverlay('b.c', 'int g(int x) { return 0; }\n')).toBe(after);
  });

  it('files may come and go', () => {
    const more = before.withOverlay('c.c', 'int k(int x) { return g(x); }\n');
    expect(more.files).toEqual(['a.c', 'a.h', 'b.c', 'c.c']);
    expect(more.callers(fn(more, 'g', 'a.c')).map((site) => site.file)).toEqual(['a.c', 'c.c']);
    const less = more.withOverlay('b.c', null);
    expect(less.files).toEqual(['a.c', 'a.h', 'c.c']);
    expect(less.functionsNamed('g', 'a.c')).toEqual([]);
    expect(less.source('b.c')).toBeNull();
  });

  it('an edited header changes what its includers see', () => {
    const after = before.withOverlay('a.h', 'struct s { int x; int y; };\n#define LIMIT 2\n#define MORE 3\n');
    expect(after.record('struct s', 'a.c')?.fields).toHaveLength(2);
    expect(before.record('struct s', 'a.c')?.fields).toHaveLength(1);
    expect(after.macro('MORE', 'a.c')).toHaveLength(1);
    expect(before.macro('MORE', 'a.c')).toEqual([]);
    const gone = before.withOverlay('a.h', null);
    expect(gone.macro('LIMIT', 'a.c')).toEqual([]);
  });

  it('answers as a program made afresh of the same texts does', () => {
    const texts = { 'a.c': 'int a(void) { return x(); }\n', 'x.c': 'int x(void) { return 1; }\n' };
    const edited = {
      ...texts,
      'a.c': 'static int x(void) { return 2; }\nint a(void) { return x(); }\nint b(void) { return x(); }\n',
    };
    const fresh = programOf(edited);
    const patched = programOf(texts).withOverlay('a.c', edited['a.c']);
    for (const program of [fresh, patched]) {
      expect(
        program
          .callers(fn(program, 'x', 'a.c'))
          .map((site) => at(program, { file: site.file, start: site.call.start })),
      ).toEqual(['a.c:2', 'a.c:3']);
      expect(program.callers(fn(program, 'x', 'x.c'))).toEqual([]);
    }
    expect(patched.facts('a.c')).toEqual(fresh.facts('a.c'));
    expect(patched.mentions('x')).toEqual(fresh.mentions('x'));
  });
});

describe('what cannot be read', () => {
  it('is said, and hinders nothing else', () => {
    const reader = {
      read: (path: string) => {
        if (path === 'a.c') return { text: 'int f(void) { return g(); }\n' };
        return path === 'binary.c' ? { notText: 'binary data' } : null;
      },
      exists: (path: string) => path !== 'gone.c',
      folders: () => [],
      filesHolding: () => [],
    };
    const tree = { root: '/', version: null };
    const program = createProgram({ tree, files: ['a.c', 'binary.c', 'gone.c'], parser, reader });
    expect(program.mentions('g')).toEqual([{ file: 'a.c', chunk: 0 }]);
    expect(program.facts('binary.c')).toBeNull();
    expect(program.source('never-selected.h')).toBeNull();
    expect(program.notAnalysed()).toEqual([
      { file: 'binary.c', reason: 'binary data' },
      { file: 'gone.c', reason: 'no such file' },
    ]);
    const edited = program.withOverlay('binary.c', 'int g(void) { return 1; }\n');
    expect(edited.notAnalysed().map((entry) => entry.file)).toEqual(['gone.c']);
  });
});
