/** The secure-guest view: a panel beside the editor, which follows its cursor and asks the server. */
import {
  type CancellationToken,
  CancellationTokenSource,
  type Disposable,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  type WebviewPanelSerializer,
  window,
  workspace,
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
/** After the last edit. */
const CHANGE_MS = 300;

const methods = { matrix: matrixMethod, trace: traceMethod, throughput: throughputMethod } as const;
type Asked = keyof typeof methods;

export class SecureGuestPanel implements Disposable, WebviewPanelSerializer {
  private readonly root: Uri;
  private readonly server: Server;
  private readonly subscriptions: readonly Disposable[];
  private panel: WebviewPanel | null = null;
  private isReady = false;
  /** Said before the page was ready to hear it. */
  private waiting: ToView[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private changeTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly asked = new Map<Asked, CancellationTokenSource>();

  constructor(root: Uri, server: Server) {
    this.root = root;
    this.server = server;
    this.subscriptions = [
      window.registerWebviewPanelSerializer(viewType, this),
      window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      window.onDidChangeActiveTextEditor((editor) => editor !== undefined && this.follow(editor)),
      workspace.onDidChangeTextDocument(({ document }) => this.server.isWatched(document) && this.changed()),
      // Files on disk may have changed, or settings.
      server.onSitesChanged(() => this.changed()),
    ];
  }

  show(at: DocumentPosition | null): void {
    this.open();
    if (at === null) return;
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
    clearTimeout(this.changeTimer);
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const source of this.asked.values()) source.dispose();
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
    // What happened while it was hidden was not told.
    panel.onDidChangeViewState(() => panel.visible && this.changed());
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
    this.timer = setTimeout(() => this.say({ kind: 'place', at }), FOLLOW_MS);
  }

  /** Of a burst of edits the last counts. */
  private changed(): void {
    if (this.panel === null || !this.panel.visible) return;
    clearTimeout(this.changeTimer);
    this.changeTimer = setTimeout(() => this.say({ kind: 'changed' }), CHANGE_MS);
  }

  private say(message: ToView): void {
    if (this.panel === null) return;
    if (this.isReady) void this.panel.webview.postMessage(message);
    else this.waiting.push(message);
  }

  /** The question before of the same kind is not wanted any more. */
  private newest(kind: Asked): CancellationToken {
    this.asked.get(kind)?.cancel();
    this.asked.get(kind)?.dispose();
    const source = new CancellationTokenSource();
    this.asked.set(kind, source);
    return source.token;
  }

  private async hear(message: FromView, webview: Webview): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.isReady = true;
        for (const said of this.waiting.splice(0)) this.say(said);
        return;
      case 'open':
        await openAt(message.location, ViewColumn.One);
        return;
      case 'matrix':
      case 'trace':
      case 'throughput': {
        const { kind, number, params } = message;
        const result = await this.server.ask(methods[kind], params, this.newest(kind));
        // Of the right shape for its kind: what the server says is typed by the protocol.
        await webview.postMessage({ kind, number, result } as ToView);
      }
    }
  }
}
