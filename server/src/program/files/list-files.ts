/** The C files of folders, in one order whatever the file system says. */
import * as fs from 'node:fs';

/** A file or folder that could not be looked at. */
export interface NotAnalysed {
  /** Relative to the root. */
  readonly file: string;
  readonly reason: string;
}

export interface FileList {
  /** Relative to the root, `/` between parts, sorted by UTF-16 code units, each once. */
  readonly files: readonly string[];
  readonly notAnalysed: readonly NotAnalysed[];
}

/** True for `.c` and `.h` in either case. */
export function isCFile(name: string): boolean {
  const last = name.charCodeAt(name.length - 1) | 0x20;
  return (last === 0x63 || last === 0x68) && name.charCodeAt(name.length - 2) === 0x2e && name.length > 2;
}

/** Emacs checks a copy of the text that is being edited, beside the file: not a second driver. */
export function isEditorsCopy(name: string): boolean {
  return /_flymake\.[ch]$/i.test(name);
}

/**
 * All C files below `folders` (relative to `root`; '' is the root itself). A symbolic link is followed only to what
 * lies outside the root: what lies inside is listed under its own name.
 */
export function listFiles(root: string, folders: readonly string[]): FileList {
  const files = new Set<string>();
  const notAnalysed: NotAnalysed[] = [];
  const linkedFolders = new Set<string>();
  const pending = [...folders];
  const realRoot = realPath(root);

  const addLink = (path: string): void => {
    const target = realPath(`${root}/${path}`);
    if (target === null) return;
    if (realRoot !== null && isWithin(target, realRoot)) return;
    const stat = fs.statSync(target);
    if (stat.isFile() && isCFile(path)) files.add(path);
    if (!stat.isDirectory() || linkedFolders.has(target)) return;
    linkedFolders.add(target);
    pending.push(path);
  };
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    const entries = entriesOf(root, folder);
    if (typeof entries === 'string') {
      notAnalysed.push({ file: folder, reason: entries });
      continue;
    }
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) {
        if (isCFile(entry.name) && !isEditorsCopy(entry.name)) files.add(path);
      } else if (entry.isDirectory()) {
        if (entry.name !== '.git') pending.push(path);
      } else if (entry.isSymbolicLink()) addLink(path);
    }
  }
  return { files: [...files].sort(), notAnalysed };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function realPath(path: string): string | null {
  try {
    return fs.realpathSync(path).replaceAll('\\', '/');
  } catch {
    return null;
  }
}

function entriesOf(root: string, folder: string): fs.Dirent[] | string {
  try {
    return fs.readdirSync(folder === '' ? root : `${root}/${folder}`, { withFileTypes: true });
  } catch (error) {
    return reasonOf(error);
  }
}

/** Why a file could not be read, in words for people. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOENT') return 'no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read';
  if (code === 'ELOOP') return 'symbolic link loop';
  return error instanceof Error ? error.message : String(error);
}
