/** Whether memory stays flat over a campaign. */
import type { MemorySample } from './worker.js';

export interface Growth {
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** From the second fifth to the last, each by its median: the first fifth warms up. Null: too few samples to say. */
export function growthOf(samples: readonly MemorySample[]): Growth | null {
  const fifth = Math.floor(samples.length / 5);
  if (fifth < 1) return null;
  const early = samples.slice(fifth, 2 * fifth);
  const late = samples.slice(-fifth);
  return {
    heapBytes: median(late.map((s) => s.heapBytes)) - median(early.map((s) => s.heapBytes)),
    rssBytes: median(late.map((s) => s.rssBytes)) - median(early.map((s) => s.rssBytes)),
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
