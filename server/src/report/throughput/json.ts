/** The JSON faces of throughput, pool and validation. The order of keys is part of the promise. */
import { SLOT_BYTES } from '../../model/bounce/units.js';
import type { Estimate } from '../../model/cost/estimate.js';
import type { Interval } from '../../model/cost/interval.js';
import { print } from '../json.js';
import { toolVersion } from '../version.js';
import { demanded } from './pool.js';
import type {
  PoolReport,
  SimulatedCosts,
  ThroughputReport,
  ThroughputRow,
  ValidationGroup,
  ValidationReport,
  ValidationRow,
} from './types.js';

type Json = Parameters<typeof print>[0];

const head = { schema: 'vringside/1', tool: { name: 'vringside', version: toolVersion } } as const;

export function throughputToJson({ parameters, baseline, rows }: ThroughputReport): string {
  return print({ ...head, throughput: { parameters, baseline, rows: rows.map(rowJson) } });
}

function rowJson(row: ThroughputRow): Json {
  const { exact } = row;
  return {
    platform: row.platform,
    device: row.device,
    op: row.op,
    blockBytes: row.blockBytes,
    depth: row.depth,
    queues: row.queues,
    ring: row.ring,
    idle: row.idle,
    outcome: row.outcome,
    estimate: row.estimate === null ? null : estimateJson(row.estimate),
    exact:
      exact === null
        ? null
        : {
            maps: exact.maps,
            bytesToDevice: exact.bytesToDevice,
            bytesFromDevice: exact.bytesFromDevice,
            slots: exact.slots,
            descriptors: exact.descriptors,
            amplification: figure(exact.amplification),
          },
    ...(row.simulated === undefined ? {} : { simulated: simulatedJson(row.simulated) }),
  };
}

function simulatedJson(simulated: SimulatedCosts | null): Json {
  if (simulated === null) return null;
  return {
    requestsPerSecond: intervalJson(simulated.requestsPerSecond),
    kicksPerRequest: figure(simulated.kicksPerRequest),
    interruptsPerRequest: figure(simulated.interruptsPerRequest),
    requeuesPerRequest: figure(simulated.requeuesPerRequest),
    ending: simulated.ending,
    exhausted: simulated.exhausted,
  };
}

function estimateJson(estimate: Estimate): Json {
  return {
    requestsPerSecond: intervalJson(estimate.requestsPerSecond),
    bytesPerSecond: intervalJson(estimate.bytesPerSecond),
    latencyNs: intervalJson(estimate.latencyNs),
    binding: estimate.binding,
    loss: estimate.loss,
    terms: estimate.terms.map(({ term, perSecond }) => ({ term, perSecond: intervalJson(perSecond) })),
    ratio: estimate.ratio === null ? null : intervalJson(estimate.ratio),
    evidence: estimate.evidence,
    parameters: estimate.parameters,
    notes: estimate.notes,
  };
}

export function poolToJson(reports: readonly PoolReport[]): string {
  return print({ ...head, pools: reports.map(poolJson) });
}

function poolJson(report: PoolReport): Json {
  const { pool, recommended } = report;
  return {
    platform: report.platform,
    workload: report.workload,
    pool: { slots: pool.slots, bytes: pool.bytes, origin: pool.origin },
    demands: report.demands.map(({ what, slots, kind }) => ({ what, slots, kind })),
    demandedSlots: demanded(report),
    verdict: report.verdict,
    why: report.why,
    fallsOverAt: report.fallsOverAt,
    shows: report.shows,
    recommended:
      recommended === null
        ? null
        : {
            slots: recommended.slots,
            bytes: recommended.slots * SLOT_BYTES,
            bootOption: recommended.bootOption,
          },
    notes: report.notes,
  };
}

export function validationToJson({ parameters, groups, unpredicted = [], notes }: ValidationReport): string {
  const left = unpredicted.map(({ id, why }) => ({ id, why }));
  return print({
    ...head,
    validation: { parameters, groups: groups.map(groupJson), unpredicted: left, notes },
  });
}

function groupJson(group: ValidationGroup): Json {
  const { figures } = group;
  return {
    id: group.id,
    what: group.what,
    target: group.target,
    verdict: group.verdict,
    errorIs: group.errorIs,
    reached: group.reached,
    figures: {
      rows: figures.rows,
      meanError: figureOrNull(figures.meanError),
      medianError: figureOrNull(figures.medianError),
      p90Error: figureOrNull(figures.p90Error),
      worstError: figureOrNull(figures.worstError),
      coverage: figureOrNull(figures.coverage),
      medianWidth: figureOrNull(figures.medianWidth),
    },
    rows: group.rows.map(validationRowJson),
    notes: group.notes,
  };
}

function validationRowJson(row: ValidationRow): Json {
  return {
    id: row.id,
    what: row.what,
    measured: figure(row.measured),
    predicted: intervalJson(row.predicted),
    unit: row.unit,
    error: figureOrNull(row.error),
    isInside: row.isInside,
    use: row.use,
    ...(row.bottleneck === undefined
      ? {}
      : { bottleneck: { said: row.bottleneck.said, known: row.bottleneck.known } }),
  };
}

function intervalJson({ low, mid, high }: Interval): Json {
  return { low: figure(low), mid: figure(mid), high: figure(high) };
}

/**
 * Six significant digits: more than any figure here means, and the same bytes wherever the last bit of a sum falls
 * otherwise. What has no bound is null.
 */
function figure(value: number): number | null {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : null;
}

function figureOrNull(value: number | null): number | null {
  return value === null ? null : figure(value);
}
