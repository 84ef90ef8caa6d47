/** Every feature, with what it offers: the table of contents of the server. */
import {
  type CodeLens,
  type CodeLensParams,
  CodeLensRefreshRequest,
  type DocumentSymbolParams,
  type Hover,
  type HoverParams,
  type InlayHint,
  type InlayHintParams,
  InlayHintRefreshRequest,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import type { Client } from '../client.js';
import { contentScheme } from '../protocol.js';
import type { Server } from '../server.js';
import { actionCapabilities, provideActions } from './actions/index.js';
import { completionCapabilities, provideCompletion } from './completion.js';
import { provideContent } from './content.js';
import { deliverDiagnostics, diagnosticCapabilities } from './delivery.js';
import { answersFromView } from './from-view.js';
import { hoverOf } from './hover.js';
import { inlaysOf } from './inlays.js';
import { lensesOf, resolveLens } from './lenses.js';
import { navigationCapabilities, registerNavigation } from './navigation/index.js';
import { documentSymbols, workspaceSymbols } from './symbols.js';

export function featureCapabilities(client: Client): ServerCapabilities {
  return {
    ...diagnosticCapabilities(client),
    ...navigationCapabilities,
    ...actionCapabilities(client),
    ...completionCapabilities,
    hoverProvider: true,
    codeLensProvider: { resolveProvider: true },
    inlayHintProvider: true,
    documentSymbolProvider: { label: 'vringside' },
    workspaceSymbolProvider: true,
    ...(client.providesContent && {
      workspace: {
        workspaceFolders: { supported: true, changeNotifications: true },
        textDocumentContent: { schemes: [contentScheme] },
      },
    }),
  };
}

export function registerFeatures(server: Server): void {
  const { connection, guard, client } = server;

  const fromView = answersFromView(server);

  deliverDiagnostics(server);
  registerNavigation(server, fromView);
  provideActions(server);
  provideCompletion(server);
  connection.onHover(
    fromView<HoverParams, Hover | null>('hover', null, (view, { position }) => hoverOf(view, position)),
  );
  connection.onCodeLens(
    fromView<CodeLensParams, CodeLens[] | null>('code lens', null, (view) => lensesOf(view)),
  );
  connection.onCodeLensResolve((lens, token) =>
    guard.answer('code lens', lens, async () => {
      const { uri = '' } = (lens.data ?? {}) as { readonly uri?: string };
      const view = await server.viewOf(uri, token);
      return view === null ? lens : resolveLens(view, lens);
    }),
  );
  connection.languages.inlayHint.on(
    fromView<InlayHintParams, InlayHint[] | null>('inlay hints', null, (view, { range }) =>
      inlaysOf(view, range),
    ),
  );
  connection.onDocumentSymbol(
    fromView<DocumentSymbolParams, ReturnType<typeof documentSymbols> | null>('symbols', null, (view) =>
      documentSymbols(view),
    ),
  );
  connection.onWorkspaceSymbol(({ query }, token) =>
    guard.answer('workspace symbols', null, () => workspaceSymbols(server, query, token)),
  );
  if (client.providesContent) provideContent(server);

  server.settingsChanged.add(() => {
    if (client.refreshesLenses) void connection.sendRequest(CodeLensRefreshRequest.type);
    if (client.refreshesInlays) void connection.sendRequest(InlayHintRefreshRequest.type);
  });
}
