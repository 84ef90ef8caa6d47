/**
 * Where the parts of a virtqueue stand, byte for byte, and what their flag words mean. All fields are little endian: the
 * modern ring's by the specification, the legacy ring's because the guests of this model are.
 */

export type RingKind = 'split' | 'packed';

/** One element of a request as the ring is told of it. */
export interface RingBuffer {
  /** What the device is told: a DMA address, or a physical address where the DMA API is bypassed. */
  readonly address: number;
  readonly bytes: number;
  readonly deviceWrites: boolean;
}

/** An indirect table that was written and mapped. */
export interface IndirectTable {
  /** What the device is told. */
  readonly address: number;
  readonly bytes: number;
}

/** The three areas of a queue, by the names that split and packed rings share (virtio 1.2, 2.7 and 2.8). */
export interface RingAddresses {
  /** Descriptor table, or descriptor ring. */
  readonly descriptors: number;
  /** Available ring, or driver event suppression. */
  readonly driver: number;
  /** Used ring, or device event suppression. */
  readonly device: number;
}

export interface RingPart {
  /** From the start of the queue's memory, where all parts are in one piece. */
  readonly offset: number;
  readonly bytes: number;
  readonly alignment: number;
}

export interface RingLayout {
  readonly descriptors: RingPart;
  readonly driver: RingPart;
  readonly device: RingPart;
  readonly bytes: number;
}

export interface RingOptions {
  /** VIRTIO_F_EVENT_IDX was negotiated. */
  readonly eventIdx: boolean;
  /** VIRTIO_F_INDIRECT_DESC was negotiated. */
  readonly indirect: boolean;
  /** VIRTIO_F_IN_ORDER was negotiated. No Linux up to 6.12 does. */
  readonly inOrder: boolean;
}

/** The greatest queue size of either ring (virtio 1.2, 2.7 and 2.8). */
export const MAX_QUEUE_SIZE = 32768;

/** struct virtq_desc (virtio 1.2, 2.7.5) and struct pvirtq_desc (2.8.13). */
export const DESCRIPTOR_BYTES = 16;

/** Fields of a descriptor. Split rings have flags before next, packed rings the buffer id before flags. */
export const DESC_LEN = 8;
export const SPLIT_DESC_FLAGS = 12;
export const SPLIT_DESC_NEXT = 14;
export const PACKED_DESC_ID = 12;
export const PACKED_DESC_FLAGS = 14;

/** Descriptor flags (virtio 1.2, 2.7.5; the same in 2.8.3, 2.8.6 and 2.8.7). */
export const DESC_F_NEXT = 1;
export const DESC_F_WRITE = 2;
export const DESC_F_INDIRECT = 4;

/** Descriptor flags of packed rings only (virtio 1.2, 2.8.1). */
export const DESC_F_AVAIL = 1 << 7;
export const DESC_F_USED = 1 << 15;

/** struct virtq_avail (virtio 1.2, 2.7.6) and struct virtq_used (2.7.8): flags, idx, then the ring. */
export const RING_FLAGS = 0;
export const RING_IDX = 2;
export const RING_ENTRIES = 4;
export const AVAIL_ENTRY_BYTES = 2;
export const USED_ENTRY_BYTES = 8;

/** VIRTQ_AVAIL_F_NO_INTERRUPT (virtio 1.2, 2.7.6) and VIRTQ_USED_F_NO_NOTIFY (2.7.8). */
export const AVAIL_F_NO_INTERRUPT = 1;
export const USED_F_NO_NOTIFY = 1;

/** struct pvirtq_event_suppress (virtio 1.2, 2.8.14): offset and wrap counter, then flags. */
export const EVENT_OFF_WRAP = 0;
export const EVENT_FLAGS = 2;
export const EVENT_BYTES = 4;
export const EVENT_WRAP_BIT = 1 << 15;

/** RING_EVENT_FLAGS_* (virtio 1.2, 2.8.10). */
export const EVENT_ENABLE = 0;
export const EVENT_DISABLE = 1;
export const EVENT_DESC = 2;

/** `used_event`, behind the entries of the available ring (virtio 1.2, 2.7.6). */
export function usedEventAt(driver: number, size: number): number {
  return driver + RING_ENTRIES + AVAIL_ENTRY_BYTES * size;
}

/** `avail_event`, behind the entries of the used ring (virtio 1.2, 2.7.8). */
export function availEventAt(device: number, size: number): number {
  return device + RING_ENTRIES + USED_ENTRY_BYTES * size;
}

/**
 * A split ring in one piece, its used ring at the next multiple of `align`: vring_size() and vring_init() of
 * include/uapi/linux/virtio_ring.h (v6.12). A legacy device takes 4096 for granted (virtio 1.2, 2.7.2).
 * @throws {RangeError} for a size that a split ring cannot have.
 */
export function splitLayout(size: number, align: number): RingLayout {
  checkSize(size, 'split');
  const descriptorBytes = DESCRIPTOR_BYTES * size;
  const driverBytes = 6 + AVAIL_ENTRY_BYTES * size;
  const deviceBytes = 6 + USED_ENTRY_BYTES * size;
  const deviceOffset = Math.ceil((descriptorBytes + driverBytes) / align) * align;
  return {
    descriptors: { offset: 0, bytes: descriptorBytes, alignment: 16 },
    driver: { offset: descriptorBytes, bytes: driverBytes, alignment: 2 },
    device: { offset: deviceOffset, bytes: deviceBytes, alignment: 4 },
    bytes: deviceOffset + deviceBytes,
  };
}

/**
 * A packed ring (virtio 1.2, 2.8.10.1). Linux allocates each part by itself (vring_alloc_queue_packed() of v6.12); the
 * offsets are for one who does not.
 * @throws {RangeError} for a size that a packed ring cannot have.
 */
export function packedLayout(size: number): RingLayout {
  checkSize(size, 'packed');
  const descriptorBytes = DESCRIPTOR_BYTES * size;
  return {
    descriptors: { offset: 0, bytes: descriptorBytes, alignment: 16 },
    driver: { offset: descriptorBytes, bytes: EVENT_BYTES, alignment: 4 },
    device: { offset: descriptorBytes + EVENT_BYTES, bytes: EVENT_BYTES, alignment: 4 },
    bytes: descriptorBytes + 2 * EVENT_BYTES,
  };
}

/** The addresses of the parts of a ring in one piece. */
export function addressesAt(layout: RingLayout, start: number): RingAddresses {
  return {
    descriptors: start + layout.descriptors.offset,
    driver: start + layout.driver.offset,
    device: start + layout.device.offset,
  };
}

/**
 * Descriptors that one request takes, those of the ring and those of its table. A single buffer never gets a table
 * (virtqueue_use_indirect(), drivers/virtio/virtio_ring.c of v6.12).
 */
export function descriptorsOf(
  buffers: readonly unknown[],
  indirect: boolean,
): { readonly ring: number; readonly table: number } {
  return indirect && buffers.length > 1
    ? { ring: 1, table: buffers.length }
    : { ring: buffers.length, table: 0 };
}

/** @throws {RangeError} for a size the ring cannot have. */
export function checkSize(size: number, kind: RingKind): void {
  const isWhole = Number.isInteger(size) && size >= 1 && size <= MAX_QUEUE_SIZE;
  if (!isWhole || (kind === 'split' && (size & (size - 1)) !== 0))
    throw new RangeError(`a ${kind} ring cannot have ${size} entries`);
}
