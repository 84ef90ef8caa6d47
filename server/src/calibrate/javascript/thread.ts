/** The second side of a pair, in a worker thread: waits to be told how often, does it, says so. */
import { parentPort, workerData } from 'node:worker_threads';
import { control, type ThreadData } from './pair.js';
import { pairs } from './sides.js';

const { name, memory, orders } = workerData as ThreadData;
const [, side] = pairs[name](memory);
const words = new Int32Array(orders);
let done = 0;
parentPort?.postMessage('ready');
for (;;) {
  while (Atomics.load(words, control.order) === done) Atomics.wait(words, control.order, done);
  const operations = Atomics.load(words, control.operations);
  if (operations === 0) break;
  done += 1;
  Atomics.store(words, control.begun, done);
  side(operations);
  Atomics.store(words, control.ended, done);
}
