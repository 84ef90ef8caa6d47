/**
 * Random edits, requests and malformed messages against the language server:
 * `node test/tools/run.mjs lsp-campaign [--edits 50000] [--seed 1] [--tree demo|6.12] [--client vscode|neovim] [--compare-every 500]
 * [--files FILE,...]`, the files relative to the tree.
 * Exit status: 0 nothing to complain of, 1 something. The texts at the first complaint are left in a folder that is named.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { runCampaign } from '../protocol/campaign/campaign.js';
import { neovim, vscode } from '../protocol/client/index.js';
import { kernelTree } from '../support/kernel-tree.js';
import { checkoutRoot } from '../support/tracked-files.js';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '50000' },
    seed: { type: 'string', default: '1' },
    tree: { type: 'string', default: 'demo' },
    client: { type: 'string', default: 'vscode' },
    files: { type: 'string' },
    'compare-every': { type: 'string', default: '500' },
  },
});

const scratch = mkdtempSync(join(tmpdir(), 'vringside-campaign-'));
let isClean = false;
try {
  const { root, files } = treeOf(values.tree);
  const began = performance.now();
  const rate = (edits: number): string => {
    const seconds = (performance.now() - began) / 1000;
    return `${edits} edits in ${seconds.toFixed(0)} s, ${(edits / seconds).toFixed(0)} a second`;
  };
  const result = await runCampaign({
    root,
    files,
    edits: Number(values.edits),
    seed: Number(values.seed),
    profile: values.client === 'neovim' ? neovim : vscode,
    compareEvery: Number(values['compare-every']),
    onProgress: (edits) => {
      if (edits % 1000 === 0) console.log(rate(edits));
    },
  });
  isClean = result.problems.length === 0;
  for (const problem of result.problems) console.log(problem);
  for (const [uri, text] of result.texts ?? []) writeFileSync(join(scratch, basename(uri)), text);
  console.log(
    `seed ${values.seed}, ${values.tree}, ${values.client}: ${rate(result.edits)}; ${result.requests} requests, ` +
      `${result.comparisons} comparisons with a fresh server, ${result.problems.length} problems`,
  );
  if (!isClean) console.log(`texts: ${scratch}`);
  process.exitCode = isClean ? 0 : 1;
} finally {
  if (isClean) rmSync(scratch, { recursive: true, force: true });
}

function treeOf(name: string): { root: string; files: string[] } {
  if (name === '6.12' || name === '6.1') {
    const root = kernelTree(name);
    if (root === null) throw new Error(`no kernel ${name}`);
    return {
      root,
      files: values.files?.split(',') ?? [
        'drivers/virtio/virtio_ring.c',
        'drivers/net/virtio_net.c',
        'drivers/virtio/virtio.c',
      ],
    };
  }
  const root = join(scratch, 'demo');
  cpSync(join(checkoutRoot, 'fixtures/demo'), root, { recursive: true });
  const drivers = [
    'virtio/virtio_ring.c',
    'virtio/virtio_balloon.c',
    'char/virtio_demo_log.c',
    'gpu/drm/virtio/virtgpu_object.c',
  ];
  return { root, files: [...drivers.map((file) => `drivers/${file}`), 'include/linux/virtio_config.h'] };
}
