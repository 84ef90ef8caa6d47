import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { checkoutRoot } from '../../support/tracked-files.js';

/** Pictures of each run, kept by CI. `VRINGSIDE_IMAGES=client/images` writes those of the extension's page anew. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(checkoutRoot, process.env.VRINGSIDE_IMAGES ?? '.ci/out/screenshots');
  mkdirSync(folder, { recursive: true });
  // The caret blinks, and a mouse that rests somewhere leaves a trace.
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
}
