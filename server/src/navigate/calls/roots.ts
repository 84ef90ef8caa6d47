/** Where a call hierarchy begins: a function, or a site. */
import type { Inventory } from '../../analysis/index.js';
import type { Index } from '../definitions.js';
import { entityAt } from '../entity.js';
import { type CallItem, functionItem, siteItem, siteSpan } from './items.js';

/** The function named under the cursor; else the narrowest site on its line. */
export function callRoots(
  { program, inventory }: Index & { readonly inventory: Inventory },
  file: string,
  offset: number,
): CallItem[] {
  const entity = entityAt(program, file, offset)?.entity;
  if (entity?.kind === 'function' && entity.functions.length > 0)
    return entity.functions.map((fn) => functionItem(fn));
  if (entity?.kind === 'field') {
    const calls = program.implementations(entity.record, entity.name);
    if (calls.length > 0) return calls.map((fn) => functionItem(fn, `${entity.record}.${entity.name}`));
  }
  const line = program.lineOf(file, offset);
  const sites = inventory.sites
    .map(({ site }) => site)
    .filter((site) => site.file === file && site.range.start.line <= line && line <= site.range.end.line)
    .map((site) => ({ site, span: siteSpan(program, site) }))
    .sort((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start));
  const under = sites.find(({ span }) => span.start <= offset && offset <= span.end);
  const found = under ?? sites[0];
  return found === undefined ? [] : [siteItem(program, found.site)];
}
