/** The same stream of requests, step by step on the machine with time on each step: for what a closed form only bounds. */
import { swiotlbOf } from '../bounce/mechanics.js';
import type { CostParameters, Interval } from '../cost/index.js';
import { factsOf } from '../exact/index.js';
import { platformOf } from '../guest/platforms.js';
import type { RunResult } from '../scenario.js';
import {
  costsOf,
  type Ending,
  type SimulationRequest,
  type SimulationResult,
  simulate,
} from '../simulation/index.js';
import { poolSizeOf } from './pool-size.js';
import { type Guest, type Load, questionOf } from './throughput.js';

export interface Simulated {
  /** At the dearest, the guessed and the cheapest costs; steps are discrete, so they need not be in that order. */
  readonly requestsPerSecond: Interval;
  /** Notifications, interrupts and submissions put back, for one request, at the guessed costs. */
  readonly kicksPerRequest: number;
  readonly interruptsPerRequest: number;
  readonly requeuesPerRequest: number;
  readonly ending: Ending;
  readonly exhausted: SimulationResult['exhausted'];
}

/** Requests that are run; what goes on as before is not run that long. */
const REQUESTS = 2000;

/** Null: nothing gets through. */
export function simulatedOf(
  guest: Guest,
  run: Pick<RunResult, 'outcome' | 'usesDmaApi'>,
  load: Load,
  parameters: CostParameters,
): Simulated | null {
  if (run.outcome !== 'bounced' && run.outcome !== 'direct') return null;
  const at = (bound: keyof Interval): SimulationResult =>
    simulate(requestAt(guest, run, load, parameters, bound));
  const [cheap, mid, dear] = [at('low'), at('mid'), at('high')];
  const rates = [cheap, mid, dear].map(({ requestsPerSecond }) => requestsPerSecond);
  const each = (count: number): number => count / Math.max(1, mid.completed);
  return {
    requestsPerSecond: {
      low: Math.min(...rates),
      mid: mid.requestsPerSecond,
      high: Math.max(...rates),
    },
    kicksPerRequest: each(mid.counts.kicks),
    interruptsPerRequest: each(mid.counts.interrupts),
    requeuesPerRequest: each(mid.counts.requeues),
    ending: mid.ending,
    exhausted: mid.exhausted,
  };
}

function requestAt(
  guest: Guest,
  run: Pick<RunResult, 'outcome' | 'usesDmaApi'>,
  load: Load,
  parameters: CostParameters,
  bound: keyof Interval,
): SimulationRequest {
  const question = questionOf(guest, run, load);
  const pool = poolSizeOf(guest.platform, {
    slots: load.pool?.slots ?? null,
    areas: load.pool?.areas ?? null,
    memoryBytes: load.memoryBytes,
    cpus: load.cpus,
    release: guest.policy.release,
  });
  return {
    driver: factsOf(question),
    pool: question.isBounced
      ? {
          ...pool,
          mechanics: swiotlbOf(guest.policy.release),
          hasFixedSize: platformOf(guest.platform).hasRestrictedPool,
        }
      : null,
    usesDmaApi: run.usesDmaApi,
    ring: { layout: load.ring, indirect: true, eventIdx: true },
    requests: [{ op: load.op, segments: question.segments, count: 1 }],
    depth: load.depth,
    queues: load.queues,
    cpus: load.cpus,
    ...(Number.isFinite(load.backend.workers) ? { workers: load.backend.workers } : {}),
    completion: load.completion,
    idle: { guest: load.idle, device: load.backend.polls ? 'poll' : 'halt' },
    costs: costsOf(guest.platform, parameters, bound, {
      device: question.device,
      backend: load.backend,
      ring: load.ring,
    }),
    stopAfter: REQUESTS,
  };
}
