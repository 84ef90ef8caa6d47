import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type CodeServer, ensureCodeServer, installVsix, startCodeServer } from './code-server.js';

const CHROMIUM = process.env.VRINGSIDE_CHROMIUM ?? '/usr/bin/chromium';

export interface WorkbenchOptions {
  /** What is opened. */
  readonly folder: string;
  /** The extension under development: a folder with its manifest. */
  readonly development?: string;
  /** Or one that is packed, installed first. */
  readonly vsix?: string;
  /** A module whose `run()` holds tests for the extension host. */
  readonly tests?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly size?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'dark' | 'light';
}

/** VS Code in a browser without a screen. */
export interface Workbench {
  readonly page: Page;
  /** Console errors of the page, in order. */
  readonly errors: readonly string[];
  /** What tests of the extension host end with. */
  readonly testsEnd: Promise<number>;
  readonly testLog: readonly string[];
  close(): Promise<void>;
}

export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  ensureCodeServer();
  const data = mkdtempSync(join(tmpdir(), 'vringside-vscode-'));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(data, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    if (options.vsix !== undefined) installVsix(data, options.vsix);
    const server = await startCodeServer(data, options.env);
    undo.push(() => server.stop());
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu'],
    });
    undo.push(() => browser.close());
    return { ...(await openPage(browser, server, options)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPage(
  browser: Browser,
  server: CodeServer,
  options: WorkbenchOptions,
): Promise<Omit<Workbench, 'close'>> {
  const context = await browser.newContext({
    viewport: options.size ?? { width: 1440, height: 900 },
    colorScheme: options.colorScheme ?? 'dark',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  const testLog: string[] = [];
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    testLog.push(args.map(String).join(' '));
  });
  const testsEnd = new Promise<number>((done) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => done(code));
  });
  const url = `${server.url}/?${query(server, options)}`;
  // The workbench may load itself again while it is loading: the first answer is enough, and a second call if that was cut off.
  await page.goto(url, { waitUntil: 'commit' }).catch(() => page.goto(url, { waitUntil: 'commit' }));
  await page.waitForSelector('.monaco-workbench .statusbar');
  return { page, errors, testsEnd, testLog };
}

function query(server: CodeServer, options: WorkbenchOptions): string {
  const remote = (path: string): string => `vscode-remote://${new URL(server.url).host}${path}`;
  const payload: [string, string][] = [['skipWelcome', 'true']];
  if (options.development !== undefined)
    payload.push(['extensionDevelopmentPath', remote(options.development)]);
  if (options.tests !== undefined) payload.push(['extensionTestsPath', remote(options.tests)]);
  return new URLSearchParams({ folder: options.folder, payload: JSON.stringify(payload) }).toString();
}
