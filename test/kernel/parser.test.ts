/** The parser on real kernel files: what holds for any text holds for these. */
import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type ChunkFacts,
  createKernelParser,
  FactsCache,
  type KernelParser,
} from '../../server/src/syntax/index.js';
import { createEngine, isSameTree } from '../../server/src/syntax/tree/engine.js';
import { FlatTree } from '../../server/src/syntax/tree/flat-tree.js';
import { kernelTree } from '../support/kernel-tree.js';
import { lostNames, misplacedSpans, misreadNames } from '../unit/syntax/invariants.js';
import { nativeNodes, nativeParser, ourNodes } from '../unit/syntax/native-tree.js';

const root = kernelTree('6.12');

function textsOf(...folders: string[]): (readonly [path: string, text: string])[] {
  return folders.flatMap((folder) =>
    readdirSync(`${root}/${folder}`)
      .filter((name) => /\.[ch]$/.test(name))
      .sort()
      .map((name) => [`${folder}/${name}`, readFileSync(`${root}/${folder}/${name}`, 'latin1')] as const),
  );
}

/** A small generator of our own, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe.skipIf(root === null)('on Linux 6.12', () => {
  let parser: KernelParser;
  beforeAll(async () => {
    parser = await createKernelParser();
  });

  it('reads whole files the same from memory and with the cursor, errors and all', async () => {
    const fast = await createEngine();
    const slow = await createEngine({ reader: 'cursor' });
    const one = new FlatTree();
    const other = new FlatTree();
    for (const [path, text] of textsOf('drivers/virtio', 'kernel/dma')) {
      fast.parse(text, one);
      slow.parse(text, other);
      expect(isSameTree(one, other), path).toBe(true);
    }
  });

  it('sees the tree that the native binding sees', async (context) => {
    const native = nativeParser();
    if (typeof native === 'string') {
      process.stderr.write(`\n*** SKIPPED: the native tree-sitter does not load here (${native})\n\n`);
      context.skip();
      return;
    }
    const engine = await createEngine();
    for (const [path, text] of textsOf('drivers/virtio', 'kernel/dma', 'drivers/vhost')) {
      expect(ourNodes(engine, text), path).toEqual(nativeNodes(native, text));
    }
  });

  it('places every fact inside its chunk and loses no name', () => {
    const complaints: string[] = [];
    for (const [path, text] of textsOf(
      'drivers/virtio',
      'drivers/vhost',
      'kernel/dma',
      'kernel/sched',
      'net/vmw_vsock',
    )) {
      const file = parser.outline(path, text);
      for (const chunk of file.chunks) {
        complaints.push(...misplacedSpans(parser.facts(file, chunk), chunk).map((one) => `${path} ${one}`));
        complaints.push(...misreadNames(parser.facts(file, chunk), text).map((one) => `${path} ${one}`));
        complaints.push(
          ...lostNames(parser, file, chunk).map((name) => `${path} ${chunk.name}: lost ${name}`),
        );
      }
    }
    expect(complaints).toEqual([]);
  });

  it('gives after any edit what a fresh parse gives', () => {
    const cache = new FactsCache(parser);
    const next = random(20_190_810);
    const pieces = [
      'x',
      ' ',
      ';',
      '}',
      '{',
      '(',
      ')',
      '\n',
      '"',
      '/*',
      '*/',
      '#if A\n',
      '#else\n',
      '#endif\n',
      '\\\n',
      'int y;',
      '= 1',
    ];
    const files = textsOf('drivers/virtio').filter(([, text]) => text.length < 24_000);
    const edits = Number(process.env.VRINGSIDE_EDITS ?? 10_000);
    const perFile = Math.ceil(edits / files.length);
    for (const [path, original] of files) {
      let text = original;
      for (let edit = 0; edit < perFile; edit++) {
        // Start over now and then: after many edits little C is left.
        if (edit % 20 === 0) text = original;
        const at = next(text.length);
        const removed = next(3) === 0 ? next(40) : 0;
        const added = next(4) === 0 ? '' : pieces[next(pieces.length)]!;
        text = text.slice(0, at) + added + text.slice(at + removed);
        const file = parser.outline(path, text);
        const touched = file.chunks[next(file.chunks.length)];
        for (const chunk of file.chunks) {
          const kept = cache.facts(file, chunk);
          // Every chunk comes from the cache; those around the edit and one elsewhere are parsed again to compare.
          const isNear = chunk.start <= at + added.length && at <= chunk.end;
          if (isNear || chunk === touched)
            expectSame(kept, parser.facts(file, chunk), `${path}, edit ${edit}`);
        }
      }
    }
  });

  it('keeps memory flat over 5 000 edits', () => {
    const [, original] = textsOf('drivers/virtio').find(([path]) => path.endsWith('virtio_ring.c'))!;
    const cache = new FactsCache(parser, original.length * 3);
    const next = random(7);
    const edit = (): void => {
      const at = next(original.length);
      const file = parser.outline('x.c', `${original.slice(0, at)}x${original.slice(at)}`);
      for (const chunk of file.chunks) if (chunk.start <= at && at <= chunk.end) cache.facts(file, chunk);
    };
    const samples = Array.from({ length: 12 }, () => {
      for (let count = 0; count < 500; count++) edit();
      return memoryMiB(parser.memoryBytes());
    });
    const wasm = new Set(samples.map((sample) => sample.wasm));
    const held = samples.slice(2).map((sample) => sample.held);
    const resident = samples.slice(2).map((sample) => sample.resident);
    // The first 1 000 edits fill the cache and the tables; the 5 000 after them must not add to what is held.
    expect(wasm.size).toBe(1);
    expect(Math.max(...held) - Math.min(...held)).toBeLessThan(12);
    // What the process has from the system goes up and down with the collector's habits, but to no new heights.
    expect(Math.max(...resident.slice(5))).toBeLessThan(Math.max(...resident.slice(0, 5)) + 32);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryMiB(wasm: number): { wasm: number; held: number; resident: number } {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { wasm, held: (heapUsed + external) / 2 ** 20, resident: rss / 2 ** 20 };
}

function expectSame(kept: ChunkFacts, fresh: ChunkFacts, where: string): void {
  const one = JSON.stringify(kept);
  const other = JSON.stringify(fresh);
  // A failed comparison of long texts says nothing: show the first difference only.
  if (one === other) return;
  let at = 0;
  while (one[at] === other[at]) at++;
  expect(one.slice(Math.max(0, at - 80), at + 80), where).toBe(other.slice(Math.max(0, at - 80), at + 80));
}
