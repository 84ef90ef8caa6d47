import { expect, it } from 'vitest';
import {
  type CallItem,
  type CallLink,
  callRoots,
  incomingCalls,
  outgoingCalls,
} from '../../../server/src/navigate/index.js';
import { type Marked, marked } from './support.js';

function rootAt(index: Marked): CallItem {
  const [root] = callRoots(index, index.cursor.file, index.cursor.offset);
  if (root === undefined) throw new Error('no hierarchy begins there');
  return root;
}

/** `name [detail] line: text`, the text of the first place. */
function shown(index: Marked, links: readonly CallLink[], placesIn?: string): string[] {
  return links.map(({ item, at }) => {
    const file = placesIn ?? item.file;
    const texts = at.map((span) => index.program.textOf(file, span));
    return `${item.name} [${item.detail}] ${texts.join(' | ')}`;
  });
}

const ring = `
//- include/linux/virtio_config.h
struct virtio_config_ops {
	int (*find_vqs)(struct virtio_device *vdev);
};
struct virtio_device {
	const struct virtio_config_ops *config;
};
static inline int virtio_find_vqs(struct virtio_device *vdev)
{
	return vdev->config->find_vqs(vdev);
}
//- drivers/virtio/virtio_ring.c
#include <linux/virtio_config.h>
struct vring_virtqueue {
	bool use_dma_api;
};
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	return virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
static int vring_map_one_sg(const struct vring_virtqueue *vq, struct scatterlist *sg, dma_addr_t *addr)
{
	if (!vq->use_dma_api) {
		*addr = (dma_addr_t)«sg_phys(sg);
		return 0;
	}
	*addr = dma_map_page(vring_dma_dev(vq), sg_page(sg), sg->offset, sg->length, DMA_TO_DEVICE);
	return 0;
}
static void vring_unmap_one(const struct vring_virtqueue *vq, dma_addr_t addr, u32 len)
{
	dma_unmap_page(vring_dma_dev(vq), addr, len, DMA_TO_DEVICE);
}
static void unrelated(struct device *dev, dma_addr_t addr, u32 len)
{
	dma_unmap_sg(dev, sg, 1, DMA_TO_DEVICE);
}
int virtqueue_add_split(struct vring_virtqueue *vq, struct scatterlist *sg)
{
	dma_addr_t addr;
	if (vring_map_one_sg(vq, sg, &addr))
		return vring_map_one_sg(vq, sg + 1, &addr);
	vring_unmap_one(vq, addr, 1);
	return 0;
}
void vring_create(struct vring_virtqueue *vq, struct virtio_device *vdev)
{
	vq->use_dma_api = vring_use_dma_api(vdev);
}
//- drivers/virtio/virtio_mmio.c
#include <linux/virtio_config.h>
static int vm_find_vqs(struct virtio_device *vdev)
{
	vring_create(NULL, vdev);
	return 0;
}
static irqreturn_t vm_interrupt(int irq, void *opaque) { return IRQ_NONE; }
static int vm_start(struct virtio_device *vdev) { return request_irq(3, vm_interrupt, 0, "vm", vdev); }
static const struct virtio_config_ops virtio_mmio_config_ops = {
	.find_vqs = vm_find_vqs,
};
static int vm_init(void) { return 0; }
module_init(vm_init);
`;

/** The same code with the cursor elsewhere. */
function at(place: string): Marked {
  return marked(ring.replace('«', '').replace(place, place.replace(/(\w+\()/, '«$1')));
}

it('leads from a site to its function and to where its guard is decided', () => {
  const index = marked(ring);
  const root = rootAt(index);
  expect(root.detail).toBe('when ACCESS_PLATFORM not negotiated');
  expect(shown(index, incomingCalls(index, root.node))).toEqual([
    'vring_map_one_sg() [virtio_ring.c] sg_phys(sg)',
    'vring_create() [decides: vq->use_dma_api = vring_use_dma_api(vdev) · virtio_ring.c] vq->use_dma_api = vring_use_dma_api(vdev);',
    'vring_use_dma_api() [decides: vring_use_dma_api() · virtio_ring.c] static bool vring_use_dma_api(const struct virtio_device *vdev)',
  ]);
});

it('names each caller once, with all its calls', () => {
  const index = at('int vring_map_one_sg(');
  expect(shown(index, incomingCalls(index, rootAt(index).node))).toEqual([
    'virtqueue_add_split() [virtio_ring.c] vring_map_one_sg | vring_map_one_sg',
  ]);
});

it('shows what unmaps below what maps, and what maps above what unmaps', () => {
  const mapping = at('int vring_map_one_sg(');
  expect(
    shown(mapping, outgoingCalls(mapping, rootAt(mapping).node), 'drivers/virtio/virtio_ring.c'),
  ).toEqual([
    'dma_map_page() [DMA API] dma_map_page',
    'vring_unmap_one() [unmaps: dma_unmap_page() · virtio_ring.c] dma_map_page(vring_dma_dev(vq), sg_page(sg), sg->offset, sg->length, DMA_TO_DEVICE)',
  ]);
  const ending = at('void vring_unmap_one(');
  expect(shown(ending, incomingCalls(ending, rootAt(ending).node))[1]).toContain(
    'vring_map_one_sg() [maps: dma_map_page() · virtio_ring.c]',
  );
});

it('climbs through an ops table to the calls made through it', () => {
  const index = at('int vm_find_vqs(');
  const [slot] = incomingCalls(index, rootAt(index).node);
  expect(slot?.item.name).toBe('struct virtio_config_ops.find_vqs');
  expect(slot?.item.detail).toBe('in virtio_mmio_config_ops');
  if (slot === undefined) throw new Error('no table');
  expect(shown(index, incomingCalls(index, slot.item.node))).toEqual([
    'virtio_find_vqs() [virtio_config.h] find_vqs',
  ]);
  const caller = at('int virtio_find_vqs(');
  expect(shown(caller, outgoingCalls(caller, rootAt(caller).node), 'include/linux/virtio_config.h')).toEqual([
    'vm_find_vqs() [through struct virtio_config_ops.find_vqs · virtio_mmio.c] find_vqs',
  ]);
});

it('tells entry points: what a function is given to, and what the kernel calls', () => {
  const given = at('irqreturn_t vm_interrupt(');
  expect(shown(given, incomingCalls(given, rootAt(given).node))).toEqual([
    'vm_start() [gives it to request_irq() · virtio_mmio.c] vm_interrupt',
  ]);
  const entry = at('int vm_init(');
  expect(shown(entry, incomingCalls(entry, rootAt(entry).node))).toEqual([
    'module_init(vm_init) [entered by the kernel] vm_init',
  ]);
});

it('finds an item again when text was put above it, and nothing when it is gone', () => {
  const index = at('int vring_map_one_sg(');
  const { node } = rootAt(index);
  const file = 'drivers/virtio/virtio_ring.c';
  const text = index.texts[file] ?? '';
  const moved = { ...index, program: index.program.withOverlay(file, `/* above */\n${text}`) };
  expect(incomingCalls(moved, node)).toHaveLength(1);
  const gone = { ...index, program: index.program.withOverlay(file, '') };
  expect(incomingCalls(gone, node)).toEqual([]);
});
