/**
 * The tool's sites against the hand-labelled inventory: what it found, what it missed, what it reported wrongly, and
 * whether its guards say the same. Pure; the rules are those of test/kernel/inventory/README.md.
 */
import type { Guard, Site } from '../../server/src/analysis/site.js';
import { type GuardVerdict, judgeGuard, statementAt } from './guard-agreement.js';
import { isAtPlace, type Match, matchRows } from './inventory-match.js';
import { bitOf, type InventoryRow, isLookAlike, isPeripheral, isSameKind } from './inventory-rows.js';
import { isInScope } from './inventory-scope.js';

export { type InventoryRow, parseInventory, readInventory } from './inventory-rows.js';

/** Rows of one group, and what became of them. */
export interface Recall {
  readonly rows: number;
  readonly matches: readonly Match[];
  readonly missed: readonly InventoryRow[];
  /** Matches whose kind agrees. */
  readonly sameKind: number;
  readonly otherKind: readonly Match[];
}

export interface Precision {
  readonly right: number;
  readonly wrong: readonly WrongSite[];
  /** Right by place, but a guest's kind on a row of the host's or the device's end. Counted as right. */
  readonly wrongEnd: readonly Match[];
}

export interface WrongSite {
  readonly site: Site;
  /** The row that says it is none; null where no row stands at all. */
  readonly row: InventoryRow | null;
}

export interface JudgedGuard {
  readonly match: Match;
  readonly verdict: GuardVerdict;
}

export interface Guards {
  readonly right: number;
  readonly wrong: readonly JudgedGuard[];
  readonly undecided: readonly JudgedGuard[];
}

export interface Comparison {
  readonly bypass: Recall;
  /** Bypass rows of the guest's end. */
  readonly guestBypass: Recall;
  readonly core: Recall;
  readonly peripheral: Recall;
  readonly precision: Precision;
  readonly bypassGuards: Guards;
  readonly coreGuards: Guards;
  readonly peripheralGuards: Guards;
  /** Feature sites of core kinds without a row: no figure rests on them, a reader may want them. */
  readonly unknownFeatureSites: readonly Site[];
}

/** `readSource` gives the text of a file of the tree, null where it can't: siblings are then not recognised. */
export function compareInventory(
  sites: readonly Site[],
  rows: readonly InventoryRow[],
  readSource: (file: string) => string | null,
): Comparison {
  const inScope = sites.filter((site) => isInScope(site.file));
  const bypassRows = rows.filter((row) => row.category === 'bypass');
  const featureRows = rows.filter((row) => row.category === 'feature');
  const bypassMatches = matchRows(
    bypassRows,
    inScope.filter((site) => site.category === 'bypass'),
  );
  const featureSites = inScope.filter((site) => site.category === 'feature');
  const featureMatches = matchRows(featureRows, featureSites);
  const judge = judgeWith(readSource);
  const isCore = (row: InventoryRow): boolean => !isPeripheral(row.kind);
  const ofCore = featureMatches.filter((m) => isCore(m.row));
  const ofPeripheral = featureMatches.filter((m) => !isCore(m.row));
  const isGuest = (row: InventoryRow): boolean => !isLookAlike(row.kind);
  return {
    bypass: recall(bypassRows, bypassMatches),
    guestBypass: recall(
      bypassRows.filter(isGuest),
      bypassMatches.filter((m) => isGuest(m.row)),
    ),
    core: recall(featureRows.filter(isCore), ofCore),
    peripheral: recall(
      featureRows.filter((row) => !isCore(row)),
      ofPeripheral,
    ),
    precision: precision(inScope, rows),
    bypassGuards: judge(bypassMatches),
    coreGuards: judge(ofCore),
    peripheralGuards: judge(ofPeripheral),
    unknownFeatureSites: featureSites.filter(
      (site) => isCountedSingly(site.kind) && !featureRows.some((row) => isAtPlaceOfBit(row, site)),
    ),
  };
}

