/** The memory of copies that no cache is to hold. */
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

export interface ColdMemory {
  readonly mebibytes: number;
  /** False: so little could be had that caches hold a good part of it. */
  readonly isBeyondCaches: boolean;
}

const MIB = 1 << 20;
/** Of random places in a region of as many times the largest cache, the cache holds a sixteenth at most. */
const BEYOND = 16;
/** An eighth of what is copied in a cache: the least that still counts as cold. */
const BARELY_BEYOND = 8;

/** A GiB, or more where caches are large; a quarter of what is free to this process at most. */
export function coldMemory(isQuick: boolean): ColdMemory {
  const cache = largestCacheMebibytes();
  const wanted = isQuick ? Math.max(512, BARELY_BEYOND * cache) : Math.max(1024, BEYOND * cache);
  // In a container the system's free memory is not all its own; 0, or more than there is, where nothing constrains.
  const constrained = process.constrainedMemory() || Infinity;
  const spare = Math.floor(Math.min(freemem(), constrained) / 4 / MIB);
  // Even, as huge pages are 2 MiB. 64 MiB is little enough for any machine.
  const mebibytes = Math.max(64, 2 * Math.floor(Math.min(wanted, spare) / 2));
  return { mebibytes, isBeyondCaches: mebibytes >= BARELY_BEYOND * cache };
}

/** 0 where the system does not say. Documentation/ABI/testing/sysfs-devices-system-cpu of Linux 6.12. */
function largestCacheMebibytes(): number {
  const sizes = [0, 1, 2, 3, 4].map((index) =>
    cacheKibibytes(`/sys/devices/system/cpu/cpu0/cache/index${index}/size`),
  );
  return Math.ceil(Math.max(...sizes) / 1024);
}

function cacheKibibytes(file: string): number {
  try {
    return Number(/^(\d+)K/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
