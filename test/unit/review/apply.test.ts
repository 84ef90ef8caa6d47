import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPatches, diskFiles, PatchError, readPatches } from '../../../server/src/review/index.js';
import { applyTo, git, gitDiff, patched, put, temporaryFolder } from './support.js';

const count = (n: number, from = 1): string =>
  Array.from({ length: n }, (_, i) => `line ${from + i}\n`).join('');

function diffOf(path: string, before: string, now: string): string {
  return gitDiff(before, now).replaceAll('/f.c', `/${path}`);
}

describe('where a hunk goes', () => {
  const before = count(40);
  const diff = diffOf('x.c', before, before.replace('line 20\n', 'LINE 20\n'));

  it('is where it says, or else the nearest place that holds it, and that is told', () => {
    expect(applyTo({ 'x.c': before }, diff).moved).toEqual([]);
    const longer = `${count(7, 100)}${before}`;
    const { overlay, moved } = applyTo({ 'x.c': longer }, diff);
    expect(overlay.get('x.c')).toBe(longer.replace('line 20\n', 'LINE 20\n'));
    expect(moved).toEqual([{ number: 1, offset: 7, fuzz: 0, path: 'x.c', patch: 'p.diff' }]);
  });

  it.each([1, 2])('with %i lines of changed context at each end', (fuzz) => {
    let changed = before;
    for (let n = 0; n < fuzz; n++) {
      changed = changed
        .replace(`line ${17 + n}\n`, `other ${n}\n`)
        .replace(`line ${23 - n}\n`, `more ${n}\n`);
    }
    const { overlay, moved } = applyTo({ 'x.c': changed }, diff);
    expect(overlay.get('x.c')).toBe(changed.replace('line 20\n', 'LINE 20\n'));
    expect(moved).toMatchObject([{ offset: 0, fuzz }]);
  });

  it('is nowhere when all context is gone, and the message says which line is in the way', () => {
    const changed = before.replace('line 20\n', 'line twenty\n');
    expect(() => patched({ 'x.c': changed }, diff)).toThrow(
      new PatchError(
        'p.diff',
        5,
        'hunk 1 does not apply to x.c: line 20: expected `line 20`, found `line twenty`',
      ),
    );
    expect(() => patched({ 'x.c': before.replace('line 20\n', 'LINE 20\n') }, diff)).toThrow('already there');
    expect(() => patched({ 'x.c': count(19) }, diff)).toThrow('found the end of the file');
  });

  it('is where it says for a diff without context', () => {
    const bare = gitDiff(before, before.replace('line 20\n', 'line 20\nnew\n'), '-U0').replaceAll(
      '/f.c',
      '/x.c',
    );
    expect(patched({ 'x.c': before }, bare)).toEqual({
      'x.c': before.replace('line 20\n', 'line 20\nnew\n'),
    });
  });

  it('is found in a text of bytes that are no UTF-8', () => {
    const latin = Buffer.from('a\n\xe9\nb\nc\n', 'latin1');
    const diff = Buffer.from('--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n a\n \xe9\n-b\n+\xe8\n', 'latin1');
    const { overlay } = applyPatches(readPatches(diff, 'p'), () => latin);
    expect(overlay.get('x.c')).toBe('a\n\xe9\n\xe8\nc\n');
  });
});

