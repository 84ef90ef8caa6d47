/** Looks for the words in many files: the loop that runs in the caller's thread and in every helper thread alike. */
import type * as fs from 'node:fs';

/** What is known of a file; 0 in fresh memory. */
export const verdict = { none: 0, absent: 1, present: 2, unreadable: 3 } as const;

/** What the threads share: who takes which files next, and what was found. */
export interface ScanWork {
  readonly module: WebAssembly.Module;
  readonly words: readonly string[];
  readonly windowBytes: number;
  readonly root: string;
  readonly paths: readonly string[];
  /** Number of the next file nobody has taken. */
  readonly next: Int32Array;
  /** One verdict a path. */
  readonly verdicts: Uint8Array;
}

/**
 * Takes files, `batch` at a time, until none is left, or `untilMs` of the clock has come. False when files are left.
 *
 * A helper thread gets this function as text, so that it works alike from source and from a bundle: it may use
 * nothing but its arguments and the globals of JavaScript.
 */
export function scanFiles(io: typeof fs, work: ScanWork, batch: number, untilMs: number): boolean {
  const exports = new WebAssembly.Instance(work.module).exports;
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const next = exports.next as (at: number, end: number) => number;
  const words = work.words.map((word) => Array.from(word, (letter) => letter.charCodeAt(0)));
  const overlap = Math.max(...work.words.map((word) => word.length)) - 1;

  const isWordAt = (word: readonly number[], at: number, end: number): boolean => {
    if (at + word.length > end) return false;
    for (let i = 0; i < word.length; i++) {
      const code = memory[at + i] as number;
      if ((code >= 0x41 && code <= 0x5a ? code | 0x20 : code) !== word[i]) return false;
    }
    return true;
  };
  const windowHolds = (end: number): boolean => {
    for (let at = next(0, end); at < end; at = next(at + 1, end)) {
      for (const word of words) if (isWordAt(word, at, end)) return true;
    }
    return false;
  };
  const fileHolds = (path: string): boolean => {
    const file = io.openSync(`${work.root}/${path}`, 'r');
    try {
      for (let kept = 0; ; kept = overlap) {
        const end = kept + io.readSync(file, memory, kept, work.windowBytes - kept, null);
        if (windowHolds(end)) return true;
        if (end < work.windowBytes) return false;
        memory.copyWithin(0, end - overlap, end);
      }
    } finally {
      io.closeSync(file);
    }
  };
  // 1, 2, 3: absent, present, unreadable of `verdict`, which this function cannot reach (see above).
  const verdictOf = (path: string): number => {
    try {
      return fileHolds(path) ? 2 : 1;
    } catch {
      return 3;
    }
  };

  for (;;) {
    const from = Atomics.add(work.next, 0, batch);
    if (from >= work.paths.length) return true;
    const to = Math.min(from + batch, work.paths.length);
    for (let i = from; i < to; i++) work.verdicts[i] = verdictOf(work.paths[i] as string);
    if (Date.now() >= untilMs) return false;
  }
}
