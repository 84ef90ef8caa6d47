/** Semantic tokens: only values a reviewer watches; everything else keeps the colours of the editor's own C tools. */
import type {
  Range,
  SemanticTokens,
  SemanticTokensDelta,
  SemanticTokensLegend,
} from 'vscode-languageserver/node';
import { type Mark, marksIn } from '../../../navigate/index.js';
import type { DocumentView } from '../../view.js';

const types: readonly Mark['sort'][] = ['variable', 'parameter', 'field'];

export const tokenLegend: SemanticTokensLegend = {
  tokenTypes: ['variable', 'parameter', 'property'],
  tokenModifiers: ['deviceControlled', 'physicalAddress'],
};

/** Five numbers a token, each place relative to the one before, as the protocol has it. */
export function tokensOf(view: DocumentView, range: Range | null): number[] {
  const { positions, program, file, settings } = view;
  if (!settings.semanticTokens) return [];
  const span =
    range === null ? null : { start: positions.offsetOf(range.start), end: positions.offsetOf(range.end) };
  const data: number[] = [];
  let line = 0;
  let character = 0;
  for (const { start, end, sort, isDeviceControlled, isPhysicalAddress } of marksIn(program, file, span)) {
    const at = positions.atOffset(start);
    const modifiers = (isDeviceControlled ? 1 : 0) | (isPhysicalAddress ? 2 : 0);
    const before = at.line === line ? character : 0;
    data.push(at.line - line, at.character - before, end - start, types.indexOf(sort), modifiers);
    ({ line, character } = at);
  }
  return data;
}

/** What a client was last given of a document, so that the next answer can be a difference. */
export class GivenTokens {
  readonly #given = new Map<string, SemanticTokens & { readonly resultId: string }>();
  #count = 0;

  full(uri: string, data: number[]): SemanticTokens {
    this.#count += 1;
    const tokens = { resultId: String(this.#count), data };
    this.#given.set(uri, tokens);
    return tokens;
  }

  /** The whole where the client has another state than the last. */
  delta(uri: string, data: number[], previousId: string): SemanticTokens | SemanticTokensDelta {
    const before = this.#given.get(uri);
    const { resultId } = this.full(uri, data);
    if (before?.resultId !== previousId) return { ...(resultId !== undefined && { resultId }), data };
    const edit = editBetween(before.data, data);
    return { ...(resultId !== undefined && { resultId }), edits: edit === null ? [] : [edit] };
  }

  forget(uri: string): void {
    this.#given.delete(uri);
  }
}

/** The one edit that makes `to` of `from`; null when they are equal. */
export function editBetween(
  from: readonly number[],
  to: readonly number[],
): { start: number; deleteCount: number; data: number[] } | null {
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from[start] === to[start]) start += 1;
  let same = 0;
  while (same < shorter - start && from[from.length - 1 - same] === to[to.length - 1 - same]) same += 1;
  if (start === from.length && start === to.length) return null;
  return { start, deleteCount: from.length - start - same, data: to.slice(start, to.length - same) };
}
