import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { demo, vringside } from './support.js';

const ring = 'drivers/virtio/virtio_ring.c';
const gpu = 'drivers/gpu/drm/virtio/virtgpu_object.c';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-what-if-')));
  cpSync(demo, join(folder, 'tree'), { recursive: true });
  mkdirSync(join(folder, 'cache'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One line of a file replaced, all others its context. */
function patchOf(file: string, from: string, to: string): string {
  const lines = readFileSync(join(demo, file), 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes(from));
  const line = lines[at] ?? '';
  const count = lines.length - 1;
  const hunk = [
    ...lines.slice(0, at).map((text) => ` ${text}`),
    `-${line}`,
    `+${line.replace(from, to)}`,
    ...lines.slice(at + 1, count).map((text) => ` ${text}`),
  ].join('\n');
  return `--- a/${file}\n+++ b/${file}\n@@ -1,${count} +1,${count} @@\n${hunk}\n`;
}

const mends = patchOf(gpu, '!virtio_has_dma_quirk(vdev)', '!virtio_has_dma_quirk(vdev) || xen_domain()');
const breaks = patchOf(ring, '!virtio_has_dma_quirk(vdev)', 'false');

async function whatIf(patch: string, ...args: readonly string[]) {
  writeFileSync(join(folder, 'p.patch'), patch);
  const [command = 'check', ...rest] = args;
  const words = [command, '--what-if', join(folder, 'p.patch'), ...rest];
  return vringside(words, { cwd: join(folder, 'tree'), env: { XDG_CACHE_HOME: join(folder, 'cache') } });
}

describe('--what-if', () => {
  it('shows what a patch changes, and leaves the tree alone', async () => {
    const { status, out, err } = await whatIf(mends);
    expect(err).toBe('');
    expect(out).toMatch(/^Fixed: 1 finding$/m);
    expect(out).toContain('guard-differs-from-core');
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'tree', gpu), 'utf8')).toBe(readFileSync(join(demo, gpu), 'utf8'));
  });

  it('ends with 1 when the patch brings a finding, or makes one worse; what was there does not count', async () => {
    expect((await whatIf(breaks)).status).toBe(1);
    expect((await whatIf(breaks, 'check', '--fail-on', 'never')).status).toBe(0);
    expect((await whatIf(breaks, 'sites')).status).toBe(0);
    expect((await whatIf(breaks, 'check', '--fail-on', 'error')).status).toBe(0);
  });

  it('gives the same bytes whatever the state of the cache and the number of jobs', async () => {
    const first = await whatIf(breaks, 'sites', '--format', 'json');
    expect(await whatIf(breaks, 'sites', '--format', 'json')).toEqual(first);
    expect(await whatIf(breaks, 'sites', '--format', 'json', '--no-cache', '--jobs', '1')).toEqual(first);
    const { findings, sites } = JSON.parse(first.out);
    expect(findings.map((finding: { status: string }) => finding.status)).toContain('changed');
    expect(sites.length).toBeGreaterThan(2);
  });

  it('finds a file that only the patch has, by its name, and a renamed one by its old name', async () => {
    const made = `--- /dev/null\n+++ b/lib/new.c\n@@ -0,0 +1,1 @@\n+int f(void) { return virtio_has_feature(v, VIRTIO_F_ACCESS_PLATFORM); }\n`;
    const report = await whatIf(made, 'sites', '--format', 'json', 'lib/new.c');
    expect(report.err).toBe('');
    expect(JSON.parse(report.out).sites).toMatchObject([
      { change: 'born', before: null, after: { file: 'lib/new.c' } },
    ]);
    const renamed = `diff --git a/${gpu} b/lib/gpu.c\nrename from ${gpu}\nrename to lib/gpu.c\n`;
    const same = JSON.parse((await whatIf(renamed, 'check', '--format', 'json', gpu)).out);
    expect(same).toMatchObject({ findings: [], sites: [] });
    expect(same.after).toEqual(same.before);
  });

  it.each([
    ['no file', '/nowhere.patch', /nowhere\.patch: no such file/],
    ['nothing to apply', 'words\n', /p\.patch: there is no diff in it/],
    [
      'a patch that does not fit',
      breaks.replace(' struct vring_desc {', ' struct other {'),
      /p\.patch:3: hunk 1 does not apply to drivers\/virtio\/virtio_ring\.c: line 7: expected `struct other {`, found `struct vring_desc {`/,
    ],
    [
      'a path that leads out',
      breaks.replaceAll(`b/${ring}`, 'b/../x.c'),
      /"b\/\.\.\/x\.c" is refused: it leads out of the tree/,
    ],
  ])('ends with 3 and says why for %s', async (_, patch, complaint) => {
    const { status, out, err } = patch.startsWith('/')
      ? await vringside(['check', '--what-if', patch, demo])
      : await whatIf(patch);
    expect(err).toMatch(complaint);
    expect(err).not.toMatch(/\n\s+at /);
    expect([status, out]).toEqual([3, '']);
  });

  it('takes the patch from standard input', async () => {
    const { status, out } = await vringside(['check', '--what-if', '-'], {
      cwd: join(folder, 'tree'),
      env: { XDG_CACHE_HOME: join(folder, 'cache') },
      input: mends,
    });
    expect(out).toMatch(/^standard input\n\nFixed: 1 finding$/m);
    expect(status).toBe(0);
  });

  it('says that a path is neither in the tree nor in the patch', async () => {
    const { status, err, out } = await whatIf(mends, 'check', gpu, 'drivers/none.c');
    expect(status).toBe(3);
    expect(err).toContain('drivers/none.c: no such file or folder');
    expect(out).toContain('Fixed: 1 finding');
  });
});
