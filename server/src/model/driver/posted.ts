/** Buffers that drivers put on a queue ahead of time, for the device to fill whenever it likes. */
import type { DeviceClass, RequestSpec } from '../scenario.js';
import { type DriverFacts, frame, type Piece } from './pieces.js';

/** Where a driver takes its receive buffers from: memory cut up piece by piece, so that each may differ. */
export interface BufferSource {
  /** The pieces of the next buffer, which is one chain. */
  next(): readonly Piece[];
  /** A packet of so many bytes was received, which the size of buffers to come may follow. */
  received(bytes: number): void;
}

export interface PostedBuffers {
  /** A source that nothing was taken from. */
  readonly source: () => BufferSource;
  /** Buffers after which sizes repeat, once packets of so many bytes were received for long; 0: before any was. */
  readonly cycle: (packetBytes: number) => readonly (readonly Piece[])[];
  /** Buffers the driver posts at most; the ring may hold fewer. */
  readonly most: number;
  /** Descriptors free beyond which the driver fills the queue up. */
  readonly refillAbove: number;
  /** Packets the driver takes before it looks whether to. */
  readonly budget: number;
  /** Bytes of a buffer that hold no payload (the device's header). */
  readonly headerBytes: number;
  /** Payload of one packet at most: the device makes several of more. */
  readonly packetBytes: number;
  /** Whether one packet may take several buffers (VIRTIO_NET_F_MRG_RXBUF). */
  readonly isMergeable: boolean;
}

/** Null where a driver posts nothing ahead for such requests. */
export function postedBuffers(facts: DriverFacts, op: RequestSpec['op']): PostedBuffers | null {
  if (op !== 'read' && op !== 'rx') return null;
  const { device, queueSize, pageSize } = facts;
  switch (device) {
    case 'net':
      return netBuffers(facts);
    case 'console':
      // PORT_BUFFER_SIZE is PAGE_SIZE: fill_queue() (drivers/char/virtio_console.c).
      return alike(pageSize, { most: CONSOLE_BUFFERS, packetBytes: pageSize });
    case 'input':
      // As many as the driver has room for: virtinput_fill_evt() (drivers/virtio/virtio_input.c).
      return alike(INPUT_EVENT, { most: INPUT_EVENTS, packetBytes: INPUT_EVENT });
    case 'vsock':
      // virtio_vsock_rx_fill() when less than half are left (net/vmw_vsock/virtio_transport.c).
      return alike(VSOCK_BUFFER, {
        refillAbove: queueSize - Math.floor(queueSize / 2),
        budget: Infinity,
        headerBytes: VSOCK_HEADER,
        packetBytes: VSOCK_BUFFER - VSOCK_HEADER,
      });
    case 'emulated':
      // E1000_DESC_UNUSED leaves one free; e1000_clean_rx_irq() fills up at its end. Frames of up to 256 bytes, which the
      // driver copies out and leaves the buffer where it is (copybreak), are taken for longer ones.
      if (op !== 'rx') return null;
      return alike(E1000_BUFFER, { most: queueSize - 1, budget: NAPI_BUDGET, packetBytes: FRAME_BYTES });
    default:
      return null;
  }
}

/** What a device makes of so many bytes: packets, by the bytes of their payload. A packet without payload is one. */
export function packetsOf({ packetBytes }: PostedBuffers, bytes: number): readonly number[] {
  const packets: number[] = [];
  for (let rest = bytes; rest > packetBytes; rest -= packetBytes) packets.push(packetBytes);
  packets.push(bytes - packets.length * packetBytes);
  return packets;
}

/** Buffers of one piece and one size. Unless said: filled up after each, no header. */
function alike(
  bytes: number,
  rules: Partial<PostedBuffers> & Pick<PostedBuffers, 'packetBytes'>,
): PostedBuffers {
  return {
    ...allOf([{ bytes, deviceWrites: true, isPayload: true }]),
    most: Infinity,
    refillAbove: 0,
    budget: 1,
    headerBytes: 0,
    isMergeable: false,
    ...rules,
  };
}

