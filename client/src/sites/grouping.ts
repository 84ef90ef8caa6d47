/** Sites in groups, as plain data: what the tree shows. */
import type { FileSites, SiteItem } from '../../../server/src/lsp/protocol.js';
import type { Outcome } from '../../../server/src/model/index.js';
import { worstFirst, worstOf } from '../../../server/src/report/model/worst-first.js';

export type Grouping = 'file' | 'outcome' | 'kind';

export interface PlacedSite {
  readonly site: SiteItem;
  readonly uri: string;
  /** Relative to its tree. */
  readonly file: string;
}

export interface SiteGroup {
  readonly id: string;
  readonly title: string;
  /** The worst that happens at a site of it; null where none is run. */
  readonly worst: Outcome | null;
  /** Of a group that is a file. */
  readonly uri: string | null;
  readonly sites: readonly PlacedSite[];
}

export function groupSites(files: readonly FileSites[], grouping: Grouping): readonly SiteGroup[] {
  const sites = files.flatMap(({ uri, file, sites: own }) => own.map((site) => ({ site, uri, file })));
  switch (grouping) {
    case 'file':
      return grouped(
        sites,
        ({ uri }) => uri,
        ({ file }) => file,
      ).map((group) => ({ ...group, uri: group.id }));
    case 'kind':
      return grouped(
        sites,
        ({ site }) => site.kind,
        ({ site }) => site.title,
      ).sort((a, b) => a.title.localeCompare(b.title));
    case 'outcome':
      return grouped(
        sites,
        ({ site }) => site.worst ?? '',
        ({ site }) => site.worst ?? 'not run',
      ).sort((a, b) => rank(a.worst) - rank(b.worst));
  }
}

function grouped(
  sites: readonly PlacedSite[],
  idOf: (placed: PlacedSite) => string,
  titleOf: (placed: PlacedSite) => string,
): SiteGroup[] {
  const groups = new Map<string, { title: string; sites: PlacedSite[] }>();
  for (const placed of sites) {
    const group = groups.get(idOf(placed)) ?? { title: titleOf(placed), sites: [] };
    group.sites.push(placed);
    groups.set(idOf(placed), group);
  }
  return [...groups].map(([id, { title, sites: own }]) => ({
    id,
    title,
    worst: worstOf(own.flatMap(({ site }) => site.worst ?? [])),
    uri: null,
    sites: own,
  }));
}

/** What is not run comes last. */
function rank(outcome: Outcome | null): number {
  return outcome === null ? worstFirst.length : worstFirst.indexOf(outcome);
}
