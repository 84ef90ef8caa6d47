/** The server's life: what it offers the client, what the client tells it, and who answers which request. */
import {
  type CancellationToken,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import { toolVersion } from '../report/version.js';
import { type Client, clientOf } from './client.js';
import { Documents, type OpenDocument, pathOf } from './documents.js';
import { featureCapabilities, registerFeatures } from './features/index.js';
import { cancelled, Guard, type Log, modified } from './guarded.js';
import { Patches } from './patches.js';
import { Positions } from './positions.js';
import { registerRequests } from './requests/register.js';
import { defaultSettings, FirstSettings, readSettings, type Settings } from './settings.js';
import { Status } from './status.js';
import { Trees } from './trees.js';
import { type DocumentView, documentView } from './view.js';

/** What features are given of the running server. */
export interface Server {
  readonly connection: Connection;
  readonly client: Client;
  readonly documents: Documents;
  readonly trees: Trees;
  readonly patches: Patches;
  readonly guard: Guard;
  readonly log: Log;
  readonly status: Status;
  readonly settings: () => Settings;
  /**
   * The document as it is analysed now. Null for one that is not open, or is no C file of this machine.
   *
   * @throws {ResponseError} when the request was cancelled, or the document changed while it waited
   */
  readonly viewOf: (uri: string, token: CancellationToken) => Promise<DocumentView | null>;
  /** The view of the text as it is now, if there is one already. */
  readonly currentViewOf: (uri: string) => DocumentView | null;
  /** Called after each analysis, on the tree it was of. */
  readonly onAnalysed: (listener: () => void) => void;
  readonly onDidChangeSettings: (listener: () => void) => void;
  /** Called after files were changed on disk. */
  readonly onDiskChange: (listener: () => void) => void;
  /** Called after a document was opened, changed or closed, or may mean something else because of a file on disk. */
  readonly onDocument: (listener: (uri: string) => void) => void;
}

export function serve(connection: Connection): void {
  const log: Log = {
    error: (message) => connection.console.error(message),
    warn: (message) => connection.console.warn(message),
    info: (message) => connection.console.info(message),
  };
  process.on('uncaughtException', (error) => guard.note('the server', error));
  process.on('unhandledRejection', (error) => guard.note('the server', error));

  const documents = new Documents();
  const analysed: (() => void)[] = [];
  const changedSettings: (() => void)[] = [];
  const changedDocuments: ((uri: string) => void)[] = [];
  const changedDisk: (() => void)[] = [];
  const told = (uri: string): void => {
    for (const listener of changedDocuments) listener(uri);
  };
  let settings: Settings = defaultSettings;
  let phase: 'new' | 'running' | 'ended' = 'new';
  const status = new Status(connection);
  const guard = new Guard(log, (feature) => status.degrade(`${feature} failed; see the log`));
  // Sessions begin with the user's settings, not with others first; a client that never tells them is not waited for long.
  const firstSettings = new FirstSettings();
  const trees = new Trees({
    settings: async () => {
      await firstSettings.known;
      return settings;
    },
    onView: (tree, view, ms) => {
      status.analysed(tree, view.report, ms);
      for (const listener of analysed) listener();
    },
    onWork: (_tree, state) => {
      if (typeof state === 'string') status.work(state);
      else guard.note('analysis', state.failed);
    },
  });

  const patches = new Patches(documents, trees, () => settings);

  const open = (uri: string): OpenDocument | null => {
    const document = documents.get(uri);
    return document === null || document.kind !== 'c' || document.path === null ? null : document;
  };

  const view = (document: OpenDocument, from: ReturnType<Trees['all']>[number], file: string) => {
    const { current } = from;
    if (current === null || document.path === null) return null;
    return documentView({
      uri: document.uri,
      file,
      version: document.text.version,
      positions: new Positions(document.text, server.client.encoding, current.program.lines(file)),
      tree: from,
      ...current,
      settings,
      client: server.client,
      openUri: (other) => uriOfOpen(from.root, other),
    });
  };

  const uriOfOpen = (root: string, file: string): string | null => {
    const found = documents.all().find(({ path, kind }) => {
      if (path === null || kind !== 'c') return false;
      const home = trees.homeOf(path);
      return home.tree.root === root && home.file === file;
    });
    return found?.uri ?? null;
  };

  const base = {
    connection,
    documents,
    trees,
    patches,
    guard,
    log,
    status,
    settings: () => settings,
    viewOf: async (uri: string, token: CancellationToken) => {
      const document = open(uri);
      if (document?.path == null) return null;
      const { version } = document.text;
      const { tree, file } = trees.homeOf(document.path);
      const found = await tree.view(() => token.isCancellationRequested || documents.get(uri) !== document);
      if (token.isCancellationRequested) throw cancelled();
      if (found === null) return null;
      if (document.text.version !== version) throw modified();
      return view(document, tree, file);
    },
    currentViewOf: (uri: string) => {
      const document = open(uri);
      if (document?.path == null) return null;
      const { tree, file } = trees.homeOf(document.path);
      return view(document, tree, file);
    },
    onAnalysed: (listener: () => void) => void analysed.push(listener),
    onDidChangeSettings: (listener: () => void) => void changedSettings.push(listener),
    onDiskChange: (listener: () => void) => void changedDisk.push(listener),
    onDocument: (listener: (uri: string) => void) => void changedDocuments.push(listener),
  };
  let server: Server = { ...base, client: clientOf({ capabilities: {}, processId: null, rootUri: null }) };

  const apply = (raw: unknown): void => {
    const read = readSettings(raw);
    for (const problem of read.problems) log.warn(problem);
    const before = JSON.stringify(settings);
    settings = read.settings;
    if (JSON.stringify(settings) === before) return;
    if (firstSettings.areKnown) {
      trees.restart();
      patches.restart();
    }
    for (const listener of changedSettings) listener();
  };

  const pullSettings = async (): Promise<void> => {
    if (!server.client.pullsConfiguration) return;
    await guard.answer('settings', undefined, async () => {
      apply(await connection.workspace.getConfiguration('vringside'));
    });
  };

  connection.onInitialize((params: InitializeParams): InitializeResult => {
    if (phase !== 'new') throw new ResponseError(ErrorCodes.InvalidRequest, 'initialized already');
    const client = clientOf(params);
    phase = 'running';
    firstSettings.begin();
    server = { ...base, client };
    documents.useEncoding(client.encoding);
    trees.useFolders(foldersOf(params));
    const options = (params.initializationOptions ?? {}) as { readonly settings?: unknown };
    settings = readSettings(options.settings).settings;
    registerFeatures(server);
    registerRequests(server);
    return {
      serverInfo: { name: 'vringside', version: toolVersion },
      capabilities: {
        positionEncoding: client.encoding,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        ...featureCapabilities(client),
      },
    };
  });

  connection.onInitialized(() => {
    const { client } = server;
    void guard
      .answer('set-up', undefined, async () => {
        // Asked first: everything else waits for them.
        await pullSettings();
        firstSettings.tell();
        if (client.registersConfiguration) {
          await connection.client.register(DidChangeConfigurationNotification.type, { section: 'vringside' });
        }
        if (client.registersWatchers) {
          await connection.client.register(DidChangeWatchedFilesNotification.type, {
            watchers: [
              { globPattern: '**/*.{c,h}' },
              { globPattern: '**/{Makefile,.vringside-baseline.json}' },
            ],
          });
        }
        if (client.workspaceFolders) {
          connection.workspace.onDidChangeWorkspaceFolders(async () => {
            const folders = (await connection.workspace.getWorkspaceFolders()) ?? [];
            trees.useFolders(folders.flatMap(({ uri }) => pathOf(uri) ?? []));
          });
        }
      })
      .finally(() => firstSettings.tell());
    status.ready(client.runsCommands);
  });

  connection.onDidChangeConfiguration(({ settings: sent }) => {
    if (server.client.pullsConfiguration) void pullSettings();
    else apply((sent as { readonly vringside?: unknown } | null)?.vringside ?? sent);
  });

  connection.onDidOpenTextDocument(({ textDocument }) => {
    const document = documents.open(textDocument);
    if (document === null) return;
    trees.edit(document);
    if (document.kind === 'c') patches.outdate();
    told(document.uri);
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const document = documents.change(textDocument, contentChanges);
    if (document === null) return;
    trees.edit(document);
    if (document.kind === 'c') patches.outdate();
    told(document.uri);
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    const document = documents.close(textDocument.uri);
    if (document === null) return;
    trees.close(document);
    if (document.kind === 'c') patches.outdate();
    else patches.close(document.uri);
    told(document.uri);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    patches.outdate();
    trees.changedOnDisk(changes.flatMap(({ uri }) => pathOf(uri) ?? []));
    for (const listener of changedDisk) listener();
    for (const { uri } of documents.all()) told(uri);
  });

  connection.onShutdown(() => {
    phase = 'ended';
    guard.end();
    trees.dispose();
  });
  // What nobody else answers, and what comes at the wrong time.
  connection.onRequest((method) => {
    if (phase === 'new')
      throw new ResponseError(ErrorCodes.ServerNotInitialized, `${method} before initialize`);
    if (phase === 'ended') throw new ResponseError(ErrorCodes.InvalidRequest, `${method} after shutdown`);
    throw new ResponseError(ErrorCodes.MethodNotFound, `no ${method} here`);
  });
  connection.listen();
}

function foldersOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): string[] {
  if (workspaceFolders) return workspaceFolders.flatMap(({ uri }) => pathOf(uri) ?? []);
  const path = rootUri ? pathOf(rootUri) : rootPath;
  return path ? [path] : [];
}
