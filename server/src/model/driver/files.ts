/** Requests of the shared file systems, 9P and virtiofs. Both list the pages of their payload one by one. */
import { isSince, releaseOf } from '../release.js';
import { type DriverFacts, frame, type Piece, pagesOf, payloadOf, splitRequest, sumOf } from './pieces.js';

// ---- 9P ----------------------------------------------------------------------------------------------------

/** Messages of 9P: Twrite and Tread without their data, Rread likewise (net/9p/client.c). */
const P9_REQUEST = 23;
const P9_READ_REPLY = 11;
/** Replies whose size is not known get P9_ZC_HDR_SZ (include/net/9p/9p.h). */
const P9_REPLY = 4096;
/** Data beyond this goes by itself, not copied into the message: p9_client_write(), p9_client_read_once(). */
const P9_INLINE = 1024;

/**
 * Data of one message: DEFAULT_MSIZE of 128 KiB less P9_IOHDRSZ (net/9p/client.c of v6.1), which QEMU's server rounds
 * down to blocks of its file system, of 4096 bytes (get_iounit(), hw/9pfs/9p.c of QEMU 7.2).
 */
const P9_DATA = 31 * 4096;

/**
 * 9P's direct I/O goes through netfs, whose iterator holds each page by itself, and p9_get_mapped_pages() takes one entry
 * of it for a message: fs/9p/vfs_file.c and net/9p/trans_virtio.c of v6.12; 80105ed2fd27.
 */
const P9_BY_PAGE_SINCE = 'v6.8';

export function requestsOf9p(
  facts: DriverFacts,
  segments: readonly number[],
  fromDevice: boolean,
): readonly (readonly Piece[])[] {
  const release = releaseOf(facts.release);
  const isByPage = release === null || isSince(release, P9_BY_PAGE_SINCE);
  const pages = pagesOf(segments, facts.pageSize);
  const limits = { segments: isByPage ? 1 : Infinity, segmentBytes: Infinity, bytes: P9_DATA };
  const messages: (readonly Piece[])[] = [];
  let rest = sumOf(segments);
  for (const data of splitRequest(pages, limits)) {
    // What is left at the end may be short enough to be copied into the message.
    if (rest <= P9_INLINE) return [...messages, inlineMessage(rest, fromDevice)];
    messages.push(messageWith(payloadOf(data, fromDevice), fromDevice));
    rest -= sumOf(data);
  }
  return messages;
}

function messageWith(payload: readonly Piece[], fromDevice: boolean): readonly Piece[] {
  const request = frame(P9_REQUEST, false);
  return fromDevice
    ? [request, frame(P9_READ_REPLY, true), ...payload]
    : [request, ...payload, frame(P9_REPLY, true)];
}

function inlineMessage(bytes: number, fromDevice: boolean): readonly Piece[] {
  return fromDevice
    ? [frame(P9_REQUEST, false), { bytes: P9_READ_REPLY + bytes, deviceWrites: true, isPayload: true }]
    : [{ bytes: P9_REQUEST + bytes, deviceWrites: false, isPayload: true }, frame(P9_REPLY, true)];
}

// ---- virtiofs ----------------------------------------------------------------------------------------------

/** struct fuse_in_header, fuse_read_in and fuse_write_in, fuse_out_header, fuse_write_out (include/uapi/linux/fuse.h). */
const FUSE_IN_HEADER = 40;
const FUSE_ARGUMENTS = 40;
const FUSE_OUT_HEADER = 16;
const FUSE_WRITE_OUT = 8;

/** FUSE_MAX_MAX_PAGES (fs/fuse/fuse_i.h of v6.1 and v6.12), and 1 MiB, which virtiofsd allows a request. */
const FUSE_PAGES = 256;
const FUSE_BYTES = 2 ** 20;

/** FUSE_HEADER_OVERHEAD: entries of the queue that are left to headers (fs/fuse/virtio_fs.c of v6.1 and v6.12). */
const FUSE_HEADERS = 4;

/** Headers and arguments by themselves, pages one by one: virtio_fs_enqueue_req() of v6.1 and v6.12. */
export function requestsOfFs(
  { pageSize, queueSize }: DriverFacts,
  segments: readonly number[],
  fromDevice: boolean,
): readonly (readonly Piece[])[] {
  const most = Math.min(FUSE_PAGES, Math.floor(FUSE_BYTES / pageSize), queueSize - FUSE_HEADERS);
  const limits = { segments: Math.max(1, most), segmentBytes: pageSize, bytes: FUSE_BYTES };
  return splitRequest(pagesOf(segments, pageSize), limits).map((pages) => {
    const head = [frame(FUSE_IN_HEADER, false), frame(FUSE_ARGUMENTS, false)];
    const payload = payloadOf(pages, fromDevice);
    return fromDevice
      ? [...head, frame(FUSE_OUT_HEADER, true), ...payload]
      : [...head, ...payload, frame(FUSE_OUT_HEADER, true), frame(FUSE_WRITE_OUT, true)];
  });
}
