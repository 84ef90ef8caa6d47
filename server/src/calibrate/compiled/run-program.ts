/**
 * The only place of vringside that starts a program: for `model calibrate`, the user's C compiler and what it made of the
 * text that comes with vringside. ARCHITECTURE.md, invariant 5; a test holds it to this file.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Started {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  /** Where it runs; nothing else of the user's surroundings reaches it. */
  readonly folder: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly onLine?: (line: string) => void;
}

export interface Ended {
  readonly isOk: boolean;
  readonly lines: readonly string[];
  /** Why it is not: the last line it complained with, or how it ended. */
  readonly reason: string;
}

/** Nothing that is started here has more to say. */
const MAX_LINES = 10_000;

/** Never rejects. */
export function runProgram({ program, args, folder, path, timeoutMs, onLine }: Started): Promise<Ended> {
  const lines: string[] = [];
  let complaint = '';
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: path, LC_ALL: 'C', TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (lines.push(line) > MAX_LINES) child.kill('SIGKILL');
      onLine?.(line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (/error|cannot|:/i.test(line) && complaint === '') complaint = line;
    });
    child.on('error', (error) => resolve({ isOk: false, lines, reason: error.message }));
    child.on('close', (status, signal) => {
      const how = signal === null ? `exit status ${status}` : `ended by ${signal}`;
      resolve({ isOk: status === 0, lines, reason: complaint === '' ? how : complaint });
    });
  });
}
