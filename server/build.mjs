// Bundles the programs into server/dist: one file each, the wasm files beside them.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
export const outFolder = join(here, 'dist');

/** Programs, worker threads, and the model as a library; a bundle is named after its entry. */
const entries = {
  'calibrate-thread': 'src/calibrate/javascript/thread.ts',
  'check-thread': 'src/lsp/check-thread.ts',
  cli: 'src/cli/main.ts',
  lsp: 'src/lsp/main.ts',
  model: 'src/model/index.ts',
  worker: 'src/service/worker.ts',
};

/** Changes with every change of what is bundled. */
function sourceDigest() {
  const hash = createHash('sha256');
  for (const folder of [join(here, 'src'), join(here, '..', 'grammars', 'src')]) {
    for (const name of readdirSync(folder, { recursive: true }).map(String).sort()) {
      if (name.endsWith('.ts')) hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
    }
  }
  hash.update(readFileSync(join(here, '..', 'package-lock.json')));
  return hash.digest('hex').slice(0, 16);
}

/** Packages whose code or data ends up in the bundle. */
const bundled = [
  'web-tree-sitter',
  'tree-sitter-c',
  'vscode-jsonrpc',
  'vscode-languageserver',
  'vscode-languageserver-protocol',
  'vscode-languageserver-textdocument',
  'vscode-languageserver-types',
  'zod',
];

/** Their licences ask to be passed on with copies. */
function thirdPartyLicences() {
  return bundled
    .map((name) => {
      const folder = packageFolder(name);
      const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const text = readdirSync(folder).find((file) => /^licen[cs]e(?:\.(?:txt|md))?$/i.test(file));
      if (text === undefined) throw new Error(`${name} comes without the text of its licence`);
      return `${name} ${version} (${license})\n\n${readFileSync(join(folder, text), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function packageFolder(name) {
  for (let folder = here; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) throw new Error(`${name} is not installed`);
  }
}

/** Builds aside and moves file by file, so that a program running meanwhile finds its files whole. */
export async function buildServer() {
  const part = `${outFolder}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  try {
    await buildInto(part);
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

async function buildInto(folder) {
  await build({
    absWorkingDir: here,
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    splitting: true,
    chunkNames: 'shared-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'warning',
    define: { VRINGSIDE_BUILD: JSON.stringify(sourceDigest()) },
    // Some bundled CommonJS code asks for `require`.
    banner: {
      js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);",
    },
  });
  for (const [name, file] of [
    ['tree-sitter-c', 'tree-sitter-c.wasm'],
    ['web-tree-sitter', 'web-tree-sitter.wasm'],
  ]) {
    copyFileSync(join(packageFolder(name), file), join(folder, file));
  }
  copyFileSync(join(here, '..', 'docs', 'scenario.schema.json'), join(folder, 'scenario.schema.json'));
  // The pages a diagnostic's code leads to, for editors that show no documents of a server's own.
  copyFileSync(join(here, '..', 'docs', 'rules.md'), join(folder, 'rules.md'));
  copyFileSync(join(here, '..', 'LICENSE'), join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'THIRD-PARTY-LICENSES'), thirdPartyLicences());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildServer();
