import type { Workload } from '../analysis/index.js';
import { bytesText, placeOfLine } from './place.js';
import type { Found, Rule } from './rule.js';

/** A buffer this many times what is read of it, ... */
const LEAST_FACTOR = 4;
/** ... and this much longer, is worth a word. */
const LEAST_EXCESS_BYTES = 1024;

export const bounceAmplification: Rule = {
  id: 'bounce-amplification',
  level: 'note',
  summary: 'a buffer for the device to write, much larger than what is read of it',
  page: `# bounce-amplification

A driver gives the device a large buffer to write and looks at little of what comes back.

## Why it matters

In a secure guest a buffer is copied whole, whatever the device wrote into it: once into the bounce pool when it is mapped,
so that what the device leaves alone keeps its value, and once back when it is unmapped. A buffer of a page for a message of
16 bytes moves 8 KiB where 32 bytes would do, and holds two slots of the pool meanwhile instead of one.

## How it is found

The size of the posted buffer is compared with what the driver reads of it, where its code sets a bound: a test of the length
that \`virtqueue_get_buf()\` gives, or a buffer that is taken as a record of which only members are read. A finding
needs a buffer four times as long, and a kilobyte longer.

## What to do

Post a buffer of the size of the largest message.

## What it does not report

Buffers whose payload the code does not bound: a page for a network packet of any length is what the protocol asks for.
`,
  run: ({ workloads, program }) => {
    const told = new Map<string, Found>();
    for (const workload of workloads) {
      const found = toFinding(program, workload);
      if (found === null) continue;
      const key = `${found.file}:${found.range.start.line}`;
      if (!told.has(key)) told.set(key, found);
    }
    return [...told.values()];
  },
};

function toFinding(program: Parameters<Rule['run']>[0]['program'], workload: Workload): Found | null {
  const { payload, mapping, pieces } = workload;
  if (payload === null || mapping.by === 'none') return null;
  const written = pieces.filter((p) => p.direction === 'in');
  const bytes = written.reduce((sum, p) => sum + p.segments.least * p.bytes.least, 0);
  if (bytes < LEAST_FACTOR * payload.most || bytes < payload.most + LEAST_EXCESS_BYTES) return null;
  const [largest] = [...written].sort((a, b) => b.bytes.least - a.bytes.least);
  const filled = largest?.evidence[0];
  if (largest === undefined || filled === undefined) return null;
  const place = placeOfLine(program, filled.file, filled.line);
  const read = placeOfLine(program, payload.evidence.file, payload.evidence.line);
  return {
    message: `${place.function}() gives the device ${largest.buffer}, ${bytesText(bytes)}, and ${read.function}() reads ${bytesText(payload.most)} of it at the most: in a secure guest all of it is copied, both ways, for each buffer`,
    file: filled.file,
    function: place.function,
    range: place.range,
    related: [
      {
        file: payload.evidence.file,
        range: read.range,
        message: `what is read is bounded here: ${payload.evidence.text}`,
      },
    ],
  };
}
