import { describe, expect, it } from 'vitest';
import { applyEdits, type Fix, fixesTogether } from '../../../server/src/fixes/index.js';
import { core, header, mend, ring, rulesOf } from './support.js';

const all = (fixes: readonly Fix[]): readonly Fix[] => fixes;

describe('a retired name', () => {
  it('becomes the current one', async () => {
    const { before, text, after } = await mend(`static bool direct(struct virtio_device *vdev)
{
	return virtio_has_iommu_quirk(vdev) && !xen_domain();
}
`);
    expect(rulesOf(before)).toContain('retired-name');
    expect(text).toContain('return virtio_has_dma_quirk(vdev) && !xen_domain();');
    expect(after).toEqual([]);
  });
});

describe('the virtio device given to the DMA API', () => {
  it('becomes its parent in every call', async () => {
    const { before, text, after } = await mend(`static int map(struct virtqueue *vq, void *p)
{
	struct device *dev = &vq->vdev->dev;
	dma_addr_t at = dma_map_single(dev, p, 8, DMA_TO_DEVICE);

	dev_dbg(dev, "mapped");
	return dma_mapping_error(dev, at);
}

static void unmap(struct virtio_device *vdev, dma_addr_t at)
{
	dma_unmap_single(&vdev->dev, at, 8, DMA_TO_DEVICE);
	dma_unmap_single(&(vdev->dev), at, 8, DMA_TO_DEVICE);
}
`);
    expect(rulesOf(before)).toEqual(['wrong-dma-device']);
    expect(text).toBe(`static int map(struct virtqueue *vq, void *p)
{
	struct device *dev = &vq->vdev->dev;
	dma_addr_t at = dma_map_single(dev->parent, p, 8, DMA_TO_DEVICE);

	dev_dbg(dev, "mapped");
	return dma_mapping_error(dev->parent, at);
}

static void unmap(struct virtio_device *vdev, dma_addr_t at)
{
	dma_unmap_single(vdev->dev.parent, at, 8, DMA_TO_DEVICE);
	dma_unmap_single(vdev->dev.parent, at, 8, DMA_TO_DEVICE);
}
`);
    expect(after).toEqual([]);
  });
});

describe('a guard that asks less than the ring', () => {
  const fill = (
    test: string,
    body: 'if' | 'local',
  ): string => `static void fill(struct virtio_device *vdev, struct scatterlist *sg, struct entry *e)
{
	${body === 'local' ? `bool use = ${test};\n\n\tif (use)` : `if (${test})`}
		e->addr = cpu_to_le64(sg_dma_address(sg));
	else
		e->addr = cpu_to_le64(sg_phys(sg));
}
`;

  it.each([
    ['!virtio_has_dma_quirk(vdev)', '!virtio_has_dma_quirk(vdev) || xen_domain()'],
    ['virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)', '!virtio_has_dma_quirk(vdev) || xen_domain()'],
    ['!!virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)', '!virtio_has_dma_quirk(vdev) || xen_domain()'],
    ['sg && !virtio_has_dma_quirk(vdev)', 'sg && (!virtio_has_dma_quirk(vdev) || xen_domain())'],
    ['!(virtio_has_dma_quirk(vdev))', '!virtio_has_dma_quirk(vdev) || xen_domain()'],
  ])('is completed: %s', async (test, wanted) => {
    for (const body of ['if', 'local'] as const) {
      const { before, fixes, text, after } = await mend(fill(test, body));
      expect(rulesOf(before)).toContain('guard-differs-from-core');
      expect(fixes.map((fix) => fix.isPreferred)).toEqual([true]);
      expect(text).toBe(`#include <xen/xen.h>\n${fill(wanted, body)}`);
      expect(rulesOf(after)).not.toContain('guard-differs-from-core');
      // Of another condition beside it the analysis knows no more than before; the ring itself is unreadable in places.
      const others = [
        'secure-guest-unreadable',
        ...(test.startsWith('sg &&') ? ['dma-bypass-unconditional'] : []),
      ];
      expect(rulesOf(after).filter((rule) => !others.includes(rule))).toEqual([]);
    }
  });

  it('is left alone where the core asks what a driver cannot', async () => {
    const text = (core.get(ring) ?? '').replace(
      'if (xen_domain())',
      'if (force_dma_unencrypted(vdev->dev.parent))',
    );
    const { before, fixes } = await mend(
      fill('!virtio_has_dma_quirk(vdev)', 'if'),
      all,
      new Map([...core, [ring, text]]),
    );
    expect(rulesOf(before)).toContain('guard-differs-from-core');
    expect(fixes).toEqual([]);
  });

  it('takes the spelling of the tree', async () => {
    const old = new Map(core);
    const older = (text = ''): string =>
      text
        .replaceAll('virtio_has_dma_quirk', 'virtio_has_iommu_quirk')
        .replaceAll('ACCESS_PLATFORM', 'IOMMU_PLATFORM');
    for (const file of [header, ring]) old.set(file, older(core.get(file)));
    const { text } = await mend(fill('!virtio_has_iommu_quirk(vdev)', 'if'), all, old);
    expect(text).toContain('if (!virtio_has_iommu_quirk(vdev) || xen_domain())');
  });

  it('is completed in a function of the driver that decides', async () => {
    const { before, text, after } = await mend(`static bool sample_use_dma_api(struct virtio_device *vdev)
{
	return !virtio_has_dma_quirk(vdev);
}

bool sample(struct virtio_device *vdev)
{
	return sample_use_dma_api(vdev);
}
`);
    expect(rulesOf(before)).toContain('guard-differs-from-core');
    expect(text).toContain('return !virtio_has_dma_quirk(vdev) || xen_domain();');
    expect(after).toEqual([]);
  });
});

