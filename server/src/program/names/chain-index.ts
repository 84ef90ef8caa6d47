/** Name -> places, a place being a chunk of a file. Flat arrays that only grow; the order of additions is kept. */
export class ChainIndex {
  private heads = new Int32Array(1024);
  private tails = new Int32Array(1024);
  private next = new Int32Array(4096);
  private files = new Int32Array(4096);
  private chunks = new Int32Array(4096);
  private count = 0;

  add(name: number, file: number, chunk: number): void {
    if (name >= this.heads.length) {
      this.heads = grown(this.heads, name + 1);
      this.tails = grown(this.tails, name + 1);
    }
    if (this.count === this.next.length) {
      this.next = grown(this.next, this.count + 1);
      this.files = grown(this.files, this.count + 1);
      this.chunks = grown(this.chunks, this.count + 1);
    }
    const place = this.count++;
    this.files[place] = file;
    this.chunks[place] = chunk;
    // Links hold the place + 1, for zero ends a chain.
    const tail = this.tails[name] as number;
    if (tail === 0) this.heads[name] = place + 1;
    else this.next[tail - 1] = place + 1;
    this.tails[name] = place + 1;
  }

  forEach(name: number, visit: (file: number, chunk: number) => void): void {
    if (name < 0 || name >= this.heads.length) return;
    for (let link = this.heads[name] as number; link !== 0; link = this.next[link - 1] as number) {
      visit(this.files[link - 1] as number, this.chunks[link - 1] as number);
    }
  }
}

function grown(array: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(array.length * 2, atLeast));
  larger.set(array);
  return larger;
}
