import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders that hold no source of ours. */
const foreign = new Set(['.git', 'node_modules', 'dist', '.types', '.ci/out', 'coverage']);

/** Files of the checkout below `folder`, relative to its root with `/`, sorted; what is installed or built is left out. */
export function trackedFiles(folder = '.'): string[] {
  const files: string[] = [];
  const pending = [join(root, folder)];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      const name = relative(root, path).split(sep).join('/');
      if (foreign.has(entry.name) || foreign.has(name)) continue;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) files.push(name);
    }
  }
  return files.sort();
}

export function readTracked(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

export { root as checkoutRoot };
