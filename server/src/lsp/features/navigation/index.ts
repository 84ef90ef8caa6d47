/** Going about in the code: definitions, references, calls, links; values worth watching. */
import {
  type CallHierarchyItem,
  type CancellationToken,
  type DocumentLink,
  type DocumentLinkParams,
  type Location,
  type ReferenceParams,
  type SemanticTokens,
  type SemanticTokensDelta,
  type SemanticTokensDeltaParams,
  type SemanticTokensParams,
  type SemanticTokensRangeParams,
  SemanticTokensRefreshRequest,
  type ServerCapabilities,
  type TextDocumentPositionParams,
} from 'vscode-languageserver/node';
import type { Server } from '../../server.js';
import type { DocumentView } from '../../view.js';
import type { FromView } from '../from-view.js';
import { callItemsAt, dataOf, incomingOf, outgoingOf } from './calls.js';
import { documentLinksOf } from './links.js';
import { declarationOf, definitionOf, implementationOf, type Places, referencesOf } from './places.js';
import { GivenTokens, tokenLegend, tokensOf } from './tokens.js';

export const navigationCapabilities: ServerCapabilities = {
  definitionProvider: true,
  declarationProvider: true,
  implementationProvider: true,
  referencesProvider: true,
  callHierarchyProvider: true,
  documentLinkProvider: {},
  semanticTokensProvider: { legend: tokenLegend, full: { delta: true }, range: true },
};

export function registerNavigation(server: Server, fromView: FromView): void {
  const { connection, guard } = server;
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

  connection.languages.callHierarchy.onPrepare(
    fromView<TextDocumentPositionParams, CallHierarchyItem[] | null>('calls', null, (view, { position }) =>
      callItemsAt(view, position),
    ),
  );
  /** Calls of an item, whose file need not be open. */
  const callsOf =
    <T>(give: (view: DocumentView, item: CallHierarchyItem) => T[]) =>
    ({ item }: { readonly item: CallHierarchyItem }, token: CancellationToken): Promise<T[] | null> =>
      guard.answer<T[] | null>('calls', null, async () => {
        const view = await server.viewOf(dataOf(item)?.from ?? item.uri, token);
        return view === null ? null : give(view, item);
      });
  connection.languages.callHierarchy.onIncomingCalls(callsOf(incomingOf));
  connection.languages.callHierarchy.onOutgoingCalls(callsOf(outgoingOf));

  connection.onDocumentLinks(
    fromView<DocumentLinkParams, DocumentLink[] | null>('links', null, (view) => documentLinksOf(view)),
  );
  registerTokens(server, fromView);
}

function registerTokens(
  { connection, client, documents, documentChanged, settingsChanged }: Server,
  fromView: FromView,
): void {
  const given = new GivenTokens();
  const tokens = connection.languages.semanticTokens;
  tokens.on(
    fromView<SemanticTokensParams, SemanticTokens>('tokens', { data: [] }, (view, { textDocument }) =>
      given.full(textDocument.uri, tokensOf(view, null)),
    ),
  );
  tokens.onDelta(
    fromView<SemanticTokensDeltaParams, SemanticTokens | SemanticTokensDelta>(
      'tokens',
      { data: [] },
      (view, { textDocument, previousResultId }) =>
        given.delta(textDocument.uri, tokensOf(view, null), previousResultId),
    ),
  );
  tokens.onRange(
    fromView<SemanticTokensRangeParams, SemanticTokens>('tokens', { data: [] }, (view, { range }) => ({
      data: tokensOf(view, range),
    })),
  );
  documentChanged.add((uri) => {
    if (documents.get(uri) === null) given.forget(uri);
  });
  settingsChanged.add(() => {
    if (client.refreshesTokens) void connection.sendRequest(SemanticTokensRefreshRequest.type);
  });
}
