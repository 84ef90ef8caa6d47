// Bundles the programs into server/dist: one file each, the wasm files beside them.
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
export const outFolder = join(here, 'dist');

/** Programs and worker threads; a bundle is named after its entry. */
const entries = {
  cli: 'src/cli/main.ts',
  worker: 'src/service/worker.ts',
};

export async function buildServer() {
  rmSync(outFolder, { recursive: true, force: true });
  mkdirSync(outFolder, { recursive: true });
  const present = Object.entries(entries).filter(([, path]) => existsSync(join(here, path)));
  await build({
    absWorkingDir: here,
    entryPoints: Object.fromEntries(present),
    outdir: outFolder,
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    // Some bundled CommonJS code asks for `require`.
    banner: {
      js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);",
    },
  });
  copyFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm'), join(outFolder, 'tree-sitter-c.wasm'));
  copyFileSync(
    require.resolve('web-tree-sitter/web-tree-sitter.wasm'),
    join(outFolder, 'web-tree-sitter.wasm'),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildServer();
