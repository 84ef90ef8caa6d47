import { describe, expect, it } from 'vitest';
import { analyseSources } from '../../../server/src/service/analyse.js';
import { createKernelParser } from '../../../server/src/syntax/index.js';

const parser = await createKernelParser();

/** A ring whose decision is `body`, and a field that keeps it: the resolved guard of the bypass. */
async function guardWith(body: string, store = 'vq->use_dma_api = ring_use_dma_api(vdev);'): Promise<string> {
  const text = `
struct ring { bool use_dma_api; struct virtio_device *vdev; };
static bool ring_use_dma_api(const struct virtio_device *vdev)
{
	${body}
}
struct ring *ring_create(struct virtio_device *vdev)
{
	struct ring *vq = kmalloc(sizeof(*vq), GFP_KERNEL);
	vq->vdev = vdev;
	${store}
	return vq;
}
int ring_map(struct ring *vq, struct scatterlist *sg, dma_addr_t *addr)
{
	if (!vq->use_dma_api)
		*addr = (dma_addr_t)sg_phys(sg);
	return 0;
}
`;
  const report = await analyseSources(new Map([['drivers/virtio/ring.c', text]]), new Map(), parser);
  const site = report.sites.find(({ kind }) => kind === 'cpu_phys_to_device');
  if (site === undefined) return 'no site';
  return site.guard === null ? 'always' : site.guard.resolved;
}

describe('a decision that is always the same', () => {
  it('decides, on however many ways out it is said', async () => {
    expect(await guardWith('if (xen_domain()) return true; return true;')).toBe('false');
    expect(await guardWith('if (!virtio_has_dma_quirk(vdev)) return false; return false;')).toBe('always');
  });

  it('is none where the ways out differ', async () => {
    expect(await guardWith('if (xen_domain()) return true; return false;')).toMatch(/!xen_domain\(\)/);
  });

  it('does not follow from a constant in the field: it may begin as zero', async () => {
    expect(await guardWith('return true;', 'if (vdev) vq->use_dma_api = true;')).toMatch(/use_dma_api/);
  });
});
