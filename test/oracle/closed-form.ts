/**
 * What a scenario of block requests or pings costs, from the rules alone: no memory, no ring, no slots to search. Held
 * against rows and model alike, it tells whether a difference is the model's or the reading of the row.
 */
import type { RequestSpec, Scenario } from '../../server/src/model/scenario.js';
import type { Compared } from './compare.js';

/** 2 KiB: IO_TLB_SHIFT (include/linux/swiotlb.h, 6.1 and 6.12). */
const SLOT_BYTES = 2048;
/** struct vring_desc (virtio 1.2, section 2.7.5). */
const DESCRIPTOR_BYTES = 16;
const NOTHING: Compared = {
  copiesToDevice: 0,
  bytesToDevice: 0,
  copiesFromDevice: 0,
  bytesFromDevice: 0,
  slotsPeak: 0,
  slotsAtRest: 0,
  isExhausted: false,
};

export function closedForm(scenario: Scenario): Compared {
  const isBounced = scenario.device.offersAccessPlatform && scenario.swiotlb?.mode === 'force';
  if (!isBounced) return NOTHING;
  const requests = scenario.requests ?? [];
  switch (scenario.device.class) {
    case 'blk':
      return block(scenario, requests, { header: 16, status: 1, segmentBytes: 262144 });
    case 'scsi':
      return block(scenario, requests, { header: 51, status: 108, segmentBytes: 65536 });
    case 'net':
      return network(scenario, requests);
    default:
      return singles(requests);
  }
}

interface BlockRules {
  readonly header: number;
  readonly status: number;
  /** Largest segment: 256 KiB of the pool, or the SCSI host's 64 KiB. */
  readonly segmentBytes: number;
}

/** 254 segments: the ring's 256 entries without header and status; 1280 KiB: include/linux/blkdev.h. */
const SEGMENTS = 254;
const REQUEST_BYTES = 1280 * 1024;

function block(scenario: Scenario, specs: readonly RequestSpec[], rules: BlockRules): Compared {
  const isIndirect = scenario.queue?.indirect ?? true;
  let sum = NOTHING;
  for (const { op, segments, count } of specs) {
    const requests = requestsOf(segments, rules.segmentBytes);
    const costs = requests.map((each) => blockRequest(op, each, rules, isIndirect));
    const entries = requests.reduce((all, each) => all + each.length + 2, 0);
    // Without indirect tables two requests of one call may not fit the ring together.
    const fitsRing = isIndirect || entries <= SEGMENTS + 2;
    const slots = costs.map(({ slotsPeak }) => slotsPeak);
    const peak = fitsRing ? slots.reduce((a, b) => a + b, 0) : Math.max(...slots);
    for (const cost of costs) sum = plus(sum, cost, count);
    sum = { ...sum, slotsPeak: Math.max(sum.slotsPeak, peak) };
  }
  return sum;
}

function requestsOf(segments: readonly number[], segmentBytes: number): number[][] {
  const requests: number[][] = [[]];
  let bytes = 0;
  for (const segment of segments) {
    for (let rest = segment; rest > 0; ) {
      let last = requests.at(-1) ?? [];
      if (last.length === SEGMENTS || bytes === REQUEST_BYTES) {
        last = [];
        requests.push(last);
        bytes = 0;
      }
      const part = Math.min(rest, segmentBytes, REQUEST_BYTES - bytes);
      last.push(part);
      bytes += part;
      rest -= part;
    }
  }
  return requests;
}

function blockRequest(
  op: RequestSpec['op'],
  segments: readonly number[],
  rules: BlockRules,
  isIndirect: boolean,
): Compared {
  const table = isIndirect ? [DESCRIPTOR_BYTES * (segments.length + 2)] : [];
  const mapped = [rules.header, ...segments, rules.status, ...table];
  const written = op === 'read' ? [...segments, rules.status] : [rules.status];
  return {
    ...NOTHING,
    copiesToDevice: mapped.length,
    bytesToDevice: sumOf(mapped),
    copiesFromDevice: written.length,
    bytesFromDevice: sumOf(written),
    slotsPeak: slotsOf(mapped),
  };
}

/** Each request is one buffer. */
function singles(specs: readonly RequestSpec[]): Compared {
  let sum = NOTHING;
  for (const { op, segments, count } of specs) {
    const toDevice = { ...NOTHING, copiesToDevice: 1, bytesToDevice: sumOf(segments) };
    const both = { ...toDevice, copiesFromDevice: 1, bytesFromDevice: sumOf(segments) };
    sum = plus(sum, op === 'read' ? both : toDevice, count);
  }
  return sum;
}

// ---- network -----------------------------------------------------------------------------------------------

const NET_HEADER = 12;
/** 20 receive buffers of 1536 bytes of each fragment of 32 KiB, and one of what is left. */
const BUFFERS = 21;
const bufferBytes = (at: number): number => (at % BUFFERS === BUFFERS - 1 ? 2048 : 1536);

/** A full ring; each packet takes the oldest buffer; after a poll, a ring with more than 32 free entries is filled up. */
function network(scenario: Scenario, specs: readonly RequestSpec[]): Compared {
  const ring = scenario.queue?.size ?? 256;
  // One slot for each receive buffer, and none left to send with.
  if (ring >= (scenario.swiotlb?.slots ?? Infinity)) return { ...NOTHING, isExhausted: true };
  const mostFree = Math.floor(Math.min(64, ring) / 2);
  let sum: Compared = { ...NOTHING, slotsPeak: ring };
  let taken = 0;
  let posted = ring;
  const send = (bytes: number): void => {
    sum = plus(sum, { ...NOTHING, copiesToDevice: 1, bytesToDevice: bytes }, 1);
    sum = { ...sum, slotsPeak: Math.max(sum.slotsPeak, posted - taken + slotsOf([bytes])) };
  };
  const take = (): void => {
    sum = plus(sum, { ...NOTHING, copiesFromDevice: 1, bytesFromDevice: bufferBytes(taken) }, 1);
    taken += 1;
  };
  const fill = (): void => {
    if (ring - (posted - taken) <= mostFree) return;
    for (; posted - taken < ring; posted++)
      sum = plus(sum, { ...NOTHING, copiesToDevice: 1, bytesToDevice: bufferBytes(posted) }, 1);
  };
  for (const { op, segments, count, inFlight } of specs) {
    for (let n = 1; n <= count; n++) {
      if (op === 'tx') send(sumOf(segments) + NET_HEADER);
      else take();
      const isEndOfPoll = n % (inFlight ?? 1) === 0 || n === count;
      if (op === 'rx' && isEndOfPoll) fill();
    }
  }
  return { ...sum, slotsAtRest: posted - taken };
}

// ---- sums --------------------------------------------------------------------------------------------------

/** Copies and bytes of `times` more; the peak is the caller's to say. */
function plus(sum: Compared, more: Compared, times: number): Compared {
  return {
    ...sum,
    copiesToDevice: sum.copiesToDevice + times * more.copiesToDevice,
    bytesToDevice: sum.bytesToDevice + times * more.bytesToDevice,
    copiesFromDevice: sum.copiesFromDevice + times * more.copiesFromDevice,
    bytesFromDevice: sum.bytesFromDevice + times * more.bytesFromDevice,
  };
}

const sumOf = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);
const slotsOf = (sizes: readonly number[]): number =>
  sizes.reduce((slots, bytes) => slots + Math.ceil(bytes / SLOT_BYTES), 0);
