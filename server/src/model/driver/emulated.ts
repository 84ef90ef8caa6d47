/**
 * Requests to emulated devices of other kinds, whose drivers always use the DMA API. Their rings and their lists of
 * addresses are coherent memory: only payload is mapped.
 */
import { isSince, releaseOf } from '../release.js';
import type { RequestSpec } from '../scenario.js';
import {
  type Controller,
  type DriverFacts,
  MAX_REQUEST_BYTES,
  type Piece,
  payloadOf,
  type RequestLimits,
  splitRequest,
} from './pieces.js';

/** NVME_CTRL_PAGE_SIZE (drivers/nvme/host/nvme.h of v6.1 and v6.12). */
const NVME_PAGE = 4096;

/** NVME_MAX_SEGS (drivers/nvme/host/pci.c): 127 in v6.1, 128 in v6.12; releases between are taken for the older. */
const NVME_SEGMENTS = { before: 127, since: 128 };
const NVME_128_SINCE = 'v6.12';
/** The most QEMU's controller takes at a time: `mdts` is 7, for 2^7 pages (hw/nvme/ctrl.c of QEMU 7.2). */
const NVME_BYTES = NVME_PAGE * 2 ** 7;

/** AHCI_MAX_SG (drivers/ata/ahci.h), and BLK_MAX_SEGMENT_SIZE (include/linux/blkdev.h). */
const AHCI_SEGMENTS = 168;
const AHCI_SEGMENT_BYTES = 65536;

/** E1000_MAX_DATA_PER_TXD (drivers/net/ethernet/intel/e1000/e1000_main.c of v6.12). */
const E1000_DESCRIPTOR_BYTES = 4096;

/** The controller a request is for, unless the scenario says: a disk for reads and writes, a card for packets. */
export function controllerOf(
  { controller }: Pick<DriverFacts, 'controller'>,
  op: RequestSpec['op'],
): Controller {
  if (op === 'tx' || op === 'rx') return 'e1000';
  return controller === 'ahci' ? 'ahci' : 'nvme';
}

/** Bits of an address that bouncing has to keep: nvme_pci_alloc_dev() says dma_set_min_align_mask(). */
export function minAlignMaskOf(controller: Controller | null): number {
  return controller === 'ahci' || controller === 'e1000' ? 0 : NVME_PAGE - 1;
}

export function requestsOfEmulated(
  facts: DriverFacts,
  segments: readonly number[],
  op: RequestSpec['op'],
): readonly (readonly Piece[])[] {
  const limits = limitsOf(facts, controllerOf(facts, op));
  return splitRequest(segments, limits).map((parts) => payloadOf(parts, op === 'read' || op === 'rx'));
}

/** Of a request. A disk's is no larger than one bounced mapping may be: dma_opt_mapping_size(), scsi_add_host_with_dma(). */
function limitsOf({ release, queueSize, maxMapping }: DriverFacts, controller: Controller): RequestLimits {
  switch (controller) {
    case 'e1000':
      return { segments: Infinity, segmentBytes: E1000_DESCRIPTOR_BYTES, bytes: Infinity };
    case 'ahci':
      return {
        segments: Math.min(AHCI_SEGMENTS, queueSize),
        segmentBytes: AHCI_SEGMENT_BYTES,
        bytes: Math.min(MAX_REQUEST_BYTES, maxMapping),
      };
    case 'nvme':
      return {
        segments: Math.min(nvmeSegments(release), queueSize),
        segmentBytes: Infinity,
        bytes: Math.min(NVME_BYTES, maxMapping),
      };
  }
}

function nvmeSegments(release: string): number {
  const known = releaseOf(release);
  return known === null || isSince(known, NVME_128_SINCE) ? NVME_SEGMENTS.since : NVME_SEGMENTS.before;
}

// ---- registers ---------------------------------------------------------------------------------------------

/** Accesses to a device's registers: each is an exit, and its instruction has to be decoded. */
export interface RegisterAccesses {
  readonly reads: number;
  readonly writes: number;
}

export interface ControllerRegisters {
  /** To hand over a request. */
  readonly submission: RegisterAccesses;
  /** For one interrupt, however many requests it is for. */
  readonly interrupt: RegisterAccesses;
}

export const controllerRegisters: Readonly<Record<Controller, ControllerRegisters>> = {
  // nvme_write_sq_db(), unless shadow doorbells spare it; nvme_ring_cq_doorbell() (drivers/nvme/host/pci.c of v6.12).
  nvme: { submission: { reads: 0, writes: 1 }, interrupt: { reads: 0, writes: 1 } },
  // ahci_qc_issue() of a queued command: PORT_SCR_ACT, PORT_CMD_ISSUE. HOST_IRQ_STAT and PORT_IRQ_STAT are read and
  // written back, PORT_SCR_ACT is read: ahci_single_level_irq_intr() to ahci_qc_complete() (drivers/ata/libahci.c of v6.12).
  ahci: { submission: { reads: 0, writes: 2 }, interrupt: { reads: 3, writes: 2 } },
  // TDT, for the last of several. ICR is read, IMC written and flushed by a read of STATUS, then IMS likewise: e1000_intr(),
  // e1000_irq_enable(); RDT where it was for packets (drivers/net/ethernet/intel/e1000/e1000_main.c of v6.12).
  e1000: { submission: { reads: 0, writes: 1 }, interrupt: { reads: 3, writes: 3 } },
};
