import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkoutRoot } from '../support/tracked-files.js';

export const program = join(checkoutRoot, 'server/bin/vringside.js');
export const demo = join(checkoutRoot, 'fixtures/demo');

export interface Result {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Setting {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; default none. */
  readonly input?: string;
  /** Called with each piece of standard output; false closes the pipe. */
  readonly onData?: (text: string) => boolean;
}

/** Runs the built program as a user's shell would, without a terminal. */
export function vringside(args: readonly string[], setting: Setting = {}): Promise<Result> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: setting.cwd ?? checkoutRoot,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...setting.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(setting.input ?? '');
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (setting.onData?.(text) === false) child.stdout.destroy();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('error', fail);
    child.on('close', (status) => done({ status, out, err }));
  });
}
