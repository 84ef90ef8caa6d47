/**
 * The bounce pool with its locks: slots are those of the machine's pool (`bounce/slot-pool.ts`), found and given back under
 * the lock of their area (kernel/dma/swiotlb.c of v6.12: swiotlb_search_pool_area(), swiotlb_release_slots()).
 */
import { searchRule } from '../../bounce/search.js';
import { limitAreas, wantedSize } from '../../bounce/sizing.js';
import { SlotPool } from '../../bounce/slot-pool.js';
import { roundUpToPowerOfTwo, slotsOf } from '../../bounce/units.js';
import { type Mapping, ns } from '../kinds.js';
import type { SimulatedPool, SimulationCosts } from '../request.js';
import type { Tally } from '../run/tally.js';

/** Where the pool stands in memory: aligned to any page. */
const START = 1 << 20;

export class Slots {
  readonly pool: SlotPool;
  peak = 0;
  used = 0;
  /** When the search or the release looked at last was over. */
  doneAt = 0;
  private readonly costs: SimulationCosts;
  private readonly tally: Tally;
  private readonly shape: SimulatedPool;
  /** By area: when its lock is free, and who had it last; -1: nobody. */
  private readonly lockFreeAt: Float64Array;
  private readonly lockHolder: Int32Array;

  constructor(shape: SimulatedPool, costs: SimulationCosts, tally: Tally) {
    const { slots, mechanics, hasFixedSize = false } = shape;
    const wanted = hasFixedSize ? { slots, areas: 1 } : wantedSize(slots, shape.areas, mechanics);
    const areas = limitAreas(wanted.areas, wanted.slots, mechanics);
    this.pool = new SlotPool(START, { slots: wanted.slots, areas });
    this.shape = shape;
    this.costs = costs;
    this.tally = tally;
    this.lockFreeAt = new Float64Array(areas);
    this.lockHolder = new Int32Array(areas).fill(-1);
  }

  /** Slots for a mapping, from the area of a CPU on. The first of them, or -1; `doneAt` says when. */
  map(mapping: Mapping, cpu: number, now: number): number {
    const { pool } = this;
    const first = cpu & (pool.areas - 1);
    let time = now;
    for (let i = 0; i < pool.areas; i += 1) {
      const area = (first + i) % pool.areas;
      const before = pool.probes;
      const slot = pool.findIn(area, mapping.wish);
      const probed = Math.max(0, pool.probes - before - 1);
      time = this.hold(area, cpu, time, mapping.findNs + ns(probed, this.costs.probePs));
      if (slot < 0) continue;
      this.used += mapping.slots;
      if (this.used > this.peak) this.peak = this.used;
      this.doneAt = time;
      return slot;
    }
    this.doneAt = time;
    return -1;
  }

  give(mapping: Mapping, slot: number, cpu: number, now: number): void {
    const { pool } = this;
    pool.give(slot, mapping.slots);
    this.used -= mapping.slots;
    const area = pool.areas === 1 ? 0 : Math.floor(slot / pool.areaSlots);
    this.doneAt = this.hold(area, cpu, now, mapping.giveNs);
  }

  /** Takes slots for a ring: `swiotlb_alloc()`. False: there are none, or none that are pages. */
  takeForRing(bytes: number, pageSize: number): boolean {
    const { mechanics } = this.shape;
    const pages = Math.ceil(bytes / pageSize);
    const alignMask = mechanics.alignsCoherent ? roundUpToPowerOfTwo(pages) * pageSize - 1 : 0;
    const rule = searchRule({ size: bytes, minAlignMask: 0, allocAlignMask: alignMask, pageSize }, mechanics);
    const slot = this.pool.findIn(0, { original: 0, size: bytes, offset: 0, rule, boundary: Infinity });
    if (slot < 0) return false;
    this.used += slotsOf(bytes);
    this.peak = Math.max(this.peak, this.used);
    return true;
  }

  /** What was mapped before the first request was mapped in good time. */
  forgetTimes(): void {
    this.lockFreeAt.fill(0);
    this.lockHolder.fill(-1);
    this.pool.probes = 0;
  }

  /** Locks as they stand against a time, for comparing states. */
  signature(now: number): string {
    const locks = Array.from(this.lockFreeAt, (at) => Math.max(0, at - now));
    return `${locks.join()},${this.lockHolder.join()},${this.pool.usedByArea.join()}`;
  }

  /** Waits for an area's lock, has it for a while, and gives when it is free again. */
  private hold(area: number, cpu: number, now: number, heldNs: number): number {
    const free = this.lockFreeAt[area] ?? 0;
    let start = now;
    if (free > now) {
      start = free;
      this.tally.lockWaitNs += free - now;
      if (free - now > this.tally.longestLockWaitNs) this.tally.longestLockWaitNs = free - now;
    }
    const holder = this.lockHolder[area];
    if (holder !== cpu) {
      if (holder !== -1) start += this.costs.lockHandOverNs;
      this.lockHolder[area] = cpu;
    }
    const end = start + heldNs;
    this.lockFreeAt[area] = end;
    return end;
  }
}
