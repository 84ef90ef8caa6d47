/** The life of the language server, and what it is asked beyond the protocol. */
import {
  type CancellationToken,
  commands,
  type Disposable,
  EventEmitter,
  type LogOutputChannel,
  type TextDocument,
  window,
  workspace,
} from 'vscode';
import {
  type DocumentSelector,
  LanguageClient,
  LSPErrorCodes,
  ResponseError,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import {
  commands as clientCommands,
  type ServerStatus,
  sitesChangedMethod,
  statusMethod,
} from '../../server/src/lsp/protocol.js';

/** C files, and patches against them; files on disk, here or on the remote machine this runs on. */
const documents: DocumentSelector = [
  { scheme: 'file', language: 'c' },
  { scheme: 'file', pattern: '**/*.{c,h}' },
  { scheme: 'file', language: 'diff' },
  { scheme: 'file', language: 'mbox' },
  { scheme: 'file', pattern: '**/*.{patch,diff,mbox,mbx}' },
];

/** Of a question whose text changes under it. */
const ATTEMPTS = 3;

const starting: ServerStatus = { state: 'starting', message: '', trees: [], lastMs: null };

/** Says what goes wrong in the log, and in the status: no messages of the library's own. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Server implements Disposable {
  readonly log: LogOutputChannel;
  /** The last that was heard; null while the server does not run. */
  status: ServerStatus | null = null;

  private readonly module: string;
  private client: LanguageClient | null = null;
  private started: Promise<void> = Promise.resolve();
  private readonly statusEmitter = new EventEmitter<ServerStatus | null>();
  private readonly sitesEmitter = new EventEmitter<void>();

  readonly onStatus = this.statusEmitter.event;
  readonly onSitesChanged = this.sitesEmitter.event;

  constructor(module: string, log: LogOutputChannel) {
    this.module = module;
    this.log = log;
  }

  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  /** Says so, once, when the server cannot be started; nothing else here opens a message. */
  async start(): Promise<void> {
    this.client ??= this.create();
    this.show(starting);
    try {
      this.started = this.client.start();
      await this.started;
    } catch (error) {
      this.show(null);
      this.log.error('The language server did not start.', error);
      await this.tellFailure();
    }
  }

  async restart(): Promise<void> {
    if (this.client === null) return this.start();
    this.show(starting);
    if (this.isRunning) {
      // Keeps the client, with all that is registered on it.
      await this.client.restart();
      return;
    }
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    const { client } = this;
    this.client = null;
    await client?.dispose().catch(() => undefined);
    this.show(null);
  }

  /** Null where there is no server to answer, it has no answer, or none is wanted any more. */
  async ask<Result>(method: string, params: object, token?: CancellationToken): Promise<Result | null> {
    // A view that was restored asks before the server can answer.
    await this.started.catch(() => undefined);
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (this.client === null || !this.isRunning || token?.isCancellationRequested) return null;
      try {
        // A token that is not there would be sent as a second parameter.
        return await (token === undefined
          ? this.client.sendRequest<Result>(method, params)
          : this.client.sendRequest<Result>(method, params, token));
      } catch (error) {
        const code = error instanceof ResponseError ? error.code : null;
        // The text changed while the answer was worked out.
        if (code === LSPErrorCodes.ContentModified) continue;
        if (code !== LSPErrorCodes.RequestCancelled) this.log.warn(`${method} was not answered:`, error);
        return null;
      }
    }
    return null;
  }

  /** Whether the server is told of this document. */
  isWatched(document: TextDocument): boolean {
    return document.uri.scheme === 'file' && /\.(?:c|h)$/.test(document.uri.path);
  }

  dispose(): void {
    this.statusEmitter.dispose();
    this.sitesEmitter.dispose();
  }

  private create(): LanguageClient {
    const client = new QuietClient(
      'vringside',
      'vringside',
      {
        run: { module: this.module, transport: TransportKind.ipc },
        debug: {
          module: this.module,
          transport: TransportKind.ipc,
          options: { execArgv: ['--inspect=6118'] },
        },
      },
      {
        documentSelector: documents,
        outputChannel: this.log,
        // Code lenses and hovers may name our commands: they run here.
        initializationOptions: { clientCommands: true },
        diagnosticPullOptions: { onTabs: true },
        markdown: { isTrusted: { enabledCommands: Object.values(clientCommands) }, supportHtml: false },
        initializationFailedHandler: () => false,
      },
    );
    client.onNotification(statusMethod, (status: ServerStatus) => this.show(status));
    client.onNotification(sitesChangedMethod, () => this.sitesEmitter.fire());
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Stopped) this.show(null);
      void this.tellContext();
    });
    return client;
  }

  private show(status: ServerStatus | null): void {
    this.status = status;
    this.statusEmitter.fire(status);
    void this.tellContext();
  }

  private async tellContext(): Promise<void> {
    await commands.executeCommand('setContext', 'vringside.isRunning', this.isRunning);
  }

  private async tellFailure(): Promise<void> {
    const open = 'Show the Log';
    const choice = await window.showErrorMessage('vringside: the language server did not start.', open);
    if (choice === open) this.log.show();
  }
}

/** Settings of the extension, typed where they are read. */
export function settingOf<T>(name: string, fallback: T): T {
  return workspace.getConfiguration('vringside').get<T>(name, fallback);
}
