import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkoutRoot } from '../support/tracked-files.js';
import { named } from './support/findings.js';
import { ring, useSetting } from './support/setting.js';

const setting = useSetting();

it('`npm install -g` of the package gives a `vringside-lsp` that needs nothing else', async () => {
  const folder = setting.folder();
  const npm = (...args: string[]): string =>
    execFileSync('npm', args, { cwd: checkoutRoot, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [packed] = JSON.parse(
    npm('pack', '--json', '--workspace', 'vringside', '--pack-destination', folder),
  ) as { filename: string }[];
  npm('install', '--global', '--prefix', folder, '--offline', join(folder, packed!.filename));
  const root = setting.demo();
  const client = await setting.start({
    roots: [root],
    cwd: folder,
    // Where an editor would find it: by its name, through `env node`.
    command: [join(folder, 'bin/vringside-lsp'), '--stdio'],
  });
  const uri = client.open(join(root, ring));
  expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:39']);
  expect(await client.shutdown()).toEqual({ code: 0, signal: null });
});
