/**
 * The laws of the throughput layer over many random workloads: `node test/tools/run.mjs throughput-campaign [COUNT [SEED]]`.
 * Prints how many of them each law was broken by, and the first few; the exit status says whether any was.
 */
import { costParameters, estimate } from '../../server/src/model/cost/index.js';
import { Random } from '../fuzz/random.js';
import { laws } from '../unit/model/cost/laws.js';
import { randomWorkload } from '../unit/model/cost/workloads.js';

const [count = 100_000, seed = 1] = process.argv.slice(2).map(Number);
const SHOWN = 3;

const counts = new Map<string, number>(Object.keys(laws).map((name) => [name, 0]));
for (let stream = 0; stream < count; stream += 1) {
  const random = new Random(seed, stream);
  const w = randomWorkload(random);
  const of = { w, answer: estimate(w, costParameters), parameters: costParameters, random };
  for (const [name, law] of Object.entries(laws)) {
    const how = law(of);
    if (how === null) continue;
    const before = counts.get(name) ?? 0;
    counts.set(name, before + 1);
    if (before < SHOWN)
      console.log(`seed ${seed}, stream ${stream}: ${name}: ${how}\n  ${JSON.stringify(w)}`);
  }
}
for (const [name, broken] of counts) console.log(`${String(broken).padStart(8)} of ${count} break: ${name}`);
process.exitCode = [...counts.values()].every((broken) => broken === 0) ? 0 : 1;
