import { expect, it } from 'vitest';
import { linksIn } from '../../../server/src/navigate/index.js';
import { programOf } from '../program/support.js';

function links(text: string, others: Record<string, string> = {}): string[] {
  const file = 'drivers/virtio/virtio_ring.c';
  const program = programOf({ ...others, [file]: text });
  return linksIn(program, file).map((link) => {
    const to = link.kind === 'file' ? link.file : `section ${link.section} of ${link.version ?? 'it'}`;
    return `${program.textOf(file, link).replace(/\s+/g, ' ')} -> ${to}`;
  });
}

it('leads from include lines to headers of the tree, by the search path of the build', () => {
  const others = { 'include/linux/virtio.h': '', 'drivers/virtio/virtio_pci_common.h': '' };
  const text =
    '#include <linux/virtio.h>\n# include "virtio_pci_common.h" /* ours */\n#include <linux/none.h>\n#include MACRO\n';
  expect(links(text, others)).toEqual([
    'linux/virtio.h -> include/linux/virtio.h',
    'virtio_pci_common.h -> drivers/virtio/virtio_pci_common.h',
  ]);
});

it('leads to documentation that is there, and not in strings', () => {
  const others = { 'Documentation/core-api/dma-api.rst': '' };
  const text =
    '/* See Documentation/core-api/dma-api.rst. And Documentation/gone.rst. */\nchar *s = "Documentation/core-api/dma-api.rst";\n';
  expect(links(text, others)).toEqual([
    'Documentation/core-api/dma-api.rst -> Documentation/core-api/dma-api.rst',
  ]);
});

it.each([
  ['/* virtio spec 2.7.5 */', 'virtio spec 2.7.5 -> section 2.7.5 of it'],
  ['/* virtio 1.1 section 6 */', 'virtio 1.1 section 6 -> section 6 of 1.1'],
  [
    '/* virtio spec 1.1 section 5.1.4.1 for MTU */',
    'virtio spec 1.1 section 5.1.4.1 -> section 5.1.4.1 of 1.1',
  ],
  [
    '/* as per VIRTIO v1.2 spec, section\n * 5.1.6.5.5 "Device operation" */',
    'VIRTIO v1.2 spec, section * 5.1.6.5.5 -> section 5.1.6.5.5 of 1.2',
  ],
  ['// Virtio specification, section 2.6', 'Virtio specification, section 2.6 -> section 2.6 of it'],
])('reads the citation in %s', (text, expected) => {
  expect(links(`${text}\nint x;\n`)).toEqual([expected]);
});

it.each([
  '/* virtio 0.9.5 specification */',
  '/* virtio spec 1.1 */',
  '/* virtio-net critical section 2 */',
  '/* the virtio device has 2.7.5 firmware */',
  'int virtio_section = 6;',
])('finds no citation in %s', (text) => {
  expect(links(`${text}\nint x;\n`)).toEqual([]);
});
