/**
 * The device's half of a virtqueue. It knows the addresses that the driver told it and nothing else: every byte of the
 * ring comes through a view that may show it ciphertext, other memory, or a fault.
 */
import type { Sight } from '../scenario.js';
import type { RingAddresses, RingBuffer, RingOptions } from './layout.js';

export interface DeviceView {
  /** What the device gets at an address; `bytes` are whole where the sight is plain. */
  read(address: number, bytes: number): { readonly sight: Sight; readonly bytes: Uint8Array };
  /** `bytes` belong to the queue, which uses them again: a view keeps no reference to them. */
  write(address: number, bytes: Uint8Array): Sight;
}

export interface DeviceQueueOptions {
  readonly view: DeviceView;
  readonly size: number;
  /** As the driver told it. */
  readonly address: RingAddresses;
  readonly options: RingOptions;
}

/** One request, as the device read it. */
export interface Chain {
  readonly kind: 'chain';
  /** Names the request in `push()`: the first descriptor of a split ring, the buffer id of a packed one. */
  readonly head: number;
  readonly buffers: readonly RingBuffer[];
}

export interface Blind {
  readonly kind: 'blind';
  readonly sight: Exclude<Sight, 'plain'>;
  /** What the device wanted to see. */
  readonly what: string;
}

/** What `pop()` found. A chain was taken from the ring; after any other answer the queue stands where it stood. */
export type Popped =
  | Chain
  | Blind
  | { readonly kind: 'empty' }
  /** The ring was seen, and makes no sense. */
  | { readonly kind: 'broken'; readonly why: string };

export interface DeviceQueue {
  readonly size: number;
  /** Requests popped and not yet pushed. */
  readonly outstanding: number;

  /** The next request. Does not throw, whatever the ring holds. */
  pop(): Popped;

  /**
   * Gives a request back. With in-order use those popped before it are given back too, as one batch of which this is the
   * last. The answer is the first sight that was not plain.
   * @throws {RangeError} for a head that is not outstanding: the caller's defect.
   */
  push(head: number, bytesWritten: number): Sight;

  /**
   * Whether the driver wants to be told of what was pushed since this was last asked. True where its wish cannot be seen
   * (vhost_notify(), drivers/vhost/vhost.c of v6.12).
   */
  interruptNeeded(): boolean;

  /** Asks to be kicked for the next request. True: there is one already, and no kick may come for it. */
  enableKicks(): boolean;

  /** Advises the driver not to kick. It may do so all the same. */
  disableKicks(): void;
}
