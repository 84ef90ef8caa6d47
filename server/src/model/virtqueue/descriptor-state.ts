/**
 * What a driver knows of its descriptors by itself: the free list, and of each buffer in flight its length in descriptors
 * and its token. Nothing of this is ever read back from memory that the device can write (`desc_state` and `desc_extra`
 * of drivers/virtio/virtio_ring.c, v6.12).
 */

export class DescriptorState {
  /** Descriptors that no buffer in flight has. */
  free: number;
  private readonly size: number;
  private readonly inOrder: boolean;
  private freeHead = 0;
  /** With in-order use: the head of the buffer that will be used next. */
  private oldestHead = 0;
  private readonly nexts: Uint16Array;
  private readonly lasts: Uint16Array;
  /** By head: descriptors of the buffer in flight; 0: this is no head. */
  private readonly counts: Uint16Array;
  private readonly tokens: Float64Array;
  private readonly writables: Float64Array;

  constructor(size: number, inOrder: boolean) {
    this.size = size;
    this.inOrder = inOrder;
    this.free = size;
    this.nexts = Uint16Array.from({ length: size }, (_, i) => (i + 1) % size);
    this.lasts = new Uint16Array(size);
    this.counts = new Uint16Array(size);
    this.tokens = new Float64Array(size);
    this.writables = new Float64Array(size);
  }

  /** The descriptor that the next buffer begins with. */
  get head(): number {
    return this.freeHead;
  }

  get oldest(): number {
    return this.oldestHead;
  }

  /** The descriptor after `i` in its buffer or in the free list. */
  next(i: number): number {
    return this.nexts[i] ?? 0;
  }

  /** Descriptors of the buffer in flight whose head this is; 0: it is the head of none. */
  count(head: number): number {
    return this.counts[head] ?? 0;
  }

  token(head: number): number {
    return this.tokens[head] ?? 0;
  }

  /** Bytes of a buffer that the device may write. */
  writable(head: number): number {
    return this.writables[head] ?? 0;
  }

  /** Takes the first `count` of the free list, of which `last` is the last one. */
  claim(count: number, last: number, token: number, writable: number): void {
    const head = this.freeHead;
    this.freeHead = this.next(last);
    this.free -= count;
    this.counts[head] = count;
    this.lasts[head] = last;
    this.tokens[head] = token;
    this.writables[head] = writable;
  }

  /** Puts a buffer's descriptors in front of the free list; with in-order use they are behind it already. */
  release(head: number): void {
    const count = this.count(head);
    this.counts[head] = 0;
    this.free += count;
    if (this.inOrder) {
      this.oldestHead = (head + count) % this.size;
      return;
    }
    this.nexts[this.lasts[head] ?? 0] = this.freeHead;
    this.freeHead = head;
  }
}
