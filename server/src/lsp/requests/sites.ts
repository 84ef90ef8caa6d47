/** The sites of files, as the tree of an editor shows them. */
import { siteKind } from '@vringside/grammars/site-kinds';
import type { Site } from '../../analysis/index.js';
import type { Outcome } from '../../model/index.js';
import { worstFirst, worstOf } from '../../report/model/worst-first.js';
import type { FileSites, SiteItem } from '../protocol.js';
import type { RequestView } from './view.js';

/** Of the report's sites, those of one file, or of all it is about; files in the order of their names. */
export function fileSites(view: RequestView, only?: string): readonly FileSites[] {
  const byFile = new Map<string, Site[]>();
  for (const site of view.report.sites) {
    if (only !== undefined && site.file !== only) continue;
    const own = byFile.get(site.file);
    if (own === undefined) byFile.set(site.file, [site]);
    else own.push(site);
  }
  return [...byFile].map(([file, sites]) => ({
    file,
    uri: view.location(file, start).uri,
    sites: sites.map((site) => siteItem(site, view)),
  }));
}

const start = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

export function siteItem(site: Site, view: Pick<RequestView, 'location'>): SiteItem {
  const outcomes = countOutcomes(site);
  return {
    id: site.id,
    location: view.location(site.file, site.range),
    function: site.function,
    category: site.category,
    kind: site.kind,
    title: siteKind(site.kind)?.title ?? site.kind,
    expression: site.expression,
    feature: site.feature ?? null,
    when: site.guard === null ? null : `when ${site.guard.words ?? site.guard.resolved}`,
    outcomes,
    worst: worstOf(outcomes.map(({ outcome }) => outcome)),
  };
}

function countOutcomes({ outcomes = [] }: Site): SiteItem['outcomes'] {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts]
    .map(([outcome, count]) => ({ outcome, count }))
    .sort((a, b) => worstFirst.indexOf(a.outcome) - worstFirst.indexOf(b.outcome));
}
