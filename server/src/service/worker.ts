/** The program of a worker thread: answers batches of one task until it is ended. */
import { parentPort, workerData } from 'node:worker_threads';
import { tasks } from './tasks.js';
import type { BatchReply, BatchRequest, WorkerSetup } from './worker-pool.js';

const setup = workerData as WorkerSetup;
const ready = tasks[setup.task](setup.shared);

parentPort?.on('message', async ({ batch, items }: BatchRequest) => {
  let reply: BatchReply;
  try {
    const run = await ready;
    reply = { batch, answers: items.map(run) };
  } catch (error) {
    reply = { batch, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  parentPort?.postMessage(reply);
});
