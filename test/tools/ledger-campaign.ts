/**
 * Whether the ledger says of random systems of questions what they come to without it, whatever was asked and changed before:
 * `node test/tools/run.mjs ledger-campaign [--count N] [--seed S] [--first F]`. A difference is printed with the system's number.
 */
import { parseArgs } from 'node:util';
import { tryCounts, tryGraph, trySystem, tryWalk } from '../support/ledger-trials.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
    most: { type: 'string', default: '5' },
  },
});
const [count, seed, first, most] = [values.count, values.seed, values.first, values.most].map(Number) as [
  number, number, number, number,
]; // biome-ignore format: a list

let steps = 0;
let broken = 0;
for (let stream = first; stream < first + count && broken < most; stream++) {
  for (const trial of [trySystem, tryGraph, tryWalk, tryCounts]) {
    const { asked, failure } = trial(seed, stream);
    steps += asked;
    if (failure === null) continue;
    broken += 1;
    console.log(`seed ${seed}, system ${stream}: ${failure}`);
  }
}
console.log(`${steps} answers compared, ${broken} systems differ`);
process.exitCode = broken === 0 ? 0 : 1;
