/** Micro-benchmarks of the machine whose figures the parameters are: copies, slots, locks, rings. */
import {
  type CacheState,
  type CostParameters,
  copyNs,
  type Interval,
  probesWhenScattered,
  probesWhenSolid,
  type RingKind,
  ringRate,
  slotPairNs,
  sum,
  times,
} from '../model/cost/index.js';
import type { Predicted, Unpredicted } from './predicted.js';
import { positiveIn, type Row, readTable, type Table } from './table.js';

export const machineColumns = [
  'group',
  'name',
  'mode',
  'ring_size_or_bytes',
  'outstanding',
  'batch',
  'median',
  'unit',
] as const;
type Column = (typeof machineColumns)[number];

/** Figures of a table, and what the model has nothing to say of. */
export function predictMachine(
  text: string,
  file: string,
  parameters: CostParameters,
): { readonly predicted: readonly Predicted[]; readonly unpredicted: readonly Unpredicted[] } {
  const table = readTable(text, file, machineColumns);
  const predicted: Predicted[] = [];
  const unpredicted: Unpredicted[] = [];
  for (const row of table.rows) {
    const answer = predictRow(table, row, parameters);
    if (typeof answer === 'string') unpredicted.push({ id: idOf(row), why: answer });
    else predicted.push({ ...answer, id: idOf(row), use: useOf(row) });
  }
  return { predicted, unpredicted };
}

type Answer = Omit<Predicted, 'id' | 'use'>;

function predictRow(table: Table<Column>, row: Row<Column>, parameters: CostParameters): Answer | string {
  const predicted = predictedNs(table, row, parameters);
  if (predicted === null)
    return `no model of ${row.cell('group')} "${row.cell('name')}", "${row.cell('mode')}"`;
  if (predicted === 'hangs') return 'the model says that it makes no progress';
  return {
    kind: kindOf(row),
    what: [row.cell('group'), row.cell('name'), row.cell('mode'), sizeWords(row)].filter(Boolean).join(', '),
    measured: positiveIn(table, row, 'median'),
    predicted,
    unit: 'ns',
    confidence: 'high',
  };
}

function sizeWords(row: Row<Column>): string {
  const size = row.cell('ring_size_or_bytes');
  if (row.cell('group') !== 'ringtest') return size === '' ? '' : `${size} B`;
  const batch = row.cell('batch');
  return `${size} entries, ${row.cell('outstanding')} outstanding${batch === '-' || batch === '' ? '' : `, batch ${batch}`}`;
}

function idOf(row: Row<Column>): string {
  return `machine-${row.line}`;
}

function kindOf(row: Row<Column>): Predicted['kind'] {
  switch (row.cell('group')) {
    case 'ringtest':
      return 'ring';
    case 'memcpy':
      return 'copy';
    case 'slot_search':
      return 'slots';
    default:
      return 'lock';
  }
}

/**
 * Rings give their two figures from streaming and from one outstanding at 256 entries, the split ring its other depths
 * too. The rest of this machine's figures is what the curves were fitted to.
 */
function useOf(row: Row<Column>): Predicted['use'] {
  if (row.cell('group') !== 'ringtest') return 'calibrate';
  const isGiven =
    row.cell('ring_size_or_bytes') === '256' &&
    (['1', 'max'].includes(row.cell('outstanding')) || row.cell('name') === 'virtio_ring_0_9');
  const sleeps = row.cell('mode').startsWith('sleep');
  const isSleepGiven = row.cell('name') === 'ring' && row.cell('outstanding') === '1';
  return isGiven && (!sleeps || isSleepGiven) ? 'calibrate' : 'validate';
}

function predictedNs(
  table: Table<Column>,
  row: Row<Column>,
  parameters: CostParameters,
): Interval | 'hangs' | null {
  switch (row.cell('group')) {
    case 'ringtest':
      return ringNs(row, parameters);
    case 'memcpy':
      return memcpyNs(row, positiveIn(table, row, 'ring_size_or_bytes'), parameters);
    case 'slot_search':
      return searchNs(positiveIn(table, row, 'ring_size_or_bytes'), row.cell('mode'), parameters);
    case 'slot_contention':
      return contentionNs(positiveIn(table, row, 'ring_size_or_bytes'), row.cell('mode'), parameters);
    default:
      return null;
  }
}

// ---- rings

const ringKinds: Readonly<Record<string, RingKind>> = {
  ring: 'packed',
  virtio_ring_0_9: 'split',
  virtio_ring_poll: 'split-polled',
  virtio_ring_inorder: 'split-in-order',
};

