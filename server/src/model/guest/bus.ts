/**
 * Between guest-physical memory and a device that takes bus addresses: nothing, a fixed offset, or a table (an IOMMU's, or
 * Xen's grants, whose references are addresses to the device).
 */
import type { GuestMemory } from '../memory/guest-memory.js';
import type { DmaRelation } from '../scenario.js';

/**
 * A direct mapping with an offset: powerpc's direct window starts at 2^59, a CCA realm's shared half at the top bit of
 * its address space. 2^47 stands for them; numbers here end at 2^53.
 */
export const BUS_OFFSET = 2 ** 47;

/** IOVAs are given from below 4 GiB downwards (drivers/iommu/iova.c). */
const IOVA_TOP = 2 ** 32;

export class Bus {
  private readonly relation: DmaRelation;
  private readonly pageSize: number;
  /** IOVA page -> physical page. */
  private readonly table = new Map<number, number>();
  private next: number;

  constructor(memory: GuestMemory, relation: DmaRelation) {
    this.relation = relation;
    this.pageSize = memory.pageSize;
    this.next = IOVA_TOP / this.pageSize;
  }

  /** The bus address of memory in the direct mapping. */
  direct(physical: number): number {
    return this.relation === 'offset' ? physical + BUS_OFFSET : physical;
  }

  /** A bus address for a range of memory, entered in the table. */
  translate(physical: number, bytes: number): number {
    const first = Math.floor(physical / this.pageSize);
    const last = Math.floor((physical + Math.max(bytes, 1) - 1) / this.pageSize);
    this.next -= last - first + 1;
    for (let i = 0; i <= last - first; i += 1) this.table.set(this.next + i, first + i);
    return this.next * this.pageSize + (physical % this.pageSize);
  }

  forget(address: number, bytes: number): void {
    const first = Math.floor(address / this.pageSize);
    const last = Math.floor((address + Math.max(bytes, 1) - 1) / this.pageSize);
    for (let page = first; page <= last; page += 1) this.table.delete(page);
  }

  /** Where an address leads on the bus; null: nowhere, the access is stopped. */
  resolve(address: number): number | null {
    switch (this.relation) {
      case 'equal':
        return address;
      case 'offset':
        return address >= BUS_OFFSET ? address - BUS_OFFSET : null;
      case 'translated': {
        const page = this.table.get(Math.floor(address / this.pageSize));
        return page === undefined ? null : page * this.pageSize + (address % this.pageSize);
      }
    }
  }
}
