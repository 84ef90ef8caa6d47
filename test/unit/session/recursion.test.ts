/** Functions that call one another in circles and keep what comes of it in fields: every answer hangs on every other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { analyseWithProgram } from '../../../server/src/service/analyse.js';
import { openSession } from '../../../server/src/session/index.js';
import { Random } from '../../fuzz/random.js';

let root = '';

afterEach(() => rmSync(root, { recursive: true, force: true }));

const COUNT = 12;

function tangle(seed: number): string {
  const random = new Random(seed, 0);
  const some = (): number => random.below(COUNT);
  const every = <T>(make: (i: number) => T): T[] => Array.from({ length: COUNT }, (_, i) => make(i));
  return [
    '#include <linux/virtio.h>',
    `struct state { struct virtio_device *vdev; ${every((i) => `bool a${i};`).join(' ')} };`,
    ...every((i) => `static bool f${i}(struct state *s);`),
    ...every(
      (i) => `static bool f${i}(struct state *s)
{
	if (s->a${some()})
		return f${some()}(s);
	s->a${i} = f${some()}(s) || virtio_has_feature(s->vdev, VIRTIO_F_ACCESS_PLATFORM);
	if (!s->a${some()} && f${(i + 1) % COUNT}(s))
		return s->a${(i + 3) % COUNT};
	return virtio_has_feature(s->vdev, VIRTIO_RING_F_EVENT_IDX);
}`,
    ),
    `static u64 address(struct state *s, void *buf)
{
	return f0(s) ? virt_to_phys(buf) : 0;
}`,
  ].join('\n');
}

async function fresh(file: string, text: string): Promise<string> {
  const { report } = await analyseWithProgram({
    tree: root,
    paths: [join(root, file)],
    jobs: 1,
    cacheDir: null,
    rules: new Map(),
    overlay: new Map([[file, text]]),
    timings: false,
  });
  return JSON.stringify(report);
}

it('comes to an end, and says after edits what a fresh analysis says', { timeout: 60_000 }, async () => {
  root = mkdtempSync(join(tmpdir(), 'vringside-recursion-'));
  const file = 'tangle.c';
  const before = tangle(1);
  writeFileSync(join(root, file), before);
  const session = await openSession({ root, cacheDir: null, rules: new Map() });
  const seen = async (): Promise<string> => JSON.stringify((await session.view([file]))?.report);
  expect(await seen()).toBe(await fresh(file, before));
  const after = before.replace('VIRTIO_RING_F_EVENT_IDX', 'VIRTIO_F_VERSION_1');
  session.edit(file, after);
  expect(await seen()).toBe(await fresh(file, after));
  session.dispose();
});
