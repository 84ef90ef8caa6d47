/** How diagnostics reach the client: pulled where it can pull and be told to pull again, else pushed. Never both. */
import { createHash } from 'node:crypto';
import {
  type Diagnostic,
  DiagnosticRefreshRequest,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import type { Client } from '../client.js';
import type { OpenDocument } from '../documents.js';
import type { Server } from '../server.js';
import { diagnosticSource, diagnosticsOf } from './diagnostics.js';

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
  // The client pulls again for the document it changed; of others it learns here.
  server.onAnalysed(() => {
    for (const [uri, resultId] of given) {
      const view = server.lastViewOf(uri);
      if (view === null) given.delete(uri);
      else if (digest(diagnosticsOf(view)) !== resultId) askAgain();
    }
  });
  server.onDidChangeSettings(askAgain);
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

async function itemsOf(
  server: Server,
  uri: string,
  token: Parameters<Server['viewOf']>[1],
): Promise<Diagnostic[]> {
  const view = await server.viewOf(uri, token);
  return view === null ? [] : diagnosticsOf(view);
}

function pushed(server: Server): void {
  const { connection, documents, guard, trees } = server;
  const sent = new Map<string, { readonly version: number; readonly digest: string }>();

  const push = (document: OpenDocument): void => {
    const view = server.lastViewOf(document.uri);
    if (view === null) return;
    const diagnostics = diagnosticsOf(view);
    const { uri } = document;
    const now = { version: view.version, digest: digest(diagnostics) };
    const before = sent.get(uri);
    if (before?.version === now.version && before.digest === now.digest) return;
    sent.set(uri, now);
    void connection.sendDiagnostics({ uri, version: view.version, diagnostics });
  };

  server.onAnalysed(() => {
    for (const document of documents.all()) {
      void guard.answer('diagnostics', undefined, () => push(document));
    }
  });
  const work = (uri: string): void => {
    const document = documents.get(uri);
    if (document?.path == null || document.kind !== 'c') return;
    const { tree } = trees.homeOf(document.path);
    // Messages that have arrived are read first: of a burst of changes only the last is worked on.
    setImmediate(() => void tree.view().catch(() => {}));
  };
  server.onDocument((uri) => {
    if (documents.get(uri) !== null) return work(uri);
    if (sent.delete(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
    for (const { uri: other } of documents.all()) work(other);
  });
  server.onDidChangeSettings(() => {
    for (const { uri } of documents.all()) work(uri);
  });
}

function digest(items: readonly Diagnostic[]): string {
  return createHash('sha1').update(JSON.stringify(items)).digest('base64url');
}
