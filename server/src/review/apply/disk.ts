/** The files of a tree on disk, as patches may read them: no path leads through a symbolic link. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReadFile } from './apply.js';

/** @param root absolute, its own symbolic links resolved */
export function diskFiles(root: string): ReadFile {
  return (path) => {
    const parts = path.split('/');
    for (let length = 1; length <= parts.length; length++) {
      const stat = lstatSync(join(root, ...parts.slice(0, length)), { throwIfNoEntry: false });
      if (stat === undefined) return null;
      if (stat.isSymbolicLink()) throw new Error(`${parts.slice(0, length).join('/')} is a symbolic link`);
      const isLast = length === parts.length;
      if (isLast && stat.isDirectory()) throw new Error('it is a folder');
      if (!isLast && !stat.isDirectory()) return null;
    }
    return readFileSync(join(root, path));
  };
}
