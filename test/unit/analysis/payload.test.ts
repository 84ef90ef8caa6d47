import { describe, expect, it } from 'vitest';
import { bypassProblems } from './bypass-support.js';

describe('addresses inside messages', () => {
  it('are page frame numbers or physical addresses by what is done to them on the way', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/kite.c': `
#include <linux/virtio.h>
struct kite_msg { __le64 where; __le32 frame; };
struct kite { struct virtqueue *vq; struct kite_msg msg; };
static u64 kite_home(void *p)
{
	return is_vmalloc_addr(p) ? (u64)vmalloc_to_pfn(p) << PAGE_SHIFT : __pa(p);
}
static void kite_tell(struct kite *k, void *p, struct page *page)
{
	k->msg.where = cpu_to_le64(kite_home(p) + 16); //= payload_gpa
	k->msg.frame = cpu_to_le32(virt_to_phys(p) >> PAGE_SHIFT); //= payload_pfn
	k->msg.frame = cpu_to_le32(PFN_DOWN(page_to_phys(page))); //= payload_pfn
	k->msg.where = cpu_to_le64(page_to_pfn(page) * PAGE_SIZE); //= payload_gpa
	put_unaligned_le64(page_to_phys(page), &k->msg.where); //= payload_gpa
}
static void kite_near_misses(struct kite *k, void *p, void *q)
{
	k->msg.where = cpu_to_le64(virt_to_phys(p) - virt_to_phys(q));
	k->msg.frame = cpu_to_le32(virt_to_phys(p) & (PAGE_SIZE - 1));
	k->msg.frame = cpu_to_le32(virt_to_phys(p) > virt_to_phys(q));
	if (cpu_to_le64(virt_to_phys(p)) == k->msg.where)
		pr_info("same");
}
`,
      }),
    ).toEqual([]);
  });

  it('in the two arms of a choice are two sites, each with its own guard', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/choice.c': `
#include <linux/virtio.h>
struct entry { __le64 addr; };
static void fill(struct virtio_device *vdev, struct entry *e, struct scatterlist *sg)
{
	bool mapped = virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);

	e->addr = cpu_to_le64(mapped ? sg_dma_address(sg) : sg_phys(sg)); //= payload_gpa when !VIRTIO_F_ACCESS_PLATFORM, payload_dma_addr when VIRTIO_F_ACCESS_PLATFORM
}
static void fill_by_local(struct virtio_device *vdev, struct entry *e, struct scatterlist *sg)
{
	u64 addr = 0;

	if (virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM))
		addr = sg_dma_address(sg);
	else
		addr = sg_phys(sg);
	e->addr = cpu_to_le64(addr); //= payload_gpa when !VIRTIO_F_ACCESS_PLATFORM, payload_dma_addr when VIRTIO_F_ACCESS_PLATFORM
}
static void fill_one_kind(struct virtio_device *vdev, struct entry *e, struct scatterlist *sg, void *p)
{
	u64 addr;

	if (virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM))
		addr = virt_to_phys(p);
	else
		addr = sg_phys(sg);
	e->addr = cpu_to_le64(addr); //= payload_gpa when true
}
`,
      }),
    ).toEqual([]);
  });

  it('need no change of byte order where the message is queued as it is', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/plain.c': `
#include <linux/virtio.h>
struct plain_req { u64 target; u64 size; void *mine; };
struct plain { struct virtqueue *vq; struct plain_req req; u32 frames[16]; u64 kept; unsigned int n; };
static u32 frame_of(struct page *page)
{
	return page_to_pfn(page); //= payload_pfn
}
static void set_frames(u32 frames[], struct page *page)
{
	frames[0] = frame_of(page); //= payload_pfn
}
static int send(struct plain *p)
{
	struct scatterlist sg;

	sg_init_one(&sg, p->frames, sizeof(p->frames[0]) * p->n);
	return virtqueue_add_outbuf(p->vq, &sg, 1, p, GFP_KERNEL); //= payload_pfn
}
static int give(struct plain *p, struct page *page)
{
	set_frames(p->frames + p->n, page);
	return send(p);
}
static int point(struct plain *p, void *buffer)
{
	struct scatterlist sg;

	p->req.target = virt_to_phys(buffer); //= payload_gpa
	p->req.size = 64;
	p->kept = virt_to_phys(buffer);
	sg_init_one(&sg, &p->req, sizeof(p->req));
	return virtqueue_add_outbuf(p->vq, &sg, 1, p, GFP_KERNEL); //= payload_gpa_send
}
`,
      }),
    ).toEqual([]);
  });

  it('written to configuration space are told to the device as well', async () => {
    expect(
      await bypassProblems({
        'drivers/misc/config.c': `
#include <linux/virtio.h>
static void tell(struct virtio_device *vdev, void *area)
{
	u64 at = virt_to_phys(area), size = 4096;

	virtio_cwrite_le(vdev, struct area_config, area, &at); //= payload_gpa
	virtio_cwrite_le(vdev, struct area_config, size, &size);
}
`,
      }),
    ).toEqual([]);
  });

  it('are pages themselves where a callback reports free ones', async () => {
    expect(
      await bypassProblems({
        'drivers/virtio/report.c': `
#include <linux/virtio.h>
struct reporter { struct virtqueue *vq; struct page_reporting_dev_info info; };
static int report_pages(struct page_reporting_dev_info *info, struct scatterlist *sg, unsigned int n)
{
	struct reporter *r = container_of(info, struct reporter, info);

	return virtqueue_add_inbuf(r->vq, sg, n, r, GFP_NOWAIT); //= payload_page_report
}
static int not_registered(struct reporter *r, struct scatterlist *sg)
{
	return virtqueue_add_inbuf(r->vq, sg, 1, r, GFP_NOWAIT);
}
static int probe(struct virtio_device *vdev, struct reporter *r)
{
	r->info.report = report_pages;
	return page_reporting_register(&r->info);
}
`,
      }),
    ).toEqual([]);
  });

  it('are no business of a file that only shares a header format, nor of a user-space program', async () => {
    const text = `
#include <linux/virtio_net.h>
struct tap { struct virtio_net_hdr hdr; __le64 where; };
static void tap_tell(struct tap *t, void *p) { t->where = cpu_to_le64(virt_to_phys(p)); }
`;
    expect(await bypassProblems({ 'drivers/other/tap.c': text, 'tools/virtio/tap.c': text })).toEqual([]);
  });
});
