/** Runs a tool of this folder that is written in TypeScript: `node test/tools/run.mjs compare-inventory ARGUMENTS`. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const [tool, ...args] = process.argv.slice(2);
if (tool === undefined || !/^[\w-]+$/.test(tool)) {
  console.error('usage: node test/tools/run.mjs TOOL [ARGUMENTS]');
  process.exit(2);
}
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
    external: ['web-tree-sitter', 'tree-sitter', 'tree-sitter-c'],
    logLevel: 'warning',
  });
  process.argv.splice(1, process.argv.length - 1, outfile, ...args);
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile, { force: true });
}
