/** A row of a real kernel against an answer to the same scenario. */
import type { Counts, RunResult, Scenario } from '../../model/scenario.js';
import type { Row } from './row.js';
import { type PeakRule, planOf, type Run } from './scenario.js';

/** What a row is held against: the model, or the exact layer. */
export type Answer = (scenario: Scenario) => Compared;

export type Compared = Pick<
  Counts,
  'copiesToDevice' | 'bytesToDevice' | 'copiesFromDevice' | 'bytesFromDevice' | 'slotsPeak' | 'slotsAtRest'
> & {
  /** A request could never be mapped. */
  readonly isExhausted: boolean;
};

type Count = Exclude<keyof Compared, 'isExhausted'>;

export interface Difference {
  readonly what: string;
  readonly kernel: number;
  readonly answer: number;
}

export type Verdict =
  | { readonly kind: 'equal'; readonly leftOut: readonly string[] }
  | { readonly kind: 'different'; readonly differences: readonly Difference[] }
  /** The model is not asked: the row does not say enough, or depends on timing. */
  | { readonly kind: 'not compared'; readonly why: string };

export function compare(row: Row, answer: Answer): Verdict {
  const plan = planOf(row);
  if (plan.kind === 'refused') return { kind: 'not compared', why: plan.why };
  if (plan.kind === 'dead link')
    return answer(plan.scenario).isExhausted
      ? { kind: 'equal', leftOut: ['counts: failed mappings are tried again as often as time allows'] }
      : { kind: 'different', differences: [{ what: 'packets sent', kernel: 0, answer: 1 }] };
  const tries = plan.runs.map((run) => differencesOf(row, run, plan.peak, answer));
  if (tries.some((differences) => differences.length === 0)) return { kind: 'equal', leftOut: plan.leftOut };
  const least = [...tries].sort((a, b) => a.length - b.length)[0] ?? [];
  return { kind: 'different', differences: least };
}

/** The model's run as an answer. */
export function answerOf({ outcome, counts }: Pick<RunResult, 'outcome' | 'counts'>): Compared {
  return { ...counts, isExhausted: outcome === 'exhausted' };
}

function differencesOf(row: Row, run: Run, peak: PeakRule, answer: Answer): Difference[] {
  const result = answer(run.scenario);
  const before = run.before === null ? null : answer(run.before);
  const own = (count: Count): number => result[count] - (before?.[count] ?? 0);
  const pairs: Difference[] = [
    { what: 'copies to the device', kernel: row.toDevice.count, answer: own('copiesToDevice') },
    { what: 'bytes to the device', kernel: row.toDevice.bytes, answer: own('bytesToDevice') },
    { what: 'copies from the device', kernel: row.fromDevice.count, answer: own('copiesFromDevice') },
    { what: 'bytes from the device', kernel: row.fromDevice.bytes, answer: own('bytesFromDevice') },
    { what: 'slots kept', kernel: (row.usedAfter ?? 0) - (row.usedBefore ?? 0), answer: own('slotsAtRest') },
  ];
  const mostSlots = {
    what: 'slots at most',
    kernel: row.slotsPeak - (row.usedBefore ?? 0),
    answer: result.slotsPeak - (before?.slotsAtRest ?? 0),
  };
  return [...pairs.filter((pair) => pair.kernel !== pair.answer), ...peakDifference(mostSlots, peak)];
}

function peakDifference(difference: Difference, rule: PeakRule): Difference[] {
  switch (rule) {
    case 'equal':
      return difference.kernel === difference.answer ? [] : [difference];
    case 'at most':
      return difference.kernel <= difference.answer ? [] : [difference];
    case 'not compared':
      return [];
  }
}
