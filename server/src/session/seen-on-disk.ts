/** What a session read from disk, as it was then: so that changes are noticed that nobody tells of. */
import { statSync } from 'node:fs';
import type { SourceReader } from '../program/index.js';

export class SeenOnDisk {
  readonly #root: string;
  /** Path -> what it was when it was asked for. */
  readonly #seen = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The same reader, watched. */
  watching(reader: SourceReader): SourceReader {
    return {
      ...reader,
      read: (path) => {
        this.#note(path);
        return reader.read(path);
      },
      exists: (path) => {
        this.#note(path);
        return reader.exists(path);
      },
    };
  }

  /** Whether a file that was read, or looked for in vain, is not as it was. A millisecond for a thousand files. */
  hasChanged(): boolean {
    for (const [path, was] of this.#seen) if (this.#stateOf(path) !== was) return true;
    return false;
  }

  forget(): void {
    this.#seen.clear();
  }

  #note(path: string): void {
    if (!this.#seen.has(path)) this.#seen.set(path, this.#stateOf(path));
  }

  #stateOf(path: string): string {
    try {
      const stat = statSync(`${this.#root}/${path}`, { throwIfNoEntry: false });
      return stat === undefined ? '' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    } catch {
      // No path of a file: it stays what it is.
      return '';
    }
  }
}
