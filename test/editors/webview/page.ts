/** The secure-guest view in a browser, with the real handlers behind it: all of the editor but its window. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { pageHtml } from '../../../client/src/secure-guest/html.js';
import type { FromView, ToView, ViewState } from '../../../client/src/secure-guest/messages.js';
import {
  matrixAt,
  type RequestView,
  throughputAnswer,
  traceOf,
} from '../../../server/src/lsp/requests/index.js';
import { checkoutRoot } from '../../support/tracked-files.js';
import { ringFile } from '../../unit/lsp/requests/support.js';
import type { Theme } from './themes.js';

const origin = 'http://view.test';

export interface ViewPage {
  readonly page: Page;
  /** What kinds of questions the view asked, in order. */
  readonly asked: readonly FromView['kind'][];
  /** What the view asked to be opened. */
  readonly opened: readonly string[];
  /** Complaints of the browser: errors, and whatever the content policy stopped. */
  readonly complaints: readonly string[];
  say(message: ToView): Promise<void>;
  close(): Promise<void>;
}

export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.VRINGSIDE_CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--force-color-profile=srgb'] });
}

export interface PageOptions {
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  readonly state?: ViewState;
}

export async function openView(browser: Browser, view: RequestView, options: PageOptions): Promise<ViewPage> {
  const { theme, width, height } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: 'reduce',
    colorScheme: theme.kind.endsWith('light') ? 'light' : 'dark',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  const opened: string[] = [];
  const asked: FromView['kind'][] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/') {
      const [script, style] = [`${origin}/webview.js`, `${origin}/webview.css`];
      const body = pageHtml({ cspSource: origin, script, style });
      return route.fulfill({ contentType: 'text/html', body });
    }
    const contentType = pathname.endsWith('.css') ? 'text/css' : 'text/javascript';
    if (!/^\/webview\.(?:js|css)$/.test(pathname)) {
      complaints.push(`asked for ${pathname}`);
      return route.abort();
    }
    return route.fulfill({
      contentType,
      body: readFileSync(join(checkoutRoot, 'client/dist', pathname.slice(1)), 'utf8'),
    });
  });
  await page.exposeFunction('vringsideAnswers', (message: FromView): Promise<ToView | null> => {
    asked.push(message.kind);
    if (message.kind === 'open')
      opened.push(`${message.location.uri}:${message.location.range.start.line + 1}`);
    return answer(view, message);
  });
  await page.addInitScript(dress, {
    kind: theme.kind,
    variables: theme.variables,
    state: options.state ?? null,
  });
  await page.goto(`${origin}/`);
  return {
    page,
    asked,
    opened,
    complaints,
    say: (message) =>
      page.evaluate((said) => (globalThis as unknown as InPage).postMessage(said, '*'), message),
    close: () => context.close(),
  };
}

async function answer(view: RequestView, message: FromView): Promise<ToView | null> {
  const file = ringFile;
  const offsetAt = ({ line, character }: { line: number; character: number }): number =>
    view.program.lines(file)?.offsetAt({ line: line + 1, column: character + 1 }) ?? 0;
  switch (message.kind) {
    case 'ready':
    case 'open':
      return null;
    case 'matrix': {
      const { number, params, kind } = message;
      const result = await matrixAt(view, { ...params, file, offset: offsetAt(params.position) });
      return { kind, number, result };
    }
    case 'trace': {
      const { number, params, kind } = message;
      const offset = params.position === undefined ? null : offsetAt(params.position);
      return { kind, number, result: traceOf(view, { ...params, file, offset }) };
    }
    case 'throughput': {
      const { number, params, kind } = message;
      return { kind, number, result: throughputAnswer(view, { ...params, file }) };
    }
  }
}

/** What of a browser is used here; the rest of the tests know Node alone. */
interface InPage {
  postMessage(message: unknown, origin: string): void;
  vringsideAnswers(message: unknown): Promise<unknown>;
  acquireVsCodeApi?: () => unknown;
  vringsideState?: () => unknown;
  readonly document: {
    addEventListener(type: string, listener: () => void): void;
    readonly body: { readonly classList: { add(name: string): void } };
    readonly documentElement: { readonly style: { setProperty(name: string, value: string): void } };
  };
}

/** In the page, before its own script: the editor's interface, and its theme as the editor sets it. */
function dress({
  kind,
  variables,
  state,
}: {
  kind: string;
  variables: Readonly<Record<string, string>>;
  state: unknown;
}): void {
  let kept = state;
  const scope = globalThis as unknown as InPage;
  const { document } = scope;
  scope.vringsideState = () => kept;
  scope.acquireVsCodeApi = () => ({
    postMessage: async (message: unknown) => {
      const said = await scope.vringsideAnswers(message);
      if (said !== null) scope.postMessage(said, '*');
    },
    getState: () => kept,
    setState: (next: unknown) => {
      kept = next;
    },
  });
  document.addEventListener('DOMContentLoaded', () => {
    document.body.classList.add(kind);
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty(name, value);
    }
  });
}
