/**
 * Requests to emulated devices of other kinds, whose drivers always use the DMA API: an NVMe disk for reads and writes, an
 * e1000 card for packets. Their rings and their lists of addresses are coherent memory: only payload is mapped.
 */
import { isSince, releaseOf } from '../release.js';
import type { RequestSpec } from '../scenario.js';
import { type DriverFacts, type Piece, payloadOf, splitRequest } from './pieces.js';

/** NVME_CTRL_PAGE_SIZE: a request's segments meet at multiples of it, and bounce slots keep the bits below it. */
const NVME_PAGE = 4096;
/** NVME_CTRL_PAGE_SIZE - 1: nvme_pci_enable()'s dma_set_min_align_mask() (drivers/nvme/host/pci.c of v6.1 and v6.12). */
export const EMULATED_MIN_ALIGN_MASK = NVME_PAGE - 1;

/** NVME_MAX_SEGS (drivers/nvme/host/pci.c): 127 in v6.1, 128 in v6.12; releases between are taken for the older. */
const NVME_SEGMENTS = { before: 127, since: 128 };
const NVME_128_SINCE = 'v6.12';
/** The most QEMU's controller takes at a time: `mdts` is 7, for 2^7 pages (hw/nvme/ctrl.c of QEMU 7.2). */
const NVME_BYTES = NVME_PAGE * 2 ** 7;

/** E1000_MAX_DATA_PER_TXD (drivers/net/ethernet/intel/e1000/e1000_main.c of v6.12). */
const E1000_DESCRIPTOR_BYTES = 4096;

export function requestsOfEmulated(
  facts: DriverFacts,
  segments: readonly number[],
  op: RequestSpec['op'],
): readonly (readonly Piece[])[] {
  const fromDevice = op === 'read' || op === 'rx';
  if (op === 'tx' || op === 'rx') {
    const limits = { segments: Infinity, segmentBytes: E1000_DESCRIPTOR_BYTES, bytes: Infinity };
    return splitRequest(segments, limits).map((parts) => payloadOf(parts, fromDevice));
  }
  // A request is no larger than one bounced mapping may be: nvme_pci_alloc_dev() asks for dma_opt_mapping_size().
  const limits = { segments: nvmeSegments(facts), segmentBytes: Infinity, bytes: nvmeBytes(facts) };
  return splitRequest(segments, limits).map((parts) => payloadOf(parts, fromDevice));
}

function nvmeSegments({ release, queueSize }: DriverFacts): number {
  const known = releaseOf(release);
  const most = known === null || isSince(known, NVME_128_SINCE) ? NVME_SEGMENTS.since : NVME_SEGMENTS.before;
  return Math.min(most, queueSize);
}

function nvmeBytes({ maxMapping }: DriverFacts): number {
  return Math.min(NVME_BYTES, maxMapping);
}
