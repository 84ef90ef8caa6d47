/**
 * Bounce buffers as swiotlb does them, slot by slot and byte by byte: `struct io_tlb_mem` with the functions of
 * kernel/dma/swiotlb.c on it. The release decides by `SwiotlbMechanics`.
 *
 * Addresses are physical. What the device is told of them (an offset, an encryption bit) is the DMA API's business.
 */
import type { GuestMemory } from '../memory/guest-memory.js';
import type { Trace } from '../trace.js';
import type { Backing } from './backing.js';
import { Copier } from './copier.js';
import type { SwiotlbMechanics } from './mechanics.js';
import { Pools } from './pools.js';
import { type SearchRule, searchRule } from './search.js';
import { wantedSize } from './sizing.js';
import { NEVER_ENDS, type SlotPool } from './slot-pool.js';
import { roundUp, roundUpToPowerOfTwo, SEGMENT_SLOTS, SLOT_BYTES, slotOffset, slotsOf } from './units.js';

export { type SwiotlbMechanics, swiotlbOf } from './mechanics.js';
export { SEGMENT_SLOTS, SLOT_BYTES } from './units.js';

/** `enum dma_data_direction` */
export type Direction = 'to-device' | 'from-device' | 'bidirectional';

export interface BouncePoolOptions {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  /** As `swiotlb=` says them, of 2 KiB; rounded as the kernel does. */
  readonly slots: number;
  /** As the command line says, or the number of CPUs. */
  readonly areas: number;
  readonly mechanics: SwiotlbMechanics;
  readonly name?: string;
  /** Its size is taken as it is, with one area: a `restricted-dma-pool`, or the single slot of `noforce` before 5.13. */
  readonly hasFixedSize?: boolean;
  /** `CONFIG_SWIOTLB_DYNAMIC=y`, of which kernels before 6.6 know nothing. */
  readonly grows?: boolean;
}

export interface MapRequest {
  /** Physical address of the original. */
  readonly original: number;
  readonly bytes: number;
  readonly direction: Direction;
  /** The CPU that maps; default 0. */
  readonly cpu?: number;
  /** `dma_get_min_align_mask()` of the device; default 0. */
  readonly minAlignMask?: number;
  /** Alignment the caller demands, less one; default 0. */
  readonly allocAlignMask?: number;
  /** `dma_get_seg_boundary()` of the device; default: none. */
  readonly boundaryMask?: number;
  /** DMA_ATTR_SKIP_CPU_SYNC */
  readonly skipSync?: boolean;
}

export interface Refusal {
  readonly ok: false;
  readonly why: 'full' | 'too large' | 'no pool';
  /** The kernel does not even say so: it searches for ever with the area's lock held (until 6.2). */
  readonly neverEnds: boolean;
}

export type MapAnswer = { readonly ok: true; readonly address: number } | Refusal;

export interface AfterMap {
  readonly skipSync?: boolean;
  readonly minAlignMask?: number;
}

const noPool: Refusal = { ok: false, why: 'no pool', neverEnds: false };
const tooLarge: Refusal = { ok: false, why: 'too large', neverEnds: false };
const full: Refusal = { ok: false, why: 'full', neverEnds: false };
const spinning: Refusal = { ok: false, why: 'full', neverEnds: true };

export class BouncePool {
  readonly name: string;
  readonly mechanics: SwiotlbMechanics;
  /** Mappings and allocations that found no slots. */
  failures = 0;
  private readonly backing: Backing;
  private readonly copier: Copier;
  private readonly pools: Pools;
  private lastRule: SearchRule | null = null;
  private lastWish = { overPage: 0, minAlignMask: 0, allocAlignMask: 0 };

  constructor(options: BouncePoolOptions) {
    const { memory, trace, slots, mechanics } = options;
    if (!(slots >= 1)) throw new RangeError(`a pool of ${slots} slots`);
    this.name = options.name ?? 'default';
    this.mechanics = mechanics;
    this.backing = { memory, trace, mechanics };
    this.copier = new Copier(memory, trace, mechanics);
    const hasFixedSize = options.hasFixedSize ?? false;
    const size = hasFixedSize ? { slots, areas: 1 } : wantedSize(slots, options.areas, mechanics);
    const grow = !hasFixedSize && (options.grows ?? false);
    this.pools = new Pools(this.backing, size, { grow, shrink: !hasFixedSize });
  }

  /** Whether there is a pool: false when the guest had no memory for it. */
  get exists(): boolean {
    return this.pools.first !== null;
  }

  /** False: the platform refused to share the pool, and the kernel uses it all the same. */
  get isShared(): boolean {
    return this.pools.isShared;
  }

  get start(): number {
    return this.pools.first?.start ?? 0;
  }

  /** Slots of all pools but transient ones. */
  get slots(): number {
    return this.pools.slots;
  }

  /** Slots in use, of all pools. */
  get used(): number {
    return this.pools.used;
  }

