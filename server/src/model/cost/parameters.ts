/**
 * Every cost the model knows, in one place: bounds, unit, source, evidence. Figures called "reference machine" were
 * measured on a KVM guest with 2 virtual CPUs of a Xeon with AMX at 2.6 GHz and 2 MiB of L2 cache a core, November 2026,
 * medians of three runs on an idle machine.
 */
import type { PlatformId } from '../scenario.js';
import type { Interval } from './interval.js';
import type { CostParameters, Evidence, Parameter, PlatformCosts, RingCosts } from './parameter.js';
import { versionOf } from './version.js';

function parameter(
  unit: Parameter['unit'],
  [low, mid, high]: readonly [number, number, number],
  evidence: Evidence,
  source: string,
): Parameter {
  return { low, mid, high, unit, evidence, source };
}

const reference = 'reference machine';
const ringtest = `${reference}, tools/virtio/ringtest of Linux 6.12, 256 entries`;

function ring(stream: Interval, roundTrip: Interval, program: string): RingCosts {
  const source = `${ringtest}, program ${program}`;
  return {
    streamNs: parameter('ns', [stream.low, stream.mid, stream.high], 'measured', source),
    roundTripNs: parameter('ns', [roundTrip.low, roundTrip.mid, roundTrip.high], 'measured', source),
  };
}

/** Half an order around what other processors show for a cache line's way: 23 to 200 ns against 137 here. */
function around(mid: number): Interval {
  return { low: mid * 0.5, mid, high: mid * 1.4 };
}

const machine: CostParameters['machine'] = {
  copyHotNsPerByte: parameter(
    'ns/B',
    [0.005, 0.02, 0.03],
    'measured',
    `${reference}: 200 GB/s up to 16 KiB, 49 GB/s from 32 KiB`,
  ),
  copyColdNsPerByte: parameter(
    'ns/B',
    [0.06, 0.14, 0.19],
    'measured',
    `${reference}, both sides cold: 7.2 GB/s; bounds from SEV-SNP and TDX figures of the TUM thesis logs`,
  ),
  copyColdFixedNs: parameter(
    'ns',
    [40, 80, 120],
    'measured',
    `${reference}: 64 bytes, both sides cold, 60 ns with rep movsb, 99 ns with the C library; the guess is their mean`,
  ),
  slotPairNs: parameter('ns', [40, 60, 120], 'measured', `${reference}: 32768 slots in one area, one thread`),
  probeNs: parameter('ns', [0.9, 1, 1.1], 'measured', `${reference}: 16384 probes in 15.2 to 18.6 us`),
  dmaCallNs: parameter(
    'ns',
    [20, 60, 150],
    'by analogy',
    'nothing published: dma_map_page_attrs() to swiotlb_map() and back; between the packed and the split ring of ringtest, a descriptor',
  ),
  lockHandOverNs: parameter(
    'ns',
    [160, 548, 700],
    'derived',
    `a queued lock always hands over: its line, the area's and two of the slots', 137 ns each on the ${reference}; low end: 162 ns measured there with two threads and an unfair lock`,
  ),
  wakeNs: parameter(
    'ns',
    [32_000, 33_000, 35_000],
    'measured',
    `${reference}: eventfd to a halted virtual CPU`,
  ),
  interruptNs: parameter(
    'ns',
    [0, 1500, 4000],
    'by analogy',
    'nothing published: between posted (none) and one exit with its handler',
  ),
  haltNs: parameter(
    'ns',
    [4000, 6000, 25_000],
    'published',
    'TUM thesis logs, plain guests, 4 KiB requests one by one: with interrupts 5.4 to 6.1 us (Xeon) and 18 to 26 us (EPYC) more than polled',
  ),
  rings: {
    packed: ring(around(28.9), around(209.6), 'ring'),
    // Geometric mean of 16, 64 and all 256 outstanding (211.8, 200.8, 260.4 ns).
    split: ring(around(223), around(817.4), 'virtio_ring_0_9'),
    'split-polled': ring(around(200.6), around(648.6), 'virtio_ring_poll'),
    'split-in-order': ring(around(186.3), around(501.6), 'virtio_ring_inorder'),
  },
};

