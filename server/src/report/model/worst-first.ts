/** Outcomes in the order a reviewer must see them, and in words. Types only besides: an editor's own code reads this file too. */
import type { Outcome } from '../../model/scenario.js';

export const worstFirst: readonly Outcome[] = [
  'ciphertext',
  'fault',
  'stale',
  'misread',
  'exhausted',
  'undecided',
  'refused',
  'bounced',
  'direct',
];

/** Null where there is none. */
export function worstOf(outcomes: Iterable<Outcome>): Outcome | null {
  const met = new Set(outcomes);
  return worstFirst.find((outcome) => met.has(outcome)) ?? null;
}

/** As said of a device, and of a number of cases: `faults`, `2 faults`. */
export const outcomeVerbs: Readonly<Record<Outcome, string>> = {
  ciphertext: 'ciphertext',
  fault: 'faults',
  stale: 'stale',
  misread: 'misread',
  exhausted: 'exhausted',
  undecided: 'undecided',
  refused: 'refused',
  bounced: 'bounced',
  direct: 'direct',
};
