/** The `#if` condition at each place of a chunk. */
import type { PpCondition, PpRegion } from '../ir.js';
import type { Chunk, SourceFile } from '../source.js';

/**
 * Answers, for an offset inside the chunk, with the condition it stands under. The same record comes back for every
 * place of one region, and the chunk's own record where no `#if` inside it applies.
 */
export function conditionsWithin(file: SourceFile, chunk: Chunk): (offset: number) => PpCondition {
  const inner = regionsWithin(file, chunk);
  if (inner.length === 0) return () => chunk.condition;
  return (offset) => {
    // Regions are in order of their start and nest: the last that holds the offset is the innermost.
    for (let at = inner.length - 1; at >= 0; at--) {
      const region = inner[at] as PpRegion;
      if (region.start <= offset && offset < region.end) return region.condition;
    }
    return chunk.condition;
  };
}

/** The regions that start inside the chunk, in order. */
export function regionsWithin(file: SourceFile, chunk: Chunk): PpRegion[] {
  const inner: PpRegion[] = [];
  for (let at = firstFrom(file.regions, chunk.start); at < file.regions.length; at++) {
    const region = file.regions[at] as PpRegion;
    if (region.start >= chunk.end) break;
    inner.push(region);
  }
  return inner;
}

/** Index of the first region that starts at `offset` or later. */
function firstFrom(regions: readonly PpRegion[], offset: number): number {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((regions[middle] as PpRegion).start < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
