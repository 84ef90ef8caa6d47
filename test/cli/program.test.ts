import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DoctorReport, Report } from '../../server/src/report/report.js';
import { ruleInfos } from '../../server/src/rules/index.js';
import { demo, program, vringside } from './support.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-program-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function sites(...args: string[]): Promise<Report> {
  const { out, err, status } = await vringside(['sites', '--no-cache', '--format', 'json', ...args]);
  expect([status, err]).toEqual([0, '']);
  return JSON.parse(out) as Report;
}

describe('sites', () => {
  it('finds the bypass of a small tree with the condition the ring core decides by', async () => {
    const report = await sites(demo);
    expect(report.schema).toBe('vringside/1');
    expect(report.tree.kernelVersion).toBe('6.12.0-demo');
    const bypass = report.sites.find(
      (site) => site.function === 'vring_map_one_sg' && site.kind === 'cpu_phys_to_device',
    );
    expect(bypass).toMatchObject({
      category: 'bypass',
      file: 'drivers/virtio/virtio_ring.c',
      expression: 'sg_phys(sg)',
    });
    expect(bypass?.range.start.line).toBe(39);
    expect(bypass?.guard?.resolved).toBe('!VIRTIO_F_ACCESS_PLATFORM && !xen_domain()');
    expect(bypass?.guard?.via.map((step) => step.file)).toContain('include/linux/virtio_config.h');
  });

  it('reports on the files asked for, and resolves through the rest of the tree', async () => {
    const report = await sites(join(demo, 'drivers/gpu'));
    expect([...new Set(report.sites.map((site) => site.file))]).toEqual([
      'drivers/gpu/drm/virtio/virtgpu_object.c',
    ]);
    const quirk = report.sites.find((site) => site.kind === 'dma_quirk');
    expect(quirk?.range.start.line).toBe(14);
  });

  it('gives the same bytes for any number of jobs and with a cold, warm and broken cache', async () => {
    const env = { XDG_CACHE_HOME: join(folder, 'cache') };
    const run = async (...args: string[]) =>
      (await vringside(['sites', demo, '--format', 'json', ...args], { env })).out;
    const first = await run('--jobs', '1');
    expect(first.length).toBeGreaterThan(1000);
    expect(await run('--jobs', '4')).toBe(first);
    for (const name of existsSync(env.XDG_CACHE_HOME)
      ? readdirSync(env.XDG_CACHE_HOME, { recursive: true })
      : []) {
      const file = join(env.XDG_CACHE_HOME, String(name));
      try {
        writeFileSync(file, 'not what was written');
      } catch {
        // A folder.
      }
    }
    expect(await run()).toBe(first);
    expect(await run('--no-cache')).toBe(first);
  });

  it('keeps ids when lines move', async () => {
    const before = await sites(demo);
    cpSync(demo, join(folder, 'tree'), { recursive: true });
    const ring = join(folder, 'tree/drivers/virtio/virtio_ring.c');
    writeFileSync(ring, `/* one\n * two\n */\n${readFileSync(ring, 'utf8')}`);
    const after = await sites(join(folder, 'tree'));
    expect(after.sites.map((site) => site.id)).toEqual(before.sites.map((site) => site.id));
  });
});

describe('check', () => {
  it('notes the address in a message that nothing guards', async () => {
    const { status, out } = await vringside(['check', '--no-cache', '--format', 'json', demo]);
    const report = JSON.parse(out) as Report;
    expect(status).toBe(1);
    const finding = report.findings.find((f) => f.function === 'demo_log_probe');
    expect(finding).toMatchObject({
      rule: 'dma-bypass-unconditional',
      level: 'note',
      file: 'drivers/char/virtio_demo_log.c',
    });
    expect(report.sites.map((site) => site.id)).toContain(finding?.site);
  });

  it('reports a driver that asks less than the ring core, against the ring core', async () => {
    const { out } = await vringside([
      'check',
      '--no-cache',
      '--format',
      'json',
      '--rule',
      'guard-differs-from-core',
      demo,
    ]);
    const { findings } = JSON.parse(out) as Report;
    expect([...new Set(findings.map((f) => f.rule))]).toEqual(['guard-differs-from-core']);
    expect(findings[0]?.file).toBe('drivers/gpu/drm/virtio/virtgpu_object.c');
    expect(findings[0]?.related[0]?.file).toBe('drivers/virtio/virtio_ring.c');
  });

  it('is silent and exits with 0 with its rules off, or at never', async () => {
    const off = ruleInfos.flatMap((rule) => ['--rule', `${rule.id}=off`]);
    const quiet = await vringside(['check', '--no-cache', ...off, demo]);
    expect([quiet.status, quiet.err]).toEqual([0, '']);
    expect(quiet.out).toMatch(/^nothing to report/);
    expect((await vringside(['check', '--no-cache', '--fail-on', 'never', demo])).status).toBe(0);
  });
});

