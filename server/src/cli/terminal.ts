/** What this process writes to: width, colour and signs of the terminal, and where results go. */
import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { makeStyle, type Style } from '../report/style.js';
import type { ColorMode } from './arguments.js';
import { UsageError } from './failure.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Target {
  readonly isTTY: boolean;
  readonly columns: number | null;
}

/** The style for `target`; what goes to a file or a pipe is plain unless colour is asked for. */
export function styleFor(mode: ColorMode, target: Target, env: Environment): Style {
  const isAuto = target.isTTY && !env.NO_COLOR && env.TERM !== 'dumb';
  return makeStyle({
    isColoured: mode === 'always' || (mode === 'auto' && isAuto),
    isUnicode: target.isTTY && speaksUnicode(env),
    width: target.columns ?? 100,
  });
}

function speaksUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return process.platform === 'win32' || process.platform === 'darwin' || /utf-?8/i.test(locale);
}

/** A file that appears only when it is complete. */
export function writeFileWhole(text: string, file: string): void {
  const sink = openFile(file);
  sink.write(text);
  sink.close();
}

/** Takes a result piece by piece. */
export interface Sink {
  /** False when nobody reads on. */
  readonly write: (text: string) => boolean;
  readonly close: () => void;
  /** Leaves nothing behind. */
  readonly discard: () => void;
}

/** A file written piece by piece, that appears when it is closed. A device or a pipe is written to, never replaced. */
export function openFile(file: string): Sink {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined || stat.isFile() ? openWhole(file) : openInPlace(file);
}

function openInPlace(file: string): Sink {
  const fd = attempt(file, () => openSync(file, 'w'));
  return {
    write: (text) => attempt(file, () => writeAll(fd, text)),
    close: () => attempt(file, () => closeSync(fd)),
    discard: () => closeSync(fd),
  };
}

function openWhole(file: string): Sink {
  const part = `${file}.part-${process.pid}`;
  const removed = (): void => rmSync(part, { force: true });
  const fd = attempt(file, () => openSync(part, 'w'), removed);
  return {
    write: (text) => attempt(file, () => writeAll(fd, text), removed),
    close: () => {
      const finish = (): void => {
        closeSync(fd);
        renameSync(part, file);
      };
      attempt(file, finish, removed);
    },
    discard: () => {
      closeSync(fd);
      removed();
    },
  };
}

function attempt<T>(file: string, work: () => T, onFailure: () => void = () => {}): T {
  try {
    return work();
  } catch (error) {
    onFailure();
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Standard output, written to the end before the process may leave; false when nobody reads on. */
export function writeStdout(text: string): boolean {
  return writeAll(1, text);
}

/** A pipe may take a part at a time, or say that it is full for now. */
function writeAll(fd: number, text: string): boolean {
  let bytes = Buffer.from(text, 'utf8');
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(fd, bytes));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // The reader has enough, as in `vringside sites | head`.
      if (code === 'EPIPE' && fd === 1) return false;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
  return true;
}
