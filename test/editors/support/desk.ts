import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkoutRoot } from '../../support/tracked-files.js';

/** A place for one editor: a copy of the demo tree with a patch in it, a home of its own, `vringside-lsp` on the path. */
export interface Desk {
  readonly folder: string;
  readonly tree: string;
  /** Writes a file beside the tree and gives its path. */
  file(name: string, text: string): string;
  /**
   * Runs an editor without a screen and gives what its script wrote, as JSON, to the file named in `VRINGSIDE_RESULT`.
   * Throws, with all it said, when it wrote nothing or takes too long.
   */
  run(program: string, args: readonly string[], timeoutMs?: number): Promise<unknown>;
  clear(): void;
}

export function makeDesk(): Desk {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-editor-')));
  const tree = join(folder, 'linux');
  const bin = join(folder, 'bin');
  const home = join(folder, 'home');
  cpSync(join(checkoutRoot, 'fixtures/demo'), tree, { recursive: true });
  cpSync(join(checkoutRoot, 'client/sample/map-tables.patch'), join(tree, 'map-tables.patch'));
  for (const made of [bin, home]) mkdirSync(made);
  const program = join(bin, 'vringside-lsp');
  const script = join(checkoutRoot, 'server/bin/vringside-lsp.js');
  writeFileSync(program, `#!/bin/sh\nexec ${process.execPath} ${script} "$@"\n`);
  chmodSync(program, 0o755);
  const result = join(folder, 'result.json');
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return {
    folder,
    tree,
    file,
    async run(command, args, timeoutMs = 180_000) {
      const said = await finished(command, args, timeoutMs, {
        cwd: tree,
        env: {
          PATH: [bin, process.env.PATH ?? ''].join(delimiter),
          HOME: home,
          XDG_CACHE_HOME: join(home, 'cache'),
          LANG: 'C.UTF-8',
          TERM: 'dumb',
          VRINGSIDE_RESULT: result,
          VRINGSIDE_TREE: tree,
        },
      });
      if (!existsSync(result)) throw new Error(`${command} gave no result\n${said}`);
      return JSON.parse(readFileSync(result, 'utf8')) as unknown;
    },
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** All an editor said; it and what it started are killed when it takes too long. */
function finished(
  command: string,
  args: readonly string[],
  timeoutMs: number,
  options: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let said = '';
    const read = (data: Buffer): void => {
      said += data.toString('utf8');
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      said += `\nkilled after ${timeoutMs} ms`;
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    child.once('close', () => {
      clearTimeout(timer);
      done(said);
    });
  });
}
