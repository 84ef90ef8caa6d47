/**
 * What each driver puts on its virtqueue for one request: the pieces it maps, in their order, device-readable ones
 * first. Shapes were read in Linux 6.1 and 6.12 and agree with what those kernels mapped (test/oracle).
 */
import type { DeviceClass, RequestSpec } from '../scenario.js';

/** One entry of a scatter list as handed to `virtqueue_add_sgs()`: one mapping. */
export interface Piece {
  readonly bytes: number;
  readonly deviceWrites: boolean;
  readonly isPayload: boolean;
}

/** Bounds of one block request, beyond which the block layer makes several of it. */
export interface RequestLimits {
  readonly segments: number;
  readonly segmentBytes: number;
  readonly bytes: number;
}

/** Buffers a driver posts ahead, for the device to fill whenever it likes. */
export interface PostedBuffers {
  /** Bytes of the n-th buffer posted, from 0. */
  readonly bytes: (n: number) => number;
  /** Buffers posted at once when the queue is set up, given its size. */
  readonly initial: (queueSize: number) => number;
  /** How many are free before the driver posts again; it then fills the queue up. */
  readonly refillAbove: (queueSize: number) => number;
  /** Bytes of a buffer that hold no payload (the device's header). */
  readonly headerBytes: number;
  /** Whether one packet may take several buffers (VIRTIO_NET_F_MRG_RXBUF). */
  readonly isMergeable: boolean;
}

/** struct virtio_blk_outhdr, and the status byte (include/uapi/linux/virtio_blk.h). */
const BLK_HEADER = 16;
const BLK_STATUS = 1;

/** struct virtio_scsi_cmd_req and virtio_scsi_cmd_resp (include/uapi/linux/virtio_scsi.h). */
const SCSI_REQUEST = 51;
const SCSI_RESPONSE = 108;

/** struct virtio_net_hdr_mrg_rxbuf (include/uapi/linux/virtio_net.h). */
const NET_HEADER = 12;

/** struct virtio_vsock_hdr (include/uapi/linux/virtio_vsock.h). */
const VSOCK_HEADER = 44;

/** BLK_DEF_MAX_SECTORS of 1280 KiB (include/linux/blkdev.h of v6.1; BLK_DEF_MAX_SECTORS_CAP in v6.12). */
const MAX_REQUEST_BYTES = 1280 * 1024;

/** BLK_MAX_SEGMENT_SIZE: what a SCSI host has unless its driver says otherwise (include/linux/blkdev.h). */
const SCSI_SEGMENT_BYTES = 65536;

/**
 * Bounds of block requests. `maxMapping`: what `virtio_max_dma_size()` answers, Infinity without bounce buffers (used by
 * virtio_blk.c since v5.1). Two descriptors of the queue's 256 are for header and status.
 */
export function requestLimits(
  device: DeviceClass,
  queueSize: number,
  maxMapping: number,
): RequestLimits | null {
  if (device === 'blk')
    return { segments: queueSize - 2, segmentBytes: maxMapping, bytes: MAX_REQUEST_BYTES };
  if (device === 'scsi')
    return { segments: queueSize - 2, segmentBytes: SCSI_SEGMENT_BYTES, bytes: MAX_REQUEST_BYTES };
  return null;
}

/** One request of the scenario as the requests the driver makes of it. */
export function shapesOf(
  device: DeviceClass,
  request: Pick<RequestSpec, 'op' | 'segments'>,
  limits: RequestLimits | null,
): readonly (readonly Piece[])[] {
  const lists = limits === null ? [request.segments] : splitRequest(request.segments, limits);
  return lists.map((segments) => piecesOf(device, request.op, segments));
}

function piecesOf(device: DeviceClass, op: RequestSpec['op'], segments: readonly number[]): readonly Piece[] {
  const fromDevice = op === 'read' || op === 'rx';
  const payload = segments.map((bytes) => ({ bytes, deviceWrites: fromDevice, isPayload: true }));
  const out = fromDevice ? [] : payload;
  const back = fromDevice ? payload : [];
  switch (device) {
    case 'blk':
      return [frame(BLK_HEADER, false), ...out, ...back, frame(BLK_STATUS, true)];
    case 'scsi':
      return [frame(SCSI_REQUEST, false), ...out, frame(SCSI_RESPONSE, true), ...back];
    case 'net':
      // The header stands in the headroom of the first fragment: one mapping of both (xmit_skb(), any_header_sg).
      return withHeadroom(payload, NET_HEADER);
    case 'vsock':
      return [frame(VSOCK_HEADER, false), ...out];
    case '9p':
      return messagesOf9p(payload, fromDevice);
    default:
      return payload;
  }
}

function frame(bytes: number, deviceWrites: boolean): Piece {
  return { bytes, deviceWrites, isPayload: false };
}

