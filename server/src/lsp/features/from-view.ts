/** Answers given from a document as it was analysed. */
import type { CancellationToken } from 'vscode-languageserver/node';
import type { Server } from '../server.js';
import type { DocumentView } from '../view.js';

/** Makes the handler of a request from what answers it; `empty` is the answer on a document we say nothing about. */
export type FromView = <P extends { readonly textDocument: { readonly uri: string } }, T>(
  feature: string,
  empty: T,
  give: (view: DocumentView, params: P) => T,
) => (params: P, token: CancellationToken) => Promise<T>;

export function answersFromView(server: Server): FromView {
  return (feature, empty, give) => (params, token) =>
    server.guard.answer(feature, empty, async () => {
      const view = await server.viewOf(params.textDocument.uri, token);
      return view === null ? empty : give(view, params);
    });
}
