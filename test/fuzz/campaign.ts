/** A campaign over several processes: hands out inputs, ends what hangs, sums up. */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkerPlan, WorkerResult } from './worker.js';

export interface CampaignOptions {
  /** The program that answers a `WorkerPlan` with a `WorkerResult`. */
  readonly program: string;
  readonly seed: number;
  readonly count: number;
  readonly first: number;
  readonly jobs: number;
  readonly limitMs: number;
  /** A process that stays at one input for so long is ended. */
  readonly hangMs: number;
}

/** An input that ended its process, or had to be ended. */
export interface Lost {
  readonly index: number;
  readonly reason: string;
}

export interface CampaignResult {
  readonly results: readonly WorkerResult[];
  readonly lost: readonly Lost[];
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const folder = mkdtempSync(join(tmpdir(), 'vringside-fuzz-'));
  try {
    const lost: Lost[] = [];
    const lanes = Array.from({ length: options.jobs }, (_, lane) => runLane(options, folder, lane, lost));
    return { results: (await Promise.all(lanes)).flat(), lost };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One process after another, each going on behind the input that ended the one before. */
async function runLane(
  options: CampaignOptions,
  folder: string,
  lane: number,
  lost: Lost[],
): Promise<readonly WorkerResult[]> {
  const results: WorkerResult[] = [];
  const end = options.first + options.count;
  let first = options.first + lane;
  while (first < end) {
    const progressFile = join(folder, `lane-${lane}`);
    const { seed, limitMs, jobs } = options;
    const answer = await ask(options, { seed, first, end, step: jobs, limitMs, progressFile });
    if ('result' in answer) {
      results.push(answer.result);
      return results;
    }
    const index = answer.index ?? first;
    lost.push({ index, reason: answer.reason });
    first = index + jobs;
  }
  return results;
}

type Answer = { readonly result: WorkerResult } | { readonly index: number | null; readonly reason: string };

function ask({ program, hangMs }: CampaignOptions, plan: WorkerPlan): Promise<Answer> {
  return new Promise((resolve) => {
    const child: ChildProcess = fork(program, ['--worker'], { execArgv: ['--expose-gc'] });
    let seen: string | null = null;
    let since = performance.now();
    let isHung = false;
    const watch = setInterval(() => {
      const now = readProgress(plan.progressFile);
      if (now !== seen) since = performance.now();
      seen = now;
      isHung = performance.now() - since > hangMs;
      if (isHung) child.kill('SIGKILL');
    }, 500);
    child.on('message', (result: WorkerResult) => {
      resolve({ result });
      child.disconnect();
    });
    child.on('exit', (code, signal) => {
      clearInterval(watch);
      const reason = isHung ? `hangs for over ${hangMs / 1000} s` : `ends the process (${signal ?? code})`;
      resolve({ index: indexIn(readProgress(plan.progressFile)), reason });
    });
    child.send(plan);
  });
}

function readProgress(file: string | null): string | null {
  try {
    return file === null ? null : readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function indexIn(progress: string | null): number | null {
  const found = /^\d+/.exec(progress ?? '');
  return found === null ? null : Number(found[0]);
}
