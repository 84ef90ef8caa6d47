/**
 * Who serves the ring: figures of plain guests, so that no protected guest's figure is among them. Where a machine's own
 * device is known, put its figures in place of these.
 */

import type { DeviceClass } from '../scenario.js';
import { exactly, type Interval, zero } from './interval.js';
import type { Backend, GuestWork } from './workload.js';

function range(low: number, mid: number, high: number): Interval {
  return { low, mid, high };
}

const thesis = 'TUM-DSE/CVM_eval, branch fio-update-robert, plain guests';
const wal = 'TUM-DSE/CVM_eval, branch wal-network-bench, plain guest';

const nvme: Backend = {
  id: 'nvme',
  name: 'NVMe drive behind QEMU',
  // 25.8 to 30.4 us for a write, 90.8 to 119.9 us for a random read, less the guest's share.
  serviceNs: range(22_000, 60_000, 115_000),
  busyNs: range(1000, 2000, 4100),
  busyNsPerByte: range(0.14, 0.18, 0.4),
  workers: 1,
  isConcurrent: true,
  sharesMemory: false,
  polls: false,
  exits: 0,
  evidence: 'published',
  source: `${thesis}: polled, 4 KiB, cache=none; busy: between a drive of 1 million IOPS and one I/O thread's 244 000`,
};

const pageCache: Backend = {
  id: 'page-cache',
  name: 'host page cache behind QEMU',
  serviceNs: range(6000, 8500, 12_000),
  // 244 kIOPS of 4 KiB and 5421 MB/s of 128 KiB are two equations: 3.46 us and 0.158 ns/B.
  busyNs: range(3000, 3460, 4100),
  busyNsPerByte: range(0.14, 0.158, 0.26),
  workers: 1,
  isConcurrent: false,
  sharesMemory: true,
  polls: false,
  exits: 0,
  evidence: 'published',
  source: `${thesis}: 10 to 13.8 us polled; 244 kIOPS at 4 KiB, 5421 MB/s at 128 KiB`,
};

const vhostNet: Backend = {
  id: 'vhost-net',
  name: 'vhost-net',
  serviceNs: range(1500, 2500, 5000),
  busyNs: range(800, 1500, 2600),
  // 17.6 Gb/s of TCP: 0.45 ns/B, headers of 64 KiB packets included.
  busyNsPerByte: range(0.2, 0.42, 0.46),
  workers: Infinity,
  isConcurrent: false,
  sharesMemory: true,
  polls: false,
  exits: 0,
  evidence: 'published',
  source: `${wal}: 17.6 Gb/s TCP, about 400 000 small packets a second, one queue`,
};

const qemuNet: Backend = {
  ...vhostNet,
  id: 'qemu-net',
  name: 'network backend in QEMU',
  serviceNs: range(4000, 8000, 15_000),
  busyNs: range(2000, 3000, 4500),
  source: `${wal}: 3.40 Gb/s of 1460-byte packets, one queue`,
};

const vhostUser: Backend = {
  id: 'vhost-user',
  name: 'vhost-user with polling (DPDK)',
  serviceNs: range(500, 1500, 5000),
  busyNs: range(50, 100, 250),
  busyNsPerByte: range(0.02, 0.06, 0.15),
  workers: Infinity,
  isConcurrent: false,
  sharesMemory: true,
  polls: true,
  exits: 0,
  evidence: 'by analogy',
  source: 'nothing measured: one copy from cache to cache, and a ring at streaming speed',
};

const instant: Backend = {
  id: 'instant',
  name: 'a device that takes no time',
  serviceNs: zero,
  busyNs: zero,
  busyNsPerByte: zero,
  workers: Infinity,
  isConcurrent: true,
  sharesMemory: false,
  polls: true,
  exits: 0,
  evidence: 'measured',
  source: 'by definition: shows what the guest alone can do',
};

const daemon: Backend = {
  id: 'daemon',
  name: 'a process of the host',
  serviceNs: range(5000, 15_000, 50_000),
  busyNs: range(2000, 5000, 20_000),
  busyNsPerByte: range(0.1, 0.2, 0.5),
  workers: 1,
  isConcurrent: false,
  sharesMemory: false,
  polls: false,
  exits: 0,
  evidence: 'by analogy',
  source: 'nothing measured: like a disk in the page cache, with more work for each request',
};

