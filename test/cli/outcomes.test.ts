import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { vringside } from './support.js';

const files: Readonly<Record<string, string>> = {
  Makefile: 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n',
  Kconfig: '',
  'include/linux/virtio_config.h': `#include <linux/virtio.h>
static inline bool virtio_has_dma_quirk(const struct virtio_device *vdev)
{
	return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);
}
`,
  'include/linux/virtio_anchor.h': `#ifdef CONFIG_VIRTIO_ANCHOR
struct virtio_device;
bool virtio_require_restricted_mem_acc(struct virtio_device *dev);
extern bool (*virtio_check_mem_acc_cb)(struct virtio_device *dev);
static inline void virtio_set_mem_acc_cb(bool (*func)(struct virtio_device *))
{
	virtio_check_mem_acc_cb = func;
}
#else
#define virtio_set_mem_acc_cb(func) do { } while (0)
#endif
`,
  'drivers/virtio/virtio_anchor.c': `#include <linux/virtio_anchor.h>
bool virtio_require_restricted_mem_acc(struct virtio_device *dev)
{
	return true;
}
static bool virtio_no_restricted_mem_acc(struct virtio_device *dev)
{
	return false;
}
bool (*virtio_check_mem_acc_cb)(struct virtio_device *dev) = virtio_no_restricted_mem_acc;
`,
  'drivers/virtio/virtio.c': `#include <linux/virtio_anchor.h>
#include <linux/virtio_config.h>
static int virtio_features_ok(struct virtio_device *dev)
{
	if (virtio_check_mem_acc_cb(dev)) {
		if (!virtio_has_feature(dev, VIRTIO_F_ACCESS_PLATFORM))
			return -ENODEV;
	}
	return 0;
}
`,
  'drivers/virtio/virtio_ring.c': `#include <linux/virtio_config.h>
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	return !virtio_has_dma_quirk(vdev);
}
static dma_addr_t vring_map_single(const struct vring_virtqueue *vq, void *cpu_addr, size_t size)
{
	if (!vring_use_dma_api(vq->vq.vdev))
		return (dma_addr_t)virt_to_phys(cpu_addr);
	return dma_map_single(vq->dma_dev, cpu_addr, size, DMA_TO_DEVICE);
}
`,
  'arch/s390/mm/init.c': `#include <linux/virtio_anchor.h>
static void pv_init(void)
{
	if (!is_prot_virt_guest())
		return;
	virtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);
}
void __init mem_init(void)
{
	pv_init();
}
`,
  'arch/powerpc/platforms/pseries/svm.c': `static int __init init_svm(void)
{
	return 0;
}
machine_early_initcall(pseries, init_svm);
`,
};

interface Outcome {
  platform: string;
  device: string;
  outcome: string;
  why: string;
}

let root: string;

function put(path: string, text: string): void {
  const file = join(root, 'tree', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'vringside-outcomes-'));
  for (const [path, text] of Object.entries(files)) put(path, text);
});

afterEach(() => rmSync(root, { recursive: true }));

/** Outcomes of the bypass in vring_map_single(), as `platform device: outcome`. */
async function outcomes(...args: string[]): Promise<string[]> {
  const env = { XDG_CACHE_HOME: join(root, 'cache') };
  const tree = join(root, 'tree');
  const { out, err } = await vringside(['sites', '--format', 'json', ...args, join(tree, 'drivers')], {
    env,
  });
  const sites: { kind: string; outcomes?: Outcome[] }[] = JSON.parse(out === '' ? err : out).sites;
  const site = sites.find(({ kind }) => kind === 'cpu_phys_to_device');
  return (site?.outcomes ?? []).map((o) => `${o.platform} ${o.device}: ${o.outcome}`);
}