describe('a buffer given by its physical address', () => {
  const first = (fixes: readonly Fix[]): readonly Fix[] => fixes.slice(0, 1);

  it('is mapped where the ring maps, with the length beside it, and the result is checked', async () => {
    const { before, fixes, text, after } = await mend(
      `static int fill(struct virtio_device *vdev, struct entry *e, const void *data, unsigned int len,
		enum dma_data_direction dir)
{
	e->length = cpu_to_le32(len);
	e->addr = cpu_to_le64(virt_to_phys(data));
	return 0;
}
`,
      first,
    );
    expect(rulesOf(before)).toContain('dma-bypass-unconditional');
    expect(fixes.map((fix) => [fix.title, fix.isPreferred])).toEqual([
      ['Map the buffer with the DMA API where the ring does, and check the result (add the unmap)', false],
      [
        'Map the buffer with the DMA API and check the result; for devices with ACCESS_PLATFORM alone (add the unmap)',
        false,
      ],
    ]);
    expect(fixes.map((fix) => [fix.findings.length, fix.sites.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(text).toBe(`#include <xen/xen.h>
#include <linux/dma-mapping.h>
static int fill(struct virtio_device *vdev, struct entry *e, const void *data, unsigned int len,
		enum dma_data_direction dir)
{
	e->length = cpu_to_le32(len);
	if (virtio_has_dma_quirk(vdev) && !xen_domain()) {
		e->addr = cpu_to_le64(virt_to_phys(data));
	} else {
		dma_addr_t addr = dma_map_single(vdev->dev.parent, data, len, dir);

		if (dma_mapping_error(vdev->dev.parent, addr))
			return -ENOMEM;
		e->addr = cpu_to_le64(addr);
	}
	return 0;
}
`);
    // The ring goes the same way, and is as unreadable where no platform hook refuses the device.
    expect(rulesOf(after).filter((rule) => rule !== 'secure-guest-unreadable')).toEqual([]);
  });

  const simple = `static int fill(struct virtqueue *vq, struct entry *e)
{
	char *data = kzalloc(sizeof(*data) * 64, GFP_KERNEL);
	int ret = -ENOMEM;

	if (!data)
		return ret;
	e->flags = VRING_DESC_F_WRITE;
	e->addr = cpu_to_le64(virt_to_phys(data));
	ret = send(vq);
	if (ret)
		goto free;
	return 0;
free:
	kfree(data);
	return ret;
}
`;

  it('is mapped as its queue is, where the core has helpers for that; nothing is left to say then', async () => {
    const helpers = `
dma_addr_t virtqueue_dma_map_single_attrs(struct virtqueue *vq, void *ptr, size_t size, enum dma_data_direction dir,
					  unsigned long attrs);
int virtqueue_dma_mapping_error(struct virtqueue *vq, dma_addr_t addr);
`;
    const files = new Map([...core, [header, (core.get(header) ?? '') + helpers]]);
    const { before, text, after } = await mend(simple, first, files);
    expect(rulesOf(before)).toEqual(['dma-bypass-unconditional']);
    expect(text).toContain(`	{
		dma_addr_t addr = virtqueue_dma_map_single_attrs(vq, data, sizeof(*data) * 64, DMA_FROM_DEVICE, 0);

		if (virtqueue_dma_mapping_error(vq, addr)) {
			ret = -ENOMEM;
			goto free;
		}
		e->addr = cpu_to_le64(addr);
	}
`);
    expect(after).toEqual([]);
  });

  it('is mapped with the DMA API alone where that is chosen', async () => {
    const { text, after } = await mend(simple, (fixes) => fixes.slice(-1));
    expect(text).toContain(
      'dma_map_single(vq->vdev->dev.parent, data, sizeof(*data) * 64, DMA_FROM_DEVICE);',
    );
    expect(after).toEqual([]);
  });

  it('takes the place of the address in its own variable, declared with it or not', async () => {
    const fill = (
      declared: string,
      body: string,
    ): string => `static int fill(struct virtio_device *vdev, struct entry *e, void *p)
{
	struct page *page = p ?: alloc_page(GFP_KERNEL);
	${declared}
	int n = 1;

	${body}
	e->length = cpu_to_le32(n);
	e->addr = cpu_to_le64(where);
	return 0;
}
`;
    const map = `where = dma_map_single(vdev->dev.parent, p, n, DMA_BIDIRECTIONAL);
	if (dma_mapping_error(vdev->dev.parent, where))
		return -ENOMEM;`;
    const assigned = await mend(
      fill('u64 where;', 'where = virt_to_phys(p);').replace('alloc_page(GFP_KERNEL)', 'NULL'),
      (fixes) => fixes.slice(-1),
    );
    expect(assigned.text).toContain(`	int n = 1;\n\n	${map}\n	e->length`);
    const declared = await mend(
      fill('u64 where = virt_to_phys(p);', '').replace('alloc_page(GFP_KERNEL)', 'NULL'),
      (fixes) => fixes.slice(-1),
    );
    expect(declared.text).toContain(`	u64 where;\n	int n = 1;\n\n	${map}\n`);
    expect([...assigned.after, ...declared.after]).toEqual([]);
    const used = fill('u64 where = virt_to_phys(p);', '').replace('int n = 1', 'int n = where');
    expect((await mend(used, all)).fixes).toEqual([]);
  });

  it('is left the way the function passes errors on', async () => {
    const { text } = await mend(
      `static int fill(struct virtio_device *vdev, struct entry *e)
{
	e->data = kzalloc(64, GFP_KERNEL);
	if (!e->data)
		return -ENOMEM;
	e->len = 64;
	e->flags = cpu_to_le32(1);
	e->addr = cpu_to_le64(virt_to_phys(e->data));
	return send(e);
}
`,
      first,
    );
    expect(text).toContain('dma_map_single(vdev->dev.parent, e->data, 64, DMA_BIDIRECTIONAL);');
    expect(text).toContain('\t\t\treturn -ENOMEM;\n\t\te->addr');
  });

  const cases: readonly (readonly [string, string])[] = [
    [
      'the length is not known',
      'int fill(struct virtio_device *vdev, struct entry *e, void *data)\n{\n\te->addr = cpu_to_le64(virt_to_phys(data));\n\treturn 0;\n}\n',
    ],
    [
      'the function cannot say that it failed',
      'void fill(struct virtio_device *vdev, struct entry *e, void *data, int len)\n{\n\te->addr = cpu_to_le64(virt_to_phys(data));\n}\n',
    ],
    [
      'no device is at hand',
      'int fill(struct entry *e, void *data, int len)\n{\n\te->addr = cpu_to_le64(virt_to_phys(data));\n\treturn virtio_has_feature(x, 3);\n}\n',
    ],
    [
      'two devices are',
      'int fill(struct virtio_device *a, struct virtio_device *b, struct entry *e, void *data, int len)\n{\n\te->addr = cpu_to_le64(virt_to_phys(data));\n\treturn 0;\n}\n',
    ],
    [
      'what is held is undone in place',
      'int fill(struct virtio_device *vdev, struct entry *e, void *data, int len)\n{\n\tvoid *p = kmalloc(8, GFP_KERNEL);\n\n\te->addr = cpu_to_le64(virt_to_phys(data));\n\tif (!p) {\n\t\tfree_entry(e);\n\t\treturn -ENOMEM;\n\t}\n\treturn 0;\n}\n',
    ],
    [
      'the address is part of a sum',
      'int fill(struct virtio_device *vdev, struct entry *e, void *data, int len)\n{\n\te->addr = cpu_to_le64(virt_to_phys(data) + 8);\n\treturn 0;\n}\n',
    ],
  ];
  it.each(cases)('is left alone where %s', async (_why, code) => {
    const { before, fixes } = await mend(code, all);
    expect(rulesOf(before)).toContain('dma-bypass-unconditional');
    expect(fixes).toEqual([]);
  });
});

describe('a comment that suppresses nothing', () => {
  const rule = 'dma-bypass-unconditional';
  const fill = (
    before: string,
    beside: string,
  ): string => `static void fill(struct virtio_device *vdev, struct entry *e, void *data)
{
${before}	e->len = 4;${beside}
}
`;

  it('is removed, with its line where it has one', async () => {
    for (const code of [
      fill(`	/* vringside-ignore ${rule}: x */\n`, ''),
      fill('', ` /* vringside-ignore ${rule}: x */`),
    ]) {
      const { before, text, after } = await mend(code);
      expect(rulesOf(before)).toEqual(['unused-suppression']);
      expect(text).toBe(fill('', ''));
      expect(after).toEqual([]);
    }
  });

  it('keeps the rules it does suppress', async () => {
    const code = (names: string): string =>
      fill('', '').replace(
        'e->len = 4;',
        `e->addr = cpu_to_le64(virt_to_phys(data)); /* vringside-ignore ${names}: why not */`,
      );
    const { text, after } = await mend(code(`bounce-amplification, ${rule},swiotlb-limit-ignored`));
    expect(text).toBe(code(rule));
    expect(rulesOf(after)).not.toContain('unused-suppression');
  });

  it('is put right where the rule is misspelt, and left where the reason is missing', async () => {
    const misspelt = await mend(fill(`	/* vringside-ignore ${rule}s: x */\n`, ''), all);
    expect(misspelt.text).toContain(`vringside-ignore ${rule}: x`);
    const { fixes } = await mend(fill(`	/* vringside-ignore ${rule} */\n`, ''), all);
    expect(fixes).toEqual([]);
  });
});

it('all fixes of a file together, a second time, change nothing', async () => {
  const code = `/* vringside-ignore bounce-amplification: x */
static bool direct(struct virtio_device *vdev)
{
	dma_set_mask(&vdev->dev, 1);
	return virtio_has_iommu_quirk(vdev);
}
static void fill(struct virtio_device *vdev, struct scatterlist *sg, struct entry *e)
{
	if (virtio_has_feature(vdev, VIRTIO_F_IOMMU_PLATFORM))
		e->addr = cpu_to_le64(sg_dma_address(sg));
	else
		e->addr = cpu_to_le64(sg_phys(sg));
}
`;
  let { text, fixes } = await mend(code);
  expect(fixes.length).toBeGreaterThan(3);
  for (let round = 0; round < 3; round++) ({ text, fixes } = await mend(text));
  expect(fixesTogether(fixes)).toEqual([]);
  expect(text).toContain('!virtio_has_dma_quirk(vdev) || xen_domain()');
  expect((await mend(text)).text).toBe(text);
});

it('edits that overlap are refused', () => {
  const edit = {
    file: 'a',
    range: { start: { line: 1, column: 1 }, end: { line: 1, column: 3 } },
    newText: '',
  };
  expect(() => applyEdits('abc', [edit, edit])).toThrow(RangeError);
});
