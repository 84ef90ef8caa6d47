/** A queue with both its ends: the driver's, and the device's on the other side of the bus. */
import type { Device } from '../device/device.js';
import type { DmaApi } from '../guest/dma-api.js';
import type { GuestMemory, HostView } from '../memory/guest-memory.js';
import type { FeatureSet } from '../policy.js';
import type { Sight } from '../scenario.js';
import type { Trace } from '../trace.js';
import type { DeviceQueue, DeviceView, Popped } from '../virtqueue/device-queue.js';
import { addressesAt, packedLayout, type RingOptions, splitLayout } from '../virtqueue/layout.js';
import { PackedDeviceQueue } from '../virtqueue/packed-device-queue.js';
import { PackedRing } from '../virtqueue/packed-ring.js';
import type { DriverRing } from '../virtqueue/ring.js';
import { SplitDeviceQueue } from '../virtqueue/split-device-queue.js';
import { SplitRing } from '../virtqueue/split-ring.js';
import { isEqual, pattern } from './data.js';
import { DriverQueue, type InFlight, type Placed } from './queue.js';

export interface QueueOptions {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  readonly dma: DmaApi | null;
  readonly device: Device;
  readonly features: FeatureSet;
}

/** What the device saw while it worked. */
export interface Looked {
  readonly ring: Sight;
  readonly payload: Sight;
  readonly isBounced: boolean;
}

/** Alignment of the used ring that the PCI transport asks for: SMP_CACHE_BYTES (virtio_pci_modern.c of v6.12). */
const RING_ALIGNMENT = 64;

/** Null when there is no memory for the ring. */
export function openQueue(options: QueueOptions, size: number): Exposed | null {
  const { memory, trace, dma, device, features } = options;
  const isPacked = features.has('VIRTIO_F_RING_PACKED');
  const layout = isPacked ? packedLayout(size) : splitLayout(size, RING_ALIGNMENT);
  const place = ringMemory(memory, trace, dma, layout.bytes);
  if (place === null) return null;
  const ringOptions: RingOptions = {
    eventIdx: features.has('VIRTIO_RING_F_EVENT_IDX'),
    indirect: features.has('VIRTIO_RING_F_INDIRECT_DESC'),
    inOrder: false,
  };
  const toDriver = {
    memory,
    trace,
    size,
    address: addressesAt(layout, place.physical),
    options: ringOptions,
  };
  const ring: DriverRing = isPacked ? new PackedRing(toDriver) : new SplitRing(toDriver);
  const driver = new DriverQueue({ memory, trace, dma, ring });
  const view = new QueueView(device, driver, place, layout.bytes);
  const toDevice = { view, size, address: addressesAt(layout, place.address), options: ringOptions };
  const queue = isPacked ? new PackedDeviceQueue(toDevice) : new SplitDeviceQueue(toDevice);
  return new Exposed(driver, queue, device, view);
}

interface RingMemory {
  readonly physical: number;
  readonly address: number;
}

/** Coherent memory with the DMA API; plain pages, by their physical address, without (vring_alloc_queue()). */
function ringMemory(memory: GuestMemory, trace: Trace, dma: DmaApi | null, bytes: number): RingMemory | null {
  if (dma !== null) return dma.allocate(bytes);
  const physical = memory.allocate(bytes);
  if (physical < 0) return null;
  trace.step('kernel', 'ring in plain pages', physical, bytes);
  return { physical, address: physical };
}

/** The device's view of a queue: its ring, and the indirect tables that descriptors refer to. */
class QueueView implements DeviceView {
  /** Whether what was looked at last was a table: a streaming mapping, as payload is, and not the ring. */
  isAtTable = false;
  private readonly device: Device;
  private readonly driver: DriverQueue;
  private readonly ring: RingMemory;
  private readonly ringBytes: number;

  constructor(device: Device, driver: DriverQueue, ring: RingMemory, ringBytes: number) {
    this.device = device;
    this.driver = driver;
    this.ring = ring;
    this.ringBytes = ringBytes;
  }

  read(address: number, bytes: number): HostView {
    return this.device.read(address, bytes, this.meant(address));
  }

  write(address: number, bytes: Uint8Array): Sight {
    return this.device.write(address, bytes, this.meant(address));
  }

