/**
 * What each driver puts on its virtqueue for one request: the pieces it maps, in their order, device-readable ones
 * first. Shapes were read in Linux 6.1 and 6.12 and agree with what those kernels mapped (test/oracle). The machine runs
 * them, and the exact layer adds them up.
 */
import type { DeviceClass, RequestSpec } from '../scenario.js';
import { requestsOfEmulated } from './emulated.js';
import { requestsOf9p, requestsOfFs } from './files.js';
import {
  type DriverFacts,
  frame,
  MAX_REQUEST_BYTES,
  type Piece,
  payloadOf,
  splitRequest,
  sumOf,
} from './pieces.js';

export type { Controller, DriverFacts, Piece, ReceiveBuffers } from './pieces.js';
export {
  type BufferSource,
  type PostedBuffers,
  packetsOf,
  postedBuffers,
  standingBuffers,
} from './posted.js';

/** struct virtio_blk_outhdr, and the status byte (include/uapi/linux/virtio_blk.h). */
const BLK_HEADER = 16;
const BLK_STATUS = 1;

/** struct virtio_scsi_cmd_req and virtio_scsi_cmd_resp (include/uapi/linux/virtio_scsi.h). */
const SCSI_REQUEST = 51;
const SCSI_RESPONSE = 108;

/** struct virtio_net_hdr_mrg_rxbuf (include/uapi/linux/virtio_net.h). */
const NET_HEADER = 12;

/** struct virtio_vsock_hdr (include/uapi/linux/virtio_vsock.h), and VIRTIO_VSOCK_MAX_PKT_BUF_SIZE. */
const VSOCK_HEADER = 44;
const VSOCK_PACKET = 65536;

/** BLK_MAX_SEGMENT_SIZE: what a SCSI host has unless its driver says otherwise (include/linux/blkdev.h). */
const SCSI_SEGMENT_BYTES = 65536;

/** Most of one write to a console port: port_fops_write() (drivers/char/virtio_console.c of v6.1 and v6.12). */
const CONSOLE_WRITE = 32 * 1024;

/** SMP_CACHE_BYTES of x86 and arm64, of which virtio-rng's one buffer is (drivers/char/hw_random/virtio-rng.c). */
const RNG_BUFFER = 64;

/** struct virtio_gpu_cmd_submit and virtio_gpu_ctrl_hdr (include/uapi/linux/virtio_gpu.h). */
const GPU_COMMAND = 32;
const GPU_RESPONSE = 24;

/** MAX_SKB_FRAGS, and two: virtio_net stops its queue while fewer descriptors are free (check_sq_full_and_disable()). */
const NET_RESERVE = 17 + 2;

/** Free descriptors below which the driver adds nothing more, though a request might fit. */
export function ringReserve(device: DeviceClass, queueSize: number): number {
  // With a shorter ring the driver adds a packet when it is empty.
  return device === 'net' ? Math.min(NET_RESERVE, queueSize) : 1;
}

/** One request of the scenario as the requests the driver makes of it. */
export function shapesOf(
  facts: DriverFacts,
  { op, segments }: Pick<RequestSpec, 'op' | 'segments'>,
): readonly (readonly Piece[])[] {
  const fromDevice = op === 'read' || op === 'rx';
  switch (facts.device) {
    case 'blk':
      return blockRequests(facts, segments, facts.maxMapping, fromDevice);
    case 'scsi':
      return blockRequests(facts, segments, SCSI_SEGMENT_BYTES, fromDevice);
    case 'net':
      // The header stands in the headroom of the first fragment: one mapping of both (xmit_skb(), any_header_sg).
      return [withHeadroom(payloadOf(segments, fromDevice), NET_HEADER)];
    case 'vsock':
      return vsockPackets(segments);
    case '9p':
      return requestsOf9p(facts, segments, fromDevice);
    case 'fs':
      return requestsOfFs(facts, segments, fromDevice);
    case 'gpu':
      return [gpuCommand(segments, fromDevice)];
    case 'console':
      // Copied into memory of its own, however it lay: alloc_buf().
      return chunksOf(sumOf(segments), CONSOLE_WRITE).map((bytes) => payloadOf([bytes], fromDevice));
    case 'rng':
      // Nothing is ever given to it; a scenario that does so all the same has what it asked for.
      if (!fromDevice) return [payloadOf(segments, false)];
      return chunksOf(sumOf(segments), RNG_BUFFER).map(() => payloadOf([RNG_BUFFER], true));
    case 'emulated':
      return requestsOfEmulated(facts, segments, op);
    default:
      return [payloadOf(segments, fromDevice)];
  }
}

/** Header, payload and status. Two of the queue's entries are for header and status: QEMU says so in `seg_max`. */
function blockRequests(
  facts: DriverFacts,
  segments: readonly number[],
  segmentBytes: number,
  fromDevice: boolean,
): readonly (readonly Piece[])[] {
  const limits = { segments: Math.max(1, facts.queueSize - 2), segmentBytes, bytes: MAX_REQUEST_BYTES };
  return splitRequest(segments, limits).map((parts) => {
    const payload = payloadOf(parts, fromDevice);
    if (facts.device === 'blk') return [frame(BLK_HEADER, false), ...payload, frame(BLK_STATUS, true)];
    const request = frame(SCSI_REQUEST, false);
    const response = frame(SCSI_RESPONSE, true);
    return fromDevice ? [request, response, ...payload] : [request, ...payload, response];
  });
}

function withHeadroom(pieces: readonly Piece[], header: number): readonly Piece[] {
  return pieces.map((piece, i) => (i === 0 ? { ...piece, bytes: piece.bytes + header } : piece));
}

/** virtio_transport_send_pkt_info() of v6.1 and v6.12. */
function vsockPackets(segments: readonly number[]): readonly (readonly Piece[])[] {
  const limits = { segments: Infinity, segmentBytes: Infinity, bytes: VSOCK_PACKET };
  return splitRequest(segments, limits).map((parts) => [
    frame(VSOCK_HEADER, false),
    ...payloadOf(parts, false),
  ]);
}

/**
 * A command with its data, such as SUBMIT_3D, or one that is answered, such as GET_CAPSET, in one buffer behind the
 * header: virtio_gpu_queue_fenced_ctrl_buffer() of v6.1 and v6.12.
 */
function gpuCommand(segments: readonly number[], fromDevice: boolean): readonly Piece[] {
  const command = frame(GPU_COMMAND, false);
  if (!fromDevice) return [command, ...payloadOf(segments, false), frame(GPU_RESPONSE, true)];
  return [command, { bytes: GPU_RESPONSE + sumOf(segments), deviceWrites: true, isPayload: true }];
}

function chunksOf(bytes: number, most: number): number[] {
  const chunks: number[] = [];
  for (let rest = bytes; rest > 0; rest -= most) chunks.push(Math.min(rest, most));
  return chunks;
}
