import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../server/src/service/analyse.js';

const tree = mkdtempSync(join(tmpdir(), 'vringside-one-file-'));
const folder = join(tree, 'drivers/vdpa/soft');
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, 'table.c'),
  `#include <linux/vhost_iotlb.h>
int soft_add(struct vhost_iotlb *table, u64 iova, u64 pa)
{
	return vhost_iotlb_add_range(table, iova, iova + 4095, pa);
}
int soft_dma_map(struct vdpa_device *v, u64 iova, u64 size, u64 pa)
{
	return vhost_iotlb_add_range(table_of(v), iova, iova + size - 1, pa);
}
`,
);
writeFileSync(
  join(folder, 'device.c'),
  `#include <linux/vdpa.h>
static int serve(struct vringh *v) { return vringh_getdesc_iotlb(v, NULL, NULL, NULL, GFP_ATOMIC); }
static const struct vdpa_config_ops soft_ops = { .dma_map = soft_dma_map };
`,
);
const guestFolder = join(tree, 'drivers/misc');
mkdirSync(guestFolder, { recursive: true });
writeFileSync(
  join(guestFolder, 'memory.c'),
  `#include <linux/virtio.h>
void *shared_memory(struct virtio_device *vdev, dma_addr_t *dma)
{
	return dma_alloc_coherent(vdev->dev.parent, 4096, dma, GFP_KERNEL);
}
`,
);
writeFileSync(
  join(guestFolder, 'sender.c'),
  `#include <linux/virtio.h>
void send(struct virtio_device *vdev, struct scatterlist *sg, dma_addr_t *dma)
{
	sg_init_one(sg, shared_memory(vdev, dma), 64);
}
void again(struct scatterlist *sg, void *p)
{
	sg_set_page(sg, vmalloc_to_page(p), 64, 0);
}
`,
);
writeFileSync(join(folder, 'unrelated.c'), 'int unrelated(void) { return 1; }\n');
afterAll(() => rmSync(tree, { recursive: true }));

async function sitesOf(path: string): Promise<string[]> {
  const options = { tree, jobs: 1, cacheDir: null, rules: new Map(), timings: false };
  const report = await analyse({ ...options, paths: [join(tree, path)] });
  return report.sites.map((s) => `${s.file}:${s.range.start.line} ${s.kind}`);
}

describe('a file asked about alone', () => {
  it('has the sites it has with the rest of its driver, and only its own', async () => {
    const whole = await sitesOf('drivers/vdpa/soft');
    expect(whole).toContain('drivers/vdpa/soft/table.c:8 device_side_pa_map');
    expect(await sitesOf('drivers/misc/sender.c')).toEqual(['drivers/misc/sender.c:8 sg_from_vmalloc']);
    expect(await sitesOf('drivers/misc')).toContain('drivers/misc/memory.c:4 dma_api_refed');
    expect(await sitesOf('drivers/vdpa/soft/table.c')).toEqual(whole.filter((s) => s.includes('table.c')));
  });
});
