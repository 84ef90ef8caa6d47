/**
 * Kernel images of Debian, kept unpacked in the user's cache folder and never in the checkout: they are GPL, and large.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { Release } from './boots.js';

export interface Kernel {
  readonly release: Release;
  /** Debian's package: `linux-image-6.12.117+deb12-amd64`. */
  readonly packageName: string;
  readonly image: string;
  /** The folder of its modules: `lib/modules/VERSION/kernel`. */
  readonly modules: string;
}

/** Names of packages with the plain kernel of that release: `6.1.0-56`, `6.12.117+deb12`. */
const packageNames: Readonly<Record<Release, RegExp>> = {
  '6.1': /^linux-image-6\.1\.\d+-\d+-amd64$/,
  '6.12': /^linux-image-6\.12\.\d+\+deb\d+(\.\d+)?-amd64$/,
};

export function oracleCache(): string {
  return process.env.VRINGSIDE_ORACLE ?? join(homedir(), '.cache', 'vringside-oracle');
}

/** The newest kernel of that release that is unpacked, or else that apt offers. */
export function kernelOf(release: Release): Kernel {
  const unpacked = join(oracleCache(), 'kernels');
  const here = existsSync(unpacked) ? newest(readdirSync(unpacked), release) : undefined;
  const name = here ?? newest(offered(release), release);
  if (name === undefined)
    throw new Error(
      `apt knows no kernel image of Linux ${release}: apt-get update, or add the suite that has it`,
    );
  if (here === undefined) fetchKernel(name, unpacked);
  return describe(release, name, join(unpacked, name));
}

function newest(names: readonly string[], release: Release): string | undefined {
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  return names
    .filter((name) => packageNames[release].test(name))
    .sort(compare)
    .at(-1);
}

function offered(release: Release): string[] {
  const text = execFileSync('apt-cache', ['search', '--names-only', `^linux-image-${release}`], {
    encoding: 'utf8',
  });
  return text.split('\n').map((line) => line.split(' ')[0] ?? '');
}

/** Unpacks beside the goal and renames, so that an interrupted run leaves no half kernel under the final name. */
function fetchKernel(name: string, folder: string): void {
  const part = join(folder, `.part-${process.pid}`);
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  try {
    execFileSync('apt-get', ['download', name], { cwd: part, stdio: ['ignore', 'ignore', 'inherit'] });
    const archive = readdirSync(part).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt-get download ${name} left no package`);
    const root = join(part, name);
    execFileSync('dpkg-deb', ['-x', join(part, archive), root], { stdio: 'inherit' });
    renameSync(root, join(folder, name));
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function describe(release: Release, packageName: string, root: string): Kernel {
  const [version] = readdirSync(join(root, 'lib', 'modules'));
  if (version === undefined) throw new Error(`${packageName} has no modules`);
  return {
    release,
    packageName,
    image: join(root, 'boot', `vmlinuz-${version}`),
    modules: join(root, 'lib', 'modules', version, 'kernel'),
  };
}

export interface Module {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The named modules and all they need, each after what it needs. What is not there is built in. */
export function modulesOf(kernel: Kernel, wanted: readonly string[]): Module[] {
  const files = moduleFiles(kernel.modules);
  const ordered = new Map<string, Module>();
  const add = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || ordered.has(name)) return;
    const bytes = file.endsWith('.xz') ? unxz(file) : readFileSync(file);
    for (const needed of neededBy(bytes)) add(needed);
    ordered.set(name, { name, bytes });
  };
  for (const name of wanted) add(name);
  return [...ordered.values()];
}

function moduleFiles(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const name = /^(.+)\.ko(\.xz)?$/.exec(basename(entry))?.[1];
    if (name !== undefined) files.set(name.replaceAll('-', '_'), join(folder, entry));
  }
  return files;
}

const MOST_MODULE_BYTES = 64 << 20;

function unxz(file: string): Buffer {
  return execFileSync('xz', ['-dc', file], { maxBuffer: MOST_MODULE_BYTES });
}

/** The module's own list of what it needs: the string `depends=a,b` of its .modinfo section. */
function neededBy(module: Buffer): string[] {
  const key = '\0depends=';
  const at = module.indexOf(key);
  if (at < 0) return [];
  const from = at + key.length;
  return module
    .toString('latin1', from, module.indexOf(0, from))
    .split(',')
    .filter((name) => name !== '')
    .map((name) => name.replaceAll('-', '_'));
}
