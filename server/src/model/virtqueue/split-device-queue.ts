/** The device's half of a split virtqueue (virtio 1.2, 2.7), which does what drivers/vhost/vhost.c (v6.12) does. */
import type { Sight } from '../scenario.js';
import { ChainBuilder, wrongTableSize } from './chain-builder.js';
import type { Blind, DeviceQueue, DeviceQueueOptions, Popped } from './device-queue.js';
import { needEvent, U16 } from './event-index.js';
import {
  AVAIL_ENTRY_BYTES,
  AVAIL_F_NO_INTERRUPT,
  availEventAt,
  checkSize,
  DESC_F_INDIRECT,
  DESC_F_NEXT,
  DESCRIPTOR_BYTES,
  RING_ENTRIES,
  RING_FLAGS,
  RING_IDX,
  type RingAddresses,
  type RingOptions,
  USED_ENTRY_BYTES,
  USED_F_NO_NOTIFY,
  usedEventAt,
} from './layout.js';
import { Outstanding } from './outstanding.js';
import { DescriptorCursor, firstUnseen, RingView } from './ring-view.js';

const empty: Popped = { kind: 'empty' };

/** Why a chain could not be read: `string`, it makes no sense. */
type Failure = Blind | string | null;

export class SplitDeviceQueue implements DeviceQueue {
  readonly size: number;
  private readonly address: RingAddresses;
  private readonly options: RingOptions;
  private readonly ring: RingView;
  private readonly inHand: Outstanding;
  private readonly cursor = new DescriptorCursor();
  private lastAvail = 0;
  /** The driver's index as read last: it is read again when everything up to it was taken. */
  private availIdx = 0;
  private usedIdx = 0;
  /** Used entries since the driver's wish was last looked at. */
  private pushed = 0;
  private isInterruptOwed = false;
  private wantsKicks = true;

  constructor({ view, size, address, options }: DeviceQueueOptions) {
    checkSize(size, 'split');
    this.size = size;
    this.address = address;
    this.options = options;
    this.ring = new RingView(view);
    this.inHand = new Outstanding(options.inOrder);
  }

  get outstanding(): number {
    return this.inHand.requests;
  }

  // ---- available buffers -----------------------------------------------------------------------------------

  pop(): Popped {
    if (this.availIdx === this.lastAvail && !this.readAvailIdx()) return this.ring.blind;
    const waiting = (this.availIdx - this.lastAvail) & U16;
    if (waiting === 0) return empty;
    if (waiting > this.size) return this.broken(`${waiting} buffers available in a ring of ${this.size}`);
    const entry = this.lastAvail & (this.size - 1);
    const at = this.address.driver + RING_ENTRIES + AVAIL_ENTRY_BYTES * entry;
    const head = this.ring.read16(at, 'available ring');
    if (head < 0) return this.ring.blind;
    if (this.inHand.has(head)) return this.broken(`descriptor ${head} is available twice`);
    return this.take(head);
  }

  private take(head: number): Popped {
    const chain = new ChainBuilder();
    const failure = this.readChain(head, chain);
    if (typeof failure === 'string') return this.broken(failure);
    if (failure !== null) return failure;
    this.inHand.add(head, 1);
    this.lastAvail = (this.lastAvail + 1) & U16;
    // A device that asked for kicks is kicked for what it has not yet taken (virtqueue_pop() of QEMU does the same).
    if (this.wantsKicks && this.options.eventIdx) this.storeAvailEvent();
    return { kind: 'chain', head, buffers: chain.buffers };
  }

  /** What made no sense may be mended: the index is read again next time. */
  private broken(why: string): Popped {
    this.availIdx = this.lastAvail;
    return { kind: 'broken', why };
  }

  private readAvailIdx(): boolean {
    const index = this.ring.read16(this.address.driver + RING_IDX, 'available index');
    if (index >= 0) this.availIdx = index;
    return index >= 0;
  }

