import { describe, expect, it } from 'vitest';
import { bypassProblems } from './bypass-support.js';

describe('coherent memory queued again', () => {
  it('is followed through a pool, by the field the pool is kept in', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/pooled.c': `
#include <linux/virtio.h>
struct pooled { struct virtqueue *vq; struct gen_pool *pool; struct gen_pool *other; void *area; dma_addr_t dma; };
static int pooled_init(struct pooled *p, struct device *dev, void *plain)
{
	p->area = dma_alloc_coherent(dev, 65536, &p->dma, GFP_KERNEL); //= dma_api_refed
	p->pool = gen_pool_create(7, -1);
	p->other = gen_pool_create(7, -1);
	gen_pool_add(p->other, (unsigned long)plain, 4096, -1);
	return gen_pool_add_virt(p->pool, (unsigned long)p->area, (phys_addr_t)virt_to_phys(p->area), 65536, -1);
}
static void pooled_send(struct pooled *p, struct scatterlist *sg)
{
	void *piece = (void *)gen_pool_alloc(p->pool, 64);

	sg_init_one(sg, piece, 64);
}
static void plain_send(struct pooled *p, struct scatterlist *sg)
{
	sg_init_one(sg, (void *)gen_pool_alloc(p->other, 64), 64);
}
static u64 pooled_where(struct pooled *p)
{
	return virt_to_phys(p->area); //= dma_api_refed
}
`,
      }),
    ).toEqual([]);
  });

  it('is no site where it is never put into a list', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/quiet.c': `
#include <linux/virtio.h>
struct quiet { struct virtqueue *vq; void *area; dma_addr_t dma; };
static int quiet_init(struct quiet *q, struct device *dev, struct scatterlist *sg)
{
	q->area = dma_alloc_coherent(dev, 4096, &q->dma, GFP_KERNEL);
	sg_init_one(sg, kmalloc(64, GFP_KERNEL), 64);
	return q->area ? 0 : -ENOMEM;
}
`,
      }),
    ).toEqual([]);
  });
});

describe('pages of vmalloc memory', () => {
  it('count where they go into a list or are kept, not where they are only looked at', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/pages.c': `
#include <linux/virtio.h>
static void into_list(struct virtqueue *vq, struct scatterlist *sg, void *p)
{
	struct page *page;

	page = is_vmalloc_addr(p) ? vmalloc_to_page(p) : virt_to_page(p); //= sg_from_vmalloc
	sg_set_page(sg, page, PAGE_SIZE, 0);
}
static void kept(struct page **pages, void *p)
{
	pages[0] = vmalloc_to_page(p); //= sg_from_vmalloc
}
static bool adjacent(void *p, void *q)
{
	struct page *page = vmalloc_to_page(p);

	return page_to_phys(page) + PAGE_SIZE == page_to_phys(vmalloc_to_page(q));
}
`,
      }),
    ).toEqual([]);
  });
});

describe('buffers mapped ahead of the ring', () => {
  it('carry an address of their own, whoever mapped them', async () => {
    expect(
      await bypassProblems({
        'drivers/net/ahead.c': `
#include <linux/virtio.h>
static void ahead(struct virtqueue *vq, struct scatterlist *sg, struct xdp_buff *xdp, void *p)
{
	dma_addr_t addr = xsk_buff_xdp_get_dma(xdp) - 12; //= premapped_addr

	sg->dma_address = addr; //= premapped_addr
	sg_dma_address(sg) = virtqueue_map_single_attrs(vq, p, 64, DMA_TO_DEVICE, 0); //= premapped_addr, premapped_map
}
static struct sg_table *export_region(struct device *importer, struct sg_table *table, phys_addr_t at)
{
	sg_dma_address(table->sgl) = dma_map_resource(importer, at, 4096, DMA_TO_DEVICE, 0);
	return table;
}
`,
        'drivers/virtio/virtio_ring.c': `
#include <linux/virtio.h>
dma_addr_t virtqueue_map_single_attrs(struct virtqueue *vq, void *p, size_t size, int dir, unsigned long attrs)
{
	return virtqueue_map_page_attrs(vq, virt_to_page(p), offset_in_page(p), size, dir, attrs);
}
dma_addr_t virtqueue_map_page_attrs(struct virtqueue *vq, struct page *page, unsigned long offset, size_t size, int dir, unsigned long attrs)
{
	return dma_map_page_attrs(vq->vdev->dev.parent, page, offset, size, dir, attrs);
}
`,
      }),
    ).toEqual([]);
  });
});

describe('addresses the device supplies', () => {
  it('of a shared-memory region count where the region is taken and where its address is stored', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/window.c': `
#include <linux/virtio.h>
struct window { u64 start; struct range range; };
static int window_probe(struct virtio_device *vdev, struct window *w, u64 place)
{
	struct virtio_shm_region region;

	if (!virtio_get_shm_region(vdev, &region, 1)) //= device_supplied_addr
		return -ENODEV;
	if (!request_mem_region(region.addr, region.len, "window"))
		dev_warn(&vdev->dev, "busy at %llx", region.addr);
	w->start = region.addr; //= device_supplied_addr
	w->range = (struct range) {
		.start = region.addr, //= device_supplied_addr
		.end = region.addr + region.len - 1, //= device_supplied_addr
	};
	return place - region.addr > region.len;
}
static int window_validate(struct virtio_device *vdev)
{
	struct virtio_shm_region region;

	return virtio_get_shm_region(vdev, &region, 1) ? 0 : -EINVAL;
}
static bool window_op(struct virtio_device *vdev, struct virtio_shm_region *region, u8 id)
{
	region->addr = read_base(vdev); //= device_supplied_addr
	region->len = 4096;
	return true;
}
`,
      }),
    ).toEqual([]);
  });

  it('are found through assignments in a row and in declarations', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/reply.c': `
#include <linux/virtio.h>
struct reply { __le64 start; __le64 end; __le64 count; };
static void take(struct virtio_device *vdev, struct reply *r)
{
	u64 start64, count;
	phys_addr_t start;
	phys_addr_t end = le64_to_cpu(r->end); //= device_supplied_addr

	start = start64 = le64_to_cpu(r->start); //= device_supplied_addr
	count = le64_to_cpu(r->count);
}
`,
      }),
    ).toEqual([]);
  });
});
