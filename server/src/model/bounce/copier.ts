/** Copies between an original and its slots, `swiotlb_bounce()`: what is copied, where to, and what that comes to. */
import type { GuestMemory } from '../memory/guest-memory.js';
import type { Trace } from '../trace.js';
import type { SwiotlbMechanics } from './mechanics.js';
import type { SlotPool } from './slot-pool.js';
import { NO_ORIGINAL } from './slot-table.js';
import { SLOT_BYTES, slotOffset } from './units.js';

export type Towards = 'device' | 'guest';

interface Span {
  readonly original: number;
  readonly bytes: number;
}

export class Copier {
  copiesToDevice = 0;
  bytesToDevice = 0;
  copiesFromDevice = 0;
  bytesFromDevice = 0;
  /** Copies cut short or left out, each with a warning in the kernel's log. */
  truncated = 0;
  private readonly memory: GuestMemory;
  private readonly trace: Trace;
  private readonly mechanics: SwiotlbMechanics;

  constructor(memory: GuestMemory, trace: Trace, mechanics: SwiotlbMechanics) {
    this.memory = memory;
    this.trace = trace;
    this.mechanics = mechanics;
  }

  /** Copies `bytes` from `address` in the slots on. Slots that stand for nothing are left alone. */
  copy(pool: SlotPool, address: number, bytes: number, towards: Towards, minAlignMask: number): void {
    const slot = pool.slotAt(address);
    const original = pool.table.originalAt(slot);
    if (original === NO_ORIGINAL) return;
    const span = this.spanOf(original, pool.table.sizeAt(slot), address, bytes, minAlignMask);
    if (span.bytes < bytes) this.warn(address, bytes);
    if (span.bytes === 0) return;
    if (towards === 'device') {
      this.memory.copy(address, span.original, span.bytes);
      this.copiesToDevice += 1;
      this.bytesToDevice += span.bytes;
      this.trace.step('kernel', 'bounce copy to the device', address, span.bytes);
    } else {
      this.memory.copy(span.original, address, span.bytes);
      this.copiesFromDevice += 1;
      this.bytesFromDevice += span.bytes;
      this.trace.step('kernel', 'bounce copy from the device', address, span.bytes);
    }
  }

  /** Where in the original, and how much of it. `size` is what was recorded for the slot. */
  private spanOf(original: number, size: number, address: number, bytes: number, minAlignMask: number): Span {
    const inSlot = address % SLOT_BYTES;
    const { checksSize, syncLooks } = this.mechanics;
    switch (syncLooks) {
      case 'in the slot':
        return { original: original + inSlot, bytes };
      case 'at the slot':
        return { original, bytes: checksSize ? Math.min(bytes, size) : bytes };
      case 'after the offset': {
        const from = inSlot - slotOffset(original, minAlignMask);
        // A recorded size below 0 is a huge unsigned one in the kernel.
        const left = size < 0 ? Infinity : size - from;
        return { original: original + from, bytes: from < 0 ? 0 : Math.max(0, Math.min(bytes, left)) };
      }
      case 'exactly': {
        const from = inSlot - slotOffset(original, minAlignMask);
        return { original: original + from, bytes: size - from < 0 ? bytes : Math.min(bytes, size - from) };
      }
      default:
        return unreachable(syncLooks);
    }
  }

  private warn(address: number, bytes: number): void {
    this.truncated += 1;
    this.trace.step('kernel', 'bounce copy cut short', address, bytes);
  }
}

function unreachable(value: never): never {
  throw new Error(`no such place: ${String(value)}`);
}
