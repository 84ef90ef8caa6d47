/** The words that stand in the cells of a matrix, and what each means. */
import { outcomes } from '@vringside/grammars/outcomes';
import type { Matrix, Outcome } from '../../model/index.js';
import { isHypothetical, meaningOf, wordOf } from './outcome-words.js';

export interface LegendEntry {
  /** One, but for refusals: they are said by their errors. */
  readonly words: readonly string[];
  readonly outcome: Outcome;
  readonly meaning: string;
}

/** The outcomes that occur, in the order of the glossary. */
export function legendOf({ cells }: Matrix): readonly LegendEntry[] {
  const found = new Map<Outcome, Set<string>>();
  for (const { result } of cells) {
    const words = found.get(result.outcome) ?? new Set();
    found.set(result.outcome, words.add(wordOf(result)));
  }
  const order = outcomes.map(({ id }) => id);
  return [...found]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([outcome, words]) => ({ words: [...words].sort(), outcome, meaning: meaningIn(outcome) }));
}

function meaningIn(outcome: Outcome): string {
  return outcome === 'refused' ? 'the device is refused with this error' : meaningOf(outcome);
}

export const hypotheticalMeaning = 'hypothetical: guests run on that platform since a later release only';

export function hasHypothetical({ platforms, policies }: Matrix): boolean {
  return platforms.some((platform) => policies.some((policy) => isHypothetical(platform, policy)));
}
