/** What requests of the code under review cost where they are bounced, against a plain guest: an interval, never a figure. */
import {
  type CostParameters,
  costParameters,
  type Evidence,
  estimate,
  guestWork,
  type Interval,
  type Loss,
  type Mapping,
  type Workload as Stream,
  slotsOfMapping,
  type Term,
  usualBackend,
} from '../../model/cost/index.js';
import { type DeviceClass, type PlatformId, platformOf } from '../../model/index.js';
import type { Bounds, Piece, Workload } from '../workload/index.js';

/** Throughput against the same requests in a plain guest. */
export interface ThroughputRatio extends Interval {
  /** What holds the protected guest's rate. */
  readonly binding: Term;
  /** What protection adds most of. */
  readonly loss: Loss | null;
  /** The weakest of the figures it rests on. */
  readonly evidence: Evidence;
  /** Of which requests, in words. */
  readonly of: string;
}

/** The steady stream a ratio is of: like requests on one queue of 256 entries, and a guest with 16 GiB that halts. */
const DEPTH = 32;
const RING_SIZE = 256;
const MEMORY = 16 * 2 ** 30;

/** Where the code leaves a size open: what most requests are, and what large ones are. */
const USUAL_BYTES = 4096;
const LARGE_BYTES = 2 ** 20;

const probe: readonly Mapping[] = [
  { bytes: 16, deviceWrites: false },
  { bytes: USUAL_BYTES, deviceWrites: true },
  { bytes: 1, deviceWrites: true },
  { bytes: 48, deviceWrites: false },
];

/** By platform: every place that is bounced there has the same. */
const usualRatios = new Map<PlatformId, ThroughputRatio>();

/** Of a 4 KiB read from a virtio disk: where a place decides for devices of every class. */
export function usualRatio(platform: PlatformId): ThroughputRatio {
  const known = usualRatios.get(platform);
  if (known !== undefined) return known;
  const answer = ratioOf(platform, 'blk', probe, USUAL_BYTES, costParameters);
  const ratio = { ...answer, of: `4 KiB reads of a disk, ${DEPTH} in flight` };
  usualRatios.set(platform, ratio);
  return ratio;
}

/**
 * Of the requests one call makes. Sizes the code fixes are taken as they are; open ones from the least to 1 MiB, with the
 * guess at 4 KiB. Null: the call adds nothing that is mapped request by request.
 */
export function workloadRatio(platform: PlatformId, workload: Workload): ThroughputRatio | null {
  if (workload.mapping.by === 'none' || workload.pieces.length === 0) return null;
  const deviceClass = workload.deviceClass ?? 'blk';
  const sized = (size: Size): Sized => {
    const request = requestOf(workload, size);
    const { mappings, payload } = request;
    return { ...ratioOf(platform, deviceClass, mappings, payload, costParameters), ...request };
  };
  const small = sized('least');
  const isFixed = workload.pieces.every(({ bytes, segments }) => isExact(bytes) && isExact(segments));
  const usual = isFixed ? small : sized('usual');
  const large = isFixed ? small : sized('most');
  return {
    low: Math.min(small.low, usual.low, large.low),
    mid: usual.mid,
    high: Math.max(small.high, usual.high, large.high),
    binding: usual.binding,
    loss: usual.loss,
    evidence: usual.evidence,
    of:
      small.payload === large.payload
        ? bytesWords(usual.payload)
        : `${bytesWords(small.payload)} to ${bytesWords(large.payload)}, the guess at ${bytesWords(usual.payload)}`,
  };
}

type Sized = ReturnType<typeof ratioOf> & Request;

// ---- requests

interface Request {
  readonly mappings: readonly Mapping[];
  readonly payload: number;
}

type Size = 'least' | 'usual' | 'most';

function requestOf(workload: Workload, size: Size): Request {
  const pieces = oneDirection(workload.pieces);
  const mappings = pieces.flatMap((piece) => mappingsOf(piece, size));
  const table = mappings.length > 1 ? [{ bytes: 16 * mappings.length, deviceWrites: false }] : [];
  const payload = mappings.reduce((sum, { bytes }) => sum + bytes, 0);
  return { mappings: [...mappings, ...table], payload };
}

/** A list that goes either way is in a request once; reading it from the device is the dearer of the two. */
function oneDirection(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.filter(
    (piece) =>
      piece.direction === 'in' ||
      !pieces.some((other) => other.list === piece.list && other.direction === 'in'),
  );
}

function mappingsOf({ bytes, segments, direction }: Piece, size: Size): readonly Mapping[] {
  const each = within(bytes, size === 'least' ? bytes.least : size === 'usual' ? USUAL_BYTES : LARGE_BYTES);
  const fitting = Math.max(1, Math.floor(LARGE_BYTES / Math.max(1, each)));
  const count = within(segments, size === 'least' ? segments.least : size === 'usual' ? 1 : fitting);
  // A request has some payload: one without is no stream of data.
  const few = Math.min(Math.max(count, size === 'least' ? segments.least : 1), fitting);
  return Array.from({ length: few }, () => ({ bytes: each, deviceWrites: direction === 'in' }));
}

function isExact({ least, most }: Bounds): boolean {
  return least === most && least > 0;
}

function within({ least, most }: Bounds, wanted: number): number {
  return Math.max(least, Math.min(wanted, most ?? wanted));
}

function bytesWords(bytes: number): string {
  if (bytes >= 2 ** 20) return `${Math.round((bytes / 2 ** 20) * 10) / 10} MiB`;
  return bytes >= 1024 ? `${Math.round((bytes / 1024) * 10) / 10} KiB` : `${bytes} B`;
}

// ---- ratios

function ratioOf(
  platform: PlatformId,
  deviceClass: DeviceClass,
  mappings: readonly Mapping[],
  payloadBytes: number,
  parameters: CostParameters,
): Omit<ThroughputRatio, 'of'> {
  const { ratio, binding, loss, evidence } = estimate(
    streamOf(platform, deviceClass, mappings, payloadBytes),
    parameters,
  );
  return { ...(ratio ?? { low: 1, mid: 1, high: 1 }), binding, loss, evidence };
}

function streamOf(
  platform: PlatformId,
  deviceClass: DeviceClass,
  mappings: readonly Mapping[],
  payloadBytes: number,
): Stream {
  const isPacket = deviceClass === 'net';
  return {
    platform,
    mappings,
    receives: mappings.some(({ bytes, deviceWrites }) => deviceWrites && bytes * 2 > payloadBytes),
    isBounced: true,
    slotsPerRequest: mappings.reduce((slots, { bytes }) => slots + slotsOfMapping(bytes), 0),
    payloadBytes,
    depth: DEPTH,
    queues: 1,
    cpus: 1,
    ring: 'split',
    ringSize: RING_SIZE,
    ringEntries: 1,
    eventIdx: true,
    pool: { slots: platformOf(platform).poolSlots(MEMORY), areas: 1, atRest: isPacket ? RING_SIZE : 0 },
    loop: isPacket ? 'stream' : 'closed',
    completion: 'interrupt',
    idle: 'halt',
    mapsUnderQueueLock: !isPacket,
    backend: usualBackend(deviceClass),
    guest: guestWork(deviceClass),
  };
}