/** Core kinds with a row for each place; of a table or a mask only the head has one. */
function isCountedSingly(kind: string): boolean {
  return !isPeripheral(kind) && kind !== 'table' && kind !== 'mask_def';
}

function isAtPlaceOfBit(row: InventoryRow, site: Site): boolean {
  const wanted = bitOf(row.feature);
  const named = bitOf(site.feature);
  return isAtPlace(row, site) && (wanted === null || named === null || wanted === named);
}

function recall(rows: readonly InventoryRow[], matches: readonly Match[]): Recall {
  const found = new Set(matches.map((m) => m.row));
  const otherKind = matches.filter((m) => !isSameKind(m.row, m.site.kind));
  return {
    rows: rows.length,
    matches,
    missed: rows.filter((row) => !found.has(row)),
    sameKind: matches.length - otherKind.length,
    otherKind,
  };
}

/** Over bypass sites not classed as the other end. A site that names the place of any bypass row is right. */
function precision(sites: readonly Site[], rows: readonly InventoryRow[]): Precision {
  const bypassRows = rows.filter((row) => row.category === 'bypass');
  const otherRows = rows.filter((row) => row.category === 'none');
  const wrong: WrongSite[] = [];
  const wrongEnd: Match[] = [];
  let right = 0;
  for (const site of sites) {
    if (site.category !== 'bypass' || isLookAlike(site.kind)) continue;
    const at = bypassRows.filter((row) => isAtPlace(row, site));
    if (at.length === 0) {
      wrong.push({ site, row: otherRows.find((row) => isAtPlace(row, site)) ?? null });
      continue;
    }
    right += 1;
    const [first] = at;
    if (first !== undefined && at.every((row) => isLookAlike(row.kind) && !isSameKind(row, site.kind)))
      wrongEnd.push({ row: first, site });
  }
  return { right, wrong, wrongEnd };
}

function judgeWith(readSource: (file: string) => string | null): (matches: readonly Match[]) => Guards {
  const statement = (row: InventoryRow): string | null => {
    const source = readSource(row.file);
    return source === null ? null : statementAt(source, row.line);
  };
  return (matches) => {
    const judged = matches.map((match) => ({
      match,
      verdict: judgeGuard(match.row, match.site.guard, statement(match.row)),
    }));
    return {
      right: judged.filter((j) => j.verdict.verdict === 'right').length,
      wrong: judged.filter((j) => j.verdict.verdict === 'wrong'),
      undecided: judged.filter((j) => j.verdict.verdict === 'undecided'),
    };
  };
}

/* ---- figures ----------------------------------------------------------------------------------------------------- */

export interface Figures {
  readonly bypassRecall: number;
  readonly guestBypassRecall: number;
  readonly bypassPrecision: number;
  readonly coreRecall: number;
  readonly peripheralRecall: number;
  readonly bypassGuards: number;
  readonly coreGuards: number;
  readonly peripheralGuards: number;
}

/** Shares from 0 to 1; a share of nothing is 0, so that an empty report passes nowhere. */
export function figuresOf(c: Comparison): Figures {
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const recallShare = (r: Recall): number => share(r.matches.length, r.rows);
  const guardShare = (g: Guards): number => share(g.right, g.right + g.wrong.length);
  return {
    bypassRecall: recallShare(c.bypass),
    guestBypassRecall: recallShare(c.guestBypass),
    bypassPrecision: share(c.precision.right, c.precision.right + c.precision.wrong.length),
    coreRecall: recallShare(c.core),
    peripheralRecall: recallShare(c.peripheral),
    bypassGuards: guardShare(c.bypassGuards),
    coreGuards: guardShare(c.coreGuards),
    peripheralGuards: guardShare(c.peripheralGuards),
  };
}

export function resolvedText(guard: Guard | null): string {
  return guard === null ? '-' : guard.resolved;
}
