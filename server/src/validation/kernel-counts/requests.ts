/**
 * What was asked of the driver, worked out from a row: payload without what the driver adds.
 *
 * Rows with logged shapes say it in full. A row without them has a histogram of mapped sizes, from which follows:
 *
 * - how many requests there were: each has one header, and its size is known;
 * - how many payload segments each had: an indirect table has 16 bytes for each segment and two more for header and
 *   status (virtio_blk) or request and response (virtio_scsi). A table can be as large as a payload segment of a
 *   multiple of 512 bytes; the sum of all payload, which the generator knows, tells them apart;
 * - which segments one call of the generator had, where all calls used the same buffer: each size comes a multiple of
 *   the number of calls.
 *
 * It does not follow in which order segments stood, which of several requests of one call a segment was in, and, with
 * several jobs, which job's buffer it was of. None of them changes a sum.
 */
import type { Mapping, Row, Shape, Tally } from './row.js';

/** So many calls, each with these payload segments. */
export interface Calls {
  readonly segments: readonly number[];
  readonly count: number;
}

export interface Asked {
  readonly calls: readonly Calls[];
  /** Whether each entry is one whole call of the generator, so that what was in flight together is known. */
  readonly areWholeCalls: boolean;
}

export type Derived = { readonly asked: Asked } | { readonly why: string };

/** What a driver puts around the payload of a request. */
export interface Frame {
  /** Before the payload, to the device. */
  readonly header: number;
  /** From the device. */
  readonly status: number;
  /** A longer piece of contiguous payload is mapped in parts of this many bytes. */
  readonly segmentBytes: number;
}

/**
 * struct virtio_blk_outhdr and the status byte; virtio_scsi_cmd_req and _resp (include/uapi/linux/virtio_{blk,scsi}.h).
 * A segment of virtio_blk is as large as one mapping of the pool may be, one of a SCSI host BLK_MAX_SEGMENT_SIZE.
 */
export const frames = {
  'virtio-blk-pci': { header: 16, status: 1, segmentBytes: 262144 },
  'virtio-scsi-pci': { header: 51, status: 108, segmentBytes: 65536 },
} as const satisfies Record<string, Frame>;

/** struct vring_desc (virtio 1.2, section 2.7.5). */
const DESCRIPTOR_BYTES = 16;
const SECTOR_BYTES = 512;

/** Block requests with a payload of `blockBytes` a call. */
export function blockRequests(row: Row, frame: Frame): Derived {
  if (row.shapes !== null) return fromShapes(row, row.shapes, frame);
  return fromSizes(row, frame);
}

function fromShapes(row: Row, shapes: readonly Shape[], frame: Frame): Derived {
  const lists = shapes.map(({ mappings, count }) => ({ payload: payloadOf(row, mappings, frame), count }));
  const calls = lists.map(({ payload, count }) => ({ segments: payload ?? [], count }));
  if (lists.some(({ payload }) => payload === null)) return { why: 'a logged request is no block request' };
  if (row.jobs > 1) return { asked: { calls, areWholeCalls: false } };
  return { asked: wholeCalls(calls, row.count, frame) ?? { calls, areWholeCalls: false } };
}

/** One entry for each call, where every call did the same and was one bio; null where not. */
function wholeCalls(requests: readonly Calls[], calls: number, frame: Frame): Asked | null {
  if (requests.some(({ count }) => count % calls !== 0)) return null;
  const segments = requests.flatMap((each) => repeat(each.segments, each.count / calls));
  if (vectorsOf(segments, frame) > BIO_VECTORS) return null;
  return { calls: [{ segments, count: calls }], areWholeCalls: true };
}

/**
 * BIO_MAX_VECS (include/linux/bio.h, 6.1 and 6.12): direct I/O makes several bios of a call whose buffer has more
 * contiguous pieces, and the block layer splits each by itself.
 */
const BIO_VECTORS = 256;

/** Contiguous pieces of a buffer: a segment that follows one of full size is taken for more of the same piece. */
function vectorsOf(segments: readonly number[], { segmentBytes }: Frame): number {
  return segments.filter((_, at) => segments[at - 1] !== segmentBytes).length;
}

/** The mappings between header and status; null where these are not what they should be. */
function payloadOf(row: Row, mappings: readonly Mapping[], frame: Frame): number[] | null {
  const rest = [...mappings];
  if (rest.shift()?.bytes !== frame.header) return null;
  if (row.isIndirect && rest.pop()?.bytes !== DESCRIPTOR_BYTES * mappings.length - DESCRIPTOR_BYTES)
    return null;
  const status = rest.findIndex(({ bytes, direction }) => bytes === frame.status && direction === '<');
  if (status < 0) return null;
  rest.splice(status, 1);
  return rest.map(({ bytes }) => bytes);
}

