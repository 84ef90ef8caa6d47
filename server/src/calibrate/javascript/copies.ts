/** Copies as long as JavaScript can time them: a call of `copyWithin` is small against 64 KiB, not against 64 bytes. */
import { measure, type Plan, type Runs } from './runs.js';

const KIB = 1024;
const PAGE = 4096;

export function measureCopies(plan: Plan): ReadonlyMap<string, Runs> {
  const area = new Uint8Array(plan.coldBytes).fill(1);
  return new Map([
    ['copy-hot-64k', measure(plan, (copies) => copyHot(area, copies))],
    ['copy-cold-64k', measure(plan, coldCopier(area, 64 * KIB))],
    ['copy-cold-256k', measure(plan, coldCopier(area, 256 * KIB))],
  ]);
}

function copyHot(area: Uint8Array, copies: number): void {
  for (let i = 0; i < copies; i += 1) area.copyWithin(0, 64 * KIB, 128 * KIB);
}

/** From a random page of one half to a random page of the other: both were touched last as long ago as the area is large. */
function coldCopier(area: Uint8Array, bytes: number): (copies: number) => void {
  const half = area.length / 2;
  const places = Math.floor((half - bytes) / PAGE);
  let random = 0x9e3779b9;
  const place = (): number => {
    // xorshift32 (Marsaglia, 2003)
    random ^= random << 13;
    random ^= random >>> 17;
    random ^= random << 5;
    return ((random >>> 0) % places) * PAGE;
  };
  return (copies) => {
    for (let i = 0; i < copies; i += 1) {
      const from = place();
      area.copyWithin(half + place(), from, from + bytes);
    }
  };
}
