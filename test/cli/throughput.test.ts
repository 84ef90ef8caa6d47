import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishedLine, publishedTable } from '../unit/validation/tables.js';
import { vringside } from './support.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-throughput-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Elements that are opened and not closed, or the other way round. */
function unbalanced(xml: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, close = '', name = '', empty = ''] of xml.matchAll(/<(\/?)([a-z][\w:-]*)[^<>]*?(\/?)>/gi)) {
    if (empty === '/') continue;
    if (close === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

describe('options that are none', () => {
  it.each([
    [['throughput', '--depth', '0'], /--depth takes a number from 1 to 65536, not '0'$/],
    [['throughput', '--depth', 'many'], /--depth takes a number from 1 to 65536, not 'many'$/],
    [['throughput', '--queues', '70000'], /--queues takes a number from 1 to 65535, not '70000'$/],
    [['throughput', '--bytes', '4096,x'], /--bytes takes a number from 1 to 16777216, not 'x'$/],
    [['throughput', '--ring-size', '300'], /--ring-size takes a power of two, not '300'$/],
    [
      ['throughput', '--ring', 'pakced'],
      /--ring is one of split, packed, not 'pakced' \(did you mean packed\?\)$/,
    ],
    [['throughput', '--op', 'rx'], /--op is one of read, write, not 'rx'$/],
    [['throughput', '--class', 'net', '--op', 'read'], /--op is one of rx, tx, not 'read'$/],
    [['throughput', '--idle', 'sleep'], /--idle is one of halt, haltpoll, poll, not 'sleep'$/],
    [['throughput', '--completion', 'irq'], /--completion is one of interrupt, poll, not 'irq'$/],
    [['throughput', '--pool', '64M'], /--pool takes SLOTS\[,AREAS\] such as 65536,8, not '64M'$/],
    [['throughput', '--pool', '0'], /--pool takes SLOTS\[,AREAS\] such as 65536,8, not '0'$/],
    [['throughput', '--memory', 'lots'], /--memory takes a size such as 16G, not 'lots'$/],
    [['throughput', '--cpus', '5000'], /--cpus takes a number from 1 to 4096, not '5000'$/],
    [
      ['throughput', '--backend', 'nmve'],
      /no backend 'nmve' \(did you mean nvme\?\); there are nvme, page-cache, .*$/,
    ],
    [['throughput', '--platform', 'sgx'], /no platform 'sgx'/],
    [['throughput', 'tdx'], /'model throughput' takes no 'tdx'$/],
    [['throughput', '--format', 'xml'], /--format.*'?xml/],
    [['pool', '--disks', 'two'], /--disks takes a number from 0 to 10000, not 'two'$/],
    [['pool', '--disk-queues', '0'], /--disk-queues takes a number from 1 to 4096, not '0'$/],
    [['pool', '--pool', '65536,8'], /--pool takes a number from 1 to 16777216, not '65536,8'$/],
    [['pool', 'tdx'], /'model pool' takes no 'tdx'$/],
    [['validate', 'rows.tsv'], /'model validate' takes no 'rows\.tsv'$/],
    [
      ['validate', '--format', 'html'],
      /--format html is not in this version; there are text and json and svg$/,
    ],
  ])('model %j: 2, and nothing is printed', async (args, complaint) => {
    const { status, out, err } = await vringside(['model', ...args]);
    expect([status, out]).toEqual([2, '']);
    expect(err.trim().replace(/ \(see vringside [^)]*\)$/, '')).toMatch(complaint);
  });
});

describe('model throughput', () => {
  it('shows each platform against a plain guest, and says what is by analogy', async () => {
    const { status, out, err } = await vringside(['model', 'throughput']);
    expect([status, err]).toEqual([0, '']);
    for (const name of ['plain guest', 'AMD SEV-SNP', 'Intel TDX', 'arm64 pKVM']) expect(out).toContain(name);
    expect(out).toMatch(/s390-pv, pkvm: no published anchor; parameters by analogy/);
    expect(out).toMatch(/powerpc PEF +fault: nothing gets through/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect((await vringside(['model', 'throughput'])).out).toBe(out);
  });

  it.each(['pef', 's390-pv', 'cca'])('%s: "by analogy" stands beside the figures', async (platform) => {
    const device = platform === 'pef' ? ['--policy', 'v5.4'] : [];
    const args = ['model', 'throughput', '--platform', platform, '--bytes', '4096', ...device];
    const { out } = await vringside(args);
    expect(out).toMatch(/4 KiB .*by analogy$/m);
  });

  it('gives programs the same figures', async () => {
    const args = ['model', 'throughput', '--platform', 'tdx', '--bytes', '4096', '--format', 'json'];
    const { out } = await vringside(args);
    const { schema, throughput } = JSON.parse(out);
    expect(schema).toBe('vringside/1');
    const [row] = throughput.rows;
    expect(row).toMatchObject({ platform: 'tdx', blockBytes: 4096, outcome: 'bounced' });
    const { low, mid, high } = row.estimate.ratio;
    expect([0 < low, low <= mid, mid <= high, high <= 1]).toEqual([true, true, true, true]);
    expect(row.exact).toMatchObject({ maps: 4, bytesToDevice: 4161, bytesFromDevice: 4097, slots: 5 });
    expect(throughput.parameters).toMatch(/^1-[0-9a-f]{8}$/);
  });

  it('takes each option into account', async () => {
    const mid = async (...args: readonly string[]): Promise<number> => {
      const { out, err } = await vringside([
        ...['model', 'throughput', '--platform', 'sev-snp', '--bytes', '65536', '--format', 'json'],
        ...args,
      ]);
      expect(err).toBe('');
      return JSON.parse(out).throughput.rows[0].estimate.requestsPerSecond.mid;
    };
    const usual = await mid();
    expect(await mid('--op', 'write')).toBeGreaterThan(usual);
    expect(await mid('--depth', '1')).toBeLessThan(usual);
    expect(await mid('--completion', 'poll')).toBeGreaterThan(usual);
    expect(await mid('--backend', 'page-cache')).not.toBe(usual);
    expect(await mid('--policy', 'v5.15', '--platform', 'sev')).not.toBe(usual);
    expect(await mid('--queues', '4', '--pool', '32768,1', '--backend', 'instant')).toBeLessThan(
      await mid('--queues', '4', '--pool', '32768', '--backend', 'instant'),
    );
  });

  it('draws it, and makes a page that stands alone', async () => {
    const base = ['model', 'throughput', '--platform', 'sev-snp,tdx', '--bytes', '4096,65536'];
    const svg = (await vringside([...base, '--format', 'svg'])).out;
    expect(svg).toMatch(/^(<\?xml[^>]*>\s*)?<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(unbalanced(svg)).toEqual([]);
    const page = join(folder, 'page.html');
    expect((await vringside([...base, '--format', 'html', '--output', page])).out).toBe('');
    const html = readFileSync(page, 'utf8');
    expect(html).toMatch(/^<!doctype html>.*<\/html>\n$/s);
    expect(html).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect((await vringside([...base, '--format', 'html'])).out).toBe(html);
  });
});

describe('model pool', () => {
  it('names what falls over, and a pool that does not', async () => {
    const args = ['model', 'pool', '--platform', 's390-pv', '--queues', '32', '--ring-size', '1024'];
    const { status, out } = await vringside(args);
    expect(status).toBe(0);
    expect(out).toMatch(/^s390 Protected Virtualization +fails$/m);
    expect(out).toMatch(/at 32 queue pairs of 1024 receive buffers/);
    const option = /swiotlb=(\d+)/.exec(out)?.[1] ?? '';
    const again = await vringside([...args, '--pool', option]);
    expect(again.out).toMatch(/^s390 Protected Virtualization +fits$/m);
    expect(again.out).not.toMatch(/recommended/);
  });

  it('has the size the kernel makes of it', async () => {
    const { out } = await vringside([
      'model',
      'pool',
      '--platform',
      'tdx',
      '--memory',
      '16G',
      '--format',
      'json',
    ]);
    expect(JSON.parse(out).pools[0].pool).toMatchObject({ slots: 524_288, bytes: 2 ** 30 });
  });

  it.each(['svg', 'html'])('as %s', async (format) => {
    const { status, out } = await vringside(['model', 'pool', '--queues', '8', '--format', format]);
    expect(status).toBe(0);
    expect(out).toMatch(format === 'svg' ? /^<svg/ : /^<!doctype html>/);
    if (format === 'svg') expect(unbalanced(out)).toEqual([]);
  });
});

describe('model validate', () => {
  it('says of each target what was reached, and of what is not predicted why', async () => {
    const { status, out } = await vringside(['model', 'validate']);
    expect(status).toBe(0);
    expect(out).toMatch(/^T7 +(met|missed) /m);
    expect(out).toMatch(/no prediction for .*net-hv-1/);
    expect(out).toMatch(
      /powerpc, s390 or Arm CCA: their parameters are by analogy and cannot\s+be\s+validated/,
    );
  });

  it('takes rows of others: what is false is missed, row by row', async () => {
    const rows = put(
      'mine.tsv',
      publishedTable(publishedLine({ id: 'mine-1', native: '250', cvm_or_bounce: '25' })),
    );
    const { status, out } = await vringside(['model', 'validate', '--rows', rows]);
    expect(status).toBe(0);
    expect(out).toMatch(/^T12 +missed /m);
    expect(out).toMatch(/^ *mine-1 .*outside/m);
    const { validation } = JSON.parse(
      (await vringside(['model', 'validate', '--rows', rows, '--format', 'json'])).out,
    );
    const group = validation.groups.find(({ id }: { id: string }) => id === 'T12');
    expect(group).toMatchObject({ verdict: 'missed' });
  });

  it('names file and line of what it cannot read: 3', async () => {
    const bad = put('bad.tsv', publishedTable(publishedLine({ native: 'fast' })));
    const { status, out, err } = await vringside(['model', 'validate', '--rows', bad]);
    expect([status, out]).toEqual([3, '']);
    expect(err).toContain(`${bad}:2: "fast" in column "native" is not a number`);
    const none = await vringside(['model', 'validate', '--rows', join(folder, 'none.tsv')]);
    expect([none.status, none.out]).toEqual([3, '']);
    expect(none.err).toMatch(/none\.tsv: no such file or folder/);
  });

  it('as a picture', async () => {
    const { status, out } = await vringside(['model', 'validate', '--format', 'svg']);
    expect([status, unbalanced(out)]).toEqual([0, []]);
  });
});
