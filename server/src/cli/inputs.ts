/** From the paths a user names to the tree they lie in. */
import { realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { reasonOf } from '../program/files/list-files.js';
import { findTree } from '../program/index.js';
import type { NotAnalysed } from '../report/report.js';
import { InputError, UsageError } from './failure.js';

export interface Inputs {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  /** Absolute. */
  readonly paths: readonly string[];
  /** The paths that do not exist or cannot be reached, as the user wrote them. */
  readonly missing: readonly { readonly path: string; readonly reason: string }[];
}

interface Located {
  readonly written: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** Finds the tree: as given, or upwards from the paths, or else the folder that holds them all. */
export function locate(operands: readonly string[], tree: string | null, cwd: string): Inputs {
  const givenRoot = tree === null ? null : folderAt(resolve(cwd, tree), tree);
  const written = operands.length > 0 ? operands : [givenRoot ?? '.'];
  const located: Located[] = [];
  const missing: { path: string; reason: string }[] = [];
  for (const path of written) {
    const found = locateOne(path, cwd);
    if ('reason' in found) missing.push(found);
    else located.push(found);
  }
  if (located.length === 0) throw new InputError(missing.map((m) => `${m.path}: ${m.reason}`).join('\n'));
  const root = givenRoot ?? commonRoot(located);
  for (const { written: name, path } of located) {
    if (!isInside(path, root)) throw new UsageError(`${name} lies outside the tree ${root}`);
  }
  return { root, paths: located.map((l) => l.path), missing };
}

/** The named files that were not analysed at all: each one is an input that failed. */
export function failedInputs(inputs: Inputs, notAnalysed: readonly NotAnalysed[]): string[] {
  const whole = new Map(notAnalysed.filter((n) => n.function === undefined).map((n) => [n.file, n.reason]));
  const failed = inputs.missing.map(({ path, reason }) => `${path}: ${reason}`);
  for (const path of inputs.paths) {
    const file = relative(inputs.root, path).split(sep).join('/');
    const reason = whole.get(file);
    if (reason !== undefined) failed.push(`${file}: ${reason}`);
  }
  return failed;
}

function locateOne(written: string, cwd: string): Located | { path: string; reason: string } {
  try {
    const path = realpathSync(resolve(cwd, written));
    return { written, path, isFolder: statSync(path).isDirectory() };
  } catch (error) {
    return { path: written, reason: reasonOf(error) };
  }
}

export function folderAt(path: string, written: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new InputError(`--tree ${written}: ${reasonOf(error)}`);
  }
  throw new UsageError(`--tree ${written} is not a folder`);
}

function commonRoot(located: readonly Located[]): string {
  const trees = new Set(located.map((l) => findTree(l.path)?.root ?? null));
  const [first] = trees;
  if (trees.size === 1 && first !== null && first !== undefined) return first;
  if (trees.size > 1) {
    const names = [...trees].map((root) => root ?? 'no kernel tree').join(' and ');
    throw new UsageError(`the paths lie in different trees: ${names}; run once for each, or give --tree`);
  }
  const folders = located.map((l) => (l.isFolder ? l.path : dirname(l.path)));
  return folders.reduce((common, folder) => {
    let at = common;
    while (!isInside(folder, at)) at = join(at, '..');
    return at;
  });
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
