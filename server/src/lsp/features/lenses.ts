/** One line above a function that decides or holds sites: what becomes of the data there. */
import type { CodeLens } from 'vscode-languageserver/node';
import type { Site } from '../../analysis/index.js';
import { commands } from '../protocol.js';
import type { DocumentView } from '../view.js';
import { countsText, outcomeCounts } from './outcomes.js';

/** Enough to work out the title when the lens comes into sight. */
interface LensData {
  readonly uri: string;
  readonly function: string;
}

export function lensesOf(view: DocumentView): CodeLens[] {
  const { codeLens } = view.settings;
  if (codeLens === 'off') return [];
  return functionsWithSites(view)
    .filter(({ sites }) => codeLens === 'all' || sites.some(isDecision))
    .flatMap(({ name, sites, line }) => {
      if (titleOf(sites) === null) return [];
      const data: LensData = { uri: view.uri, function: name };
      return [{ range: view.positions.range(lineStart(line)), data }];
    });
}

/** The lens with its title; a function that is gone has an empty one. */
export function resolveLens(view: DocumentView, lens: CodeLens): CodeLens {
  const data = lens.data as LensData;
  const sites = view.sites.filter((site) => site.function === data.function);
  const title = titleOf(sites) ?? '';
  const argument = { textDocument: { uri: data.uri }, position: lens.range.start };
  return {
    ...lens,
    // A command without a name is shown and cannot be clicked: right for clients that cannot run ours.
    command: view.client.runsCommands
      ? { title: `${title} — show matrix`, command: commands.showMatrix, arguments: [argument] }
      : { title, command: '' },
  };
}

interface FunctionSites {
  readonly name: string;
  readonly sites: readonly Site[];
  /** 1-based, of the function's name. */
  readonly line: number;
}

/** In source order. */
function functionsWithSites({ sites, program, file }: DocumentView): FunctionSites[] {
  const byName = new Map<string, Site[]>();
  for (const site of sites) {
    if (site.function === '') continue;
    const own = byName.get(site.function);
    if (own === undefined) byName.set(site.function, [site]);
    else own.push(site);
  }
  return [...byName].flatMap(([name, own]) => {
    const first = own[0]?.range.start.line ?? 1;
    // Of definitions of one name under different `#if`s, the one the site stands in.
    const lines = program
      .functionsNamed(name, file)
      .filter((fn) => fn.file === file)
      .map((fn) => program.lineOf(file, fn.nameSpan.start))
      .filter((line) => line <= first);
    return [{ name, sites: own, line: lines.length === 0 ? first : Math.max(...lines) }];
  });
}

/** Null where there is nothing that could go wrong: sites that are not run, and decide nothing. */
function titleOf(sites: readonly Site[]): string | null {
  const counts = outcomeCounts(sites);
  if (counts.length > 0) return countsText(counts);
  const bypass = sites.filter(({ category }) => category === 'bypass').length;
  return bypass === 0 ? null : `${bypass} ${bypass === 1 ? 'bypass site' : 'bypass sites'}`;
}

/** The function itself, and not a place that asks it: only that was run. */
function isDecision({ kind, outcomes }: Site): boolean {
  const decides = kind === 'dma_api_decision' || kind === 'platform_hook' || kind === 'platform_hook_def';
  return decides && outcomes !== undefined;
}

function lineStart(line: number): Site['range'] {
  return { start: { line, column: 1 }, end: { line, column: 1 } };
}
