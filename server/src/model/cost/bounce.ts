/** What bouncing one request costs the guest's CPU: every mapping takes slots and is copied whole. */
import { copyNs } from './curves/copies.js';
import { mappedSlotsNs, slotsOfMapping } from './curves/slots.js';
import { type Interval, sum } from './interval.js';
import type { MachineCosts, PlatformCosts } from './parameter.js';

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
  const copyTotal = { low: 0, mid: 0, high: 0 };
  const slotTotal = { low: 0, mid: 0, high: 0 };
  let copiedBytes = 0;
  let slots = 0;
  // Most mappings of a request are alike: what one costs is worked out once for all that follow it.
  let last = mappingCost(0, copies, machine, probes);
  for (const { bytes, deviceWrites, isCopiedIn = true } of mappings) {
    if (last.bytes !== bytes) last = mappingCost(bytes, copies, machine, probes);
    const ways = (isCopiedIn ? 1 : 0) + (deviceWrites ? 1 : 0);
    addTimes(copyTotal, ways, last.copyNs);
    addTimes(slotTotal, 1, last.slotNs);
    copiedBytes += ways * bytes;
    slots += last.slots;
  }
  return {
    copyNs: copyTotal,
    slotNs: slotTotal,
    totalNs: sum(copyTotal, slotTotal),
    copiedBytes,
    slots,
    acquisitions: 2 * mappings.length,
  };
}

/** Of a mapping of this many bytes: one copy, and its slots. */
interface OneMapping {
  readonly bytes: number;
  readonly copyNs: Interval;
  readonly slotNs: Interval;
  readonly slots: number;
}

function mappingCost(
  bytes: number,
  copies: Parameters<typeof copyNs>[2],
  machine: MachineCosts,
  probes: number,
): OneMapping {
  const slots = slotsOfMapping(bytes);
  return {
    bytes,
    copyNs: copyNs(bytes, 'both cold', copies),
    slotNs: sum(machine.dmaCallNs, mappedSlotsNs(slots, probes, machine)),
    slots,
  };
}

/** Adds a term so many times to a sum in the making. */
function addTimes(
  total: { -readonly [Bound in keyof Interval]: number },
  times: number,
  term: Interval,
): void {
  total.low += times * term.low;
  total.mid += times * term.mid;
  total.high += times * term.high;
}
