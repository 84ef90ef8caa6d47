import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { analyseWithProgram } from '../../../server/src/service/analyse.js';
import { earlierReport, openSession, type Session } from '../../../server/src/session/index.js';
import { Random } from '../../fuzz/random.js';
import { demoRing, demoRoot } from '../../support/document-view.js';
import { EditedTexts } from '../../support/editing/random-edits.js';

const demoFiles = [demoRing, 'include/linux/virtio_config.h'];
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A tree of its own, to be written to. */
function treeOf(texts: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'vringside-session-'));
  folders.push(root);
  for (const [file, text] of Object.entries(texts)) write(root, file, text);
  return root;
}

function write(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

async function fresh(
  root: string,
  viewed: readonly string[],
  open: ReadonlyMap<string, string>,
): Promise<string> {
  const { report } = await analyseWithProgram({
    tree: root,
    paths: viewed.map((file) => resolve(root, file)),
    jobs: 1,
    cacheDir: null,
    rules: new Map(),
    overlay: new Map(open),
    timings: false,
  });
  return JSON.stringify(report);
}

async function seen(session: Session, viewed: readonly string[]): Promise<string> {
  return JSON.stringify((await session.view(viewed))?.report);
}

const open = (root: string): Promise<Session> => openSession({ root, cacheDir: null, rules: new Map() });

const driver = `#include <linux/virtio.h>
static int fill(struct virtqueue *vq, void *buf)
{
	struct scatterlist sg;

	if (virtio_has_feature(vq->vdev, VIRTIO_F_VERSION_1))
		return -EINVAL;
	sg_init_one(&sg, buf, 64);
	return virtqueue_add_inbuf(vq, &sg, 1, buf, GFP_ATOMIC);
}
`;

it('after any edits says what an analysis of the same texts says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
      const text = (file: string): string => readFileSync(join(demoRoot, file), 'utf8');
      const texts = new EditedTexts(demoFiles, text, new Random(seed, 0));
      const session = await open(demoRoot);
      await session.view([demoRing]);
      for (let number = 1; number <= 9; number++) {
        const { file, text: edited } = texts.next();
        session.edit(file, edited);
        if (number % 3 === 0)
          expect(await seen(session, [demoRing])).toBe(await fresh(demoRoot, [demoRing], texts.open));
      }
      session.dispose();
    }),
    { numRuns: 12 },
  );
}, 120_000);

it('a file closed again is that on disk, whatever was looked at meanwhile', async () => {
  const session = await open(demoRoot);
  const first = await seen(session, [demoRing]);
  const text = readFileSync(join(demoRoot, demoRing), 'utf8');
  session.edit(demoRing, text.replace('if (!virtio_has_dma_quirk(vdev))', 'if (0)'));
  expect(await seen(session, [demoRing])).not.toBe(first);
  session.edit(demoRing, null);
  expect(await seen(session, [demoRing])).toBe(first);
});

it('a file that is not on disk comes and goes', async () => {
  const root = treeOf({ 'drivers/block/a.c': driver });
  const session = await open(root);
  session.edit('drivers/block/b.c', driver.replace('fill(', 'pour('));
  const both = ['drivers/block/a.c', 'drivers/block/b.c'];
  const now = new Map([['drivers/block/b.c', driver.replace('fill(', 'pour(')]]);
  expect(await seen(session, both)).toBe(await fresh(root, both, now));
  session.edit('drivers/block/b.c', null);
  expect(await seen(session, both)).toBe(await fresh(root, both, new Map()));
});

it('a header that a line of code includes anew is read, and left again', async () => {
  const root = treeOf({
    'drivers/block/a.c': driver,
    'include/linux/more.h': '#define VIRTIO_F_VERSION_1 32\n#define VIRTIO_F_MORE 40\n',
  });
  const session = await open(root);
  const file = 'drivers/block/a.c';
  const included = `#include <linux/more.h>\n${driver}`;
  await session.view([file]);
  for (const text of [included, driver, included]) {
    session.edit(file, text);
    expect(await seen(session, [file])).toBe(await fresh(root, [file], new Map([[file, text]])));
  }
});

it('a change on disk is seen once it is told', async () => {
  const root = treeOf({ 'drivers/block/a.c': driver });
  const session = await open(root);
  const before = await seen(session, ['drivers/block/a.c']);
  write(root, 'drivers/block/a.c', driver.replace('if (virtio_has_feature', 'if (!virtio_has_feature'));
  session.changedOnDisk(['drivers/block/a.c']);
  const after = await seen(session, ['drivers/block/a.c']);
  expect(after).not.toBe(before);
  expect(after).toBe(await fresh(root, ['drivers/block/a.c'], new Map()));
});

it('an abandoned view leaves nothing half done', async () => {
  const session = await open(demoRoot);
  const text = readFileSync(join(demoRoot, demoRing), 'utf8');
  const edited = text.replace('if (!virtio_has_dma_quirk(vdev))', 'if (1)');
  for (const limit of [0, 1, 0, 1]) {
    session.edit(demoRing, limit % 2 === 0 ? edited : text);
    let asked = 0;
    expect(await session.view([demoRing], { isObsolete: () => asked++ >= limit })).toBeNull();
  }
  session.edit(demoRing, edited);
  expect(await seen(session, [demoRing])).toBe(
    await fresh(demoRoot, [demoRing], new Map([[demoRing, edited]])),
  );
});

it('keeps its first report for the next session, at the latest when it is finished', async () => {
  const root = treeOf({ 'drivers/block/a.c': driver });
  const cacheDir = mkdtempSync(join(tmpdir(), 'vringside-kept-'));
  folders.push(cacheDir);
  const options = { root, cacheDir, rules: new Map() };
  const files = ['drivers/block/a.c'];
  const texts = new Map([['drivers/block/a.c', driver]]);
  const session = await openSession(options);
  const view = await session.view(files);
  expect(await earlierReport(options, files, texts)).toBeNull();
  await session.finish();
  const kept = await earlierReport(options, files, texts);
  expect(kept?.sites).toEqual(view?.report.sites);
  expect(kept?.findings).toEqual(view?.report.findings);
  session.dispose();
  const other = new Map([['drivers/block/a.c', driver.replace('64', '65')]]);
  expect(await earlierReport(options, files, other)).toBeNull();
});
