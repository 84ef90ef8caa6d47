/** Few hints in the text: the worst that becomes of the data at a bypass site, or when a bypass site is reached. */
import { type InlayHint, InlayHintKind } from 'vscode-languageserver/node';
import type { Site } from '../../analysis/index.js';
import { platformOf } from '../../model/index.js';
import type { WireRange } from '../protocol.js';
import type { DocumentView } from '../view.js';
import { guardText, outcomeTable } from './hover-sites.js';
import { worstFirst, worstOf } from './outcomes.js';

export function inlaysOf(view: DocumentView, range: WireRange): InlayHint[] {
  if (!view.settings.inlayHints) return [];
  const first = view.positions.coreOf(range.start).line;
  const last = view.positions.coreOf(range.end).line;
  const byLine = new Map<number, Site>();
  for (const site of view.sites) {
    const { line } = site.range.end;
    if (site.category !== 'bypass' || line < first || line > last) continue;
    const known = byLine.get(line);
    if (known === undefined || rank(site) < rank(known)) byLine.set(line, site);
  }
  return [...byLine.values()].flatMap((site) => {
    const label = labelOf(site);
    if (label === null) return [];
    const end = view.positions.lines.lineText(site.range.end.line).trimEnd().length;
    return [
      {
        position: view.positions.at({ line: site.range.end.line, column: end + 1 }),
        label,
        kind: InlayHintKind.Type,
        paddingLeft: true,
        tooltip: {
          kind: 'markdown' as const,
          value: [guardText(view, site.guard), outcomeTable(site.outcomes ?? [])].join('\n\n').trim(),
        },
      },
    ];
  });
}

function rank(site: Site): number {
  const worst = worstOf(site.outcomes ?? []);
  return worst === null ? worstFirst.length : worstFirst.indexOf(worst);
}

/** `fault: PEF, pKVM`; null where the data arrives, and where nothing was run. */
function labelOf(site: Site): string | null {
  const worst = worstOf(site.outcomes ?? []);
  if (worst === null || worst === 'direct' || worst === 'bounced' || worst === 'refused') return null;
  const platforms = new Set(
    (site.outcomes ?? []).filter((o) => o.outcome === worst).map((o) => platformOf(o.platform).name),
  );
  return `${worst}: ${[...platforms].join(', ')}`;
}
