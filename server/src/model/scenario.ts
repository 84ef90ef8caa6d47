/**
 * What a run of the model is asked, and what it answers: plain data, promised in docs/model.md and by the JSON Schema.
 */

/** What became of data between driver and device; see the glossary. */
export type Outcome =
  | 'direct'
  | 'bounced'
  | 'refused'
  | 'ciphertext'
  | 'stale'
  | 'fault'
  | 'misread'
  | 'exhausted'
  | 'undecided';

export type PlatformId =
  | 'plain'
  | 'sme-host'
  | 'pef'
  | 'sev'
  | 'sev-es'
  | 'sev-snp'
  | 'tdx'
  | 's390-pv'
  | 'pkvm'
  | 'cca'
  | 'hyperv-cvm';

export type DeviceClass =
  | 'blk'
  | 'net'
  | 'scsi'
  | 'console'
  | 'rng'
  | 'balloon'
  | '9p'
  | 'vsock'
  | 'fs'
  | 'gpu'
  | 'input'
  | 'crypto'
  | 'iommu'
  | 'mem'
  | 'pmem'
  | 'sound'
  /** An emulated device of its own kind (NVMe, e1000, AHCI), whose driver always uses the DMA API. */
  | 'emulated';

export type Transport = 'pci-modern' | 'pci-transitional' | 'pci-legacy' | 'mmio' | 'ccw';

export interface DeviceSpec {
  readonly class: DeviceClass;
  readonly offersAccessPlatform: boolean;
  /** Default: true, but false on `pci-legacy`, which has no bit 32. */
  readonly offersVersion1?: boolean;
  /** What the device takes an address to be: a guest-physical address, or one the platform translates. */
  readonly addresses: 'gpa' | 'bus';
  /** Default: `pci-modern`, or `pci-legacy` where VERSION_1 is said not to be offered. */
  readonly transport?: Transport;
}

/** `read`, `write`: a block request; `tx`, `rx`: a packet. For other classes `write` gives and `read` takes bytes. */
export interface RequestSpec {
  readonly op: 'read' | 'write' | 'tx' | 'rx';
  /** Bytes of each physically contiguous piece of payload; what the driver adds (headers, status) is not counted. */
  readonly segments: readonly number[];
  readonly count: number;
  /** Requests submitted before the first is completed; default 1. */
  readonly inFlight?: number;
}

export type DmaRelation = 'equal' | 'offset' | 'translated';
export type SwiotlbMode = 'default' | 'force' | 'noforce';

export interface Scenario {
  readonly id?: string;
  /** `vX.Y`, a proposal of 2019, or `tree`: see `policies.ts`. */
  readonly policy: string;
  readonly platform: PlatformId;
  readonly device: DeviceSpec;
  readonly driver?: {
    readonly clearsAccessPlatform?: boolean;
    /** How a network driver lays out receive buffers; it follows from feature bits. Default: `mergeable`. */
    readonly receiveBuffers?: 'mergeable' | 'big' | 'small';
    /** Of the device, where that and not segmentation offload makes receive buffers `big`. */
    readonly mtu?: number;
    /** What an emulated device is. Default: an NVMe disk for reads and writes, an e1000 card for packets. */
    readonly controller?: 'nvme' | 'ahci' | 'e1000';
  };
  /** The DMA address of a page against its physical address; default `equal`. */
  readonly dmaAddress?: DmaRelation;
  readonly xen?: boolean;
  /** Bytes of the guest's pages, where its architecture leaves a choice; default: the usual one of the platform. */
  readonly pageSize?: number;
  /** `slots` of 2 KiB; `areas` as on the command line (`swiotlb=slots,areas`). */
  readonly swiotlb?: { readonly mode?: SwiotlbMode; readonly slots?: number; readonly areas?: number };
  readonly queue?: {
    readonly layout?: 'split' | 'packed';
    readonly size?: number;
    readonly indirect?: boolean;
    readonly eventIdx?: boolean;
  };
  readonly requests?: readonly RequestSpec[];
}

/** What a device saw where it looked. */
export type Sight = 'plain' | 'ciphertext' | 'fault' | 'stale-alias' | 'wrong-address';

export interface Counts {
  /** Streaming mappings made, bounced or not. */
  readonly maps: number;
  readonly copiesToDevice: number;
  readonly bytesToDevice: number;
  readonly copiesFromDevice: number;
  readonly bytesFromDevice: number;
  readonly slotsPeak: number;
  /** Slots in use once every request is done: buffers that stay posted. */
  readonly slotsAtRest: number;
  /** Descriptors written to the ring; those of an indirect table count, the table's own too. */
  readonly descriptors: number;
  /** Pages whose protection was changed. */
  readonly conversions: number;
}

export interface RunResult {
  readonly id: string | null;
  readonly outcome: Outcome;
  readonly ring: Outcome;
  readonly payload: Outcome;
  /** What refused the device, or null. `errno` is `-ENODEV` and the like. */
  readonly gate: { readonly errno: string; readonly where: string } | null;
  readonly accessPlatformNegotiated: boolean;
  readonly usesDmaApi: boolean;
  readonly deviceRead: Sight | null;
  readonly counts: Counts;
  readonly notes: readonly string[];
}
