import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Fix, fixesTogether } from '../../../server/src/fixes/index.js';
import { mend, rulesOf } from './support.js';

/** Pieces of drivers, each with something to mend; `N` keeps names apart. */
const pieces = [
  'static bool directN(struct virtio_device *vdev)\n{\n\treturn virtio_has_iommu_quirk(vdev) && !xen_domain();\n}\n',
  'static unsigned int tableN[] = {\n\tVIRTIO_F_IOMMU_PLATFORM,\n};\n',
  'static size_t limitN(struct virtqueue *vq)\n{\n\treturn dma_max_mapping_size(&vq->vdev->dev);\n}\n',
  'static int mapN(struct virtio_device *vdev, void *p)\n{\n\tstruct device *dev = &vdev->dev;\n\n\treturn dma_mapping_error(dev, dma_map_single(dev, p, 8, DMA_TO_DEVICE));\n}\n',
  'static void fillN(struct virtio_device *vdev, struct scatterlist *sg, struct entry *e)\n{\n\tif (!virtio_has_dma_quirk(vdev))\n\t\te->addr = cpu_to_le64(sg_dma_address(sg));\n\telse\n\t\te->addr = cpu_to_le64(sg_phys(sg));\n}\n',
  '/* vringside-ignore bounce-amplification: gone */\nstatic void idleN(void)\n{\n}\n',
  'static void besideN(void)\n{\n\tidle(); /* vringside-ignore swiotlb-limit-ignored, bounce-amplification: gone */\n}\n',
  'static void cleanN(void)\n{\n\tidle();\n}\n',
] as const;

const mendable = ['retired-name', 'wrong-dma-device', 'guard-differs-from-core', 'unused-suppression'];

it('what may be applied unseen mends all it is for, understood in full, and a second time changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('\n', '\r\n'),
      async (chosen, lineEnd) => {
        const code = chosen
          .map((piece, i) => piece.replaceAll('N', String(i)))
          .join('\n')
          .replaceAll('\n', lineEnd);
        const first = await mend(code);
        expect(rulesOf(first.after).filter((rule) => mendable.includes(rule))).toEqual([]);
        const again = await mend(first.text);
        expect(fixesTogether(again.fixes)).toEqual([]);
        expect(again.text).toBe(first.text);
        expect(/[^\r]\n/.test(first.text)).toBe(lineEnd === '\n');
      },
    ),
    { numRuns: 25 },
  );
});

it('each fix alone takes away what it is for, and nothing else comes', async () => {
  for (const piece of pieces) {
    const all = await mend(piece, (fixes) => fixes);
    for (const fix of all.fixes) {
      const only = (fixes: readonly Fix[]): readonly Fix[] => fixes.filter(({ id }) => id === fix.id);
      const { before, after } = await mend(piece, only);
      const left = after.map(({ fingerprint }) => fingerprint);
      expect(fix.findings.filter((fingerprint) => left.includes(fingerprint))).toEqual([]);
      expect(rulesOf(after).filter((rule) => !rulesOf(before).includes(rule))).toEqual([]);
    }
  }
});
