/** Tries a run of inputs in a process of its own, so that one that never ends can be ended from outside. */
import { openSync, writeSync } from 'node:fs';
import { type Complaint, check, isSame } from './check.js';
import type { Corpus } from './corpus.js';
import { type Input, makeInput } from './inputs.js';
import { shrink } from './shrink.js';
import type { Target } from './target.js';

export interface WorkerPlan {
  readonly seed: number;
  /** Inputs first, first + step, ... below end. */
  readonly first: number;
  readonly end: number;
  readonly step: number;
  readonly limitMs: number;
  /** Where the number of the input being tried is kept, and a count that grows, for whoever watches from outside. */
  readonly progressFile: string | null;
}

export interface Failure {
  readonly index: number;
  readonly recipe: string;
  readonly path: string;
  readonly complaint: Complaint;
  readonly text: string;
  readonly shrunk: string;
}

export interface MemorySample {
  readonly index: number;
  /** Of the process, after a collection; without the parser's memory, which keeps the size of its largest input. */
  readonly rssBytes: number;
  readonly heapBytes: number;
  readonly parserBytes: number;
}

export interface WorkerResult {
  readonly tried: number;
  readonly analysed: number;
  readonly characters: number;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly totalMs: number;
  readonly failures: readonly Failure[];
  readonly memory: readonly MemorySample[];
}

const SAMPLE_EVERY = 200;
const SHRINK_MS = 20_000;

export async function work(corpus: Corpus, target: Target, plan: WorkerPlan): Promise<WorkerResult> {
  const progress = plan.progressFile === null ? null : openSync(plan.progressFile, 'w');
  const failures: Failure[] = [];
  const memory: MemorySample[] = [];
  const sum = { tried: 0, analysed: 0, characters: 0, slowestMs: 0, slowest: '', totalMs: 0 };
  let tries = 0;
  // The number of the input, and of what was tried: who watches sees life while a failing input shrinks.
  const alive = (index: number): void => {
    if (progress !== null) writeSync(progress, `${index} ${tries++}`.padEnd(24), 0);
  };
  for (let index = plan.first; index < plan.end; index += plan.step) {
    alive(index);
    const input = makeInput(corpus, plan.seed, index);
    const { ms, complaint } = await check(target, input, plan.limitMs);
    sum.tried++;
    sum.characters += input.text.length;
    sum.totalMs += ms;
    if (input.beside !== null) sum.analysed++;
    if (ms > sum.slowestMs) {
      sum.slowestMs = ms;
      sum.slowest = `input ${index}: ${input.recipe}, ${input.text.length} characters of ${input.path}`;
    }
    if (complaint !== null) failures.push(await failureOf(target, input, complaint, plan, index, alive));
    if (sum.tried % SAMPLE_EVERY === 0) memory.push(sampleMemory(target, index));
  }
  return { ...sum, failures, memory };
}

async function failureOf(
  target: Target,
  input: Input,
  complaint: Complaint,
  { limitMs }: WorkerPlan,
  index: number,
  alive: (index: number) => void,
): Promise<Failure> {
  const stillFails = async (text: string): Promise<boolean> => {
    alive(index);
    return isSame(complaint, (await check(target, { ...input, text }, limitMs)).complaint);
  };
  const shrunk = await shrink(input.text, stillFails, SHRINK_MS);
  return { index, recipe: input.recipe, path: input.path, complaint, text: input.text, shrunk };
}

function sampleMemory(target: Target, index: number): MemorySample {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const parserBytes = target.parserBytes();
  return { index, rssBytes: rss - parserBytes, heapBytes: heapUsed, parserBytes };
}
