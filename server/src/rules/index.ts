/** The rules folder's face: the registry, and the engine that runs it. One file a rule. */
import { createHash } from 'node:crypto';
import { oneLine } from '../text/one-line.js';
import { bounceAmplification } from './bounce-amplification.js';
import { dmaBypassUnconditional } from './dma-bypass-unconditional.js';
import type { Finding, Level } from './finding.js';
import { guardDiffersFromCore } from './guard-differs-from-core.js';
import { receiveRingExceedsPool } from './receive-ring-exceeds-pool.js';
import { retiredName } from './retired-name.js';
import type { Found, Rule, RuleContext, RuleInfo } from './rule.js';
import { secureGuestUnreadable } from './secure-guest-unreadable.js';
import { swiotlbLimitIgnored } from './swiotlb-limit-ignored.js';
import { unusedSuppression } from './unused-suppression.js';
import { wrongDmaDevice } from './wrong-dma-device.js';

export type { Edit, Finding, FindingFix, Level, Related } from './finding.js';
export type { Found, Rule, RuleContext, RuleInfo } from './rule.js';
export { unusedSuppression } from './unused-suppression.js';

/** Levels by rule id, as configured; rules not named keep their own. */
export type RuleLevels = ReadonlyMap<string, Level | 'off'>;

export const rules: readonly Rule[] = [
  dmaBypassUnconditional,
  guardDiffersFromCore,
  secureGuestUnreadable,
  swiotlbLimitIgnored,
  receiveRingExceedsPool,
  bounceAmplification,
  wrongDmaDevice,
  retiredName,
];

/** What lists, pages and `--rule` know: the rules, and what is said of the comments that suppress their findings. */
export const ruleInfos: readonly RuleInfo[] = [...rules, unusedSuppression];

/** All findings of the rules that are on, in source order. */
export function applyRules(context: RuleContext, levels: RuleLevels): Finding[] {
  const findings = rules.flatMap((rule) => {
    const configured = levels.get(rule.id);
    return configured === 'off' ? [] : complete(rule, configured, rule.run(context), context);
  });
  return findings.sort(compareFindings);
}

/** A configured level holds for all findings of the rule; else each has its own, or the rule's. */
export function complete(
  rule: RuleInfo,
  configured: Level | undefined,
  found: readonly Found[],
  context: Pick<RuleContext, 'program'>,
): Finding[] {
  const ordinals = new Map<string, number>();
  return found.map((f) => {
    const identity = [rule.id, f.file, f.function, statementText(f, context)].join('\0');
    const ordinal = ordinals.get(identity) ?? 0;
    ordinals.set(identity, ordinal + 1);
    const fingerprint = createHash('sha256').update(`${identity}\0${ordinal}`).digest('hex').slice(0, 16);
    return { ...f, rule: rule.id, level: configured ?? f.level ?? rule.level, fingerprint };
  });
}

/** The text the finding stands on, white space folded: it survives moves and re-indentation. */
function statementText(found: Found, { program }: Pick<RuleContext, 'program'>): string {
  return oneLine(program.textIn(found.file, found.range));
}

/** The order of the source. */
export function compareFindings(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  const line = a.range.start.line - b.range.start.line || a.range.start.column - b.range.start.column;
  if (line !== 0) return line;
  return a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0;
}
