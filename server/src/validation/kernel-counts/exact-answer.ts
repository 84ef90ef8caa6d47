/** The exact layer's answer to a scenario: the same counts as the machine's, without a run. */
import { exactRun, type Setting } from '../../model/exact/index.js';
import type { Scenario } from '../../model/scenario.js';
import type { Compared } from './compare.js';

/** 256 KiB: IO_TLB_SEGSIZE slots of 2 KiB (include/linux/swiotlb.h, 6.1 and 6.12). */
const MOST_MAPPED = 262144;

export function exactAnswer(scenario: Scenario): Compared {
  const { obstacle, ...counts } = exactRun(settingOf(scenario), scenario.requests ?? []);
  return { ...counts, isExhausted: obstacle !== null };
}

/** A scenario of a plain guest, as every row is of one: bounced if the device offers the bit and bouncing is forced. */
export function settingOf({ device, driver, queue, swiotlb, policy }: Scenario): Setting {
  const isBounced = device.offersAccessPlatform && swiotlb?.mode === 'force';
  return {
    device: device.class,
    queue: {
      layout: queue?.layout ?? 'split',
      size: queue?.size ?? 256,
      indirect: queue?.indirect ?? true,
      eventIdx: queue?.eventIdx ?? true,
    },
    pageSize: 4096,
    isBounced,
    usesDmaApi: device.offersAccessPlatform,
    maxMapping: isBounced ? MOST_MAPPED : Number.POSITIVE_INFINITY,
    buffers: driver?.receiveBuffers ?? 'mergeable',
    release: policy,
    ...(driver?.mtu === undefined ? {} : { mtu: driver.mtu }),
    ...(swiotlb?.slots === undefined ? {} : { poolSlots: swiotlb.slots }),
  };
}
