/**
 * What two reports differ in, where the second is of the tree after a patch. A site that only moved is the same site: lines
 * are compared by what the patch left alone, and by the ids, which know no lines.
 */
import type { Site, SiteOutcome } from '../../analysis/site.js';
import { standingOf } from '../../report/model/outcome-words.js';
import type { CostedWorkload, Report } from '../../report/report.js';
import { joined, ratioText } from '../../report/throughput/units.js';
import type { Finding, Level } from '../../rules/finding.js';
import type { PostImage } from '../apply/apply.js';
import { Origins, type Pairs, pairUp, sameIn, sameLine, sameName } from './pairs.js';

export type FindingChange =
  | { readonly status: 'new'; readonly after: Finding }
  | { readonly status: 'fixed'; readonly before: Finding }
  /** Still there, of another level or with another message. */
  | { readonly status: 'changed'; readonly before: Finding; readonly after: Finding }
  | { readonly status: 'same'; readonly before: Finding; readonly after: Finding };

export type SiteAspect = 'expression' | 'guard' | 'outcomes';

export type SiteChange =
  | { readonly change: 'born'; readonly after: Site }
  | { readonly change: 'gone'; readonly before: Site }
  | {
      readonly change: 'changed';
      readonly aspects: readonly SiteAspect[];
      readonly before: Site;
      readonly after: Site;
    };

export type RequestChange =
  | { readonly change: 'born'; readonly after: CostedWorkload }
  | { readonly change: 'gone'; readonly before: CostedWorkload }
  | { readonly change: 'changed'; readonly before: CostedWorkload; readonly after: CostedWorkload };

export interface Difference {
  readonly before: Report;
  readonly after: Report;
  /** Those of the tree after in its order, then what is gone. */
  readonly findings: readonly FindingChange[];
  /** Sites that are not what they were. */
  readonly sites: readonly SiteChange[];
  readonly requests: readonly RequestChange[];
}

/** `images`: what the patch made of each file it touched. */
export function differenceOf(
  before: Report,
  after: Report,
  images: ReadonlyMap<string, PostImage>,
): Difference {
  const origins = new Origins(images);
  const sites = pairedSites(before.sites, after.sites, origins);
  return {
    before,
    after,
    findings: findingChanges(before.findings, after.findings, sites, origins),
    sites: siteChanges(sites),
    requests: requestChanges(before.workloads, after.workloads, origins),
  };
}

// ---- findings

function findingChanges(
  before: readonly Finding[],
  after: readonly Finding[],
  sites: Pairs<Site>,
  origins: Origins,
): FindingChange[] {
  const idBefore = new Map(sites.both.map((pair) => [pair.after.id, pair.before.id]));
  const { both, gone } = pairUp(before, after, [
    sameLine(origins, ({ rule }) => rule),
    sameName(({ fingerprint }) => fingerprint),
    // Its statement was rewritten, and it rests on the same site.
    {
      before: ({ rule, site }) => (site === undefined ? null : `${rule} ${site}`),
      after: ({ rule, site = '' }) => (idBefore.has(site) ? `${rule} ${idBefore.get(site)}` : null),
    },
  ]);
  const partners = new Map(both.map((pair) => [pair.after, pair.before]));
  const present = after.map((finding): FindingChange => {
    const other = partners.get(finding);
    if (other === undefined) return { status: 'new', after: finding };
    return { status: isSameFinding(other, finding) ? 'same' : 'changed', before: other, after: finding };
  });
  return [...present, ...gone.map((finding): FindingChange => ({ status: 'fixed', before: finding }))];
}

function isSameFinding(before: Finding, after: Finding): boolean {
  return before.level === after.level && withoutLines(before.message) === withoutLines(after.message);
}

/** Places in a message move with their lines. */
function withoutLines(text: string): string {
  return text.replace(/:\d+/g, '').replace(/\bline \d+/g, 'line');
}

const rank: Readonly<Record<Level, number>> = { note: 1, warning: 2, error: 3 };

/** The findings a patch brings: new ones, and those it makes worse, by level or by what becomes of the data. */
export function broughtFindings({ findings, sites }: Difference): readonly Finding[] {
  const worse = new Set(
    sites.flatMap((site) => (site.change === 'changed' && isWorse(site) ? [site.after.id] : [])),
  );
  return findings.flatMap((change) => {
    if (change.status === 'new') return [change.after];
    if (change.status !== 'changed') return [];
    const { before, after } = change;
    const isRaised = rank[after.level] > rank[before.level];
    return isRaised || (after.site !== undefined && worse.has(after.site)) ? [after] : [];
  });
}

