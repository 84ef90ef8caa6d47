// Packs the extension: one .vsix, made of the files that `files` of the root's package.json names.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @returns the path of the package */
export function packExtension(folder = root) {
  const out = join(folder, `${name}-${version}.vsix`);
  const readme = join(root, 'client/dist/README.md');
  // The page stands at the root of the package, its pictures where they are.
  const page = readFileSync(join(root, 'client/README.md'), 'utf8');
  writeFileSync(readme, page.replaceAll('](images/', '](client/images/'));
  const vsce = join(dirname(createRequire(import.meta.url).resolve('@vscode/vsce/package.json')), 'vsce');
  execFileSync(
    process.execPath,
    [
      vsce,
      'package',
      '--no-dependencies',
      '--no-rewrite-relative-links',
      '--allow-missing-repository',
    ].concat(['--readme-path', 'client/dist/README.md'], ['--out', out]),
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(packExtension(process.argv[2]));
