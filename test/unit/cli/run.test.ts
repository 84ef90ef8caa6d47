import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../server/src/cli/run.js';
import type { Io, RuleInfo, Services } from '../../../server/src/cli/services.js';
import type { NotAnalysed, Report } from '../../../server/src/report/report.js';
import { bypass, feature, finding, reportOf } from '../report/example.js';

const rules: readonly RuleInfo[] = [
  { id: 'dma-bypass-unconditional', level: 'warning', summary: 'always bypasses', page: '# A page\n\nText.' },
  { id: 'guard-differs-from-core', level: 'note', summary: 'differs', page: '# Another' },
];

type AnalyseOptions = Parameters<Services['analyse']>[0];

let folder: string;
let asked: AnalyseOptions[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-cli-')));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(path: string, text = ''): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function kernelAt(path: string): void {
  put(join(path, 'Makefile'), 'VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 1\nEXTRAVERSION =\n');
}

/** Runs the program in the temporary folder; the analysis answers with `report`. */
async function vringside(argv: readonly string[], report: Partial<Report> = {}) {
  let out = '';
  let err = '';
  const io: Io = {
    cwd: folder,
    env: {},
    stdout: { isTTY: false, columns: null },
    stderr: {
      isTTY: false,
      columns: 80,
      write: (text: string | Uint8Array) => {
        err += String(text);
        return true;
      },
    },
    stdin: async function* () {},
    print: (text) => {
      out += text;
      return true;
    },
    version: '9.9.9',
  };
  const services: Services = {
    analyse: async (options) => {
      asked.push(options);
      return reportOf({ tree: { root: options.tree ?? '', kernelVersion: null }, ...report });
    },
    doctor: async (options) => ({
      ...reportOf(),
      tree: { root: options.root, kernelVersion: null },
      files: options.paths.length,
      functions: 1,
      clean: 1,
      unclean: [],
    }),
    rules: async () => rules,
    treePolicy: () => Promise.reject(new Error('no tree is read here')),
    languageServer: () => Promise.reject(new Error('no editor is there')),
    configuration: () => Promise.reject(new Error('no configuration is read here')),
    calibrate: () => Promise.reject(new Error('nothing is measured here')),
  };
  const status = await run(argv, io, services);
  return { status, out, err };
}

describe('exit status', () => {
  it('is 0 without findings, 1 from the level of --fail-on on, and 0 below it', async () => {
    expect((await vringside(['check'])).status).toBe(0);
    expect((await vringside(['check'], { findings: [finding] })).status).toBe(1);
    expect((await vringside(['check', '--fail-on', 'error'], { findings: [finding] })).status).toBe(0);
    expect((await vringside(['check', '--fail-on', 'never'], { findings: [finding] })).status).toBe(0);
    expect((await vringside(['sites'], { findings: [finding] })).status).toBe(0);
  });

  it('is 2 for wrong usage, said on standard error alone', async () => {
    const { status, out, err } = await vringside(['check', '--rule', 'dma-bypass-uncondtional']);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain("no rule 'dma-bypass-uncondtional' (did you mean dma-bypass-unconditional?)");
    expect(asked).toEqual([]);
  });

  it('is 3 when nothing named exists, and nothing is analysed', async () => {
    const { status, err } = await vringside(['check', 'nowhere.c']);
    expect(status).toBe(3);
    expect(err).toBe('vringside: nowhere.c: no such file or folder\n');
    expect(asked).toEqual([]);
  });

  it('is 3 when one of several inputs is missing; the others are analysed and the gap is in the result', async () => {
    put('here.c');
    const { status, out, err } = await vringside(['check', 'here.c', 'gone.c', '--format', 'json']);
    expect(status).toBe(3);
    expect(asked[0]?.paths).toEqual([join(folder, 'here.c')]);
    expect(JSON.parse(out).notAnalysed).toEqual([{ file: 'gone.c', reason: 'no such file or folder' }]);
    expect(err).toContain('gone.c: no such file or folder');
  });

  it('is 3 when a named file was not analysed, and 0 when that happened to a file found in a folder', async () => {
    put('src/blob.c', '\0\0\0');
    const notAnalysed: NotAnalysed[] = [{ file: 'src/blob.c', reason: 'not text' }];
    expect((await vringside(['check', 'src/blob.c', '--tree', '.'], { notAnalysed })).status).toBe(3);
    expect((await vringside(['check', 'src', '--tree', '.'], { notAnalysed })).status).toBe(0);
    const oneFunction = [{ file: 'src/blob.c', reason: 'odd', function: 'f', line: 1 }];
    expect(
      (await vringside(['check', 'src/blob.c', '--tree', '.'], { notAnalysed: oneFunction })).status,
    ).toBe(0);
  });
});

