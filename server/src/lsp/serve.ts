/** The server's life: what it offers the client, and what the client tells it. */
import {
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
import { clientOf } from './client.js';
import { pathOf } from './documents.js';
import { featureCapabilities, registerFeatures } from './features/index.js';
import { registerRequests } from './requests/register.js';
import { Server } from './server.js';

export function serve(connection: Connection): void {
  const server = new Server(connection);
  process.on('uncaughtException', (error) => server.guard.note('the server', error));
  process.on('unhandledRejection', (error) => server.guard.note('the server', error));
  followLife(server);
  followDocuments(server);
  connection.onDidChangeConfiguration(({ settings: sent }) => {
    if (server.client.pullsConfiguration) void pullSettings(server);
    else server.useSettings((sent as { readonly vringside?: unknown } | null)?.vringside ?? sent);
  });
  connection.listen();
}

function followLife(server: Server): void {
  const { connection } = server;
  let phase: 'new' | 'running' | 'ended' = 'new';
  connection.onInitialize((params) => {
    if (phase !== 'new') throw new ResponseError(ErrorCodes.InvalidRequest, 'initialized already');
    phase = 'running';
    return initialize(server, params);
  });
  connection.onInitialized(() => {
    void server.guard
      .answer('set-up', undefined, () => setUp(server))
      .finally(() => server.firstSettings.tell());
    server.status.ready(server.client.runsCommands);
  });
  connection.onShutdown(async () => {
    phase = 'ended';
    server.guard.end();
    await within(server.trees.finish(), LAST_MS);
    server.trees.dispose();
  });
  // What nobody else answers, and what comes at the wrong time.
  connection.onRequest((method) => {
    if (phase === 'new') {
      throw new ResponseError(ErrorCodes.ServerNotInitialized, `${method} before initialize`);
    }
    if (phase === 'ended') throw new ResponseError(ErrorCodes.InvalidRequest, `${method} after shutdown`);
    throw new ResponseError(ErrorCodes.MethodNotFound, `no ${method} here`);
  });
}

/** A client that is closed is not to wait for more than this. */
const LAST_MS = 400;

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((done) => {
    timer = setTimeout(done, ms);
  });
  await Promise.race([work, end]);
  clearTimeout(timer);
}

function initialize(server: Server, params: InitializeParams): InitializeResult {
  const client = clientOf(params);
  const options = (params.initializationOptions ?? {}) as { readonly settings?: unknown };
  server.firstSettings.begin();
  server.begin(client, foldersOf(params), options.settings);
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
}

/** What the client is asked once it may be spoken to. */
async function setUp(server: Server): Promise<void> {
  const { client, connection, trees } = server;
  // First: everything else waits for them.
  await pullSettings(server);
  server.firstSettings.tell();
  if (client.registersConfiguration) {
    await connection.client.register(DidChangeConfigurationNotification.type, { section: 'vringside' });
  }
  if (client.registersWatchers) {
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: '**/*.{c,h}' }, { globPattern: '**/{Makefile,.vringside-baseline.json}' }],
    });
  }
  if (client.workspaceFolders) {
    connection.workspace.onDidChangeWorkspaceFolders(async () => {
      const folders = (await connection.workspace.getWorkspaceFolders()) ?? [];
      trees.useFolders(folders.flatMap(({ uri }) => pathOf(uri) ?? []));
      server.diskChanged.tell();
    });
  }
}

async function pullSettings(server: Server): Promise<void> {
  if (!server.client.pullsConfiguration) return;
  await server.guard.answer('settings', undefined, async () => {
    server.useSettings(await server.connection.workspace.getConfiguration('vringside'));
  });
}

function followDocuments(server: Server): void {
  const { connection, documents, trees, patches } = server;
  connection.onDidOpenTextDocument(({ textDocument }) => {
    const document = documents.open(textDocument);
    if (document === null) return;
    trees.edit(document);
    if (document.kind === 'c') patches.outdate();
    server.documentChanged.tell(document.uri);
  });
  connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
    const document = documents.change(textDocument, contentChanges);
    if (document === null) return;
    trees.edit(document);
    if (document.kind === 'c') patches.outdate();
    server.documentChanged.tell(document.uri);
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    const document = documents.close(textDocument.uri);
    if (document === null) return;
    trees.close(document);
    if (document.kind === 'c') patches.outdate();
    else patches.close(document.uri);
    server.documentChanged.tell(document.uri);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    const paths = changes.flatMap(({ uri }) => pathOf(uri) ?? []);
    server.baselines.forget(paths);
    server.changedOnDisk(paths);
  });
}

function foldersOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): string[] {
  if (workspaceFolders) return workspaceFolders.flatMap(({ uri }) => pathOf(uri) ?? []);
  const path = rootUri ? pathOf(rootUri) : rootPath;
  return path ? [path] : [];
}