/** Two of ringtest's exits of 500 cycles each at 2.6 GHz, one to notify and one to sleep, and their system calls. */
const RINGTEST_NOTIFY_NS = 2200;

function ringNs(row: Row<Column>, { machine }: CostParameters): Interval | 'hangs' | null {
  const kind = ringKinds[row.cell('name')];
  if (kind === undefined) return null;
  const ringSize = Number(row.cell('ring_size_or_bytes'));
  const outstanding = row.cell('outstanding');
  const batch = row.cell('batch');
  const rate = ringRate(
    {
      ringSize,
      depth: outstanding === 'max' ? Infinity : Number(outstanding),
      batch: batch === '-' || batch === '' ? 1 : Number(batch),
      sleeps: row.cell('mode').startsWith('sleep'),
    },
    machine.rings[kind],
    {
      wakeNs: machine.wakeNs,
      notifyNs: { low: RINGTEST_NOTIFY_NS, mid: RINGTEST_NOTIFY_NS, high: RINGTEST_NOTIFY_NS },
      // The packed ring at streaming speed is one side's work with the least of waiting in it.
      localNs: times(2, machine.rings.packed.streamNs),
    },
  );
  return rate.kind === 'hangs' ? 'hangs' : rate.nsPerBuffer;
}

// ---- copies, slots, locks

const cacheStates: Readonly<Record<string, CacheState>> = {
  hot: 'hot',
  src_cold: 'source cold',
  dst_cold: 'target cold',
  both_cold: 'both cold',
};

function copyCosts({ machine }: CostParameters): Parameters<typeof copyNs>[2] {
  return {
    hotNsPerByte: machine.copyHotNsPerByte,
    coldNsPerByte: machine.copyColdNsPerByte,
    coldFixedNs: machine.copyColdFixedNs,
  };
}

function memcpyNs(row: Row<Column>, bytes: number, parameters: CostParameters): Interval | null {
  const state = cacheStates[row.cell('mode')];
  const method = row.cell('name') === 'glibc' ? 'vector loop' : 'rep movsb';
  return state === undefined ? null : copyNs(bytes, state, copyCosts(parameters), method);
}

/** Of the pool the searches were measured in: one area. */
const POOL_SLOTS = 32_768;
const SLOT = 2048;
/** Mappings that the benchmark held at a time. */
const HELD = 16;

function searchNs(bytes: number, mode: string, { machine }: CostParameters): Interval | null {
  const [, pattern, percent] = /^(solid_prefix|random_single) occupancy (\d+)%$/.exec(mode) ?? [];
  if (pattern === undefined || percent === undefined) return null;
  const slots = Math.ceil(bytes / SLOT);
  const stride = bytes >= 4096 ? 2 : 1;
  const used = Math.round((POOL_SLOTS * Number(percent)) / 100);
  const isScattered = pattern === 'random_single' && used > 0;
  const found = (isScattered ? probesWhenScattered : probesWhenSolid)(POOL_SLOTS, used, slots, stride);
  // Fewer runs in the whole pool than mappings that are held: the search fails, and has then looked at all of it.
  const all = POOL_SLOTS / stride;
  const probes = isScattered && all / found < HELD ? all : found;
  return slotPairNs(slots, probes, machine, isScattered);
}

function contentionNs(bytes: number, mode: string, parameters: CostParameters): Interval | null {
  const match = /^threads=(\d+) areas=(\d+) copy=([01])$/.exec(mode);
  if (match === null) return null;
  const [threads, areas, copy] = match.slice(1).map(Number) as [number, number, number];
  const { machine } = parameters;
  // A lock nobody else wants; two of them, to take slots and to give them back.
  const alone = sum(slotPairNs(Math.ceil(bytes / SLOT), 1, machine), { low: 20, mid: 32, high: 60 });
  // An unfair lock, so the low end of the queued one's cost. The other threads' turns are waited for.
  const fair = { low: 160, mid: 165, high: machine.lockHandOverNs.high };
  const waited = threads > areas ? times((2 * threads) / areas, fair) : { low: 0, mid: 0, high: 0 };
  const held = threads > areas ? waited : alone;
  if (copy === 0) return held;
  // Each area is walked from end to end: the target is cold, the source is one buffer.
  return sum(held, copyNs(bytes, 'target cold', copyCosts(parameters), 'vector loop'));
}
