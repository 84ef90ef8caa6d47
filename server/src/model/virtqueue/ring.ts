/** The driver's half of a virtqueue: what the kernel's virtio_ring.c is to a driver. */
import type { GuestMemory } from '../memory/guest-memory.js';
import type { Trace } from '../trace.js';
import type { IndirectTable, RingAddresses, RingBuffer, RingOptions } from './layout.js';

export type { IndirectTable, RingAddresses, RingBuffer, RingOptions } from './layout.js';

export interface DriverRingOptions {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  readonly size: number;
  /** Physical addresses of the parts, zeroed by whoever allocated them. */
  readonly address: RingAddresses;
  readonly options: RingOptions;
}

/** `broken`: the device put nonsense into the ring, and nothing more will be done with it. */
export type Added = 'ok' | 'full' | 'broken';

export interface Used {
  readonly token: number;
  /** What the device says it has written. */
  readonly bytes: number;
}

export interface DriverRing {
  readonly size: number;
  readonly freeDescriptors: number;
  /** What made no sense in the ring; null as long as all does. */
  readonly broken: string | null;

  /** Whether a request of so many buffers gets an indirect table. */
  usesIndirect(buffers: number): boolean;

  /**
   * Writes an indirect table at a physical address. It comes first and is mapped when it is whole, as a bounced mapping is
   * copied when it is made; `add()` then takes the address that came of it.
   */
  writeTable(physical: number, buffers: readonly RingBuffer[]): void;

  /**
   * Exposes one request to the device, its device-readable buffers first. With a table, one descriptor that refers to it.
   * @throws {RangeError} without buffers: the caller's defect, a BUG_ON() in Linux.
   */
  add(buffers: readonly RingBuffer[], token: number, table?: IndirectTable | null): Added;

  /** Whether the device wants to be told of what was added since this was last asked (virtqueue_kick_prepare()). */
  kickNeeded(): boolean;

  /** The next request the device is done with; null: there is none now. */
  takeUsed(): Used | null;

  /** Whether there is an entry for `takeUsed()` to look at. */
  hasUsed(): boolean;

  /** Advises the device not to interrupt (virtqueue_disable_cb()). It may do so all the same. */
  disableInterrupts(): void;

  /** Asks for an interrupt with the next used buffer. False: there is one already, and no interrupt may come for it. */
  enableInterrupts(): boolean;

  /** Asks for one when three quarters of what is in flight are used. False: as above. */
  enableInterruptsDelayed(): boolean;

  /** An interrupt came. False: for nothing that this ring knows of (vring_interrupt()). */
  interrupted(): boolean;
}
