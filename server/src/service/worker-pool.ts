/**
 * Work on many items spread over worker threads, answers in the order of the items.
 *
 * A task is a function from a batch of items to one answer each; it has a name, because functions do not cross
 * threads (worker.ts knows them by name). With one job, or where the worker program is not beside this file (sources
 * run without a build), the work is done here.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type TaskName, tasks } from './tasks.js';

export interface PoolOptions {
  readonly jobs: number;
  /** Items handed out at a time. */
  readonly batchSize: number;
  /** Called after each batch with how many items are done. */
  readonly onDone?: (done: number) => void;
}

/** What a thread is asked, and what it answers. */
export interface BatchRequest {
  readonly batch: number;
  readonly items: readonly unknown[];
}
export interface BatchReply {
  readonly batch: number;
  readonly answers?: readonly unknown[];
  readonly error?: string;
}
export interface WorkerSetup {
  readonly task: TaskName;
  /** Handed to the task with every batch. */
  readonly shared: unknown;
}

/** Runs a task over all items; the answers are in the order of the items, whatever the number of jobs. */
export async function runTask(
  setup: WorkerSetup,
  items: readonly unknown[],
  options: PoolOptions,
): Promise<readonly unknown[]> {
  const batches: (readonly unknown[])[] = [];
  for (let at = 0; at < items.length; at += options.batchSize)
    batches.push(items.slice(at, at + options.batchSize));
  const program = workerProgram();
  const jobs = Math.min(options.jobs, batches.length);
  const answers =
    jobs > 1 && program ? inThreads(program, setup, batches, jobs, options) : here(setup, batches, options);
  return (await answers).flat();
}

async function here(
  setup: WorkerSetup,
  batches: readonly (readonly unknown[])[],
  options: PoolOptions,
): Promise<(readonly unknown[])[]> {
  const run = await tasks[setup.task](setup.shared);
  const answers: (readonly unknown[])[] = [];
  let done = 0;
  for (const batch of batches) {
    answers.push(batch.map(run));
    done += batch.length;
    options.onDone?.(done);
    // Lets timers and output through between batches.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return answers;
}

function inThreads(
  program: string,
  setup: WorkerSetup,
  batches: readonly (readonly unknown[])[],
  jobs: number,
  options: PoolOptions,
): Promise<(readonly unknown[])[]> {
  const answers: (readonly unknown[])[] = new Array(batches.length);
  const workers: Worker[] = [];
  let next = 0;
  let doneBatches = 0;
  let doneItems = 0;
  const finished = new Promise<(readonly unknown[])[]>((resolve, reject) => {
    const hand = (worker: Worker): void => {
      const items = batches[next];
      if (items) worker.postMessage({ batch: next++, items } satisfies BatchRequest);
    };
    for (let job = 0; job < jobs; job++) {
      const worker = new Worker(program, { workerData: setup });
      workers.push(worker);
      worker.on('message', (reply: BatchReply) => {
        if (!reply.answers) {
          reject(new Error(reply.error ?? 'a worker thread failed'));
          return;
        }
        answers[reply.batch] = reply.answers;
        doneItems += reply.answers.length;
        options.onDone?.(doneItems);
        if (++doneBatches === batches.length) resolve(answers);
        else hand(worker);
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a worker thread ended with ${code}`)));
      hand(worker);
    }
  });
  return finished.finally(() => Promise.all(workers.map((worker) => worker.terminate())));
}

/** The bundled worker program; null when this runs from sources. */
function workerProgram(): string | null {
  const path = fileURLToPath(new URL('./worker.js', import.meta.url));
  return existsSync(path) ? path : null;
}