  /** Most slots in use at one time: `io_tlb_used_hiwater`. */
  get peak(): number {
    return this.pools.peak;
  }

  get areas(): number {
    return this.pools.first?.areas ?? 0;
  }

  /** Slots in use in each area of the pool made at boot. */
  get usedByArea(): readonly number[] {
    return this.pools.first?.usedByArea ?? [];
  }

  get copiesToDevice(): number {
    return this.copier.copiesToDevice;
  }

  get bytesToDevice(): number {
    return this.copier.bytesToDevice;
  }

  get copiesFromDevice(): number {
    return this.copier.copiesFromDevice;
  }

  get bytesFromDevice(): number {
    return this.copier.bytesFromDevice;
  }

  /** Copies the kernel cut short with a warning: more was asked for than is mapped. */
  get truncatedCopies(): number {
    return this.copier.truncated;
  }

  /** Free slots from each slot of the pool made at boot to the end of its run: `list`. */
  runs(): readonly number[] {
    const pool = this.pools.first;
    if (pool === null) return [];
    return Array.from({ length: pool.slots }, (_, slot) => pool.table.runAt(slot));
  }

  /** `is_swiotlb_buffer()` */
  has(address: number): boolean {
    return this.pools.poolOf(address) !== null;
  }

  /** `swiotlb_max_mapping_size()` */
  maxMappingSize(minAlignMask = 0): number {
    const most = SEGMENT_SLOTS * SLOT_BYTES;
    return this.mechanics.limitHeedsMinAlign ? most - roundUp(minAlignMask, SLOT_BYTES) : most;
  }

  // ---- streaming mappings ----------------------------------------------------------------------------------

  /** `swiotlb_tbl_map_single()` */
  map(request: MapRequest): MapAnswer {
    const { original, bytes } = request;
    if (!(bytes >= 1)) throw new RangeError(`a mapping of ${bytes} bytes`);
    if (this.pools.first === null) return this.refuse(original, bytes, noPool);
    const { mechanics } = this;
    const minAlignMask = mechanics.hasMinAlignMask ? (request.minAlignMask ?? 0) : 0;
    const allocAlignMask = mechanics.hasAllocAlignMask ? (request.allocAlignMask ?? 0) : 0;
    const offset = slotOffset(original, minAlignMask);
    const padding = mechanics.hasPadSlots
      ? (original & minAlignMask & (allocAlignMask | (SLOT_BYTES - 1))) >>> 0
      : offset;
    // Until 6.9 the caller rounds the size (iommu_dma_map_page()), and the offset comes on top.
    const size = mechanics.roundsWithOffset
      ? roundUp(bytes + padding, allocAlignMask + 1)
      : roundUp(bytes, allocAlignMask + 1) + padding;
    const place = this.pools.find(request.cpu ?? 0, {
      original,
      size,
      offset,
      rule: this.ruleOf(size, minAlignMask, allocAlignMask),
      boundary: request.boundaryMask === undefined ? Infinity : request.boundaryMask + 1,
    });
    if (typeof place === 'number') {
      if (place === NEVER_ENDS) return this.refuse(original, bytes, spinning);
      return this.refuse(original, bytes, slotsOf(size) > SEGMENT_SLOTS ? tooLarge : full);
    }
    const pads = Math.floor(padding / SLOT_BYTES);
    const slot = place.slot + pads;
    place.pool.table.remember(slot, slotsOf(size) - pads, original, pads);
    const address = place.pool.addressOf(slot) + offset;
    this.backing.trace.step('kernel', 'bounce slots taken', address, bytes);
    if (this.copiesAtMap(request)) this.copier.copy(place.pool, address, bytes, 'device', minAlignMask);
    return { ok: true, address };
  }

  /** `swiotlb_sync_single_for_device()`. False: the address is no bounce buffer. */
  syncForDevice(address: number, bytes: number, direction: Direction, after: AfterMap = {}): boolean {
    const pool = this.pools.poolOf(address);
    if (pool === null) return false;
    if (this.mechanics.syncForDeviceCopies === 'all' || direction !== 'from-device')
      this.copier.copy(pool, address, bytes, 'device', this.minAlignOf(after));
    return true;
  }

  /** `swiotlb_sync_single_for_cpu()`. False: the address is no bounce buffer. */
  syncForCpu(address: number, bytes: number, direction: Direction, after: AfterMap = {}): boolean {
    const pool = this.pools.poolOf(address);
    if (pool === null) return false;
    if (direction !== 'to-device') this.copier.copy(pool, address, bytes, 'guest', this.minAlignOf(after));
    return true;
  }

