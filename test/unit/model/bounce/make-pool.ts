import { BouncePool, type BouncePoolOptions, swiotlbOf } from '../../../../server/src/model/bounce/pool.js';
import { GuestMemory, type Protection } from '../../../../server/src/model/memory/guest-memory.js';
import { Trace } from '../../../../server/src/model/trace.js';

export interface Made {
  readonly memory: GuestMemory;
  readonly trace: Trace;
  readonly pool: BouncePool;
  /** 1 MiB of the guest's own memory, aligned to 64 KiB, each byte told from its neighbours. */
  readonly buffer: number;
}

export interface Wish extends Partial<Omit<BouncePoolOptions, 'memory' | 'trace' | 'mechanics'>> {
  readonly pageSize?: number;
  readonly memoryBytes?: number;
  readonly protection?: Protection;
  readonly failsConversion?: (ordinal: number) => boolean;
}

export const encrypted: Protection = { deviceReads: 'ciphertext', content: 'destroyed', canFail: false };

const content = bytesFrom(1 << 20, 7);

export function makePool(release: string, wish: Wish = {}): Made {
  const {
    pageSize = 4096,
    memoryBytes = 2 ** 30,
    protection = encrypted,
    failsConversion,
    ...options
  } = wish;
  const trace = new Trace(true);
  const memory = new GuestMemory({
    pageSize,
    size: memoryBytes,
    protection,
    trace,
    ...(failsConversion === undefined ? {} : { failsConversion }),
  });
  const buffer = memory.allocate(1 << 20);
  memory.write(buffer, content);
  const pool = new BouncePool({
    memory,
    trace,
    slots: 1024,
    areas: 1,
    mechanics: swiotlbOf(release),
    ...options,
  });
  return { memory, trace, pool, buffer };
}

export function bytesFrom(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 17 + seed) & 255);
}

/** The slot of the boot pool that an address is in. */
export function slotOf(made: Made, address: number): number {
  return Math.floor((address - made.pool.start) / 2048);
}

/** Maps, and says which slot it got; fails the test where there is none. */
export function mapped(
  made: Made,
  bytes: number,
  more: Partial<Parameters<BouncePool['map']>[0]> = {},
): number {
  const answer = made.pool.map({ original: made.buffer, bytes, direction: 'to-device', ...more });
  if (!answer.ok) throw new Error(`not mapped: ${answer.why}`);
  return answer.address;
}
