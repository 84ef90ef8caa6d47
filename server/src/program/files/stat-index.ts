/**
 * What earlier runs learnt of the files of one tree, each fact good for as long as the file's `stat` stays the same.
 *
 * A row is written only for a file that had been left alone for a while when it was read, so that a change within one
 * tick of the file system's clock is not missed.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import type { Cache } from './cache.js';
import { verdict } from './scan-files.js';

export interface FileStat {
  readonly size: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly inode: number;
}

export interface StatIndex {
  /** Null when the file cannot be looked at. */
  stat(file: string): FileStat | null;
  /** The verdict of an earlier run on the same words; null when there is none or the file has changed since. */
  verdict(file: string, stat: FileStat): number | null;
  /** Adds what this run found, and writes the whole when that says anything new. */
  remember(files: readonly string[], stats: readonly (FileStat | null)[], verdicts: Uint8Array): void;
}

/** A row on disk: size, modified, changed, inode as float64; the verdicts follow in an array of their own. */
const numbersPerRow = 4;
const restMs = 2000;

interface Rows {
  readonly numbers: Float64Array;
  readonly verdicts: Uint8Array;
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The index of the tree at `root` for the given words, loaded from `store`. */
export function openStatIndex(store: Cache, root: string, words: readonly string[]): StatIndex {
  const key = createHash('sha1')
    .update(['stat-index 1', root, ...words].join('\0'))
    .digest('hex');
  const startedMs = Date.now();
  let rows = decode(store.get(key));

  const matches = (row: number, stat: FileStat): boolean => {
    const at = row * numbersPerRow;
    return (
      rows.numbers[at] === stat.size &&
      rows.numbers[at + 1] === stat.modifiedMs &&
      rows.numbers[at + 2] === stat.changedMs &&
      rows.numbers[at + 3] === stat.inode
    );
  };
  const isKnown = (file: string, stat: FileStat, found: number): boolean => {
    const row = rows.rowOf.get(file);
    return row !== undefined && matches(row, stat) && rows.verdicts[row] === found;
  };
  return {
    stat(file) {
      const stat = fs.statSync(`${root}/${file}`, { throwIfNoEntry: false });
      if (stat === undefined) return null;
      return { size: stat.size, modifiedMs: stat.mtimeMs, changedMs: stat.ctimeMs, inode: stat.ino };
    },
    verdict(file, stat) {
      const row = rows.rowOf.get(file);
      return row === undefined || !matches(row, stat) ? null : (rows.verdicts[row] ?? null);
    },
    remember(files, stats, verdicts) {
      const isWorthARow = (index: number): boolean => {
        const stat = stats[index];
        const found = verdicts[index];
        if (!stat || (found !== verdict.present && found !== verdict.absent)) return false;
        return Math.max(stat.modifiedMs, stat.changedMs) < startedMs - restMs;
      };
      const kept = files.flatMap((_, index) => (isWorthARow(index) ? [index] : []));
      const isNew = (index: number): boolean =>
        !isKnown(files[index] ?? '', stats[index] as FileStat, verdicts[index] ?? 0);
      if (!kept.some(isNew)) return;
      const table = new Map<string, { stat: FileStat; found: number }>();
      for (const [file, row] of rows.rowOf) table.set(file, rowAt(rows, row));
      for (const index of kept)
        table.set(files[index] ?? '', { stat: stats[index] as FileStat, found: verdicts[index] ?? 0 });
      const bytes = encode(table);
      store.put(key, bytes);
      rows = decode(bytes);
    },
  };
}

function rowAt(rows: Rows, row: number): { stat: FileStat; found: number } {
  const [size = 0, modifiedMs = 0, changedMs = 0, inode = 0] = rows.numbers.subarray(row * numbersPerRow);
  return { stat: { size, modifiedMs, changedMs, inode }, found: rows.verdicts[row] ?? 0 };
}

function encode(table: ReadonlyMap<string, { stat: FileStat; found: number }>): Uint8Array {
  const files = [...table.keys()].sort();
  const numbers = new Float64Array(files.length * numbersPerRow);
  const verdicts = new Uint8Array(files.length);
  files.forEach((file, row) => {
    const entry = table.get(file);
    if (!entry) return;
    const { size, modifiedMs, changedMs, inode } = entry.stat;
    numbers.set([size, modifiedMs, changedMs, inode], row * numbersPerRow);
    verdicts[row] = entry.found;
  });
  const names = Buffer.from(files.join('\n'), 'utf8');
  const head = Buffer.from(`${files.length} ${names.length}\n`, 'latin1');
  return Buffer.concat([head, names, Buffer.from(numbers.buffer), verdicts]);
}

/** An empty table for anything that is not exactly what `encode` wrote. */
function decode(bytes: Uint8Array | null): Rows {
  const none: Rows = { numbers: new Float64Array(), verdicts: new Uint8Array(), rowOf: new Map() };
  if (bytes === null) return none;
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headEnd = body.indexOf('\n') + 1;
  const [count = 0, nameBytes = 0] = body.toString('latin1', 0, headEnd).split(' ').map(Number);
  const namesEnd = headEnd + nameBytes;
  const numbersEnd = namesEnd + count * numbersPerRow * 8;
  if (headEnd === 0 || body.length !== numbersEnd + count) return none;
  const files = count === 0 ? [] : body.toString('utf8', headEnd, namesEnd).split('\n');
  // Copied, for a float64 array begins at a multiple of eight.
  const numbers = new Float64Array(Uint8Array.from(body.subarray(namesEnd, numbersEnd)).buffer);
  return {
    numbers,
    verdicts: body.subarray(numbersEnd),
    rowOf: new Map(files.map((file, row) => [file, row])),
  };
}
