import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseConfiguration } from '../../../server/src/analysis/index.js';
import { analyse } from '../../../server/src/service/analyse.js';

const ring = 'drivers/virtio/virtio_ring.c';
const core = `#include <linux/virtio_config.h>
static bool vring_use_dma_api(const struct virtio_device *vdev)
{
	if (IS_ENABLED(CONFIG_VIRTIO_ALWAYS_DMA))
		return true;
	return !virtio_has_dma_quirk(vdev);
}
`;

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-configuration-')));
  cpSync('fixtures/demo', join(folder, 'tree'), { recursive: true });
  writeFileSync(join(folder, 'tree', ring), core);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function outcomes(config: string, cacheDir: string | null): Promise<readonly string[]> {
  const tree = join(folder, 'tree');
  const { sites } = await analyse({
    tree,
    paths: [join(tree, ring)],
    jobs: 1,
    cacheDir,
    rules: new Map(),
    outcomes: {
      platforms: ['pkvm'],
      devices: ['no-flag'],
      policy: 'tree',
      configuration: parseConfiguration('.config', config),
    },
    timings: false,
  });
  return sites.flatMap((site) => (site.outcomes ?? []).map(({ outcome }) => outcome));
}

it('a report made for one configuration is not given for another', async () => {
  const cacheDir = join(folder, 'cache');
  const configs = ['CONFIG_VIRTIO_ALWAYS_DMA=y\n', '# CONFIG_VIRTIO_ALWAYS_DMA is not set\n'];
  const fresh = [await outcomes(configs[0]!, null), await outcomes(configs[1]!, null)];
  expect(fresh[0]).not.toEqual(fresh[1]);
  for (const [index, config] of configs.entries())
    expect(await outcomes(config, cacheDir)).toEqual(fresh[index]);
});
