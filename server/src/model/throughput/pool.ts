/**
 * Whether a bounce pool is large enough: what receive rings keep for good, what requests in flight take, and what is left
 * to find a free run in.
 */
import { SEGMENT_SLOTS, SLOT_BYTES } from '../bounce/units.js';
import { exactCost, layoutsOf } from '../exact/index.js';
import { platformOf } from '../guest/platforms.js';
import type { PlatformId } from '../scenario.js';
import { poolSizeOf } from './pool-size.js';

export interface PoolQuestion {
  readonly platform: PlatformId;
  readonly memoryBytes: number;
  /** The pool has an area for each: that rounds its size up. */
  readonly cpus: number;
  /** As `swiotlb=` says it; null: what the platform sets up by itself. */
  readonly slots: number | null;
  readonly queuePairs: number;
  readonly ringSize: number;
  readonly disks: number;
  readonly disk: { readonly queues: number; readonly depth: number; readonly requestBytes: number };
}

export interface PoolDemand {
  readonly of: 'receive rings' | 'packets sent' | 'disk requests';
  readonly slots: number;
  readonly kind: 'posted' | 'in flight';
}

export interface PoolAnswer {
  readonly slots: number;
  readonly demands: readonly PoolDemand[];
  /** Of one receive ring, one packet of 64 KiB, one disk request. */
  readonly each: { readonly ring: number; readonly packet: number; readonly request: number };
  readonly posted: number;
  readonly atMost: number;
  /**
   * `fails`: something can never be mapped. `tight`: all fits by number, but a long mapping needs a free run in one
   * segment, and those run out before the slots do.
   */
  readonly verdict: 'fits' | 'tight' | 'fails';
  /** What falls over first. */
  readonly first: 'transmit' | 'refill' | 'requests' | null;
  /** Fewest queue pairs with rings of this size that pin the whole pool. */
  readonly pairsThatFill: number;
  /** Disk requests in flight that fit beside what is posted. */
  readonly requestsThatFit: number;
  /** A power of two with room to spare; null: the pool has it. */
  readonly recommended: number | null;
}

/** Whose drivers and pool they are. */
const RELEASE = 'v6.12';

/** GSO hands a driver packets of up to 64 KiB, in pages. */
const PACKET_BYTES = 65_536;

/** Packets in transmission on each queue while its ring drains: a burst of the network stack (NAPI_POLL_WEIGHT / 4). */
const PACKETS_IN_FLIGHT = 16;

/**
 * Real kernels logged "buffer is full" at 680 to 1014 of 1024 slots in use, and at 3505 of 4096: from two thirds on
 * (test/oracle, block requests of 1 MiB in a small pool).
 */
const TIGHT_FROM = 2 / 3;

export function poolDemand(q: PoolQuestion): PoolAnswer {
  const { slots } = poolSizeOf(q.platform, { ...q, areas: null, release: RELEASE });
  const pageSize = platformOf(q.platform).pageSizes[0] ?? 4096;
  const queue = { layout: 'split', size: q.ringSize, indirect: true, eventIdx: true } as const;
  const bounced = {
    queue,
    pageSize,
    isBounced: true,
    isAligned: true,
    maxMapping: SEGMENT_SLOTS * SLOT_BYTES,
  } as const;
  const ring = exactCost({ ...bounced, device: 'net', op: 'rx', segments: [1500] }).slotsAtRest;
  const packetPages = layoutsOf(PACKET_BYTES, bounced).many;
  const packet = exactCost({ ...bounced, device: 'net', op: 'tx', segments: packetPages }).slots;
  const diskPages = layoutsOf(q.disk.requestBytes, bounced).many;
  const request = exactCost({ ...bounced, device: 'blk', op: 'write', segments: diskPages }).slots;

  const posted = ring * q.queuePairs;
  const sent = packet * Math.min(PACKETS_IN_FLIGHT, q.ringSize) * q.queuePairs;
  const requests = request * q.disks * q.disk.queues * q.disk.depth;
  const atMost = posted + sent + requests;
  const first = firstToFail(q, slots, { posted, packet, request });
  const demands: PoolDemand[] = [
    { of: 'receive rings', slots: posted, kind: 'posted' },
    { of: 'packets sent', slots: sent, kind: 'in flight' },
    { of: 'disk requests', slots: requests, kind: 'in flight' },
  ];
  return {
    slots,
    demands: demands.filter((demand) => demand.slots > 0),
    each: { ring, packet, request },
    posted,
    atMost,
    verdict: first !== null ? 'fails' : atMost > slots * TIGHT_FROM ? 'tight' : 'fits',
    first,
    pairsThatFill: Math.ceil(slots / ring),
    requestsThatFit: Math.max(0, Math.floor((slots - posted) / request)),
    recommended: atMost > slots * TIGHT_FROM ? powerOfTwoFrom(atMost / TIGHT_FROM) : null,
  };
}

function firstToFail(
  q: PoolQuestion,
  slots: number,
  { posted, packet, request }: { readonly posted: number; readonly packet: number; readonly request: number },
): PoolAnswer['first'] {
  if (q.queuePairs > 0 && posted > slots) return 'refill';
  if (q.queuePairs > 0 && posted + Math.min(packet, SEGMENT_SLOTS) > slots) return 'transmit';
  return q.disks > 0 && posted + request > slots ? 'requests' : null;
}

function powerOfTwoFrom(least: number): number {
  let slots = SEGMENT_SLOTS;
  while (slots < least) slots *= 2;
  return slots;
}
