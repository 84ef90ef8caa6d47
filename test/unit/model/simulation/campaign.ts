/** Random simulations, each held to what always holds; shared by a quick test and a long run. */
import fc from 'fast-check';
import { postedBuffers } from '../../../../server/src/model/driver/shapes.js';
import {
  type SimulationCosts,
  type SimulationRequest,
  simulate,
} from '../../../../server/src/model/simulation/index.js';
import { broken } from '../../../../server/src/model/simulation/invariants.js';
import { requests } from './random-requests.js';

export interface Campaign {
  readonly runs: number;
  readonly seed: number;
  /** Of so many runs one is looked at after every event; 0: none. */
  readonly everyEventOf: number;
}

export interface Outcome {
  readonly runs: number;
  readonly events: number;
  readonly endings: Readonly<Record<string, number>>;
  /** What did not hold, with the request. */
  readonly failures: readonly string[];
}

/** The costs that are raised to see whether throughput falls. */
const raised: readonly (keyof SimulationCosts)[] = [
  'driverNs',
  'mapCallNs',
  'slotPairNs',
  'copyNs',
  'copyPsPerByte',
  'interruptNs',
  'guestWakeNs',
  'deviceWakeNs',
  'deviceRequestNs',
  'deviceDescriptorNs',
  'devicePsPerByte',
  'ringRoundTripNs',
];

export function campaign({ runs, seed, everyEventOf }: Campaign): Outcome {
  const failures: string[] = [];
  const endings: Record<string, number> = {};
  let events = 0;
  fc.sample(requests, { numRuns: runs, seed }).forEach((request, n) => {
    const isClose = everyEventOf > 0 && n % everyEventOf === 0;
    for (const [what, holds] of checks(request, n, isClose)) {
      try {
        const wrong = holds();
        if (wrong !== null) failures.push(`${what}: ${wrong}: ${JSON.stringify(request)}`);
      } catch (error) {
        failures.push(`${what}: ${error}: ${JSON.stringify(request)}`);
      }
    }
    function checks(
      asked: SimulationRequest,
      number: number,
      close: boolean,
    ): [string, () => string | null][] {
      return [
        ['invariants', () => invariants(asked, close)],
        ['same again', () => same(asked)],
        ['a higher cost', () => higherCost(asked, raised[number % raised.length] ?? 'driverNs')],
        ['a larger pool', () => largerPool(asked)],
      ];
    }
    function invariants(asked: SimulationRequest, close: boolean): string | null {
      let wrong: string | null = null;
      const result = simulate(asked, close ? (running) => (wrong ??= broken(running)[0] ?? null) : null);
      endings[result.ending] = (endings[result.ending] ?? 0) + 1;
      events += result.events;
      return wrong;
    }
  });
  return { runs, events, endings, failures };
}

function same(request: SimulationRequest): string | null {
  if (request.stopAfter > 40) return null;
  const [first, second] = [simulate(request), simulate(structuredClone(request))].map((r) =>
    JSON.stringify(r),
  );
  return first === second ? null : 'two runs differ';
}

/**
 * In turns nobody's speed changes who comes first: what costs more takes longer. Not so where a side sleeps, waits for an
 * interrupt, or kicks, which a slower one may spare: `regimes.test.ts`. Kicks are for nothing then: with event indexes there
 * is one in 65536 requests all the same. Nor where packets are received: how full the ring is when a poll ends decides on a
 * refill.
 */
function higherCost(request: SimulationRequest, which: keyof SimulationCosts): string | null {
  const awake = { ...inTurns(request), completion: 'poll', idle: { guest: 'poll', device: 'poll' } } as const;
  if (awake.requests.some(({ op }) => postedBuffers(request.driver, op) !== null)) return null;
  const before = { ...request.costs, kickNs: 0 };
  const after = { ...before, [which]: before[which] + 1 + Math.floor(before[which] / 2) };
  const [short, long] = [before, after].map((costs) => simulate({ ...awake, costs }).ns);
  return (long ?? 0) >= (short ?? 0) ? null : `${which}: ${short} ns became ${long}`;
}

function largerPool(request: SimulationRequest): string | null {
  const { pool } = request;
  if (pool === null) return null;
  const before = simulate(inTurns(request));
  const after = simulate(inTurns({ ...request, pool: { ...pool, slots: 2 * pool.slots } }));
  if (before.exhausted !== null) return null;
  if (after.exhausted !== null) return `exhausted: ${after.exhausted}`;
  return after.counts.failedMaps <= before.counts.failedMaps
    ? null
    : `${before.counts.failedMaps} failed maps became ${after.counts.failedMaps}`;
}

function inTurns(request: SimulationRequest): SimulationRequest {
  const requests = request.requests.map((spec) => ({ ...spec, inFlight: request.depth }));
  return { ...request, requests, order: 'in turns', cpus: 1, queues: 1, arrivalNs: 0 };
}
