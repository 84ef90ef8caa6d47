/** A short run of `test/tools/lsp-campaign.ts`, the same every time but for the clock. */
import { expect, it } from 'vitest';
import { runCampaign } from './campaign/campaign.js';
import { adapted, neovim, vscode } from './client/index.js';
import { balloon, gpu, log, ring, useSetting } from './support/setting.js';

const setting = useSetting();

it.each([
  ['asked for its diagnostics', vscode],
  ['sending its diagnostics', neovim],
  ['speaking UTF-8', adapted(vscode, { 'general.positionEncodings': ['utf-8'] })],
])(
  'a server %s takes 300 random edits, and says what a fresh one says',
  async (_, profile) => {
    const { problems } = await runCampaign({
      root: setting.demo(),
      files: [ring, gpu, log, balloon, 'include/linux/virtio_config.h'],
      edits: 300,
      seed: 20,
      profile,
      compareEvery: 150,
    });
    expect(problems).toEqual([]);
  },
  300_000,
);
