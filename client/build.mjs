// Bundles the extension and the script of its view into client/dist.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
export const outFolder = join(here, 'dist');

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** Builds aside and moves file by file, so that an editor running meanwhile finds its files whole. */
export async function buildClient() {
  const part = `${outFolder}.part-${process.pid}`;
  try {
    const extension = await build({
      ...common,
      entryPoints: { extension: 'src/extension.ts' },
      outdir: part,
      outExtension: { '.js': '.cjs' },
      platform: 'node',
      // VS Code requires extensions; Node 20 of its first version supported here.
      format: 'cjs',
      target: 'node20.19',
      external: ['vscode'],
      keepNames: true,
    });
    const view = await build({
      ...common,
      entryPoints: [
        { in: 'webview/main.ts', out: 'webview' },
        { in: 'webview/style.css', out: 'webview' },
      ],
      outdir: part,
      platform: 'browser',
      format: 'iife',
      target: 'chrome128',
    });
    writeFileSync(join(part, 'THIRD-PARTY-LICENSES'), licences([extension.metafile, view.metafile]));
    mkdirSync(outFolder, { recursive: true });
    const built = readdirSync(part);
    for (const file of built) renameSync(join(part, file), join(outFolder, file));
    for (const file of readdirSync(outFolder)) {
      if (!built.includes(file)) rmSync(join(outFolder, file), { recursive: true, force: true });
    }
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Of every package whose code is in a bundle: the licences ask to be passed on with copies. */
function licences(metafiles) {
  const folders = new Set();
  for (const { inputs } of metafiles) {
    for (const input of Object.keys(inputs)) {
      const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input) ?? [];
      if (folder !== undefined) folders.add(join(here, folder));
    }
  }
  return [...folders]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      if (file === undefined) throw new Error(`${name} comes without a licence text`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    })
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildClient();
