/**
 * Takes the pictures of the extension's page, in a VS Code without a screen: `node test/tools/run.mjs extension-pictures`.
 * Needs a build, and what the editor tests need.
 */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { goToLine, openFile, runCommand, webview } from '../editors/vscode/hands.js';
import { openWorkbench } from '../editors/vscode/workbench.js';
import { checkoutRoot } from '../support/tracked-files.js';

const images = join(checkoutRoot, 'client/images');
const ring = 'drivers/virtio/virtio_ring.c';

/** Quiet where the pictures are about something else. */
const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.tips.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'breadcrumbs.enabled': false,
};

async function take(
  name: string,
  size: { readonly width: number; readonly height: number },
  arrange: (page: Page, folder: string) => Promise<void>,
): Promise<void> {
  const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'vringside-pictures-'))), 'linux');
  cpSync(join(checkoutRoot, 'fixtures/demo'), folder, { recursive: true });
  mkdirSync(join(folder, '.vscode'));
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify(settings));
  const workbench = await openWorkbench({ folder, development: checkoutRoot, size });
  const { page } = workbench;
  try {
    await arrange(page, folder);
    mkdirSync(images, { recursive: true });
    await page.screenshot({ path: join(images, `${name}.png`) });
    console.log(join(images, `${name}.png`));
  } finally {
    await workbench.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
}

async function openRing(page: Page, folder: string): Promise<void> {
  await openFile(page, join(folder, ring));
  // The lens is there: so are findings and hints.
  await page.waitForSelector('.codelens-decoration a:has-text("show matrix")');
  await page.waitForSelector('.squiggly-warning');
}

async function closeSideBar(page: Page): Promise<void> {
  await runCommand(page, 'View: Toggle Primary Side Bar Visibility');
}

await take('secure-guest-view', { width: 1720, height: 1000 }, async (page, folder) => {
  await openRing(page, folder);
  await closeSideBar(page);
  await goToLine(page, 39, 20);
  await runCommand(page, 'vringside: Show Secure-Guest View');
  const view = webview(page);
  await view.locator('.card[aria-selected="true"]').waitFor();
  await page.waitForTimeout(500);
});

await take('findings', { width: 1440, height: 860 }, async (page, folder) => {
  await openRing(page, folder);
  await page.locator('.activitybar [aria-label^="vringside"]').first().click();
  await page.waitForSelector('[aria-label*="vring_map_one_sg()"]');
  await page.mouse.move(900, 400);
  await runCommand(page, 'Problems: Focus on Problems View');
  await openFile(page, join(folder, ring));
  await goToLine(page, 39, 29);
  await runCommand(page, 'Show or Focus Hover');
  await page.waitForSelector('.monaco-hover:not(.hidden)');
  await page.waitForTimeout(500);
});
