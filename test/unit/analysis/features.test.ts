import { describe, expect, it } from 'vitest';
import { featureProblems } from './features-support.js';

const driver = 'drivers/box/box.c';

describe('tests and masks of bits', () => {
  it('tells what is done with a mask from the code around it', async () => {
    const code = `
#include <linux/virtio.h>
#define VIRTIO_BOX_F_LID 3 //= bit_def VIRTIO_BOX_F_LID
static int judge(struct virtio_device *vdev)
{
	u64 features = vdev->features; //= features_field
	if (features & BIT_ULL(VIRTIO_BOX_F_LID)) //= mask_test VIRTIO_BOX_F_LID
		return 1;
	features |= 1ULL << VIRTIO_BOX_F_LID; //= mask_set VIRTIO_BOX_F_LID
	features &= ~BIT_ULL(VIRTIO_BOX_F_LID); //= mask_clear VIRTIO_BOX_F_LID
	pr_info("%llx", BIT_ULL(VIRTIO_BOX_F_LID)); //= mask_expr VIRTIO_BOX_F_LID
	pr_info("%d", VIRTIO_BOX_F_LID); //= log_only VIRTIO_BOX_F_LID
	return virtio_has_feature(vdev, VIRTIO_BOX_F_LID); //= has_feature VIRTIO_BOX_F_LID
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('finds masks of a computed bit where they meet a feature word, and nowhere else', async () => {
    const code = `
#include <linux/virtio.h>
static void scan(struct virtio_device *vdev, u64 lanes)
{
	u64 device_features = 0;
	int i, lane = next_lane();
	for (i = 0; i < 64; i++)
		if (vdev->features & (1ULL << i)) //= features_field, mask_test
			device_features |= BIT_ULL(i); //= mask_set
	lanes |= BIT_ULL(lane);
	device_features &= ~BIT_ULL(lane); //= mask_clear
	for (i = 0; i < 64; i++) {
		u64 mask = BIT_ULL(i), count = 64 - i;
		if ((device_features & mask) && (lanes & mask) && (device_features & count)) //= mask_test
			count++;
	}
	device_features &= (BIT_ULL(32) - 1);
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('names a mask once and each bit in it', async () => {
    const code = `
#include <linux/virtio.h>
#define BOX_FEATURES (BIT_ULL(VIRTIO_BOX_F_LID) | BIT_ULL(VIRTIO_F_VERSION_1)) //= mask_def, mask_def VIRTIO_BOX_F_LID, mask_def VIRTIO_F_VERSION_1
static const u64 box_offers = 1ULL << VIRTIO_BOX_F_LID; //= mask_def, mask_def VIRTIO_BOX_F_LID
static u64 offer(struct virtio_device *vdev)
{
	return BOX_FEATURES | box_offers; //= mask_use, mask_use
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('takes a mask bounded by the range of transport bits for a mask, whatever it is called', async () => {
    const code = `
#include <linux/virtio.h>
#define VIRTIO_DEVICE_F_MASK ((1ULL << VIRTIO_TRANSPORT_F_START) - 1) //= mask_def, mask_use
static int own(u64 device_features) { return !!(device_features & VIRTIO_DEVICE_F_MASK); } //= mask_use
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });
});

describe("drivers' own helpers", () => {
  it('knows a macro by the parameter it tests, through other macros and functions', async () => {
    const code = `
#include <linux/virtio.h>
struct box { struct virtio_device vdev; u64 accepted_features; };
#define BOX_HAS(b, bit) ((b)->accepted_features & BIT_ULL(bit)) //= helper_def, mask_test
#define BOX_NEEDS(b, bit) box_needs(b, bit, #bit) //= helper_def
#define BOX_GOT(b, name) BOX_HAS(b, VIRTIO_BOX_F_##name) //= helper_def
static bool box_needs(struct box *b, int fbit, const char *what) //= helper_def
{
	return virtio_has_feature(&b->vdev, fbit); //= has_feature
}
static bool closed(struct box *b, int i)
{
	return BOX_HAS(b, VIRTIO_BOX_F_LID) || //= wrapper_check VIRTIO_BOX_F_LID
	       BOX_NEEDS(b, VIRTIO_BOX_F_KEY) || //= wrapper_check VIRTIO_BOX_F_KEY
	       BOX_GOT(b, HINGE) || //= wrapper_check VIRTIO_BOX_F_HINGE
	       BOX_HAS(b, b->accepted_features); //= wrapper_check, features_field
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('calls a bit that is only printed by what it is, through macros that do nothing but print', async () => {
    const code = `
#include <linux/virtio.h>
#define BOX_LOG(bit) do { if (features & BIT_ULL(bit)) box_info(b, "%s", #bit); } while (0) //= mask_test
#define BOX_COUNT(bit) do { if (features & BIT_ULL(bit)) count++; } while (0) //= helper_def, mask_test
static void show(struct box *b, u64 features)
{
	int count = 0;
	BOX_LOG(VIRTIO_BOX_F_LID); //= log_only VIRTIO_BOX_F_LID
	BOX_COUNT(VIRTIO_BOX_F_LID); //= wrapper_check VIRTIO_BOX_F_LID
}
struct virtio_device;
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('follows functions that get, set or judge a set, and leaves those of other subsystems alone', async () => {
    const code = `
#include <linux/virtio.h>
struct box { struct virtio_device vdev; u64 features; };
static int box_get_features(struct box *b, u64 *features) { return 0; } //= helper_def
static int box_verify_features(u64 features) { return 0; } //= helper_def
static u16 box_get_features_low(u64 features) { return 0; }
static int box_set_features(struct net_device *dev, netdev_features_t features) { return 0; }
static int box_set_lid(struct box *b) { return 0; }
static int start(struct box *b, struct net_device *dev)
{
	if (box_get_features(b, &b->features)) //= negotiation_call, features_field
		return -1;
	box_set_features(dev, dev->features);
	box_set_lid(b);
	return box_verify_features(b->features); //= negotiation_call, features_field
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it("has nothing to say of other subsystems' features", async () => {
    const code = `
#define DRIVER_FEATURES (BIT(2) | BIT(3))
struct card { u64 features; u32 hw_features; };
static int card_get_features(struct card *c, u64 *features)
{
	int i = 0;
	if (c->features & BIT_ULL(i))
		set_bit(i, &c->features);
	*features = c->hw_features & DRIVER_FEATURES;
	return 0;
}
static int card_start(struct card *c) { return card_get_features(c, &c->features); }
`;
    expect(await featureProblems({ 'drivers/card/card.c': code })).toEqual([]);
  });
});

describe('tables', () => {
  it('finds tables by use, empty ones too', async () => {
    const code = `
#include <linux/virtio.h>
static const unsigned int nothing[] = { //= table
};
static const unsigned int primes[] = { 2, 3, 5 };
static struct virtio_driver plain = {
	.feature_table = nothing, //= table_ref
	.feature_table_size = ARRAY_SIZE(nothing),
};
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('follows an array of bits that a driver walks by itself', async () => {
    const code = `
#include <linux/virtio.h>
#define OWN_BITS VIRTIO_BOX_F_KEY, VIRTIO_BOX_F_HINGE //= table, table VIRTIO_BOX_F_KEY, table VIRTIO_BOX_F_HINGE
static const unsigned long offloads[] = { //= table
	VIRTIO_BOX_F_LID, //= table VIRTIO_BOX_F_LID
	OWN_BITS, //= table
};
static void gather(struct virtio_device *vdev, unsigned long *has)
{
	int i;
	for (i = 0; i < 2; i++)
		if (virtio_has_feature(vdev, offloads[i])) //= has_feature, table_use
			set_bit(offloads[i], has); //= features_state, table_use
	if (test_bit(VIRTIO_BOX_F_LID, has)) //= features_state VIRTIO_BOX_F_LID
		clear_bit(3, has);
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });
});

describe('negotiation', () => {
  it('finds slots, their functions and the calls through them; transport functions by their name', async () => {
    const code = `
#include <linux/virtio.h>
static void box_transport_features(struct virtio_device *vdev) //= transport_accept
{
	__virtio_clear_bit(vdev, VIRTIO_F_RING_PACKED); //= clear_bit VIRTIO_F_RING_PACKED
}
static u64 answer(struct virtio_device *vdev) //= get_features_def
{
	return readl(base + VIRTIO_MMIO_DEVICE_FEATURES); //= feature_register
}
static int settle(struct virtio_device *vdev) //= finalize_features_def
{
	box_transport_features(vdev); //= transport_accept
	writel(lower_32_bits(vdev->features), //= feature_register, features_field
	       base + VIRTIO_MMIO_DRIVER_FEATURES);
	return 0;
}
static const struct virtio_config_ops box_ops = {
	.get_features = answer, //= ops_ref
	.finalize_features = settle, //= ops_ref
};
static u64 ask(struct virtio_device *vdev)
{
	if (!vdev->config->get_features) //= ops_ref
		return 0;
	return vdev->config->get_features(vdev); //= negotiation_call
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });

  it('knows the hook variable, who installs it and what it may hold', async () => {
    const anchor = `
struct virtio_device;
static bool nobody(struct virtio_device *dev) { return false; } //= platform_hook_def
bool (*virtio_check_mem_acc_cb)(struct virtio_device *dev) = nobody; //= platform_hook_def
`;
    const platform = `
static bool box_restricts(struct virtio_device *dev) { return true; } //= platform_hook_def
static void box_setup(void)
{
	virtio_set_mem_acc_cb(box_restricts); //= platform_hook
}
`;
    const setter = `
#define virtio_set_mem_acc_cb(func) do { } while (0) //= platform_hook_def
`;
    const files = { 'a/anchor.c': anchor, 'a/platform.c': platform, 'a/none.h': setter };
    expect(await featureProblems(files)).toEqual([]);
  });

  it('names no register where the compiler checks its place', async () => {
    const code = `
struct virtio_device;
static void offsets(void)
{
	BUILD_BUG_ON(VIRTIO_PCI_COMMON_DF != 4);
	vp_iowrite32(0, base + VIRTIO_PCI_COMMON_DF); //= feature_register
}
`;
    expect(await featureProblems({ [driver]: code })).toEqual([]);
  });
});
