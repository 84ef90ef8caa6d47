/** Places as the server writes them, in the editor. */
import { Range, Uri, type ViewColumn, window } from 'vscode';
import type { WireLocation } from '../../server/src/lsp/protocol.js';

export async function openAt(
  { uri, range: { start, end } }: WireLocation,
  column?: ViewColumn,
): Promise<void> {
  await window.showTextDocument(Uri.parse(uri), {
    selection: new Range(start.line, start.character, end.line, end.character),
    ...(column === undefined ? {} : { viewColumn: column }),
  });
}
