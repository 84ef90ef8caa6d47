/** Where the texts come from: a folder on disk, or memory. Nothing else in the program knows. */
import * as fs from 'node:fs';
import { decodeSource } from '../../text/decode.js';
import { isCFile, listFiles, reasonOf } from './list-files.js';
import { type ScanWork, scanFiles, verdict } from './scan-files.js';
import { compileScan, windowBytes } from './word-scanner.js';

export type SourceText = { readonly text: string } | { readonly notText: string };

/** All paths are relative to the tree, `/` between parts. */
export interface SourceReader {
  /** Null when there is no such file. */
  read(path: string): SourceText | null;
  exists(path: string): boolean;
  /** Names of the folders directly below a folder, sorted. */
  folders(path: string): readonly string[];
  /** The C files below the folders whose bytes hold one of the words in any mix of case, sorted. */
  filesHolding(words: readonly string[], folders: readonly string[]): readonly string[];
}

export function diskReader(root: string): SourceReader {
  return {
    read(path) {
      try {
        return decodeSource(fs.readFileSync(`${root}/${path}`));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        return { notText: reasonOf(error) };
      }
    },
    exists(path) {
      try {
        return fs.statSync(`${root}/${path}`, { throwIfNoEntry: false })?.isFile() ?? false;
      } catch {
        // What an #include names may be no path at all: too long, or with a null character in it.
        return false;
      }
    },
    folders(path) {
      try {
        const entries = fs.readdirSync(path === '' ? root : `${root}/${path}`, { withFileTypes: true });
        return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
      } catch {
        return [];
      }
    },
    filesHolding(words, folders) {
      // No name of interest is shorter than the scanner's least, and one longer than its most is checked later.
      const fit = words.filter((word) => /^[!-~]{3,}$/.test(word)).map((word) => word.slice(0, 64));
      if (fit.length === 0) return [];
      const { files } = listFiles(root, folders);
      const scan = compileScan(fit);
      const verdicts = new Uint8Array(files.length);
      const work: ScanWork = { ...scan, windowBytes, root, paths: files, next: new Int32Array(1), verdicts };
      scanFiles(fs, work, files.length, Number.POSITIVE_INFINITY);
      return files.filter((_, index) => verdicts[index] === verdict.present);
    },
  };
}

export function memoryReader(texts: ReadonlyMap<string, string>): SourceReader {
  return {
    read(path) {
      const text = texts.get(path);
      return text === undefined ? null : { text };
    },
    exists: (path) => texts.has(path),
    folders(path) {
      const prefix = path === '' ? '' : `${path}/`;
      const below = [...texts.keys()]
        .filter((key) => key.startsWith(prefix))
        .map((key) => key.slice(prefix.length));
      return [
        ...new Set(below.flatMap((rest) => (rest.includes('/') ? [rest.slice(0, rest.indexOf('/'))] : []))),
      ].sort();
    },
    filesHolding(words, folders) {
      const isBelow = (path: string): boolean =>
        folders.some((folder) => folder === '' || path.startsWith(`${folder}/`));
      const holds = (text: string): boolean =>
        words.some((word) => text.toLowerCase().includes(word.toLowerCase()));
      return [...texts]
        .flatMap(([path, text]) => (isCFile(path) && isBelow(path) && holds(text) ? [path] : []))
        .sort();
    },
  };
}
