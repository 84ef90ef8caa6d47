/** Which site of the tool stands for which row of the inventory. */
import type { Site } from '../../server/src/analysis/site.js';
import { bitOf, type InventoryRow, isSameKind, type Place } from './inventory-rows.js';

export interface Match {
  readonly row: InventoryRow;
  readonly site: Site;
}

/** True when the site stands at the row's place: starts on one of its lines, or covers its own line. */
export function isAtPlace(row: InventoryRow, site: Site): boolean {
  const startsAt = (place: Place): boolean =>
    site.file === place.file && site.range.start.line === place.line;
  if (startsAt(row) || row.alternatives.some(startsAt)) return true;
  const { start, end } = site.range;
  return site.file === row.file && start.line <= row.line && row.line <= end.line;
}

function canMatch(row: InventoryRow, site: Site): boolean {
  if (row.category !== site.category || !isAtPlace(row, site)) return false;
  const wanted = bitOf(row.feature);
  const named = bitOf(site.feature);
  return row.category !== 'feature' || wanted === null || named === null || wanted === named;
}

/** Lower is better: the same kind, the same bit, the very line. */
function distance(row: InventoryRow, site: Site): number {
  return (
    (isSameKind(row, site.kind) ? 0 : 8) +
    (bitOf(row.feature) === bitOf(site.feature) ? 0 : 4) +
    (row.kind === site.kind ? 0 : 2) +
    (site.file === row.file && site.range.start.line === row.line ? 0 : 1)
  );
}

/**
 * As many rows matched as can be; two rows take one site only where they differ in `feature`. Nearest pairs are taken
 * first; then rows left over move others where that makes room (augmenting paths).
 */
export function matchRows(rows: readonly InventoryRow[], sites: readonly Site[]): Match[] {
  const candidates = candidatesOf(rows, sites);
  const holder = new Map<string, Match>();
  const matched = new Set<InventoryRow>();
  const number = new Map(sites.map((site, index) => [site, index]));
  const slotOf = (row: InventoryRow, site: Site): string => `${number.get(site)} ${row.feature}`;
  const take = (row: InventoryRow, site: Site): void => {
    holder.set(slotOf(row, site), { row, site });
    matched.add(row);
  };
  const pairs = rows.flatMap((row) => (candidates.get(row) ?? []).map((site) => ({ row, site })));
  pairs.sort((a, b) => distance(a.row, a.site) - distance(b.row, b.site));
  for (const { row, site } of pairs) {
    if (!matched.has(row) && !holder.has(slotOf(row, site))) take(row, site);
  }
  const makeRoom = (row: InventoryRow, tried: Set<string>): boolean => {
    for (const site of candidates.get(row) ?? []) {
      const slot = slotOf(row, site);
      if (tried.has(slot)) continue;
      tried.add(slot);
      const held = holder.get(slot);
      if (held !== undefined && !makeRoom(held.row, tried)) continue;
      take(row, site);
      return true;
    }
    return false;
  };
  for (const row of rows) if (!matched.has(row)) makeRoom(row, new Set());
  const order = new Map(rows.map((row, index) => [row, index]));
  return [...holder.values()].sort((a, b) => (order.get(a.row) ?? 0) - (order.get(b.row) ?? 0));
}

/** For each row the sites that may stand for it, the nearest first. */
function candidatesOf(
  rows: readonly InventoryRow[],
  sites: readonly Site[],
): ReadonlyMap<InventoryRow, readonly Site[]> {
  const byFile = sitesByFile(sites);
  return new Map(
    rows.map((row) => {
      const files = new Set([row.file, ...row.alternatives.map((a) => a.file)]);
      const found = [...files]
        .flatMap((file) => byFile.get(file) ?? [])
        .filter((site) => canMatch(row, site));
      return [row, found.sort((a, b) => distance(row, a) - distance(row, b))];
    }),
  );
}

function sitesByFile(sites: readonly Site[]): ReadonlyMap<string, readonly Site[]> {
  const byFile = new Map<string, Site[]>();
  for (const site of sites) {
    const list = byFile.get(site.file) ?? [];
    list.push(site);
    byFile.set(site.file, list);
  }
  return byFile;
}
