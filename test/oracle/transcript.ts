/** Rows out of what a guest said; see guest/count.sh for the lines. */

import {
  type Copies,
  type Direction,
  type Mapping,
  mappingOf,
  numberOf,
  type Row,
  type Shape,
  type Tally,
} from '../../server/src/validation/kernel-counts/row.js';
import type { Boot } from './boots.js';

/** A line of a histogram: `{ dir: 1, size: 4096 } hitcount: 32`, whatever its keys. */
type Bucket = ReadonlyMap<string, string>;

interface Said {
  readonly kernel: string;
  readonly poolSlots: number;
}

export interface Transcript {
  readonly rows: readonly Row[];
  /** What the guest could not do. */
  readonly troubles: readonly string[];
}

/** The kernel's numbers of `enum dma_data_direction` (include/linux/dma-direction.h, 6.1 and 6.12). */
const TO_DEVICE = '1';
const FROM_DEVICE = '2';

export function transcriptOf(boot: Boot, lines: readonly string[]): Transcript {
  const value = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(`${key}|`))?.split('|')[1];
  const said = { kernel: value('kernel') ?? 'unknown', poolSlots: Number(value('pool') ?? 0) };
  const rows: Row[] = [];
  let from = -1;
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('row|')) from = at;
    else if (line === 'end') rows.push(rowOf(boot, said, lines.slice(from, at)));
  }
  return { rows, troubles: lines.filter((line) => line.startsWith('trouble|')) };
}

function rowOf(boot: Boot, said: Said, lines: readonly string[]): Row {
  const context = lines[0] ?? '';
  const [, device = '', generator = '', op = '', blockBytes = '', count = '', jobs = '', buffer = ''] =
    context.split('|');
  const number = (key: string): number => numberOf(text(lines, key)[0] ?? '', `${key} of ${context}`);
  const before = slots(text(lines, 'before')[0]);
  const [peakSource, peak] = text(lines, 'peak');
  const histogram = (name: string): Bucket[] => bucketsOf(lines, name);
  const bounced = histogram('bounced');
  const requests = histogram('requests');
  return {
    kernel: said.kernel,
    device,
    isAccessPlatformOffered: boot.device.isAccessPlatformOffered,
    isBounceForced: boot.swiotlb?.split(',').includes('force') ?? false,
    isPacked: boot.device.isPacked,
    op,
    blockBytes: numberOf(blockBytes, context),
    count: numberOf(count, context),
    bounced: sumOf(bounced),
    slotsPeak: Math.max(before ?? 0, slots(peak) ?? 0),
    generator,
    jobs: numberOf(jobs, context),
    buffer,
    isIndirect: boot.device.isIndirect,
    hasEventIdx: boot.device.hasEventIdx,
    transport: boot.device.transport,
    poolSlots: said.poolSlots,
    cpus: boot.cpus,
    rxRing: boot.rxRing,
    requests: requests.length === 0 ? null : requests.reduce((sum, bucket) => sum + hits(bucket), 0),
    toDevice: copiesOf(histogram('copies'), TO_DEVICE),
    fromDevice: copiesOf(histogram('copies'), FROM_DEVICE),
    kicks: sumOf(histogram('kicks')).count,
    interrupts: sumOf(histogram('interrupts')).count,
    usedBefore: before,
    usedAfter: slots(text(lines, 'after')[0]),
    peakSource: peakSource === 'hiwater' ? 'hiwater' : 'sampled',
    fullMessages: number('full'),
    probesMissed: number('missed'),
    sizes: talliesOf(bounced),
    shapes: completeShapes(shapesOf(lines), sumOf(bounced).count),
    options: boot.setup === 'blk+net' ? netOptions(boot) : [],
  };
}

/** The fields of the line `KEY|...`. */
function text(lines: readonly string[], key: string): string[] {
  return (
    lines
      .find((line) => line.startsWith(`${key}|`))
      ?.split('|')
      .slice(1) ?? []
  );
}

function slots(said: string | undefined): number | null {
  return said === undefined || said === '' ? null : numberOf(said, 'slots in use');
}

function bucketsOf(lines: readonly string[], name: string): Bucket[] {
  const start = `hist|${name}|`;
  return lines
    .filter((line) => line.startsWith(start))
    .map(
      (line) =>
        new Map([...line.matchAll(/(\w+): *([^,{}\s]+)/g)].map(([, key = '', value = '']) => [key, value])),
    );
}

function hits(bucket: Bucket): number {
  return numberOf(bucket.get('hitcount') ?? '', 'hitcount');
}

/** How many, and the sum of their sizes where the size is a key. */
function sumOf(buckets: readonly Bucket[]): Copies {
  let count = 0;
  let bytes = 0;
  for (const bucket of buckets) {
    count += hits(bucket);
    bytes += hits(bucket) * Number(bucket.get('size') ?? 0);
  }
  return { count, bytes };
}

/** Here the size is a value: the kernel has summed it. */
function copiesOf(buckets: readonly Bucket[], direction: string): Copies {
  const bucket = buckets.find((each) => each.get('dir') === direction);
  if (bucket === undefined) return { count: 0, bytes: 0 };
  return { count: hits(bucket), bytes: Number(bucket.get('size') ?? 0) };
}

function talliesOf(buckets: readonly Bucket[]): Tally[] {
  const counts = new Map<number, number>();
  for (const bucket of buckets) {
    const bytes = Number(bucket.get('size') ?? 0);
    counts.set(bytes, (counts.get(bytes) ?? 0) + hits(bucket));
  }
  return [...counts].map(([bytes, count]) => ({ bytes, count })).sort((a, b) => a.bytes - b.bytes);
}

/**
 * Null where they are not all there is: nothing was mapped, the log had no room, or a driver of its own accord mapped
 * something while counting had begun and the log had not.
 */
function completeShapes(shapes: readonly Shape[], mapped: number): readonly Shape[] | null {
  const logged = shapes.reduce((sum, { mappings, count }) => sum + mappings.length * count, 0);
  return mapped > 0 && logged === mapped ? shapes : null;
}

/** Without those that were refused before anything was mapped, or mapped nothing. */
function shapesOf(lines: readonly string[]): Shape[] {
  return lines
    .filter((line) => line.startsWith('shape|'))
    .map((line) => {
      const [, count = '', shape = ''] = line.split('|');
      const [via = '', list = ''] = shape.split(' ');
      const mappings = list.split(',').filter((item) => item !== '');
      return { via: via.replace(/^add_/, ''), count: numberOf(count, line), mappings: mappings.map(logged) };
    })
    .filter(({ mappings }) => mappings.length > 0);
}

function logged(text: string): Mapping {
  return mappingOf(text.slice(0, -1), text.slice(-1) as Direction, text);
}

function netOptions({ netOptions, backend }: Boot): readonly string[] {
  return backend === 'user' ? netOptions : [...netOptions, `backend=${backend}`];
}
