/** How large the pool is that a guest gets at boot. */
import { swiotlbOf } from '../bounce/mechanics.js';
import { limitAreas, type PoolSize, wantedSize } from '../bounce/sizing.js';
import { platformOf } from '../guest/platforms.js';
import type { PlatformId } from '../scenario.js';

/** What is asked for; null: what the platform sets up by itself, an area for each CPU. */
export interface PoolWish {
  readonly slots: number | null;
  readonly areas: number | null;
  readonly memoryBytes: number;
  readonly cpus: number;
  /** Whose swiotlb it is. */
  readonly release: string;
}

/** As the kernel rounds it: a pool with areas is a power of two, of a segment for each area at least. */
export function poolSizeOf(platform: PlatformId, wish: PoolWish): PoolSize {
  const { poolSlots, hasRestrictedPool } = platformOf(platform);
  const slots = wish.slots ?? poolSlots(wish.memoryBytes);
  // rmem_swiotlb_device_init() of 6.12: the size is the device tree's, and there is one area.
  if (hasRestrictedPool) return { slots, areas: 1 };
  const mechanics = swiotlbOf(wish.release);
  const size = wantedSize(slots, wish.areas ?? wish.cpus, mechanics);
  return { slots: size.slots, areas: limitAreas(size.areas, size.slots, mechanics) };
}
