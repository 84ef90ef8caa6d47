import { describe, expect, it } from 'vitest';
import { campaign } from './campaign.js';

describe('random simulations', () => {
  it('keep what always holds: slots and requests are conserved, costs and pools act in one direction', () => {
    const { failures, endings } = campaign({ runs: 2000, seed: 20_000_000, everyEventOf: 200 });
    expect(failures).toEqual([]);
    for (const ending of ['budget', 'dead', 'livelock', 'hang']) expect(endings[ending]).toBeGreaterThan(0);
  }, 60_000);
});
