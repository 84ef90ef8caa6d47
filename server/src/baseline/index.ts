/**
 * The baseline folder's face: findings that were there before are told apart from new ones, by their fingerprints.
 *
 *     const entries = parseBaseline(text, 'baseline.json');
 *     const { findings, unmatched } = applyBaseline(report.findings, entries, () => true);
 */
import type { Finding } from '../rules/index.js';
import { type BaselineEntry, entryOf, parseBaseline, printBaseline } from './file.js';

export {
  type BaselineEntry,
  BaselineError,
  baselineFileName,
  baselineSchema,
  parseBaseline,
  printBaseline,
} from './file.js';

/** Whether a run would have found what an entry names: its file and its rule took part. */
export type TakesPart = (entry: BaselineEntry) => boolean;

export interface Compared {
  /** Each with its status, `existing` or `new`. */
  readonly findings: readonly Finding[];
  /** Entries that took part and match no finding: it was fixed, or its statement rewritten. */
  readonly unmatched: readonly BaselineEntry[];
}

export function applyBaseline(
  findings: readonly Finding[],
  baseline: readonly BaselineEntry[],
  takesPart: TakesPart,
): Compared {
  const known = new Set(baseline.map((entry) => entry.fingerprint));
  const present = new Set(findings.map((finding) => finding.fingerprint));
  return {
    findings: findings.map((f) => ({ ...f, status: known.has(f.fingerprint) ? 'existing' : 'new' })),
    unmatched: baseline.filter((entry) => !present.has(entry.fingerprint) && takesPart(entry)),
  };
}

/** The baseline of these findings; of what did not take part in the run, what was there before. */
export function rewrittenBaseline(
  findings: readonly Finding[],
  before: readonly BaselineEntry[],
  takesPart: TakesPart,
): string {
  return printBaseline([...before.filter((entry) => !takesPart(entry)), ...findings.map(entryOf)]);
}

/**
 * A baseline's text with more findings in it.
 * @param text null where there is no file yet
 * @throws {BaselineError} when the text is no baseline
 */
export function extendedBaseline(text: string | null, name: string, findings: readonly Finding[]): string {
  const before = text === null || text.trim() === '' ? [] : parseBaseline(text, name);
  return printBaseline([...before, ...findings.map(entryOf)]);
}
