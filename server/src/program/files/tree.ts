/** Which kernel tree a path belongs to. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Overlay } from './overlay.js';

/** A kernel source tree, or a folder of C that is none. */
export interface KernelTree {
  /** Absolute. */
  readonly root: string;
  /** `6.12.117`; null where there is no kernel Makefile to tell. */
  readonly version: string | null;
}

/** The kernel tree that holds `path`, looked for upwards; null when there is none. */
export function findTree(path: string): KernelTree | null {
  for (let folder = startFolder(path); ; folder = dirname(folder)) {
    const version = kernelVersion(folder);
    if (version !== null) return { root: folder, version };
    if (dirname(folder) === folder) return null;
  }
}

/** The tree that holds `path`, or else the folder of `path` as a tree without a version. */
export function treeOrFolder(path: string): KernelTree {
  return findTree(path) ?? { root: startFolder(path), version: null };
}

/** The folder itself as the tree, whatever lies above it. */
export function treeAt(root: string): KernelTree {
  return { root: startFolder(root), version: kernelVersion(startFolder(root)) };
}

/** The tree as the overlay has it: a patch may raise the version. */
export function overlaidTree(tree: KernelTree, overlay: Overlay): KernelTree {
  const makefile = overlay.get('Makefile');
  if (makefile === undefined) return tree;
  return { root: tree.root, version: makefile === null ? null : versionIn(makefile.slice(0, headBytes)) };
}

function startFolder(path: string): string {
  const absolute = resolve(path);
  try {
    const real = realpathSync(absolute);
    return statSync(real).isDirectory() ? real : dirname(real);
  } catch {
    return absolute;
  }
}

const headBytes = 4096;

/** Version from the top Makefile: every kernel begins it with VERSION, PATCHLEVEL and SUBLEVEL. */
function kernelVersion(folder: string): string | null {
  const head = readHead(join(folder, 'Makefile'));
  return head === null ? null : versionIn(head);
}

function versionIn(head: string): string | null {
  const part = (name: string): string | null =>
    new RegExp(`^${name}[ \\t]*=[ \\t]*(\\S*)[ \\t]*$`, 'm').exec(head)?.[1] ?? null;
  const version = part('VERSION');
  const patchLevel = part('PATCHLEVEL');
  const subLevel = part('SUBLEVEL');
  if (!version || !patchLevel || subLevel === null) return null;
  return [version, patchLevel, ...(subLevel ? [subLevel] : [])].join('.') + (part('EXTRAVERSION') ?? '');
}

function readHead(file: string): string | null {
  try {
    return readFileSync(file, 'latin1').slice(0, headBytes);
  } catch {
    return null;
  }
}
