import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createProgram,
  diskReader,
  type Program,
  selectFiles,
  treeAt,
} from '../../../server/src/program/index.js';
import { parser, programOf, smallTree } from './support.js';

const tree = treeAt(smallTree);
const { files } = await selectFiles({ root: smallTree });
const disk = diskReader(smallTree);
const texts = new Map(
  [
    'drivers/virtio/ring.c',
    'drivers/virtio/ring.h',
    'include/linux/virtio.h',
    'drivers/virtio/pci_legacy.c',
    'tools/virtio/ring.c',
  ].map((path) => {
    const content = disk.read(path);
    if (content === null || !('text' in content)) throw new Error(path);
    return [path, content.text] as const;
  }),
);

/** Everything a user of the program can ask, as plain data. */
function answers(program: Program): unknown {
  const place = (fact: { readonly file: string; readonly start: number }) => `${fact.file}:${fact.start}`;
  const functions = program.files.flatMap((file) => program.facts(file)?.functions ?? []);
  return {
    files: program.files,
    facts: program.files.map((file) => program.facts(file)),
    callers: functions.map((fn) => program.callers(fn).map(place)),
    uses: functions.map((fn) => program.storedAs(fn)),
    meant: functions.map((fn) => program.functionsNamed(fn.name, 'drivers/virtio/ring.c').map(place)),
    stores: ['use_dma', 'generation', 'config', 'features'].map((field) =>
      ['struct ring', 'struct virtio_device'].map((tag) => program.fieldAssignments(tag, field).map(place)),
    ),
    implementations: program.implementations('struct virtio_config_ops', 'get_features').map(place),
    mentions: ['vdev', 'ring', 'helper', 'extra', 'VIRTIO_F_ACCESS'].map((name) => program.mentions(name)),
    macros: ['to_ring', 'RING_LIMIT', 'page_to_addr'].map((name) =>
      program.macro(name, 'drivers/virtio/ring.c').map(place),
    ),
    record: program.record('struct ring', 'drivers/virtio/ring.c'),
  };
}

const pieces = fc.constantFrom(
  '\n', ' ', '}', '{', '/*', '*/', '#if 0\n', '#endif\n', '"', ';', '\n#include "ring.h"\n', '\nint extra(void) { return helper(0); }\n',
  '\nstatic int helper(int x) { return x; }\n', 'vdev->features = 1;', '#define RING_LIMIT 7\n', '(', ',',
); // biome-ignore format: a list
const edit = fc.record({
  path: fc.constantFrom(...texts.keys()),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 30 }),
  insert: pieces,
});

describe('a program of edited texts', () => {
  it('answers as one made afresh of the same texts', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 5 }), (edits) => {
        const now = new Map(texts);
        let program = createProgram({ tree, files, parser });
        for (const { path, at, remove, insert } of edits) {
          const text = now.get(path) ?? '';
          const from = Math.floor(at * text.length);
          const edited = text.slice(0, from) + insert + text.slice(from + remove);
          now.set(path, edited);
          program = program.withOverlay(path, edited);
          // Asked in between as an editor does, so that there is something to carry over.
          program.facts(path);
          program.functionsNamed('helper', path);
        }
        const reader = {
          ...disk,
          read: (path: string) => (now.has(path) ? { text: now.get(path) ?? '' } : disk.read(path)),
        };
        const fresh = createProgram({ tree, files, parser, reader });
        expect(answers(program)).toEqual(answers(fresh));
      }),
      { numRuns: 40 },
    );
  });

  it('does not parse again what an edit did not touch', () => {
    let parses = 0;
    const counting = {
      outline: parser.outline,
      facts: (...args: Parameters<typeof parser.facts>) => {
        parses++;
        return parser.facts(...args);
      },
    };
    const lines = Array.from({ length: 50 }, (_, i) => `int f${i}(int x) { return x + ${i}; }`);
    let program = createProgram({
      tree: { root: '/', version: null },
      files: new Map([['a.c', lines.join('\n')]]),
      parser: counting,
    });
    for (const edited of [7, 30]) {
      const text = lines.map((line, i) => (i === edited ? line.replace('x +', 'x  +') : line)).join('\n');
      program = program.withOverlay('a.c', text);
      program.facts('a.c');
    }
    parses = 0;
    program = program.withOverlay('a.c', `\n\n${lines.join('\n')}\nint last;`);
    expect(program.facts('a.c')?.functions.map((fn) => program.lineOf('a.c', fn.start))).toEqual(
      lines.map((_, i) => i + 3),
    );
    // The new declaration alone: every function was read in one of the two versions before.
    expect(parses).toBe(1);
  });

  it('follows a header that appears, and one that goes', () => {
    const program = programOf({ 'd/a.c': '#include "new.h"\nint f(void) { return NEW; }\n' });
    expect(program.macro('NEW', 'd/a.c')).toEqual([]);
    const more = program.withOverlay('d/new.h', '#define NEW 1\n');
    expect(more.macro('NEW', 'd/a.c')).toHaveLength(1);
    expect(more.withOverlay('d/new.h', null).macro('NEW', 'd/a.c')).toEqual([]);
  });
});
