import { expect, it } from 'vitest';
import { entityAt, referencesTo } from '../../../server/src/navigate/index.js';
import { marked, told } from './support.js';

function agree(source: string, isWithDeclaration = true): void {
  const { cursor, expected, ...index } = marked(source);
  const at = entityAt(index.program, cursor.file, cursor.offset);
  if (at === null) throw new Error('nothing under the cursor');
  const question = { file: cursor.file, entity: at.entity, isWithDeclaration };
  const found = referencesTo(index, question).map((one) => told(index.program, one));
  expect([...found].sort()).toEqual(expected);
}

it('finds a bit in tables, tests and #ifdef-ed code of all files, and its definition', () => {
  agree(`
//- include/uapi/linux/virtio_net.h
#define ⟦VIRTIO_NET_F_CSUM⟧ 0
//- drivers/net/virtio_net.c
#include <linux/virtio_net.h>
static unsigned int features[] = { ⟦VIRTIO_NET_F_CSUM⟧, VIRTIO_NET_F_MAC };
static struct virtio_driver virtio_net_driver = { .feature_table = features };
static int virtnet_probe(struct virtio_device *vdev)
{
	/* VIRTIO_NET_F_CSUM is told by the host. */
	if (virtio_has_feature(vdev, «⟦VIRTIO_NET_F_CSUM⟧))
		dev_info(&vdev->dev, "VIRTIO_NET_F_CSUM");
	return 0;
}
//- drivers/net/other.c
#include <linux/virtio_net.h>
#ifdef CONFIG_X
bool other(struct virtio_device *vdev) { return virtio_has_feature(vdev, ⟦VIRTIO_NET_F_CSUM⟧); }
#endif
`);
});

const kept = (mark: (text: string) => string): string =>
  mark(`
//- drivers/virtio/virtio_ring.c
struct vring_virtqueue {
	bool use_dma_api;
	bool do_unmap;
	bool weak;
};
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	return virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
void *alloc(struct virtio_device *vdev)
{
	return vring_use_dma_api(vdev) ? dma() : plain();
}
void create(struct vring_virtqueue *vq, struct virtio_device *vdev)
{
	vq->use_dma_api = vring_use_dma_api(vdev);
	vq->do_unmap = !vq->use_dma_api;
	vq->weak = false;
}
void unmap(struct vring_virtqueue *vq, struct other *o)
{
	if (vq->do_unmap || o->do_unmap)
		return;
}
`);

it('follows a decision function into the fields that keep it, and their copies', () => {
  agree(
    kept((text) =>
      text
        .replace('bool vring_use_dma_api', 'bool «⟦vring_use_dma_api⟧')
        .replace('return vring_use_dma_api', 'return ⟦vring_use_dma_api⟧')
        .replace('vq->use_dma_api = vring_use_dma_api', 'vq->⟦use_dma_api⟧ = ⟦vring_use_dma_api⟧')
        .replace('vq->do_unmap = !vq->use_dma_api', 'vq->⟦do_unmap⟧ = !vq->⟦use_dma_api⟧')
        .replace('if (vq->do_unmap', 'if (vq->⟦do_unmap⟧'),
    ),
  );
});

it('tells fields of one name in two records apart, and leaves the declaration out when asked', () => {
  agree(
    kept((text) =>
      text
        .replace('vq->do_unmap = !', 'vq->⟦do_unmap⟧ = !')
        .replace('if (vq->do_unmap', 'if (vq->«⟦do_unmap⟧'),
    ),
    false,
  );
});

it('counts a static function of another file as another', () => {
  agree(`
//- drivers/virtio/a.c
static int ⟦setup_vq⟧(struct virtio_device *v) { return 1; }
int a(struct virtio_device *v) { return «⟦setup_vq⟧(v); }
struct ops ops = { .setup = ⟦setup_vq⟧ };
//- drivers/virtio/b.c
static int setup_vq(struct virtio_device *v) { return 2; }
int b(struct virtio_device *v) { int setup_vq_ = setup_vq(v); return setup_vq_; }
`);
});

it('takes a local of that name, and a field, for what they are', () => {
  agree(`
//- drivers/virtio/a.c
int ⟦ready⟧(struct virtio_device *v) { return 1; }
int a(struct virtio_device *v) { return «⟦ready⟧(v) + v->ready; }
int b(int ready) { return ready; }
`);
});
