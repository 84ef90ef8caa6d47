import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutRoot } from '../../support/tracked-files.js';

export const serverProgram = join(checkoutRoot, 'server/bin/vringside-lsp.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** What it wrote to standard error, from the start. */
  log(): string;
}

export interface StartOptions {
  /** Default: the program `vringside-lsp` of this checkout. */
  readonly command?: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A cache folder of this run alone: no test depends on what an earlier one left, nor on the user's. */
let cacheFolder: string | null = null;

function ownCache(): string {
  if (cacheFolder === null) {
    const folder = mkdtempSync(join(tmpdir(), 'vringside-cache-'));
    cacheFolder = folder;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  return cacheFolder;
}

const running = new Set<ChildProcessWithoutNullStreams>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export function startServer(options: StartOptions = {}): ServerProcess {
  const [program, ...args] = options.command ?? [process.execPath, serverProgram, '--stdio'];
  const child = spawn(program, args, {
    cwd: options.cwd ?? checkoutRoot,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      XDG_CACHE_HOME: ownCache(),
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-100_000);
  });
  // A server that ended while we write to it is a result, and told by `ended`.
  child.stdin.on('error', () => {});
  const ended = new Promise<Ended>((done) => {
    child.once('error', (error) => {
      log += String(error);
      running.delete(child);
      done({ code: null, signal: null });
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      done({ code, signal });
    });
  });
  return { child, ended, log: () => log };
}
