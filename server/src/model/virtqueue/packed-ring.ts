/** The driver's half of a packed virtqueue (virtio 1.2, 2.8; the *_packed() functions of virtio_ring.c, v6.12). */
import { needPackedEvent, offWrap, U16 } from './event-index.js';
import { KernelRing, writableBytes } from './kernel-ring.js';
import {
  DESC_F_AVAIL,
  DESC_F_INDIRECT,
  DESC_F_NEXT,
  DESC_F_USED,
  DESC_F_WRITE,
  DESC_LEN,
  DESCRIPTOR_BYTES,
  EVENT_DESC,
  EVENT_DISABLE,
  EVENT_ENABLE,
  EVENT_FLAGS,
  EVENT_OFF_WRAP,
  type IndirectTable,
  PACKED_DESC_FLAGS,
  PACKED_DESC_ID,
  type RingBuffer,
} from './layout.js';
import type { DriverRingOptions } from './ring.js';

export class PackedRing extends KernelRing {
  private nextAvail = 0;
  /** Wrap counters start at 1 (virtio 1.2, 2.8.1). */
  private availWrap = true;
  private lastUsed = 0;
  private usedWrap = true;
  /** RING_EVENT_FLAGS_* as last decided; not written where an interrupt came already. */
  private eventFlags = EVENT_ENABLE;

  constructor(options: DriverRingOptions) {
    super(options, 'packed');
  }

  // ---- supplying buffers (virtio 1.2, 2.8.21) --------------------------------------------------------------

  /** Elements of a packed table stand one after the other, and have no flag but WRITE (virtio 1.2, 2.8.7). */
  writeTable(physical: number, buffers: readonly RingBuffer[]): void {
    buffers.forEach((buffer, i) => {
      const flags = buffer.deviceWrites ? DESC_F_WRITE : 0;
      this.storeDescriptor(physical + DESCRIPTOR_BYTES * i, buffer, 0, flags, 'table descriptor written');
    });
  }

  protected expose(buffers: readonly RingBuffer[], token: number): void {
    const id = this.state.head;
    const first = this.nextAvail;
    let firstFlags = 0;
    let last = id;
    let slot = id;
    for (let n = 0; n < buffers.length; n += 1) {
      const buffer = buffers[n];
      if (buffer === undefined) break;
      const flags = flagsOf(buffer, n + 1 < buffers.length) | this.availUsed();
      if (n === 0) firstFlags = flags;
      // The flags of the first come last: they make all of the list available (virtio 1.2, 2.8.6).
      const now = n === 0 ? null : flags;
      this.storeDescriptor(this.descriptorAt(this.nextAvail), buffer, id, now, 'descriptor written');
      last = slot;
      slot = this.state.next(slot);
      this.step();
    }
    this.state.claim(buffers.length, last, token, writableBytes(buffers));
    this.publish(first, firstFlags, buffers.length);
  }

  protected exposeTable(table: IndirectTable, token: number, writable: number): void {
    const id = this.state.head;
    const first = this.nextAvail;
    const flags = DESC_F_INDIRECT | this.availUsed();
    this.storeDescriptor(this.descriptorAt(first), table, id, null, 'descriptor written');
    this.step();
    this.state.claim(1, id, token, writable);
    this.publish(first, flags, 1);
  }

  private publish(first: number, flags: number, descriptors: number): void {
    this.store(this.descriptorAt(first) + PACKED_DESC_FLAGS, flags, 2, 'descriptor made available');
    this.added += descriptors;
  }

  /** What marks a descriptor as available in this round (virtio 1.2, 2.8.1). */
  private availUsed(): number {
    return this.availWrap ? DESC_F_AVAIL : DESC_F_USED;
  }

  private step(): void {
    this.nextAvail += 1;
    if (this.nextAvail < this.size) return;
    this.nextAvail = 0;
    this.availWrap = !this.availWrap;
  }

  private descriptorAt(i: number): number {
    return this.address.descriptors + DESCRIPTOR_BYTES * i;
  }

  // ---- kicks (virtio 1.2, 2.8.10) --------------------------------------------------------------------------

  protected wantsKick(): boolean {
    const word = this.load(this.address.device, 4, 'device event suppression read');
    return needPackedEvent(word >>> 16, word & U16, {
      offset: this.nextAvail,
      wrap: this.availWrap,
      size: this.size,
      moved: this.added,
    });
  }

  // ---- receiving used buffers (virtio 1.2, 2.8.22) ---------------------------------------------------------

  protected isNextUsed(): boolean {
    const at = this.descriptorAt(this.lastUsed) + PACKED_DESC_FLAGS;
    const flags = this.load(at, 2, 'descriptor flags read');
    const isAvail = (flags & DESC_F_AVAIL) !== 0;
    const isUsed = (flags & DESC_F_USED) !== 0;
    return isAvail === isUsed && isUsed === this.usedWrap;
  }

  protected readUsed(): void {
    const at = this.descriptorAt(this.lastUsed);
    this.usedId = this.load(at + PACKED_DESC_ID, 2, 'used id read');
    this.usedBytes = this.load(at + DESC_LEN, 4, 'used length read');
  }

  protected passUsed(descriptors: number): void {
    this.lastUsed += descriptors;
    if (this.lastUsed >= this.size) {
      this.lastUsed -= this.size;
      this.usedWrap = !this.usedWrap;
    }
    if (this.eventFlags === EVENT_DESC) this.storeOffWrap(offWrap(this.lastUsed, this.usedWrap));
  }

  // ---- interrupts (virtio 1.2, 2.8.10) ---------------------------------------------------------------------

  disableInterrupts(): void {
    if (this.eventFlags === EVENT_DISABLE) return;
    this.eventFlags = EVENT_DISABLE;
    if (!this.isTriggered) this.storeFlags();
  }

  protected askForNext(): void {
    if (this.options.eventIdx) this.storeOffWrap(offWrap(this.lastUsed, this.usedWrap));
    this.turnOn();
  }

  protected askForLater(): boolean {
    if (this.options.eventIdx) {
      const later = this.lastUsed + Math.floor(((this.size - this.freeDescriptors) * 3) / 4);
      const isPast = later >= this.size;
      this.storeOffWrap(isPast ? offWrap(later - this.size, !this.usedWrap) : offWrap(later, this.usedWrap));
    }
    this.turnOn();
    return !this.isNextUsed();
  }

  private turnOn(): void {
    if (this.eventFlags !== EVENT_DISABLE) return;
    this.eventFlags = this.options.eventIdx ? EVENT_DESC : EVENT_ENABLE;
    this.storeFlags();
  }

  private storeFlags(): void {
    this.store(this.address.driver + EVENT_FLAGS, this.eventFlags, 2, 'driver event flags written');
  }

  private storeOffWrap(value: number): void {
    this.store(this.address.driver + EVENT_OFF_WRAP, value, 2, 'driver event offset written');
  }
}

function flagsOf({ deviceWrites }: RingBuffer, isContinued: boolean): number {
  return (deviceWrites ? DESC_F_WRITE : 0) | (isContinued ? DESC_F_NEXT : 0);
}