describe('files', () => {
  it('are made, removed, renamed, and exchanged', () => {
    const files = { 'a.c': count(10), 'b.c': count(10, 50), 'gone.c': 'x\n' };
    const diff = [
      'diff --git a/a.c b/b.c\nrename from a.c\nrename to b.c\n',
      'diff --git a/b.c b/a.c\nrename from b.c\nrename to a.c\n',
      'diff --git a/gone.c b/gone.c\ndeleted file mode 100644\n--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n',
      '--- /dev/null\n+++ b/new.c\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n',
    ].join('');
    const { overlay, files: images } = applyTo(files, diff);
    expect(Object.fromEntries(overlay)).toEqual({
      'a.c': files['b.c'],
      'b.c': files['a.c'],
      'gone.c': null,
      'new.c': 'one\ntwo',
    });
    expect(images.get('a.c')?.from?.path).toBe('b.c');
    expect(images.get('new.c')?.from).toBeNull();
  });

  it('named twice in one patch are changed twice', () => {
    const [one, two, three] = [
      count(30),
      count(30).replace('line 3\n', ''),
      count(30).replace('line 3\n', 'x\n'),
    ];
    expect(patched({ 'f.c': one }, gitDiff(one, two) + gitDiff(two, three))).toEqual({ 'f.c': three });
    expect(patched({ 'f.c': one }, gitDiff(one, two) + gitDiff(two, one))).toEqual({});
  });

  it('are found by their whole names where the tree has them so', () => {
    const tree = { 'drivers/x.c': 'a\n', 'drivers/Makefile': '' };
    const bare = '--- drivers/x.c.orig\n+++ drivers/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    expect(patched(tree, bare)).toEqual({ 'drivers/x.c': 'b\n' });
    const made = '--- /dev/null\n+++ drivers/y.c\n@@ -0,0 +1 @@\n+y\n';
    expect(patched(tree, made)).toEqual({ 'drivers/y.c': 'y\n' });
    const dotted = '--- ./drivers/x.c\n+++ ./drivers/x.c\n@@ -1 +1 @@\n-a\n+b\n';
    expect(patched(tree, dotted)).toEqual({ 'drivers/x.c': 'b\n' });
  });

  it('that are not there, there already, or more than the patch removes, are errors', () => {
    const diff = diffOf('x.c', 'a\n', 'b\n');
    expect(() => patched({}, diff)).toThrow('p.diff:1: there is no x.c to patch');
    const made = '--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n';
    expect(() => patched({ 'x.c': 'a\n' }, made)).toThrow('x.c is there already');
    const removed = '--- a/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n';
    expect(() => patched({ 'x.c': 'a\nb\n' }, removed)).toThrow('more is in it than the patch removes');
  });

  it('that are no text are told, and left as they are', () => {
    const binary = 'diff --git a/x.png b/x.png\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZ\n\n';
    const { overlay, skipped } = applyTo(
      { 'x.png': 'a', 'x.c': 'a\n' },
      binary + diffOf('x.c', 'a\n', 'b\n'),
    );
    expect(skipped).toEqual([{ path: 'x.png', reason: 'binary' }]);
    expect([...overlay]).toEqual([['x.c', 'b\n']]);
  });
});

describe('no path leaves the tree', () => {
  it.each([
    ['../x.c', 'leads out of the tree'],
    ['a/../../x.c', 'leads out of the tree'],
    ['/etc/passwd', 'is absolute'],
    ['C:/x.c', 'drive letter'],
    ['a/C:/x.c', 'drive letter'],
    ['a\\..\\x.c', 'backslash'],
    ['a/.git/hooks/x.c', "git's own files"],
    [`a/${'x/'.repeat(3000)}x.c`, 'longer than'],
    ['"a/x\\000.c"', 'NUL'],
  ])('%s', (path, why) => {
    const asked: string[] = [];
    const read = (file: string): null => {
      asked.push(file);
      return null;
    };
    const made = `--- /dev/null\n+++ ${path}\n@@ -0,0 +1 @@\n+a\n`;
    expect(() => applyPatches(readPatches(made, 'p'), read)).toThrow(/^p:1: the path .* is refused: .*/);
    const changed = `--- ${path}\n+++ ${path}\n@@ -1 +1 @@\n-a\n+b\n`;
    expect(() => applyPatches(readPatches(changed, 'p'), read)).toThrow(why.replace('\\', ''));
    expect(asked.filter((file) => file.includes('..') || file.startsWith('/'))).toEqual([]);
  });

  it('neither in the names of a rename', () => {
    const diff = 'diff --git a/x.c b/y.c\nrename from x.c\nrename to ../y.c\n';
    expect(() => patched({ 'x.c': 'a\n' }, diff)).toThrow('"../y.c" is refused: it leads out of the tree');
  });
});

