/** The secure-guest view in a browser: what it shows, the keyboard, its content policy, narrow panels and themes. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RequestView } from '../../../server/src/lsp/requests/index.js';
import { demoView, ringFile } from '../../unit/lsp/requests/support.js';
import { launchBrowser, openView, type PageOptions, type ViewPage } from './page.js';
import { themes } from './themes.js';

let browser: Browser;
let tree: RequestView;
let opened: ViewPage[] = [];

beforeAll(async () => {
  [browser, tree] = await Promise.all([launchBrowser(), demoView()]);
});
afterAll(() => browser?.close());
afterEach(async () => {
  const views = opened;
  opened = [];
  for (const view of views) await view.close();
  // Nothing is stopped by the content policy, nothing fails, in any test.
  expect(views.flatMap(({ complaints }) => complaints)).toEqual([]);
});

/** A view told that the cursor stands on a line (1-based) of virtio_ring.c. */
async function viewAt(line: number, options: Partial<PageOptions> = {}): Promise<ViewPage> {
  const view = await openView(browser, tree, { theme: themes.dark, width: 1280, height: 900, ...options });
  opened.push(view);
  await move(view, line);
  await view.page.locator('.card[aria-selected="true"]').waitFor();
  return view;
}

function move(view: ViewPage, line: number): Promise<void> {
  const at = {
    textDocument: { uri: `file:///demo/${ringFile}` },
    position: { line: line - 1, character: 4 },
  };
  return view.say({ kind: 'place', at });
}

const cell = (platform: string, device: string): string =>
  `[role="gridcell"][aria-label^="${platform}, device ${device}"]`;

describe('what it shows', () => {
  it('the matrix of the function at the cursor, and the worst of its cells first', async () => {
    const { page } = await viewAt(39);
    expect(await page.locator('h1').textContent()).toBe('vring_map_one_sg()');
    expect(await page.locator('.sites').textContent()).toContain('ACCESS_PLATFORM not negotiated');
    const chosen = page.locator('[role="gridcell"][aria-selected="true"]');
    expect(await chosen.getAttribute('aria-label')).toBe(
      "powerpc PEF, device does not offer it: fault; reached: 1 of the function's sites",
    );
    expect(await page.locator(`${cell('AMD SEV-SNP', 'does not offer it')} .word`).textContent()).toBe(
      '-ENODEV',
    );
  });

  it('follows the cursor, and stays where it is pinned', async () => {
    const view = await viewAt(39);
    await move(view, 30);
    await view.page.locator('h1', { hasText: 'vring_use_dma_api()' }).waitFor();
    await view.page.getByRole('button', { name: 'pin' }).click();
    await move(view, 39);
    await view.page.getByRole('button', { name: 'pinned' }).click();
    expect(await view.page.locator('h1').textContent()).toBe('vring_use_dma_api()');
    await move(view, 39);
    await view.page.locator('h1', { hasText: 'vring_map_one_sg()' }).waitFor();
  });

  it('asks again when the text changed, not when the cursor moves within the function, and stays at its scene', async () => {
    const view = await viewAt(39);
    await view.page.locator('.chart, .refusal').waitFor();
    await view.page.locator('.card', { hasText: 'prepares' }).first().click();
    const scene = await view.page.locator('.count').textContent();
    const before = view.asked.length;
    await move(view, 37);
    await view.say({ kind: 'changed' });
    await expect.poll(() => view.asked.slice(before)).toEqual(['matrix', 'trace']);
    expect(await view.page.locator('.count').textContent()).toBe(scene);
  });

  it('the run of the chosen cell: where data stands, what was written and what was seen', async () => {
    const { page } = await viewAt(39);
    await page.locator(cell('powerpc PEF', 'does not offer it')).click();
    await page.locator('.verdict', { hasText: 'powerpc PEF' }).waitFor();
    expect(await page.locator('.hex').textContent()).toContain('device sawnothing');
    expect(await page.locator('.stage').getAttribute('aria-label')).toContain('device reads');
    expect(await page.locator('.count').textContent()).toMatch(/^scene \d+ of \d+$/);
  });

  it('a policy beside the tree, and its cells', async () => {
    const { page } = await viewAt(30);
    await page.getByLabel('Compare with a policy').selectOption('v5.4');
    const ciphertext = page.locator(`${cell('AMD SEV', 'does not offer it')}[aria-label*="ciphertext"]`);
    await ciphertext.click();
    await page.locator('.verdict', { hasText: 'ciphertext' }).waitFor();
    const [wrote, saw] = await page.locator('.hex dd').allTextContents();
    expect(wrote).not.toBe(saw);
    expect(await page.locator('.byte.differs').count()).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Remove policy v5.4' }).click();
    await ciphertext.waitFor({ state: 'detached' });
  });

  it('opens the source of a scene in the editor', async () => {
    const view = await viewAt(39);
    await view.page.locator('.sites .link').click();
    await view.page.locator('.card', { hasText: 'decides' }).click();
    await view.page.locator('.scene .link').click();
    await expect.poll(() => view.opened.length).toBe(2);
    expect(view.opened).toEqual([`file:///demo/${ringFile}:39`, `file:///demo/${ringFile}:32`]);
  });

  it('throughput that answers to the sliders, in a chart and as a table', async () => {
    const { page } = await viewAt(30);
    await page.locator(cell('Intel TDX', 'offers ACCESS_PLATFORM')).click();
    await page.locator('.chart').waitFor();
    const load = page.locator('.load');
    expect(await load.textContent()).toContain('virtio-blk reads on Intel TDX, 32 in flight');
    await page.getByRole('slider', { name: 'in flight' }).fill('10');
    await page.locator('.load', { hasText: '1024 in flight' }).waitFor();
    await page.getByRole('slider', { name: 'bounce pool' }).fill('1');
    await page.locator('.pool-verdict', { hasText: /tight|runs out/ }).waitFor();
    await page.getByLabel('network').check();
    await page.locator('.load', { hasText: 'virtio-net receives' }).waitFor();
    await page.getByText('the figures as a table').click();
    expect(await page.locator('.as-table tbody tr').count()).toBe(10);
    expect(await page.locator('.chart').getAttribute('aria-label')).toContain('held back by');
  });

  it('says why nothing gets through where the device is refused', async () => {
    const { page } = await viewAt(30);
    await page.locator(cell('AMD SEV-SNP', 'does not offer it')).click();
    await page.locator('.refusal', { hasText: '-ENODEV' }).waitFor();
  });
});

