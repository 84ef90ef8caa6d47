import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runScenario } from '../../../../server/src/model/index.js';
import { simulate } from '../../../../server/src/model/simulation/index.js';
import { scenarios } from './scenarios.js';
import { inTurns } from './support.js';

describe('a simulation in turns', () => {
  it('counts what the machine counts, whatever is asked of whichever device', () => {
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const run = runScenario(scenario);
        const { conversions: _, ...counts } = run.counts;
        const simulated = simulate(inTurns(scenario));
        const { kicks, interrupts, guestWakes, deviceWakes, failedMaps, requeues, probes, ...same } =
          simulated.counts;
        expect({ ...same, isExhausted: simulated.exhausted !== null }).toEqual({
          ...counts,
          isExhausted: run.outcome === 'exhausted',
        });
        const putBack = run.notes.find((note) => note.includes('put back')) ?? '0';
        expect(requeues).toBe(Number.parseInt(putBack, 10));
      }),
      { numRuns: 150, seed: 11 },
    );
  });
});
