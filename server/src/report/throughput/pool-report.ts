/** What a question about a pool comes to, in words: the same on a command line and in an editor. */
import { SLOT_BYTES } from '../../model/bounce/units.js';
import { platformOf } from '../../model/index.js';
import { type PoolAnswer, type PoolQuestion, poolDemand } from '../../model/throughput/index.js';
import type { Demand, PoolReport } from './types.js';

/** Whether a pool is large enough, and why, in words. */
export function poolReport(q: PoolQuestion): PoolReport {
  const answer = poolDemand(q);
  return {
    platform: q.platform,
    workload: workloadWords(q),
    pool: { slots: answer.slots, bytes: answer.slots * SLOT_BYTES, origin: originWords(q, answer) },
    demands: answer.demands.map((demand): Demand => ({ ...demand, what: demandWords(demand.of, q) })),
    verdict: answer.verdict,
    why: whyWords(answer),
    fallsOverAt: fallsOverWords(q, answer),
    shows: showsWords(answer),
    recommended:
      answer.recommended === null
        ? null
        : { slots: answer.recommended, bootOption: `swiotlb=${answer.recommended}` },
    notes: platformOf(q.platform).hasRestrictedPool
      ? ['the pool is the one the device tree gives the device: make that larger, swiotlb= does not reach it']
      : [],
  };
}

function workloadWords({ queuePairs, ringSize, disks, disk }: PoolQuestion): string {
  const parts = [
    ...(queuePairs > 0 ? [`virtio-net, ${counted(queuePairs, 'queue pair')} of ${ringSize}`] : []),
    ...(disks > 0
      ? [
          `${counted(disks, 'virtio disk')}, ${counted(disk.queues, 'queue')} each, ${disk.depth} requests of ${kib(disk.requestBytes)} in flight on each`,
        ]
      : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join('; ');
}

function demandWords(of: PoolAnswer['demands'][number]['of'], q: PoolQuestion): string {
  switch (of) {
    case 'receive rings':
      return `receive buffers of ${counted(q.queuePairs, 'queue pair')} x ${q.ringSize}`;
    case 'packets sent':
      return `packets of 64 KiB being sent on ${counted(q.queuePairs, 'queue')}, 16 each`;
    case 'disk requests':
      return `${q.disks * q.disk.queues} x ${q.disk.depth} disk requests of ${kib(q.disk.requestBytes)}`;
  }
}

function originWords(q: PoolQuestion, { slots }: PoolAnswer): string {
  const { poolSlots, hasRestrictedPool } = platformOf(q.platform);
  if (hasRestrictedPool) return q.slots === null ? 'if its device tree gives the usual size' : 'as given';
  const asked = q.slots ?? poolSlots(q.memoryBytes);
  const rounded = slots === asked ? '' : `, rounded up for ${counted(q.cpus, 'CPU')}`;
  if (q.slots !== null) return `swiotlb=${q.slots}${rounded}`;
  if (poolSlots(2 ** 40) === poolSlots(2 ** 30)) return `the default, whatever the memory${rounded}`;
  const gib = `${Math.round((q.memoryBytes / 2 ** 30) * 10) / 10} GiB of memory`;
  if (asked === poolSlots(2 ** 40)) return `the most that is set up, for ${gib}${rounded}`;
  return `${asked === poolSlots(0) ? 'the least that is set up, for' : '6 % of'} ${gib}${rounded}`;
}

function whyWords({ first, posted, atMost, slots }: PoolAnswer): string {
  switch (first) {
    case 'refill':
      return `receive buffers alone ask for ${number(posted)} slots, and the pool has ${number(slots)}`;
    case 'transmit':
      return `receive buffers keep ${number(posted)} of ${number(slots)} slots for good: nothing is left to send with`;
    case 'requests':
      return `not one request fits beside the ${number(posted)} slots that stay in use`;
    case null:
      return `${number(atMost)} of ${number(slots)} slots are asked for at most`;
  }
}

function fallsOverWords(q: PoolQuestion, answer: PoolAnswer): string[] {
  return [
    ...(q.queuePairs > 0
      ? [`${counted(answer.pairsThatFill, 'queue pair')} of ${q.ringSize} receive buffers`]
      : []),
    ...(q.disks > 0
      ? [
          answer.requestsThatFit === 0
            ? `the first disk request of ${kib(q.disk.requestBytes)}`
            : `more than ${number(answer.requestsThatFit)} disk requests of ${kib(q.disk.requestBytes)} in flight beside what is posted`,
        ]
      : []),
  ];
}

/** What real kernels did: test/oracle, and rules R12 to R14 there. */
function showsWords({ verdict, first }: PoolAnswer): string[] {
  const log = 'the log says "swiotlb buffer is full", at a limited rate: count failures, not messages';
  if (verdict === 'fits') return [];
  switch (first) {
    case 'refill':
      return [
        log,
        'the refill of the receive rings spins: over a million failed mappings in a test of seconds',
        'the link is silently dead, transmit included',
      ];
    case 'transmit':
      return [log, 'the link is silently dead: every packet sent is dropped, few mappings fail'];
    case 'requests':
      return [log, 'no request is ever completed'];
    case null:
      return [
        log,
        'disks put requests back and submit them again: up to 2.2 times the bytes are copied, no error reaches the user',
      ];
  }
}

function counted(n: number, what: string): string {
  return `${number(n)} ${what}${n === 1 ? '' : 's'}`;
}

/** `16 384` */
function number(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function kib(bytes: number): string {
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`;
}
