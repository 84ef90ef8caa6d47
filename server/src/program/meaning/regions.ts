import type { PpCondition, PpRegion } from '../../syntax/ir.js';

/** A lookup of the innermost `#if` region around an offset; null outside all of them. */
export function regionConditions(regions: readonly PpRegion[]): (offset: number) => PpCondition | null {
  const sorted = [...regions].sort((a, b) => a.start - b.start || b.end - a.end);
  return (offset) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((sorted[mid]?.start ?? 0) <= offset) low = mid + 1;
      else high = mid;
    }
    // Regions nest, so the last one that starts before the offset and still covers it is the innermost.
    for (let i = low - 1; i >= 0; i -= 1) {
      const region = sorted[i];
      if (region !== undefined && offset < region.end) return region.condition;
    }
    return null;
  };
}