const exits = 'TUM-DSE/CVM_eval, benchmarks/vmexit/plot.py, EPYC 7713P';

const plainKick = parameter(
  'ns',
  [400, 1300, 2500],
  'published',
  `${exits}: hypercall 1255 ns, MSR 1290 ns, port I/O 1635 ns; low end: about 1200 cycles on VMX (Linux b7ffc44d5b2e)`,
);

const snpKick = parameter('ns', [2400, 3600, 4200], 'published', `${exits}, SEV-SNP: 3553 to 3885 ns`);

const tdxKick = parameter(
  'ns',
  [1200, 3000, 4500],
  'derived',
  'no published TDX exit figure; from polled page-cache reads and writes (TUM thesis logs, +3.39 and +2.08 us, less the bounce); bounds: 2000 to 6000 cycles more than a plain exit (IPADS-Bifrost)',
);

const noWake = parameter('ns', [0, 0, 0], 'measured', 'a plain guest is what the figure is relative to');

const snpWake = parameter(
  'ns',
  [4000, 13_100, 22_000],
  'derived',
  'TUM thesis logs, SEV-SNP on NVMe, 4 KiB writes with interrupts: +15.67 us, less bounce and exit; bounds: four workloads',
);

const tdxWake = parameter(
  'ns',
  [28_000, 48_000, 66_000],
  'derived',
  'TUM thesis logs, TDX on NVMe, 4 KiB writes with interrupts: +50.48 us, less bounce and exit; bounds: eight workloads',
);

const analogousKick = (with_: string, like: Parameter): Parameter => ({
  ...like,
  evidence: 'by analogy',
  source: `nothing published; ${with_}`,
});

const snpCopy = parameter(
  'ns/B',
  [0.05, 0.11, 0.19],
  'derived',
  'TUM thesis logs, SEV-SNP: 128 KiB requests give 0.059 ns/B; the reference machine measures 0.14',
);

const tdxCopy = parameter(
  'ns/B',
  [0.1, 0.16, 0.22],
  'derived',
  'TUM thesis logs, TDX on a page-cache backend: 128 KiB requests give 0.187 ns/B; the reference machine measures 0.14',
);

const plain: PlatformCosts = {
  kickNs: plainKick,
  interruptWakeNs: noWake,
  copyColdNsPerByte: machine.copyColdNsPerByte,
};

const snp: PlatformCosts = { kickNs: snpKick, interruptWakeNs: snpWake, copyColdNsPerByte: snpCopy };
const tdx: PlatformCosts = { kickNs: tdxKick, interruptWakeNs: tdxWake, copyColdNsPerByte: tdxCopy };

/** Nothing published: everything between a plain guest and the costliest platform that was measured. */
function byAnalogy(reason: string): PlatformCosts {
  return {
    kickNs: analogousKick(reason, { ...plainKick, mid: 2500, high: 4500 }),
    interruptWakeNs: analogousKick(reason, { ...tdxWake, low: 0, mid: 11_000 }),
    copyColdNsPerByte: analogousKick(reason, machine.copyColdNsPerByte),
  };
}

const platforms: Readonly<Record<PlatformId, PlatformCosts>> = {
  plain,
  'sme-host': plain,
  // Registers are not encrypted: an exit costs what it costs a plain guest (AMD APM volume 2, 15.34).
  sev: { ...plain, copyColdNsPerByte: snpCopy },
  'sev-es': {
    kickNs: analogousKick('the exit protocol is that of SEV-SNP', snpKick),
    interruptWakeNs: analogousKick('the exit protocol is that of SEV-SNP', snpWake),
    copyColdNsPerByte: snpCopy,
  },
  'sev-snp': snp,
  tdx,
  pef: byAnalogy('POWER9 ultravisor, between a plain guest and TDX'),
  's390-pv': byAnalogy('s390 ultravisor, between a plain guest and TDX'),
  pkvm: byAnalogy('arm64 hypervisor at EL2, between a plain guest and TDX'),
  cca: byAnalogy('arm64 realm manager, between a plain guest and TDX'),
  'hyperv-cvm': byAnalogy('SEV-SNP or TDX under a paravisor'),
};

export const costParameters: CostParameters = {
  version: versionOf({ machine, platforms }),
  machine,
  platforms,
};
