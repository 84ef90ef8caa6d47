/** Texts that stand in place of those on disk: the tree as it is after a patch. */
import { isCFile } from './list-files.js';
import type { SourceReader } from './reader.js';

/** Path, relative to the tree, -> text; null: there is no such file. */
export type Overlay = ReadonlyMap<string, string | null>;

export const noOverlay: Overlay = new Map();

/** The reader of the tree as the overlay has it. */
export function overlayReader(base: SourceReader, overlay: Overlay): SourceReader {
  if (overlay.size === 0) return base;
  return {
    read(path) {
      const text = overlay.get(path);
      return text === undefined ? base.read(path) : text === null ? null : { text };
    },
    exists(path) {
      const text = overlay.get(path);
      return text === undefined ? base.exists(path) : text !== null;
    },
    folders(path) {
      const prefix = path === '' ? '' : `${path}/`;
      const added = presentBelow(overlay, [path]).flatMap((file) => {
        const rest = file.slice(prefix.length);
        return rest.includes('/') ? [rest.slice(0, rest.indexOf('/'))] : [];
      });
      return [...new Set([...base.folders(path), ...added])].sort();
    },
    filesHolding(words, folders) {
      // What the search of files on disk takes for a word.
      const fit = words.filter((word) => /^[!-~]{3,}$/.test(word)).map((word) => word.slice(0, 64));
      const isOf = wordTest(fit);
      const own = presentBelow(overlay, folders).filter(
        (path) => isCFile(path) && isOf(overlay.get(path) ?? ''),
      );
      return [...base.filesHolding(words, folders).filter((path) => !overlay.has(path)), ...own].sort();
    },
  };
}

/** The overlay's files below one of the folders; '' is the root. */
export function presentBelow(overlay: Overlay, folders: readonly string[]): string[] {
  const isBelow = (path: string): boolean =>
    folders.some((folder) => folder === '' || path.startsWith(`${folder}/`));
  return [...overlay].flatMap(([path, text]) => (text !== null && isBelow(path) ? [path] : []));
}

/** Whether a text holds one of the words in any mix of case, of ASCII letters as the search of files has it. */
export function wordTest(words: readonly string[]): (text: string) => boolean {
  if (words.length === 0) return () => false;
  const pattern = new RegExp(words.map((word) => word.replace(/[^\w]/g, '\\$&')).join('|'), 'i');
  return (text) => pattern.test(text);
}
