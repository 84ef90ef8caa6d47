/** Edits carried out on a text. */
import type { Edit } from '../rules/index.js';
import { LineIndex } from '../text/line-index.js';

/**
 * The text with the edits carried out; places are those of the text as given.
 * @throws {RangeError} for edits that overlap
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const lines = new LineIndex(text);
  const changes = edits
    .map(({ range, newText }) => ({
      start: lines.offsetAt(range.start),
      end: lines.offsetAt(range.end),
      newText,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let out = '';
  let at = 0;
  for (const { start, end, newText } of changes) {
    if (start < at) throw new RangeError('edits overlap');
    out += text.slice(at, start) + newText;
    at = end;
  }
  return out + text.slice(at);
}
