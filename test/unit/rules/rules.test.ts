import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../server/src/rules/finding.js';
import { type RuleLevels, rules } from '../../../server/src/rules/index.js';
import { analyseSources } from '../../../server/src/service/analyse.js';

const config = `
static inline bool virtio_has_feature(const struct virtio_device *vdev, unsigned int fbit);
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
`;

const core = `
#include <linux/virtio_config.h>
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	if (!virtio_has_dma_quirk(vdev))
		return true;
	if (xen_domain())
		return true;
	return false;
}
bool ring_maps(const struct virtio_device *vdev)
{
	return vring_use_dma_api(vdev);
}
`;

async function findingsIn(
  driver: string,
  path = 'drivers/gpu/virtio_driver.c',
  levels?: RuleLevels,
): Promise<readonly Finding[]> {
  const files = new Map([
    ['include/linux/virtio_config.h', config],
    ['drivers/virtio/virtio_ring.c', core],
    [path, `#include <linux/virtio_config.h>\n${driver}`],
  ]);
  // What the machine finds has tests of its own; here the two rules that look at guards alone are asked.
  const asked: RuleLevels = new Map([['secure-guest-unreadable', 'off'], ...(levels ?? [])]);
  return (await analyseSources(files, asked)).findings;
}

function brief(findings: readonly Finding[]): string[] {
  return findings.map((f) => `${f.level} ${f.rule} ${f.function}()`);
}

describe('guard-differs-from-core', () => {
  const fill = (condition: string): string => `
static void fill(struct virtio_device *vdev, struct scatterlist *sg, struct entry *e)
{
	if (${condition})
		e->addr = cpu_to_le64(sg_dma_address(sg));
	else
		e->addr = cpu_to_le64(sg_phys(sg));
}
`;

  it('tells of a driver that forgets Xen, once, and names the case', async () => {
    const found = await findingsIn(fill('!virtio_has_dma_quirk(vdev)'));
    expect(brief(found)).toEqual(['warning guard-differs-from-core fill()']);
    expect(found[0]?.message).toContain('ACCESS_PLATFORM not negotiated, and a Xen guest');
    expect(found[0]?.related.map((r) => r.message)).toEqual(['vring_use_dma_api() decides for the ring']);
  });

  it('is quiet when the condition is the same, however it is spelled', async () => {
    expect(await findingsIn(fill('!virtio_has_dma_quirk(vdev) || xen_domain()'))).toEqual([]);
    expect(await findingsIn(fill('!(virtio_has_dma_quirk(vdev) && !xen_domain())'))).toEqual([]);
    expect(
      await findingsIn(fill('xen_domain() || virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM)')),
    ).toEqual([]);
  });

  it('tells of a driver that maps where the ring does not', async () => {
    const found = await findingsIn(
      fill('virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM) || xen_domain() || mem_encrypt_active()'),
    );
    expect(brief(found)).toEqual(['warning guard-differs-from-core fill()']);
    expect(found[0]?.message).toContain('uses the DMA API where the ring bypasses it');
    expect(found[0]?.message).toContain('memory encryption active');
  });

  it('follows the decision through a local and a helper', async () => {
    const found = await findingsIn(`
static bool driver_maps(struct virtio_device *vdev)
{
	return !virtio_has_dma_quirk(vdev);
}
static void fill(struct virtio_device *vdev, struct scatterlist *sg, struct entry *e)
{
	bool maps = driver_maps(vdev);

	if (maps)
		e->addr = cpu_to_le64(sg_dma_address(sg));
	else
		e->addr = cpu_to_le64(sg_phys(sg));
}
`);
    expect(found.map((f) => f.rule)).toContain('guard-differs-from-core');
    expect(found[0]?.message).toContain('ACCESS_PLATFORM not negotiated, and a Xen guest');
  });

  it('says nothing in a tree whose core decides nothing', async () => {
    const files = new Map([
      ['include/linux/virtio_config.h', config],
      [
        'drivers/gpu/virtio_driver.c',
        `#include <linux/virtio_config.h>\n${fill('!virtio_has_dma_quirk(vdev)')}`,
      ],
    ]);
    const { findings } = await analyseSources(files);
    expect(findings.filter(({ rule }) => rule === 'guard-differs-from-core')).toEqual([]);
  });
});

