/** The other files of a driver, when one of its files is asked about: they tell which end it is and what its callers pass. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isEditorsCopy, type Overlay } from '../program/index.js';

/**
 * The `.c` files beside the `.c` files named, relative to the tree, sorted; headers are found by who includes them. A
 * folder that cannot be listed has none.
 */
export function siblings(root: string, named: readonly string[], overlay: Overlay): string[] {
  const folders = new Set(named.filter(isSource).map((file) => dirname(file)));
  const onDisk = [...folders].flatMap((folder) =>
    listed(join(root, folder)).map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  );
  const added = [...overlay.keys()].filter((file) => folders.has(dirname(file)));
  const own = new Set(named);
  const isThere = (file: string): boolean => overlay.get(file) !== null && !own.has(file);
  return [...new Set([...onDisk, ...added])].filter((file) => isSource(file) && isThere(file)).sort();
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function isSource(file: string): boolean {
  return file.endsWith('.c') && !isEditorsCopy(file);
}
