/** The device's half of a packed virtqueue (virtio 1.2, 2.8). */
import type { Sight } from '../scenario.js';
import { ChainBuilder, wrongTableSize } from './chain-builder.js';
import type { Blind, DeviceQueue, DeviceQueueOptions, Popped } from './device-queue.js';
import { needPackedEvent, offWrap, U16 } from './event-index.js';
import {
  checkSize,
  DESC_F_AVAIL,
  DESC_F_INDIRECT,
  DESC_F_NEXT,
  DESC_F_USED,
  DESC_F_WRITE,
  DESC_LEN,
  DESCRIPTOR_BYTES,
  EVENT_BYTES,
  EVENT_DESC,
  EVENT_DISABLE,
  EVENT_ENABLE,
  EVENT_FLAGS,
  EVENT_OFF_WRAP,
  PACKED_DESC_FLAGS,
  type RingAddresses,
  type RingOptions,
} from './layout.js';
import { Outstanding } from './outstanding.js';
import { DescriptorCursor, firstUnseen, le16, put16, RingView } from './ring-view.js';

const empty: Popped = { kind: 'empty' };

/** Length and id of a used descriptor, which stand before its flags. */
const USED_HEAD_BYTES = PACKED_DESC_FLAGS - DESC_LEN;

export class PackedDeviceQueue implements DeviceQueue {
  readonly size: number;
  private readonly address: RingAddresses;
  private readonly options: RingOptions;
  private readonly ring: RingView;
  private readonly inHand: Outstanding;
  private readonly cursor = new DescriptorCursor();
  private readonly usedHead = new Uint8Array(USED_HEAD_BYTES);
  private nextAvail = 0;
  /** Wrap counters start at 1 (virtio 1.2, 2.8.1). */
  private availWrap = true;
  private nextUsed = 0;
  private usedWrap = true;
  /** Descriptors given back since the driver's wish was last looked at. */
  private pushed = 0;
  private isInterruptOwed = false;
  private eventFlags = EVENT_ENABLE;
  /** The buffer id of the list read last. */
  private id = 0;

  constructor({ view, size, address, options }: DeviceQueueOptions) {
    checkSize(size, 'packed');
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
    const unseen = this.readDescriptor(this.nextAvail);
    if (unseen !== null) return unseen;
    if (!this.isNextAvailable()) return empty;
    if (this.inHand.descriptors === this.size)
      return { kind: 'broken', why: 'more is available than the ring has descriptors' };
    const chain = new ChainBuilder();
    const isTable = (this.cursor.word14 & DESC_F_INDIRECT) !== 0;
    const count = isTable ? this.readTable(chain) : this.readList(chain);
    if (typeof count === 'string') return { kind: 'broken', why: count };
    if (typeof count !== 'number') return count;
    const head = this.id;
    if (this.inHand.has(head)) return { kind: 'broken', why: `id ${head} is available twice` };
    this.inHand.add(head, count);
    this.stepAvail(count);
    // A device that asked to be kicked for a descriptor means the next one that it has not taken.
    if (this.eventFlags === EVENT_DESC) this.storeOffWrap();
    return { kind: 'chain', head, buffers: chain.buffers };
  }

  /** Puts the cursor on a descriptor; gives why it could not be seen, or null. */
  private readDescriptor(i: number): Blind | null {
    const at = this.address.descriptors + DESCRIPTOR_BYTES * i;
    const bytes = this.ring.read(at, DESCRIPTOR_BYTES, 'descriptor ring');
    if (bytes === null) return this.ring.blind;
    this.cursor.set(bytes, 0);
    return null;
  }

  private isNextAvailable(): boolean {
    const isAvail = (this.cursor.word14 & DESC_F_AVAIL) !== 0;
    const isUsed = (this.cursor.word14 & DESC_F_USED) !== 0;
    return isAvail === this.availWrap && isUsed !== this.availWrap;
  }

