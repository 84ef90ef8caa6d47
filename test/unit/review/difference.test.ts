import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../server/src/report/report.js';
import { plainStyle } from '../../../server/src/report/style.js';
import {
  applyPatches,
  broughtFindings,
  type Difference,
  differenceOf,
  differenceToJson,
  differenceToText,
  readPatches,
} from '../../../server/src/review/index.js';
import { analyseSources } from '../../../server/src/service/analyse.js';
import { gitDiff } from './support.js';

const ring = 'drivers/virtio/virtio_ring.c';
const log = 'drivers/char/virtio_demo_log.c';
const paths = [
  ring,
  log,
  'drivers/virtio/virtio_balloon.c',
  'drivers/gpu/drm/virtio/virtgpu_object.c',
  'include/linux/virtio.h',
  'include/linux/virtio_config.h',
  'include/uapi/linux/virtio_config.h',
];
const tree = new Map(paths.map((path) => [path, readFileSync(join('fixtures/demo', path), 'utf8')]));

let before: Report;
beforeAll(async () => {
  before = await analyseSources(tree);
});

/** A diff of files of the tree from what becomes of their texts. */
function patchOf(edits: Readonly<Record<string, (text: string) => string>>): string {
  return Object.entries(edits)
    .map(([path, edit]) => {
      const text = tree.get(path) ?? '';
      expect(edit(text), path).not.toBe(text);
      return gitDiff(text, edit(text)).replaceAll('/f.c', `/${path}`);
    })
    .join('');
}

async function changedBy(patch: string) {
  const patches = readPatches(patch, 'p');
  const applied = applyPatches(patches, (path) => tree.get(path) ?? null);
  const texts = new Map<string, string>();
  for (const [path, text] of [...tree, ...applied.overlay]) {
    if (text === null) texts.delete(path);
    else texts.set(path, text);
  }
  const difference = differenceOf(before, await analyseSources(texts), applied.files);
  return { difference, done: { patches, applied } };
}

/** The changes in short. */
function summary({ findings, sites }: Difference): string[] {
  const found = findings.flatMap((change) => {
    if (change.status === 'same') return [];
    const { rule, function: name } = change.status === 'fixed' ? change.before : change.after;
    return [`${change.status} ${rule} ${name}()`];
  });
  const changed = sites.map((change) => {
    const { kind, function: name } = change.change === 'gone' ? change.before : change.after;
    return `${change.change} ${change.change === 'changed' ? `${change.aspects.join('+')} ` : ''}${kind} ${name}()`;
  });
  return [...found, ...changed];
}

