/** A ring with both its ends, in memory that can be looked at and interfered with. */

import { GuestMemory } from '../../../../server/src/model/memory/guest-memory.js';
import { Trace } from '../../../../server/src/model/trace.js';
import type { DeviceQueue, DeviceView } from '../../../../server/src/model/virtqueue/device-queue.js';
import {
  addressesAt,
  packedLayout,
  type RingAddresses,
  type RingBuffer,
  type RingKind,
  type RingLayout,
  type RingOptions,
  splitLayout,
} from '../../../../server/src/model/virtqueue/layout.js';
import { PackedDeviceQueue } from '../../../../server/src/model/virtqueue/packed-device-queue.js';
import { PackedRing } from '../../../../server/src/model/virtqueue/packed-ring.js';
import type { DriverRing } from '../../../../server/src/model/virtqueue/ring.js';
import { SplitDeviceQueue } from '../../../../server/src/model/virtqueue/split-device-queue.js';
import { SplitRing } from '../../../../server/src/model/virtqueue/split-ring.js';

export const kinds: readonly RingKind[] = ['split', 'packed'];

/** Memory that says so before the guest touches it by numbers, as a ring does. */
export class WatchedMemory extends GuestMemory {
  onAccess: () => unknown = () => undefined;

  override readNumber(address: number, bytes: 2 | 4 | 8): number {
    this.onAccess();
    return super.readNumber(address, bytes);
  }

  override writeNumber(address: number, value: number, bytes: 2 | 4 | 8): void {
    this.onAccess();
    super.writeNumber(address, value, bytes);
  }
}

export interface Pair {
  readonly memory: WatchedMemory;
  readonly trace: Trace;
  readonly layout: RingLayout;
  readonly address: RingAddresses;
  readonly view: DeviceView;
  readonly ring: DriverRing;
  readonly queue: DeviceQueue;
  /** Called before the device touches memory. */
  onDeviceAccess: () => void;
  deviceReads: number;
}

export const plainOptions: RingOptions = { eventIdx: false, indirect: false, inOrder: false };

export function pairOf(
  kind: RingKind,
  size: number,
  options: Partial<RingOptions> = {},
  keepTrace = false,
): Pair {
  const trace = new Trace(keepTrace);
  const memory = new WatchedMemory({
    pageSize: 4096,
    size: 2 ** 30,
    protection: { deviceReads: 'open', content: 'kept', canFail: false },
    trace,
  });
  const layout = kind === 'split' ? splitLayout(size, 64) : packedLayout(size);
  const address = addressesAt(layout, memory.allocate(layout.bytes));
  const all = { ...plainOptions, ...options };
  const view: DeviceView = {
    read: (at, bytes) => {
      pair.deviceReads += 1;
      pair.onDeviceAccess();
      return memory.hostRead(at, bytes);
    },
    write: (at, bytes) => {
      pair.onDeviceAccess();
      return memory.hostWrite(at, bytes);
    },
  };
  const toDriver = { memory, trace, size, address, options: all };
  const toDevice = { view, size, address, options: all };
  const pair: Pair = {
    memory,
    trace,
    layout,
    address,
    view,
    ring: kind === 'split' ? new SplitRing(toDriver) : new PackedRing(toDriver),
    queue: kind === 'split' ? new SplitDeviceQueue(toDevice) : new PackedDeviceQueue(toDevice),
    onDeviceAccess: () => undefined,
    deviceReads: 0,
  };
  return pair;
}

export function toDevice(address: number, bytes: number): RingBuffer {
  return { address, bytes, deviceWrites: false };
}

export function fromDevice(address: number, bytes: number): RingBuffer {
  return { address, bytes, deviceWrites: true };
}

/** Adds through an indirect table where the ring would use one: the table is written, then handed over. */
export function addAsKernel(pair: Pair, buffers: readonly RingBuffer[], token: number): string {
  const { ring, memory } = pair;
  if (!ring.usesIndirect(buffers.length)) return ring.add(buffers, token);
  const table = memory.allocate(16 * buffers.length);
  ring.writeTable(table, buffers);
  return ring.add(buffers, token, { address: table, bytes: 16 * buffers.length });
}

/** Bytes as hex, a field for each width. */
export function fields(bytes: Uint8Array, ...widths: readonly number[]): string {
  let at = 0;
  return widths
    .map((width) => {
      const part = Buffer.from(bytes.subarray(at, at + width)).toString('hex');
      at += width;
      return part;
    })
    .join(' ');
}

export function descriptor(pair: Pair, i: number): string {
  return fields(pair.memory.read(pair.address.descriptors + 16 * i, 16), 8, 4, 2, 2);
}

/** What the device finds, or why it does not. */
export function popped(pair: Pair): { head: number; buffers: readonly RingBuffer[] } {
  const found = pair.queue.pop();
  if (found.kind !== 'chain') throw new Error(`no chain: ${JSON.stringify(found)}`);
  return found;
}
