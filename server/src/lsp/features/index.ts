/** Every feature, with what it offers: the table of contents of the server. */
import {
  type CancellationToken,
  type CodeLens,
  type CodeLensParams,
  CodeLensRefreshRequest,
  type DocumentSymbolParams,
  type Hover,
  type HoverParams,
  type InlayHint,
  type InlayHintParams,
  InlayHintRefreshRequest,
  type Location,
  type ReferenceParams,
  type ServerCapabilities,
  type TextDocumentPositionParams,
} from 'vscode-languageserver/node';
import type { Client } from '../client.js';
import { contentScheme } from '../protocol.js';
import type { Server } from '../server.js';
import type { DocumentView } from '../view.js';
import { provideContent } from './content.js';
import { deliverDiagnostics, diagnosticCapabilities } from './delivery.js';
import { hoverOf } from './hover.js';
import { inlaysOf } from './inlays.js';
import { lensesOf, resolveLens } from './lenses.js';
import {
  declarationOf,
  definitionOf,
  implementationOf,
  type Places,
  referencesOf,
} from './navigation/places.js';
import { documentSymbols, workspaceSymbols } from './symbols.js';

export function featureCapabilities(client: Client): ServerCapabilities {
  return {
    ...diagnosticCapabilities(client),
    hoverProvider: true,
    codeLensProvider: { resolveProvider: true },
    inlayHintProvider: true,
    definitionProvider: true,
    declarationProvider: true,
    implementationProvider: true,
    referencesProvider: true,
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

  /** An answer from the analysed document: the empty one for a document we say nothing about. */
  const fromView = <P extends { readonly textDocument: { readonly uri: string } }, T>(
    feature: string,
    empty: T,
    give: (view: DocumentView, params: P) => T,
  ): ((params: P, token: CancellationToken) => Promise<T>) => {
    return (params, token) =>
      guard.answer(feature, empty, async () => {
        const view = await server.viewOf(params.textDocument.uri, token);
        return view === null ? empty : give(view, params);
      });
  };

  deliverDiagnostics(server);
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
  const places = (feature: string, give: typeof definitionOf) =>
    fromView<TextDocumentPositionParams, Places>(feature, null, (view, { position }) => give(view, position));
  connection.onDefinition(places('definition', definitionOf));
  connection.onDeclaration(places('declaration', declarationOf));
  connection.onImplementation(places('implementation', implementationOf));
  connection.onReferences(
    fromView<ReferenceParams, Location[] | null>('references', null, (view, { position, context }) =>
      referencesOf(view, position, context.includeDeclaration),
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
