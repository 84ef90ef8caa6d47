import { expect, it } from 'vitest';
import {
  declarationsOf,
  definitionsAt,
  entityAt,
  implementationsOf,
} from '../../../server/src/navigate/index.js';
import { marked, told } from './support.js';

function definitions(source: string): { found: string[]; expected: readonly string[] } {
  const { cursor, expected, ...index } = marked(source);
  const targets = definitionsAt(index, cursor.file, cursor.offset)?.targets ?? [];
  const found = targets.map(({ file, name }) => told(index.program, { file, ...name }));
  return { found: found.sort(), expected };
}

function agree(source: string): void {
  const { found, expected } = definitions(source);
  expect(found).toEqual(expected);
}

const ring = (use: string, more = ''): string => `
//- include/linux/virtio_config.h
#define VIRTIO_F_ACCESS_PLATFORM 33
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
//- drivers/virtio/virtio_ring.c
#include <linux/virtio_config.h>
struct vring_virtqueue {
	struct virtqueue vq;
	bool use_dma_api;
};
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	return !virtio_has_dma_quirk(vdev) || xen_domain();
}
struct virtqueue *vring_create(struct virtio_device *vdev)
{
	struct vring_virtqueue *vq = kzalloc(sizeof(*vq), GFP_KERNEL);
	vq->use_dma_api = vring_use_dma_api(vdev);
	return &vq->vq;
}
${more}
static int vring_map_one_sg(const struct vring_virtqueue *vq, struct scatterlist *sg)
{
	${use}
}
`;

it('leads from a feature bit to its definition in the header', () => {
  agree(
    ring('return virtio_has_feature(vq->vq.vdev, «VIRTIO_F_ACCESS_PLATFORM);').replace(
      '#define VIRTIO_F_ACCESS_PLATFORM',
      '#define ⟦VIRTIO_F_ACCESS_PLATFORM⟧',
    ),
  );
});

it('leads from a call to the decision function, across files', () => {
  agree(
    ring('return virtio_has_«dma_quirk(vq->vq.vdev);').replace(
      'bool virtio_has_dma_quirk',
      'bool ⟦virtio_has_dma_quirk⟧',
    ),
  );
});

it('leads from a kept decision to where it is given, and to its declaration', () => {
  agree(
    ring(
      'if (!vq->use_«dma_api) return 0;',
      'void reset(struct vring_virtqueue *vq) { vq->use_dma_api = false; }',
    )
      .replace('bool use_dma_api', 'bool ⟦use_dma_api⟧')
      .replace('vq->use_dma_api = vring', 'vq->⟦use_dma_api⟧ = vring'),
  );
});

it('leads from an ordinary field to its declaration alone', () => {
  agree(ring('return vq->«vq.index;').replace('struct virtqueue vq;', 'struct virtqueue ⟦vq⟧;'));
});

it('says nothing of plain locals, of what nothing defines, and of words in comments and strings', () => {
  for (const use of [
    'return vq->vq.index + («sg != 0);',
    'return «somewhere_else(sg);',
    '/* when «vring is gone */ return 0;',
    'return "«vring_use_dma_api";',
  ]) {
    expect(definitions(ring(use)).found, use).toEqual([]);
  }
});

it('follows a function named in a comment', () => {
  agree(
    ring('/* See «vring_use_dma_api(). */ return 0;').replace(
      'bool vring_use_dma_api',
      'bool ⟦vring_use_dma_api⟧',
    ),
  );
});

it('keeps static functions of the same name in two files apart', () => {
  agree(`
//- drivers/virtio/virtio_pci_legacy.c
static int setup_vq(struct virtio_pci_device *vp) { return 1; }
int legacy(struct virtio_pci_device *vp) { return setup_vq(vp); }
//- drivers/virtio/virtio_pci_modern.c
static int ⟦setup_vq⟧(struct virtio_pci_device *vp) { return 2; }
int modern(struct virtio_pci_device *vp) { return «setup_vq(vp); }
`);
});

it('gives both definitions where `#if` decides', () => {
  agree(`
//- drivers/virtio/virtio.c
#ifdef CONFIG_VIRTIO_HARDEN_NOTIFICATION
static void ⟦virtio_reset_sync⟧(struct virtio_device *dev) { }
#else
static void ⟦virtio_reset_sync⟧(struct virtio_device *dev) { dev->x = 1; }
#endif
void virtio_break(struct virtio_device *dev) { «virtio_reset_sync(dev); }
`);
});

const anchor = `
//- include/linux/virtio_anchor.h
extern bool (*virtio_check_mem_acc_cb)(struct virtio_device *dev);
static inline void virtio_set_mem_acc_cb(bool (*func)(struct virtio_device *))
{
	virtio_check_mem_acc_cb = func;
}
//- drivers/virtio/virtio_anchor.c
#include <linux/virtio_anchor.h>
static bool ⟦virtio_no_restricted_mem_acc⟧(struct virtio_device *dev) { return false; }
bool ⟦virtio_require_restricted_mem_acc⟧(struct virtio_device *dev) { return true; }
bool (*⟦virtio_check_mem_acc_cb⟧)(struct virtio_device *dev) = virtio_no_restricted_mem_acc;
//- arch/s390/mm/init.c
#include <linux/virtio_anchor.h>
static void pv_init(void)
{
	virtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);
}
//- drivers/virtio/virtio.c
#include <linux/virtio_anchor.h>
static int virtio_features_ok(struct virtio_device *dev)
{
	return «virtio_check_mem_acc_cb(dev) ? -ENODEV : 0;
}
`;

it('leads from the platform hook to the functions the tree installs there', () => agree(anchor));

it('takes no plain variable for a hook', () => {
  const { cursor, ...index } = marked(`
//- drivers/net/virtio_net.c
static bool csum = true;
static void set_csum(bool on) { csum = on; }
int probe(struct virtio_device *vdev) { set_csum(probe); return «csum; }
`);
  const at = entityAt(index.program, cursor.file, cursor.offset);
  expect(at?.entity.kind).toBe('variable');
  expect(at === null ? null : implementationsOf(index, at.entity)).toEqual([]);
});

it('knows the functions behind an ops field, and the field of a designator', () => {
  const { cursor, expected, ...index } = marked(`
//- include/linux/virtio_config.h
struct virtio_config_ops {
	u64 (*get_features)(struct virtio_device *vdev);
};
//- drivers/virtio/virtio_mmio.c
#include <linux/virtio_config.h>
static u64 ⟦vm_get_features⟧(struct virtio_device *vdev) { return 1; }
static const struct virtio_config_ops virtio_mmio_config_ops = {
	.«get_features = vm_get_features,
};
`);
  const at = entityAt(index.program, cursor.file, cursor.offset);
  expect(at?.entity).toEqual({ kind: 'field', name: 'get_features', record: 'struct virtio_config_ops' });
  if (at === null) throw new Error('nothing there');
  const found = implementationsOf(index, at.entity).map(({ file, name }) =>
    told(index.program, { file, ...name }),
  );
  expect(found).toEqual(expected);
  const [declared] = declarationsOf(index, cursor.file, at.entity);
  expect(declared?.file).toBe('include/linux/virtio_config.h');
});

it('reads the field in container_of(), not a variable of that name', () => {
  agree(
    ring('return container_of(sg, struct vring_virtqueue, «vq)->use_dma_api;').replace(
      'struct virtqueue vq;',
      'struct virtqueue ⟦vq⟧;',
    ),
  );
});