function withHeadroom(pieces: readonly Piece[], header: number): readonly Piece[] {
  return pieces.map((piece, i) => (i === 0 ? { ...piece, bytes: piece.bytes + header } : piece));
}

/** The block layer's split: no segment above the limit, no request above either bound (block/blk-merge.c). */
function splitRequest(segments: readonly number[], limits: RequestLimits): number[][] {
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

/** Messages of 9P: Twrite and Tread without their data, Rread likewise (net/9p/client.c). */
const P9_REQUEST = 23;
const P9_READ_REPLY = 11;
/** Replies whose size is not known get P9_ZC_HDR_SZ (include/net/9p/client.h). */
const P9_REPLY = 4096;
/** Data beyond this goes by itself, not copied into the message: p9_client_write(), p9_client_read_once(). */
const P9_INLINE = 1024;

function messagesOf9p(payload: readonly Piece[], fromDevice: boolean): readonly Piece[] {
  const bytes = payload.reduce((sum, piece) => sum + piece.bytes, 0);
  if (bytes > P9_INLINE) {
    const request = frame(P9_REQUEST, false);
    return fromDevice
      ? [request, frame(P9_READ_REPLY, true), ...payload]
      : [request, ...payload, frame(P9_REPLY, true)];
  }
  return fromDevice
    ? [frame(P9_REQUEST, false), { bytes: P9_READ_REPLY + bytes, deviceWrites: true, isPayload: true }]
    : [{ bytes: P9_REQUEST + bytes, deviceWrites: false, isPayload: true }, frame(P9_REPLY, true)];
}

/** Buffers that stand on a queue of their own from the probe on, for events that a scenario does not speak of. */
export interface StandingBuffers {
  readonly count: number;
  readonly bytes: number;
}

/** Null where a driver has no such queue. */
export function standingBuffers(device: DeviceClass): StandingBuffers | null {
  // VIRTIO_SCSI_EVENT_LEN buffers of struct virtio_scsi_event (drivers/scsi/virtio_scsi.c).
  if (device === 'scsi') return { count: 8, bytes: 16 };
  return null;
}

// ---- posted buffers ----------------------------------------------------------------------------------------

/** SKB_FRAG_PAGE_ORDER: page fragments are cut from 32 KiB (include/net/sock.h). */
const FRAG_BYTES = 32768;

/** 12 bytes of header and 1518 of frame, rounded up to a cache line: get_mergeable_buf_len() of virtio_net.c. */
const RX_BUFFER = 1536;

/** NAPI_POLL_WEIGHT (include/linux/netdevice.h). */
const NAPI_BUDGET = 64;

/** Buffers cut from one page fragment; the last takes what is left when that is too short for another. */
const RX_PER_FRAG = Math.floor(FRAG_BYTES / RX_BUFFER);

/** PORT_BUFFER_SIZE is PAGE_SIZE; a port's queue has 128 entries in QEMU (virtio_console.c fill_queue()). */
const CONSOLE_BUFFERS = 128;

const INPUT_EVENT = 8;
const INPUT_EVENTS = 64;

/** VIRTIO_VSOCK_DEFAULT_RX_BUF_SIZE, header included (include/linux/virtio_vsock.h). */
const VSOCK_RX_BUFFER = 4096;

/** Null where a driver posts nothing ahead. */
export function postedBuffers(device: DeviceClass, pageSize: number): PostedBuffers | null {
  switch (device) {
    case 'net':
      return {
        bytes: (n) =>
          n % RX_PER_FRAG === RX_PER_FRAG - 1 ? FRAG_BYTES - (RX_PER_FRAG - 1) * RX_BUFFER : RX_BUFFER,
        initial: (size) => size,
        // virtnet_receive() of virtio_net.c: refilled when more than half of the budget is free.
        refillAbove: (size) => Math.floor(Math.min(NAPI_BUDGET, size) / 2),
        headerBytes: NET_HEADER,
        isMergeable: true,
      };
    case 'console':
      return {
        bytes: () => pageSize,
        initial: (size) => Math.min(size, CONSOLE_BUFFERS),
        refillAbove: () => 0,
        headerBytes: 0,
        isMergeable: false,
      };
    case 'input':
      return {
        // struct virtio_input_event, as many as the driver has room for (drivers/virtio/virtio_input.c).
        bytes: () => INPUT_EVENT,
        initial: (size) => Math.min(size, INPUT_EVENTS),
        refillAbove: () => 0,
        headerBytes: 0,
        isMergeable: false,
      };
    case 'vsock':
      return {
        bytes: () => VSOCK_RX_BUFFER,
        initial: (size) => size,
        // virtio_vsock_rx_fill() when less than half are left (virtio_transport.c).
        refillAbove: (size) => Math.floor(size / 2),
        headerBytes: VSOCK_HEADER,
        isMergeable: false,
      };
    default:
      return null;
  }
}
