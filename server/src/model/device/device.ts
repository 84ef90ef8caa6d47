/**
 * A device: it has an address, and sees what the platform and the bus let it see there. It cannot know whether that is
 * what the driver meant; the machine can, and says so when an address led elsewhere.
 */
import type { Bus } from '../guest/bus.js';
import type { GuestMemory, HostView } from '../memory/guest-memory.js';
import type { DeviceSpec, Sight } from '../scenario.js';
import type { Trace } from '../trace.js';

const noBytes = new Uint8Array(0);

export class Device {
  private readonly memory: GuestMemory;
  private readonly bus: Bus;
  private readonly trace: Trace;
  private readonly addresses: DeviceSpec['addresses'];

  constructor(memory: GuestMemory, bus: Bus, addresses: DeviceSpec['addresses'], trace: Trace) {
    this.memory = memory;
    this.bus = bus;
    this.addresses = addresses;
    this.trace = trace;
  }

  /** `meant`: the guest-physical address of what the driver put there. */
  read(address: number, bytes: number, meant: number): HostView {
    const at = this.locate(address);
    const view: HostView =
      at === null ? { sight: 'wrong-address', bytes: noBytes } : this.memory.hostRead(at, bytes);
    const sight = at === meant ? view.sight : 'wrong-address';
    this.trace.step('device', 'read', address, bytes, sight, view.bytes);
    return { sight, bytes: view.bytes };
  }

  write(address: number, bytes: Uint8Array, meant: number): Sight {
    const at = this.locate(address);
    const seen = at === null ? 'wrong-address' : this.memory.hostWrite(at, bytes);
    const sight = at === meant ? seen : 'wrong-address';
    this.trace.step('device', 'write', address, bytes.length, sight, bytes);
    return sight;
  }

  /** The guest-physical address a device goes to; null when the bus stops it. */
  private locate(address: number): number | null {
    return this.addresses === 'gpa' ? address : this.bus.resolve(address);
  }
}