describe('inputs that are not a tree of C', () => {
  it('analyses a loose file without a kernel around it', async () => {
    const file = join(folder, 'loose.c');
    writeFileSync(
      file,
      'static void f(struct virtio_device *d)\n{\n\tif (virtio_has_feature(d, VIRTIO_F_VERSION_1))\n\t\tg();\n}\n',
    );
    const report = await sites(file);
    expect(report.tree.kernelVersion).toBeNull();
    expect(report.sites).toMatchObject([
      { kind: 'has_feature', file: 'loose.c', feature: 'VIRTIO_F_VERSION_1' },
    ]);
  });

  it('says that a binary file is not analysed: 3 when it was named, and the rest goes on', async () => {
    mkdirSync(join(folder, 'src'));
    writeFileSync(
      join(folder, 'src/blob.c'),
      Buffer.from(Array.from({ length: 4096 }, (_, i) => ((i * 7919) % 256) & 0x81)),
    );
    writeFileSync(
      join(folder, 'src/good.c'),
      'int virtio_f(struct virtio_device *d) { return virtio_has_feature(d, VIRTIO_F_RING_RESET); }\n',
    );
    const { status, out, err } = await vringside([
      'sites',
      '--no-cache',
      '--format',
      'json',
      join(folder, 'src/blob.c'),
      join(folder, 'src/good.c'),
    ]);
    const report = JSON.parse(out) as Report;
    expect(status).toBe(3);
    expect(err).toMatch(/^vringside: blob\.c: /);
    expect(report.notAnalysed).toMatchObject([{ file: 'blob.c' }]);
    expect(report.sites).toMatchObject([{ file: 'good.c' }]);
  });

  it('says that there is nothing, for an empty folder', async () => {
    const { status, out } = await vringside(['sites', '--no-cache', folder]);
    expect([status, out]).toEqual([0, expect.stringMatching(/^no sites/)]);
  });

  it('exits with 3 for a missing path and 2 for a wrong option, with one line each', async () => {
    const missing = await vringside(['check', 'no/such/file.c']);
    expect([missing.status, missing.out, missing.err]).toEqual([
      3,
      '',
      'vringside: no/such/file.c: no such file or folder\n',
    ]);
    const wrong = await vringside(['check', '--frobnicate']);
    expect([wrong.status, wrong.out, wrong.err.split('\n').length]).toEqual([2, '', 2]);
  });
});

describe('doctor', () => {
  it('counts the functions of a tree and gives the same bytes for any number of jobs', async () => {
    const one = await vringside(['doctor', '--format', 'json', '--jobs', '1', demo]);
    const many = await vringside(['doctor', '--format', 'json', '--jobs', '3', demo]);
    const report = JSON.parse(one.out) as DoctorReport;
    expect(many.out).toBe(one.out);
    expect(report).toMatchObject({ files: 7, functions: 15, clean: 15, unclean: [], notAnalysed: [] });
  });

  it('names a function that does not parse, with line and reason, in both formats', async () => {
    writeFileSync(
      join(folder, 'bad.c'),
      'int good(void)\n{\n\treturn 1;\n}\n\nint bad(int a)\n{\n\treturn a + + ) 3;\n}\n',
    );
    const json = JSON.parse((await vringside(['doctor', '--format', 'json', folder])).out) as DoctorReport;
    expect(json).toMatchObject({
      files: 1,
      functions: 2,
      clean: 1,
      unclean: [{ file: 'bad.c', function: 'bad', line: 6 }],
    });
    const { out, status } = await vringside(['doctor', folder]);
    expect(status).toBe(0);
    expect(out).toContain(json.unclean[0]?.reason);
    expect(out).toContain('1 of 2 functions not understood in full (50.00 %)');
  });
});

describe('as a program among others', () => {
  it('ends quietly when the reader has enough, however much is left', async () => {
    const one = (i: number): string =>
      `int f${i}(struct virtio_device *d)\n{\n\treturn virtio_has_feature(d, VIRTIO_F_VERSION_1);\n}\n`;
    writeFileSync(join(folder, 'many.c'), Array.from({ length: 2000 }, (_, i) => one(i)).join('\n'));
    const args = ['sites', '--no-cache', '--format', 'json', folder];
    const whole = await vringside(args);
    expect(whole.out.length).toBeGreaterThan(500_000);
    expect(JSON.parse(whole.out).sites).toHaveLength(2000);
    const { err, status, out } = await vringside(args, { onData: () => false });
    expect([status, err]).toEqual([0, '']);
    expect(out.length).toBeLessThan(whole.out.length);
  });

  it('prints no colour into a pipe, and colour when told', async () => {
    const esc = String.fromCharCode(27);
    expect((await vringside(['explain', 'fault'])).out).not.toContain(esc);
    expect((await vringside(['explain', 'fault', '--color', 'always'])).out).toContain(esc);
  });

  it('writes nothing into the tree', async () => {
    cpSync(demo, join(folder, 'tree'), { recursive: true });
    const before = readdirSync(join(folder, 'tree'), { recursive: true }).sort();
    await vringside(['check', join(folder, 'tree')], { env: { XDG_CACHE_HOME: join(folder, 'cache') } });
    expect(readdirSync(join(folder, 'tree'), { recursive: true }).sort()).toEqual(before);
  });

  it('runs from any folder', async () => {
    const { out, status } = await vringside(['explain', 'bounced'], { cwd: folder });
    expect([status, out.split('\n')[0]]).toEqual([0, 'bounced']);
  });
});

it('writes into a pipe or a device that is named as the output, and does not put a file in its place', () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const script = `cat '${pipe}' & '${process.execPath}' '${program}' explain fault --output '${pipe}'; wait`;
  const said = execFileSync('sh', ['-c', script], { encoding: 'utf8', timeout: 20_000 });
  expect(said).toMatch(/fault/);
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});