describe('on disk', () => {
  let root: string;
  beforeEach(() => {
    root = temporaryFolder();
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('no symbolic link is followed, and nothing is written', () => {
    put(root, { 'in/x.c': 'a\n', 'outside/x.c': 'a\n' });
    mkdirSync(join(root, 'in/sub'));
    symlinkSync(join(root, 'outside'), join(root, 'in/link'));
    symlinkSync(join(root, 'outside/x.c'), join(root, 'in/y.c'));
    const read = diskFiles(join(root, 'in'));
    const apply = (path: string) =>
      applyPatches(readPatches(diffOf(path, 'a\n', 'b\n'), 'p'), read).overlay.get(path);
    expect(apply('x.c')).toBe('b\n');
    expect(() => apply('link/x.c')).toThrow('link/x.c is not patched: link is a symbolic link');
    expect(() => apply('y.c')).toThrow('y.c is a symbolic link');
    expect(() => apply('sub')).toThrow('it is a folder');
    expect(() => apply('x.c/y.c')).toThrow('there is no x.c/y.c');
    expect(git(join(root, 'in'), 'hash-object', 'x.c')).toBe(git(root, 'hash-object', 'outside/x.c'));
  });

  it('a series of format-patch comes out as its last commit', () => {
    git(root, 'init', '-q');
    const commit = (message: string): void => {
      git(root, 'add', '-A');
      git(root, 'commit', '-q', '-m', message);
    };
    put(root, { 'd/a.c': count(60), 'd/b.c': count(30, 200), 'd/ä ö.c': count(9), 'gone.c': count(3) });
    commit('base');
    put(root, { 'd/a.c': count(60).replace('line 7\n', 'grüße\n').replace('line 50\n', '') });
    commit('[1] Änderung mit Umlaut, and a subject that is so long that git has to fold it over more lines');
    git(root, 'mv', 'd/b.c', 'd/moved.c');
    put(root, {
      'd/moved.c': `first\n${count(30, 200)}`,
      'new/n.c': 'no end',
      'd/ä ö.c': count(9).slice(0, -1),
    });
    rmSync(join(root, 'gone.c'));
    commit('second');
    const box = Buffer.from(
      git(root, 'format-patch', '-M', '--stdout', '--cover-letter', '--attach', '-2'),
      'latin1',
    );
    const expected = Object.fromEntries(
      ['d/a.c', 'd/moved.c', 'd/ä ö.c', 'new/n.c'].map((path) => [path, diskFiles(root)(path)?.toString()]),
    );
    git(root, 'checkout', '-q', 'HEAD~2');
    const patches = readPatches(box, 'p');
    expect(patches.map(({ files }) => files.length)).toEqual([0, 1, 4]);
    expect(patches[1]?.subject).toMatch(/Änderung .* more lines$/);
    const { overlay } = applyPatches(patches, diskFiles(root));
    expect(Object.fromEntries(overlay)).toEqual({ ...expected, 'd/b.c': null, 'gone.c': null });
  });
});

it('gives up on hunks that fit nowhere in a text of equal lines, in time', () => {
  const text = 'x\n'.repeat(100_000);
  const hunk = (n: number): string => `@@ -${n},4001 +${n},4001 @@\n${' x\n'.repeat(4000)}-y\n+z\n`;
  const started = performance.now();
  expect(() => patched({ 'x.c': text }, `--- a/x.c\n+++ b/x.c\n${hunk(1)}`)).toThrow('hunk 1 does not apply');
  expect(performance.now() - started).toBeLessThan(3000);
});
