/**
 * Fuzzes the whole product: `npm run fuzz -- [--count N] [--seed N] [--first N] [--jobs N] [--out DIR]`, or one input again:
 * `npm run fuzz -- --seed S --first N --count 1`. What fails is written to DIR, as it was and shrunk.
 *
 * Exit status: 0 nothing to complain of, 1 something, 2 wrong usage.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutRoot } from '../support/tracked-files.js';
import { type CampaignResult, runCampaign } from './campaign.js';
import { type Corpus, loadCorpus } from './corpus.js';
import { makeInput } from './inputs.js';
import { growthOf } from './memory.js';
import { createTarget } from './target.js';
import { type Failure, type WorkerPlan, work } from './worker.js';

const LIMIT_MS = 2_000;
/** Of the clock, so long enough for a machine that has other work to do. */
const HANG_MS = 120_000;
/** Collectors and allocators have their habits; a leak of 1 KB an input is 100 MB in a full campaign. */
const MOST_HEAP_GROWTH = 16 << 20;
const MOST_RSS_GROWTH = 96 << 20;

if (process.argv.includes('--worker')) await answerPlans();
else process.exitCode = await main();

async function answerPlans(): Promise<void> {
  const plan = await new Promise<WorkerPlan>((resolve) => process.once('message', resolve));
  const result = await work(loadCorpus(), await createTarget(), plan);
  process.send?.(result);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      first: { type: 'string', default: '0' },
      jobs: { type: 'string', default: '2' },
      out: { type: 'string', default: join(checkoutRoot, 'test', 'fuzz', 'found') },
    },
  });
  const [count, seed, first, jobs] = [values.count, values.seed, values.first, values.jobs].map(Number);
  if (![count, seed, first, jobs].every(Number.isSafeInteger) || !count || !jobs) {
    console.error('usage: npm run fuzz -- [--count N] [--seed N] [--first N] [--jobs N] [--out DIR]');
    return 2;
  }
  const corpus = loadCorpus();
  const inputs = `seed ${seed}, inputs ${first} to ${(first ?? 0) + count - 1}`;
  const source = corpus.hasKernel ? 'kernel and fixtures' : 'fixtures only';
  console.log(`${inputs}, corpus ${corpus.digest} (${corpus.files.length} files: ${source})`);
  const program = process.argv[1] ?? '';
  const from = performance.now();
  const plan = {
    program,
    seed: seed ?? 1,
    count,
    first: first ?? 0,
    jobs,
    limitMs: LIMIT_MS,
    hangMs: HANG_MS,
  };
  const result = await runCampaign(plan);
  save(values.out, corpus, plan.seed, result);
  return tell(result, count, performance.now() - from) ? 0 : 1;
}

function save(folder: string, corpus: Corpus, seed: number, { results, lost }: CampaignResult): void {
  const failures = results.flatMap((r) => r.failures);
  if (failures.length + lost.length > 0) mkdirSync(folder, { recursive: true });
  for (const { index, text, shrunk } of failures) {
    writeFileSync(join(folder, `${seed}-${index}.c`), text);
    writeFileSync(join(folder, `${seed}-${index}.shrunk.c`), shrunk);
  }
  for (const { index } of lost)
    writeFileSync(join(folder, `${seed}-${index}.c`), makeInput(corpus, seed, index).text);
}

/** Whether all is well. */
function tell({ results, lost }: CampaignResult, count: number, wallMs: number): boolean {
  const failures = results.flatMap((r) => r.failures);
  for (const failure of failures) console.log(describe(failure));
  for (const { index, reason } of lost) console.log(`input ${index}: ${reason}`);
  const sum = (pick: (r: (typeof results)[number]) => number): number =>
    results.reduce((n, r) => n + pick(r), 0);
  const tried = sum((r) => r.tried);
  const slowest = [...results].sort((a, b) => b.slowestMs - a.slowestMs)[0];
  console.log(
    `${tried} inputs, ${sum((r) => r.analysed)} of them through the whole analysis, ` +
      `${(sum((r) => r.characters) / 1e6).toFixed(1)} million characters in ${(wallMs / 1000).toFixed(0)} s`,
  );
  console.log(`slowest ${slowest?.slowestMs.toFixed(0)} ms (${slowest?.slowest})`);
  let isFlat = true;
  for (const { memory } of results) isFlat = tellMemory(memory) && isFlat;
  console.log(`${failures.length + lost.length} failed`);
  return isFlat && failures.length + lost.length === 0 && tried + lost.length === count;
}

function tellMemory(memory: CampaignResult['results'][number]['memory']): boolean {
  const growth = growthOf(memory);
  if (growth === null) return true;
  const last = memory.at(-1);
  const isFlat = growth.heapBytes <= MOST_HEAP_GROWTH && growth.rssBytes <= MOST_RSS_GROWTH;
  console.log(
    `memory ${isFlat ? 'flat' : 'GROWS'}: from the second fifth to the last heap ${mib(growth.heapBytes)}, ` +
      `resident without the parser's ${mib(growth.rssBytes)}; at the end heap ${mib(last?.heapBytes ?? 0)}, ` +
      `resident without the parser's ${mib(last?.rssBytes ?? 0)}, the parser's ${mib(last?.parserBytes ?? 0)}; ` +
      `most resident ${mib(Math.max(...memory.map((s) => s.rssBytes + s.parserBytes)))}`,
  );
  return isFlat;
}

function describe({ index, recipe, path, complaint, shrunk }: Failure): string {
  const what =
    complaint.kind === 'slow' ? `takes ${complaint.ms.toFixed(0)} ms` : `throws ${complaint.stack}`;
  return `input ${index} (${recipe}; ${path}) ${what}\nshrunk: ${JSON.stringify(shrunk.slice(0, 600))}\n`;
}

function mib(bytes: number): string {
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
