/**
 * Offsets are the core's own, which in a text under edit are not those in the text (`LineIndex.toText`).
 *
 * Lines and columns of the core (1-based, UTF-16 code units, lines ended by a line feed) as positions of the protocol
 * (0-based, in the client's encoding, lines ended as the protocol says) and back.
 */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LineIndex } from '../text/line-index.js';
import type { Position as CorePosition, Range as CoreRange, Span } from '../text/span.js';
import type { WirePosition, WireRange } from './protocol.js';

export type Encoding = 'utf-8' | 'utf-16';

export class Positions {
  readonly #document: TextDocument;
  readonly #encoding: Encoding;
  #lines: LineIndex | null;

  /** `lines` of the same text, where they are known already. */
  constructor(document: TextDocument, encoding: Encoding, lines: LineIndex | null = null) {
    this.#document = document;
    this.#encoding = encoding;
    this.#lines = lines;
  }

  static of(text: string, encoding: Encoding, lines: LineIndex | null = null): Positions {
    return new Positions(TextDocument.create('', 'c', 0, text), encoding, lines);
  }

  get text(): string {
    return this.#document.getText();
  }

  get lines(): LineIndex {
    this.#lines ??= new LineIndex(this.text);
    return this.#lines;
  }

  atOffset(offset: number): WirePosition {
    const at = this.#document.positionAt(this.lines.toText(offset));
    return this.#encoding === 'utf-16' ? at : { line: at.line, character: this.#bytesBefore(at) };
  }

  at(position: CorePosition): WirePosition {
    return this.atOffset(this.lines.offsetAt(position));
  }

  range(range: CoreRange): WireRange {
    return { start: this.at(range.start), end: this.at(range.end) };
  }

  ofSpan({ start, end }: Span): WireRange {
    return { start: this.atOffset(start), end: this.atOffset(end) };
  }

  /** Of a position outside the text: the nearest inside. */
  offsetOf(position: WirePosition): number {
    const at = this.#document.offsetAt(utf16Position(this.#document, position, this.#encoding));
    return this.lines.fromText(at);
  }

  /** As the core counts. */
  coreOf(position: WirePosition): CorePosition {
    return this.lines.positionAt(this.offsetOf(position));
  }

  #bytesBefore({ line, character }: WirePosition): number {
    const before = this.#document.getText({ start: { line, character: 0 }, end: { line, character } });
    return Buffer.byteLength(before, 'utf8');
  }
}

/** A position in the client's encoding as one in UTF-16; inside a character it is the character's start. */
export function utf16Position(
  document: TextDocument,
  { line, character }: WirePosition,
  encoding: Encoding,
): WirePosition {
  if (encoding === 'utf-16') return { line, character };
  const text = document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } });
  let bytes = 0;
  let units = 0;
  for (const char of text) {
    const next = bytes + Buffer.byteLength(char, 'utf8');
    if (next > character) break;
    bytes = next;
    units += char.length;
  }
  return { line, character: units };
}
