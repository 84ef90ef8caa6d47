/** The accepted findings of each tree: those in its baseline, and those the user just put there, saved or not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BaselineError, extendedBaseline, parseBaseline } from '../baseline/index.js';
import { reasonOf } from '../program/files/list-files.js';
import type { Finding } from '../rules/index.js';
import type { Log } from './guarded.js';

export interface BaselineText {
  /** Absolute. */
  readonly path: string;
  /** Null where there is no file yet. */
  readonly before: string | null;
  readonly after: string;
}

export class Baselines {
  readonly #log: Pick<Log, 'warn'>;
  readonly #known = new Map<string, ReadonlySet<string>>();
  /** Texts that were given to the client and may not be on disk yet. */
  readonly #unsaved = new Map<string, string>();

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  /** The fingerprints in the baseline of a tree; none where there is no file, or one that cannot be read. */
  known(root: string, name: string): ReadonlySet<string> {
    const path = join(root, name);
    let known = this.#known.get(path);
    if (known === undefined) {
      known = this.#read(path, name);
      this.#known.set(path, known);
    }
    return known;
  }

  /**
   * The text of a baseline with more findings in it. Nothing is kept: `tell` it when the text was taken.
   *
   * @throws {BaselineError} that says what is wrong with the file as it is
   */
  extended(root: string, name: string, findings: readonly Finding[]): BaselineText {
    const path = join(root, name);
    const before = this.#unsaved.get(path) ?? textOf(path);
    return { path, before, after: extendedBaseline(before, name, findings) };
  }

  /** The client took the text, and may save it later. */
  taken({ path, after }: BaselineText): void {
    this.#unsaved.set(path, after);
    this.#known.delete(path);
  }

  /** These files are as they are on disk now. */
  forget(paths: readonly string[]): void {
    for (const path of paths) {
      this.#known.delete(path);
      this.#unsaved.delete(path);
    }
  }

  #read(path: string, name: string): ReadonlySet<string> {
    try {
      const text = this.#unsaved.get(path) ?? textOf(path);
      return new Set(text === null ? [] : parseBaseline(text, name).map(({ fingerprint }) => fingerprint));
    } catch (error) {
      this.#log.warn(error instanceof BaselineError ? error.message : `${name}: ${reasonOf(error)}`);
      return new Set();
    }
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
