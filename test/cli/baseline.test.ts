import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Report } from '../../server/src/report/report.js';
import { demo, type Result, vringside } from './support.js';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'vringside-baseline-'));
  cpSync(demo, tree, { recursive: true });
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

const gpu = 'drivers/gpu/drm/virtio/virtgpu_object.c';

function check(...args: string[]): Promise<Result> {
  return vringside(['check', '--no-cache', ...args], { cwd: tree });
}

async function checkJson(...args: string[]): Promise<Report> {
  return JSON.parse((await check('--format', 'json', ...args)).out) as Report;
}

/** Another address that nothing guards, at the end of a driver. */
function plant(): void {
  const text = readFileSync(join(tree, gpu), 'utf8');
  writeFileSync(
    join(tree, gpu),
    `${text}\nstatic void planted(struct virtio_device *vdev, struct virtio_gpu_mem_entry *e, void *data)\n{\n\te->addr = cpu_to_le64(virt_to_phys(data));\n}\n`,
  );
}

describe('a baseline', () => {
  it('takes what is there, and then only what is new counts', async () => {
    const before = await check();
    expect(before.status).toBe(1);
    const written = await check('--write-baseline');
    expect(written.err).toMatch(/^vringside: wrote \d+ findings? to \.vringside-baseline\.json\n$/);
    expect(written.status).toBe(0);
    const after = await check();
    expect([after.status, after.err]).toEqual([0, '']);
    expect(after.out).toMatch(/nothing new to report \(\d+ in the baseline\)/);
    expect((await check('--no-baseline')).out).toBe(before.out);
    plant();
    const planted = await check('--fail-on', 'note');
    expect(planted.status).toBe(1);
    expect(planted.out).toContain('planted()');
    expect(planted.out).not.toContain('vring_map_one_sg()');
    const report = await checkJson();
    expect(report.findings.filter((f) => f.status === 'new').map((f) => f.function)).toEqual(['planted']);
    expect(report.findings.filter((f) => f.status === 'existing').length).toBeGreaterThan(0);
  });

  it('says which entries match nothing any more, and is rewritten without them', async () => {
    plant();
    await check('--baseline', 'known.json', '--write-baseline');
    expect(existsSync(join(tree, '.vringside-baseline.json'))).toBe(false);
    const text = readFileSync(join(tree, gpu), 'utf8');
    writeFileSync(join(tree, gpu), text.replace(/static void planted[\s\S]*$/, ''));
    const stale = await check('--baseline', 'known.json');
    expect(stale.out).toContain('1 entry of the baseline matches nothing: --write-baseline rewrites it');
    const report = await checkJson('--baseline', 'known.json');
    expect(report.baseline?.unmatched.map((e) => e.function)).toEqual(['planted']);
    // A run on another part of the tree says nothing of it, and keeps it.
    expect((await checkJson('--baseline', 'known.json', 'drivers/virtio')).baseline?.unmatched).toEqual([]);
    await check('--baseline', 'known.json', '--write-baseline', 'drivers/virtio');
    expect(readFileSync(join(tree, 'known.json'), 'utf8')).toContain('planted');
    await check('--baseline', 'known.json', '--write-baseline');
    expect(readFileSync(join(tree, 'known.json'), 'utf8')).not.toContain('planted');
    expect((await check('--baseline', 'known.json')).out).not.toContain('match');
  });

  it.each([
    [['--baseline', 'absent.json'], '', 3, /^vringside: --baseline absent\.json: no such file/],
    [
      ['--baseline', 'b.json'],
      '{\n"schema": 3 }',
      3,
      /^vringside: b\.json:2: "schema" is 3; this version reads/,
    ],
    [['--baseline', 'b.json', '--write-baseline'], '{\n', 3, /^vringside: b\.json:1: ends where/],
    [['--no-baseline', '--write-baseline'], '', 2, /exclude each other/],
    [['--what-if', 'x.patch', '--baseline', 'b.json'], '', 2, /means nothing with --what-if/],
  ])('refuses %j', async (args, text, status, message) => {
    writeFileSync(join(tree, 'b.json'), text);
    const result = await check(...args);
    expect([result.status, result.out]).toEqual([status, '']);
    expect(result.err).toMatch(message);
  });
});

describe('a suppression comment', () => {
  it('keeps a finding out, and JSON lists it with the reason and the site it rests on', async () => {
    plant();
    const text = readFileSync(join(tree, gpu), 'utf8');
    writeFileSync(
      join(tree, gpu),
      text.replace(
        'static void planted',
        '/* vringside-ignore dma-bypass-unconditional: planted */\nstatic void planted',
      ),
    );
    const report = await checkJson('--rule', 'dma-bypass-unconditional');
    expect(report.findings.map((f) => f.function)).not.toContain('planted');
    expect(report.suppressed.map((f) => [f.function, f.suppression.reason])).toEqual([
      ['planted', 'planted'],
    ]);
    expect(report.sites.map((s) => s.id)).toEqual(
      expect.arrayContaining(report.suppressed.map((f) => f.site)),
    );
    expect((await check('--rule', 'dma-bypass-unconditional')).out).toContain('(1 suppressed)');
  });
});
