/** What the model is held to: each group of figures, its target, and whether it was met. */
import type { FigureKind, Predicted } from './predicted.js';
import { median, quantile, share } from './statistics.js';

/** How far a prediction is off: in the figure's own unit, or as a share of what was measured. */
export type ErrorKind = 'relative' | 'absolute';

export interface Target {
  readonly id: string;
  readonly what: string;
  /** In words. */
  readonly target: string;
  readonly errorIs: ErrorKind;
  readonly isOf: (p: Predicted) => boolean;
  /** What is compared; default: the figure and its prediction. */
  readonly compares?: (p: Predicted) => { readonly measured: number; readonly predicted: number };
  /** Of errors of rows that were not calibrated on; of all, where all are the reference machine's. */
  readonly isMet: (errors: readonly number[], rows: readonly Predicted[]) => boolean;
  readonly reached: (errors: readonly number[], rows: readonly Predicted[]) => string;
}

function kinds(...of: readonly FigureKind[]): (p: Predicted) => boolean {
  return (p) => of.includes(p.kind);
}

function percent(share_: number): string {
  return `${(100 * share_).toFixed(1)} %`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const spread = (errors: readonly number[]): string =>
  `median ${percent(median(errors))}, 9 of 10 within ${percent(quantile(errors, 0.9))}`;

const meanAndWorst = (errors: readonly number[]): string =>
  `mean ${mean(errors).toFixed(3)}, worst ${Math.max(...errors).toFixed(3)}`;

const mismatches = (errors: readonly number[]): string =>
  `${errors.filter((error) => error > 0).length} of ${errors.length} rows differ`;

const within = (most: number) => (errors: readonly number[]) => errors.every((error) => error <= most);

/** What was added to the plain guest's figure. */
const added = (p: Predicted): { measured: number; predicted: number } => ({
  measured: p.added?.measured ?? Number.NaN,
  predicted: p.added?.predicted.mid ?? Number.NaN,
});

const isDriveRead = (p: Predicted): boolean => /NVMe.*read/.test(p.what);

export const targets: readonly Target[] = [
  {
    id: 'T1',
    what: 'copies, bytes and slots that real kernels counted (Debian 6.1 and 6.12), everything bounced',
    target: 'no mismatch',
    errorIs: 'absolute',
    isOf: kinds('counts'),
    isMet: within(0),
    reached: mismatches,
  },
  {
    id: 'T2',
    what: 'the same where nothing may be bounced',
    target: 'no mismatch',
    errorIs: 'absolute',
    isOf: kinds('counts-zero'),
    isMet: within(0),
    reached: mismatches,
  },
  {
    id: 'T4',
    what: 'pools that were too small for what was asked, and pools that were not',
    target: 'each on its side',
    errorIs: 'absolute',
    isOf: kinds('exhaustion'),
    isMet: within(0),
    reached: mismatches,
  },
  {
    id: 'T5',
    what: 'rings of other sizes and depths than those the parameters are from',
    target: 'median at most 12 %, 9 of 10 within 30 %',
    errorIs: 'relative',
    isOf: kinds('ring'),
    isMet: (errors) => median(errors) <= 0.12 && quantile(errors, 0.9) <= 0.3,
    reached: spread,
  },
  {
    id: 'T6',
    what: 'copies and slot searches of the reference machine',
    target: 'median at most 10 %, 9 of 10 within 25 %',
    errorIs: 'relative',
    isOf: kinds('copy', 'slots', 'lock'),
    isMet: (errors) => median(errors) <= 0.1 && quantile(errors, 0.9) <= 0.25,
    reached: spread,
  },
  {
    id: 'T7',
    what: 'network, bounced in a plain guest, vhost, one queue, small packets: rate against not bounced',
    target: 'mean at most 0.06, worst at most 0.12',
    errorIs: 'absolute',
    isOf: kinds('net-bounce'),
    isMet: (errors) => mean(errors) <= 0.06 && within(0.12)(errors),
    reached: meanAndWorst,
  },
  {
    id: 'T8',
    what: 'the same with eight queues',
    target: 'mean at most 0.15',
    errorIs: 'absolute',
    isOf: kinds('net-bounce-queues'),
    isMet: (errors) => mean(errors) <= 0.15,
    reached: meanAndWorst,
  },
  {
    id: 'T8u',
    what: 'the same with a device in QEMU',
    target: 'held by the device: ratio 0.75 to 1.15',
    errorIs: 'absolute',
    isOf: kinds('net-bounce-user'),
    isMet: (_errors, rows) => rows.every(({ predicted: { mid } }) => mid >= 0.75 && mid <= 1.15),
    reached: meanAndWorst,
  },
  {
    id: 'T9',
    what: 'microseconds added to a polled 4 KiB request: writes, and reads from the page cache',
    target: 'within 50 %',
    errorIs: 'relative',
    isOf: (p) => p.kind === 'latency-polled' && !isDriveRead(p),
    compares: added,
    isMet: within(0.5),
    reached: spread,
  },
  {
    id: 'T9d',
    what: 'the same, reads that reach the drive',
    target: 'within a factor of 3',
    errorIs: 'relative',
    isOf: (p) => p.kind === 'latency-polled' && isDriveRead(p),
    compares: added,
    isMet: (_errors, rows) => rows.every((p) => factor(added(p)) <= 3),
    reached: (_errors, rows) => `factors of ${rows.map((p) => factor(added(p)).toFixed(2)).join(', ')}`,
  },
  {
    id: 'T10',
    what: 'microseconds added to a 4 KiB request with interrupts',
    target: 'within 50 %; SEV-SNP below TDX',
    errorIs: 'relative',
    isOf: kinds('latency-interrupt'),
    compares: added,
    isMet: (errors, rows) => within(0.5)(errors) && isSnpBelowTdx(rows),
    reached: spread,
  },
  {
    id: 'T11',
    what: 'microseconds of CPU added to a 4 KiB request',
    target: 'within 35 %',
    errorIs: 'relative',
    isOf: kinds('cpu'),
    isMet: within(0.35),
    reached: spread,
  },
  {
    id: 'T12',
    what: 'rate of a busy disk against a plain guest: drive',
    target: 'within 0.05',
    errorIs: 'absolute',
    isOf: (p) => p.kind === 'disk-rate' && !/page cache/.test(p.what),
    isMet: within(0.05),
    reached: meanAndWorst,
  },
  {
    id: 'T12c',
    what: 'the same, page cache',
    target: 'within 0.12',
    errorIs: 'absolute',
    isOf: (p) => p.kind === 'disk-rate' && /page cache/.test(p.what),
    isMet: within(0.12),
    reached: meanAndWorst,
  },
  {
    id: 'T13',
    what: 'four jobs against one: one lock, and a lock an area',
    target: 'within 0.15 where slower, 0.4 where faster',
    errorIs: 'absolute',
    isOf: kinds('lock-scaling'),
    isMet: (errors, rows) => errors.every((error, i) => error <= ((rows[i]?.measured ?? 0) > 1 ? 0.4 : 0.15)),
    reached: meanAndWorst,
  },
  {
    id: 'T14',
    what: 'network of SEV-SNP guests by idle policy: rate against a plain guest',
    target: 'each within a factor of 1.5; slower with halting than with haltpoll than with polling',
    errorIs: 'absolute',
    isOf: kinds('net-protected'),
    isMet: (_errors, rows) => rows.every((p) => factorOf(p) <= 1.5) && areIdlePoliciesInOrder(rows),
    reached: (_errors, rows) => `worst factor ${Math.max(...rows.map(factorOf)).toFixed(2)}`,
  },
  {
    id: 'T15',
    what: 'intervals of published ratios of medium and high confidence',
    target: 'at least 80 % inside, median width below a factor of 1.8',
    errorIs: 'absolute',
    isOf: (p) => p.unit === 'ratio' && p.confidence !== 'low' && p.kind !== 'exit',
    isMet: (_errors, rows) => coverage(rows) >= 0.8 && median(rows.map(width)) < 1.8,
    reached: (_errors, rows) =>
      `${percent(coverage(rows))} inside, median width ${median(rows.map(width)).toFixed(2)}`,
  },
  {
    id: 'T16',
    what: 'what holds throughput back, where the cause is known from the setup',
    target: 'at least 85 % right',
    errorIs: 'absolute',
    isOf: (p) => p.cause !== undefined,
    isMet: (_errors, rows) => named(rows) >= 0.85,
    reached: (_errors, rows) => `${percent(named(rows))} of ${rows.length}`,
  },
];

function factor({ measured, predicted }: { measured: number; predicted: number }): number {
  return Math.max(measured / predicted, predicted / measured);
}

function factorOf(p: Predicted): number {
  return factor({ measured: p.measured, predicted: p.predicted.mid });
}

export function isInside({ measured, predicted }: Predicted): boolean {
  return measured >= predicted.low && measured <= predicted.high;
}

export function width({ predicted }: Predicted): number {
  return predicted.high / predicted.low;
}

function coverage(rows: readonly Predicted[]): number {
  return share(rows, isInside);
}

export function isNamed({ cause }: Predicted): boolean {
  return cause?.known.includes(cause.said) ?? false;
}

function named(rows: readonly Predicted[]): number {
  return share(rows, isNamed);
}

/** Among rows of small packets that differ in nothing else. Their words begin with the platform and its idle policy. */
function areIdlePoliciesInOrder(rows: readonly Predicted[]): boolean {
  const rank = (p: Predicted): number => (/haltpoll/.test(p.what) ? 1 : /idle=poll/.test(p.what) ? 2 : 0);
  const setting = (p: Predicted): string => p.what.slice(p.what.indexOf(','));
  const packets = rows.filter(({ what }) => /UDP/.test(what));
  return packets.every((a) =>
    packets.every(
      (b) => setting(a) !== setting(b) || rank(a) >= rank(b) || a.predicted.mid <= b.predicted.mid,
    ),
  );
}

function isSnpBelowTdx(rows: readonly Predicted[]): boolean {
  const addedOn = (name: RegExp): number[] =>
    rows.filter(({ what }) => name.test(what)).map((p) => p.added?.predicted.mid ?? Number.NaN);
  const [snp, tdx] = [addedOn(/SNP/), addedOn(/TDX/)];
  return snp.every((a) => tdx.every((b) => 0 < a && a < b));
}
