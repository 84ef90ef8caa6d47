/** What a block driver tells the block layer of its segments: how many, and how long each. */
import { isSameData } from '../../../program/index.js';
import type { Expr } from '../../../syntax/ir.js';
import { uncast } from '../../../syntax/walk.js';
import { calleeName } from '../../values/expressions.js';
import type { Amount } from '../amounts/amount.js';
import { type Amounts, rootFrame } from '../amounts/amounts.js';
import { between } from '../amounts/bounds.js';
import { evidenceAt } from '../amounts/evidence.js';
import { knownNumbers, LARGEST_BOUNCE_BYTES } from '../amounts/known.js';
import { readingOf } from '../amounts/reading.js';
import type { Evidence, Growth } from '../unplaced.js';
import type { Bounds } from '../workload.js';

export interface BlockLimits {
  readonly segment: Bounds;
  readonly segments: Bounds;
  /** Whether the driver sets the length of a segment at all; if not, the block layer's default holds. */
  readonly isSet: boolean;
  /** Whether a mapping limit of the DMA API bounds it. */
  readonly isLimited: boolean;
  /** Where a segment is allowed to be longer than the largest bounce mapping. */
  readonly grows: Growth | null;
}

/** A limit by its field of `struct queue_limits` (6.9+) and its setter (before). Source: include/linux/blkdev.h (6.1, 6.12). */
const names = {
  segment: { field: /^max_segment_size$/, setter: 'blk_queue_max_segment_size' },
  segments: { field: /^(?:max_segments|sg_tablesize)$/, setter: 'blk_queue_max_segments' },
} as const;

/** The shortest segment is a sector. Source: include/linux/blk_types.h, SECTOR_SIZE (6.12). */
const SECTOR = 512;

export function blockLimits(amounts: Amounts, file: string): BlockLimits {
  return amounts.program.ledger.answer(
    'block limits',
    file,
    () => findLimits(amounts.anew(), file),
    undefined,
    {
      isSame: isSameData,
    },
  );
}

interface Setting {
  readonly amount: Amount;
  readonly at: Evidence;
}

function findLimits(amounts: Amounts, file: string): BlockLimits {
  const lengths = settings(amounts, file, names.segment);
  const counts = settings(amounts, file, names.segments);
  const longest = lengths.map(({ amount }) => amount.most);
  const most =
    lengths.length === 0
      ? (knownNumbers.BLK_MAX_SEGMENT_SIZE ?? null)
      : longest.includes(null)
        ? null
        : Math.max(...(longest as number[]));
  const wide = lengths.find(({ amount }) => amount.most === null || amount.most > LARGEST_BOUNCE_BYTES);
  const numbers = counts.map(({ amount }) => amount.most);
  const largest =
    numbers.length === 0
      ? (knownNumbers.BLK_MAX_SEGMENTS ?? null)
      : numbers.includes(null)
        ? null
        : Math.max(...(numbers as number[]));
  return {
    segment: between(SECTOR, most),
    segments: between(1, largest),
    isSet: lengths.length > 0,
    isLimited: lengths.some(({ amount }) => amount.limit !== null) && wide === undefined,
    grows: wide === undefined ? null : { how: 'block limit', at: wide.at },
  };
}

function settings(
  amounts: Amounts,
  file: string,
  { field, setter }: (typeof names)[keyof typeof names],
): Setting[] {
  const { program } = amounts;
  const words = field.source.match(/\w{5,}/g) ?? [];
  const chunks = new Set([...words, setter].flatMap((word) => [...program.chunksMentioning(file, word)]));
  const found: Setting[] = [];
  for (const chunk of [...chunks].sort((a, b) => a - b)) {
    for (const fn of program.chunkFacts({ file, chunk })?.functions ?? []) {
      const reading = readingOf(fn);
      const add = (value: Expr): void => {
        found.push({ amount: amounts.of(value, rootFrame(fn)), at: evidenceAt(program, file, value) });
      };
      for (const { call } of reading.calls)
        if (calleeName(call) === setter && call.args[1]) add(call.args[1]);
      for (const a of [...reading.assignments.values()].flat()) {
        const target = a.target === null ? null : uncast(a.target);
        if (target?.kind === 'member' && field.test(target.field) && a.value !== null) add(a.value);
      }
    }
  }
  return found;
}
