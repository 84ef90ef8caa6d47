/**
 * A syntax tree as flat arrays in preorder: the only form in which a tree leaves the engine.
 *
 * Node `i`'s children start at `i + 1` and are stepped through with `after`: `for (c = i + 1; c < after[i]; c =
 * after[c])`. The arrays belong to the tree object and are overwritten by the next parse into it, so nothing may
 * keep an index past the call that made it.
 */

export const IS_NAMED = 1;
export const IS_MISSING = 2;
export const IS_ERROR = 4;
export const IS_EXTRA = 8;

export class FlatTree {
  count = 0;
  /** Index of the first ERROR or MISSING node; -1 when the text parsed without error. */
  firstProblem = -1;
  /** What the nodes were read from. */
  text = '';
  /** A reason when the parser gave up; the tree is then one ERROR node over the whole text. */
  failure: string | null = null;

  /** A `Kind`. */
  kind = new Uint16Array(INITIAL_CAPACITY);
  /** A `Field`, 0 for none. */
  field = new Uint8Array(INITIAL_CAPACITY);
  flags = new Uint8Array(INITIAL_CAPACITY);
  /** UTF-16 code units from the start of the text. */
  start = new Uint32Array(INITIAL_CAPACITY);
  end = new Uint32Array(INITIAL_CAPACITY);
  /** Index of the first node that is not a descendant. */
  after = new Uint32Array(INITIAL_CAPACITY);

  reset(text: string): void {
    this.count = 0;
    this.firstProblem = -1;
    this.text = text;
    this.failure = null;
  }

  /** Adds a node whose `after` is not yet known; gives its index. */
  push(kind: number, field: number, flags: number, start: number, end: number): number {
    const index = this.count++;
    if (index === this.kind.length) this.#grow();
    this.kind[index] = kind;
    this.field[index] = field;
    this.flags[index] = flags;
    this.start[index] = start;
    this.end[index] = end;
    this.after[index] = index + 1;
    if ((flags & (IS_ERROR | IS_MISSING)) !== 0 && this.firstProblem < 0) this.firstProblem = index;
    return index;
  }

  /** The node's text, as the parser was shown it. */
  textOf(index: number): string {
    return this.text.slice(this.start[index], this.end[index]);
  }

  #grow(): void {
    const capacity = this.kind.length * 2;
    this.kind = grown(this.kind, new Uint16Array(capacity));
    this.field = grown(this.field, new Uint8Array(capacity));
    this.flags = grown(this.flags, new Uint8Array(capacity));
    this.start = grown(this.start, new Uint32Array(capacity));
    this.end = grown(this.end, new Uint32Array(capacity));
    this.after = grown(this.after, new Uint32Array(capacity));
  }
}

/** Enough for most functions; grows by doubling and is kept by the pooled tree. */
const INITIAL_CAPACITY = 4096;

function grown<A extends Uint8Array | Uint16Array | Uint32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