  /** From the cursor's descriptor on: gives how many there are. The last has the id (virtio 1.2, 2.8.6). */
  private readList(chain: ChainBuilder): number | string | Blind {
    const room = this.size - this.inHand.descriptors;
    for (let count = 1; count <= room; count += 1) {
      const flags = this.cursor.word14;
      if ((flags & DESC_F_INDIRECT) !== 0) return 'an indirect table within a list';
      const wrong = chain.add(this.cursor, flags);
      if (wrong !== null) return wrong;
      this.id = this.cursor.word12;
      if ((flags & DESC_F_NEXT) === 0) return count;
      const unseen = this.readDescriptor((this.nextAvail + count) % this.size);
      if (unseen !== null) return unseen;
    }
    return `a list longer than the ${room} descriptors there can be`;
  }

  /** Elements stand one behind the other; all of their flags but WRITE are ignored (virtio 1.2, 2.8.7). */
  private readTable(chain: ChainBuilder): number | string | Blind {
    const { bytes: size, address, word12, word14: flags } = this.cursor;
    if (!this.options.indirect) return 'an indirect table, though none was negotiated';
    if ((flags & DESC_F_NEXT) !== 0) return 'a list goes on after an indirect table';
    const wrongSize = wrongTableSize(size);
    if (wrongSize !== null) return wrongSize;
    this.id = word12;
    const table = this.ring.read(address, size, 'indirect table');
    if (table === null) return this.ring.blind;
    for (let i = 0; i < size / DESCRIPTOR_BYTES; i += 1) {
      this.cursor.set(table, i);
      const wrong = chain.add(this.cursor, this.cursor.word14);
      if (wrong !== null) return wrong;
    }
    return 1;
  }

  private stepAvail(descriptors: number): void {
    this.nextAvail += descriptors;
    if (this.nextAvail < this.size) return;
    this.nextAvail -= this.size;
    this.availWrap = !this.availWrap;
  }

  // ---- used buffers ----------------------------------------------------------------------------------------

  push(head: number, bytesWritten: number): Sight {
    const { descriptors } = this.inHand.giveBack(head);
    const at = this.address.descriptors + DESCRIPTOR_BYTES * this.nextUsed;
    put16(this.usedHead, 0, bytesWritten);
    put16(this.usedHead, 2, bytesWritten >>> 16);
    put16(this.usedHead, 4, head);
    const entry = this.ring.write(at + DESC_LEN, this.usedHead);
    const mark = this.usedWrap ? DESC_F_AVAIL | DESC_F_USED : 0;
    const written = bytesWritten > 0 ? DESC_F_WRITE : 0;
    const flags = this.ring.write16(at + PACKED_DESC_FLAGS, mark | written);
    if (this.pushed + descriptors > U16) {
      this.isInterruptOwed = true;
      this.pushed = 0;
    }
    this.pushed += descriptors;
    this.stepUsed(descriptors);
    return firstUnseen(entry, flags);
  }

  private stepUsed(descriptors: number): void {
    this.nextUsed += descriptors;
    if (this.nextUsed < this.size) return;
    this.nextUsed -= this.size;
    this.usedWrap = !this.usedWrap;
  }

  interruptNeeded(): boolean {
    const needed = this.isInterruptOwed || this.isInterruptWanted();
    this.pushed = 0;
    this.isInterruptOwed = false;
    return needed;
  }

  private isInterruptWanted(): boolean {
    const event = this.ring.read(this.address.driver, EVENT_BYTES, 'driver event suppression');
    if (event === null) return true;
    return needPackedEvent(le16(event, EVENT_FLAGS), le16(event, EVENT_OFF_WRAP), {
      offset: this.nextUsed,
      wrap: this.usedWrap,
      size: this.size,
      moved: this.pushed,
    });
  }

  // ---- kicks -----------------------------------------------------------------------------------------------

  enableKicks(): boolean {
    // The offset first: flags that refer to it must not be seen before it.
    if (this.options.eventIdx) this.storeOffWrap();
    this.storeFlags(this.options.eventIdx ? EVENT_DESC : EVENT_ENABLE);
    return this.readDescriptor(this.nextAvail) === null && this.isNextAvailable();
  }

  disableKicks(): void {
    this.storeFlags(EVENT_DISABLE);
  }

  private storeFlags(flags: number): void {
    this.eventFlags = flags;
    this.ring.write16(this.address.device + EVENT_FLAGS, flags);
  }

  private storeOffWrap(): void {
    this.ring.write16(this.address.device + EVENT_OFF_WRAP, offWrap(this.nextAvail, this.availWrap));
  }
}