/**
 * Registers in place of a ring: every doorbell ends in the hypervisor's user space, 6200 to 6900 cycles where virtio's
 * takes 1400 to 2400 in the kernel (kvm-unit-tests table in Linux b7ffc44d5b2e).
 */
const EMULATION_NS = range(1500, 2500, 4000);

function emulated(id: string, name: string, exits: number, like: Backend, source: string): Backend {
  return {
    ...like,
    id,
    name,
    serviceNs: add(like.serviceNs, EMULATION_NS),
    busyNs: add(like.busyNs, EMULATION_NS),
    exits,
    polls: false,
    evidence: 'by analogy',
    source,
  };
}

function add(a: Interval, b: Interval): Interval {
  return range(a.low + b.low, a.mid + b.mid, a.high + b.high);
}

const emulatedNvme = emulated(
  'emulated-nvme',
  'NVMe controller emulated by QEMU',
  2,
  nvme,
  'doorbells of submission and completion queue, one write each (drivers/nvme/host/pci.c)',
);

const emulatedAhci = emulated(
  'emulated-ahci',
  'AHCI controller emulated by QEMU',
  6,
  nvme,
  'issue, and reading and clearing of the interrupt status of controller and port (drivers/ata/libahci.c)',
);

const emulatedE1000 = emulated(
  'emulated-e1000',
  'e1000 emulated by QEMU',
  3,
  qemuNet,
  'tail write, cause read, mask write (drivers/net/ethernet/intel/e1000/e1000_main.c)',
);

export const backends: readonly Backend[] = [
  nvme,
  pageCache,
  vhostNet,
  qemuNet,
  vhostUser,
  daemon,
  instant,
  emulatedNvme,
  emulatedAhci,
  emulatedE1000,
];

export const backendIds: readonly string[] = backends.map(({ id }) => id);

/** Null: there is none of that name. */
export function backendOf(id: string): Backend | null {
  return backends.find((backend) => backend.id === id) ?? null;
}

/** Who usually serves a class of device. An emulated one stands `inPlaceOf` a virtio device. */
export function usualBackend(device: DeviceClass, inPlaceOf: DeviceClass = device): Backend {
  switch (device) {
    case 'blk':
    case 'scsi':
    case 'pmem':
      return nvme;
    case 'net':
      return vhostNet;
    case 'emulated':
      return inPlaceOf === 'net' ? emulatedE1000 : emulatedNvme;
    default:
      return daemon;
  }
}

const disk: GuestWork = {
  // One job does 253 000 reads a second with everything bounced: 3.95 us, of which the bounce takes 2.0.
  requestNs: range(1200, 1950, 3000),
  nsPerByte: range(0, 0.01, 0.03),
  evidence: 'derived',
  source: 'fio 4 KiB, one job, lkml 2022-06-28, Chao Gao, less the bounce',
};

const packet: GuestWork = {
  requestNs: range(2000, 2350, 3000),
  // 64 KiB in one go: protocol work by the page, the copy to the user on another CPU.
  nsPerByte: range(0.05, 0.15, 0.25),
  evidence: 'published',
  source: `${wal}: 2.4 to 3.2 us a received packet`,
};

const message: GuestWork = {
  requestNs: range(1000, 3000, 8000),
  nsPerByte: range(0, 0.02, 0.1),
  evidence: 'by analogy',
  source: 'nothing measured: like a disk request',
};

/** What a guest's software does for one request of a class of device. */
export function guestWork(device: DeviceClass): GuestWork {
  switch (device) {
    case 'blk':
    case 'scsi':
    case 'pmem':
    case 'emulated':
      return disk;
    case 'net':
      return packet;
    default:
      return message;
  }
}

/** For a device whose figures are known: nothing is left open. */
export function measuredBackend(
  id: string,
  serviceNs: number,
  busyNs: number,
  workers = 1,
  sharesMemory = false,
): Backend {
  return {
    id,
    name: id,
    serviceNs: exactly(serviceNs),
    busyNs: exactly(busyNs),
    busyNsPerByte: zero,
    workers,
    isConcurrent: false,
    sharesMemory,
    polls: false,
    exits: 0,
    evidence: 'measured',
    source: 'given',
  };
}
