import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Applied, applyPatches, readPatches } from '../../../server/src/review/index.js';

export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'vringside-review-')));
}

export function put(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

export function git(cwd: string, ...args: readonly string[]): string {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  return execFileSync('git', [...args], {
    cwd,
    env,
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The diff of two texts of one file, as git writes it below `a/` and `b/`. */
export function gitDiff(before: string, after: string, ...options: readonly string[]): string {
  const folder = temporaryFolder();
  try {
    put(folder, { 'a/f.c': before, 'b/f.c': after });
    const args = ['diff', '--no-index', '--no-prefix', ...options, 'a/f.c', 'b/f.c'];
    return spawnSync('git', args, { cwd: folder, encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `git apply` makes of the text; null when it refuses. */
export function gitApply(before: string, patch: string): string | null {
  const folder = temporaryFolder();
  try {
    put(folder, { 'f.c': before, 'p.diff': patch });
    const { status } = spawnSync('git', ['apply', 'p.diff'], { cwd: folder });
    return status === 0 ? readFileSync(join(folder, 'f.c'), 'utf8') : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function applyTo(files: Readonly<Record<string, string>>, patch: string | Uint8Array): Applied {
  return applyPatches(readPatches(patch, 'p.diff'), (path) => files[path] ?? null);
}

/** The files after a patch; null: gone. */
export function patched(files: Readonly<Record<string, string>>, patch: string | Uint8Array) {
  return Object.fromEntries(applyTo(files, patch).overlay);
}
