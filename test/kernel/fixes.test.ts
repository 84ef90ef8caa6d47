/** Bugs planted in real drivers, and what the fixes make of them: the text as it was, where there is one right text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyEdits, editsOf, type Fix, fixesIn, fixesTogether } from '../../server/src/fixes/index.js';
import type { Finding } from '../../server/src/rules/index.js';
import { analyseWithProgram } from '../../server/src/service/analyse.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const versions: readonly KernelVersion[] = ['6.12', '6.1'];

interface Look {
  readonly findings: readonly Finding[];
  readonly fixes: readonly Fix[];
}

/** What is said of a file, with another text in its place. */
async function look(root: string, file: string, text: string): Promise<Look> {
  const { report, program, inventory } = await analyseWithProgram({
    tree: root,
    paths: [join(root, file)],
    jobs: 1,
    cacheDir: null,
    rules: new Map(),
    overlay: new Map([[file, text]]),
    timings: false,
  });
  expect(report.notAnalysed.filter((not) => not.file === file)).toEqual([]);
  const context = { program, inventory, suppressed: report.suppressed };
  return { findings: report.findings, fixes: fixesIn(context, report.findings, file) };
}

const brief = (findings: readonly Finding[]): string[] => findings.map((f) => `${f.rule} ${f.function}()`);

/** Plants a bug, mends it, and looks again. */
async function mended(
  root: string,
  file: string,
  plant: (text: string) => string,
  choose: (fixes: readonly Fix[]) => readonly Fix[] = fixesTogether,
) {
  const original = readFileSync(join(root, file), 'utf8');
  const planted = plant(original);
  expect(planted).not.toBe(original);
  const clean = await look(root, file, original);
  const sick = await look(root, file, planted);
  const text = applyEdits(planted, editsOf(choose(sick.fixes)));
  const healed = await look(root, file, text);
  return { original, text, clean: brief(clean.findings), sick, healed: brief(healed.findings) };
}

describe.each(versions)('fixes in Linux %s', (version) => {
  const root = kernelTree(version) ?? '';
  const here = it.skipIf(root === '');

  here('put the parent back in every call of rpmsg', async () => {
    const { original, text, clean, sick, healed } = await mended(
      root,
      'drivers/rpmsg/virtio_rpmsg_bus.c',
      (code) => code.replaceAll('vdev->dev.parent', '&vdev->dev'),
    );
    expect(brief(sick.findings)).toContain('wrong-dma-device rpmsg_probe()');
    expect(text).toBe(original);
    expect(healed).toEqual(clean);
  });

  here.each([
    ['drivers/virtio/virtio_balloon.c', 'VIRTIO_F_ACCESS_PLATFORM', 'VIRTIO_F_IOMMU_PLATFORM'],
    ['drivers/vhost/net.c', 'VIRTIO_F_ACCESS_PLATFORM', 'VIRTIO_F_IOMMU_PLATFORM'],
    ['drivers/virtio/virtio_ring.c', 'virtio_has_dma_quirk', 'virtio_has_iommu_quirk'],
  ])('put the current names back in %s', async (file, current, old) => {
    const { original, text, clean, sick, healed } = await mended(root, file, (code) =>
      code.replaceAll(current, old),
    );
    expect(sick.findings.filter((f) => f.rule === 'retired-name').length).toBeGreaterThan(0);
    expect(text).toBe(original);
    expect(healed).toEqual(clean);
  });

  here('take out a comment that suppresses nothing', async () => {
    const { original, text } = await mended(root, 'drivers/block/virtio_blk.c', (code) =>
      code.replace(
        '\nstatic int virtblk_probe(',
        '\n/* vringside-ignore bounce-amplification: x */\nstatic int virtblk_probe(',
      ),
    );
    expect(text).toBe(original);
  });

  // Our own C, at the end of a driver.
  const planted = `
struct planted_entry {
	__le64 addr;
	__le32 len;
};

static int planted_fill(struct virtio_input *vi, struct virtqueue *vq, struct planted_entry *e, size_t len)
{
	void *data = kzalloc(len, GFP_KERNEL);
	struct scatterlist sg;
	int err;

	if (!data)
		return -ENOMEM;
	e->len = cpu_to_le32(len);
	e->addr = cpu_to_le64(virt_to_phys(data));
	sg_init_one(&sg, e, sizeof(*e));
	err = virtqueue_add_outbuf(vq, &sg, 1, e, GFP_KERNEL);
	if (err)
		goto out_free;
	return 0;
out_free:
	kfree(data);
	return err;
}
`;

  here('map a planted address as its queue does', async () => {
    const { clean, sick, text, healed } = await mended(
      root,
      'drivers/virtio/virtio_input.c',
      (code) => code + planted,
      (fixes) => fixes.slice(0, 1),
    );
    expect(brief(sick.findings).filter((f) => !clean.includes(f))).toEqual([
      'dma-bypass-unconditional planted_fill()',
    ]);
    expect(text).toContain(`	{
		dma_addr_t addr = virtqueue_dma_map_single_attrs(vq, data, len, DMA_BIDIRECTIONAL, 0);

		if (virtqueue_dma_mapping_error(vq, addr)) {
			err = -ENOMEM;
			goto out_free;
		}
		e->addr = cpu_to_le64(addr);
	}
`);
    expect(healed).toEqual(clean);
  });
});

describe('guards of virtio-gpu', () => {
  const older = kernelTree('6.1') ?? '';
  const newer = kernelTree('6.12') ?? '';

  it.skipIf(older === '').each(['virtgpu_vq.c', 'virtgpu_object.c'])(
    'in 6.1 become what 6.12 has: %s',
    async (name) => {
      const file = `drivers/gpu/drm/virtio/${name}`;
      const text = readFileSync(join(older, file), 'utf8');
      const before = await look(older, file, text);
      const guards = brief(before.findings).filter((f) => f.startsWith('guard-differs-from-core'));
      expect(guards.length).toBeGreaterThan(0);
      const fixed = applyEdits(text, editsOf(fixesTogether(before.fixes)));
      const after = await look(older, file, fixed);
      expect(brief(after.findings)).toEqual(brief(before.findings).filter((f) => !guards.includes(f)));
      expect(fixesTogether(after.fixes)).toEqual([]);
      expect(fixed.split('!virtio_has_dma_quirk(vgdev->vdev) || xen_domain();').length - 1).toBe(
        guards.length,
      );
    },
  );

  it.skipIf(newer === '')('in 6.12 are whole again when Xen is forgotten', async () => {
    const { clean, sick, healed } = await mended(newer, 'drivers/gpu/drm/virtio/virtgpu_drv.h', (code) =>
      code.replace('\tif (xen_domain())\n\t\treturn true;\n\n', ''),
    );
    expect(brief(sick.findings)).toContain('guard-differs-from-core virtio_gpu_use_dma_api()');
    expect(healed).toEqual(clean);
  });
});
