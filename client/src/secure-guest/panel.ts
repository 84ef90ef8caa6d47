/** The secure-guest view: a panel beside the editor, which follows its cursor and asks the server. */
import {
  type Disposable,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
} from 'vscode';
import {
  type DocumentPosition,
  matrixMethod,
  type TraceParams,
  throughputMethod,
  traceMethod,
} from '../../../server/src/lsp/protocol.js';
import { openAt } from '../places.js';
import type { Server } from '../server.js';
import { pageHtml } from './html.js';
import type { FromView, ToView } from './messages.js';

export const viewType = 'vringside.secureGuest';

/** After the last movement of the cursor. */
const FOLLOW_MS = 150;

export class SecureGuestPanel implements Disposable, WebviewPanelSerializer {
  private readonly root: Uri;
  private readonly server: Server;
  private readonly subscriptions: readonly Disposable[];
  private panel: WebviewPanel | null = null;
  private isReady = false;
  /** Said before the page was ready to hear it. */
  private waiting: ToView[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: DocumentPosition | null = null;

  constructor(root: Uri, server: Server) {
    this.root = root;
    this.server = server;
    this.subscriptions = [
      window.registerWebviewPanelSerializer(viewType, this),
      window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      window.onDidChangeActiveTextEditor((editor) => editor !== undefined && this.follow(editor)),
      // What the last answer rested on may be another now.
      server.onSitesChanged(() => this.last !== null && this.say({ kind: 'place', at: this.last })),
    ];
  }

  show(at: DocumentPosition | null): void {
    this.open();
    if (at === null) return;
    this.last = at;
    this.say({ kind: 'place', at });
  }

  showCell(cell: TraceParams): void {
    this.open();
    this.say({ kind: 'cell', cell });
  }

  /** After a restart of the window: the page has its state, and asks again. */
  async deserializeWebviewPanel(panel: WebviewPanel): Promise<void> {
    this.adopt(panel);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.panel?.dispose();
  }

  private open(): void {
    if (this.panel !== null) {
      this.panel.reveal(undefined, true);
      return;
    }
    const column = { viewColumn: ViewColumn.Beside, preserveFocus: true };
    this.adopt(
      window.createWebviewPanel(viewType, 'Secure-Guest View', column, {
        enableScripts: true,
        enableFindWidget: true,
      }),
    );
  }

  private adopt(panel: WebviewPanel): void {
    const { webview } = panel;
    this.panel = panel;
    this.isReady = false;
    webview.options = { enableScripts: true, localResourceRoots: [Uri.joinPath(this.root, 'client/dist')] };
    panel.iconPath = Uri.joinPath(this.root, 'client/media/icon.svg');
    webview.onDidReceiveMessage((message: FromView) => this.hear(message, webview));
    panel.onDidDispose(() => {
      this.panel = null;
      this.isReady = false;
      this.waiting = [];
    });
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: this.resource(webview, 'webview.js'),
      style: this.resource(webview, 'webview.css'),
    });
  }

  private resource(webview: Webview, name: string): string {
    return webview.asWebviewUri(Uri.joinPath(this.root, 'client/dist', name)).toString();
  }

  private follow({ document, selection }: NonNullable<typeof window.activeTextEditor>): void {
    if (this.panel === null || !this.panel.visible || !this.server.isWatched(document)) return;
    const { line, character } = selection.active;
    const at = { textDocument: { uri: document.uri.toString() }, position: { line, character } };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.last = at;
      this.say({ kind: 'place', at });
    }, FOLLOW_MS);
  }

  private say(message: ToView): void {
    if (this.panel === null) return;
    if (this.isReady) void this.panel.webview.postMessage(message);
    else this.waiting.push(message);
  }

  private async hear(message: FromView, webview: Webview): Promise<void> {
    const answer = (said: ToView) => webview.postMessage(said);
    switch (message.kind) {
      case 'ready':
        this.isReady = true;
        for (const said of this.waiting.splice(0)) this.say(said);
        return;
      case 'open':
        await openAt(message.location, ViewColumn.One);
        return;
      case 'matrix': {
        const { number, params, kind } = message;
        await answer({ kind, number, result: await this.server.ask(matrixMethod, params) });
        return;
      }
      case 'trace': {
        const { number, params, kind } = message;
        await answer({ kind, number, result: await this.server.ask(traceMethod, params) });
        return;
      }
      case 'throughput': {
        const { number, params, kind } = message;
        await answer({ kind, number, result: await this.server.ask(throughputMethod, params) });
      }
    }
  }
}
