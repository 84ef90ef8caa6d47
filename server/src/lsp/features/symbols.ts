/** Sites, decision functions and feature tables as symbols, below the functions they stand in. */
import { siteKind } from '@vringside/grammars/site-kinds';
import {
  type CancellationToken,
  type DocumentSymbol,
  type SymbolInformation,
  SymbolKind,
} from 'vscode-languageserver/node';
import type { Site } from '../../analysis/index.js';
import { programSymbols, type SymbolSort } from '../../navigate/index.js';
import type { Range } from '../../text/span.js';
import type { Server } from '../server.js';
import type { DocumentView } from '../view.js';
import { indexOf, locationOf } from './navigation/places.js';
import { worstOf } from './outcomes.js';

/** More are not read by anybody, and a client filters again. */
const MAX_SYMBOLS = 1000;

export function documentSymbols(view: DocumentView): DocumentSymbol[] | SymbolInformation[] {
  const tree = symbolTree(view);
  if (view.client.hierarchicalSymbols) return tree;
  return tree.flatMap((parent) => [
    ...(parent.children ?? []).map((child) => flat(view, child, parent.name)),
    ...(parent.children === undefined ? [flat(view, parent, '')] : []),
  ]);
}

function flat(view: DocumentView, symbol: DocumentSymbol, container: string): SymbolInformation {
  return {
    name: symbol.name,
    kind: symbol.kind,
    location: { uri: view.uri, range: symbol.range },
    ...(container !== '' && { containerName: container }),
  };
}

function symbolTree(view: DocumentView): DocumentSymbol[] {
  const out: DocumentSymbol[] = [];
  const open = new Map<string, DocumentSymbol[]>();
  for (const site of view.sites) {
    const symbol = symbolOf(view, site);
    if (site.function === '') {
      out.push(symbol);
      continue;
    }
    const children = open.get(site.function);
    if (children !== undefined) {
      children.push(symbol);
      continue;
    }
    const span = functionSpan(view, site);
    const made = [symbol];
    open.set(site.function, made);
    out.push({
      name: `${site.function}()`,
      kind: SymbolKind.Function,
      range: view.positions.range(span.range),
      selectionRange: view.positions.range(span.name),
      children: made,
    });
  }
  return out.map((symbol) => covering(symbol));
}

/** A parent covers its children, also those of a second definition of the same name under another `#if`. */
function covering(symbol: DocumentSymbol): DocumentSymbol {
  const { range } = symbol;
  let { start, end } = range;
  for (const { range: inner } of symbol.children ?? []) {
    if (isBefore(inner.start, start)) start = inner.start;
    if (isBefore(end, inner.end)) end = inner.end;
  }
  return { ...symbol, range: { start, end } };
}

function isBefore(a: DocumentSymbol['range']['start'], b: DocumentSymbol['range']['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.character < b.character);
}

function functionSpan(view: DocumentView, site: Site): { readonly range: Range; readonly name: Range } {
  const { program, file, positions } = view;
  const at = positions.lines.offsetAt(site.range.start);
  const fn = program
    .functionsNamed(site.function, file)
    .find((ref) => ref.file === file && ref.start <= at && at <= ref.end);
  if (fn === undefined) return { range: site.range, name: site.range };
  const place = (span: { start: number; end: number }): Range => ({
    start: program.positionOf(file, span.start),
    end: program.positionOf(file, span.end),
  });
  return { range: place(fn), name: place(fn.nameSpan) };
}

function symbolOf(view: DocumentView, site: Site): DocumentSymbol {
  const range = view.positions.range(site.range);
  const worst = worstOf(site.outcomes ?? []);
  return {
    name: site.expression === '' ? site.kind : site.expression,
    detail: [siteKind(site.kind)?.title ?? site.kind, ...(worst === null ? [] : [worst])].join(' · '),
    kind: kindOf(site),
    range,
    selectionRange: range,
  };
}

function kindOf({ category, kind, feature }: Site): SymbolKind {
  if (kind === 'dma_api_decision' || kind.startsWith('platform_hook')) return SymbolKind.Boolean;
  if (kind === 'feature_table') return SymbolKind.Array;
  if (feature !== undefined) return SymbolKind.Constant;
  return category === 'bypass' ? SymbolKind.Event : SymbolKind.Property;
}

const sortKinds: Readonly<Record<SymbolSort, SymbolKind>> = {
  decision: SymbolKind.Boolean,
  'feature table': SymbolKind.Array,
  driver: SymbolKind.Class,
  'ops table': SymbolKind.Interface,
  'virtqueue callback': SymbolKind.Event,
};

/**
 * What decides, tables, drivers and callbacks of the whole index; sites of the open files. By name, function, feature bit
 * or kind: the letters of the query in order; names that hold it as it is come first.
 */
export async function workspaceSymbols(
  server: Server,
  query: string,
  token: CancellationToken,
): Promise<SymbolInformation[]> {
  const matches = matcher(query);
  const out: SymbolInformation[] = [];
  const open = server.documents.all();
  for (const { uri } of open) await server.viewOf(uri, token);
  const trees = new Set<DocumentView['tree']>();
  // All from one moment: a text may have changed while another was waited for.
  const views = open.flatMap(({ uri }) => server.currentViewOf(uri) ?? []);
  for (const view of views) {
    if (trees.has(view.tree)) continue;
    trees.add(view.tree);
    out.push(...indexSymbols(view, matches));
  }
  for (const view of views) out.push(...siteSymbols(view, matches));
  const whole = query.toLowerCase();
  const rank = ({ name }: SymbolInformation): number => (name.toLowerCase().includes(whole) ? 0 : 1);
  return out.sort((a, b) => rank(a) - rank(b)).slice(0, MAX_SYMBOLS);
}

function indexSymbols(view: DocumentView, matches: (text: string) => boolean): SymbolInformation[] {
  return programSymbols(indexOf(view))
    .filter(({ name, sort }) => matches(`${name} ${sort}`))
    .map(({ name, sort, file, nameSpan }) => ({
      name,
      kind: sortKinds[sort],
      location: locationOf(view, file, nameSpan),
      containerName: `${sort} in ${file}`,
    }));
}

function siteSymbols(view: DocumentView, matches: (text: string) => boolean): SymbolInformation[] {
  return view.sites
    .filter((site) => matches(`${site.function} ${site.expression} ${site.feature ?? ''} ${site.kind}`))
    .map((site) => ({
      name: site.expression === '' ? site.kind : site.expression,
      kind: kindOf(site),
      location: { uri: view.uri, range: view.positions.range(site.range) },
      containerName: site.function === '' ? view.file : `${site.function}() in ${view.file}`,
    }));
}

/** Whether a text holds the letters of the query, in order and in any case. */
function matcher(query: string): (text: string) => boolean {
  const letters = query.toLowerCase().replace(/\s+/g, '');
  return (text) => {
    const lower = text.toLowerCase();
    let at = 0;
    for (const letter of letters) {
      at = lower.indexOf(letter, at) + 1;
      if (at === 0) return false;
    }
    return true;
  };
}
