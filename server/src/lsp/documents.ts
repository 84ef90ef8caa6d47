/** The documents the client has open: their texts, as the client last said. */
import { fileURLToPath } from 'node:url';
import type {
  TextDocumentContentChangeEvent,
  TextDocumentItem,
  VersionedTextDocumentIdentifier,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Encoding, utf16Position } from './positions.js';

export type DocumentKind = 'c' | 'patch';

export interface OpenDocument {
  readonly uri: string;
  readonly kind: DocumentKind;
  /** Absolute path; null for a document that is no file. */
  readonly path: string | null;
  readonly text: TextDocument;
}

export class Documents {
  readonly #open = new Map<string, OpenDocument>();
  #encoding: Encoding = 'utf-16';

  useEncoding(encoding: Encoding): void {
    this.#encoding = encoding;
  }

  get(uri: string): OpenDocument | null {
    return this.#open.get(uri) ?? null;
  }

  all(): readonly OpenDocument[] {
    return [...this.#open.values()];
  }

  /** Null for a language we say nothing about. */
  open(item: TextDocumentItem): OpenDocument | null {
    const kind = kindOf(item.uri, item.languageId);
    if (kind === null) return null;
    const text = TextDocument.create(item.uri, item.languageId, item.version, item.text);
    const document: OpenDocument = { uri: item.uri, kind, path: pathOf(item.uri), text };
    this.#open.set(item.uri, document);
    return document;
  }

  /** Changes hold one after the other: each speaks of the text the one before left. Null for a document not open. */
  change(
    { uri, version }: VersionedTextDocumentIdentifier,
    changes: readonly TextDocumentContentChangeEvent[],
  ): OpenDocument | null {
    const document = this.#open.get(uri);
    if (document === undefined) return null;
    for (const change of changes)
      TextDocument.update(document.text, [this.#inUtf16(document, change)], version);
    if (changes.length === 0) TextDocument.update(document.text, [], version);
    return document;
  }

  close(uri: string): OpenDocument | null {
    const document = this.#open.get(uri) ?? null;
    this.#open.delete(uri);
    return document;
  }

  #inUtf16(document: OpenDocument, change: TextDocumentContentChangeEvent): TextDocumentContentChangeEvent {
    if (!('range' in change) || this.#encoding === 'utf-16') return change;
    const { start, end } = change.range;
    return {
      text: change.text,
      range: {
        start: utf16Position(document.text, start, this.#encoding),
        end: utf16Position(document.text, end, this.#encoding),
      },
    };
  }
}

const patchNames = /\.(?:patch|diff|mbox|eml)$/i;
const sourceNames = /\.[ch]$/i;

/** By name first: editors call headers C++, and mailboxes plain text. */
function kindOf(uri: string, languageId: string): DocumentKind | null {
  const name = uri.replace(/[?#].*$/, '');
  if (sourceNames.test(name)) return 'c';
  if (patchNames.test(name)) return 'patch';
  if (languageId === 'c') return 'c';
  return languageId === 'diff' || languageId === 'patch' ? 'patch' : null;
}

/** Null when the URI names no file of this machine. */
export function pathOf(uri: string): string | null {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : null;
  } catch {
    return null;
  }
}
