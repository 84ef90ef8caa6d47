/** How diagnostics reach the client: pulled where it can pull and be told to pull again, else pushed. Never both. */
import { createHash } from 'node:crypto';
import {
  CancellationToken,
  type Diagnostic,
  DiagnosticRefreshRequest,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import type { Client } from '../client.js';
import { cancelled, modified } from '../guarded.js';
import { Positions } from '../positions.js';
import type { Server } from '../server.js';
import { diagnosticSource, diagnosticsOf } from './diagnostics.js';
import { patchDiagnostics } from './patch-diagnostics.js';
import { checkWorkspace } from './workspace-diagnostics.js';

/** Milliseconds between two refreshes asked of the client. */
const REFRESH_MS = 1000;

export function diagnosticCapabilities(client: Client): ServerCapabilities {
  if (!client.pullsDiagnostics) return {};
  return {
    diagnosticProvider: {
      identifier: diagnosticSource,
      interFileDependencies: true,
      workspaceDiagnostics: true,
    },
  };
}

export function deliverDiagnostics(server: Server): void {
  if (server.client.pullsDiagnostics) pulled(server);
  else pushed(server);
}

/** Of the text as it is when the answer is given. Empty for what is not open. */
async function itemsOf(server: Server, uri: string, token: CancellationToken): Promise<Diagnostic[]> {
  const document = server.documents.get(uri);
  if (document?.kind !== 'patch') {
    const report = await server.reportOf(uri, token);
    return report === null ? [] : diagnosticsOf(report);
  }
  const state = await server.patches.stateOf(document);
  if (token.isCancellationRequested) throw cancelled();
  if (state === null || document.text.version !== state.version) throw modified();
  const { client } = server;
  return patchDiagnostics({ positions: new Positions(document.text, client.encoding), client, state });
}

const nothing: DocumentDiagnosticReport = { kind: DocumentDiagnosticReportKind.Full, items: [] };

function pulled(server: Server): void {
  const { connection, documents, guard } = server;
  /** What the client was last given, by document. */
  const given = new Map<string, string>();
  let refresh: NodeJS.Timeout | null = null;
  let lastRefresh = Number.NEGATIVE_INFINITY;

  const askAgain = (): void => {
    if (refresh !== null) return;
    const wait = Math.max(0, lastRefresh + REFRESH_MS - performance.now());
    refresh = setTimeout(() => {
      refresh = null;
      lastRefresh = performance.now();
      void connection.sendRequest(DiagnosticRefreshRequest.type).catch(() => {});
    }, wait);
    refresh.unref();
  };

  connection.languages.diagnostics.on(({ textDocument: { uri }, previousResultId }, token) =>
    guard.answer<DocumentDiagnosticReport>('diagnostics', nothing, async () => {
      const items = await retried(() => itemsOf(server, uri, token));
      const resultId = digest(items);
      if (documents.get(uri) !== null) given.set(uri, resultId);
      return resultId === previousResultId
        ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
        : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
    }),
  );
  checkWorkspace(server);
  // The client pulls again for the document it changed; of others it learns here.
  server.analysed.add(() => {
    for (const [uri, resultId] of given) {
      const view = server.currentViewOf(uri);
      if (view !== null && digest(diagnosticsOf(view)) !== resultId) askAgain();
    }
  });
  server.documentChanged.add((uri) => {
    const document = documents.get(uri);
    if (document === null) given.delete(uri);
    // A patch says what it does to the texts as they stand.
    if (document?.kind === 'c' && documents.all().some(({ kind }) => kind === 'patch')) askAgain();
  });
  server.diskChanged.add(askAgain);
  server.settingsChanged.add(askAgain);
}

/** A document that changed meanwhile is asked about again by the client, if it says so. */
async function retried<T>(give: () => Promise<T>): Promise<T> {
  try {
    return await give();
  } catch (error) {
    if (!(error instanceof ResponseError) || error.code !== LSPErrorCodes.ContentModified) throw error;
    throw new ResponseError(LSPErrorCodes.ServerCancelled, error.message, { retriggerRequest: true });
  }
}

function pushed(server: Server): void {
  const { connection, documents, guard, trees } = server;
  const sent = new Map<string, { readonly version: number; readonly digest: string }>();

  const push = (uri: string, version: number, diagnostics: Diagnostic[]): void => {
    const now = { version, digest: digest(diagnostics) };
    const before = sent.get(uri);
    if (before?.version === now.version && before.digest === now.digest) return;
    sent.set(uri, now);
    void connection.sendDiagnostics({ uri, version, diagnostics });
  };
  const pushAll = (): void => {
    for (const { uri } of documents.all()) {
      void guard.answer('diagnostics', undefined, () => {
        const report = server.currentReportOf(uri);
        if (report !== null) push(uri, report.version, diagnosticsOf(report));
      });
    }
  };
  server.analysed.add(pushAll);
  server.earlier.add(pushAll);

  const workOnPatch = (uri: string): void => {
    void guard.answer('diagnostics', undefined, async () => {
      try {
        const document = documents.get(uri);
        const version = document?.text.version;
        const items = await itemsOf(server, uri, CancellationToken.None);
        if (document !== null && documents.get(uri) === document && version !== undefined)
          push(uri, version, items);
      } catch (error) {
        // The next text is on its way.
        if (!(error instanceof ResponseError)) throw error;
      }
    });
  };
  const work = (uri: string): void => {
    const document = documents.get(uri);
    if (document?.kind === 'patch') workOnPatch(uri);
    if (document?.kind !== 'c' || document.path === null) return;
    const { tree } = trees.homeOf(document.path);
    // Messages that have arrived are read first: of a burst of changes only the last is worked on.
    setImmediate(() => void tree.view().catch(() => {}));
  };
  const workOnAll = (kind: 'c' | 'patch' | null): void => {
    for (const document of documents.all()) if (kind === null || document.kind === kind) work(document.uri);
  };
  server.documentChanged.add((uri) => {
    const document = documents.get(uri);
    if (document === null && sent.delete(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
    if (document === null) return workOnAll(null);
    work(uri);
    if (document.kind === 'c') workOnAll('patch');
  });
  server.settingsChanged.add(() => workOnAll(null));
}

function digest(items: readonly Diagnostic[]): string {
  return createHash('sha1').update(JSON.stringify(items)).digest('base64url');
}
