/** What a user's hands do in the workbench. */
import type { FrameLocator, Page } from 'playwright-core';

const quickInput = '.quick-input-widget:not([style*="display: none"]) input';

/** Types into the quick input: a workbench that is busy swallows keys, and closes what it has just opened. */
async function quickly(page: Page, keys: string, text: string): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await page.keyboard.press(keys);
    try {
      await page.fill(quickInput, text, { timeout: 2000 });
      return;
    } catch {
      await page.keyboard.press('Escape');
    }
  }
  throw new Error(`nothing opens at ${keys}`);
}

async function choose(page: Page, keys: string, text: string): Promise<void> {
  await quickly(page, keys, text);
  await page.waitForSelector('.quick-input-list .monaco-list-row.focused');
  await page.keyboard.press('Enter');
}

/** By its whole path: the search by name needs ripgrep, which VS Code's server here does without. */
export async function openFile(page: Page, file: string): Promise<void> {
  await choose(page, 'Control+P', file);
  const name = file.slice(file.lastIndexOf('/') + 1);
  await page.waitForSelector(`.tab.active[data-resource-name="${name}"]`);
}

/** A command by its title in the palette. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await choose(page, 'F1', `>${title}`);
}

export async function goToLine(page: Page, line: number, column = 1): Promise<void> {
  await quickly(page, 'Control+G', `:${line}:${column}`);
  await page.keyboard.press('Enter');
}

/** The document inside a webview that is open. */
export function webview(page: Page): FrameLocator {
  return page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
}
