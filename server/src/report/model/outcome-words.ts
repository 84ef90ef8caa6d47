/** How an outcome is said and painted, in a cell and in a verdict. */
import { outcome as outcomePage } from '@vringside/grammars/outcomes';
import {
  type Cell,
  isSince,
  type Outcome,
  type Platform,
  type Policy,
  releaseOf,
} from '../../model/index.js';
import type { Style } from '../style.js';

/** How good an outcome is for whoever wants the device to work and the memory to stay private. */
export type Standing = 'works' | 'copies' | 'refused' | 'fails' | 'unknown';

export function standingOf(outcome: Outcome): Standing {
  switch (outcome) {
    case 'direct':
      return 'works';
    case 'bounced':
      return 'copies';
    case 'refused':
      return 'refused';
    case 'ciphertext':
    case 'stale':
    case 'fault':
    case 'misread':
    case 'exhausted':
      return 'fails';
    case 'undecided':
      return 'unknown';
  }
}

export function paintOf(outcome: Outcome, style: Style): (text: string) => string {
  switch (standingOf(outcome)) {
    case 'works':
      return style.green;
    case 'copies':
      return style.cyan;
    case 'refused':
      return style.yellow;
    case 'fails':
      return style.red;
    case 'unknown':
      return style.magenta;
  }
}

/** `bounced`; a refusal by its errno: `-ENODEV`. */
export function wordOf({ outcome, gate }: Pick<Cell['result'], 'outcome' | 'gate'>): string {
  return outcome === 'refused' && gate !== null ? gate.errno : outcome;
}

/** What an outcome means, in a few words. */
export function meaningOf(outcome: Outcome): string {
  return outcomePage(outcome)?.title ?? outcome;
}

/** No guest of that release ran on that platform: the answer is what its code would do there. */
export function isHypothetical(platform: Platform, policy: Policy): boolean {
  const release = releaseOf(policy.release);
  return release !== null && !isSince(release, platform.since);
}
