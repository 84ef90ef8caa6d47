import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyseWithProgram } from '../../server/src/service/analyse.js';
import { openSession } from '../../server/src/session/index.js';
import { Random } from '../fuzz/random.js';
import { EditedTexts } from '../support/editing/random-edits.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

/** A short run of what `node test/tools/run.mjs session-campaign` does at length. */
const files = [
  'drivers/virtio/virtio_ring.c',
  'drivers/virtio/virtio.c',
  'include/linux/virtio_config.h',
  'drivers/net/virtio_net.c',
];

describe.each<KernelVersion>(['6.12', '6.1'])('a session on Linux %s', (version) => {
  const root = kernelTree(version);

  it.skipIf(root === null)('says what an analysis of the same texts says', async () => {
    const tree = root ?? '';
    for (const viewed of ['drivers/virtio/virtio_ring.c', 'drivers/net/virtio_net.c']) {
      const texts = new EditedTexts(
        [viewed, ...files],
        (file) => readFileSync(join(tree, file), 'utf8'),
        new Random(20, 1),
      );
      const session = await openSession({ root: tree, cacheDir: null, rules: new Map() });
      for (let number = 1; number <= 20; number++) {
        const { file, text } = texts.next();
        session.edit(file, text);
        const view = await session.view([viewed]);
        if (number % 5 !== 0) continue;
        const { report } = await analyseWithProgram({
          tree,
          paths: [resolve(tree, viewed)],
          jobs: 1,
          cacheDir: null,
          rules: new Map(),
          overlay: new Map(texts.open),
          timings: false,
        });
        expect(JSON.stringify(view?.report)).toBe(JSON.stringify(report));
      }
      session.dispose();
    }
  });
});
