/** What real kernels did, counted, against the exact layer: copies, bytes, slots; and pools that are too small. */
import { type ExactQuestion, exactCost, isExhaustedAt, layoutsOf } from '../../model/exact/index.js';
import type { DeviceClass } from '../../model/scenario.js';
import type { Predicted, Unpredicted } from '../predicted.js';
import { TableError } from '../table.js';
import { compare } from './compare.js';
import { exactAnswer, settingOf } from './exact-answer.js';
import { nameOf, type Row, rowsOf } from './row.js';
import { isStarved, settingsOf } from './scenario.js';

export { columns as kernelColumns } from './row.js';

/** Figures of a table of rows; a line that begins with `#` is a remark. */
export function predictKernel(
  text: string,
  file: string,
): { readonly predicted: readonly Predicted[]; readonly unpredicted: readonly Unpredicted[] } {
  const predicted: Predicted[] = [];
  const unpredicted: Unpredicted[] = [];
  for (const row of read(text, file)) {
    predicted.push(...fitOf(row));
    const counts = countsOf(row);
    if (typeof counts === 'string') unpredicted.push({ id: nameOf(row), why: counts });
    else predicted.push(counts);
  }
  return { predicted, unpredicted };
}

/** @throws {TableError} naming file and line */
function read(text: string, file: string): Row[] {
  const lines = text.split(/\r?\n/);
  const headings = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
  return lines.flatMap((line, i): Row[] => {
    if (i <= headings || line === '' || line.startsWith('#')) return [];
    try {
      return rowsOf(`${lines[headings] ?? ''}\n${line}`);
    } catch (error) {
      throw new TableError(`${file}:${i + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** Copies each way, their bytes, slots kept and slots at most: what a row is compared in. */
const COUNTS = 6;

function countsOf(row: Row): Predicted | string {
  const verdict = compare(row, exactAnswer);
  if (verdict.kind === 'not compared') return verdict.why;
  const wrong = verdict.kind === 'equal' ? [] : verdict.differences;
  const agreeing = COUNTS - wrong.length;
  const details = wrong.map(({ what, kernel, answer }) => `; ${what}: ${answer} for ${kernel}`).join('');
  return {
    id: nameOf(row),
    kind: row.bounced.count === 0 ? 'counts-zero' : 'counts',
    what: `counts that agree${details}`,
    measured: COUNTS,
    predicted: { low: agreeing, mid: agreeing, high: agreeing },
    unit: 'count',
    use: 'validate',
    confidence: 'high',
  };
}

// ---- pools that are too small

const disks: ReadonlyMap<string, DeviceClass> = new Map([
  ['virtio-blk-pci', 'blk'],
  ['virtio-scsi-pci', 'scsi'],
]);

/** 64 MiB: no test asks for as much at once. */
const ROOMY_SLOTS = 32_768;

/** Whether a pool was too small, of rows that tell: 1, it was. */
function fitOf(row: Row): Predicted[] {
  if (row.bounced.count === 0) return [];
  if (row.op === 'ping' && row.options.length === 0) return [fit(row, row.toDevice.count === 0, isDead(row))];
  const device = disks.get(row.device);
  if (device === undefined || (row.op !== 'read' && row.op !== 'write') || row.blockBytes === 0) return [];
  // A smaller pool that held out was not asked for more than it has at any moment: depth alone does not tell.
  if (!isStarved(row) && row.poolSlots < ROOMY_SLOTS) return [];
  const runsOut = questionsOf(row, device, row.op).some((question) =>
    isExhaustedAt(exactCost(question), row.jobs, row.poolSlots),
  );
  return [fit(row, isStarved(row), runsOut)];
}

function fit(row: Row, didRunOut: boolean, runsOut: boolean): Predicted {
  const predicted = runsOut ? 1 : 0;
  return {
    id: nameOf(row),
    kind: 'exhaustion',
    what: 'the pool is too small (1) or not (0)',
    measured: didRunOut ? 1 : 0,
    predicted: { low: predicted, mid: predicted, high: predicted },
    unit: 'count',
    use: 'validate',
    confidence: 'high',
  };
}

/** Receive buffers leave no slot to send with. */
function isDead(row: Row): boolean {
  const setting = settingOf(settingsOf(row, 'net'));
  return exactCost({ ...setting, op: 'rx', segments: [64] }).slotsAtRest + 1 > row.poolSlots;
}

/** A call of the generator, its buffer contiguous or each page by itself. */
function questionsOf(row: Row, device: DeviceClass, op: 'read' | 'write'): readonly ExactQuestion[] {
  const setting = settingOf(settingsOf(row, device));
  const { few, many } = layoutsOf(row.blockBytes, { ...setting, isAligned: true });
  return [few, many].map((segments) => ({ ...setting, op, segments }));
}
