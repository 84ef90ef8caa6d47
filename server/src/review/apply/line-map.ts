/** Which line of a file became which: what a patch left alone keeps its identity. */

/** A run of lines that stand in both images. Lines count from 1. */
interface Run {
  readonly oldStart: number;
  readonly newStart: number;
  readonly count: number;
}

export class LineMap {
  /** Ascending in both images. */
  private readonly runs: readonly Run[];

  constructor(runs: readonly Run[]) {
    this.runs = runs.filter((run) => run.count > 0);
  }

  /** Of a file nothing was done to. */
  static identity(): LineMap {
    return new LineMap([{ oldStart: 1, newStart: 1, count: Number.MAX_SAFE_INTEGER / 2 }]);
  }

  /** The line in the image after; null when it was removed. */
  newLine(old: number): number | null {
    const run = lastStarting(this.runs, (r) => r.oldStart <= old);
    return run !== null && old < run.oldStart + run.count ? old - run.oldStart + run.newStart : null;
  }

  /** The line in the image before; null when it was added. */
  oldLine(now: number): number | null {
    const run = lastStarting(this.runs, (r) => r.newStart <= now);
    return run !== null && now < run.newStart + run.count ? now - run.newStart + run.oldStart : null;
  }

  /** The lines added, as `[first, last]`, of an image that has `total` lines. */
  added(total: number): (readonly [number, number])[] {
    const gaps: (readonly [number, number])[] = [];
    let next = 1;
    for (const { newStart, count } of this.runs) {
      if (newStart > next) gaps.push([next, Math.min(newStart - 1, total)]);
      next = newStart + count;
    }
    if (next <= total) gaps.push([next, total]);
    return gaps;
  }

  /** This map, and then another: of two patches to one file. */
  followedBy(later: LineMap): LineMap {
    const joined: Run[] = [];
    let [i, j] = [0, 0];
    for (let a = this.runs[i], b = later.runs[j]; a && b; a = this.runs[i], b = later.runs[j]) {
      const from = Math.max(a.newStart, b.oldStart);
      const to = Math.min(a.newStart + a.count, b.oldStart + b.count);
      if (from < to) {
        joined.push({
          oldStart: from - a.newStart + a.oldStart,
          newStart: from - b.oldStart + b.newStart,
          count: to - from,
        });
      }
      if (a.newStart + a.count <= b.oldStart + b.count) i++;
      else j++;
    }
    return new LineMap(joined);
  }
}

function lastStarting(runs: readonly Run[], begins: (run: Run) => boolean): Run | null {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle];
    if (run !== undefined && begins(run)) low = middle + 1;
    else high = middle;
  }
  return runs[low - 1] ?? null;
}
