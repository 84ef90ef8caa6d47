/** A step and a phase in words, the same on a terminal and on a page. */
import type { Event, Sight } from '../../model/index.js';
import { spacedHex } from './bytes.js';
import type { Phase, Repeated, Step } from './phases.js';

const sightWords: Readonly<Record<Sight, string>> = {
  plain: 'plain',
  ciphertext: 'ciphertext',
  fault: 'the access faults',
  'stale-alias': 'other memory under that address',
  'wrong-address': 'not the address that was meant',
};

function isSight(text: string): text is Sight {
  return Object.hasOwn(sightWords, text);
}

/** What the device saw, in words; the detail itself for other steps. */
export function detailOf({ actor, detail }: Event): string {
  return actor === 'device' && isSight(detail) ? sightWords[detail] : detail;
}

const failures: ReadonlySet<string> = new Set(['device refused', 'bounce map failed', 'conversion refused']);

/** Whether something went wrong here: a refusal, a failure, or a device that got something else than it should. */
export function isAmiss({ actor, what, detail }: Event): boolean {
  return failures.has(what) || (actor === 'device' && isSight(detail) && detail !== 'plain');
}

/** Labels and bytes: `driver wrote` and `device saw`, or what somebody wrote. */
export function bytePairs({ event, wrote }: Step): readonly (readonly [string, string])[] {
  const seen = event.seen === null ? [] : [[labelOf(event), shown(event.seen, event.bytes)] as const];
  return wrote === null ? seen : [['driver wrote', shown(wrote, event.bytes)], ...seen];
}

function labelOf({ actor, what }: Event): string {
  return actor === 'device' && what === 'read' ? 'device saw' : `${actor} wrote`;
}

function shown(bytes: Uint8Array, of: number): string {
  if (bytes.length === 0) return 'nothing';
  return bytes.length < of ? `${spacedHex(bytes)} ..` : spacedHex(bytes);
}

export function phaseTitle({ kind, ordinal }: Phase): string {
  return kind === 'request' ? `request ${ordinal}` : kind;
}

/** `requests 2 to 9: the same steps ..`; '' where none repeats. */
export function repeatNote({ phase, alike }: Repeated): string {
  if (alike === 0) return '';
  const first = phase.ordinal + 1;
  const which = alike === 1 ? `request ${first}` : `requests ${first} to ${phase.ordinal + alike}`;
  return `${which}: the same steps, other addresses and sizes`;
}