/** A source of buffers that are all the same. */
function allOf(pieces: readonly Piece[]): Pick<PostedBuffers, 'source' | 'cycle'> {
  const source = { next: () => pieces, received: () => {} };
  return { source: () => source, cycle: () => [pieces] };
}

/** A port's queue has 128 entries in QEMU (hw/char/virtio-serial-bus.c). */
const CONSOLE_BUFFERS = 128;

/** struct virtio_input_event, and ARRAY_SIZE(vi->evts) (drivers/virtio/virtio_input.c). */
const INPUT_EVENT = 8;
const INPUT_EVENTS = 64;

/** MAXIMUM_ETHERNET_VLAN_SIZE: rx_buffer_len of e1000 (drivers/net/ethernet/intel/e1000/e1000_main.c of v6.12). */
const E1000_BUFFER = 1522;

/** struct virtio_vsock_hdr (include/uapi/linux/virtio_vsock.h). */
const VSOCK_HEADER = 44;

/**
 * VIRTIO_VSOCK_DEFAULT_RX_BUF_SIZE, header included: 4 KiB less SKB_DATA_ALIGN(sizeof(struct skb_shared_info)), 320 bytes
 * with cache lines of 64 (include/linux/virtio_vsock.h of v6.1.192 and v6.12.117).
 */
const VSOCK_BUFFER = 4096 - 320;

// ---- network -----------------------------------------------------------------------------------------------

/** struct virtio_net_hdr_mrg_rxbuf (include/uapi/linux/virtio_net.h). */
const NET_HEADER = 12;

/** GOOD_PACKET_LEN: Ethernet header, VLAN tag and 1500 bytes (drivers/net/virtio_net.c). */
const GOOD_PACKET = 14 + 4 + 1500;

/** A frame without a VLAN tag: what a device delivers where the guest takes no larger ones. */
const FRAME_BYTES = 14 + 1500;

/** IP_MAX_MTU (include/net/ip.h) with Ethernet header and VLAN tag, and as the longest frame without a tag. */
const LONGEST = 14 + 4 + 65535;
const LONGEST_FRAME = 14 + 65535;

/** sizeof(struct padded_vnet_hdr) (drivers/net/virtio_net.c of v6.1 and v6.12). */
const PADDED_HEADER = 32;

/** MAX_SKB_FRAGS (include/linux/skbuff.h; net/Kconfig of v6.12: the default). */
const SKB_FRAGS = 17;

/** L1_CACHE_BYTES of x86 and arm64; with 128 or 256 the usual buffer is the same 1536 bytes. */
const CACHE_LINE = 64;

/** SKB_FRAG_PAGE_ORDER is get_order(32768) (include/net/sock.h): fragments are of that size, or a page. */
const FRAGMENT_BYTES = 32768;

/** NAPI_POLL_WEIGHT (include/linux/netdevice.h). */
const NAPI_BUDGET = 64;

/** virtnet_receive() fills up when more than half of the budget is free; try_fill_recv() by the buffers negotiated. */
function netBuffers(facts: DriverFacts): PostedBuffers {
  const { queueSize } = facts;
  const common = {
    most: Infinity,
    refillAbove: Math.floor(Math.min(NAPI_BUDGET, queueSize) / 2),
    budget: NAPI_BUDGET,
    headerBytes: NET_HEADER,
    isMergeable: false,
  };
  switch (facts.receiveBuffers) {
    case 'mergeable':
      return {
        ...common,
        source: () => new MergeableSource(facts),
        cycle: (bytes) => fragmentOf(new MergeableSource(facts), bytes),
        isMergeable: true,
        packetBytes: LONGEST_FRAME,
      };
    case 'big': {
      const packetBytes = facts.mtu === null ? LONGEST_FRAME : 14 + facts.mtu;
      return { ...common, ...allOf(bigBuffer(facts)), packetBytes };
    }
    case 'small': {
      // add_recvbuf_small()
      const pieces = [{ bytes: NET_HEADER + GOOD_PACKET, deviceWrites: true, isPayload: true }];
      return { ...common, ...allOf(pieces), packetBytes: FRAME_BYTES };
    }
  }
}

