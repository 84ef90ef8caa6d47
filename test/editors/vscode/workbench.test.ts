/** The extension in a reader's hands: mouse, keyboard and eyes. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../../support/tracked-files.js';
import { isInstalled } from '../support/installed.js';
import { goToLine, openFile, runCommand, webview } from './hands.js';
import { makeWorkspace } from './host.js';
import { screenshot } from './screenshots.js';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './workbench.js';

const ring = 'drivers/virtio/virtio_ring.c';
const here = isInstalled('chromium', 'chromium');

interface Opened {
  readonly workbench: Workbench;
  readonly folder: string;
}

async function openRing(
  settings: Readonly<Record<string, unknown>> = {},
  options: Partial<WorkbenchOptions> = {},
): Promise<Opened> {
  const folder = makeWorkspace(settings);
  const workbench = await openWorkbench({ folder, development: checkoutRoot, ...options });
  const { page } = workbench;
  await openFile(page, join(folder, ring));
  await page.getByText('show matrix').first().waitFor();
  return { workbench, folder };
}

async function close({ workbench, folder }: Opened): Promise<void> {
  await workbench.close();
  rmSync(join(folder, '..'), { recursive: true, force: true });
}

/** The lens above a function: VS Code shows it as a link of its own line. */
async function openSecureGuestView({ workbench: { page } }: Opened): Promise<void> {
  await page.locator('.codelens-decoration a', { hasText: 'show matrix' }).first().click();
  await webview(page).getByRole('grid').waitFor();
  await webview(page).getByRole('gridcell', { selected: true }).waitFor();
}

/** What VS Code's page says of scripts and styles that a policy stopped. */
function policyErrors({ workbench }: Opened): string[] {
  return workbench.errors.filter((error) => /Content Security Policy|Refused to/.test(error));
}

