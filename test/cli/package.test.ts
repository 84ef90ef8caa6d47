import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { toolVersion } from '../../server/src/report/version.js';
import { checkoutRoot, trackedFiles } from '../support/tracked-files.js';
import { demo } from './support.js';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

let folder: string;
let packed: Packed;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-package-'));
  const args = ['pack', '--json', '--workspace', 'vringside', '--pack-destination', folder];
  const json = execFileSync('npm', args, {
    cwd: checkoutRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [first] = JSON.parse(json) as Packed[];
  if (first === undefined) throw new Error('npm pack made nothing');
  packed = first;
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('holds the bundled programs, the wasm, the schema, the licences, figures and the C of calibrate, and no other source', () => {
  const names = packed.files.map((file) => file.path).filter((path) => !path.startsWith('dist/shared-'));
  expect(names.sort()).toEqual(
    [
      'bin/vringside-lsp.js',
      'bin/vringside.js',
      'dist/LICENSE',
      'dist/THIRD-PARTY-LICENSES',
      'dist/calibrate-thread.js',
      'dist/check-thread.js',
      'dist/cli.js',
      'dist/lsp.js',
      'dist/model.js',
      'dist/rules.md',
      'dist/scenario.schema.json',
      'dist/tree-sitter-c.wasm',
      'dist/web-tree-sitter.wasm',
      'dist/worker.js',
      'package.json',
      ...trackedFiles('server/data').map((file) => file.slice('server/'.length)),
      ...trackedFiles('server/measure').map((file) => file.slice('server/'.length)),
    ].sort(),
  );
  expect(packed.size).toBeLessThan(1_500_000);
});

it('measures with what it brings along: a worker thread, and C for the compiler of the user', () => {
  const program = join(folder, 'package/bin/vringside.js');
  const calibrate = (...args: string[]) => {
    const options = ['model', 'calibrate', '--quick', '--output', join(folder, 'profile.json'), ...args];
    const run = spawnSync(process.execPath, [program, ...options], { cwd: folder, encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, '']);
    return JSON.parse(readFileSync(join(folder, 'profile.json'), 'utf8'));
  };
  const withoutCompiler = calibrate('--no-compiler');
  expect(withoutCompiler.compiler).toBeNull();
  const reasons = withoutCompiler.leftOut.filter(({ figure }: { figure: string }) => figure === 'wakeNs');
  expect(JSON.stringify(reasons)).not.toContain('takes the compiled program');
  // Elsewhere it says so and measures in JavaScript.
  if (process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0) {
    expect(calibrate().withoutCompiler).toBeNull();
  }
});

it('is a library too: the model by itself', () => {
  const script = `
    import { builtinPolicy, deviceOf, runMatrix, runScenario, scenarioOf } from '${join(folder, 'package/dist/model.js')}';
    const scenario = scenarioOf('sev-snp', deviceOf('no-flag'), 'v5.4', 'blk');
    const { cells } = runMatrix({ policies: [builtinPolicy('v6.12')] });
    console.log(runScenario(scenario).outcome, cells.length);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect([run.stdout, run.stderr]).toEqual(['ciphertext 22\n', '']);
});

it('runs where nothing else is installed, with worker threads', () => {
  const program = join(folder, 'package/bin/vringside.js');
  expect(readdirSync(join(folder, 'package'))).not.toContain('node_modules');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  expect(run('--version').stdout).toBe(`vringside ${toolVersion}\n`);
  const doctor = run('doctor', '--jobs', '2', demo);
  expect([doctor.status, doctor.stderr]).toEqual([0, '']);
  expect(doctor.stdout).toContain('all 15 functions understood in 7 files');
  const sites = run('sites', '--no-cache', demo);
  expect([sites.status, sites.stderr]).toEqual([0, '']);
  expect(sites.stdout).toContain('cpu_phys_to_device');
  const matrix = run('model', 'matrix');
  expect([matrix.status, matrix.stderr]).toEqual([0, '']);
});
