/** The requests of our own on the connection, and the word that what the tree of sites shows has changed. */
import { createHash } from 'node:crypto';
import { type CancellationToken, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { cancelled, modified } from '../guarded.js';
import {
  checkWorkspaceMethod,
  type FileSites,
  type MatrixParams,
  matrixMethod,
  type SitesParams,
  type SitesResult,
  sitesChangedMethod,
  sitesMethod,
  type ThroughputParams,
  type TopicsResult,
  type TraceParams,
  throughputMethod,
  topicsMethod,
  traceMethod,
} from '../protocol.js';
import type { Server } from '../server.js';
import type { DocumentView } from '../view.js';
import { matrixAt, type Pause } from './matrix.js';
import { fileSites } from './sites.js';
import { throughputAnswer } from './throughput.js';
import { topics } from './topics.js';
import { traceOf } from './trace.js';
import type { RequestView } from './view.js';

/** Milliseconds between two words on the sites. */
const INTERVAL_MS = 300;

export function registerRequests(server: Server): void {
  const { connection, guard } = server;

  /** Null for a document we say nothing about. */
  const fromView = <P extends { readonly textDocument: { readonly uri: string } }, T extends object>(
    method: string,
    give: (view: DocumentView, params: P, pause: Pause) => T | Promise<T>,
  ): void => {
    connection.onRequest(
      method,
      (params: P, token: CancellationToken): Promise<object | null> =>
        guard.answer<object | null>(method, null, async () => {
          const view = await server.viewOf(params.textDocument.uri, token);
          if (view === null) return null;
          return named(() => give(view, params, () => breath(server, view, token)));
        }),
    );
  };

  fromView(matrixMethod, (view, { position, ...asked }: MatrixParams, pause) =>
    matrixAt(
      requestView(view),
      { ...asked, file: view.file, offset: view.positions.offsetOf(position) },
      pause,
    ),
  );
  fromView(traceMethod, (view, { position, ...asked }: TraceParams) =>
    traceOf(requestView(view), {
      ...asked,
      file: view.file,
      offset: position === undefined ? null : view.positions.offsetOf(position),
    }),
  );
  fromView(throughputMethod, (view, asked: ThroughputParams) =>
    throughputAnswer(requestView(view), { ...asked, file: view.file }),
  );
  connection.onRequest(sitesMethod, (params: SitesParams | null, token: CancellationToken) =>
    guard.answer<SitesResult>(sitesMethod, { files: [] }, async () => ({
      files: await sitesOfOpen(server, params?.textDocument?.uri ?? null, token),
    })),
  );
  connection.onRequest(checkWorkspaceMethod, (): null => {
    server.trees.changedOnDisk(null);
    server.diskChanged.tell();
    for (const { uri } of server.documents.all()) server.documentChanged.tell(uri);
    return null;
  });
  connection.onRequest(topicsMethod, (): TopicsResult => ({ topics: topics() }));
  if (server.client.runsCommands) tellChanges(server);
}

export function requestView(view: DocumentView): RequestView {
  const { platforms, devices, policy } = view.settings;
  return {
    report: view.report,
    program: view.program,
    inventory: view.inventory,
    outcomes: { platforms, devices, policy },
    location: view.locate,
  };
}

/** What has arrived meanwhile is heard first; an answer that nobody wants, or to a text that is gone, ends here. */
async function breath(server: Server, view: DocumentView, token: CancellationToken): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (token.isCancellationRequested) throw cancelled();
  if (server.documents.get(view.uri)?.text.version !== view.version) throw modified();
}

/** A name that is none is the asker's mistake, not a defect here. */
async function named<T>(give: () => T | Promise<T>): Promise<T> {
  try {
    return await give();
  } catch (error) {
    if (error instanceof RangeError) throw new ResponseError(ErrorCodes.InvalidParams, error.message);
    throw error;
  }
}

async function sitesOfOpen(
  server: Server,
  only: string | null,
  token: CancellationToken,
): Promise<readonly FileSites[]> {
  const files: FileSites[] = [];
  const open = server.documents.all().filter(({ uri }) => only === null || uri === only);
  for (const { uri } of open) await server.viewOf(uri, token);
  // All from one moment: a text may have changed while another was waited for.
  for (const { uri } of open) {
    const view = server.currentViewOf(uri);
    if (view !== null) files.push(...fileSites(requestView(view), view.file));
  }
  return files.sort((a, b) => (a.file < b.file ? -1 : 1));
}

function tellChanges(server: Server): void {
  let timer: NodeJS.Timeout | null = null;
  let told = '';
  const tell = (): void => {
    timer = null;
    const read = server.documents.all().filter(({ kind, path }) => kind === 'c' && path !== null);
    const views = read.flatMap(({ uri }) => server.currentViewOf(uri) ?? []);
    // What is missing is being read: this is called again.
    if (views.length < read.length) return;
    const state = createHash('sha1');
    for (const { uri, sites } of views) state.update(JSON.stringify([uri, sites]));
    const now = state.digest('base64url');
    if (now === told) return;
    told = now;
    void server.connection.sendNotification(sitesChangedMethod);
  };
  const soon = (): void => {
    if (timer === null) timer = setTimeout(tell, INTERVAL_MS);
  };
  server.analysed.add(soon);
  server.documentChanged.add(soon);
}