describe.runIf(here)('in the workbench', () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openRing({ 'workbench.colorTheme': 'Default Dark Modern' });
  });
  afterAll(() => close(opened));
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await screenshot(opened.workbench.page, `failed: ${task.name}`);
  });

  it('a finding is underlined, with a line above its function', async () => {
    const { page } = opened.workbench;
    await page.locator('.squiggly-warning').first().waitFor();
    await screenshot(page, 'editor');
  });

  it('the list of problems names it', async () => {
    const { page } = opened.workbench;
    await runCommand(page, 'Problems: Focus on Problems View');
    const row = page
      .locator('.markers-panel .monaco-list-row', { hasText: 'secure-guest-unreadable' })
      .first();
    await row.waitFor();
    expect(await row.innerText()).toMatch(/the device faults/);
    await screenshot(page, 'problems');
    await runCommand(page, 'View: Close Panel');
  });

  it('hover shows the table of outcomes', async () => {
    const { page } = opened.workbench;
    await goToLine(page, 23, 16);
    await page.locator('.view-line', { hasText: 'static bool' }).getByText('vring_use_dma_api').hover();
    const hover = page.locator('.monaco-hover:not(.hidden)', { hasText: 'Decision function' });
    await hover.waitFor();
    expect(await hover.locator('table').count()).toBeGreaterThan(0);
    await screenshot(page, 'hover');
    await page.keyboard.press('Escape');
  });

  it('the status of the language says what the server does', async () => {
    const { page } = opened.workbench;
    await page.locator('#status\\.languageStatus').hover();
    const status = page.locator('.monaco-hover:not(.hidden)', { hasText: 'vringside' });
    await status.waitFor();
    expect(await status.innerText()).toMatch(/Linux \d|demo|linux/);
    await screenshot(page, 'status');
    await page.mouse.move(700, 450);
    await page.keyboard.press('Escape');
  });

  it('the view of sites leads to the place', async () => {
    const { page } = opened.workbench;
    await page.locator('.activitybar a[aria-label^="vringside"]').click();
    const row = page.getByRole('treeitem', { name: /vring_map_one_sg\(\)/ }).first();
    await row.waitFor();
    await screenshot(page, 'sites');
    await row.click();
    await page.locator('.editor-statusbar-item, .statusbar-item', { hasText: 'Ln 39' }).first().waitFor();
  });

  it('the quick fix is offered where the finding is', async () => {
    const { page } = opened.workbench;
    await page.locator('.tab.active').click();
    await goToLine(page, 39, 28);
    await page.keyboard.press('Control+.');
    const menu = page.locator('.action-widget');
    await menu.waitFor();
    expect(await menu.innerText()).toMatch(/suppress|vringside-ignore/i);
    await screenshot(page, 'quick-fix');
    await page.keyboard.press('Escape');
  });

  it('a lens opens the secure-guest view, which answers the keyboard', async () => {
    const { page } = opened.workbench;
    await goToLine(page, 23);
    await openSecureGuestView(opened);
    const view = webview(page);
    const chosen = view.getByRole('gridcell', { selected: true });
    const before = await chosen.getAttribute('aria-label');
    await chosen.focus();
    await page.keyboard.press('ArrowDown');
    await view.locator('[aria-selected="true"]:focus').waitFor();
    const after = await chosen.getAttribute('aria-label');
    expect(after).not.toBe(before);
    await page.keyboard.press('Control+Home');
    expect(await chosen.getAttribute('aria-label')).toMatch(/plain guest/);
    await view.getByText(/scene \d+ of \d+/).waitFor();
    await screenshot(page, 'secure-guest-dark');
  });

  it('no policy had to stop anything', () => {
    expect(policyErrors(opened)).toEqual([]);
  });

  it('the walkthrough opens, and its sample works outside the tree', async () => {
    const { page } = opened.workbench;
    await runCommand(page, 'View: Close All Editor Groups');
    await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
    await runCommand(page, 'Welcome: Open Walkthrough...');
    await page.locator('.quick-input-widget input').fill('secure guests');
    await page
      .locator('.quick-input-list .monaco-list-row', { hasText: 'Review a driver' })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Four steps, on a sample').first().waitFor();
    await screenshot(page, 'walkthrough');
    await page.getByRole('button', { name: 'Open the Sample Tree' }).first().click();
    await page.locator('.tab.active[data-resource-name="virtio_ring.c"]').waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
  });

  it('a patch shows its finding on an added line', async () => {
    const { page } = opened.workbench;
    await runCommand(page, 'View: Close All Editor Groups');
    await page.locator('.squiggly-warning').first().waitFor({ state: 'detached' });
    await runCommand(page, 'vringside: Open the Sample Patch');
    await page.locator('.tab.active[data-resource-name="map-tables.patch"]').waitFor();
    await page.locator('.squiggly-warning').first().waitFor();
    await screenshot(page, 'patch');
  });
});

const looks: readonly [string, Readonly<Record<string, unknown>>, Partial<WorkbenchOptions>][] = [
  ['secure-guest-light', { 'workbench.colorTheme': 'Default Light Modern' }, { colorScheme: 'light' }],
  ['secure-guest-contrast', { 'workbench.colorTheme': 'Default High Contrast' }, {}],
  [
    'secure-guest-narrow',
    { 'workbench.colorTheme': 'Default Dark Modern' },
    { size: { width: 760, height: 1100 } },
  ],
];

describe.runIf(here).each(looks)('%s', (name, settings, options) => {
  it('the secure-guest view is whole', async () => {
    const opened = await openRing(settings, options);
    try {
      const { page } = opened.workbench;
      await runCommand(page, 'View: Close Primary Side Bar');
      await openSecureGuestView(opened);
      const view = webview(page);
      await view.getByText(/scene \d+ of \d+/).waitFor();
      await screenshot(page, name);
      // Nothing sticks out sideways: a reader of a narrow panel scrolls in one direction.
      const excess = await view
        .locator('html')
        .evaluate((root) => root.ownerDocument.body.scrollWidth - root.clientWidth);
      expect(excess).toBeLessThanOrEqual(1);
    } finally {
      await close(opened);
    }
  });
});
