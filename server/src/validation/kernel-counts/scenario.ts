/** A row as a scenario of the model, and what of its answer has to equal the row. */
import type { DeviceClass, RequestSpec, Scenario } from '../../model/scenario.js';
import { blockRequests, frames, framesOfPing, sentBeside } from './requests.js';
import type { Row } from './row.js';

/** How the slots of a row in use at most compare with the model's: equal, at most as many, or not at all. */
export type PeakRule = 'equal' | 'at most' | 'not compared';

/** The row is what the one run does beyond the other, which leaves the ring as the row found it. */
export interface Run {
  readonly scenario: Scenario;
  /** Null: the row found everything at rest. */
  readonly before: Scenario | null;
}

export interface Plan {
  readonly kind: 'plan';
  /** Several where a row does not tell which of a few states it began in: one of them has to agree in everything. */
  readonly runs: readonly Run[];
  readonly peak: PeakRule;
  /** What of the row is not compared, and why. */
  readonly leftOut: readonly string[];
}

/** Receive buffers took the whole pool: no packet was sent, and none can be in the model. */
export interface DeadLink {
  readonly kind: 'dead link';
  readonly scenario: Scenario;
}

/** A row the model is not asked about. */
export interface Refused {
  readonly kind: 'refused';
  readonly why: string;
}

/** Entries of QEMU's queues (hw/block/virtio-blk.c, hw/scsi/virtio-scsi.c of QEMU 7.2). */
const QUEUE_ENTRIES = 256;

export function planOf(row: Row): Plan | DeadLink | Refused {
  if (row.probesMissed > 0) return refused('the kernel lost events');
  if (row.op === 'ping' && isStarved(row) && row.fromDevice.count === 0)
    return {
      kind: 'dead link',
      scenario: { ...settingsOf(row, 'net'), requests: [NO_PACKETS, ...pings([1], 1)] },
    };
  if (isStarved(row)) return refused('the pool was full: how often a request is put back depends on timing');
  if (row.toDevice.count > row.bounced.count) return refused('memory was synchronised while it was mapped');
  if (row.device === 'virtio-net-pci') return netPlan(row);
  if (row.device === 'virtio-blk-pci' || row.device === 'virtio-scsi-pci') return blockPlan(row, row.device);
  if (row.device === 'virtio-rng-pci') return singlesPlan(row, 'rng');
  if (row.device === 'virtio-serial-pci') return singlesPlan(row, 'console');
  return refused(`no scenario for ${row.device}: its requests are logged, not predicted`);
}

/** Messages are rate limited, so that failed mappings may have none. Each mapping that succeeds is one copy to the device. */
export function isStarved(row: Row): boolean {
  return row.fullMessages > 0 || row.toDevice.count < row.bounced.count;
}

// ---- block -------------------------------------------------------------------------------------------------

function blockPlan(row: Row, device: keyof typeof frames): Plan | Refused {
  const deviceClass = device === 'virtio-blk-pci' ? 'blk' : 'scsi';
  const op = directions.get(row.op);
  if (op === undefined) return refused('what a probe asks of a disk depends on its content and on timing');
  if (row.bounced.count === 0) return unbouncedBlock(row, deviceClass, op);
  const derived = blockRequests(row, frames[device]);
  if ('why' in derived) return refused(derived.why);
  const { calls, areWholeCalls } = derived.asked;
  const requests = calls.map(({ segments, count }) => ({ op, segments, count }));
  const settings = settingsOf(row, deviceClass);
  // A SCSI host keeps event buffers posted: they were there before the row.
  const before = { ...settings, requests: [] };
  return planned([{ scenario: { ...settings, requests }, before }], blockPeak(row, areWholeCalls));
}

function blockPeak(row: Row, areWholeCalls: boolean): Peak {
  if (!areWholeCalls)
    return { rule: 'not compared', why: 'which requests were in flight together is not known' };
  if (row.requests !== null && row.requests > row.count)
    return { rule: 'at most', why: 'the first request of a call may be done before the second is mapped' };
  return asKept(row);
}

/** A flush is a write of nothing; discard and zeroing write the ranges concerned, or the block to repeat. */
const directions: ReadonlyMap<string, 'read' | 'write'> = new Map([
  ['read', 'read'],
  ['write', 'write'],
  ['flush', 'write'],
  ['discard', 'write'],
  ['zeroes', 'write'],
]);

/** Nothing was mapped in the pool, so the segments are not known, and do not matter: any list must give zero. */
function unbouncedBlock(row: Row, device: DeviceClass, op: 'read' | 'write'): Plan {
  const requests = [{ op, segments: [row.blockBytes], count: row.count * row.jobs }];
  const run = { scenario: { ...settingsOf(row, device), requests }, before: null };
  const plan = planned([run], asKept(row));
  return { ...plan, leftOut: [...plan.leftOut, 'segments: not known where nothing is bounced'] };
}

