/** Two threads at one measurement: this one, which waits for the other with a processor of its own. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { measure, type Plan, type Runs } from './runs.js';
import { PAIR_BYTES, type PairName, pairs } from './sides.js';

/** What the worker thread is given. */
export interface ThreadData {
  readonly name: PairName;
  readonly memory: SharedArrayBuffer;
  readonly orders: SharedArrayBuffer;
}

/** Words through which the worker is told what to do, on lines apart. */
export const control = { order: 0, operations: 1, begun: 64, ended: 128 } as const;
const CONTROL_BYTES = 1024;

/** Telling the worker takes as long as a wake-up, so a run has to be long against that. */
const RUN_NS = 40_000_000;

/** `threadProgram`: the bundle of `thread.ts`. */
export async function measurePair(plan: Plan, name: PairName, threadProgram: string): Promise<Runs> {
  const memory = new SharedArrayBuffer(PAIR_BYTES);
  const orders = new SharedArrayBuffer(CONTROL_BYTES);
  const worker = new Worker(threadProgram, { workerData: { name, memory, orders } satisfies ThreadData });
  try {
    await once(worker, 'message');
    const [side] = pairs[name](memory);
    const words = new Int32Array(orders);
    let order = 0;
    const tell = (operations: number): void => {
      order += 1;
      Atomics.store(words, control.operations, operations);
      Atomics.store(words, control.order, order);
      Atomics.notify(words, control.order);
    };
    const runs = measure({ ...plan, runNs: Math.max(plan.runNs, RUN_NS) }, (operations) => {
      tell(operations);
      while (Atomics.load(words, control.begun) !== order);
      side(operations);
      while (Atomics.load(words, control.ended) !== order);
    });
    tell(0);
    return runs;
  } finally {
    await worker.terminate();
  }
}
