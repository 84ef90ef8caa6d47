/** The buffers of one request while a device reads them, and the rules that hold for them in either format. */
import { DESC_F_WRITE, DESCRIPTOR_BYTES, type RingBuffer } from './layout.js';
import type { DescriptorCursor } from './ring-view.js';

/** Bytes of one request (virtio 1.2, 2.7.5.2; taken for packed rings too, which say nothing of it). */
const MAX_CHAIN_BYTES = 2 ** 32;

/** Entries of an indirect table: `next` has 16 bits (get_indirect(), drivers/vhost/vhost.c of v6.12). */
const MAX_TABLE_ENTRIES = 65536;

export class ChainBuilder {
  readonly buffers: RingBuffer[] = [];
  private bytes = 0;
  private hasWritable = false;

  /** Why the buffer cannot be part of the request; null: it was taken. */
  add(descriptor: DescriptorCursor, flags: number): string | null {
    const deviceWrites = (flags & DESC_F_WRITE) !== 0;
    // virtio 1.2, 2.7.4.2 and 2.8.17.
    if (this.hasWritable && !deviceWrites)
      return 'a device-readable buffer comes after a device-writable one';
    this.hasWritable ||= deviceWrites;
    this.bytes += descriptor.bytes;
    if (this.bytes > MAX_CHAIN_BYTES) return 'a request is longer than 4 GiB';
    this.buffers.push({ address: descriptor.address, bytes: descriptor.bytes, deviceWrites });
    return null;
  }
}

/** Why no indirect table can have so many bytes; null: one can. */
export function wrongTableSize(bytes: number): string | null {
  if (bytes === 0 || bytes % DESCRIPTOR_BYTES !== 0) return `an indirect table of ${bytes} bytes`;
  const entries = bytes / DESCRIPTOR_BYTES;
  return entries > MAX_TABLE_ENTRIES ? `an indirect table of ${entries} descriptors` : null;
}
