/**
 * Runs a tool that is written in TypeScript: `node test/tools/run.mjs compare-inventory ARGUMENTS`, or one of another
 * folder of test/: `node test/tools/run.mjs fuzz/main`.
 */
import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [named, ...args] = process.argv.slice(2);
if (named === undefined || !/^([\w-]+\/)*[\w-]+$/.test(named)) {
  console.error('usage: node test/tools/run.mjs TOOL [ARGUMENTS]');
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const tool = basename(named);
const folder = named === tool ? here : join(here, '..', dirname(named));
// Beside the tool and not in a folder of its own: a bundled module finds the checkout by its own depth in it.
const outfile = join(folder, `.${tool}-${process.pid}.mjs`);
try {
  await build({
    entryPoints: [join(folder, `${tool}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['web-tree-sitter', 'tree-sitter', 'tree-sitter-c', 'playwright-core', 'esbuild'],
    logLevel: 'warning',
  });
  process.argv.splice(1, process.argv.length - 1, outfile, ...args);
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile, { force: true });
}
