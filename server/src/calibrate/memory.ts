/** How much memory a calibration may touch. */
import { freemem } from 'node:os';

const MIB = 1 << 20;

/** Many times the largest caches: a GiB. Less where that is more than a quarter of what is free to this process. */
export function coldMebibytes(isQuick: boolean): number {
  const most = isQuick ? 128 : 1024;
  // In a container the system's free memory is not all its own; 0, or more than there is, where nothing constrains.
  const constrained = process.constrainedMemory() || Infinity;
  const spare = Math.floor(Math.min(freemem(), constrained) / 4 / MIB);
  // Even, as huge pages are 2 MiB. 64 MiB is more than most caches, and little enough for any machine.
  return Math.max(64, 2 * Math.floor(Math.min(most, spare) / 2));
}
