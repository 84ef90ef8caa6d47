import { describe, expect, it } from 'vitest';
import { bypassProblems } from './bypass-support.js';

const vhostHeader = `
struct vhost_iotlb_map { u64 start; u64 last; u64 size; u64 addr; u32 perm; };
struct vhost_iotlb { struct list_head list; };
struct vhost_dev { struct vhost_iotlb *umem; struct vhost_iotlb *iotlb; };
struct vhost_virtqueue { struct vhost_dev *dev; struct vhost_iotlb *umem; struct vhost_iotlb *iotlb; struct vring_used *used; };
struct vhost_log { u64 addr; u64 len; };
`;

describe('a host back end', () => {
  it('chooses its table, and makes its own addresses out of what the table says', async () => {
    expect(
      await bypassProblems({
        'drivers/vhost/vhost.h': vhostHeader,
        'drivers/vhost/back.c': `
#include "vhost.h"
#include <uapi/linux/virtio_ring.h>
static int to_own(struct vhost_virtqueue *vq, u64 addr, struct iovec *iov)
{
	struct vhost_iotlb *table = vq->dev->iotlb ? vq->dev->iotlb : vq->dev->umem; //= host_side_translate
	struct vhost_iotlb_map *map = vhost_iotlb_itree_first(table, addr, addr);

	if (!access_ok((void __user *)(unsigned long)map->addr, map->size))
		return -EFAULT;
	pr_debug("%llx\\n", map->addr);
	iov->iov_base = (void __user *)(unsigned long)(map->addr + addr - map->start); //= host_side_translate
	return 1;
}
static int write_used(struct vhost_virtqueue *vq, void *to, struct iovec *iov)
{
	if (!vq->iotlb) //= host_side_access
		return copy_out(to);
	return to_own(vq, (u64)(uintptr_t)to, iov); //= host_side_translate
}
static int read_desc(struct vhost_virtqueue *vq, struct vring_desc *desc, struct vhost_log *log, struct iovec *iov)
{
	int ret = to_own(vq, vhost64_to_cpu(vq, desc->addr), iov); //= host_side_desc_addr, host_side_translate

	if (ret < 0)
		vq_err(vq, "no translation of %llx\\n", vhost64_to_cpu(vq, desc->addr));
	log->addr = vhost64_to_cpu(vq, desc->addr);
	desc->addr = cpu_to_vhost64(vq, vhost64_to_cpu(vq, desc->addr) + 8);
	return ret;
}
`,
      }),
    ).toEqual([]);
  });

  it('does so in macros too', async () => {
    // A marker cannot stand in a continued line: the site is named by its line, 5, the `if` of the macro.
    const problems = await bypassProblems({
      'drivers/vhost/vhost.h': vhostHeader,
      'drivers/vhost/macros.c': `
#include "vhost.h"
#define put_one(vq, x, ptr) ({ \\
	int ret; \\
	if (!vq->iotlb) { \\
		ret = __put_user(x, ptr); \\
	} else { \\
		ret = slow_put(vq, x, ptr); \\
	} \\
	ret; \\
})
#define table_of(vq) ((vq)->iotlb)
static int use(struct vhost_virtqueue *vq) { return put_one(vq, 1, &vq->used->idx); }
`,
    });
    expect(problems).toEqual(['drivers/vhost/macros.c:5: expected [], found [host_side_access]']);
  });

  it('translated by other tables before 5.7', async () => {
    expect(
      await bypassProblems({
        'drivers/vhost/memory.c': `
struct vhost_memory_region { u64 guest_phys_addr; u64 memory_size; u64 userspace_addr; };
struct vhost_virtqueue { struct vhost_memory *memory; };
static void to_own(struct vhost_virtqueue *vq, u64 addr, struct iovec *iov)
{
	const struct vhost_memory_region *reg = find_region(vq->memory, addr);

	iov->iov_base = (void __user *)(unsigned long)(reg->userspace_addr + addr - reg->guest_phys_addr); //= host_side_translate
	iov->iov_len = reg->memory_size - addr + reg->guest_phys_addr;
}
`,
      }),
    ).toEqual([]);
  });

  it('maps the pages it pins, by a function of its own or at once', async () => {
    expect(
      await bypassProblems({
        'drivers/vhost/vhost.h': vhostHeader,
        'drivers/vhost/pins.c': `
#include "vhost.h"
struct pins { struct vhost_dev dev; struct iommu_domain *domain; const struct pin_ops *ops; struct vhost_iotlb *table; };
static int pins_map(struct pins *p, u64 iova, u64 size, u64 pa)
{
	if (p->ops->dma_map)
		return p->ops->dma_map(p, iova, size, pa); //= host_side_pa_map
	if (p->ops->set_map)
		return p->ops->set_map(p, p->table); //= host_side_pa_map
	return iommu_map(p->domain, iova, pa, size, IOMMU_READ); //= host_side_pa_map
}
static int pins_pin(struct pins *p, struct page *page, u64 iova, u64 size)
{
	unsigned long pfn = page_to_pfn(page); //= host_side_pa_map

	if (pins_map(p, iova, size, PFN_PHYS(pfn))) //= host_side_pa_map
		unpin_user_page(pfn_to_page(pfn));
	return pins_count(p, PFN_PHYS(pfn));
}
static void pins_unpin(struct pins *p, struct vhost_iotlb_map *map)
{
	struct page *page = pfn_to_page(PFN_DOWN(map->addr)); //= host_side_pa_map

	unpin_user_page(page);
	p->ops->set_map(p, p->table);
}
`,
      }),
    ).toEqual([]);
  });
});