describe('the tree', () => {
  it('is found upwards from the path, through symbolic links', async () => {
    kernelAt('linux');
    put('linux/drivers/virtio/a.c');
    symlinkSync(join(folder, 'linux/drivers/virtio'), join(folder, 'link'));
    await vringside(['check', 'link/a.c']);
    expect(asked[0]?.tree).toBe(join(folder, 'linux'));
    expect(asked[0]?.paths).toEqual([join(folder, 'linux/drivers/virtio/a.c')]);
  });

  it('is the folder that holds all paths where there is no kernel', async () => {
    put('one/deep/a.c');
    put('one/other/b.c');
    await vringside(['sites', 'one/deep/a.c', 'one/other']);
    expect(asked[0]?.tree).toBe(join(folder, 'one'));
  });

  it('is the one given, whole when no path is', async () => {
    put('one/a.c');
    await vringside(['check', '--tree', 'one']);
    expect(asked[0]).toMatchObject({ tree: join(folder, 'one'), paths: [join(folder, 'one')] });
  });

  it('is refused when the paths disagree about it or lie outside', async () => {
    kernelAt('linux');
    put('linux/a.c');
    put('apart/b.c');
    const two = await vringside(['check', 'linux/a.c', 'apart/b.c']);
    expect([two.status, two.err]).toEqual([2, expect.stringContaining('the paths lie in different trees')]);
    const outside = await vringside(['check', '--tree', 'linux', 'apart/b.c']);
    expect([outside.status, outside.err]).toEqual([
      2,
      expect.stringContaining('apart/b.c lies outside the tree'),
    ]);
    const none = await vringside(['check', '--tree', 'nowhere']);
    expect([none.status, none.err]).toEqual([3, 'vringside: --tree nowhere: no such file or folder\n']);
  });
});

describe('what is asked of the analysis', () => {
  it('says nothing of a rule that is left at its own levels', async () => {
    await vringside(['check']);
    await vringside(['check', '--rule', 'guard-differs-from-core']);
    await vringside(['check', '--rule', 'guard-differs-from-core=error']);
    expect(asked.map((options) => Object.fromEntries(options.rules))).toEqual([
      {},
      { 'dma-bypass-unconditional': 'off' },
      { 'guard-differs-from-core': 'error' },
    ]);
  });

  it('has no cache folder with --no-cache', async () => {
    await vringside(['check', '--no-cache']);
    await vringside(['check']);
    expect(asked[0]?.cacheDir).toBeNull();
    expect(asked[1]?.cacheDir).toMatch(/vringside/);
  });
});

describe('what is printed', () => {
  it('is, for check, the findings and only the sites they rest on; for sites, all', async () => {
    const check = JSON.parse((await vringside(['check', '--format', 'json'], { findings: [finding] })).out);
    expect(check.sites.map((site: { id: string }) => site.id)).toEqual([bypass.id]);
    const sites = JSON.parse((await vringside(['sites', '--format', 'json'])).out);
    expect(sites.sites.map((site: { id: string }) => site.id)).toEqual([bypass.id, feature.id]);
  });

  it('goes to --output whole, and leaves no half file behind', async () => {
    const { out, status } = await vringside(['sites', '--format', 'json', '--output', 'r.json']);
    expect([status, out]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(join(folder, 'r.json'), 'utf8')).schema).toBe('vringside/1');
    const bad = await vringside(['sites', '--output', 'no/such/folder/r.json']);
    expect([bad.status, bad.err]).toEqual([2, expect.stringContaining('cannot write')]);
    expect(readdirSync(folder)).toEqual(['r.json']);
  });

  it('has no time in it unless asked, so that two runs give the same bytes', async () => {
    const first = await vringside(['sites']);
    expect(first.out).not.toMatch(/\d s\n$/);
    expect((await vringside(['sites', '--timings'])).out).toMatch(/\d\.\d\d s/);
    expect((await vringside(['sites'])).out).toBe(first.out);
  });

  it('is coloured when asked to, and never otherwise off a terminal', async () => {
    const esc = String.fromCharCode(27);
    expect((await vringside(['sites'])).out).not.toContain(esc);
    expect((await vringside(['sites', '--color', 'always'])).out).toContain(esc);
  });
});

describe('explain', () => {
  it('prints the page on a rule, an outcome and a kind of site', async () => {
    expect((await vringside(['explain', 'dma-bypass-unconditional'])).out).toBe('A page\n\nText.\n');
    expect((await vringside(['explain', 'ciphertext'])).out).toContain('encrypted');
    expect((await vringside(['explain', 'ring_pfn_write'])).out).toContain('page frame number');
  });

  it('lists everything without a topic, also as JSON', async () => {
    const { out } = await vringside(['explain']);
    for (const id of ['guard-differs-from-core', 'bounced', 'has_feature']) expect(out).toContain(`  ${id} `);
    const { topics } = JSON.parse((await vringside(['explain', '--format', 'json'])).out);
    expect(topics.map((topic: { id: string }) => topic.id)).toContain('bounced');
  });

  it('suggests a near word for an unknown one', async () => {
    const { status, err } = await vringside(['explain', 'has_featrue']);
    expect([status, err]).toEqual([2, expect.stringContaining('did you mean has_feature?')]);
  });
});

it('says its version and its help', async () => {
  expect((await vringside(['--version'])).out).toBe('vringside 9.9.9\n');
  const { out } = await vringside(['--help']);
  for (const command of ['check', 'sites', 'doctor', 'explain'])
    expect(out).toContain(`vringside ${command}`);
  expect((await vringside(['sites', '--help'])).out).toContain('--fail-on');
});