// ---- network -----------------------------------------------------------------------------------------------

/** NAPI_POLL_WEIGHT (include/linux/netdevice.h, 6.1 and 6.12). */
const NAPI_BUDGET = 64;
/** After so many refills of 33 buffers a ring's pattern of 21 buffers a page fragment stands where it stood. */
const REFILL_STATES = 7;
const WARM_UP_FRAME = 64;
/** A ping of so many bytes is a frame of 1500 bytes without its header. */
const LARGEST_IN_ONE_BUFFER = 1472;
const NO_PACKETS: RequestSpec = { op: 'rx', segments: [WARM_UP_FRAME], count: 0 };

function netPlan(row: Row): Plan | Refused {
  if (row.op !== 'ping') return refused('what an interface sends when it comes up depends on timing');
  const mtu = row.options.find((option) => option.startsWith('host_mtu='));
  if (mtu !== undefined && row.blockBytes > LARGEST_IN_ONE_BUFFER)
    return refused(
      'buffers are as long as packets before the row were: rows are taken in their order, exact.test.ts',
    );
  const sent = framesOfPing(row.blockBytes);
  const isBounced = row.bounced.count > 0;
  const driver = receiveBuffersOf(row.options);
  const piecesOfBuffer = driver.receiveBuffers === 'big' ? piecesOfBig(driver.mtu) : 1;
  const beside = isBounced ? packetsBeside(row, sent, piecesOfBuffer) : [];
  if (beside === null) return refused('not every ping was sent and answered once');
  if (beside.length > 0 && sent.length > 1)
    return refused('which poll took the packets beside the pings depends on timing');
  if (row.options.includes('backend=tap') && beside.some((each) => isAddressReply(each)))
    return refused('when the far end asks for an address depends on timing');
  const settings = { ...settingsOf(row, 'net'), driver };
  const run = (taken: number): Run => {
    const warmUp: RequestSpec = { op: 'rx', segments: [WARM_UP_FRAME], count: taken };
    const requests = [warmUp, ...beside, ...pings(sent, row.count)];
    return { scenario: { ...settings, requests }, before: { ...settings, requests: [warmUp] } };
  };
  return planned(isBounced ? takenBefore(row, settings).map(run) : [run(0)], netPeak(row, sent.length));
}

/** Neighbour discovery and the like, sent and received: null where the row's copies are not those of its pings. */
function packetsBeside(row: Row, sent: readonly number[], piecesOfBuffer: number): RequestSpec[] | null {
  const out = sentBeside(row, sent);
  const received = row.fromDevice.count / piecesOfBuffer - sent.length * row.count;
  if (out === null || received < 0) return null;
  const specs = out.map(({ bytes, count }): RequestSpec => ({ op: 'tx', segments: [bytes], count }));
  return received === 0 ? specs : [...specs, { op: 'rx', segments: [WARM_UP_FRAME], count: received }];
}

/** An ARP frame: Ethernet header and 28 bytes (RFC 826). */
function isAddressReply({ op, segments }: RequestSpec): boolean {
  return op === 'tx' && segments[0] === 14 + 28;
}

function netPeak(row: Row, framesOfOne: number): Peak {
  if (row.bounced.count === 0) return asKept(row);
  if (framesOfOne > 1)
    return { rule: 'not compared', why: 'how many fragments are in flight together depends on timing' };
  if (row.toDevice.count === row.count)
    return { rule: 'not compared', why: 'the ring was not filled up, so it had its most before the row' };
  return asKept(row);
}

/**
 * Buffers the device may have taken before the row. A driver fills its ring up when more than half of the budget is
 * free (virtnet_receive(), drivers/net/virtio_net.c, 6.1 and 6.12): how many are free is known from the slots in use,
 * how often it was filled up is not, and matters where buffers differ.
 */
function takenBefore(row: Row, { driver }: Scenario): number[] {
  const { ring, slots } =
    driver?.receiveBuffers === 'big' ? bigRing(row, driver.mtu) : { ring: row.rxRing, slots: 1 };
  const free = ring - Math.floor((row.usedBefore ?? ring * slots) / slots);
  if (driver?.receiveBuffers !== 'mergeable') return [free];
  const refill = Math.floor(Math.min(NAPI_BUDGET, row.rxRing) / 2) + 1;
  return Array.from({ length: REFILL_STATES }, (_, refills) => free + refills * refill);
}

