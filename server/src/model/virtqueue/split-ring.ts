/** The driver's half of a split virtqueue (virtio 1.2, 2.7; the *_split() functions of virtio_ring.c, v6.12). */
import { needEvent, U16 } from './event-index.js';
import { KernelRing, writableBytes } from './kernel-ring.js';
import {
  AVAIL_ENTRY_BYTES,
  AVAIL_F_NO_INTERRUPT,
  availEventAt,
  DESC_F_INDIRECT,
  DESC_F_NEXT,
  DESC_F_WRITE,
  DESCRIPTOR_BYTES,
  type IndirectTable,
  RING_ENTRIES,
  RING_FLAGS,
  RING_IDX,
  type RingBuffer,
  USED_ENTRY_BYTES,
  USED_F_NO_NOTIFY,
  usedEventAt,
} from './layout.js';
import type { DriverRingOptions } from './ring.js';

export class SplitRing extends KernelRing {
  /** Free-running, 16 bits, as the device sees it. */
  private availIdx = 0;
  private lastUsed = 0;
  private wantsInterrupts = true;

  constructor(options: DriverRingOptions) {
    super(options, 'split');
  }

  // ---- supplying buffers (virtio 1.2, 2.7.13) --------------------------------------------------------------

  writeTable(physical: number, buffers: readonly RingBuffer[]): void {
    buffers.forEach((buffer, i) => {
      const flags = flagsOf(buffer, i + 1 < buffers.length);
      this.storeDescriptor(physical + DESCRIPTOR_BYTES * i, buffer, flags, i + 1, 'table descriptor written');
    });
  }

  protected expose(buffers: readonly RingBuffer[], token: number): void {
    const head = this.state.head;
    let i = head;
    let last = head;
    for (let n = 0; n < buffers.length; n += 1) {
      const buffer = buffers[n];
      if (buffer === undefined) break;
      const next = this.state.next(i);
      const flags = flagsOf(buffer, n + 1 < buffers.length);
      this.storeDescriptor(this.descriptorAt(i), buffer, flags, next, 'descriptor written');
      last = i;
      i = next;
    }
    this.state.claim(buffers.length, last, token, writableBytes(buffers));
    this.publish(head);
  }

  protected exposeTable(table: IndirectTable, token: number, writable: number): void {
    const head = this.state.head;
    const next = this.state.next(head);
    this.storeDescriptor(this.descriptorAt(head), table, DESC_F_INDIRECT, next, 'descriptor written');
    this.state.claim(1, head, token, writable);
    this.publish(head);
  }

  private publish(head: number): void {
    const entry = this.availIdx & (this.size - 1);
    const { driver } = this.address;
    this.store(driver + RING_ENTRIES + AVAIL_ENTRY_BYTES * entry, head, 2, 'available entry written');
    this.availIdx = (this.availIdx + 1) & U16;
    this.store(driver + RING_IDX, this.availIdx, 2, 'available index written');
    this.added += 1;
  }

  private descriptorAt(i: number): number {
    return this.address.descriptors + DESCRIPTOR_BYTES * i;
  }

  // ---- kicks (virtio 1.2, 2.7.10) --------------------------------------------------------------------------

  protected wantsKick(): boolean {
    const { device } = this.address;
    if (!this.options.eventIdx)
      return (this.load(device + RING_FLAGS, 2, 'used flags read') & USED_F_NO_NOTIFY) === 0;
    const event = this.load(availEventAt(device, this.size), 2, 'available event read');
    return needEvent(event, this.availIdx, (this.availIdx - this.added) & U16);
  }

  // ---- receiving used buffers (virtio 1.2, 2.7.14) ---------------------------------------------------------

  protected isNextUsed(): boolean {
    return this.load(this.address.device + RING_IDX, 2, 'used index read') !== this.lastUsed;
  }

  protected readUsed(): void {
    const at = this.address.device + RING_ENTRIES + USED_ENTRY_BYTES * (this.lastUsed & (this.size - 1));
    this.usedId = this.load(at, 4, 'used id read');
    this.usedBytes = this.load(at + 4, 4, 'used length read');
  }

  protected passUsed(): void {
    this.lastUsed = (this.lastUsed + 1) & U16;
    // Without event indexes nobody reads the word; Linux writes it all the same.
    if (this.wantsInterrupts) this.storeUsedEvent(this.lastUsed);
  }

  // ---- interrupts (virtio 1.2, 2.7.7) ----------------------------------------------------------------------

  disableInterrupts(): void {
    if (!this.wantsInterrupts) return;
    this.wantsInterrupts = false;
    if (this.isTriggered) return;
    // An index that is passed once in 65536 buffers: there is no value that says "none".
    if (this.options.eventIdx) this.storeUsedEvent(0);
    else this.storeFlags(AVAIL_F_NO_INTERRUPT);
  }

  protected askForNext(): void {
    this.turnOn();
    this.storeUsedEvent(this.lastUsed);
  }

  protected askForLater(): boolean {
    this.turnOn();
    const later = Math.floor((((this.availIdx - this.lastUsed) & U16) * 3) / 4);
    this.storeUsedEvent((this.lastUsed + later) & U16);
    const usedIdx = this.load(this.address.device + RING_IDX, 2, 'used index read');
    return ((usedIdx - this.lastUsed) & U16) <= later;
  }

  private turnOn(): void {
    if (this.wantsInterrupts) return;
    this.wantsInterrupts = true;
    if (!this.options.eventIdx) this.storeFlags(0);
  }

  private storeFlags(flags: number): void {
    this.store(this.address.driver + RING_FLAGS, flags, 2, 'available flags written');
  }

  private storeUsedEvent(index: number): void {
    this.store(usedEventAt(this.address.driver, this.size), index, 2, 'used event written');
  }
}

function flagsOf({ deviceWrites }: RingBuffer, isContinued: boolean): number {
  return (deviceWrites ? DESC_F_WRITE : 0) | (isContinued ? DESC_F_NEXT : 0);
}