describe('the keyboard', () => {
  it('moves through the matrix by arrows, one cell in the tab order', async () => {
    const { page } = await viewAt(39);
    expect(await page.locator('[role="gridcell"][tabindex="0"]').count()).toBe(1);
    await page.locator('[role="gridcell"][tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.verdict', { hasText: 'AMD SEV, a device that does not' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.locator('.verdict', { hasText: 'a legacy device' }).waitFor();
    await page.keyboard.press('Home');
    await page.locator('.verdict', { hasText: 'offers ACCESS_PLATFORM' }).waitFor();
    await page.keyboard.press('Control+End');
    await page.locator('.verdict', { hasText: 'Hyper-V' }).waitFor();
    // At the edge it stays.
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(
      /^Hyper-V.*legacy/,
    );
  });

  it('keeps the focus in the matrix when the cursor moves on', async () => {
    const view = await viewAt(39);
    await view.page.locator('[role="gridcell"][tabindex="0"]').focus();
    await move(view, 30);
    await view.page.locator('h1', { hasText: 'vring_use_dma_api()' }).waitFor();
    expect(await view.page.evaluate('document.activeElement.getAttribute("role")')).toBe('gridcell');
  });

  it('steps through the film, and reaches everything by tabs', async () => {
    const { page } = await viewAt(39);
    await page.locator('.card[tabindex="0"]').focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.count').textContent()).toMatch(/^scene 1 of/);
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.count').textContent()).toMatch(/^scene 2 of/);
    expect(await page.locator('.card[aria-selected="true"]').count()).toBe(1);
    const reached = new Set<string>();
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press('Tab');
      reached.add(
        String(await page.evaluate('document.activeElement.tagName + " " + document.activeElement.type')),
      );
    }
    expect([...reached]).toEqual(
      expect.arrayContaining(['INPUT range', 'SUMMARY undefined', 'SELECT select-one']),
    );
  });
});

describe('for a screen reader', () => {
  it('everything that can be focused has a name, and every picture a text', async () => {
    const { page } = await viewAt(30);
    await page.locator(cell('Intel TDX', 'offers ACCESS_PLATFORM')).click();
    await page.locator('.chart').waitFor();
    const nameless =
      await page.evaluate(`[...document.querySelectorAll('button,select,input,[tabindex],svg[role]')]
      .filter((e) => !(e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.[0]?.textContent.trim()))
      .map((e) => e.outerHTML.slice(0, 120))`);
    expect(nameless).toEqual([]);
    const drawn = await page.evaluate(
      `[...document.querySelectorAll('svg:not([role="img"]):not([aria-hidden="true"])')].length`,
    );
    expect(drawn).toBe(0);
  });

  it('the grid is one: rows in row groups, cells and headers in rows', async () => {
    const { page } = await viewAt(30);
    const shape = await page.evaluate(`(() => {
      const grid = document.querySelector('[role="grid"]');
      const rows = [...grid.querySelectorAll('[role="row"]')];
      return { name: grid.getAttribute('aria-label'), rows: rows.length,
        outside: rows.filter((row) => row.parentElement.getAttribute('role') !== 'rowgroup').length,
        cells: [...grid.querySelectorAll('[role="gridcell"]')].filter((c) => c.parentElement.getAttribute('role') !== 'row').length };
    })()`);
    expect(shape).toEqual({
      name: 'Outcomes: what becomes of data at vring_use_dma_api()',
      rows: 12,
      outside: 0,
      cells: 0,
    });
  });
});

describe('wherever it is shown', () => {
  it.each([320, 480, 640, 1000, 1600])('nothing is wider than a panel of %i pixels', async (width) => {
    const { page } = await viewAt(39, { width, height: 800 });
    const wide = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(wide).toBe(0);
    // The stage stands upright where it would be too small to read.
    expect(await page.locator(width < 480 ? '.stage.tall' : '.stage.wide').count()).toBe(1);
  });

  it.each(Object.entries(themes))('its words can be read in the %s theme', async (_, theme) => {
    const { page } = await viewAt(30, { theme });
    await page.locator(cell('Intel TDX', 'offers ACCESS_PLATFORM')).click();
    await page.locator('.chart').waitFor();
    const poor = await page.evaluate(lowContrast);
    expect(poor).toEqual([]);
  });

  it('begins where it was left', async () => {
    const first = await viewAt(30);
    await first.page.locator(cell('Intel TDX', 'offers ACCESS_PLATFORM')).click();
    await first.page.getByLabel('Compare with a policy').selectOption('v5.4');
    await first.page.locator('[aria-label^="Remove policy"]').waitFor();
    const state = await first.page.evaluate('vringsideState()');
    const again = await openView(browser, tree, {
      theme: themes.dark,
      width: 1280,
      height: 900,
      state: state as NonNullable<PageOptions['state']>,
    });
    opened.push(again);
    await again.page.locator('.verdict', { hasText: 'Intel TDX' }).waitFor();
    expect(await again.page.locator('h1').textContent()).toBe('vring_use_dma_api()');
    expect(await again.page.locator('[aria-label="Remove policy v5.4"]').count()).toBe(1);
  });
});

/**
 * In the page: texts whose contrast with what is behind them is below 4.5 (WCAG 2.1, 1.4.3); colours are blended over their
 * backgrounds. Faded texts of disabled stations, and SVG, are left out: their words stand elsewhere too.
 */
const lowContrast = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const light = ([r, g, b]) => {
    const part = (c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const behind = (element) => {
    const chain = [];
    for (let e = element; e !== null; e = e.parentElement) chain.push(rgba(getComputedStyle(e).backgroundColor));
    return chain.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const poor = [];
  const walker = document.createTreeWalker(document.getElementById('view'), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.textContent.trim() === '' || element.closest('svg,[hidden],option') || !element.checkVisibility()) continue;
    const back = behind(element);
    const [a, b] = [light(over(rgba(getComputedStyle(element).color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(element.className + ': ' + node.textContent.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return [...new Set(poor)];
})()`;