const vdpaHeader = `
struct vdpa_device { struct device dev; };
struct vdpa_config_ops { int (*set_vq_address)(struct vdpa_device *v, u16 i, u64 desc, u64 driver, u64 device); int (*dma_map)(struct vdpa_device *v, u64 iova, u64 size, u64 pa); };
struct vhost_iotlb_map { u64 start; u64 last; u64 size; u64 addr; };
`;

describe('a vDPA parent', () => {
  it('writes the ring addresses it is given: at the write, not in the wrapper around it', async () => {
    expect(
      await bypassProblems({
        'include/linux/vdpa.h': vdpaHeader,
        'drivers/vdpa/card/card.c': `
#include <linux/vdpa.h>
struct card { struct vdpa_device vdpa; void __iomem *bar; u64 desc; u64 size; };
static void card_write64(struct card *c, u32 off, u64 val)
{
	iowrite32((u32)val, c->bar + off);
	iowrite32(val >> 32, c->bar + off + 4);
}
static int card_set_vq_address(struct vdpa_device *v, u16 i, u64 desc, u64 driver, u64 device)
{
	struct card *c = container_of(v, struct card, vdpa);

	u64 frame = desc >> CARD_PAGE_SHIFT; //= host_side_ring_addr
	u32 half = c->size >> CARD_PAGE_SHIFT;

	c->desc = desc;
	card_write64(c, 8, driver); //= host_side_ring_addr
	iowrite32(frame, c->bar + 16); //= host_side_ring_addr
	iowrite32(half, c->bar + 20);
	return 0;
}
static void card_start(struct card *c)
{
	card_write64(c, 0, c->desc); //= host_side_ring_addr
	card_write64(c, 24, c->size);
}
static const struct vdpa_config_ops card_ops = { .set_vq_address = card_set_vq_address };
static struct pci_driver card_driver = { .name = "card" };
`,
      }),
    ).toEqual([]);
  });
});

describe('a device made of software', () => {
  it('starts a ring with addresses, takes physical ones into its table, remembers and copies by them', async () => {
    expect(
      await bypassProblems({
        'include/linux/vdpa.h': vdpaHeader,
        'drivers/vdpa/soft/soft.c': `
#include <linux/vdpa.h>
#define NO_PHYS_ADDR (~(phys_addr_t)0)
struct soft_slot { u64 orig_phys; struct page *page; };
struct soft { struct vdpa_device vdpa; struct vringh vring; struct vhost_iotlb *iotlb; struct soft_slot slot; u64 desc; };
static int soft_set_vq_address(struct vdpa_device *v, u16 i, u64 desc, u64 driver, u64 device)
{
	struct soft *s = container_of(v, struct soft, vdpa);

	s->desc = desc; //= device_side_ring_addr
	return vringh_init_iotlb(&s->vring, 0, 16, false, (void *)s->desc, (void *)driver, (void *)device); //= device_side_vringh_addr
}
static void soft_reset(struct soft *s)
{
	vringh_init_iotlb(&s->vring, 0, 16, false, NULL, NULL, NULL);
	s->slot.orig_phys = NO_PHYS_ADDR;
}
static int soft_dma_map(struct vdpa_device *v, u64 iova, u64 size, u64 pa)
{
	struct soft *s = container_of(v, struct soft, vdpa);

	return vhost_iotlb_add_range(s->iotlb, iova, iova + size - 1, pa); //= device_side_pa_map
}
static int soft_add(struct soft *s, u64 iova, u64 addr)
{
	return vhost_iotlb_add_range(s->iotlb, iova, iova + 4095, addr);
}
static void soft_copy(phys_addr_t from, void *to)
{
	memcpy_from_page(to, pfn_to_page(PFN_DOWN(from)), 0, 64); //= device_side_pa_map
}
static void soft_bounce(struct soft *s, struct page *page, void *to)
{
	s->slot.orig_phys = page_to_phys(page); //= device_side_pa_map, device_side_pa_map
	if (WARN_ON(s->slot.orig_phys == NO_PHYS_ADDR))
		return;
	soft_copy(s->slot.orig_phys + 8, to); //= device_side_pa_map
	soft_add(s, 0, 0);
}
static int soft_serve(struct soft *s) { return vringh_getdesc_iotlb(&s->vring, NULL, NULL, NULL, GFP_ATOMIC); }
static const struct vdpa_config_ops soft_ops = { .set_vq_address = soft_set_vq_address, .dma_map = soft_dma_map };
`,
      }),
    ).toEqual([]);
  });
});
