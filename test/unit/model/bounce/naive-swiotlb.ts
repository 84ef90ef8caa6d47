/**
 * A pool of one release as a list of owners: no run counters, no records, no skipping. What is free from a slot on is
 * counted each time it is asked for. Slow, and short enough to be read beside kernel/dma/swiotlb.c.
 */
export interface Ask {
  readonly original: number;
  readonly bytes: number;
  readonly cpu: number;
  readonly minAlignMask: number;
  readonly boundaryMask: number | null;
}

export type Generation = 'index' | 'original' | 'address';

export class NaivePool {
  readonly owners: (number | null)[];
  readonly next: number[];
  private readonly start: number;
  private readonly areas: number;
  private readonly pageSize: number;
  private readonly generation: Generation;

  constructor(start: number, slots: number, areas: number, pageSize: number, generation: Generation) {
    this.start = start;
    this.owners = new Array<number | null>(slots).fill(null);
    this.next = new Array<number>(areas).fill(0);
    this.areas = areas;
    this.pageSize = pageSize;
    this.generation = generation;
  }

  freeFrom(slot: number): number {
    let n = 0;
    while (
      slot + n < this.owners.length &&
      this.owners[slot + n] === null &&
      (n === 0 || (slot + n) % 128 !== 0)
    )
      n += 1;
    return n;
  }

  usedIn(area: number): number {
    const length = this.owners.length / this.areas;
    return this.owners.slice(area * length, (area + 1) * length).filter((o) => o !== null).length;
  }

  /** The first slot; null: full; 'hangs': it would look for ever. */
  map(id: number, ask: Ask): number | null | 'hangs' {
    for (let i = 0; i < this.areas; i += 1) {
      const slot = this.search((ask.cpu + i) % this.areas, ask);
      if (slot === 'hangs') return slot;
      if (slot === null) continue;
      const count = this.countOf(ask);
      for (let s = slot; s < slot + count; s += 1) this.owners[s] = id;
      return slot;
    }
    return null;
  }

  unmap(id: number): void {
    for (let s = 0; s < this.owners.length; s += 1) if (this.owners[s] === id) this.owners[s] = null;
  }

  private sizeOf(ask: Ask): number {
    return ask.bytes + (ask.original & ask.minAlignMask & 2047);
  }

  private countOf(ask: Ask): number {
    return Math.ceil(this.sizeOf(ask) / 2048);
  }

  private search(area: number, ask: Ask): number | null | 'hangs' {
    const length = this.owners.length / this.areas;
    const count = this.countOf(ask);
    if (count > length - this.usedIn(area)) return null;
    const found =
      this.generation === 'index'
        ? this.searchByIndex(area, length, ask)
        : this.searchCounting(area, length, ask);
    if (typeof found === 'number')
      this.next[area] = (found % length) + count < length ? (found % length) + count : 0;
    return found;
  }

  private searchByIndex(area: number, length: number, ask: Ask): number | null | 'hangs' {
    const mask = ask.minAlignMask & ~2047;
    let stride = mask / 2048 + 1;
    stride = Math.floor(stride);
    if (this.sizeOf(ask) >= this.pageSize) stride = Math.max(stride, stride * (this.pageSize / 2048));
    let index = Math.ceil(this.next[area]! / stride) * stride;
    if (index >= length) index = 0;
    const wrap = index;
    const seen = new Set<number>();
    do {
      if (seen.has(index)) return 'hangs';
      seen.add(index);
      const slot = area * length + index;
      if (this.differs(slot, ask, mask)) {
        index = index + 1 >= length ? 0 : index + 1;
        continue;
      }
      if (this.fits(slot, ask)) return slot;
      index = index + stride >= length ? 0 : index + stride;
    } while (index !== wrap);
    return null;
  }

  private searchCounting(area: number, length: number, ask: Ask): number | null {
    const isPaged = this.sizeOf(ask) >= this.pageSize;
    let zero = 2047;
    let same = ask.minAlignMask & ~2047;
    if (this.generation === 'original' && isPaged) same = (ask.minAlignMask | (this.pageSize - 1)) & ~2047;
    if (this.generation === 'address' && isPaged && ask.minAlignMask === 0) zero = this.pageSize - 1;
    const stride = Math.floor(Math.max(zero, same) / 2048) + 1;
    let index = this.next[area]!;
    for (let passed = 0; passed < length; ) {
      const slot = area * length + index;
      const isWrong = (this.addressOf(slot) & zero) !== 0 || this.differs(slot, ask, same);
      if (!isWrong && this.fits(slot, ask)) return slot;
      const step = isWrong ? 1 : stride;
      index = index + step >= length ? 0 : index + step;
      passed += step;
    }
    return null;
  }

  private addressOf(slot: number): number {
    return this.start + slot * 2048;
  }

  private differs(slot: number, ask: Ask, mask: number): boolean {
    return (this.addressOf(slot) & mask) !== (ask.original & mask);
  }

  private fits(slot: number, ask: Ask): boolean {
    const count = this.countOf(ask);
    if (ask.boundaryMask !== null) {
      const first = this.addressOf(slot);
      const window = ask.boundaryMask + 1;
      if (Math.floor(first / window) !== Math.floor((first + count * 2048 - 1) / window)) return false;
    }
    return this.freeFrom(slot) >= count;
  }
}
