import { describe, expect, it } from 'vitest';
import type { Site } from '../../../server/src/analysis/index.js';
import type { Finding } from '../../../server/src/rules/finding.js';
import { analyseSources } from '../../../server/src/service/analyse.js';

const config = `
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
`;

const core = (decision: string): string => `
#include <linux/virtio_config.h>
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	${decision}
}

static int vring_map_one_sg(const struct vring_virtqueue *vq, struct scatterlist *sg, dma_addr_t *addr)
{
	if (!vring_use_dma_api(vq->vq.vdev)) {
		*addr = (dma_addr_t)sg_phys(sg);
		return 0;
	}
	*addr = dma_map_page(vq->vq.vdev->dev.parent, sg_page(sg), sg->offset, sg->length, DMA_TO_DEVICE);
	return 0;
}
`;

const gate = `
static int virtio_features_ok(struct virtio_device *dev)
{
	if (virtio_check_mem_acc_cb(dev)) {
		if (!virtio_has_feature(dev, VIRTIO_F_VERSION_1))
			return -ENODEV;
		if (!virtio_has_feature(dev, VIRTIO_F_ACCESS_PLATFORM))
			return -ENODEV;
	}
	return 0;
}
`;

const mainline = core(`if (!virtio_has_dma_quirk(vdev))
		return true;
	if (xen_domain())
		return true;
	return false;`);

async function review(
  ring: string,
  virtio = '',
): Promise<{ findings: readonly Finding[]; outcomes: (at: string) => string[] }> {
  const files = new Map([
    ['include/linux/virtio_config.h', config],
    ['drivers/virtio/virtio_ring.c', ring],
    ['drivers/virtio/virtio.c', virtio],
  ]);
  const report = await analyseSources(files);
  const at = (text: string): Site | undefined =>
    report.sites.find((site) => site.kind === 'cpu_phys_to_device' && site.expression.includes(text));
  return {
    findings: report.findings.filter((f) => f.rule === 'secure-guest-unreadable'),
    outcomes: (text) => (at(text)?.outcomes ?? []).map((o) => `${o.platform} ${o.device} ${o.outcome}`),
  };
}

describe('secure-guest-unreadable', () => {
  it('names platforms, device, and what the device meets', async () => {
    const { findings } = await review(mainline);
    expect(findings.map((f) => `${f.level} ${f.function}`)).toEqual(['warning vring_map_one_sg']);
    expect(findings[0]?.message).toMatch(/^on powerpc PEF/);
    expect(findings[0]?.message).toContain('a device that does not offer ACCESS_PLATFORM');
    expect(findings[0]?.message).toContain('the device faults');
  });

  it('says what became of the bytes in every guest that gets there', async () => {
    const { outcomes } = await review(mainline);
    expect(outcomes('sg_phys')).toContain('plain no-flag direct');
    expect(outcomes('sg_phys')).toContain('pef no-flag fault');
    expect(outcomes('sg_phys').filter((o) => o.includes(' flag '))).toEqual([]);
  });

  it('is quiet where the DMA API is always used', async () => {
    const { findings } = await review(core('return true;'));
    expect(findings).toEqual([]);
  });

  it('follows the decision: encrypted memory that forces the DMA API leaves nothing to report there', async () => {
    const forced = core(`if (!virtio_has_dma_quirk(vdev))
		return true;
	if (mem_encrypt_active())
		return true;
	return xen_domain();`);
    const { outcomes } = await review(forced);
    expect(
      outcomes('sg_phys').filter((o) => /^(pef|sev-snp|tdx) /.test(o) && !o.endsWith('refused')),
    ).toEqual([]);
    expect(outcomes('sg_phys')).toContain('pkvm no-flag fault');
  });

  it('is quiet where the tree refuses the device', async () => {
    const hook = `${gate}
static bool everywhere(struct virtio_device *dev)
{
	return true;
}
bool (*virtio_check_mem_acc_cb)(struct virtio_device *dev) = everywhere;
`;
    const { findings } = await review(mainline, hook);
    expect(findings).toEqual([]);
  });
});
