import { SLOT_BYTES, type Workload } from '../analysis/index.js';
import type { Found, Rule, RuleContext } from './rule.js';

/** Slots of the pool where nobody chose its size: 64 MiB. Source: include/linux/swiotlb.h, IO_TLB_DEFAULT_SIZE (6.12). */
const DEFAULT_POOL_SLOTS = 2 ** 26 / SLOT_BYTES;

/** Entries of a ring as large as devices in use offer. Source: QEMU, include/hw/virtio/virtio.h, VIRTQUEUE_MAX_SIZE. */
const USUAL_LARGEST_RING = 1024;

/** Queues of one device in use. Source: QEMU, include/hw/virtio/virtio.h, VIRTIO_QUEUE_MAX 1024, in pairs. */
const USUAL_MOST_QUEUES = 512;

export const receiveRingExceedsPool: Rule = {
  id: 'receive-ring-exceeds-pool',
  level: 'note',
  summary: 'receive buffers that wait in the rings can take the whole bounce pool',
  page: `# receive-ring-exceeds-pool

A driver fills the ring of each of its queues with buffers for the device to write, and with as many queues as its code
allows, those buffers alone take every slot of the bounce pool.

## Why it matters

A posted buffer is mapped when it is posted and stays mapped until the device has used it: in a secure guest it holds its
slots of the bounce pool for good. With the pool full nothing else is mapped: transmit fails, other devices fail, and no error
is reported but a line about swiotlb in the log. A pool one ring larger shows nothing of it. The pool has 64 MiB (32768 slots of 2 KiB) unless
\`swiotlb=\` says otherwise; x86 with encrypted memory makes it larger with the memory of the guest, powerpc and s390 do not.

## How it is found

Queues times entries times slots of a buffer, each as the driver's code has it: the length of the array of queues, the loop that
fills a ring, the size of a posted buffer. The message names the smallest number of queues that does it, with rings of
1024 entries, the largest that QEMU offers, and the smallest buffer.

## What to do

- A user of such guests: fewer queue pairs, smaller rings, or \`swiotlb=\` with queues times entries times slots, and
  as much again for everything else.
- A driver: post fewer buffers than the ring has entries where the DMA API bounces, or map receive memory once and keep it.

## What it does not report

Devices with one queue of small buffers; rings that the driver fills with a fixed, small number; buffers whose size the code leaves
open; drivers that give up ACCESS_PLATFORM.
`,
  run: (context) => {
    const fills = new Map<string, Fill[]>();
    for (const workload of context.workloads) {
      const fill = fillOf(workload);
      if (fill === null) continue;
      const key = `${workload.file} ${workload.queue}`;
      fills.set(key, [...(fills.get(key) ?? []), fill]);
    }
    return [...fills.values()].map((group) => toFinding(context, group));
  },
};

/** A way to fill the rings that takes the pool. */
interface Fill {
  readonly workload: Workload;
  readonly slots: number;
  readonly entries: number;
  readonly queues: number;
}

/** Null where the pool holds what the code allows. */
function fillOf(workload: Workload): Fill | null {
  const { posting, pieces, mapping } = workload;
  if (posting.kind !== 'ahead' || mapping.by === 'none') return null;
  // A byte at least and no end: the code does not say.
  if (pieces.some(({ bytes }) => bytes.most === null || bytes.least <= 1)) return null;
  const slots = pieces.reduce(
    (sum, { bytes, segments }) => sum + segments.least * Math.ceil(bytes.least / SLOT_BYTES),
    0,
  );
  const entries =
    posting.entries === 'ring'
      ? USUAL_LARGEST_RING
      : Math.min(posting.entries.most ?? USUAL_LARGEST_RING, USUAL_LARGEST_RING);
  if (slots * entries === 0) return null;
  const queues = Math.ceil(DEFAULT_POOL_SLOTS / (slots * entries));
  const allowed = Math.min(posting.queues.most ?? USUAL_MOST_QUEUES, USUAL_MOST_QUEUES);
  return queues <= allowed ? { workload, slots, entries, queues } : null;
}

/** The smallest buffers need the most queues: what they do, all do. */
function toFinding(context: RuleContext, group: readonly Fill[]): Found {
  const [most] = [...group].sort((a, b) => b.queues - a.queues || longest(b) - longest(a));
  if (most === undefined) throw new RangeError('a finding without a fill');
  const { workload, queues, entries, slots } = most;
  const { program } = context;
  const loop = workload.posting.kind === 'ahead' ? workload.posting.evidence[0] : undefined;
  const ring = entries === 1 ? 'buffer' : `${entries} receive buffers`;
  return {
    message: `${workload.function}() posts buffers of at least ${countOf(slots, 'slot')} in up to ${allowedText(workload)}: ${countOf(queues, 'queue')} of ${ring} ${queues === 1 ? 'takes' : 'take'} the whole default bounce pool (${DEFAULT_POOL_SLOTS} slots, 64 MiB) in a secure guest, and transmit can map nothing`,
    file: workload.file,
    function: workload.function,
    range: workload.range,
    related: [
      ...(loop === undefined
        ? []
        : [
            {
              file: loop.file,
              range: {
                start: { line: loop.line, column: 1 },
                end: {
                  line: loop.line,
                  column: (program.lines(loop.file)?.lineText(loop.line).length ?? 0) + 1,
                },
              },
              message: `filled here: ${loop.text}`,
            },
          ]),
      ...group
        .filter((other) => other !== most)
        .map((other) => ({
          file: other.workload.file,
          range: other.workload.range,
          message: `${countOf(other.queues, 'queue')} will do with the buffers of ${other.workload.function}(), of ${countOf(other.slots, 'slot')}`,
        })),
    ],
  };
}

function longest({ workload }: Fill): number {
  return Math.max(...workload.pieces.map(({ bytes }) => bytes.most ?? 0));
}

function allowedText({ posting }: Workload): string {
  const most = posting.kind === 'ahead' ? posting.queues.most : null;
  return most === null ? 'as many queues as the device offers' : countOf(most, 'queue');
}

function countOf(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}
