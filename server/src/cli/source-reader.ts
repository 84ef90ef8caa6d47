import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { noOverlay, type Overlay } from '../program/index.js';
import type { SourceLines } from '../report/quote.js';
import { decodeSource } from '../text/decode.js';

/** Lines of the tree's files, the last file kept: reports ask file by file. */
export function sourceReader(root: string, overlay: Overlay = noOverlay): SourceLines {
  const linesOf = (file: string): readonly string[] | null => {
    const text = overlay.get(file);
    return text === undefined ? readLines(join(root, file)) : (text?.split('\n') ?? null);
  };
  let last: { readonly file: string; readonly lines: readonly string[] | null } | null = null;
  return (file) => {
    if (last?.file !== file) last = { file, lines: linesOf(file) };
    return last.lines;
  };
}

function readLines(path: string): readonly string[] | null {
  try {
    const decoded = decodeSource(readFileSync(path));
    return 'text' in decoded ? decoded.text.split('\n') : null;
  } catch {
    return null;
  }
}
