/** What split and packed rings do alike in the driver's half, with the steps of drivers/virtio/virtio_ring.c (v6.12). */
import { type GuestMemory, hex } from '../memory/guest-memory.js';
import type { Trace } from '../trace.js';
import { DescriptorState } from './descriptor-state.js';
import { U16 } from './event-index.js';
import {
  checkSize,
  DESC_LEN,
  DESCRIPTOR_BYTES,
  descriptorsOf,
  type IndirectTable,
  type RingAddresses,
  type RingBuffer,
  type RingKind,
  type RingOptions,
} from './layout.js';
import type { Added, DriverRing, DriverRingOptions, Used } from './ring.js';

export abstract class KernelRing implements DriverRing {
  readonly size: number;
  protected readonly address: RingAddresses;
  protected readonly options: RingOptions;
  protected readonly state: DescriptorState;
  /** Of the used entry read last. */
  protected usedId = 0;
  protected usedBytes = 0;
  /** Added since the device's wish for kicks was last looked at: buffers of a split ring, descriptors of a packed one. */
  protected added = 0;
  /** An interrupt came since interrupts were last asked for: with event indexes, no other will (`event_triggered`). */
  protected isTriggered = false;
  private readonly memory: GuestMemory;
  private readonly trace: Trace;
  private isKickOwed = false;
  private wrong: string | null = null;
  /** With in-order use: the last buffer of the batch being taken; -1: no batch is. */
  private batchEnd = -1;

  constructor({ memory, trace, size, address, options }: DriverRingOptions, kind: RingKind) {
    checkSize(size, kind);
    this.memory = memory;
    this.trace = trace;
    this.size = size;
    this.address = address;
    this.options = options;
    this.state = new DescriptorState(size, options.inOrder);
  }

  get freeDescriptors(): number {
    return this.state.free;
  }

  get broken(): string | null {
    return this.wrong;
  }

  usesIndirect(buffers: number): boolean {
    return this.options.indirect && buffers > 1 && this.state.free > 0;
  }

  abstract writeTable(physical: number, buffers: readonly RingBuffer[]): void;

  add(buffers: readonly RingBuffer[], token: number, table: IndirectTable | null = null): Added {
    if (buffers.length === 0) throw new RangeError('a request has at least one buffer');
    if (this.wrong !== null) return 'broken';
    const needed = table === null ? descriptorsOf(buffers, false).ring : 1;
    if (this.state.free < needed) return 'full';
    this.foresee(needed);
    if (table === null) this.expose(buffers, token);
    else this.exposeTable(table, token, writableBytes(buffers));
    return 'ok';
  }

  /**
   * The count of what was added has 16 bits as the indexes have: before it overflows the device is asked. Linux kicks at
   * this point, for split rings; here the answer is kept for `kickNeeded()`.
   */
  private foresee(descriptors: number): void {
    if (this.added + descriptors <= U16) return;
    this.isKickOwed ||= this.wantsKick();
    this.added = 0;
  }

  kickNeeded(): boolean {
    if (this.wrong !== null) return false;
    const needed = this.wantsKick() || this.isKickOwed;
    this.added = 0;
    this.isKickOwed = false;
    return needed;
  }

  hasUsed(): boolean {
    return this.wrong === null && (this.batchEnd >= 0 || this.isNextUsed());
  }

  takeUsed(): Used | null {
    if (!this.hasUsed()) return null;
    if (this.batchEnd < 0 && !this.readEntry()) return null;
    const head = this.options.inOrder ? this.state.oldest : this.usedId;
    const isLast = head === this.usedId;
    if (isLast) this.batchEnd = -1;
    // Buffers that a batch skips are used completely (virtio 1.2, 2.7.9 and 2.8.8).
    const used = {
      token: this.state.token(head),
      bytes: isLast ? this.usedBytes : this.state.writable(head),
    };
    this.passUsed(this.state.count(head));
    this.state.release(head);
    return used;
  }

  /** False: the entry is nonsense, and the ring is broken from now on. */
  private readEntry(): boolean {
    this.readUsed();
    if (this.usedId >= this.size) this.wrong = `id ${this.usedId} is out of range`;
    else if (this.state.count(this.usedId) === 0) this.wrong = `id ${this.usedId} is not a head`;
    else if (this.options.inOrder) this.batchEnd = this.usedId;
    return this.wrong === null;
  }

  enableInterrupts(): boolean {
    this.isTriggered = false;
    this.askForNext();
    return !this.hasUsed();
  }

  enableInterruptsDelayed(): boolean {
    if (this.wrong !== null) return true;
    this.isTriggered = false;
    return this.askForLater() && this.batchEnd < 0;
  }

  interrupted(): boolean {
    if (!this.hasUsed()) return false;
    if (this.options.eventIdx) this.isTriggered = true;
    return true;
  }

  abstract disableInterrupts(): void;

  /** Exposes a request whose buffers stand in the ring itself. */
  protected abstract expose(buffers: readonly RingBuffer[], token: number): void;
  protected abstract exposeTable(table: IndirectTable, token: number, writable: number): void;
  /** Whether the device asked to be told of one of the last `added`. */
  protected abstract wantsKick(): boolean;
  protected abstract isNextUsed(): boolean;
  /** Reads the next used entry into `usedId` and `usedBytes`. */
  protected abstract readUsed(): void;
  /** Steps past a used buffer of so many descriptors. */
  protected abstract passUsed(descriptors: number): void;
  protected abstract askForNext(): void;
  /** False: there is something to take already. */
  protected abstract askForLater(): boolean;

  // ---- memory ----------------------------------------------------------------------------------------------

  protected load(address: number, bytes: 2 | 4 | 8, what: string): number {
    this.trace.step('kernel', what, address, bytes);
    return this.memory.readNumber(address, bytes);
  }

  protected store(address: number, value: number, bytes: 2 | 4 | 8, what: string): void {
    this.trace.step('kernel', what, address, bytes);
    this.memory.writeNumber(address, value, bytes);
  }

  /**
   * Address and length, which both formats have in the same place, then the two words in which they differ; null: the
   * last word is left as it is.
   */
  protected storeDescriptor(
    at: number,
    to: IndirectTable,
    word12: number,
    word14: number | null,
    what: string,
  ): void {
    const detail = this.trace.isKept
      ? `${to.bytes} ${to.bytes === 1 ? 'byte' : 'bytes'} at ${hex(to.address)}`
      : '';
    this.trace.step('kernel', what, at, DESCRIPTOR_BYTES, detail);
    this.memory.writeNumber(at, to.address, 8);
    this.memory.writeNumber(at + DESC_LEN, to.bytes, 4);
    this.memory.writeNumber(at + 12, word12, 2);
    if (word14 !== null) this.memory.writeNumber(at + 14, word14, 2);
  }
}

export function writableBytes(buffers: readonly RingBuffer[]): number {
  let bytes = 0;
  for (const buffer of buffers) if (buffer.deviceWrites) bytes += buffer.bytes;
  return bytes;
}
