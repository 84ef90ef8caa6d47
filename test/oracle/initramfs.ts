/** The guest's whole file system: busybox, our scripts, the generator and the kernel's own modules. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkoutRoot } from '../support/tracked-files.js';
import { type Kernel, modulesOf } from './kernels.js';

const sources = join(checkoutRoot, 'test', 'oracle', 'guest');

/** More than a kernel with graphics needs. */
const MOST_BYTES = 256 << 20;

/** Writes the archive of one kernel and its drivers below `folder`, and says where it is. */
export function buildInitramfs(kernel: Kernel, drivers: readonly string[], folder: string): string {
  const root = join(folder, 'root');
  for (const name of ['bin', 'sbin', 'modules', 'guest']) mkdirSync(join(root, name), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin', 'busybox'));
  symlinkSync('busybox', join(root, 'bin', 'sh'));
  compile(join(sources, 'iogen.c'), join(root, 'bin', 'iogen'));
  copyFileSync(join(sources, 'init.sh'), join(root, 'init'));
  chmodSync(join(root, 'init'), 0o755);
  for (const part of ['count.sh', 'suites.sh']) copyFileSync(join(sources, part), join(root, 'guest', part));
  const modules = modulesOf(kernel, drivers);
  for (const { name, bytes } of modules) writeFileSync(join(root, 'modules', `${name}.ko`), bytes);
  writeFileSync(join(root, 'modules', 'order'), modules.map(({ name }) => `${name}\n`).join(''));
  const archive = join(folder, 'initramfs.gz');
  writeFileSync(archive, gzipSync(archiveOf(root), { level: 1 }));
  rmSync(root, { recursive: true, force: true });
  return archive;
}

function compile(source: string, program: string): void {
  execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-static', '-o', program, source], { stdio: 'inherit' });
}

function archiveOf(root: string): Buffer {
  const names = execFileSync('find', ['.'], { cwd: root });
  return execFileSync('cpio', ['-o', '-H', 'newc', '--quiet'], {
    cwd: root,
    input: names,
    maxBuffer: MOST_BYTES,
  });
}
