/** What holds for the estimate of any workload, whatever the figures: one function a law, which says what broke it. */
import {
  type CostParameters,
  type Estimate,
  estimate,
  type Interval,
  plainOf,
  requestsThatFit,
  type Workload,
} from '../../../../server/src/model/cost/index.js';
import type { Random } from '../../../fuzz/random.js';
import { parameterPaths, scaled } from './workloads.js';

export interface Case {
  readonly w: Workload;
  readonly answer: Estimate;
  readonly parameters: CostParameters;
  readonly random: Random;
}

/** Null: it holds. */
type Law = (of: Case) => string | null;

/** Sums and quotients of doubles: what rounding may do, and nothing more. */
const ROUNDING = 1e-9;

const bounds = ['low', 'mid', 'high'] as const;

function show({ low, mid, high }: Interval): string {
  return `${low} ${mid} ${high}`;
}

function isOrdered({ low, mid, high }: Interval): boolean {
  return 0 <= low && low <= mid * (1 + ROUNDING) && mid <= high * (1 + ROUNDING);
}

/** Every bound of `a` is at most that of `b`. */
function isAtMost(a: Interval, b: Interval): boolean {
  return bounds.every((bound) => a[bound] <= b[bound] * (1 + ROUNDING));
}

function rateFalls(a: Estimate, b: Estimate): string | null {
  const [before, after] = [a.requestsPerSecond, b.requestsPerSecond];
  return isAtMost(after, before) ? null : `rate ${show(before)} rose to ${show(after)}`;
}

export const laws: Readonly<Record<string, Law>> = {
  'low <= mid <= high': ({ answer }) => {
    const all: readonly (readonly [string, Interval])[] = [
      ['requests', answer.requestsPerSecond],
      ['bytes', answer.bytesPerSecond],
      ['latency', answer.latencyNs],
      ...(answer.ratio === null ? [] : [['ratio', answer.ratio] as const]),
      ...answer.terms.map(({ term, perSecond }) => [term, perSecond] as const),
    ];
    const wrong = all.find(([, interval]) => !isOrdered(interval));
    return wrong === undefined ? null : `${wrong[0]}: ${show(wrong[1])}`;
  },

  'the rate is the slowest term, or less': ({ answer }) => {
    const faster = answer.terms.find((t) => !isAtMost(answer.requestsPerSecond, t.perSecond));
    return faster === undefined ? null : `${faster.term} allows ${show(faster.perSecond)} only`;
  },

  'binding is a term with the smallest rate': ({ answer }) => {
    const least = Math.min(...answer.terms.map(({ perSecond }) => perSecond.mid));
    const own = answer.terms.find(({ term }) => term === answer.binding);
    return own?.perSecond.mid === least ? null : `${answer.binding} has ${own?.perSecond.mid}, not ${least}`;
  },

  'bytes are the rate times the payload': ({ w, answer }) =>
    bounds.every((b) => answer.bytesPerSecond[b] === w.payloadBytes * answer.requestsPerSecond[b])
      ? null
      : `${show(answer.bytesPerSecond)} of ${w.payloadBytes} B at ${show(answer.requestsPerSecond)}`,

  "Little's law: what is in flight, over the rate, is at most the latency": ({ w, answer }) => {
    if (w.loop !== 'closed' || answer.requestsPerSecond.mid === 0) return null;
    const least = (rate: number): number => (w.depth * w.queues * 1e9) / rate;
    const { requestsPerSecond: rate, latencyNs: latency } = answer;
    // The longest latency goes with the lowest rate.
    const holds =
      latency.high >= least(rate.low) * (1 - ROUNDING) &&
      latency.mid >= least(rate.mid) * (1 - ROUNDING) &&
      latency.low >= least(rate.high) * (1 - ROUNDING);
    return holds ? null : `latency ${show(latency)}, rate ${show(rate)}`;
  },

  'against a plain guest: at most 1, for protection only adds': ({ answer }) =>
    answer.ratio === null || isAtMost(answer.ratio, { low: 1, mid: 1, high: 1 }) ? null : show(answer.ratio),

  'a plain guest that bounces nothing has no ratio and no loss': ({ w, parameters }) => {
    const { ratio, loss } = estimate(plainOf(w), parameters);
    return ratio === null && loss === null ? null : `ratio ${ratio?.mid}, loss ${loss}`;
  },

  'nothing gets through exactly where not one request fits': ({ w, answer }) => {
    const isStuck = requestsThatFit(w) < 1;
    return isStuck === (answer.requestsPerSecond.high === 0) ? null : show(answer.requestsPerSecond);
  },

  'a cost that grows never raises the rate': ({ w, answer, parameters, random }) => {
    const path = random.pick(parameterPaths);
    const dearer = estimate(w, scaled(parameters, path, 1 + 3 * random.fraction()));
    const broken = rateFalls(answer, dearer);
    return broken === null ? null : `${path.join('.')}: ${broken}`;
  },

  'a slower device never raises the rate': ({ w, answer, parameters }) => {
    const { low, mid, high } = w.backend.busyNs;
    const busyNs = { low: low * 2 + 1, mid: mid * 2 + 1, high: high * 2 + 1 };
    return rateFalls(answer, estimate({ ...w, backend: { ...w.backend, busyNs } }, parameters));
  },

  'a mapping more never raises the rate': ({ w, answer, parameters }) => {
    const mappings = [...w.mappings, { bytes: 4096, deviceWrites: true }];
    const slotsPerRequest = w.slotsPerRequest === 0 ? 0 : w.slotsPerRequest + 2;
    return rateFalls(answer, estimate({ ...w, mappings, slotsPerRequest }, parameters));
  },

  'more requests in flight never lower the rate of a closed loop': ({ w, answer, parameters, random }) => {
    if (w.loop !== 'closed') return null;
    const deeper = estimate({ ...w, depth: w.depth + random.magnitude(1, 512) }, parameters);
    return rateFalls(deeper, answer);
  },

  'a larger pool never lowers the rate, nor turns away what the smaller took': ({
    w,
    answer,
    parameters,
    random,
  }) => {
    const slots = w.pool.slots * 2 ** random.below(5) + random.below(1000);
    const larger = { ...w, pool: { ...w.pool, slots } };
    if (requestsThatFit(larger) < requestsThatFit(w)) return 'fewer requests fit';
    return rateFalls(estimate(larger, parameters), answer);
  },
};

/** Names of the laws that a workload breaks, each with how. */
export function broken(of: Case): readonly string[] {
  return Object.entries(laws).flatMap(([name, law]) => {
    const how = law(of);
    return how === null ? [] : [`${name}: ${how}`];
  });
}
