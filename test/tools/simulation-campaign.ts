/**
 * A hundred thousand random simulations, held to what always holds: `node test/tools/run.mjs simulation-campaign [RUNS [SEED]]`.
 * Ends with 1 where something does not.
 */
import { campaign } from '../unit/model/simulation/campaign.js';

const RUNS = 100_000;
const PART = 1000;

const [runs = RUNS, seed = 1] = process.argv.slice(2).map(Number);
const endings: Record<string, number> = {};
let events = 0;
let failed = 0;
for (let done = 0; done < runs; done += PART) {
  const part = campaign({ runs: Math.min(PART, runs - done), seed: seed + done, everyEventOf: 100 });
  events += part.events;
  for (const [ending, n] of Object.entries(part.endings)) endings[ending] = (endings[ending] ?? 0) + n;
  for (const failure of part.failures) if (failed++ < 5) console.log(failure);
}
console.log(
  `${runs} runs from seed ${seed}, ${events} events, ${JSON.stringify(endings)}, ${failed} failures`,
);
process.exitCode = failed > 0 ? 1 : 0;
