/** What bouncing one request costs the guest's CPU: every mapping takes slots and is copied whole. */
import { copyNs } from './copies.js';
import { type Interval, sum, times, zero } from './interval.js';
import type { MachineCosts, PlatformCosts } from './parameter.js';
import { mappedSlotsNs, slotsOfMapping } from './slots.js';

/** One streaming mapping of a request. */
export interface Mapping {
  readonly bytes: number;
  /** Then it is copied back as well, when it is unmapped. */
  readonly deviceWrites: boolean;
  /** False: not copied to the pool when it is mapped, as kernels before 5.17 leave what only the device writes. Default: true. */
  readonly isCopiedIn?: boolean;
}

export interface BounceCost {
  /** Both ways. */
  readonly copyNs: Interval;
  /** Slots found and given back, and the way there. */
  readonly slotNs: Interval;
  readonly totalNs: Interval;
  readonly copiedBytes: number;
  readonly slots: number;
  /** Times the pool's lock is taken: to find slots, to give them back. */
  readonly acquisitions: number;
}

/**
 * Copies are taken to be cold on both sides: the search walks through the whole pool before it comes back to a slot, and
 * a buffer was last touched by the device, or not at all. `probes`: slots looked at for one mapping.
 */
export function bounceCost(
  mappings: readonly Mapping[],
  machine: MachineCosts,
  platform: PlatformCosts,
  probes = 1,
): BounceCost {
  const copies = {
    hotNsPerByte: machine.copyHotNsPerByte,
    coldNsPerByte: platform.copyColdNsPerByte,
    coldFixedNs: machine.copyColdFixedNs,
  };
  let copying = zero;
  let slotting = zero;
  let copiedBytes = 0;
  let slots = 0;
  for (const { bytes, deviceWrites, isCopiedIn = true } of mappings) {
    const ways = (isCopiedIn ? 1 : 0) + (deviceWrites ? 1 : 0);
    copying = sum(copying, times(ways, copyNs(bytes, 'both cold', copies)));
    copiedBytes += ways * bytes;
    const count = slotsOfMapping(bytes);
    slotting = sum(slotting, machine.dmaCallNs, mappedSlotsNs(count, probes, machine));
    slots += count;
  }
  return {
    copyNs: copying,
    slotNs: slotting,
    totalNs: sum(copying, slotting),
    copiedBytes,
    slots,
    acquisitions: 2 * mappings.length,
  };
}
