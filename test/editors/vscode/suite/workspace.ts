import {
  commands,
  type Diagnostic,
  languages,
  Range,
  type TextDocument,
  Uri,
  WorkspaceEdit,
  window,
  workspace,
} from 'vscode';
import { eventually } from './harness.js';

export const ring = 'drivers/virtio/virtio_ring.c';
export const gpu = 'drivers/gpu/drm/virtio/virtgpu_object.c';

export function fileUri(file: string): Uri {
  const folder = workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('no folder is open');
  return Uri.joinPath(folder.uri, file);
}

export async function open(file: string): Promise<TextDocument> {
  const document = await workspace.openTextDocument(fileUri(file));
  // A tab in preview would close the document with the next one.
  await window.showTextDocument(document, { preview: false });
  return document;
}

export function place(document: TextDocument, needle: string): Range {
  const at = document.getText().indexOf(needle);
  if (at < 0) throw new Error(`not in ${document.fileName}: ${needle}`);
  return new Range(document.positionAt(at), document.positionAt(at + needle.length));
}

export async function replace(document: TextDocument, from: string, to: string): Promise<void> {
  const edit = new WorkspaceEdit();
  edit.replace(document.uri, place(document, from), to);
  if (!(await workspace.applyEdit(edit))) throw new Error('the edit was refused');
}

/** Every text as on disk again: a test that failed leaves nothing to the next. */
export async function revertAll(): Promise<void> {
  for (const document of workspace.textDocuments) if (document.isDirty) await revert(document);
}

/** The text as on disk again. */
export async function revert(document: TextDocument): Promise<void> {
  await window.showTextDocument(document);
  await commands.executeCommand('workbench.action.files.revert');
}

/** `secure-guest-unreadable:39`, of vringside's own. */
export function findings(uri: Uri): string[] {
  return ours(uri)
    .map((diagnostic) => `${codeOf(diagnostic)}:${diagnostic.range.start.line + 1}`)
    .sort();
}

export function ours(uri: Uri): Diagnostic[] {
  return languages.getDiagnostics(uri).filter(({ source }) => source === 'vringside');
}

export function codeOf({ code }: Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

export async function findingsAre(uri: Uri, expected: readonly string[]): Promise<void> {
  let last: readonly string[] = [];
  await eventually(`${uri.path.split('/').at(-1)} to show ${JSON.stringify(expected)}`, () => {
    last = findings(uri);
    return JSON.stringify(last) === JSON.stringify(expected) ? true : null;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}; it shows ${JSON.stringify(last)}`);
  });
}
