/** Rows of a throughput report put together: what is the same for all is said once, what goes together stands together. */
import { platformOf } from '../../model/index.js';
import type { PlatformId } from '../../model/scenario.js';
import type { ThroughputReport, ThroughputRow } from './types.js';

/** What a row stands for beside its figures. */
export type Axis = 'platform' | 'device' | 'op' | 'blockBytes' | 'depth' | 'queues' | 'ring' | 'idle';

const axes: readonly Axis[] = ['platform', 'device', 'op', 'blockBytes', 'depth', 'queues', 'ring', 'idle'];

/** The axes along which rows of the report differ. */
export function varyingAxes(rows: readonly ThroughputRow[]): ReadonlySet<Axis> {
  return new Set(axes.filter((axis) => new Set(rows.map((row) => row[axis])).size > 1));
}

/** Rows that differ in nothing but the given axes, in the order of their first. */
export function grouped(
  rows: readonly ThroughputRow[],
  inside: readonly Axis[],
): readonly (readonly ThroughputRow[])[] {
  const outside = axes.filter((axis) => !inside.includes(axis));
  const groups = new Map<string, ThroughputRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(outside.map((axis) => row[axis]));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

/** The given axes of a row, in words, without the platform and the block size. */
export function settingWords(row: ThroughputRow, which: (axis: Axis) => boolean): string {
  const words: readonly (readonly [Axis, string])[] = [
    ['device', row.device],
    ['op', opWords[row.op]],
    ['depth', `${row.depth} in flight`],
    ['queues', row.queues === 1 ? '1 queue' : `${row.queues} queues`],
    ['ring', `ring ${row.ring}`],
    ['idle', `a waiting vCPU ${row.idle}`],
  ];
  return words
    .filter(([axis]) => which(axis))
    .map(([, text]) => text)
    .join('; ');
}

const opWords: Readonly<Record<ThroughputRow['op'], string>> = {
  read: 'reads',
  write: 'writes',
  tx: 'transmits',
  rx: 'receives',
};

export function platformName(id: PlatformId): string {
  return platformOf(id)?.name ?? id;
}

// ---- notes

/** A note, and the platforms whose rows carry it; none where all do. */
export interface SharedNote {
  readonly platforms: readonly PlatformId[];
  readonly text: string;
}

/** Each note once. Parameters by analogy are always among them. */
export function sharedNotes(report: ThroughputReport): readonly SharedNote[] {
  const rows = report.rows.filter(({ estimate }) => estimate !== null);
  const found = new Map<string, Set<PlatformId>>();
  for (const row of rows) {
    for (const note of notesOf(row)) {
      found.set(note, (found.get(note) ?? new Set()).add(row.platform));
    }
  }
  const all = new Set(rows.map((row) => row.platform)).size;
  return [...found].map(([text, on]) => ({ text, platforms: on.size === all && all > 1 ? [] : [...on] }));
}

function notesOf({ estimate }: ThroughputRow): readonly string[] {
  if (estimate === null) return [];
  const isAnalogy = estimate.evidence === 'by analogy';
  const isSaid = estimate.notes.some((note) => note.includes('no published anchor'));
  return isAnalogy && !isSaid
    ? [...estimate.notes, 'no published anchor: parameters by analogy']
    : estimate.notes;
}

/** The row that loses most against the baseline, if any has a ratio below it. */
export function slowest(rows: readonly ThroughputRow[]): ThroughputRow | null {
  let worst: ThroughputRow | null = null;
  for (const row of rows) {
    const ratio = row.estimate?.ratio?.mid ?? 1;
    if (ratio < (worst?.estimate?.ratio?.mid ?? 1)) worst = row;
  }
  return worst;
}
