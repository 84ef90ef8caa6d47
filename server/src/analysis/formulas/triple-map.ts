/** From three whole numbers to one, none of them negative, in one flat array: a map of maps takes five times the room. */
export class TripleMap {
  /** Open addressing, four places an entry: the three numbers, and the fourth plus one; 0 there is an empty entry. */
  private entries: Int32Array | null = null;
  private count = 0;

  /** -1 for none. */
  get(a: number, b: number, c: number): number {
    const { entries } = this;
    return entries === null ? -1 : (entries[placeOf(entries, a, b, c) + 3] as number) - 1;
  }

  /** There is none yet. */
  add(a: number, b: number, c: number, value: number): void {
    // A quarter of the entries are empty at least.
    if (this.entries === null || this.count * 16 >= this.entries.length * 3)
      this.entries = grown(this.entries);
    this.count += 1;
    put(this.entries, a, b, c, value + 1);
  }
}

/** Of the entry of the three, or of the empty one where it belongs. */
function placeOf(entries: Int32Array, a: number, b: number, c: number): number {
  const mask = entries.length - 1;
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  hash ^= hash >>> 15;
  for (let at = (hash << 2) & mask; ; at = (at + 4) & mask) {
    if (entries[at + 3] === 0 || (entries[at] === a && entries[at + 1] === b && entries[at + 2] === c))
      return at;
  }
}

function put(entries: Int32Array, a: number, b: number, c: number, stored: number): void {
  const at = placeOf(entries, a, b, c);
  entries[at] = a;
  entries[at + 1] = b;
  entries[at + 2] = c;
  entries[at + 3] = stored;
}

function grown(entries: Int32Array | null): Int32Array {
  if (entries === null) return new Int32Array(64);
  const larger = new Int32Array(entries.length * 2);
  for (let at = 0; at < entries.length; at += 4) {
    const stored = entries[at + 3] as number;
    if (stored !== 0)
      put(larger, entries[at] as number, entries[at + 1] as number, entries[at + 2] as number, stored);
  }
  return larger;
}
