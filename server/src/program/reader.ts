/** Where the texts come from: a folder on disk, or memory. Nothing else in the program knows. */
import * as fs from 'node:fs';
import { decodeSource } from '../text/decode.js';
import { reasonOf } from './list-files.js';

export type SourceText = { readonly text: string } | { readonly notText: string };

/** All paths are relative to the tree, `/` between parts. */
export interface SourceReader {
  /** Null when there is no such file. */
  read(path: string): SourceText | null;
  exists(path: string): boolean;
  /** Names of the folders directly below a folder, sorted. */
  folders(path: string): readonly string[];
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
    exists: (path) => fs.statSync(`${root}/${path}`, { throwIfNoEntry: false })?.isFile() ?? false,
    folders(path) {
      try {
        const entries = fs.readdirSync(path === '' ? root : `${root}/${path}`, { withFileTypes: true });
        return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
      } catch {
        return [];
      }
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
  };
}
