import { describe, expect, it } from 'vitest';
import { featureProblems } from './features-support.js';

const driver = 'drivers/box/box.c';

/** Own C in the shapes that feature sets have had from release to release. */
describe('feature sets through the years', () => {
  it('before 4.0: a bitmap in the device, bytes in the transport', async () => {
    const code = `
struct virtio_device { unsigned long features[1]; };
static u32 old_get_features(struct virtio_device *vdev) //= helper_def
{
	u32 i, features = 0;
	u8 *in_features = old_desc(vdev);
	for (i = 0; i < 32; i++)
		if (in_features[i / 8] & (1 << (i % 8))) //= mask_test
			features |= (1 << i); //= mask_set
	if (test_bit(VIRTIO_RING_F_EVENT_IDX, vdev->features)) //= test_bit VIRTIO_RING_F_EVENT_IDX, features_field
		clear_bit(i, vdev->features); //= clear_bit, features_field
	return features;
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('4.8 to 5.8: the bit and the quirk under their old names', async () => {
    const code = `
#include <linux/virtio.h>
static inline bool virtio_has_iommu_quirk(const struct virtio_device *vdev) //= helper_def
{
	return !virtio_has_feature(vdev, VIRTIO_F_IOMMU_PLATFORM); //= has_feature VIRTIO_F_IOMMU_PLATFORM
}
static bool vring_use_dma_api(struct virtio_device *vdev) //= dma_api_decision
{
	return !virtio_has_iommu_quirk(vdev); //= dma_quirk
}
static bool box_use_dma_api(struct virtio_device *vdev) //= dma_api_decision
{
	return vring_use_dma_api(vdev); //= dma_api_decision
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('4.8 to 6.16: masks of the back end kept in enums, one made of another', async () => {
    const header = `
enum {
	VHOST_FEATURES = (1ULL << VIRTIO_RING_F_EVENT_IDX), //= mask_def, mask_def VIRTIO_RING_F_EVENT_IDX
};
`;
    const code = `
#include "vhost.h"
struct vhost_box { struct vhost_dev dev; };
enum {
	VHOST_BOX_FEATURES = VHOST_FEATURES, //= mask_def, mask_use
	VHOST_BOX_MAX = 3,
};
static long take(struct vhost_box *b, unsigned int ioctl, u64 features)
{
	switch (ioctl) {
	case VHOST_SET_FEATURES: //= vhost_ioctl
		return features & ~VHOST_BOX_FEATURES ? -95 : VHOST_BOX_MAX; //= mask_use
	}
	return 0;
}
`;
    const files = { 'drivers/vhost/vhost.h': header, 'drivers/vhost/box.c': code };
    expect(await featureProblems(files)).toEqual([]);
  });

  it('5.7 to 5.16: parents with get_features and set_features', async () => {
    const code = `
#include <linux/virtio.h>
struct vdpa_config_ops { u64 (*get_features)(struct vdpa_device *v); int (*set_features)(struct vdpa_device *v, u64 f); };
struct vdpa_device { const struct vdpa_config_ops *config; };
struct box { struct vdpa_device vdpa; u64 lid_features; };
static u64 offers(struct vdpa_device *v) { return BIT_ULL(VIRTIO_F_VERSION_1); } //= get_features_def, mask_expr VIRTIO_F_VERSION_1
static int takes(struct vdpa_device *v, u64 features) //= set_driver_features_def
{
	struct box *b = container_of(v, struct box, vdpa);
	b->lid_features = features; //= features_field
	return 0;
}
static const struct vdpa_config_ops box_ops = {
	.get_features = offers, //= ops_ref
	.set_features = takes, //= ops_ref
};
static int hand(struct vdpa_device *v)
{
	return v->config->set_features(v, v->config->get_features(v)); //= negotiation_call, negotiation_call
}
`;
    expect(await featureProblems({ 'drivers/vdpa/box/box.c': code })).toEqual([]);
  });

  it('5.10 to 5.19: the gate asked through the architecture, then through the platform', async () => {
    const code = `
struct virtio_device;
int arch_has_restricted_virtio_memory_access(void) { return 1; } //= platform_hook_def
static int gate(struct virtio_device *vdev)
{
	if (arch_has_restricted_virtio_memory_access()) //= platform_hook
		return -1;
	return platform_has(PLATFORM_VIRTIO_RESTRICTED_MEM_ACCESS) ? //= platform_hook
		-2 : platform_has(PLATFORM_BOX_IS_OPEN);
}
`;
    expect(await featureProblems({ 'arch/box/mm.c': code })).toEqual([]);
  });

  it('6.17 and later: words in an array, declared by a macro', async () => {
    const header = `
#define VIRTIO_BIT(b) BIT_ULL((b) & 0x3f)
#define VIRTIO_U64(b) ((b) >> 6)
struct virtio_config_ops { void (*get_extended_features)(struct virtio_device *vdev, u64 *features); };
struct virtio_device { const struct virtio_config_ops *config; VIRTIO_DECLARE_FEATURES(features); };
static inline bool virtio_features_test_bit(const u64 *features, unsigned int bit) //= helper_def
{
	return !!(features[VIRTIO_U64(bit)] & VIRTIO_BIT(bit)); //= mask_test
}
static inline void virtio_features_from_u64(u64 *features, u64 from) { features[0] = from; } //= helper_def
static inline void virtio_get_features(struct virtio_device *vdev, u64 *features_out) //= helper_def
{
	if (vdev->config->get_extended_features) //= ops_ref
		vdev->config->get_extended_features(vdev, features_out); //= negotiation_call
}
`;
    const code = `
#include <linux/virtio6.h>
static const u64 box_words[2] = { //= mask_def
	1ULL << VIRTIO_F_VERSION_1, //= mask_def VIRTIO_F_VERSION_1
	VIRTIO_BIT(VIRTIO_BOX_F_LID), //= mask_def VIRTIO_BOX_F_LID
};
static void box_extended(struct virtio_device *vdev, u64 *features) { features[0] = box_words[0]; } //= get_features_def, mask_use
static const struct virtio_config_ops box_ops = {
	.get_extended_features = box_extended, //= ops_ref
};
static int probe(struct virtio_device *vdev)
{
	u64 device_features[2];
	int i;
	virtio_get_features(vdev, device_features); //= negotiation_call
	if (virtio_features_test_bit(device_features, VIRTIO_F_VERSION_1)) //= test_bit VIRTIO_F_VERSION_1
		virtio_features_from_u64(vdev->features_array, device_features[0]); //= negotiation_call, features_field
	for (i = 28; i < 42; i++)
		if (virtio_features_test_bit(device_features, i)) //= test_bit
			virtio_features_set_bit(vdev->features_array, i); //= set_bit, features_field
	return 0;
}
`;
    expect(await featureProblems({ 'include/linux/virtio6.h': header, [driver]: code })).toEqual([]);
  });

  it('vhost-user: bits of the protocol beside those of the device', async () => {
    const code = `
struct virtio_device;
#define VHOST_USER_F_PROTOCOL_FEATURES 30 //= bit_def VHOST_USER_F_PROTOCOL_FEATURES
#define VHOST_USER_PROTOCOL_F_CONFIG 9 //= bit_def VHOST_USER_PROTOCOL_F_CONFIG
#define VHOST_USER_SUPPORTED_PROTOCOL_F (BIT_ULL(VHOST_USER_PROTOCOL_F_CONFIG)) //= mask_def, mask_def VHOST_USER_PROTOCOL_F_CONFIG
#define VHOST_USER_VRING_INDEX_MASK 0xff
struct box { struct virtio_device vdev; u64 protocol_features; };
static int talk(struct box *b)
{
	b->protocol_features &= VHOST_USER_SUPPORTED_PROTOCOL_F; //= features_field, mask_use
	return box_send(b, VHOST_USER_GET_FEATURES); //= feature_register
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });
});