describe('nothing changes', () => {
  it('when lines only move', async () => {
    const moved = fc.array(fc.tuple(fc.constantFrom(...paths), fc.nat(200), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(moved, async (moves) => {
        const patch = moves
          .filter(([path], index) => moves.findIndex(([other]) => other === path) === index)
          .map(([path, at, count]) => {
            const lines = (tree.get(path) ?? '').split('\n');
            const place = at % lines.length;
            if (lines[place - 1]?.endsWith('\\')) return '';
            lines.splice(place, 0, ...Array.from({ length: count }, () => ''));
            return gitDiff(tree.get(path) ?? '', lines.join('\n')).replaceAll('/f.c', `/${path}`);
          })
          .join('');
        expect(summary((await changedBy(patch)).difference)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it('when a file gets another name, or a function', async () => {
    const rename = `diff --git a/${log} b/drivers/char/log.c\nrename from ${log}\nrename to drivers/char/log.c\n`;
    expect(summary((await changedBy(rename)).difference)).toEqual([]);
    const renamed = patchOf({ [ring]: (text) => text.replaceAll('vring_map_one_sg', 'vring_map_a_segment') });
    expect(
      summary((await changedBy(renamed)).difference).filter((line) => !line.startsWith('changed')),
    ).toEqual([]);
  });
});

describe('a site', () => {
  it('that comes or goes is told, and not taken for its twin', async () => {
    const twin = '\tif (xen_domain())\n\t\t*addr = (dma_addr_t)sg_phys(sg);\n';
    const patch = patchOf({ [ring]: (text) => text.replace('\tif (!vq->use_dma_api) {\n', `${twin}$&`) });
    const { difference } = await changedBy(patch);
    expect(difference.sites.filter(({ change }) => change === 'gone')).toEqual([]);
    const born = difference.sites.flatMap((site) => (site.change === 'born' ? [site.after] : []));
    expect(born.map(({ kind, range }) => [kind, range.start.line])).toContainEqual([
      'cpu_phys_to_device',
      39,
    ]);
    expect(born.map(({ range }) => range.start.line)).not.toContain(41);
  });

  it('that is written otherwise is the same site', async () => {
    const patch = patchOf({ [ring]: (text) => text.replace('sg_phys(sg)', 'page_to_phys(sg_page(sg))') });
    const { difference } = await changedBy(patch);
    expect(summary(difference)).toEqual(['changed expression cpu_phys_to_device vring_map_one_sg()']);
  });
});

describe('a decision that changes', () => {
  const withoutXen = patchOf({
    [ring]: (text) => text.replace('\tif (xen_domain())\n\t\treturn true;\n\n', ''),
  });

  it('changes guards and outcomes where it is used', async () => {
    const { difference, done } = await changedBy(
      patchOf({
        [ring]: (text) => text.replace('if (xen_domain())', 'if (xen_domain() || mem_encrypt_active())'),
      }),
    );
    expect(summary(difference)).toContain('changed guard+outcomes cpu_phys_to_device vring_map_one_sg()');
    const text = differenceToText(difference, done, options);
    expect(text).toMatch(/^p\n\n/);
    expect(text).toContain(
      [
        '  before  ACCESS_PLATFORM not negotiated, and not a Xen guest\n',
        '  after   ACCESS_PLATFORM not negotiated, and memory encryption not active, and not a Xen guest\n',
      ].join(''),
    );
    expect(text).toMatch(/powerpc PEF +no-flag, legacy +fault +not reached\n/);
    expect(broughtFindings(difference)).toEqual([]);
  });

  it('may mend what was found', async () => {
    const mended = {
      'drivers/gpu/drm/virtio/virtgpu_object.c': (text: string) =>
        text.replace('!virtio_has_dma_quirk(vdev)', '$& || xen_domain()'),
    };
    const { difference, done } = await changedBy(patchOf(mended));
    expect(summary(difference)).toContain('fixed guard-differs-from-core virtio_gpu_fill_entries()');
    expect(differenceToText(difference, done, options)).toMatch(/^Fixed: 1 finding$/m);
  });

  it('may lose the data of guests that worked: such a finding is brought by the patch though it was there', async () => {
    const { difference, done } = await changedBy(
      patchOf({
        [ring]: (text) => text.replace('\tif (!virtio_has_dma_quirk(vdev))\n\t\treturn true;\n', ''),
      }),
    );
    expect(broughtFindings(difference).map(({ rule, function: name }) => `${rule} ${name}`)).toContain(
      'secure-guest-unreadable vring_map_one_sg',
    );
    const text = differenceToText(difference, done, options);
    expect(text).toMatch(/AMD SEV-SNP +flag +bounced [\d.-]+x +ciphertext +works today/);
    expect(text).toMatch(
      /^Changed: 1 finding\n\n.* vring_map_one_sg\(\) {2}secure-guest-unreadable {2}warning, worse$/m,
    );
  });

  it('is JSON in one order of keys, the same in every run', async () => {
    const { difference, done } = await changedBy(withoutXen);
    const json = differenceToJson(difference, done);
    const again = await changedBy(withoutXen);
    expect(differenceToJson(again.difference, again.done)).toBe(json);
    const read = JSON.parse(json);
    expect(Object.keys(read).slice(0, 11)).toEqual([
      'schema',
      'tool',
      'tree',
      'patches',
      'moved',
      'skipped',
      'before',
      'after',
      'findings',
      'sites',
      'requests',
    ]);
    expect(read.before.sites).toBe(before.sites.length);
    for (const { change, before: old, after: now, aspects } of read.sites) {
      expect(change).toBe('changed');
      expect(aspects).toContain('guard');
      expect(now.guard.resolved).not.toBe(old.guard.resolved);
      expect(now.range.start.line).toBe(
        old.range.start.line - (old.range.start.line > 28 && old.file === ring ? 3 : 0),
      );
    }
  });
});

describe('requests', () => {
  it('of another size are told, before and after', async () => {
    const driver = 'drivers/char/rng.c';
    const text = (size: number): string => `#include <linux/virtio.h>
struct rng { struct virtqueue *vq; u8 data[${size}]; };
static void rng_post(struct rng *r)
{
	struct scatterlist sg;

	sg_init_one(&sg, r->data, sizeof(r->data));
	virtqueue_add_inbuf(r->vq, &sg, 1, r->data, GFP_KERNEL);
}
`;
    const diff = gitDiff(text(64), text(4096)).replaceAll('/f.c', `/${driver}`);
    const patches = readPatches(diff, 'p');
    const applied = applyPatches(patches, () => text(64));
    const [old, now] = [
      await analyseSources(new Map([...tree, [driver, text(64)]])),
      await analyseSources(new Map([...tree, [driver, text(4096)]])),
    ];
    const difference = differenceOf(old, now, applied.files);
    expect(difference.requests.map(({ change }) => change)).toEqual(['changed']);
    expect(difference.sites).toEqual([]);
    const shown = differenceToText(difference, { patches, applied }, options);
    expect(shown).toMatch(/before\n.*1 mapping of 64 B\n(?:.*\n)*.*after\n.*1 mapping of 4 KiB\n/);
    expect(shown).toMatch(/1 changed request/);
  });
});

const options = {
  style: plainStyle,
  source: (file: string) => tree.get(file)?.split('\n') ?? null,
  sourceBefore: (file: string) => tree.get(file)?.split('\n') ?? null,
  isQuiet: false,
  elapsedMs: null,
  withSites: true,
};
