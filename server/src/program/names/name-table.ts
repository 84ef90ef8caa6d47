/** Names as small numbers, so that an index of a million mentions is a few flat arrays. */
import { detached } from '../../text/detached.js';

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/** Grows only; a number once given to a name stays its number. */
export class NameTable {
  private readonly names: string[] = [];
  private hashes = new Int32Array(1024);
  /** Open addressing; a slot holds the number + 1. */
  private slots = new Int32Array(4096);

  get size(): number {
    return this.names.length;
  }

  name(id: number): string {
    return this.names[id] ?? '';
  }

  /** The number of the name at [start, end) of `text`, given now if it has none. */
  intern(text: string, start: number, end: number): number {
    const hash = hashOf(text, start, end);
    const slot = this.slotOf(hash, text, start, end);
    const found = this.slots[slot] as number;
    if (found !== 0) return found - 1;
    const id = this.names.length;
    this.names.push(detached(text.slice(start, end)));
    if (id >= this.hashes.length) {
      const hashes = new Int32Array(this.hashes.length * 2);
      hashes.set(this.hashes);
      this.hashes = hashes;
    }
    this.hashes[id] = hash;
    this.slots[slot] = id + 1;
    if (this.names.length * 2 > this.slots.length) this.rehash();
    return id;
  }

  /** -1 for a name never seen. */
  idOf(name: string): number {
    return (this.slots[this.slotOf(hashOf(name, 0, name.length), name, 0, name.length)] as number) - 1;
  }

  /** The slot that holds the name, or the empty one where it belongs. */
  private slotOf(hash: number, text: string, start: number, end: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const id = (this.slots[slot] as number) - 1;
      if (id < 0) return slot;
      if (this.hashes[id] !== hash) continue;
      const name = this.names[id] as string;
      if (name.length === end - start && text.startsWith(name, start)) return slot;
    }
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let id = 0; id < this.names.length; id++) {
      let slot = (this.hashes[id] as number) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = id + 1;
    }
  }
}

function hashOf(text: string, start: number, end: number): number {
  let hash = fnvOffset;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), fnvPrime);
  return (hash ^ (hash >>> 15)) | 0;
}
