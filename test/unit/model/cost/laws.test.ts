import { expect, it } from 'vitest';
import { costParameters, estimate } from '../../../../server/src/model/cost/index.js';
import { Random } from '../../../fuzz/random.js';
import { broken } from './laws.js';
import { randomWorkload } from './workloads.js';

const SEED = 20261121;
const COUNT = 2000;

it(`holds for ${COUNT} random workloads (more: node test/tools/run.mjs throughput-campaign)`, () => {
  for (let stream = 0; stream < COUNT; stream += 1) {
    const random = new Random(SEED, stream);
    const w = randomWorkload(random);
    const answer = estimate(w, costParameters);
    const wrong = broken({ w, answer, parameters: costParameters, random });
    expect(wrong, `seed ${SEED}, stream ${stream}: ${JSON.stringify(w)}`).toEqual([]);
  }
});
