/**
 * How fast the parser is, stage by stage: `node test/tools/run.mjs parser-speed [FILE]`, default drivers/net/virtio_net.c
 * of the 6.12 tree. Best of many runs, as other work on the machine only ever adds time.
 */
import { readFileSync } from 'node:fs';
import { createKernelParser, FactsCache } from '../../server/src/syntax/index.js';
import { outline } from '../../server/src/syntax/outline.js';
import { createEngine } from '../../server/src/syntax/tree/engine.js';
import { FlatTree } from '../../server/src/syntax/tree/flat-tree.js';
import { prepare } from '../../server/src/syntax/variants.js';
import { kernelTree } from '../support/kernel-tree.js';

const ROUNDS = 40;
const EDITS = 1_000;

const path = process.argv[2] ?? `${kernelTree('6.12') ?? '.'}/drivers/net/virtio_net.c`;
const text = readFileSync(path, 'latin1');
const loading = performance.now();
const parser = await createKernelParser();
const engine = await createEngine();
const loadMs = performance.now() - loading;
const cold = performance.now();
everyFact();
const coldMs = performance.now() - cold;

const best = { outline: Infinity, prepare: Infinity, parse: Infinity, facts: Infinity };
let nodes = 0;
for (let round = 0; round < ROUNDS; round++) {
  const file = timed('outline', () => outline('file.c', text));
  const code = file.chunks.filter((chunk) => chunk.kind !== 'include' && chunk.kind !== 'macro');
  const variants = timed('prepare', () => code.flatMap((chunk) => prepare(file, chunk)));
  const tree = new FlatTree();
  nodes = 0;
  timed('parse', () => {
    for (const variant of variants) {
      engine.parse(variant.text, tree);
      nodes += tree.count;
    }
  });
  timed('facts', () => {
    for (const chunk of file.chunks) parser.facts(file, chunk);
  });
}
const total = best.outline + best.facts;
const ms = (value: number): string => `${value.toFixed(2)} ms`;
console.log(`${path}: ${text.length} characters, ${nodes} nodes`);
console.log(`load ${ms(loadMs)}; first reading of the file ${ms(coldMs)}`);
console.log(
  `outline ${ms(best.outline)}, dialect ${ms(best.prepare)}, parse and read ${ms(best.parse)}, facts in all ${ms(best.facts)}`,
);
console.log(`warm, all stages: ${ms(total)}, ${(text.length / 1e3 / total).toFixed(2)} MB/s`);

const cache = new FactsCache(parser);
const times: number[] = [];
const whole: number[] = [];
everyFact();
for (let edit = 0; edit < EDITS; edit++) {
  const at = Math.floor((text.length * ((edit * 7919) % EDITS)) / EDITS);
  const edited = `${text.slice(0, at)}x${text.slice(at)}`;
  const from = performance.now();
  const file = parser.outline('file.c', edited);
  for (const chunk of file.chunks) if (chunk.start <= at && at <= chunk.end) cache.facts(file, chunk);
  times.push(performance.now() - from);
  if (edit % 10 === 0) {
    for (const chunk of file.chunks) cache.facts(file, chunk);
    whole.push(performance.now() - from);
  }
}
console.log(
  `one-character edit: outline and facts of what changed p50 ${ms(quantile(times, 0.5))}, p95 ${ms(quantile(times, 0.95))}`,
);
console.log(
  `the same and every other fact moved to its new place: p50 ${ms(quantile(whole, 0.5))}, p95 ${ms(quantile(whole, 0.95))}`,
);

function everyFact(): void {
  const file = parser.outline('file.c', text);
  for (const chunk of file.chunks) parser.facts(file, chunk);
}

function timed<T>(stage: keyof typeof best, run: () => T): T {
  const from = performance.now();
  const result = run();
  best[stage] = Math.min(best[stage], performance.now() - from);
  return result;
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