/** Buffers of a full ring, and slots of each: the header's, two of each page, and the table's. */
function bigRing(row: Row, mtu: number | undefined): { readonly ring: number; readonly slots: number } {
  const pieces = piecesOfBig(mtu);
  const slots = 1 + 2 * (pieces - 1);
  return row.isIndirect
    ? { ring: row.rxRing, slots: slots + 1 }
    : { ring: Math.floor(row.rxRing / pieces), slots };
}

/** Header, the rest of its page, and so many pages: 17 where the device may send unsegmented packets. */
function piecesOfBig(mtu: number | undefined): number {
  return 2 + (mtu === undefined ? 17 : Math.ceil(mtu / 4096));
}

/**
 * The buffers that follow from what QEMU offers. Its user-space stack takes no unsegmented packets, so that guest offload
 * needs a tap device; without MRG_RXBUF that, or a large MTU, makes buffers big (virtnet_set_big_packets()).
 */
function receiveBuffersOf(options: readonly string[]): NonNullable<Scenario['driver']> {
  if (!options.includes('mrg_rxbuf=off')) return { receiveBuffers: 'mergeable' };
  const mtu = options.find((option) => option.startsWith('host_mtu='));
  if (options.includes('backend=tap') && !options.includes('guest_tso4=off'))
    return { receiveBuffers: 'big' };
  if (mtu !== undefined) return { receiveBuffers: 'big', mtu: Number(mtu.slice('host_mtu='.length)) };
  return { receiveBuffers: 'small' };
}

/**
 * Each ping is answered before the next is sent. All frames of an answer are taken in one poll, after which the ring is
 * filled up: so the rows say, every time. The driver gives back whole buffers, so their frames' lengths do not matter.
 */
function pings(sent: readonly number[], count: number): RequestSpec[] {
  const out = sent.map((frame): RequestSpec => ({ op: 'tx', segments: [frame], count: 1 }));
  const back: RequestSpec = {
    op: 'rx',
    segments: [WARM_UP_FRAME],
    count: sent.length,
    inFlight: sent.length,
  };
  return Array.from({ length: count }, () => [...out, back]).flat();
}

// ---- others ------------------------------------------------------------------------------------------------

/** Each request is one buffer, given or taken as it is. Only with logged requests: sizes do not tell directions. */
function singlesPlan(row: Row, device: DeviceClass): Plan | Refused {
  if (row.op === 'probe') return refused('a probe posts buffers: see slots at rest');
  if (row.shapes === null) return refused('no requests are logged');
  if (row.shapes.some(({ mappings }) => mappings.length !== 1))
    return refused('a request of several buffers');
  const settings = settingsOf(row, device);
  const requests = row.shapes.flatMap(({ mappings, count }) =>
    mappings.map(({ bytes, direction }): RequestSpec => {
      return { op: direction === '<' ? 'read' : 'write', segments: [bytes], count };
    }),
  );
  const nothing = requests.map((request) => ({ ...request, count: 0 }));
  const run = { scenario: { ...settings, requests }, before: { ...settings, requests: nothing } };
  return planned([run], { rule: 'not compared', why: 'queues take turns as timing has it' });
}

// ---- both --------------------------------------------------------------------------------------------------

const notInTheModel = 'kicks and interrupts: the model counts none';

interface Peak {
  readonly rule: PeakRule;
  /** Why they are not held to be equal; '' where they are. */
  readonly why: string;
}

function asKept(row: Row): Peak {
  return row.peakSource === 'sampled' && row.bounced.count > 0
    ? { rule: 'at most', why: 'seen by looking often, so the most may have been missed' }
    : { rule: 'equal', why: '' };
}

function planned(runs: readonly Run[], peak: Peak): Plan {
  const leftOut = peak.why === '' ? [notInTheModel] : [notInTheModel, `slots at most: ${peak.why}`];
  return { kind: 'plan', runs, peak: peak.rule, leftOut };
}

export function settingsOf(row: Row, device: DeviceClass): Scenario {
  return {
    policy: row.kernel.startsWith('6.1.') ? 'v6.1' : 'v6.12',
    platform: 'plain',
    device: {
      class: device,
      offersAccessPlatform: row.isAccessPlatformOffered,
      // Without an IOMMU both are the same; QEMU takes an address for what the platform says once the bit is accepted.
      addresses: 'gpa',
      transport: row.transport === 'modern' ? 'pci-modern' : 'pci-transitional',
    },
    swiotlb: {
      mode: row.isBounceForced ? 'force' : 'default',
      ...(row.poolSlots > 0 ? { slots: row.poolSlots } : {}),
      areas: row.cpus,
    },
    queue: {
      layout: row.isPacked ? 'packed' : 'split',
      size: device === 'net' ? row.rxRing : QUEUE_ENTRIES,
      indirect: row.isIndirect,
      eventIdx: row.hasEventIdx,
    },
  };
}

function refused(why: string): Refused {
  return { kind: 'refused', why };
}
