/**
 * The pools of one `struct io_tlb_mem`: the one made at boot and, where the kernel lets them grow (6.6 and later), those
 * that came after it. Slots are looked for in all of them and counted over all of them.
 */
import { type Backing, bootPool, freeLater, LEAST_GROWTH, laterPool } from './backing.js';
import type { PoolSize } from './sizing.js';
import { NEVER_ENDS, NOT_FOUND, type SlotPool, type SlotWish } from './slot-pool.js';
import { SEGMENT_SLOTS, slotsOf } from './units.js';

export interface Place {
  readonly pool: SlotPool;
  readonly slot: number;
}

export class Pools {
  /** The pool made at boot; null: there was no memory for it. */
  readonly first: SlotPool | null;
  readonly isShared: boolean;
  used = 0;
  peak = 0;
  private readonly backing: Backing;
  private readonly canGrow: boolean;
  /** All but transient ones; the newest is searched first. */
  private lasting: readonly SlotPool[];
  private transient: readonly SlotPool[] = [];
  private isGrowthDue = false;

  constructor(backing: Backing, size: PoolSize, may: { readonly grow: boolean; readonly shrink: boolean }) {
    this.backing = backing;
    this.canGrow = may.grow && backing.mechanics.growth !== 'none';
    const boot = bootPool(backing, size, may.shrink);
    this.first = boot?.pool ?? null;
    this.isShared = boot?.isShared ?? false;
    this.lasting = boot === null ? [] : [boot.pool];
  }

  get slots(): number {
    let sum = 0;
    for (const pool of this.lasting) sum += pool.slots;
    return sum;
  }

  get isGrowthScheduled(): boolean {
    return this.isGrowthDue;
  }

  /** The pool an address is in: `swiotlb_find_pool()`. */
  poolOf(address: number): SlotPool | null {
    for (const pool of this.lasting) if (pool.has(address)) return pool;
    for (const pool of this.transient) if (pool.has(address)) return pool;
    return null;
  }

  /** Takes slots, `swiotlb_find_slots()`: where they are, or why there are none. */
  find(cpu: number, wish: SlotWish): Place | number {
    const found = this.findLasting(cpu, wish);
    const place = found === NOT_FOUND && this.canGrow ? this.findTransient(wish) : found;
    if (typeof place === 'number') return place;
    place.pool.table.record(place.slot, slotsOf(wish.size), wish.size - wish.offset);
    this.used += slotsOf(wish.size);
    this.peak = Math.max(this.peak, this.used);
    return place;
  }

  give(pool: SlotPool, slot: number, count: number): void {
    pool.give(slot, count);
    this.used -= count;
  }

  /** Gives up a transient pool: `swiotlb_del_transient()`. */
  drop(pool: SlotPool): void {
    this.used -= pool.slots;
    this.transient = this.transient.filter((other) => other !== pool);
    freeLater(this.backing, pool);
  }

  /** Makes the pool that a failed search asked for: `swiotlb_dyn_alloc()`. */
  grow(): boolean {
    if (!this.isGrowthDue || this.first === null) return false;
    this.isGrowthDue = false;
    const { slots, areas } = this.first;
    const pool = laterPool(this.backing, LEAST_GROWTH, { slots, areas }, false);
    if (pool === null) return false;
    this.lasting = [pool, ...this.lasting];
    return true;
  }

  release(): void {
    for (const pool of [...this.lasting, ...this.transient]) pool.table.release();
  }

  private findLasting(cpu: number, wish: SlotWish): Place | number {
    const [only, another] = this.lasting;
    if (only === undefined) return NOT_FOUND;
    if (another !== undefined && this.backing.mechanics.growth === 'area by area')
      return this.findByArea(cpu, wish);
    for (const pool of this.lasting) {
      const slot = pool.find(cpu, wish);
      if (slot >= 0) return { pool, slot };
      if (slot === NEVER_ENDS) return slot;
    }
    return NOT_FOUND;
  }

  /** The own area of all pools first, then the next area of all of them: `swiotlb_search_area()`, 6.8 and later. */
  private findByArea(cpu: number, wish: SlotWish): Place | number {
    const most = this.first?.areas ?? 0;
    for (let i = 0; i < most; i += 1)
      for (const pool of this.lasting) {
        if (i >= pool.areas) continue;
        const slot = pool.findIn((cpu + i) & (pool.areas - 1), wish);
        if (slot >= 0) return { pool, slot };
      }
    return NOT_FOUND;
  }

  /** A pool for this mapping alone, and a lasting one for those to come, which the worker makes later. */
  private findTransient(wish: SlotWish): Place | number {
    const count = slotsOf(wish.size);
    // Since 6.8 no pool is made that could not help.
    if (count > SEGMENT_SLOTS && this.backing.mechanics.growth === 'area by area') return NOT_FOUND;
    this.isGrowthDue = true;
    const pool = laterPool(this.backing, count, { slots: count, areas: 1 }, true);
    if (pool === null) return NOT_FOUND;
    const slot = pool.findIn(0, wish);
    if (slot < 0) {
      freeLater(this.backing, pool);
      return NOT_FOUND;
    }
    this.transient = [...this.transient, pool];
    return { pool, slot };
  }
}
