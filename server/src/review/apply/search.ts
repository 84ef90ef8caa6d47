/** Where a run of lines stands in a file. Lines are numbers: equal exactly when their bytes are. */

/** Lines compared in one search of a whole file, over all hunks of a run; real patches stay far below. */
const BUDGET = 400_000_000;

/** Gives each distinct line a number, and keeps count of the work done with them. */
export class LineNumbers {
  private readonly byText = new Map<string, number>();
  private spent = 0;

  of(lines: readonly string[]): Int32Array {
    return Int32Array.from(lines, (line) => {
      const known = this.byText.get(line);
      if (known !== undefined) return known;
      const number = this.byText.size;
      this.byText.set(line, number);
      return number;
    });
  }

  /** @throws {RangeError} when a patch asks for more searching than any real one does */
  spend(lines: number): void {
    this.spent += lines;
    if (this.spent > BUDGET)
      throw new RangeError('the hunks fit so badly that looking for them was given up');
  }
}

export function matchesAt(text: Int32Array, wanted: Int32Array, at: number): boolean {
  if (at < 0 || at + wanted.length > text.length) return false;
  for (let i = 0; i < wanted.length; i++) if (text[at + i] !== wanted[i]) return false;
  return true;
}

/**
 * The place in `text`, from `floor` on, nearest to `expected` at which `wanted` stands; of two equally near the later one, as
 * git and patch(1) have it. -1 when there is none. Linear in the two lengths (Knuth, Morris, Pratt).
 */
export function nearest(
  text: Int32Array,
  wanted: Int32Array,
  expected: number,
  floor: number,
  numbers: LineNumbers,
): number {
  if (expected >= floor && matchesAt(text, wanted, expected)) return expected;
  numbers.spend(text.length - floor + wanted.length);
  if (wanted.length === 0) return -1;
  const back = fallbacks(wanted);
  let best = -1;
  let matched = 0;
  for (let at = floor; at < text.length; at++) {
    while (matched > 0 && text[at] !== wanted[matched]) matched = back[matched - 1] as number;
    if (text[at] === wanted[matched]) matched++;
    if (matched < wanted.length) continue;
    const start = at - matched + 1;
    if (best < 0 || Math.abs(start - expected) <= Math.abs(best - expected)) best = start;
    else break;
    matched = back[matched - 1] as number;
  }
  return best;
}

/** For each length, the longest shorter beginning of `wanted` that is also an end of that much of it. */
function fallbacks(wanted: Int32Array): Int32Array {
  const back = new Int32Array(wanted.length);
  for (let at = 1, length = 0; at < wanted.length; at++) {
    while (length > 0 && wanted[at] !== wanted[length]) length = back[length - 1] as number;
    if (wanted[at] === wanted[length]) length++;
    back[at] = length;
  }
  return back;
}
