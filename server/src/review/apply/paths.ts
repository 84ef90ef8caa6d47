/** The paths of a patch: how much of them is the tree's, and none that leads out of it. */
import type { FileChange } from '../patch.js';

/** How many parts are taken off the front of a path: as `git apply` does, or none. */
export type Strip = 'p1' | 'p0';

export interface Paths {
  readonly old: string | null;
  readonly new: string | null;
}

export function pathsOf(change: FileChange, strip: Strip): Paths {
  return strip === 'p1'
    ? { old: change.oldPath, new: change.newPath }
    : { old: change.oldName, new: change.newName };
}

/** `-p1`, unless the files the patch changes are there only under their whole names. */
export function stripOf(files: readonly FileChange[], exists: (path: string) => boolean): Strip {
  const changed = files.filter((change) => change.oldPath !== null && change.opaque === null);
  const allFit = (strip: Strip): boolean => changed.every((change) => fits(change, strip, exists));
  if (changed.length > 0) return !allFit('p1') && allFit('p0') ? 'p0' : 'p1';
  // Of files that only come to be, their neighbours tell: nearly every folder of a kernel has a Makefile.
  const isAmong = (strip: Strip): boolean =>
    files.some((change) => {
      const path = pathsOf(change, strip).new;
      return path?.includes('/') === true && exists(`${path.slice(0, path.lastIndexOf('/'))}/Makefile`);
    });
  return !isAmong('p1') && isAmong('p0') ? 'p0' : 'p1';
}

function fits(change: FileChange, strip: Strip, exists: (path: string) => boolean): boolean {
  const paths = pathsOf(change, strip);
  // `diff -u` may name a copy (x.c.orig) on one side: the other is the tree's.
  const asNew = !change.isGit && paths.new !== null && whyRefused(paths.new) === null && exists(paths.new);
  return asNew || (paths.old !== null && whyRefused(paths.old) === null && exists(paths.old));
}

/** Git's own limit of a path (git-compat-util.h). */
const MAX_PATH = 4096;

/** Why a path of a patch is not taken, null when it is; the tree is asked for nothing before this was. */
export function whyRefused(path: string): string | null {
  if (path === '' || path.endsWith('/')) return 'it names no file';
  if (path.length > MAX_PATH) return `it is longer than ${MAX_PATH}`;
  if (path.includes('\0')) return 'it holds a NUL';
  if (path.startsWith('/')) return 'it is absolute';
  if (/^[A-Za-z]:/.test(path)) return 'it begins with a drive letter';
  if (path.includes('\\')) return 'it holds a backslash';
  const parts = path.split('/');
  if (parts.includes('..')) return 'it leads out of the tree';
  if (parts.some((part) => part.toLowerCase() === '.git')) return "it leads into git's own files";
  return null;
}

/** Without the parts that mean nothing: `./drivers//x.c` is `drivers/x.c`. */
export function normal(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}
