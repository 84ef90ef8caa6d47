import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../server/src/report/report.js';
import { vringside } from '../cli/support.js';
import { type KernelVersion, kernelTree } from '../support/kernel-tree.js';

const versions: readonly KernelVersion[] = ['6.12', '6.1'];

/**
 * What `check` says of a whole tree, each finding read against the source before it was accepted. A change of the tool that
 * changes what it says of real code shows here; `VRINGSIDE_ACCEPT=1` writes the lists anew.
 */
function accepted(version: KernelVersion): string {
  return fileURLToPath(new URL(`findings-${version}.txt`, import.meta.url));
}

/** A finding on one line, with what becomes of its site where it was run. */
function lineOf(finding: Report['findings'][number], report: Report): string {
  const { level, rule, file, function: name, range } = finding;
  const site = report.sites.find(({ id }) => id === finding.site);
  const bad = (site?.outcomes ?? []).filter(({ outcome }) => outcome !== 'direct' && outcome !== 'bounced');
  const outcomes = bad.map((o) => `${o.platform}/${o.device}=${o.outcome}`);
  return [`${level} ${rule} ${file}:${range.start.line} ${name}()`, ...outcomes].join(' ');
}

describe.each(versions)('findings in Linux %s', (version) => {
  const root = kernelTree(version);

  it.skipIf(root === null)('are the accepted ones', async () => {
    const { out } = await vringside(['check', '--no-cache', '--format', 'json', root ?? '']);
    const report = JSON.parse(out) as Report;
    const found = `${report.findings.map((finding) => lineOf(finding, report)).join('\n')}\n`;
    const path = accepted(version);
    if (process.env.VRINGSIDE_ACCEPT === '1') writeFileSync(path, found);
    expect(existsSync(path), path).toBe(true);
    expect(found).toBe(readFileSync(path, 'utf8'));
  });
});