/** Header, the rest of its page, and whole pages: add_recvbuf_big(); how many, virtnet_set_big_packets(). */
function bigBuffer({ pageSize, mtu }: DriverFacts): readonly Piece[] {
  const pages = mtu === null ? SKB_FRAGS : Math.ceil(mtu / pageSize);
  const page = { bytes: pageSize, deviceWrites: true, isPayload: true };
  return [
    frame(NET_HEADER, true),
    { ...page, bytes: pageSize - PADDED_HEADER },
    ...Array.from({ length: pages }, () => page),
  ];
}

/** Buffers cut from page fragments, as long as packets are on average: add_recvbuf_mergeable(). */
class MergeableSource implements BufferSource {
  private readonly least: number;
  private readonly longest: number;
  private readonly fragment: number;
  private used: number;
  private average = 0;

  constructor({ queueSize, pageSize }: DriverFacts) {
    // mergeable_min_buf_len(): a ring full of buffers holds the longest packet.
    const share = Math.ceil((NET_HEADER + LONGEST) / queueSize);
    this.least = Math.max(share - NET_HEADER, GOOD_PACKET);
    this.longest = pageSize - NET_HEADER;
    // skb_page_frag_refill() (net/core/sock.c)
    this.fragment = Math.max(FRAGMENT_BYTES, pageSize);
    this.used = this.fragment;
  }

  next(): readonly Piece[] {
    const bytes = this.cut(this.length());
    return [{ bytes, deviceWrites: true, isPayload: true }];
  }

  /** Whether the next buffer is the first of a fragment. */
  get isAtStart(): boolean {
    return this.used === this.fragment;
  }

  /** DECLARE_EWMA(pkt_len, 0, 64) of virtio_net.c; ewma_add() of include/linux/average.h. */
  received(bytes: number): void {
    this.average = this.average === 0 ? bytes : Math.floor((this.average * 63 + bytes) / 64);
  }

  /** get_mergeable_buf_len() */
  private length(): number {
    const payload = Math.min(Math.max(this.average, this.least), this.longest);
    return Math.ceil((NET_HEADER + payload) / CACHE_LINE) * CACHE_LINE;
  }

  /** What is too short for another buffer goes to the last one. */
  private cut(length: number): number {
    if (this.used + length > this.fragment) this.used = 0;
    this.used += length;
    const hole = this.fragment - this.used;
    if (hole >= length) return length;
    this.used += hole;
    return length + hole;
  }
}

/** The buffers of one fragment, cut for packets of so many bytes. */
function fragmentOf(source: MergeableSource, packetBytes: number): readonly (readonly Piece[])[] {
  source.received(packetBytes);
  const buffers = [source.next()];
  while (!source.isAtStart) buffers.push(source.next());
  return buffers;
}

// ---- standing ----------------------------------------------------------------------------------------------

/** Buffers that stand on a queue of their own from the probe on, for events that a scenario does not speak of. */
export interface StandingBuffers {
  readonly count: number;
  readonly bytes: number;
}

/** Null where a driver has no such queue. */
export function standingBuffers(device: DeviceClass): StandingBuffers | null {
  // VIRTIO_SCSI_EVENT_LEN buffers of struct virtio_scsi_event (drivers/scsi/virtio_scsi.c).
  if (device === 'scsi') return { count: 8, bytes: 16 };
  // struct virtio_vsock's event_list of struct virtio_vsock_event (net/vmw_vsock/virtio_transport.c).
  if (device === 'vsock') return { count: 8, bytes: 4 };
  return null;
}
