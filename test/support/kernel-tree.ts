import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type KernelVersion = '6.12' | '6.1';

/** Where unpacked kernel trees are kept, outside the checkout and shared by all runs. */
export function kernelTreesFolder(): string {
  return process.env.VRINGSIDE_TREES ?? join(homedir(), '.cache', 'vringside-trees');
}

/**
 * The root of Debian's unpacked linux-source package of that version. Where it is missing: null after a loud word on
 * standard error, or, when `CI` is set, it is unpacked from /usr/src, and a missing package is an error. A kernel test
 * can thus be skipped on a contributor's machine but never in CI.
 */
export function kernelTree(version: KernelVersion): string | null {
  const root = join(kernelTreesFolder(), `linux-source-${version}`);
  if (existsSync(join(root, 'Makefile'))) return root;
  const archive = `/usr/src/linux-source-${version}.tar.xz`;
  if (process.env.CI !== undefined) {
    if (!existsSync(archive))
      throw new Error(
        `CI runs must not skip kernel tests: ${archive} is missing (apt-get install linux-source-${version})`,
      );
    unpack(archive, root);
    return root;
  }
  process.stderr.write(
    `\n*** SKIPPED: no Linux ${version} sources at ${root}.\n` +
      `*** apt-get install linux-source-${version}, then: mkdir -p ${kernelTreesFolder()} && tar -xf ${archive} -C ${kernelTreesFolder()}\n\n`,
  );
  return null;
}

/** Unpacks beside the goal and renames, so that an interrupted run leaves no half tree under the final name. */
function unpack(archive: string, root: string): void {
  const part = `${root}.part-${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  execFileSync('tar', ['-xf', archive, '--strip-components=1', '-C', part], { stdio: 'inherit' });
  try {
    renameSync(part, root);
  } catch (error) {
    // Another run was faster.
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(join(root, 'Makefile'))) throw error;
  }
}
