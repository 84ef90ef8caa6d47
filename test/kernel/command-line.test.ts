import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { siteKind } from '@vringside/grammars/site-kinds';
import { describe, expect, it } from 'vitest';
import type { DoctorReport, Report } from '../../server/src/report/report.js';
import { LineIndex } from '../../server/src/text/line-index.js';
import { vringside } from '../cli/support.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const versions: readonly KernelVersion[] = ['6.12', '6.1'];

/** Folders every function of which must be understood. */
const coreFolders = ['drivers/virtio', 'drivers/vhost', 'drivers/vdpa', 'kernel/dma'];

async function json(...args: string[]): Promise<{ readonly status: number | null; readonly out: string }> {
  const { status, out, err } = await vringside([...args, '--format', 'json']);
  expect(err).toBe('');
  return { status, out };
}

describe.each(versions)('Linux %s on the command line', (version) => {
  const root = kernelTree(version);

  it.skipIf(root === null)('recognises the tree from a folder deep inside', async () => {
    const { status, out } = await json('sites', '--no-cache', join(root ?? '', 'drivers/virtio'));
    const report = JSON.parse(out) as Report;
    expect(status).toBe(0);
    expect(report.tree.kernelVersion).toMatch(new RegExp(`^${version.replace('.', '\\.')}\\.\\d+$`));
    expect(report.sites.length).toBeGreaterThan(100);
    for (const site of report.sites) {
      expect(site.file.startsWith('drivers/virtio/'), site.file).toBe(true);
      expect(siteKind(site.kind)?.category, site.kind).toBe(site.category);
    }
    expect(new Set(report.sites.map((site) => site.id)).size).toBe(report.sites.length);
  });

  it.skipIf(root === null)(
    'points at the lines that hold what it quotes, and at lines that exist',
    async () => {
      const { out } = await json('sites', '--no-cache', join(root ?? '', 'drivers/virtio'));
      const { sites } = JSON.parse(out) as Report;
      const files = new Map<string, { readonly text: string; readonly lines: LineIndex }>();
      const fileOf = (name: string) => {
        const known = files.get(name);
        if (known !== undefined) return known;
        const text = readFileSync(join(root ?? '', name), 'utf8');
        const file = { text, lines: new LineIndex(text) };
        files.set(name, file);
        return file;
      };
      for (const { file, range, expression, guard } of sites) {
        const quoted = fileOf(file)
          .text.split('\n')
          .slice(range.start.line - 1, range.end.line)
          .join('\n');
        expect(squeeze(quoted), `${file}:${range.start.line}`).toContain(squeeze(expression));
        for (const step of guard?.via ?? []) {
          expect(step.line).toBeLessThanOrEqual(fileOf(step.file).lines.lineCount);
        }
      }
    },
  );

  it.skipIf(root === null)('gives the same bytes for one job and for two', async () => {
    const paths = coreFolders.slice(0, 2).map((folder) => join(root ?? '', folder));
    const one = await json('sites', '--no-cache', '--jobs', '1', ...paths);
    const two = await json('sites', '--no-cache', '--jobs', '2', ...paths);
    expect(two.out).toBe(one.out);
  });

  it.skipIf(root === null)(
    'understands every function of the virtio core, vhost, vDPA and the DMA layer',
    async () => {
      const { status, out } = await json('doctor', ...coreFolders.map((folder) => join(root ?? '', folder)));
      const report = JSON.parse(out) as DoctorReport;
      expect(status).toBe(0);
      expect(report.unclean).toEqual([]);
      expect(report.functions).toBeGreaterThan(1500);
      expect(report.clean).toBe(report.functions);
    },
  );
});

/** Without layout, comments and parentheses that carry no meaning. */
function squeeze(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\\\n|[\s()]+/g, '');
}
