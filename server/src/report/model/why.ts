/** The evidence for an outcome in one sentence: how the device got its addresses, and what it saw there. */
import type { Counts, Outcome, Platform, RunResult } from '../../model/index.js';
import { count } from '../style.js';

export function whyOf(result: RunResult, platform: Platform): string {
  const { outcome } = result;
  switch (outcome) {
    case 'refused':
      return result.gate === null
        ? 'the device is refused'
        : `${result.gate.errno} from ${result.gate.where}`;
    case 'direct':
      return `${route(result)}: the device read and wrote the driver's own memory`;
    case 'bounced':
      return `${route(result)} and the bounce pool: ${copies(result.counts)}`;
    case 'ciphertext':
    case 'fault':
      return `${route(result)}: ${sight(outcome, partsOf(result))}; ${platform.privateAccess}`;
    case 'stale':
      return `${route(result)}: the device saw other memory in place of ${partsOf(result)}`;
    case 'misread':
      return `${route(result)}: the address of ${partsOf(result)} leads elsewhere`;
    case 'exhausted':
    case 'undecided':
      return result.notes.at(-1) ?? '';
  }
}

/** What was counted, in one line; zeros are left out, but for copies. */
export function countsLine({ counts }: RunResult): string {
  const { descriptors, maps, slotsPeak, slotsAtRest, conversions } = counts;
  const hasCopies = counts.copiesToDevice + counts.copiesFromDevice > 0;
  return [
    count(descriptors, 'descriptor'),
    count(maps, 'mapping'),
    hasCopies ? copies(counts) : 'no copies',
    ...(slotsPeak === 0 ? [] : [`${count(slotsPeak, 'slot')} at the peak and ${slotsAtRest} at rest`]),
    ...(conversions === 0 ? [] : [`protection of ${count(conversions, 'page')} changed`]),
  ].join(', ');
}

function route({ usesDmaApi }: RunResult): string {
  return usesDmaApi ? 'through the DMA API' : 'by physical address';
}

/** `8 copies to the device (8322 bytes), 3 back (4098 bytes)` */
function copies(counts: Counts): string {
  const to = `${count(counts.copiesToDevice, 'copy', 'copies')} to the device (${bytes(counts.bytesToDevice)})`;
  return `${to}, ${counts.copiesFromDevice} back (${bytes(counts.bytesFromDevice)})`;
}

/** Ungrouped, so that no line breaks inside a number. */
function bytes(n: number): string {
  return n === 1 ? '1 byte' : `${n} bytes`;
}

function isWorking(outcome: Outcome): boolean {
  return outcome === 'direct' || outcome === 'bounced';
}

/** What the device did not get at. */
function partsOf({ ring, payload }: RunResult): string {
  if (isWorking(ring)) return 'the payload';
  return isWorking(payload) ? 'the ring' : 'ring and payload';
}

function sight(outcome: 'ciphertext' | 'fault', parts: string): string {
  return outcome === 'fault' ? `the access to ${parts} faulted` : `the device read ciphertext for ${parts}`;
}
