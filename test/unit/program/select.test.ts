import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findTree,
  openCache,
  openStatIndex,
  selectFiles,
  treeOrFolder,
} from '../../../server/src/program/index.js';
import { smallTree } from './support.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-select-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('findTree', () => {
  it('finds the tree above a file, and its version', () => {
    const tree = findTree(join(smallTree, 'drivers/virtio/ring.c'));
    expect(tree).toEqual({ root: smallTree, version: '6.99.3' });
  });

  it('takes a folder outside any tree as it is', () => {
    writeFileSync(join(folder, 'Makefile'), 'VERSION = 1\nall:\n');
    expect(findTree(folder)).toBeNull();
    expect(treeOrFolder(folder).version).toBeNull();
  });
});

describe('selectFiles', () => {
  it('takes the files that hold a relevant word in any case, and no others', async () => {
    const { files, considered, notAnalysed } = await selectFiles({ root: smallTree });
    expect(files).toContain('drivers/net/SHOUTING.C');
    expect(files).toContain('arch/alpha/kernel/mem.c');
    expect(files).not.toContain('drivers/net/plain.c');
    expect(files).not.toContain('include/linux/types.h');
    expect(files).toEqual([...files].sort());
    expect(considered).toBe(18);
    expect(notAnalysed).toEqual([]);
  });

  it('takes a file named by itself whatever it holds', async () => {
    const paths = ['drivers/net/plain.c', join(smallTree, 'arch/beta')];
    const { files } = await selectFiles({ root: smallTree, paths });
    expect(files).toEqual(['arch/beta/kernel/mem.c', 'drivers/net/plain.c']);
  });

  it('says which paths are not there', async () => {
    const { files, notAnalysed } = await selectFiles({
      root: smallTree,
      paths: ['drivers/none', 'drivers/net'],
    });
    expect(files).toEqual(['drivers/net/SHOUTING.C']);
    expect(notAnalysed).toEqual([{ file: 'drivers/none', reason: 'no such file or folder' }]);
  });

  it('ends on links that lead in circles, and follows those that lead out', async () => {
    const tree = join(folder, 'tree');
    const outside = join(folder, 'outside');
    mkdirSync(join(tree, 'a'), { recursive: true });
    mkdirSync(outside);
    writeFileSync(join(tree, 'a/one.c'), '/* virtio */');
    writeFileSync(join(outside, 'two.c'), '/* virtio */');
    symlinkSync('..', join(tree, 'a/up'));
    symlinkSync(join(outside), join(tree, 'out'));
    symlinkSync(join(outside), join(outside, 'self'));
    symlinkSync('nowhere', join(tree, 'a/broken.c'));
    const { files } = await selectFiles({ root: tree });
    expect(files).toEqual(['a/one.c', 'out/two.c']);
  });

  it('finds a word wherever it lies against the windows a file is read in', async () => {
    const names: string[] = [];
    for (let shift = -9; shift <= 9; shift++) {
      const name = `f${String(shift + 50)}.c`;
      names.push(name);
      writeFileSync(
        join(folder, name),
        `${' '.repeat(256 * 1024 + shift)}virtqueue${' '.repeat(300 * 1024)}`,
      );
    }
    writeFileSync(join(folder, 'never.c'), `${'virtqueu virti vrin VHOS '.repeat(40_000)}`);
    writeFileSync(join(folder, 'empty.c'), '');
    const { files, considered } = await selectFiles({ root: folder });
    expect(files).toEqual(names.sort());
    expect(considered).toBe(names.length + 2);
  });

  it('gives the same answer with helper threads', async () => {
    for (let i = 0; i < 4200; i++)
      writeFileSync(join(folder, `f${i}.c`), i % 7 === 0 ? 'int vring;' : 'int x;');
    const progress: number[] = [];
    const onProgress = ({ done }: { done: number }) => progress.push(done);
    const alone = await selectFiles({ root: folder, jobs: 1 });
    const helped = await selectFiles({ root: folder, jobs: 3, onProgress });
    expect(alone.files).toHaveLength(600);
    expect(helped).toEqual(alone);
    expect(progress.at(-1)).toBe(4200);
  });
});

describe('the memory of earlier runs', () => {
  const words = ['virtio'];
  const old = new Date(Date.now() - 60_000);

  /** A copy of the tree that has been left alone for a while, but for the times the system itself keeps. */
  function agedTree(): string {
    const tree = join(folder, 'tree');
    cpSync(smallTree, tree, { recursive: true });
    return tree;
  }

  it('trusts a verdict while the file stays as it was, and no longer', () => {
    const store = openCache({ folder: join(folder, 'cache') });
    const index = openStatIndex(store, folder, words);
    const then = { size: 10, modifiedMs: old.getTime(), changedMs: old.getTime(), inode: 5 };
    index.remember(['a.c', 'b.c'], [then, then], Uint8Array.from([2, 1]));
    const again = openStatIndex(store, folder, words);
    expect(again.verdict('a.c', then)).toBe(2);
    expect(again.verdict('b.c', then)).toBe(1);
    expect(again.verdict('c.c', then)).toBeNull();
    for (const change of [{ size: 11 }, { modifiedMs: 1 }, { changedMs: 1 }, { inode: 6 }]) {
      expect(again.verdict('a.c', { ...then, ...change })).toBeNull();
    }
    expect(openStatIndex(store, folder, ['vring']).verdict('a.c', then)).toBeNull();
    expect(openStatIndex(store, join(folder, 'other'), words).verdict('a.c', then)).toBeNull();
  });

  it('keeps nothing about a file changed just now', () => {
    const store = openCache({ folder: join(folder, 'cache') });
    const now = { size: 10, modifiedMs: Date.now(), changedMs: Date.now(), inode: 5 };
    openStatIndex(store, folder, words).remember(['a.c'], [now], Uint8Array.from([1]));
    expect(openStatIndex(store, folder, words).verdict('a.c', now)).toBeNull();
  });

  it('sees an edit that the cache has not seen', async () => {
    const tree = agedTree();
    const cache = openCache({ folder: join(folder, 'cache') });
    const select = () => selectFiles({ root: tree, known: openStatIndex(cache, tree, words) });
    const before = await select();
    expect(before.files).not.toContain('drivers/net/plain.c');
    writeFileSync(join(tree, 'drivers/net/plain.c'), 'int virtio;');
    utimesSync(join(tree, 'drivers/net/plain.c'), old, old);
    expect((await select()).files).toContain('drivers/net/plain.c');
  });

  it('is rebuilt when damaged', () => {
    const then = { size: 10, modifiedMs: old.getTime(), changedMs: old.getTime(), inode: 5 };
    const entries = new Map<string, Uint8Array>();
    const store = {
      get: (key: string) => entries.get(key) ?? null,
      put: (key: string, bytes: Uint8Array) => void entries.set(key, bytes),
    };
    openStatIndex(store, folder, words).remember(['a.c'], [then], Uint8Array.from([2]));
    const [key, whole] = [...entries][0]!;
    for (const damaged of [whole.slice(0, -1), whole.slice(1), new Uint8Array(), new Uint8Array(5000)]) {
      entries.set(key, damaged);
      expect(openStatIndex(store, folder, words).verdict('a.c', then)).toBeNull();
    }
  });
});
