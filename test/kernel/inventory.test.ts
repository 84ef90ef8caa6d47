/** The built program on two real trees, judged by the hand-labelled inventory beside this file. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../server/src/report/report.js';
import {
  type Comparison,
  compareInventory,
  type Figures,
  figuresOf,
  readInventory,
} from '../support/inventory.js';
import { scopeArguments } from '../support/inventory-scope.js';
import { comparisonText } from '../support/inventory-text.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';
import { checkoutRoot } from '../support/tracked-files.js';

const run = promisify(execFile);

async function sitesIn(root: string): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'vringside-inventory-'));
  try {
    const output = join(folder, 'sites.json');
    const args = ['sites', '--no-cache', '--quiet', '--format', 'json', '--output', output, '--tree', root];
    await run(
      process.execPath,
      [join(checkoutRoot, 'server/dist/cli.js'), ...args, ...scopeArguments(root)],
      {
        cwd: root,
        maxBuffer: 1 << 26,
      },
    );
    return JSON.parse(await readFile(output, 'utf8')) as Report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.each<KernelVersion>(['6.12', '6.1'])('the inventory of Linux %s', (version) => {
  const root = kernelTree(version);
  let comparison: Comparison;
  let figures: Figures;

  beforeAll(async () => {
    if (root === null) return;
    const report = await sitesIn(root);
    comparison = compareInventory(report.sites, readInventory(version), (file) =>
      readFileSync(join(root, file), 'utf8'),
    );
    figures = figuresOf(comparison);
  }, 300_000);

  it.skipIf(root === null).each<[keyof Figures, number]>([
    ['bypassRecall', 0.98],
    ['guestBypassRecall', 0.98],
    ['bypassPrecision', 0.95],
    ['coreRecall', 0.99],
    ['bypassGuards', 0.95],
    ['coreGuards', 0.95],
  ])('%s is at least %d', (figure, least) => {
    expect(figures[figure], comparisonText(comparison, 40)).toBeGreaterThanOrEqual(least);
  });

  it.skipIf(root === null)("puts no guest's kind on the host's or the device's end", () => {
    const found = comparison.precision.wrongEnd.map((m) => `${m.row.file}:${m.row.line} ${m.site.kind}`);
    expect(found).toEqual([]);
  });
});
