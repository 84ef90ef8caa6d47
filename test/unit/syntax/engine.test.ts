import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine, isSameTree, type ParseEngine } from '../../../server/src/syntax/tree/engine.js';
import { FlatTree } from '../../../server/src/syntax/tree/flat-tree.js';
import { snippets } from './snippets.js';

let fast: ParseEngine;
let slow: ParseEngine;
const one = new FlatTree();
const other = new FlatTree();

beforeAll(async () => {
  fast = await createEngine();
  slow = await createEngine({ reader: 'cursor' });
});

function readsAlike(text: string): boolean {
  fast.parse(text, one);
  slow.parse(text, other);
  return isSameTree(one, other);
}

it('reads trees from memory with the parser in use', () => {
  expect(fast.reader).toBe('memory');
  expect(slow.reader).toBe('cursor');
});

it.each(snippets.map((text) => [text.trim().split('\n')[0], text] as const))(
  'reads the same either way: %s',
  (_, text) => {
    expect(readsAlike(text)).toBe(true);
  },
);

it('reads the same either way, whatever the text', () => {
  const pieces = fc.constantFrom(
    ...snippets,
    '(',
    ')',
    '{',
    '}',
    ';',
    ',',
    '"',
    "'",
    '/*',
    '*/',
    '#if A\n',
    '\\\n',
    'int ',
    'x',
    '\0',
    '\ufeff',
    'é',
    '\u{1f600}',
    '\t',
    ' '.repeat(300),
    'y'.repeat(300),
  );
  const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''));
  fc.assert(fc.property(text, readsAlike), { numRuns: 300 });
});

it('nests children within their parents, in order', () => {
  for (const text of snippets) {
    fast.parse(text, one);
    for (let node = 0; node < one.count; node++) {
      let at = one.start[node]!;
      for (let child = node + 1; child < one.after[node]!; child = one.after[child]!) {
        expect(one.start[child]).toBeGreaterThanOrEqual(at);
        at = one.end[child]!;
        expect(at).toBeLessThanOrEqual(one.end[node]!);
      }
    }
  }
});

it('takes deep nesting and garbage in its stride', () => {
  for (const text of [
    '('.repeat(100_000),
    '{'.repeat(100_000),
    'a'.repeat(1_000_000),
    '\0'.repeat(10_000),
    '"'.repeat(9_999),
  ]) {
    fast.parse(text, one);
    expect(one.count).toBeGreaterThan(0);
    expect(one.end[0]).toBeLessThanOrEqual(text.length);
  }
});

it('keeps no tree: memory stays flat over many parses', () => {
  const text = snippets.join('\n').repeat(4);
  for (let round = 0; round < 50; round++) fast.parse(text, one);
  const before = fast.memoryBytes();
  for (let round = 0; round < 300; round++) fast.parse(text, one);
  expect(fast.memoryBytes()).toBe(before);
});

it('refuses a text too long for its memory, and parses the next', () => {
  fast.parse(`int x[] = {${'1, '.repeat(1_100_000)}};`, one);
  expect(one.failure).toBe('longer than 3000000 characters');
  expect(one.count).toBe(1);
  fast.parse('int x;', one);
  expect(one.failure).toBeNull();
  expect(one.firstProblem).toBe(-1);
});

describe("a text that takes all of the parser's stack", () => {
  // An ambiguity as long as the text: tree-sitter recurses once for each.
  const deep = (times: number): string => '.a = '.repeat(times);

  it.each([500, 1_000, 2_000, 3_000, 5_000])('leaves the parser as it was: %i deep', (times) => {
    const texts = snippets.slice(0, 20);
    const before = texts.map((text) => {
      const tree = new FlatTree();
      fast.parse(text, tree);
      return tree;
    });
    for (let round = 0; round < 3; round++) {
      fast.parse(deep(times), one);
      expect(one.count).toBeGreaterThan(0);
      for (const [i, text] of texts.entries())
        expect(readsAlike(text) && isSameTree(one, before[i]!)).toBe(true);
    }
  });

  it('is said to be one', () => {
    fast.parse(deep(5_000), one);
    expect(one.failure).toBe('too ambiguous for the parser');
  });

  it('takes no memory that stays', () => {
    fast.parse(deep(5_000), one);
    const bytes = fast.memoryBytes();
    for (let round = 0; round < 4; round++) fast.parse(deep(5_000), one);
    expect(fast.memoryBytes()).toBe(bytes);
  });
});
