import { describe, expect, it } from 'vitest';
import { bypassProblems } from './bypass-support.js';

describe('ring memory of a transport before the ring core allocated it', () => {
  it('is known by its way into the ring, and so is giving it back', async () => {
    expect(
      await bypassProblems({
        'drivers/virtio/old_pci.c': `
#include <linux/virtio.h>
struct old_info { void *queue; int num; };
struct old_dev { struct virtio_device vdev; void __iomem *ioaddr; void *scratch; };
static struct virtqueue *setup_vq(struct old_dev *d, struct old_info *info)
{
	info->queue = alloc_pages_exact(8192, GFP_KERNEL | __GFP_ZERO); //= ring_alloc_plain
	if (!info->queue)
		return NULL;
	iowrite32(virt_to_phys(info->queue) >> VIRTIO_PCI_QUEUE_ADDR_SHIFT, //= ring_pfn_write
		  d->ioaddr + VIRTIO_PCI_QUEUE_PFN);
	d->scratch = alloc_pages_exact(4096, GFP_KERNEL);
	return vring_new_virtqueue(0, info->num, 4096, &d->vdev, true, info->queue, NULL, NULL, "old"); //= caller_ring
}
static void del_vq(struct old_dev *d, struct old_info *info)
{
	iowrite32(0, d->ioaddr + VIRTIO_PCI_QUEUE_PFN);
	free_pages_exact(info->queue, 8192); //= ring_free_plain
	free_pages_exact(d->scratch, 4096);
}
`,
      }),
    ).toEqual([]);
  });

  it('is told to the device as a physical address in halves, or as the bare pointer', async () => {
    expect(
      await bypassProblems({
        'drivers/virtio/old_mmio.c': `
#include <linux/virtio.h>
struct old_mmio { struct virtio_device vdev; void __iomem *base; void *queue; };
static struct virtqueue *setup_vq(struct old_mmio *m)
{
	struct virtqueue *vq;
	u64 addr;

	m->queue = alloc_pages_exact(8192, GFP_KERNEL); //= ring_alloc_plain
	vq = vring_new_virtqueue(0, 16, 4096, &m->vdev, true, m->queue, NULL, NULL, "old"); //= caller_ring
	addr = virt_to_phys(m->queue);
	writel((u32)addr, m->base + VIRTIO_MMIO_QUEUE_DESC_LOW); //= ring_addr_write
	writel((u32)(addr >> 32), m->base + VIRTIO_MMIO_QUEUE_DESC_HIGH); //= ring_addr_write
	return vq;
}
`,
        'drivers/s390/virtio/old_ccw.c': `
#include <linux/virtio.h>
struct old_block { __u64 desc; __u64 avail; };
struct old_ccw { struct virtio_device vdev; void *queue; struct old_block *block; };
static void setup_ccw(struct old_ccw *c, struct virtqueue *vq)
{
	c->queue = alloc_pages_exact(8192, GFP_KERNEL); //= ring_alloc_plain
	vq = vring_new_virtqueue(0, 16, 4096, &c->vdev, true, c->queue, NULL, NULL, "old"); //= caller_ring
	c->block->desc = (__u64)c->queue; //= ring_addr_write
	c->block->avail = (__u64)virtqueue_get_avail(vq); //= ring_addr_write
}
`,
      }),
    ).toEqual([]);
  });
});

describe('ring addresses handed on', () => {
  it('by a helper of the transport that takes the register are writes to it', async () => {
    expect(
      await bypassProblems({
        'drivers/virtio/helped.c': `
#include <linux/virtio.h>
struct helped { struct virtio_device vdev; void __iomem *base; };
static void helped_set(struct helped *h, u32 reg, u32 value)
{
	writel(value, h->base + reg);
}
static void setup(struct helped *h, struct virtqueue *vq)
{
	u64 desc = virtqueue_get_desc_addr(vq);

	helped_set(h, HELPED_QUEUE_DESC_LOW, lower_32_bits(desc)); //= ring_addr_write
	helped_set(h, HELPED_QUEUE_PFN, desc >> PAGE_SHIFT); //= ring_pfn_write
	helped_set(h, HELPED_QUEUE_SEL, 0);
	helped_set(h, HELPED_QUEUE_NUM, virtqueue_get_vring_size(vq));
}
`,
      }),
    ).toEqual([]);
  });

  it("to a remote processor are known by the resource table's shape, its header unseen", async () => {
    expect(
      await bypassProblems({
        'drivers/remoteproc/table.c': `
#include <linux/virtio.h>
struct carveout { void *va; u32 da; };
static void publish(void *table, struct carveout *mem, struct virtqueue *vq, int id)
{
	struct fw_rsc_vdev *rsc = table;
	struct other_table *other = table;

	rsc->vring[id].da = mem->da; //= ring_addr_write
	rsc->vring[id].num = 16;
	other->vring[id].da = mem->da;
	rsc->vring[id].da = 0;
}
`,
      }),
    ).toEqual([]);
  });
});

describe('addresses in channel programs', () => {
  it('are pointers cast to integers, in command words and in memory the channel reads', async () => {
    expect(
      await bypassProblems({
        'drivers/s390/virtio/casts.c': `
#include <linux/virtio.h>
struct ccw1 { __u8 cmd_code; __u32 cda; };
struct thinint_area { unsigned long summary_indicator; unsigned long indicator; };
struct casts { struct virtio_device vdev; unsigned long indicators; struct airq_info *info; };
static unsigned long vector_of(struct casts *c)
{
	unsigned long at = (unsigned long)c->info->aiv->vector; //= channel_addr

	return at;
}
static void find_vqs(struct casts *c, struct ccw1 *ccw, struct thinint_area *area)
{
	unsigned long *indicatorp = kmalloc(8, GFP_DMA);
	unsigned long *counter = kmalloc(8, GFP_KERNEL);

	*indicatorp = (unsigned long)&c->indicators; //= channel_addr
	*counter = (unsigned long)&c->indicators;
	area->indicator = vector_of(c); //= channel_addr
	ccw->cda = (__u32)(unsigned long)indicatorp; //= channel_addr
	ccw->cda = 0;
}
`,
      }),
    ).toEqual([]);
  });

  it('have types of their own since 6.8', async () => {
    expect(
      await bypassProblems({
        'drivers/s390/virtio/typed.c': `
#include <linux/virtio.h>
struct ccw1 { __u8 cmd_code; dma32_t cda; };
struct typed { struct virtio_device vdev; dma32_t area; };
static dma64_t indicators_of(struct typed *t)
{
	return u64_to_dma64(dma32_to_u32(t->area));
}
static dma64_t vector_of(void *vector)
{
	return virt_to_dma64(vector); //= channel_addr
}
static void find_vqs(struct typed *t, struct ccw1 *ccw, void *vector, dma64_t *indicatorp, u64 *plain)
{
	*indicatorp = indicators_of(t); //= channel_addr
	*indicatorp = 0;
	*plain = dma32_to_u32(t->area);
	ccw->cda = virt_to_dma32(vector); //= channel_addr
}
`,
      }),
    ).toEqual([]);
  });
});