describe('dma-bypass-unconditional', () => {
  const told = `
static void tell(struct virtio_device *vdev, struct message *m, void *p)
{
	m->where = cpu_to_le64(virt_to_phys(p));
}
`;

  it('warns of a DMA handle that is a physical address under no condition', async () => {
    const found = await findingsIn(`
dma_addr_t virtio_driver_map(struct virtio_device *vdev, void *p)
{
	return virt_to_phys(p);
}
`);
    expect(brief(found)).toEqual(['warning dma-bypass-unconditional virtio_driver_map()']);
    expect(found[0]?.message).toContain('the device faults or reads ciphertext');
  });

  it('only notes an address inside a message', async () => {
    expect(brief(await findingsIn(told))).toEqual(['note dma-bypass-unconditional tell()']);
  });

  it('is quiet about a driver that gives up the flag, which a restricted guest then refuses', async () => {
    const validate = `
static int validate(struct virtio_device *vdev)
{
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	return 0;
}
static struct virtio_driver driver = { .validate = validate };
`;
    const told = `
static void tell(struct virtio_device *vdev, struct message *m, struct page *page)
{
	m->where = cpu_to_le32(page_to_pfn(page));
}
`;
    expect(brief(await findingsIn(told))).toEqual(['note dma-bypass-unconditional tell()']);
    expect(await findingsIn(told + validate)).toEqual([]);
  });

  it('is quiet behind a guard', async () => {
    const guarded = told.replace(
      '\tm->',
      '\tif (!virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM) && !xen_domain())\n\t\tm->',
    );
    expect(await findingsIn(guarded)).toEqual([]);
  });

  it('is quiet about IOMMU drivers and architectures without secure guests', async () => {
    expect(
      await findingsIn(`${told}\nstatic const struct iommu_domain_ops ops = { .map_pages = NULL };`),
    ).toEqual([]);
    expect(await findingsIn(told, 'arch/um/drivers/virtio_driver.c')).toEqual([]);
  });
});

describe('the registry', () => {
  it('takes levels from the configuration', async () => {
    const driver =
      'static dma_addr_t virtio_map(struct virtqueue *vq, void *p)\n{\n\treturn virt_to_phys(p);\n}\n';
    const off = await findingsIn(driver, undefined, new Map([['dma-bypass-unconditional', 'off']]));
    const error = await findingsIn(driver, undefined, new Map([['dma-bypass-unconditional', 'error']]));
    expect(off).toEqual([]);
    expect(error.map((f) => f.level)).toEqual(['error']);
  });

  it('gives a finding the same fingerprint wherever its lines move', async () => {
    const driver =
      'static dma_addr_t virtio_map(struct virtqueue *vq, void *p)\n{\n\treturn virt_to_phys(p);\n}\n';
    const [before] = await findingsIn(driver);
    const [after] = await findingsIn(`\n\n/* moved */\n${driver.replace('\treturn', '\n\t\treturn')}`);
    expect(after?.fingerprint).toBe(before?.fingerprint);
    expect(after?.range.start.line).not.toBe(before?.range.start.line);
  });

  it('has one file a rule, named after it, and a page that begins with its name', () => {
    for (const rule of rules) {
      const source = readFileSync(
        new URL(`../../../server/src/rules/${rule.id}.ts`, import.meta.url),
        'utf8',
      );
      expect(source).toContain(`id: '${rule.id}'`);
      expect(rule.page.startsWith(`# ${rule.id}\n`)).toBe(true);
    }
  });
});
