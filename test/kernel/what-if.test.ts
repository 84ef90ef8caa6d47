/** Patches to real files, with git as the judge of what they make of them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../server/src/report/report.js';
import { applyPatches, diskFiles, readPatches } from '../../server/src/review/index.js';
import { analyse } from '../../server/src/service/analyse.js';
import { vringside } from '../cli/support.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const versions: readonly KernelVersion[] = ['6.12', '6.1'];

const files = [
  'drivers/virtio/virtio_ring.c',
  'drivers/virtio/virtio.c',
  'drivers/block/virtio_blk.c',
  'drivers/net/virtio_net.c',
  'include/linux/virtio_config.h',
  'kernel/dma/swiotlb.c',
];
/** What the decisions of the core hang on, without the rest of a gigabyte. */
const folders = [
  'drivers/virtio',
  'include/linux',
  'include/uapi/linux',
  'kernel/dma',
  'arch/x86/mm',
  'arch/s390/mm',
];

let scratch: string;
beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-what-if-')));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Edit = readonly [at: number, removed: number, added: readonly string[]];

const edits = (most: number) =>
  fc.array(
    fc.tuple(
      fc.nat(6000),
      fc.nat(4),
      fc.array(fc.constantFrom('\treturn 0;', '}', '', '\tint err;', '/* new */'), { maxLength: 3 }),
    ),
    { minLength: 1, maxLength: most },
  );

function edited(text: string, list: readonly Edit[]): string {
  const lines = text.split('\n');
  for (const [at, removed, added] of list) lines.splice(at % lines.length, removed, ...added);
  return lines.join('\n');
}

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text, 'latin1');
}

/** The diff of texts of a tree, as git writes it. */
function diffOf(changes: readonly (readonly [path: string, before: string, after: string])[]): Buffer {
  rmSync(join(scratch, 'diff'), { recursive: true, force: true });
  for (const [path, before, after] of changes) {
    put(join(scratch, 'diff/a'), path, before);
    put(join(scratch, 'diff/b'), path, after);
  }
  const args = ['diff', '--no-index', '--no-prefix', '--no-renames', 'a', 'b'];
  return spawnSync('git', args, { cwd: join(scratch, 'diff'), maxBuffer: 1 << 28 }).stdout;
}

/** The file after `git apply`; null when it refuses. */
function gitApply(path: string, text: string, patch: Buffer): string | null {
  const root = join(scratch, 'apply');
  rmSync(root, { recursive: true, force: true });
  put(root, path, text);
  const { status } = spawnSync('git', ['apply', '-'], { cwd: root, input: patch });
  return status === 0 ? readFileSync(join(root, path), 'utf8') : null;
}

describe.each(versions)('patches to Linux %s', (version) => {
  const root = kernelTree(version) ?? '';

  it.skipIf(root === '')('come out as git apply has them, also where the file has moved on', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.constantFrom(...files), edits(5), edits(3), (path, changes, since) => {
        const text = readFileSync(join(root, path), 'latin1');
        const patch = diffOf([[path, text, edited(text, changes)]]);
        if (patch.length === 0) return;
        const now = edited(text, since);
        const theirs = gitApply(path, now, patch);
        if (theirs === null) return;
        accepted++;
        const { overlay } = applyPatches(readPatches(patch, 'p'), () => Buffer.from(now, 'latin1'));
        expect(overlay.get(path) ?? Buffer.from(now, 'latin1').toString()).toBe(theirs);
      }),
      { numRuns: 60 },
    );
    expect(accepted).toBeGreaterThan(20);
  });

  const whatIf = async (edit: (text: string) => string, ...args: readonly string[]) => {
    const path = 'drivers/virtio/virtio_ring.c';
    const text = readFileSync(join(root, path), 'latin1');
    expect(edit(text)).not.toBe(text);
    const input = diffOf([[path, text, edit(text)]]).toString('latin1');
    return vringside(['sites', '--what-if', '-', '--no-cache', ...args, join(root, 'drivers/virtio')], {
      input,
    });
  };

  it.skipIf(root === '')('change nothing where they only move lines', async () => {
    const { out, status } = await whatIf((text) => text.replace('#include', '/* one */\n/* two */\n$&'));
    expect(out).toMatch(/^standard input\n\nnothing changes; \d+ findings as before in/);
    expect(status).toBe(0);
  });

  it.skipIf(root === '')('to the decision of the ring show at its sites, guest by guest', async () => {
    const edit = (text: string): string =>
      text.replace('if (xen_domain())', 'if (xen_domain() || mem_encrypt_active())');
    const { out, status } = await whatIf(edit, '--platform', 'pef');
    expect(out).toContain(
      [
        '  before  ACCESS_PLATFORM not negotiated, and not a Xen guest\n',
        '  after   ACCESS_PLATFORM not negotiated, and memory encryption not active, and not a Xen guest\n',
      ].join(''),
    );
    expect(out).toMatch(/powerpc PEF +no-flag, legacy +fault +not reached\n(?:.*\n)*.*vring_map_one_sg\(\)/);
    expect(status).toBe(0);
  });

  it.skipIf(root === '')('give the report of a tree to which git has applied them', async () => {
    const tree = join(scratch, version, 'tree');
    const patched = join(scratch, version, 'patched');
    for (const folder of folders) cpSync(join(root, folder), join(tree, folder), { recursive: true });
    for (const file of ['Makefile', ...files]) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      cpSync(join(root, file), join(tree, file));
    }
    cpSync(tree, patched, { recursive: true });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...files), { minLength: 1, maxLength: 3 }),
        edits(4),
        async (paths, changes) => {
          const patch = diffOf(
            paths.map((path) => {
              const text = readFileSync(join(tree, path), 'latin1');
              return [path, text, edited(text, changes)];
            }),
          );
          execFileSync('git', ['apply', '--allow-empty', '-'], { cwd: patched, input: patch });
          const { overlay } = applyPatches(readPatches(patch, 'p'), diskFiles(tree));
          const [ours, theirs] = [await reportOf(tree, overlay), await reportOf(patched, new Map())];
          for (const path of paths) cpSync(join(tree, path), join(patched, path));
          expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
          expect(ours.sites.length).toBeGreaterThan(50);
        },
      ),
      { numRuns: 4 },
    );
  });
});

async function reportOf(root: string, overlay: ReadonlyMap<string, string | null>): Promise<Report> {
  const paths = [join(root, 'drivers')];
  const report = await analyse({
    tree: root,
    paths,
    jobs: 1,
    cacheDir: null,
    rules: new Map(),
    overlay,
    timings: false,
  });
  return { ...report, tree: { ...report.tree, root: '' } };
}
