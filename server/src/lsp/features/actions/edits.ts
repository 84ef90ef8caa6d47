/** Edits of the core as those of the protocol: on the version they were made for, where the client can tell. */
import type { TextDocumentEdit, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import type { Edit } from '../../../rules/index.js';
import type { DocumentView } from '../../view.js';

export function workspaceEdit(view: DocumentView, edits: readonly Edit[]): WorkspaceEdit {
  const byFile = new Map<string, TextEdit[]>();
  for (const { file, range, newText } of edits) {
    const own = byFile.get(file) ?? [];
    own.push({ range: view.positionsIn(file).range(range), newText });
    byFile.set(file, own);
  }
  if (!view.client.documentChanges) {
    return { changes: Object.fromEntries([...byFile].map(([file, own]) => [view.uriOf(file), own])) };
  }
  return { documentChanges: [...byFile].map(([file, own]) => versioned(view, file, own)) };
}

export function versioned(
  view: DocumentView,
  file: string,
  edits: TextDocumentEdit['edits'],
): TextDocumentEdit {
  const uri = view.uriOf(file);
  return { textDocument: { uri, version: uri === view.uri ? view.version : null }, edits };
}