  /**
   * `swiotlb_tbl_unmap_single()`. False: the address is no bounce buffer.
   *
   * The kernel believes what it is told. A wrong direction decides whether data comes back. Too many bytes are cut off
   * with a warning since 5.12, copied before. A wrong size frees what was recorded at map since 5.13; before, as many
   * slots as it says: a smaller one loses slots, a larger one frees another mapping's.
   */
  unmap(address: number, bytes: number, direction: Direction, after: AfterMap = {}): boolean {
    const pool = this.pools.poolOf(address);
    if (pool === null) return false;
    const minAlignMask = this.minAlignOf(after);
    if (!(after.skipSync ?? false) && direction !== 'to-device')
      this.copier.copy(pool, address, bytes, 'guest', minAlignMask);
    if (pool.isTransient) this.pools.drop(pool);
    else this.free(pool, address, bytes, minAlignMask);
    return true;
  }

  // ---- slots for coherent memory ---------------------------------------------------------------------------

  /** `swiotlb_alloc()`: slots of a restricted pool as pages. Null: there are none, or none that are pages. */
  allocateSlots(bytes: number, cpu = 0): number | null {
    if (this.pools.first === null) return null;
    const { pageSize } = this.backing.memory;
    const pages = Math.ceil(bytes / pageSize);
    const alignMask = this.mechanics.alignsCoherent ? roundUpToPowerOfTwo(pages) * pageSize - 1 : 0;
    const rule = this.ruleOf(bytes, 0, alignMask);
    const place = this.pools.find(cpu, { original: 0, size: bytes, offset: 0, rule, boundary: Infinity });
    if (typeof place === 'number') {
      this.refuse(0, bytes, full);
      return null;
    }
    const address = place.pool.addressOf(place.slot);
    this.backing.trace.step('kernel', 'bounce slots allocated', address, bytes);
    if (address % pageSize === 0) return address;
    if (this.mechanics.alignsCoherent) {
      this.free(place.pool, address, bytes, 0);
      return null;
    }
    // Until 6.8 the page is handed out that the slots begin in, with whatever else is in it: CVE-2024-35814.
    return address - (address % pageSize);
  }

  /** `swiotlb_free()`. False: the address is none of the pool. */
  freeSlots(address: number, bytes: number): boolean {
    const pool = this.pools.poolOf(address);
    if (pool === null) return false;
    this.free(pool, address, bytes, 0);
    return true;
  }

  // ---- growth ----------------------------------------------------------------------------------------------

  /** Whether the worker that makes another pool is scheduled: a search has failed. */
  get isGrowthScheduled(): boolean {
    return this.pools.isGrowthScheduled;
  }

  /** Runs the scheduled worker, `swiotlb_dyn_alloc()`. False: it was not scheduled, or there was no memory. */
  grow(): boolean {
    return this.pools.grow();
  }

  /** Gives the records of slots to the next pool. The pool must not be used afterwards. */
  release(): void {
    this.pools.release();
  }

  // ---- inside ----------------------------------------------------------------------------------------------

  private copiesAtMap(request: MapRequest): boolean {
    if (this.mechanics.mapHonoursSkipSync && (request.skipSync ?? false)) return false;
    return this.mechanics.mapCopies === 'all' || request.direction !== 'from-device';
  }

  private minAlignOf(after: AfterMap): number {
    return this.mechanics.hasMinAlignMask ? (after.minAlignMask ?? 0) : 0;
  }

  private ruleOf(size: number, minAlignMask: number, allocAlignMask: number): SearchRule {
    const { pageSize } = this.backing.memory;
    // All that a rule asks of the size: more than a page, a page, or less.
    const overPage = Math.sign(size - pageSize);
    const { lastRule, lastWish } = this;
    if (
      lastRule !== null &&
      lastWish.overPage === overPage &&
      lastWish.minAlignMask === minAlignMask &&
      lastWish.allocAlignMask === allocAlignMask
    )
      return lastRule;
    const rule = searchRule({ size, minAlignMask, allocAlignMask, pageSize }, this.mechanics);
    this.lastRule = rule;
    this.lastWish = { overPage, minAlignMask, allocAlignMask };
    return rule;
  }

  /** `swiotlb_release_slots()` */
  private free(pool: SlotPool, address: number, bytes: number, minAlignMask: number): void {
    const offset = slotOffset(address, minAlignMask);
    const at = pool.slotAt(address - offset);
    const slot = at - pool.table.padsBefore(at);
    const isByRecord = this.mechanics.frees === 'by record';
    const count = slotsOf((isByRecord ? pool.table.sizeAt(slot) : bytes) + offset);
    this.pools.give(pool, slot, count);
    this.backing.trace.step('kernel', 'bounce slots freed', pool.addressOf(slot), count * SLOT_BYTES);
  }

  private refuse(original: number, bytes: number, answer: Refusal): Refusal {
    this.failures += 1;
    const why = answer.why === 'no pool' && this.mechanics.panicsWithoutPool ? 'panic: no pool' : answer.why;
    this.backing.trace.step('kernel', 'bounce map failed', original, bytes, why);
    return answer;
  }
}
