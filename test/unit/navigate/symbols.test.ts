import { expect, it } from 'vitest';
import { programSymbols } from '../../../server/src/navigate/index.js';
import { marked } from './support.js';

function symbols(source: string): string[] {
  const index = marked(source);
  return programSymbols(index).map(({ sort, name, file }) => `${sort} ${name} ${file}`);
}

it('lists drivers, their tables, ops tables and decision functions of every file', () => {
  const found = symbols(`
//- drivers/virtio/virtio_ring.c
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	return virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
//- drivers/virtio/virtio_mmio.c
static const struct virtio_config_ops virtio_mmio_config_ops = { .get = vm_get };
extern const struct virtio_config_ops other_ops;
static const struct virtio_config_ops *current = &virtio_mmio_config_ops;
//- drivers/block/virtio_blk.c
static unsigned int features_legacy[] = { VIRTIO_BLK_F_SEG_MAX };
static unsigned int features[] = { VIRTIO_BLK_F_SEG_MAX };
static unsigned int numbers[] = { 1, 2 };
static struct virtio_driver virtio_blk = {
	.feature_table = features,
	.feature_table_legacy = features_legacy,
};
`);
  expect(found).toEqual([
    'feature table features_legacy drivers/block/virtio_blk.c',
    'feature table features drivers/block/virtio_blk.c',
    'driver virtio_blk drivers/block/virtio_blk.c',
    'ops table virtio_mmio_config_ops drivers/virtio/virtio_mmio.c',
    'decision vring_use_dma_api drivers/virtio/virtio_ring.c',
  ]);
});

it('knows callbacks of queues however they are given', () => {
  const found = symbols(`
//- include/linux/virtio_config.h
typedef void vq_callback_t(struct virtqueue *);
struct virtqueue_info {
	const char *name;
	vq_callback_t *callback;
	bool ctx;
};
//- drivers/a.c
#include <linux/virtio_config.h>
static void listed(struct virtqueue *vq) { }
static void assigned(struct virtqueue *vq) { }
static void single(struct virtqueue *vq) { }
static void old_listed(struct virtqueue *vq) { }
static void old_assigned(struct virtqueue *vq) { }
static void unused(struct virtqueue *vq) { }
int now(struct virtio_device *vdev, struct virtqueue_info *info)
{
	struct virtqueue_info vqs_info[] = { { "events", listed }, { "status", NULL } };
	info[1].callback = assigned;
	return virtio_find_vqs(vdev, 2, vqs, vqs_info, NULL);
}
int before(struct virtio_device *vdev)
{
	vq_callback_t *callbacks[] = { old_listed, NULL };
	callbacks[1] = old_assigned;
	return virtio_find_single_vq(vdev, single, "one") == NULL;
}
`);
  expect(found.map((one) => one.split(' ')[2])).toEqual([
    'listed',
    'assigned',
    'single',
    'old_listed',
    'old_assigned',
  ]);
});
