/** Outcomes in few words: for lenses, hints and symbols. */
import type { Site, SiteOutcome } from '../../analysis/index.js';
import type { Outcome } from '../../model/index.js';
import { outcomeVerbs, worstFirst } from '../../report/model/worst-first.js';

export { worstFirst } from '../../report/model/worst-first.js';

export interface OutcomeCount {
  readonly outcome: Outcome;
  readonly count: number;
}

/** How often each outcome is met over platforms and devices, worst first; a case counts once, however many sites meet it. */
export function outcomeCounts(sites: readonly Pick<Site, 'outcomes'>[]): readonly OutcomeCount[] {
  const cases = new Map<Outcome, Set<string>>();
  for (const { outcomes = [] } of sites) {
    for (const { outcome, platform, device } of outcomes) {
      const known = cases.get(outcome) ?? new Set();
      cases.set(outcome, known.add(`${platform} ${device}`));
    }
  }
  return worstFirst.flatMap((outcome) => {
    const count = cases.get(outcome)?.size ?? 0;
    return count === 0 ? [] : [{ outcome, count }];
  });
}

export function worstOf(outcomes: readonly SiteOutcome[]): Outcome | null {
  return worstFirst.find((outcome) => outcomes.some((o) => o.outcome === outcome)) ?? null;
}

/** `2 faults · 4 refused · 8 bounced` */
export function countsText(counts: readonly OutcomeCount[]): string {
  return counts.map(({ outcome, count }) => `${count} ${outcomeVerbs[outcome]}`).join(' · ');
}
