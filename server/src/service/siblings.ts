/** The other files of a driver, when one of its files is asked about: they tell which end it is and what its callers pass. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The `.c` files beside the `.c` files named, relative to the tree, sorted; headers are found by who includes them. A
 * folder that cannot be listed has none.
 */
export function siblings(root: string, named: readonly string[]): string[] {
  const folders = new Set(named.filter(isSource).map((file) => dirname(file)));
  const found = [...folders].flatMap((folder) =>
    listed(join(root, folder))
      .filter(isSource)
      .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  );
  const own = new Set(named);
  return found.filter((file) => !own.has(file)).sort();
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
  return file.endsWith('.c');
}
