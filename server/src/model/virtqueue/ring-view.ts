/** Numbers read and written through a device's view, and what went wrong when one could not be seen. */
import type { Sight } from '../scenario.js';
import type { Blind, DeviceView } from './device-queue.js';
import { DESC_LEN, DESCRIPTOR_BYTES } from './layout.js';

export class RingView {
  private readonly view: DeviceView;
  private readonly word2 = new Uint8Array(2);
  private readonly word8 = new Uint8Array(8);
  private blindness: Blind = { kind: 'blind', sight: 'fault', what: '' };

  constructor(view: DeviceView) {
    this.view = view;
  }

  /** Why the last read that gave nothing did so. */
  get blind(): Blind {
    return this.blindness;
  }

  /** Null: not seen, see `blind`. */
  read(address: number, bytes: number, what: string): Uint8Array | null {
    const seen = this.view.read(address, bytes);
    if (seen.sight === 'plain') return seen.bytes;
    this.blindness = { kind: 'blind', sight: seen.sight, what };
    return null;
  }

  /** -1: not seen, see `blind`. */
  read16(address: number, what: string): number {
    const bytes = this.read(address, 2, what);
    return bytes === null ? -1 : le16(bytes, 0);
  }

  write16(address: number, value: number): Sight {
    put16(this.word2, 0, value);
    return this.view.write(address, this.word2);
  }

  /** Two 32-bit words, one behind the other. */
  write32x2(address: number, first: number, second: number): Sight {
    put16(this.word8, 0, first);
    put16(this.word8, 2, first >>> 16);
    put16(this.word8, 4, second);
    put16(this.word8, 6, second >>> 16);
    return this.view.write(address, this.word8);
  }

  write(address: number, bytes: Uint8Array): Sight {
    return this.view.write(address, bytes);
  }
}

/** A descriptor as found in bytes that were read; used again for each. */
export class DescriptorCursor {
  address = 0;
  bytes = 0;
  /** Flags of a split ring's descriptor, id of a packed ring's. */
  word12 = 0;
  /** Next, or flags. */
  word14 = 0;

  set(from: Uint8Array, index: number): void {
    const at = DESCRIPTOR_BYTES * index;
    // Above 2^53 a number is not exact; no such address leads to memory of this model.
    this.address = le32(from, at) + le32(from, at + 4) * 0x1_0000_0000;
    this.bytes = le32(from, at + DESC_LEN);
    this.word12 = le16(from, at + 12);
    this.word14 = le16(from, at + 14);
  }
}

export function le16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function le32(bytes: Uint8Array, at: number): number {
  return (le16(bytes, at) | (le16(bytes, at + 2) << 16)) >>> 0;
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value & 0xff;
  bytes[at + 1] = (value >>> 8) & 0xff;
}

export function firstUnseen(a: Sight, b: Sight): Sight {
  return a === 'plain' ? b : a;
}
