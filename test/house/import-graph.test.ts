import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { trackedFiles } from '../support/tracked-files.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'server', 'src');

/**
 * A folder may import those before it in this list, and itself. See ARCHITECTURE.md. The model stands first and is
 * allowed to the stages from the analysis on; it may itself import nothing.
 */
const layers = [
  'model',
  'text',
  'syntax',
  'program',
  'analysis',
  'rules',
  'suppress',
  'baseline',
  'fixes',
  'calibrate',
  'report',
  'validation',
  'review',
  'service',
  'session',
  'navigate',
  'lsp',
  'cli',
];

/** Folders of later stages, and what they may import. */
const apart: Readonly<Record<string, readonly string[]>> = {
  text: [],
  syntax: ['text'],
  program: ['text', 'syntax'],
  calibrate: ['model'],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"\n]+)\1/g;
  return [...text.matchAll(pattern)].map((match) => ({ from: file, to: match[2] ?? '' }));
}

const files = trackedFiles('server/src').filter((file) => file.endsWith('.ts'));
const imports = files.flatMap((file) => importsOf(join(root, file)));

function folderOf(file: string): string {
  return relative(source, file).split(sep)[0] ?? '';
}

function name(file: string): string {
  return relative(root, file).split(sep).join('/');
}

it('reads the imports of a non-trivial program', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(imports.length).toBeGreaterThan(files.length);
  expect(imports.some(({ to }) => to === 'web-tree-sitter')).toBe(true);
});

it('knows every folder under server/src', () => {
  const known = new Set([...layers, ...Object.keys(apart)]);
  const folders = new Set(files.map((file) => folderOf(join(root, file))));
  expect([...folders].filter((folder) => !known.has(folder))).toEqual([]);
});

it('points one way: text <- syntax <- program <- analysis (-> model) <- rules <- suppress <- baseline, fixes <- report <- review <- service <- cli', () => {
  const wrong: string[] = [];
  for (const { from, to } of imports) {
    if (!to.startsWith('.')) continue;
    const here = folderOf(from);
    const there = folderOf(resolve(dirname(from), to));
    if (here === there) continue;
    const allowed = apart[here] ?? layers.slice(0, layers.indexOf(here));
    if (!allowed.includes(there)) wrong.push(`${name(from)} -> ${to}`);
  }
  expect(wrong).toEqual([]);
});

it('keeps tree-sitter inside syntax/ and the LSP types inside lsp/', () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      (/^(?:web-)?tree-sitter/.test(to) && folderOf(from) !== 'syntax') ||
      (/^vscode/.test(to) && folderOf(from) !== 'lsp'),
  );
  expect(wrong.map(({ from, to }) => `${name(from)} -> ${to}`)).toEqual([]);
});

/** ARCHITECTURE.md, invariant 5: the compiler of `model calibrate`, and the program it makes of our own text. */
const startsPrograms = ['server/src/calibrate/compiled/run-program.ts -> node:child_process'];

/** The source that an import of `./x.js` means, as `name` writes it. */
function sourceOf(from: string, to: string): string {
  return name(resolve(dirname(from), to)).replace(/\.js$/, '.ts');
}

it('imports nothing that opens a connection, and one file that starts programs', () => {
  const banned =
    /^(?:node:)?(?:net|http|https|http2|dgram|dns|tls|child_process|cluster|vm|inspector|repl)(?:\/|$)/;
  const found = imports.filter(({ to }) => banned.test(to)).map(({ from, to }) => `${name(from)} -> ${to}`);
  expect(found).toEqual(startsPrograms);
});

it('starts programs for the calibration alone', () => {
  const [starter = ''] = startsPrograms.map((arrow) => arrow.split(' -> ')[0]);
  const users = imports
    .filter(({ from, to }) => to.startsWith('.') && sourceOf(from, to) === starter)
    .map(({ from }) => name(from));
  expect(users).toEqual(['server/src/calibrate/compiled/measure.ts']);
});

it('uses only what the packages declare', () => {
  const declared = Object.keys(
    JSON.parse(readFileSync(join(root, 'server/package.json'), 'utf8')).devDependencies ?? {},
  );
  const wrong = imports
    .filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'))
    .filter(({ to }) => !declared.some((dependency) => to === dependency || to.startsWith(`${dependency}/`)));
  expect(wrong.map(({ from, to }) => `${name(from)} -> ${to}`)).toEqual([]);
});