  private readChain(head: number, chain: ChainBuilder): Failure {
    let i = head;
    for (let found = 0; found < this.size; found += 1) {
      if (i >= this.size) return `descriptor ${i} is out of range`;
      const at = this.address.descriptors + DESCRIPTOR_BYTES * i;
      const bytes = this.ring.read(at, DESCRIPTOR_BYTES, 'descriptor table');
      if (bytes === null) return this.ring.blind;
      this.cursor.set(bytes, 0);
      const flags = this.cursor.word12;
      const next = this.cursor.word14;
      if ((flags & DESC_F_INDIRECT) !== 0) return this.readTable(flags, chain);
      const wrong = chain.add(this.cursor, flags);
      if (wrong !== null || (flags & DESC_F_NEXT) === 0) return wrong;
      i = next;
    }
    return `a loop in the chain of descriptor ${head}`;
  }

  /** The table that the cursor stands on refers to; its WRITE flag says nothing (virtio 1.2, 2.7.5.3.2). */
  private readTable(flags: number, chain: ChainBuilder): Failure {
    if (!this.options.indirect) return 'an indirect table, though none was negotiated';
    if ((flags & DESC_F_NEXT) !== 0) return 'a chain goes on after an indirect table';
    const size = this.cursor.bytes;
    const wrongSize = wrongTableSize(size);
    if (wrongSize !== null) return wrongSize;
    const table = this.ring.read(this.cursor.address, size, 'indirect table');
    return table === null ? this.ring.blind : this.readEntries(table, size / DESCRIPTOR_BYTES, chain);
  }

  private readEntries(table: Uint8Array, entries: number, chain: ChainBuilder): Failure {
    let i = 0;
    for (let found = 0; found < entries; found += 1) {
      if (i >= entries) return `entry ${i} of an indirect table of ${entries}`;
      this.cursor.set(table, i);
      const flags = this.cursor.word12;
      if ((flags & DESC_F_INDIRECT) !== 0) return 'an indirect table within an indirect table';
      const wrong = chain.add(this.cursor, flags);
      if (wrong !== null || (flags & DESC_F_NEXT) === 0) return wrong;
      i = this.cursor.word14;
    }
    return 'a loop in an indirect table';
  }

  // ---- used buffers ----------------------------------------------------------------------------------------

  push(head: number, bytesWritten: number): Sight {
    const { requests } = this.inHand.giveBack(head);
    const { device } = this.address;
    const at = device + RING_ENTRIES + USED_ENTRY_BYTES * (this.usedIdx & (this.size - 1));
    const entry = this.ring.write32x2(at, head, bytesWritten);
    if (this.pushed + requests > U16) {
      this.isInterruptOwed = true;
      this.pushed = 0;
    }
    this.pushed += requests;
    this.usedIdx = (this.usedIdx + requests) & U16;
    return firstUnseen(entry, this.ring.write16(device + RING_IDX, this.usedIdx));
  }

  interruptNeeded(): boolean {
    const needed = this.isInterruptOwed || this.isInterruptWanted();
    this.pushed = 0;
    this.isInterruptOwed = false;
    return needed;
  }

  private isInterruptWanted(): boolean {
    const { driver } = this.address;
    if (!this.options.eventIdx) {
      const flags = this.ring.read16(driver + RING_FLAGS, 'available flags');
      return flags < 0 || (flags & AVAIL_F_NO_INTERRUPT) === 0;
    }
    const event = this.ring.read16(usedEventAt(driver, this.size), 'used event');
    return event < 0 || needEvent(event, this.usedIdx, (this.usedIdx - this.pushed) & U16);
  }

  // ---- kicks -----------------------------------------------------------------------------------------------

  enableKicks(): boolean {
    this.wantsKicks = true;
    if (this.options.eventIdx) this.storeAvailEvent();
    else this.ring.write16(this.address.device + RING_FLAGS, 0);
    return this.readAvailIdx() && this.availIdx !== this.lastAvail;
  }

  disableKicks(): void {
    this.wantsKicks = false;
    // With event indexes the old index is left: it is passed once in 65536 buffers (vhost_disable_notify()).
    if (!this.options.eventIdx) this.ring.write16(this.address.device + RING_FLAGS, USED_F_NO_NOTIFY);
  }

  private storeAvailEvent(): void {
    this.ring.write16(availEventAt(this.address.device, this.size), this.lastAvail);
  }
}
