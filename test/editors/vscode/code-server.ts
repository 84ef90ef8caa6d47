import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The last one that runs on Node 20; it holds VS Code 1.100.3, the oldest the extension supports. */
const VERSION = '4.100.3';

/** Where what the editor tests need is kept between runs, outside the checkout. */
export function editorsFolder(): string {
  return process.env.VRINGSIDE_EDITORS ?? join(homedir(), '.cache', 'vringside-editors');
}

function installed(): string {
  return join(editorsFolder(), `code-server-${VERSION}`);
}

function vscodeFolder(root = installed()): string {
  return join(root, 'node_modules/code-server/lib/vscode');
}

/** Installs VS Code's server from the npm registry, once. Its install scripts download more and are not run: nothing here needs them. */
export function ensureCodeServer(): string {
  if (existsSync(join(installed(), '.complete'))) return vscodeFolder();
  const part = `${installed()}.part-${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const npm = (cwd: string, ...args: string[]): void => {
    execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...args], {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  };
  npm(part, '--prefix', part, `code-server@${VERSION}`);
  npm(vscodeFolder(part), '--omit=dev');
  mkdirSync(join(part, '.complete'));
  // Another run may have been faster, and be using it already.
  if (existsSync(join(installed(), '.complete'))) rmSync(part, { recursive: true, force: true });
  else {
    rmSync(installed(), { recursive: true, force: true });
    renameSync(part, installed());
  }
  return vscodeFolder();
}

export interface CodeServer {
  readonly url: string;
  stop(): Promise<void>;
}

const serverMain = (): string => join(vscodeFolder(), 'out/server-main.js');

// Without an (empty) gallery it looks for the host of one.
const environment = { ...process.env, EXTENSIONS_GALLERY: '{}' };

/** Starts VS Code's server on a port of the system's choice. */
export function startCodeServer(
  dataFolder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CodeServer> {
  const child = spawn(
    process.execPath,
    [
      serverMain(),
      ...[
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--without-connection-token',
        '--accept-server-license-terms',
      ],
      ...['--server-data-dir', dataFolder, '--telemetry-level', 'off', '--disable-telemetry'],
      '--disable-workspace-trust',
    ],
    { env: { ...environment, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.pid === undefined) return;
    const ended = new Promise((done) => child.once('close', done));
    // The group: extension hosts and the language server are its children.
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
    await ended;
  };
  process.once('exit', () => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (child.pid !== undefined && isRunning) process.kill(-child.pid, 'SIGKILL');
  });
  return new Promise((done, fail) => {
    let said = '';
    const read = (data: Buffer): void => {
      said += data.toString('utf8');
      const port = /Extension host agent listening on (\d+)/.exec(said)?.[1];
      if (port !== undefined) done({ url: `http://127.0.0.1:${port}`, stop });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('close', (code) => fail(new Error(`VS Code's server left with ${code}:\n${said}`)));
  });
}

/** Installs a .vsix as a user does, and says what is installed then. */
export function installVsix(dataFolder: string, vsix: string): string {
  const run = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [serverMain(), '--server-data-dir', dataFolder, '--accept-server-license-terms', ...args],
      { env: environment, encoding: 'utf8', timeout: 60_000 },
    );
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  run('--install-extension', vsix);
  return run('--list-extensions', '--show-versions');
}