function fromSizes(row: Row, frame: Frame): Derived {
  const counts = new Map(row.sizes.map(({ bytes, count }) => [bytes, count]));
  const requests = counts.get(frame.header) ?? 0;
  if (requests === 0) return { why: 'no header was mapped' };
  if (counts.get(frame.status) !== requests) return { why: 'headers and status bytes differ in number' };
  counts.delete(frame.header);
  counts.delete(frame.status);
  const rest = [...counts].map(([bytes, count]) => ({ bytes, count }));
  const payload = row.isIndirect ? withoutTables(rest, requests, payloadBytes(row)) : rest;
  if (payload === null) return { why: 'tables and payload cannot be told apart' };
  if (bytesOf(payload) !== payloadBytes(row))
    return { why: 'the payload is not what the generator asked for' };
  const calls = row.jobs === 1 ? sharedCall(payload, row.count, frame) : null;
  return { asked: calls ?? { calls: split(payload, requests), areWholeCalls: false } };
}

function payloadBytes(row: Row): number {
  return row.blockBytes * row.count * row.jobs;
}

/**
 * Takes one table a request away. Sizes that are no multiple of a sector are tables; of the others, so many that the
 * payload has the right sum. Null where no choice, or more than one, does.
 */
function withoutTables(sizes: readonly Tally[], requests: number, payload: number): Tally[] | null {
  const tables = sizes.filter(({ bytes }) => bytes % SECTOR_BYTES !== 0);
  const doubtful = sizes.filter(({ bytes }) => bytes % SECTOR_BYTES === 0);
  const missing = requests - tables.reduce((sum, { count }) => sum + count, 0);
  const excess = bytesOf(doubtful) - payload;
  if (missing === 0 && excess === 0) return doubtful;
  const choices = doubtful.filter(({ bytes, count }) => count >= missing && bytes * missing === excess);
  const [only] = choices;
  if (missing <= 0 || only === undefined || choices.length > 1) return null;
  return doubtful.map((size) => (size === only ? { ...size, count: size.count - missing } : size));
}

/** One job, one buffer: every call has the same segments, full ones taken to stand together. */
function sharedCall(payload: readonly Tally[], calls: number, frame: Frame): Asked | null {
  if (payload.some(({ count }) => count % calls !== 0)) return null;
  const segments = payload.flatMap(({ bytes, count }) => repeat([bytes], count / calls));
  if (vectorsOf(segments, frame) > BIO_VECTORS) return null;
  return { calls: [{ segments, count: calls }], areWholeCalls: true };
}

/** Any split of the segments over the requests: the sums are the same. */
function split(payload: readonly Tally[], requests: number): Calls[] {
  const all = payload.flatMap(({ bytes, count }) => repeat([bytes], count));
  return Array.from({ length: requests }, (_, at) => ({
    segments: all.filter((_, n) => n % requests === at),
    count: 1,
  }));
}

function bytesOf(sizes: readonly Tally[]): number {
  return sizes.reduce((sum, { bytes, count }) => sum + bytes * count, 0);
}

function repeat(items: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => items).flat();
}

/** struct virtio_net_hdr_mrg_rxbuf (include/uapi/linux/virtio_net.h). */
const NET_HEADER_BYTES = 12;
/** Ethernet, IPv4 and ICMP headers before a ping's data. */
const PING_HEADERS_BYTES = 14 + 20 + 8;
const MTU_BYTES = 1500;
const ETHERNET_BYTES = 14;
const IP_BYTES = 20;

/** The frames one ping is sent as, without the device's header: fragments of 1480 bytes of IP payload. */
export function framesOfPing(dataBytes: number): number[] {
  let rest = dataBytes + PING_HEADERS_BYTES - ETHERNET_BYTES - IP_BYTES;
  const most = MTU_BYTES - IP_BYTES;
  const sizes: number[] = [];
  while (rest > 0) {
    const part = Math.min(rest, most);
    sizes.push(ETHERNET_BYTES + IP_BYTES + part);
    rest -= part;
  }
  return sizes;
}

/** Receive buffers are larger than any frame: 12 bytes of header and 1518 of frame at least. */
const LEAST_RECEIVE_BUFFER = NET_HEADER_BYTES + MTU_BYTES + 18;

/**
 * What else was sent while the pings were: frames without the device's header. Null where a ping's own are missing. Of rows
 * without a log the sizes tell, as all receive buffers are larger.
 */
export function sentBeside(row: Row, framesSent: readonly number[]): Tally[] | null {
  const sent = row.shapes === null ? sizesSent(row) : row.shapes.flatMap(sentAs);
  const rest = new Map(sent.map(({ bytes, count }) => [bytes - NET_HEADER_BYTES, count]));
  for (const frame of framesSent) {
    const left = (rest.get(frame) ?? 0) - row.count;
    if (left < 0) return null;
    rest.set(frame, left);
  }
  return [...rest].map(([bytes, count]) => ({ bytes, count })).filter(({ count }) => count > 0);
}

function sizesSent({ sizes }: Row): readonly Tally[] {
  return sizes.filter(({ bytes }) => bytes < LEAST_RECEIVE_BUFFER);
}

function sentAs({ mappings, count }: Shape): Tally[] {
  const [first] = mappings;
  return first?.direction === '>' ? [{ bytes: first.bytes, count }] : [];
}
