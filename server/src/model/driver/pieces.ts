/** What shapes of requests are made of, and the splits that several drivers have in common. Plain data. */
import type { DeviceClass } from '../scenario.js';

/** One entry of a scatter list as handed to `virtqueue_add_sgs()`: one mapping. */
export interface Piece {
  readonly bytes: number;
  readonly deviceWrites: boolean;
  readonly isPayload: boolean;
}

/** How virtio_net lays out receive buffers; which it is follows from feature bits. */
export type ReceiveBuffers = 'mergeable' | 'big' | 'small';

/** What an emulated device is, where a virtio device stands for itself. */
export type Controller = 'nvme' | 'ahci' | 'e1000';

/** BLK_DEF_MAX_SECTORS of 1280 KiB (include/linux/blkdev.h of v6.1; BLK_DEF_MAX_SECTORS_CAP in v6.12). */
export const MAX_REQUEST_BYTES = 1280 * 1024;

/** What a driver's shapes depend on beyond the request. */
export interface DriverFacts {
  readonly device: DeviceClass;
  /** Bytes of a page. */
  readonly pageSize: number;
  readonly queueSize: number;
  /** Bytes of the largest mapping: what `virtio_max_dma_size()` answers; Infinity: no bound. */
  readonly maxMapping: number;
  /** The release whose driver it is: `v6.12`. */
  readonly release: string;
  /** Default: `mergeable`, as QEMU and vhost offer it. */
  readonly receiveBuffers: ReceiveBuffers;
  /** Bytes of the device's MTU where it, and not segmentation offload, makes receive buffers big; null: it does not. */
  readonly mtu: number | null;
  /** Of an emulated device; null: an NVMe disk for reads and writes, an e1000 card for packets. */
  readonly controller: Controller | null;
}

/** Bounds of one request, beyond which several are made of it. */
export interface RequestLimits {
  readonly segments: number;
  readonly segmentBytes: number;
  readonly bytes: number;
}

export function frame(bytes: number, deviceWrites: boolean): Piece {
  return { bytes, deviceWrites, isPayload: false };
}

export function payloadOf(segments: readonly number[], deviceWrites: boolean): readonly Piece[] {
  return segments.map((bytes) => ({ bytes, deviceWrites, isPayload: true }));
}

export function sumOf(sizes: readonly number[]): number {
  let sum = 0;
  for (const bytes of sizes) sum += bytes;
  return sum;
}

/** No segment above the limit, no request above either bound, each as full as it can be (block/blk-merge.c of v6.12). */
export function splitRequest(segments: readonly number[], limits: RequestLimits): number[][] {
  const requests: number[][] = [];
  let current: number[] = [];
  let bytes = 0;
  const close = (): void => {
    if (current.length > 0) requests.push(current);
    current = [];
    bytes = 0;
  };
  for (const segment of segments) {
    let rest = segment;
    while (rest > 0) {
      if (current.length === limits.segments || bytes === limits.bytes) close();
      const part = Math.min(rest, limits.segmentBytes, limits.bytes - bytes);
      current.push(part);
      bytes += part;
      rest -= part;
    }
  }
  close();
  // A request without payload, such as a flush.
  return requests.length === 0 ? [[]] : requests;
}

/**
 * Segments cut at pages, for drivers that list pages one by one. A buffer of several segments is contiguous to its user:
 * all but the first begin with a page, and the first ends with one. A single segment is taken to begin with a page.
 */
export function pagesOf(segments: readonly number[], pageSize: number): number[] {
  const pages: number[] = [];
  segments.forEach((segment, at) => {
    const head = at === 0 && segments.length > 1 ? segment % pageSize : 0;
    if (head > 0) pages.push(head);
    for (let rest = segment - head; rest > 0; rest -= pageSize) pages.push(Math.min(rest, pageSize));
  });
  return pages;
}
