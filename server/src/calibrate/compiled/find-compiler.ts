/** The user's own C compiler: from the PATH, and from nowhere that a workspace could have put one. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, relative, sep } from 'node:path';

const names = ['cc', 'gcc', 'clang'];

/**
 * The folders of a PATH that are the user's or the system's. Passed over: relative ones, those in or below `cwd`, and those
 * of packages. What a compiler starts in turn (`as`, `ld`) comes from here too.
 */
export function trustedPath(path: string, cwd: string): string {
  const here = real(cwd);
  const folders = path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && isTrusted(real(folder), here));
  return folders.join(delimiter);
}

/** The first compiler on a trusted PATH; absolute, or null. */
export function findCompiler(path: string): string | null {
  const folders = path === '' ? [] : path.split(delimiter);
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isProgram);
    if (found !== undefined) return found;
  }
  return null;
}

/** `npm exec` and `npm run` put `node_modules/.bin` of every folder above first. */
function isTrusted(folder: string, cwd: string): boolean {
  return !folder.split(sep).includes('node_modules') && !isBelow(folder, cwd);
}

/** Everything is below the root, which is nobody's workspace. */
function isBelow(folder: string, cwd: string): boolean {
  const way = relative(cwd, folder);
  return cwd !== sep && !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}

/** Symbolic links resolved, where there is something. */
function real(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
