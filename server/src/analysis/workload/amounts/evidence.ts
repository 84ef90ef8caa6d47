import type { Program } from '../../../program/index.js';
import { oneLine } from '../../../text/one-line.js';
import type { Span } from '../../../text/span.js';
import type { Evidence } from '../unplaced.js';

/** Longer texts add nothing: the line says where to look. */
const MAX_TEXT = 100;

export function evidenceAt(program: Program, file: string, span: Span): Evidence {
  const text = oneLine(program.textOf(file, span));
  return {
    file,
    at: span.start,
    text: text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text,
  };
}
