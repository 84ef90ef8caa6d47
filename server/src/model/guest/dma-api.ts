/**
 * The DMA API of the guest: the direct mapping with its bounce buffers (kernel/dma/direct.c), an IOMMU (dma-iommu.c) and
 * Xen grants (drivers/xen/grant-dma-ops.c), each giving the device the address it would really give.
 */
import type { BouncePool, Direction } from '../bounce/pool.js';
import { type GuestMemory, hex } from '../memory/guest-memory.js';
import type { DmaRelation } from '../scenario.js';
import type { Trace } from '../trace.js';
import type { Bus } from './bus.js';

export interface Mapping {
  /** What the device is told. */
  readonly address: number;
  readonly original: number;
  readonly bytes: number;
  readonly direction: Direction;
  /** Where the bytes are that the device is to see: the original, or its bounce slots. */
  readonly data: number;
  readonly isBounced: boolean;
}

export type MapResult = Mapping | { readonly failed: 'full' | 'too large' | 'no pool' };

export interface CoherentMemory {
  readonly physical: number;
  readonly address: number;
  readonly bytes: number;
}

export interface DmaApiOptions {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  readonly bus: Bus;
  readonly relation: DmaRelation;
  /** Null: the guest has no pool. */
  readonly pool: BouncePool | null;
  /** Whether every streaming mapping of the direct mapping is bounced: `is_swiotlb_force_bounce()`. */
  readonly isForced: boolean;
  /** Whether rings are allocated from the pool: `is_swiotlb_for_alloc()`. */
  readonly isPoolForAllocation: boolean;
  /** `dma_set_decrypted()` of kernel/dma/direct.c:76: coherent memory is made shared. */
  readonly sharesCoherent: boolean;
  /** Bit that the address of a private page carries: `phys_to_dma()` of include/linux/dma-direct.h:97. */
  readonly encryptionBit: number;
}

export class DmaApi {
  /** Streaming mappings made so far. */
  maps = 0;
  private readonly o: DmaApiOptions;

  constructor(options: DmaApiOptions) {
    this.o = options;
  }

  /** `dma_map_page()`. The address space of the direct mapping is dma_direct_map_page(), kernel/dma/direct.h:85. */
  map(original: number, bytes: number, direction: Direction): MapResult {
    const { bus, pool, trace, relation } = this.o;
    if (relation === 'translated') {
      const address = bus.translate(original, bytes);
      this.maps += 1;
      trace.step('kernel', 'IOMMU mapping', address, bytes, `of ${hex(original)}`);
      return { address, original, bytes, direction, data: original, isBounced: false };
    }
    if (!this.o.isForced) {
      const address = bus.direct(original) + this.o.encryptionBit;
      this.maps += 1;
      trace.step('kernel', 'direct mapping', address, bytes, `of ${hex(original)}`);
      return { address, original, bytes, direction, data: original, isBounced: false };
    }
    if (pool === null) return { failed: 'no pool' };
    const slot = pool.map({ original, bytes, direction });
    if (!slot.ok) return { failed: slot.why };
    this.maps += 1;
    return {
      address: bus.direct(slot.address),
      original,
      bytes,
      direction,
      data: slot.address,
      isBounced: true,
    };
  }

  unmap(mapping: Mapping): void {
    const { bus, pool, trace, relation } = this.o;
    if (mapping.isBounced) pool?.unmap(mapping.data, mapping.bytes, mapping.direction);
    else {
      if (relation === 'translated') bus.forget(mapping.address, mapping.bytes);
      trace.step('kernel', 'unmapped', mapping.address, mapping.bytes);
    }
  }

  /** `dma_alloc_coherent()`: null when there is no memory that could serve. */
  allocate(bytes: number): CoherentMemory | null {
    const { memory, trace, bus, pool, relation } = this.o;
    if (this.o.isPoolForAllocation && relation !== 'translated') {
      const slots = pool?.allocateSlots(bytes) ?? null;
      if (slots === null) return null;
      memory.zero(slots, bytes);
      trace.step('kernel', 'coherent memory from the restricted pool', slots, bytes);
      return { physical: slots, address: bus.direct(slots), bytes };
    }
    const physical = memory.allocate(bytes);
    if (physical < 0) return null;
    if (relation === 'translated') {
      // iommu_dma_alloc() of v6.12 has no counterpart of dma_set_decrypted().
      trace.step('kernel', 'coherent memory behind the IOMMU', physical, bytes);
      return { physical, address: bus.translate(physical, bytes), bytes };
    }
    const isShared = this.o.sharesCoherent && memory.share(physical, bytes);
    if (this.o.sharesCoherent && !isShared) return null;
    trace.step('kernel', 'coherent memory', physical, bytes, isShared ? 'shared' : '');
    memory.zero(physical, bytes);
    const address = bus.direct(physical) + (isShared ? 0 : this.o.encryptionBit);
    return { physical, address, bytes };
  }

  /** `dma_free_coherent()`. What cannot be made private again is leaked, never freed. */
  release(coherent: CoherentMemory): void {
    const { memory, bus, pool, relation } = this.o;
    if (this.o.isPoolForAllocation && relation !== 'translated') {
      pool?.freeSlots(coherent.physical, coherent.bytes);
      return;
    }
    if (relation === 'translated') bus.forget(coherent.address, coherent.bytes);
    if (this.o.sharesCoherent && !memory.unshare(coherent.physical, coherent.bytes)) return;
    memory.free(coherent.physical, coherent.bytes);
  }
}
