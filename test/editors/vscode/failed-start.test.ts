/** What a reader sees of a server that does not start: one message, and a way to the log. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkoutRoot } from '../../support/tracked-files.js';
import { isInstalled } from '../support/installed.js';
import { openFile } from './hands.js';
import { makeWorkspace } from './host.js';
import { openWorkbench } from './workbench.js';

/** The extension, with a server that ends at once. */
function brokenExtension(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vringside-broken-'));
  for (const part of ['package.json', 'client/dist', 'client/media']) {
    cpSync(join(checkoutRoot, part), join(folder, part), { recursive: true });
  }
  mkdirSync(join(folder, 'server/dist'), { recursive: true });
  writeFileSync(join(folder, 'server/dist/lsp.js'), 'process.exit(3);\n');
  return folder;
}

it.runIf(isInstalled('chromium', 'chromium'))('a server that cannot start is told of once', async () => {
  const [development, folder] = [brokenExtension(), makeWorkspace()];
  const workbench = await openWorkbench({ folder, development });
  try {
    const { page } = workbench;
    await openFile(page, join(folder, 'drivers/virtio/virtio_ring.c'));
    const message = page.locator('.notification-toast', { hasText: 'the language server did not start' });
    await message.waitFor();
    await page.locator('.activitybar a[aria-label^="vringside"]').click();
    await page.getByText('The language server does not run.').waitFor();
    expect(await page.locator('.notification-toast').count()).toBe(1);
    await message.getByRole('button', { name: 'Show the Log' }).click();
    await page.locator('.panel .output-view, .panel .monaco-editor').first().waitFor();
  } finally {
    await workbench.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
    rmSync(development, { recursive: true, force: true });
  }
});
