import { describe, expect, it } from 'vitest';
import { found } from './support.js';

const rule = 'swiotlb-limit-ignored';

/** A driver that sends `data`, `n` bytes of it. */
const send = (before: string, params = 'struct dev *d, void __user *from, size_t n'): string => `
static int send(${params})
{
	struct scatterlist sg;
	void *data;

	${before}
	sg_init_one(&sg, data, n);
	return virtqueue_add_outbuf(d->vq, &sg, 1, data, GFP_KERNEL);
}
`;

describe('a buffer as long as was asked for', () => {
  it('is told, with what it is, how long, and where it got its size', async () => {
    const { brief, findings } = await found(rule, send('data = vmemdup_user(from, n);'));
    expect(brief).toEqual(['warning send()']);
    expect(findings[0]?.message).toContain('data');
    expect(findings[0]?.message).toContain('as long as was asked for');
    expect(findings[0]?.message).toContain('256 KiB');
    expect(findings[0]?.message).toContain('virtio_max_dma_size()');
    expect(findings[0]?.related[0]?.message).toContain('vmemdup_user(from, n)');
  });

  it('is told where the length comes from an operation of a file', async () => {
    const write = `${send('data = kmalloc(n, GFP_KERNEL);', 'struct dev *d, size_t n')}
static ssize_t sample_write(struct file *file, const char __user *from, size_t count, loff_t *at)
{
	return send(file->private_data, count);
}
static const struct file_operations fops = { .write = sample_write };
`;
    expect((await found(rule, write)).brief).toEqual(['warning send()']);
  });

  it('is told where a number of the code is too large', async () => {
    const { brief, findings } = await found(rule, send('n = SZ_1M;\n\tdata = kmalloc(n, GFP_KERNEL);'));
    expect(brief).toEqual(['warning send()']);
    expect(findings[0]?.message).toContain('up to 1 MiB');
  });

  it.each([
    [
      'is refused above the limit',
      'if (n > virtio_max_dma_size(d->vdev))\n\t\treturn -E2BIG;\n\tdata = vmemdup_user(from, n);',
    ],
    [
      'is cut to the limit',
      'n = min_t(size_t, n, virtio_max_dma_size(d->vdev));\n\tdata = vmemdup_user(from, n);',
    ],
    [
      'is cut to what DMA maps at once',
      'n = min(n, dma_max_mapping_size(d->dev));\n\tdata = vmemdup_user(from, n);',
    ],
    ['is refused above a number', 'if (n > SZ_64K)\n\t\treturn -E2BIG;\n\tdata = vmemdup_user(from, n);'],
    ['is cut to a number', 'if (n > SZ_256K)\n\t\tn = SZ_256K;\n\tdata = vmemdup_user(from, n);'],
    ['is a structure', 'n = sizeof(struct command);\n\tdata = kvmalloc(n, GFP_KERNEL);'],
    ['has a length that nothing says gets long', 'data = kmalloc(n, GFP_KERNEL);'],
  ])('is let be where it %s', async (_what, before) => {
    const text = `struct command { char what[64]; };\n${send(before)}`;
    expect((await found(rule, text)).brief).toEqual([]);
  });

  it('is let be where it goes into the list a page at a time', async () => {
    const pages = `
static int send(struct dev *d, void __user *from, size_t n)
{
	u8 *data = vmemdup_user(from, n);
	struct scatterlist sg[64];
	int i;

	for (i = 0; i < 64; i++)
		sg_set_buf(&sg[i], data + i * PAGE_SIZE, PAGE_SIZE);
	return virtqueue_add_outbuf(d->vq, sg, 64, data, GFP_KERNEL);
}
`;
    expect((await found(rule, pages)).brief).toEqual([]);
  });

  it('is let be in a driver that gives ACCESS_PLATFORM up: nothing of it is bounced', async () => {
    const text = `${send('data = vmemdup_user(from, n);')}
static int sample_validate(struct virtio_device *vdev)
{
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	return 0;
}
`;
    expect((await found(rule, text)).brief).toEqual([]);
  });
});

describe('the limits of a block queue', () => {
  const queue = (limits: string): string => `
static int add(struct virtqueue *vq, struct request *req, struct item *i)
{
	struct scatterlist *sgs[2];

	blk_rq_map_sg(req->q, req, i->table.sgl);
	sgs[0] = i->table.sgl;
	return virtqueue_add_sgs(vq, sgs, 1, 0, i, GFP_ATOMIC);
}
static int limits(struct virtio_device *vdev, struct queue_limits *lim, u32 asked)
{
	size_t most = virtio_max_dma_size(vdev);

	${limits}
	return 0;
}
`;

  it.each([
    ['field', 'lim->max_segment_size = UINT_MAX;'],
    ['setter of older kernels', 'blk_queue_max_segment_size(lim->queue, -1U);'],
    [
      'wish of the device',
      'virtio_cread(vdev, struct config, size_max, &asked);\n\tlim->max_segment_size = asked;',
    ],
  ])('are told where a %s allows more', async (_what, limits) => {
    const { brief, findings } = await found(rule, queue(limits));
    expect(brief).toEqual(['warning limits()']);
    expect(findings[0]?.message).toContain('max_segment_size');
  });

  it.each([
    ['the block layer’s default is left', 'lim->max_segments = 128;'],
    ['the limit of DMA is taken', 'lim->max_segment_size = most;'],
    ['the smaller one is taken', 'lim->max_segment_size = min_t(u32, most, asked);'],
    ['it is cut to 32 bits first', 'lim->max_segment_size = most > U32_MAX ? U32_MAX : most;'],
  ])('are let be where %s', async (_what, limits) => {
    expect((await found(rule, queue(limits))).brief).toEqual([]);
  });
});

it('notes entries that are joined without an end', async () => {
  const { brief } = await found(
    rule,
    `
static void fill(struct scatterlist *sg, u8 *data, size_t n)
{
	int i = -1;

	while (n) {
		if (i < 0 || sg_phys(&sg[i]) + sg[i].length != page_to_phys(vmalloc_to_page(data)))
			sg_set_page(&sg[++i], vmalloc_to_page(data), PAGE_SIZE, 0);
		else
			sg[i].length += PAGE_SIZE;
		data += PAGE_SIZE;
		n -= PAGE_SIZE;
	}
}
static int send(struct dev *d, u8 *data, size_t n)
{
	struct scatterlist sg[16];

	fill(sg, data, n);
	return virtqueue_add_outbuf(d->vq, sg, 16, data, GFP_KERNEL);
}
`,
  );
  expect(brief).toEqual(['note fill()']);
});
