import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheKey, openCache, userCacheFolder } from '../../../server/src/program/files/cache.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textOf = (entry: Uint8Array | null): string | null =>
  entry === null ? null : Buffer.from(entry).toString();

function filesBelow(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => join(path, name));
  return names.filter((name) => statSync(name).isFile());
}

describe('the cache', () => {
  it('gives back what was put, in this run and the next', () => {
    openCache({ folder }).put(cacheKey('a'), bytes('one'));
    expect(textOf(openCache({ folder }).get(cacheKey('a')))).toBe('one');
    expect(openCache({ folder }).get(cacheKey('b'))).toBeNull();
  });

  it('keeps nothing when there is to be none', () => {
    const cache = openCache({ folder: null });
    cache.put(cacheKey('a'), bytes('one'));
    expect(cache.get(cacheKey('a'))).toBeNull();
  });

  it('never gives out a damaged entry, and takes a new one in its place', () => {
    const cache = openCache({ folder });
    const key = cacheKey('a');
    cache.put(key, bytes('the truth'));
    const file = filesBelow(folder)[0]!;
    const whole = readFileSync(file);
    const damages = [
      whole.subarray(0, 20),
      Buffer.alloc(0),
      Buffer.from(whole).fill(0, whole.length - 3),
      Buffer.concat([whole, bytes('x')]),
    ];
    for (const damaged of damages) {
      writeFileSync(file, damaged);
      expect(cache.get(key)).toBeNull();
      cache.put(key, bytes('the truth'));
      expect(textOf(cache.get(key))).toBe('the truth');
    }
  });

  it('drops what was used longest ago when it grows too large', () => {
    const size = 10_000;
    const names = ['a', 'b', 'c'];
    for (const name of names) openCache({ folder }).put(cacheKey(name), new Uint8Array(size));
    for (const file of filesBelow(folder)) utimesSync(file, new Date(1000), new Date(1000));
    expect(openCache({ folder }).get(cacheKey('b'))).not.toBeNull();
    openCache({ folder, maxBytes: 2.5 * size }).put(cacheKey('d'), new Uint8Array(size));
    const kept = [...names, 'd'].filter((name) => openCache({ folder }).get(cacheKey(name)) !== null);
    expect(kept).toEqual(['b', 'd']);
  });

  it('does without a folder it cannot write to', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const cache = openCache({ folder: join(file, 'below') });
    cache.put(cacheKey('a'), bytes('one'));
    expect(cache.get(cacheKey('a'))).toBeNull();
  });

  it('tells lists of parts apart', () => {
    expect(cacheKey('ab', 'c')).not.toBe(cacheKey('a', 'bc'));
    expect(cacheKey('ab')).not.toBe(cacheKey('ab', ''));
  });

  it('lies where the system keeps caches', () => {
    expect(userCacheFolder({ XDG_CACHE_HOME: '/x' }, 'linux')).toBe(join('/x', 'vringside'));
    expect(userCacheFolder({}, 'linux')).toMatch(/\.cache.vringside$/);
    expect(userCacheFolder({}, 'darwin')).toMatch(/Library.Caches.vringside$/);
    expect(userCacheFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe(join('/l', 'vringside', 'Cache'));
  });

  it('serves two processes that write the same entries at once', async () => {
    const program = join(folder, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { openCache, cacheKey } from './cache.js';
          const cache = openCache({ folder: process.argv[2] });
          let wrong = 0;
          for (let i = 0; i < 400; i++) {
            const key = cacheKey('entry', String(i % 5));
            const seen = cache.get(key);
            if (seen !== null && !(seen.length === 50000 && seen.every((byte) => byte === seen[0]))) wrong++;
            cache.put(key, new Uint8Array(50000).fill(i % 256));
          }
          process.exit(wrong === 0 ? 0 : 1);`,
        resolveDir: join(import.meta.dirname, '../../../server/src/program/files'),
        loader: 'ts',
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
    });
    const entries = join(folder, 'entries');
    const run = () =>
      new Promise<number | null>((resolve) => {
        spawn(process.execPath, [program, entries], { stdio: 'inherit' }).once('exit', resolve);
      });
    expect(await Promise.all([run(), run()])).toEqual([0, 0]);
    const cache = openCache({ folder: entries });
    for (let i = 0; i < 5; i++) expect(cache.get(cacheKey('entry', String(i)))).toHaveLength(50000);
    expect(filesBelow(entries).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});
