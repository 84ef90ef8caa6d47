import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceLines } from '../report/quote.js';

/** Lines of the tree's files, the last file kept: reports ask file by file. */
export function sourceReader(root: string): SourceLines {
  let last: { readonly file: string; readonly lines: readonly string[] | null } | null = null;
  return (file) => {
    if (last?.file !== file) last = { file, lines: readLines(join(root, file)) };
    return last.lines;
  };
}

function readLines(path: string): readonly string[] | null {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch {
    return null;
  }
}
