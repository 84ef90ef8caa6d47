import { type Growth, LARGEST_BOUNCE_BYTES, type Piece, type Workload } from '../analysis/index.js';
import type { Level } from './finding.js';
import { bytesText, placeOfLine } from './place.js';
import type { Found, Rule, RuleContext } from './rule.js';

export const swiotlbLimitIgnored: Rule = {
  id: 'swiotlb-limit-ignored',
  level: 'warning',
  summary: 'a segment that can be longer than the largest bounce mapping',
  page: `# swiotlb-limit-ignored

A driver adds a buffer to a virtqueue as one segment, and the segment can be longer than any bounce mapping: nothing on the way
asks how much can be mapped.

## Why it matters

In a secure guest a buffer is copied through the swiotlb pool. One mapping takes a set of 128 slots of 2 KiB at the most:
256 KiB, and less where the device asks for an alignment (\`min_align_mask\`). A longer segment cannot be mapped however
empty the pool is: the kernel says "swiotlb buffer is full", and the request fails, each time it is tried again. The same
driver works in a plain guest.

## How it is found

The length of each piece of a request is followed through locals, parameters and fields, as are the conditions in front of
it. A finding needs a reason in the code for the length: memory allocated for what user space or a caller asks for (\`kvmalloc()\`,
\`memdup_user()\`, a size above 256 KiB), entries that are joined to their neighbours without an end, a block queue that is
allowed such segments.

## Levels

A *warning* for memory that is as long as was asked for, and for the limits of a block queue; a *note* for entries that grow only where pages happen to lie
side by side.

## What to do

- Put the buffer into the list in pieces of \`virtio_max_dma_size(vdev)\` or less; a page each is always right.
- Block queues: \`lim.max_segment_size = min(..., virtio_max_dma_size(vdev))\`.
- Or refuse, at the door, what is longer than \`virtio_max_dma_size(vdev)\`.

## What it does not report

Block and SCSI queues that leave the block layer's default of 64 KiB; lengths whose bound is not known but for which
nothing says that they get long; a driver that gives up ACCESS_PLATFORM in \`->validate\`, since its buffers are never bounced.
`,
  run: (context) => {
    const causes = new Map<string, Cause[]>();
    for (const workload of context.workloads) {
      if (workload.mapping.by === 'none') continue;
      for (const piece of workload.pieces) {
        if (piece.grows === undefined) continue;
        const { file, line } = piece.grows.at;
        const cause: Cause = { workload, piece, grows: piece.grows };
        causes.set(`${file}:${line}`, [...(causes.get(`${file}:${line}`) ?? []), cause]);
      }
    }
    return [...causes.values()].map((group) => toFinding(context, group));
  },
};

/** A segment that can be too long; several may have the length for one reason. */
interface Cause {
  readonly workload: Workload;
  readonly piece: Piece;
  readonly grows: Growth;
}

function toFinding(context: RuleContext, group: readonly Cause[]): Found {
  const { program } = context;
  // Memory that waits in a ring is of a size that the driver chose.
  const [first] = group;
  const main = group.find(({ workload }) => workload.posting.kind === 'per request') ?? first;
  if (main === undefined) throw new RangeError('a finding without a cause');
  const { workload, piece, grows } = main;
  const filled = grows.how === 'allocated' ? (piece.evidence[0] ?? grows.at) : grows.at;
  const place = placeOfLine(program, filled.file, filled.line);
  const isElsewhere = filled.file !== grows.at.file || filled.line !== grows.at.line;
  const source = placeOfLine(program, grows.at.file, grows.at.line);
  const size = {
    file: grows.at.file,
    range: source.range,
    message: `here it gets its size: ${grows.at.text}`,
  };
  const added = {
    file: workload.file,
    range: workload.range,
    message: `${workload.function}() adds it to the queue`,
  };
  return {
    message: `${place.function}() ${messages[grows.how](piece)}: a bounce mapping holds ${bytesText(LARGEST_BOUNCE_BYTES)} at the most, so a request with a longer one fails in a secure guest; ${advice[grows.how]}`,
    level: levels[grows.how],
    file: filled.file,
    function: place.function,
    range: place.range,
    related: [...(isElsewhere ? [size] : []), added],
  };
}

/** What drivers write where they mean none: -1 in 32 bits. */
const NO_LIMIT = 2 ** 32 - 1;

const levels: Readonly<Record<Growth['how'], Level>> = {
  allocated: 'warning',
  'block limit': 'warning',
  joined: 'note',
};

const messages: Readonly<Record<Growth['how'], (piece: Piece) => string>> = {
  allocated: ({ buffer, bytes }) =>
    `puts ${buffer} into the list as one segment, ${bytes.most === null ? 'as long as was asked for' : `up to ${bytesText(bytes.most)} long`}`,
  'block limit': ({ bytes }) =>
    `allows the queue segments ${bytes.most === null || bytes.most >= NO_LIMIT ? 'of any length' : `of up to ${bytesText(bytes.most)}`}`,
  joined: () => 'makes an entry of the list longer for each page that lies behind it, without an end',
};

const advice: Readonly<Record<Growth['how'], string>> = {
  allocated: 'split it by virtio_max_dma_size(), or refuse what is longer',
  'block limit': 'bound max_segment_size by virtio_max_dma_size()',
  joined: 'begin a new entry at virtio_max_dma_size()',
};
