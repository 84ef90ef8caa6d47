import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../server/src/report/report.js';
import { analyse } from '../../../server/src/service/analyse.js';

const demo = resolve('fixtures/demo');
const virtio = 'drivers/virtio/virtio_ring.c';
const sources = [
  virtio,
  'drivers/virtio/virtio_balloon.c',
  'drivers/gpu/drm/virtio/virtgpu_object.c',
  'drivers/char/virtio_demo_log.c',
  'include/linux/virtio_config.h',
];

let folder: string;
let tree: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-overlay-')));
  tree = join(folder, 'tree');
  cpSync(demo, tree, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Overlay = ReadonlyMap<string, string | null>;

interface Asked {
  readonly paths?: readonly string[];
  readonly cacheDir?: string | null;
}

async function reportOf(root: string, overlay: Overlay, { paths = [''], cacheDir = null }: Asked = {}) {
  const report = await analyse({
    tree: root,
    paths: paths.map((path) => join(root, path)),
    jobs: 1,
    cacheDir,
    rules: new Map(),
    overlay,
    timings: false,
  });
  return { ...report, tree: { ...report.tree, root: '' } } satisfies Report;
}

/** The report on a copy of the tree that holds what the overlay says. */
async function reportOnCopy(overlay: Overlay, asked: Asked = {}): Promise<Report> {
  const copy = join(folder, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(tree, copy, { recursive: true });
  for (const [path, text] of overlay) {
    rmSync(join(copy, path), { force: true });
    if (text === null) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), text);
  }
  return reportOf(copy, new Map(), asked);
}

function textOf(path: string): string {
  return readFileSync(join(tree, path), 'utf8');
}

/** Lines taken out, doubled or moved; what comes out need not be good C. */
const changed = fc
  .tuple(
    fc.constantFrom(...sources),
    fc.array(fc.tuple(fc.nat(400), fc.nat(3), fc.nat(400)), { maxLength: 4 }),
  )
  .map(([path, edits]): readonly [string, string] => {
    const lines = textOf(path).split('\n');
    for (const [at, count, to] of edits) {
      const cut = lines.slice(at % lines.length, (at % lines.length) + count);
      lines.splice(at % lines.length, count);
      lines.splice(to % lines.length, 0, ...cut, ...cut.slice(1));
    }
    return [path, lines.join('\n')];
  });
const gone = fc.constantFrom(...sources).map((path): readonly [string, null] => [path, null]);
const moved = fc
  .tuple(
    fc.constantFrom(...sources),
    fc.constantFrom('drivers/virtio/added.c', 'drivers/new/added.c', 'lib/x.h'),
  )
  .map(([from, to]): readonly [string, string] => [to, textOf(from)]);

describe('a report on a tree with an overlay', () => {
  it('is that on a tree which holds the texts, byte for byte', async () => {
    const overlays = fc.array(fc.oneof(changed, changed, gone, moved), { minLength: 1, maxLength: 3 });
    const paths = fc.constantFrom([''], ['drivers'], ['drivers/virtio'], [virtio]);
    await fc.assert(
      fc.asyncProperty(overlays, paths, async (entries, asked) => {
        const overlay: Overlay = new Map<string, string | null>(entries);
        if (overlay.get(virtio) === null && asked.some((path) => path === virtio)) return;
        const expected = await reportOnCopy(overlay, { paths: asked });
        expect(JSON.stringify(await reportOf(tree, overlay, { paths: asked }))).toBe(
          JSON.stringify(expected),
        );
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('finds a file and a folder that only the overlay has, and misses one it takes away', async () => {
    const overlay = new Map([
      ['lib/new/added.c', textOf('drivers/virtio/virtio_balloon.c')],
      [virtio, null],
    ]);
    const added = await reportOf(tree, overlay, { paths: ['lib/new'] });
    expect(new Set(added.sites.map(({ file }) => file))).toEqual(new Set(['lib/new/added.c']));
    const missing = await reportOf(tree, overlay, { paths: [virtio] });
    expect(missing.notAnalysed).toContainEqual({ file: virtio, reason: 'no such file or folder' });
  });

  it('has the version that a changed Makefile gives the tree', async () => {
    const overlay = new Map([['Makefile', 'VERSION = 7\nPATCHLEVEL = 1\nSUBLEVEL = 0\n']]);
    expect((await reportOf(tree, overlay)).tree.kernelVersion).toBe('7.1.0');
  });

  it('and one without take nothing from each other through the cache', async () => {
    const cacheDir = join(folder, 'cache');
    const text = textOf(virtio);
    const overlay = new Map([[virtio, text.replace('return true;', 'return false;')]]);
    expect(overlay.get(virtio)).not.toBe(text);
    const asked = { paths: ['drivers'], cacheDir };
    const [before, after] = [await reportOf(tree, new Map(), asked), await reportOf(tree, overlay, asked)];
    expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
    for (let again = 0; again < 2; again++) {
      expect(await reportOf(tree, new Map(), asked)).toEqual(before);
      expect(await reportOf(tree, overlay, asked)).toEqual(after);
    }
    const other = new Map([[virtio, `\n\n${text}`]]);
    expect(await reportOf(tree, other, asked)).toEqual(await reportOf(tree, other, { paths: ['drivers'] }));
  });
});