  /** Where the driver's side put what it told the device to be at an address; -1: it put nothing there. */
  private meant(address: number): number {
    const inRing = address - this.ring.address;
    this.isAtTable = inRing < 0 || inRing >= this.ringBytes;
    return this.isAtTable ? this.driver.tableByteAt(address) : this.ring.physical + inRing;
  }
}

export class Exposed {
  readonly driver: DriverQueue;
  private readonly queue: DeviceQueue;
  private readonly device: Device;
  private readonly view: QueueView;

  constructor(driver: DriverQueue, queue: DeviceQueue, device: Device, view: QueueView) {
    this.driver = driver;
    this.queue = queue;
    this.device = device;
    this.view = view;
  }

  /** The device does all that is in the ring. A ring it cannot read is the end; it is shown the buffers all the same. */
  serve(): Looked {
    let looked: Looked = { ring: 'plain', payload: 'plain', isBounced: false };
    for (;;) {
      const chain = this.queue.pop();
      if (chain.kind === 'empty') return looked;
      if (chain.kind !== 'chain') return this.blind(chain, looked);
      const request = this.requestOf(chain);
      looked = worse(looked, this.transfer(request, Infinity).looked);
      this.queue.push(chain.head, written(request));
    }
  }

  /** One packet into posted buffers, as many as it takes; null when there is none. */
  deliver(bytes: number, isMergeable: boolean): Looked | null {
    let looked: Looked = { ring: 'plain', payload: 'plain', isBounced: false };
    let left = bytes;
    while (left > 0) {
      const chain = this.queue.pop();
      if (chain.kind === 'empty') return left === bytes ? null : looked;
      if (chain.kind !== 'chain') return this.blind(chain, looked);
      const { looked: seen, bytes: done } = this.transfer(this.requestOf(chain), left);
      looked = worse(looked, seen);
      this.queue.push(chain.head, done);
      left = isMergeable ? left - done : 0;
    }
    return looked;
  }

  private blind(found: Exclude<Popped, { kind: 'chain' | 'empty' }>, before: Looked): Looked {
    // What makes no sense although it can be read was not meant to be there.
    const sight: Sight = found.kind === 'blind' ? found.sight : 'wrong-address';
    let looked = before;
    for (const request of this.driver.inFlight.values()) {
      looked = worse(looked, this.transfer(request, Infinity).looked);
    }
    return this.view.isAtTable ? { ...looked, payload: sight } : { ...looked, ring: sight };
  }

  /** The driver's own record of what the chain stands for: it tells what was meant to be where. */
  private requestOf(chain: Extract<Popped, { kind: 'chain' }>): InFlight | null {
    const [first] = chain.buffers;
    return first === undefined ? null : this.driver.requestAt(first.address);
  }

  private transfer(request: InFlight | null, most: number): { looked: Looked; bytes: number } {
    let payload: Sight = request === null ? 'wrong-address' : 'plain';
    let isBounced = false;
    let left = most;
    for (const placed of request?.placed ?? []) {
      const bytes = Math.min(left, placed.mapping.bytes);
      if (bytes === 0) break;
      const sight = this.access(placed, bytes);
      if (payload === 'plain') payload = sight;
      isBounced ||= placed.mapping.isBounced;
      left -= bytes;
    }
    return { looked: { ring: 'plain', payload, isBounced }, bytes: most - left };
  }

  /** What the device meets at one buffer; bytes that differ from what the driver put there are another's. */
  private access({ mapping, piece, seed }: Placed, bytes: number): Sight {
    if (piece.deviceWrites) {
      return this.device.write(mapping.address, pattern(seed, bytes), mapping.data);
    }
    const view = this.device.read(mapping.address, bytes, mapping.data);
    if (view.sight !== 'plain') return view.sight;
    return isEqual(view.bytes, pattern(seed, bytes)) ? 'plain' : 'wrong-address';
  }
}

function written(request: InFlight | null): number {
  let bytes = 0;
  for (const { piece } of request?.placed ?? []) if (piece.deviceWrites) bytes += piece.bytes;
  return bytes;
}

function worse(a: Looked, b: Looked): Looked {
  return {
    ring: a.ring === 'plain' ? b.ring : a.ring,
    payload: a.payload === 'plain' ? b.payload : a.payload,
    isBounced: a.isBounced || b.isBounced,
  };
}