describe('outcomes of a site', () => {
  it("follow the tree's own gate, with the place that refuses", async () => {
    const { out } = await vringside(['check', '--no-cache', join(root, 'tree')]);
    expect(out).toContain('secure-guest-unreadable');
    expect(out).toMatch(/refused\s+s390 Protected Virtualization \(-ENODEV,\s+virtio_features_ok/);
    expect(await outcomes()).toEqual(
      expect.arrayContaining(['plain no-flag: direct', 'pef no-flag: fault', 's390-pv no-flag: refused']),
    );
  });

  it('change with code far away, in spite of the cache', async () => {
    expect(await outcomes()).toContain('s390-pv no-flag: refused');
    const init = files['arch/s390/mm/init.c'] ?? '';
    put(
      'arch/s390/mm/init.c',
      init.replace('	virtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);\n', ''),
    );
    expect(await outcomes()).toContain('s390-pv no-flag: fault');
    // A file that had nothing to do with it until now.
    expect(await outcomes()).toContain('pef no-flag: fault');
    put(
      'arch/powerpc/platforms/pseries/svm.c',
      `#include <linux/virtio_anchor.h>
static int __init init_svm(void)
{
	if (!is_secure_guest())
		return 0;
	virtio_set_mem_acc_cb(virtio_require_restricted_mem_acc);
	return 0;
}
machine_early_initcall(pseries, init_svm);
`,
    );
    expect(await outcomes()).toContain('pef no-flag: refused');
  });

  it('are asked of the platforms and devices named', async () => {
    expect(await outcomes('--platform', 'cca,pef', '--device', 'no-flag')).toEqual([
      'cca no-flag: fault',
      'pef no-flag: fault',
    ]);
  });

  it('can be those of another release', async () => {
    expect(await outcomes('--policy', 'v5.4', '--platform', 's390-pv', '--device', 'no-flag')).toEqual([
      's390-pv no-flag: fault',
    ]);
  });

  it('follow the configuration: without the anchor the setter is an empty macro', async () => {
    const config = join(root, 'config');
    writeFileSync(config, '# CONFIG_VIRTIO_ANCHOR is not set\nCONFIG_VIRTIO=y\n');
    const found = await outcomes('--config-file', config, '--platform', 's390-pv', '--device', 'no-flag');
    expect(found).toEqual(['s390-pv no-flag: fault']);
  });
});

describe('wrong names', () => {
  it.each([
    ['--platform', 'sevsnp', "no platform 'sevsnp'"],
    ['--device', 'noflag', "no device 'noflag' (did you mean no-flag"],
    ['--policy', 'v2.6', "no policy 'v2.6'"],
  ])('%s %s', async (option, value, message) => {
    const { status, out, err } = await vringside(['check', option, value, join(root, 'tree')]);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('name file and line of a configuration that is none', async () => {
    const config = join(root, 'config');
    writeFileSync(config, 'CONFIG_A=y\nnonsense\n');
    const { status, err } = await vringside(['check', '--config-file', config, join(root, 'tree')]);
    expect(status).toBe(3);
    expect(err).toContain(`${config}:2: no setting: nonsense`);
  });
});

describe('model matrix --policy tree', () => {
  const row = async (): Promise<Record<string, string>> => {
    const { out } = await vringside([
      ...['model', 'matrix', '--policy', 'tree', '--tree', join(root, 'tree'), '--format', 'json'],
      ...['--platform', 'plain,pef,s390-pv', '--device', 'flag,no-flag'],
    ]);
    const cells: { platform: string; device: string; outcome: string }[] = JSON.parse(out).matrix.cells;
    return Object.fromEntries(cells.map((c) => [`${c.platform} ${c.device}`, c.outcome]));
  };

  it('changes as the decision does', async () => {
    expect(await row()).toMatchObject({
      'plain no-flag': 'direct',
      'pef no-flag': 'fault',
      's390-pv flag': 'bounced',
    });
    const ring = files['drivers/virtio/virtio_ring.c'] ?? '';
    put('drivers/virtio/virtio_ring.c', ring.replace('return !virtio_has', 'return virtio_has'));
    expect(await row()).toMatchObject({ 'pef no-flag': 'fault', 's390-pv flag': 'fault' });
    put(
      'drivers/virtio/virtio_ring.c',
      ring.replace('return !virtio_has', 'return is_secure_guest() || !virtio_has'),
    );
    // Linux 6.12 on PEF: the ring is shared, and payload is not bounced unless the command line says so.
    expect(await row()).toMatchObject({ 'pef no-flag': 'fault', 's390-pv flag': 'bounced' });
  });
});
