/** What a place means, under the cursor: a site, a guard, a decision function, a feature bit, a fact of the guest. */
import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import { nameAt } from '../../navigate/index.js';
import type { WirePosition } from '../protocol.js';
import type { DocumentView } from '../view.js';
import { nameText } from './hover-names.js';
import { siteText } from './hover-sites.js';
import { markdownToPlain } from './markdown.js';

/** Null where we have nothing to say that the reader's C tools do not. */
export function hoverOf(view: DocumentView, position: WirePosition): Hover | null {
  const offset = view.positions.offsetOf(position);
  const name = nameAt(view.program.source(view.file)?.text ?? '', offset);
  const about = name === null ? null : nameText(view, name);
  const sites = view.sites.filter(({ range }) => {
    const { lines } = view.positions;
    return lines.offsetAt(range.start) <= offset && offset <= lines.offsetAt(range.end);
  });
  const [site] = [...sites].sort((a, b) => lengthOf(view, a) - lengthOf(view, b));
  // A decision function says of itself all that its site would.
  const isDecision = site?.kind === 'dma_api_decision' && about !== null;
  const parts = [
    ...(site === undefined || isDecision ? [] : [siteText(view, site)]),
    ...(about === null ? [] : [about]),
  ];
  if (parts.length === 0) return null;
  const value = parts.join('\n\n---\n\n');
  const span = site === undefined ? name : spanOf(view, site);
  return {
    contents: view.client.hoverMarkdown
      ? { kind: MarkupKind.Markdown, value }
      : { kind: MarkupKind.PlainText, value: markdownToPlain(value) },
    ...(span !== null && { range: view.positions.ofSpan(span) }),
  };
}

function spanOf(
  view: DocumentView,
  { range }: DocumentView['sites'][number],
): { start: number; end: number } {
  const { lines } = view.positions;
  return { start: lines.offsetAt(range.start), end: lines.offsetAt(range.end) };
}

function lengthOf(view: DocumentView, site: DocumentView['sites'][number]): number {
  const { start, end } = spanOf(view, site);
  return end - start;
}
