/**
 * The on-disk cache: blobs by key, in the user's cache folder. Nothing in it is trusted: an entry that is not exactly
 * what was written is as if it were not there. Runs may share it at the same time: an entry appears whole, by rename.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Cache {
  /** Null when there is no such entry, or none that can be trusted. */
  get(key: string): Uint8Array | null;
  /** A cache that cannot be written to is no error: the entry is simply not kept. */
  put(key: string, bytes: Uint8Array): void;
}

export interface CacheOptions {
  /** Null: nothing is kept (`--no-cache`). */
  readonly folder: string | null;
  /** Entries used longest ago are dropped beyond this. */
  readonly maxBytes?: number;
}

const defaultMaxBytes = 256 * 1024 * 1024;
/** Raised when the meaning of any cached blob changes. */
const formatName = 'v1';
const magic = Buffer.from('vringside cache\n', 'latin1');
const checksumBytes = 32;

/** Where this user's caches live, by the custom of the system. */
export function userCacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  if (platform === 'win32')
    return join(env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'vringside', 'Cache');
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'vringside');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'vringside');
  return join(homedir(), '.cache', 'vringside');
}

/** A key for something computed from `parts` alone; each part's length counts, so no two lists share one. */
export function cacheKey(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}

export function openCache(options: CacheOptions): Cache {
  if (options.folder === null) return noCache;
  const folder = join(options.folder, formatName);
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  let isTrimmed = false;
  return {
    get: (key) => readEntry(entryPath(folder, key)),
    put(key, bytes) {
      try {
        writeEntry(entryPath(folder, key), bytes);
        // Once a run is enough: what one run adds is small against the cap.
        if (!isTrimmed) trim(folder, maxBytes);
        isTrimmed = true;
      } catch {
        // A full or read-only disk makes the next run slower, not this one wrong.
      }
    },
  };
}

const noCache: Cache = { get: () => null, put: () => undefined };

function entryPath(folder: string, key: string): string {
  const name = /^[0-9a-f]{8,}$/.test(key) ? key : cacheKey(key);
  return join(folder, name.slice(0, 2), name.slice(2));
}

function readEntry(path: string): Uint8Array | null {
  try {
    const all = fs.readFileSync(path);
    const body = all.subarray(magic.length + checksumBytes);
    const sum = all.subarray(magic.length, magic.length + checksumBytes);
    if (!all.subarray(0, magic.length).equals(magic) || !checksum(body).equals(sum)) {
      fs.rmSync(path, { force: true });
      return null;
    }
    markUsed(path);
    return body;
  } catch {
    return null;
  }
}

/** `trim` goes by the time of last use. In a read-only cache nothing is trimmed, so it need not be noted. */
function markUsed(path: string): void {
  try {
    const now = new Date();
    fs.utimesSync(path, now, now);
  } catch {
    // See above.
  }
}

function writeEntry(path: string, bytes: Uint8Array): void {
  const folder = join(path, '..');
  fs.mkdirSync(folder, { recursive: true });
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    fs.writeFileSync(temporary, Buffer.concat([magic, checksum(bytes), bytes]));
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly usedMs: number;
}

/** Drops what was used longest ago until the rest fits, and what runs that died left half written. */
function trim(folder: string, maxBytes: number): void {
  const entries = entriesBelow(folder).sort((a, b) => b.usedMs - a.usedMs);
  const staleMs = Date.now() - 3600_000;
  let total = 0;
  for (const entry of entries) {
    const isAbandoned = entry.path.endsWith('.tmp') && entry.usedMs < staleMs;
    if (!isAbandoned) total += entry.bytes;
    if (isAbandoned || total > maxBytes) fs.rmSync(entry.path, { force: true });
  }
}

function entriesBelow(folder: string): Entry[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.flatMap((name) => {
    const path = join(folder, name);
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() ? [{ path, bytes: stat.size, usedMs: stat.mtimeMs }] : [];
  });
}