/** In some guest the data is lost where it was not. */
function isWorse({ before, after }: { readonly before: Site; readonly after: Site }): boolean {
  const fails = (outcome: SiteOutcome | null): boolean =>
    outcome !== null && standingOf(outcome.outcome) === 'fails';
  return outcomeChanges(before, after).some((cell) => fails(cell.after) && !fails(cell.before));
}

// ---- sites

function pairedSites(before: readonly Site[], after: readonly Site[], origins: Origins): Pairs<Site> {
  return pairUp(before, after, [
    sameLine(origins, ({ kind, expression, feature = '' }) => `${kind} ${feature} ${expression}`),
    sameName(({ id }) => id),
    // Its own line was rewritten.
    sameIn(origins, ({ kind, function: name, feature = '' }) => `${kind} ${feature} ${name}`),
  ]);
}

function siteChanges({ both, gone, born }: Pairs<Site>): SiteChange[] {
  const changed = both.flatMap((pair): SiteChange[] => {
    const aspects = aspectsOf(pair.before, pair.after);
    return aspects.length === 0 ? [] : [{ change: 'changed', aspects, ...pair }];
  });
  return [
    ...changed,
    ...born.map((site): SiteChange => ({ change: 'born', after: site })),
    ...gone.map((site): SiteChange => ({ change: 'gone', before: site })),
  ];
}

function aspectsOf(before: Site, after: Site): SiteAspect[] {
  const aspects: SiteAspect[] = [];
  if (before.expression !== after.expression) aspects.push('expression');
  if (before.guard?.resolved !== after.guard?.resolved) aspects.push('guard');
  if (outcomeChanges(before, after).length > 0) aspects.push('outcomes');
  return aspects;
}

/** One cell of the matrix of guests, before and after. */
export interface OutcomeChange {
  readonly platform: SiteOutcome['platform'];
  readonly device: SiteOutcome['device'];
  /** Null: the site was not reached there. */
  readonly before: SiteOutcome | null;
  readonly after: SiteOutcome | null;
}

/** The guests in which something else becomes of the data. */
export function outcomeChanges(before: Site, after: Site): OutcomeChange[] {
  const cells = new Map<string, OutcomeChange>();
  for (const outcome of before.outcomes ?? []) {
    const { platform, device } = outcome;
    cells.set(`${platform} ${device}`, { platform, device, before: outcome, after: null });
  }
  for (const outcome of after.outcomes ?? []) {
    const { platform, device } = outcome;
    const old = cells.get(`${platform} ${device}`)?.before ?? null;
    cells.set(`${platform} ${device}`, { platform, device, before: old, after: outcome });
  }
  return [...cells.values()].filter((cell) => essence(cell.before) !== essence(cell.after));
}

function essence(outcome: SiteOutcome | null): string {
  if (outcome === null) return '';
  return `${outcomeWord(outcome)} ${outcome.copies} ${outcome.slots} ${withoutLines(outcome.why)}`;
}

/** `faults`, `bounced 0.41-0.51-1.00x`, `refused -ENODEV`; `not reached`. */
export function outcomeWord(outcome: SiteOutcome | null): string {
  if (outcome === null) return 'not reached';
  const ratio = outcome.throughputRatio === null ? '' : ` ${joined(ratioText(outcome.throughputRatio))}`;
  const errno = outcome.outcome === 'refused' ? /^-E[A-Z0-9]+/.exec(outcome.why)?.[0] : undefined;
  return `${outcome.outcome}${errno === undefined ? '' : ` ${errno}`}${ratio}`;
}

// ---- requests

function requestChanges(
  before: readonly CostedWorkload[],
  after: readonly CostedWorkload[],
  origins: Origins,
): RequestChange[] {
  const { both, gone, born } = pairUp(before, after, [
    sameName(({ id }) => id),
    sameLine(origins, ({ call }) => call),
    sameIn(origins, ({ call, function: name }) => `${call} ${name}`),
  ]);
  return [
    ...both
      .filter((pair) => substance(pair.before) !== substance(pair.after))
      .map((pair): RequestChange => ({ change: 'changed', ...pair })),
    ...born.map((load): RequestChange => ({ change: 'born', after: load })),
    ...gone.map((load): RequestChange => ({ change: 'gone', before: load })),
  ];
}

/** What the request is made of and costs; not how the code writes it, nor where. */
function substance(load: CostedWorkload): string {
  const { pieces, posting, mapping, descriptors, mayUseIndirect, ringEntries, payload, throughput } = load;
  const asWritten = new Set(['evidence', 'at', 'list', 'buffer']);
  return JSON.stringify(
    [pieces, posting, mapping.by, descriptors, mayUseIndirect, ringEntries, payload?.most, throughput],
    (key, value: unknown) => (asWritten.has(key) ? undefined : value),
  );
}
