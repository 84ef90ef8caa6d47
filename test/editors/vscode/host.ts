import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { checkoutRoot } from '../../support/tracked-files.js';
import type { HostResult } from './suite/harness.js';
import { openWorkbench, type WorkbenchOptions } from './workbench.js';

/** What is under test: the checkout as VS Code would run it from there, or the packed extension, installed. */
export type Subject = { readonly sources: true } | { readonly vsix: string };

/** A copy of the demo tree with settings that keep VS Code's own extensions quiet. */
export function makeWorkspace(settings: Readonly<Record<string, unknown>> = {}): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'vringside-workspace-')), 'linux');
  cpSync(join(checkoutRoot, 'fixtures/demo'), folder, { recursive: true });
  mkdirSync(join(folder, '.vscode'));
  const quiet = {
    'git.enabled': false,
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
    // In a browser it saves after a second: on a busy machine before a test has put the text back.
    'files.autoSave': 'off',
    'extensions.ignoreRecommendations': true,
  };
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify({ ...quiet, ...settings }, null, 2));
  return folder;
}

export function subjectOptions(subject: Subject): Pick<WorkbenchOptions, 'development' | 'vsix'> {
  return 'vsix' in subject ? { vsix: subject.vsix } : { development: checkoutRoot };
}

/** Runs the suite inside VS Code's extension host. */
export async function hostResults(subject: Subject, timeoutMs = 400_000): Promise<readonly HostResult[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'vringside-suite-'));
  const folder = makeWorkspace();
  const result = join(scratch, 'result.json');
  try {
    await build({
      entryPoints: [join(checkoutRoot, 'test/editors/vscode/suite/index.ts')],
      outfile: join(scratch, 'suite/index.js'),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['vscode'],
      logLevel: 'warning',
    });
    // Tests need an extension under development to be run at all; beside an installed one it is an empty one.
    const bystander = join(scratch, 'bystander');
    mkdirSync(bystander);
    writeFileSync(
      join(bystander, 'package.json'),
      JSON.stringify({
        name: 'bystander',
        publisher: 'test',
        version: '0.0.1',
        engines: { vscode: '^1.100.0' },
      }),
    );
    const workbench = await openWorkbench({
      folder,
      development: bystander,
      ...subjectOptions(subject),
      tests: join(scratch, 'suite/index'),
      env: { VRINGSIDE_RESULT: result, XDG_CACHE_HOME: join(scratch, 'cache') },
    });
    try {
      const end = await Promise.race([
        workbench.testsEnd,
        new Promise<null>((done) => setTimeout(() => done(null), timeoutMs).unref()),
      ]);
      if (!existsSync(result))
        throw new Error(
          `no test ran (${end ?? 'no end'}):\n${[...workbench.testLog, ...workbench.errors].join('\n')}`,
        );
      return JSON.parse(readFileSync(result, 'utf8')) as HostResult[];
    } finally {
      await workbench.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}
