/** The fast reader against memory that is not what it should be. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, expect, it } from 'vitest';
import { Language, Parser } from 'web-tree-sitter';
import { FlatTree } from '../../../server/src/syntax/tree/flat-tree.js';
import { KindTable } from '../../../server/src/syntax/tree/kinds.js';
import {
  type GrammarTables,
  MemoryReader,
  readGrammarTables,
} from '../../../server/src/syntax/tree/tree-memory.js';
import { snippets } from './snippets.js';

const require = createRequire(import.meta.url);
const text = snippets.join('');
let heap: Uint32Array;
let language: Language;
let languageAt = 0;
let treeAt = 0;
let tables: GrammarTables;

function memoryOver(words: Uint32Array<ArrayBuffer>) {
  return { HEAPU32: words, HEAPU16: new Uint16Array(words.buffer), HEAPU8: new Uint8Array(words.buffer) };
}

beforeAll(async () => {
  const module: Record<string, unknown> = {};
  await Parser.init(module);
  language = await Language.load(readFileSync(require.resolve('tree-sitter-c/tree-sitter-c.wasm')));
  const tree = new Parser().setLanguage(language).parse(text);
  languageAt = (language as unknown as { readonly 0: number })[0];
  treeAt = (tree as unknown as { readonly 0: number })[0];
  heap = module.HEAPU32 as Uint32Array;
  tables = readGrammarTables(memoryOver(heap.slice()), languageAt, language, new KindTable())!;
});

it('reads the tree when the memory is sound', () => {
  const out = new FlatTree();
  expect(tables).not.toBeNull();
  expect(new MemoryReader(memoryOver(heap.slice()), tables).read(treeAt, text, out)).toBe(true);
  expect(out.count).toBeGreaterThan(500);
  expect(out.end[0]).toBe(text.length);
});

it('comes to an end without a throw on damaged memory, and never leaves the text', () => {
  const words = heap.slice();
  const reader = new MemoryReader(memoryOver(words), tables);
  const out = new FlatTree();
  const nodes = reachable(words);
  expect(nodes.length).toBeGreaterThan(1_000);
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let refused = 0;
  for (let round = 0; round < 4_000; round++) {
    const at = nodes[next(nodes.length)]!;
    const before = words[at]!;
    const kinds = [next(2 ** 32), before ^ (1 << next(32)), nodes[next(nodes.length)]! * 4, 0, 0xffff_fffe];
    words[at] = kinds[round % kinds.length]!;
    const isRead = reader.read(treeAt, text, out);
    if (!isRead) refused++;
    for (let node = 0; isRead && node < out.count; node++) {
      if (out.end[node]! > text.length || out.after[node]! > out.count)
        expect.fail(`node ${node} leaves the text`);
    }
    words[at] = before;
  }
  expect(refused).toBeGreaterThan(100);
});

it('refuses a tree that is nowhere, and a grammar that is none', () => {
  const words = heap.slice();
  const out = new FlatTree();
  const reader = new MemoryReader(memoryOver(words), tables);
  for (const address of [0, 4, words.length * 4 - 4, words.length * 4 + 64, -8, Number.NaN]) {
    expect(reader.read(address, text, out)).toBe(false);
  }
  expect(readGrammarTables(memoryOver(new Uint32Array(1024)), 64, language, new KindTable())).toBeNull();
  expect(readGrammarTables(memoryOver(words), words.length * 4 - 8, language, new KindTable())).toBeNull();
});

/** Indices of the words that make up the tree, so that damage hits what is read. */
function reachable(words: Uint32Array): number[] {
  const found: number[] = [];
  const pending = [words[treeAt >>> 2]! >>> 2];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const children = words[node + 9]!;
    for (let word = 0; word < 18; word++) found.push(node + word);
    for (let child = 0; child < children; child++) {
      const at = node - children * 2 + child * 2;
      found.push(at, at + 1);
      if ((words[at]! & 1) === 0) pending.push(words[at]! >>> 2);
    }
  }
  return found;
}
