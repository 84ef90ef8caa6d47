/** Requests of every kind a server says it answers, at places of a text. */
import type { ServerCapabilities } from 'vscode-languageserver/node';
import type { Random } from '../../fuzz/random.js';
import { type Client, positionAt } from '../client/index.js';

export interface Asked {
  readonly method: string;
  readonly params: unknown;
}

type Place = { readonly uri: string; readonly start: number; readonly end: number };

/** Methods a client may ask after, by what the server advertised. */
export function advertised(capabilities: ServerCapabilities): string[] {
  const by: readonly [unknown, readonly string[]][] = [
    [capabilities.hoverProvider, ['textDocument/hover']],
    [capabilities.definitionProvider, ['textDocument/definition']],
    [capabilities.referencesProvider, ['textDocument/references']],
    [capabilities.documentHighlightProvider, ['textDocument/documentHighlight']],
    [capabilities.documentSymbolProvider, ['textDocument/documentSymbol']],
    [capabilities.workspaceSymbolProvider, ['workspace/symbol']],
    [capabilities.codeActionProvider, ['textDocument/codeAction']],
    [capabilities.codeLensProvider, ['textDocument/codeLens']],
    [capabilities.documentLinkProvider, ['textDocument/documentLink']],
    [capabilities.inlayHintProvider, ['textDocument/inlayHint']],
    [capabilities.completionProvider, ['textDocument/completion']],
    [capabilities.callHierarchyProvider, ['textDocument/prepareCallHierarchy']],
    [capabilities.semanticTokensProvider, ['textDocument/semanticTokens/full']],
    [capabilities.diagnosticProvider, ['textDocument/diagnostic']],
  ];
  return by.flatMap(([provider, methods]) => (provider === undefined || provider === false ? [] : methods));
}

export const ownMethods: readonly string[] = ['vringside/matrix', 'vringside/sites'];

/** What follows an answer: resolving, the sides of a call hierarchy. */
export function following(method: string, answer: unknown, capabilities: ServerCapabilities): Asked[] {
  const items = Array.isArray(answer) ? answer : [];
  const first = items[0] as { data?: unknown } | undefined;
  if (first === undefined) return [];
  switch (method) {
    case 'textDocument/prepareCallHierarchy':
      return [
        { method: 'callHierarchy/incomingCalls', params: { item: first } },
        { method: 'callHierarchy/outgoingCalls', params: { item: first } },
      ];
    case 'textDocument/codeLens':
      return capabilities.codeLensProvider?.resolveProvider === true
        ? [{ method: 'codeLens/resolve', params: first }]
        : [];
    case 'textDocument/codeAction': {
      const provider = capabilities.codeActionProvider;
      const resolves = typeof provider === 'object' && provider.resolveProvider === true;
      return resolves ? [{ method: 'codeAction/resolve', params: first }] : [];
    }
    default:
      return [];
  }
}

export function question(client: Client, method: string, { uri, start, end }: Place): Asked {
  const { text } = client.document(uri);
  const position = positionAt(text, start, client.encoding);
  const range = client.range(text, start, end);
  const textDocument = { uri };
  switch (method) {
    case 'workspace/symbol':
      return { method, params: { query: text.slice(start, Math.min(end, start + 4)) } };
    case 'textDocument/codeAction':
      return { method, params: { textDocument, range, context: { diagnostics: [] } } };
    case 'textDocument/inlayHint':
      return { method, params: { textDocument, range } };
    case 'textDocument/references':
      return { method, params: { textDocument, position, context: { includeDeclaration: true } } };
    case 'textDocument/codeLens':
    case 'textDocument/documentLink':
    case 'textDocument/documentSymbol':
    case 'textDocument/diagnostic':
    case 'textDocument/semanticTokens/full':
    case 'vringside/sites':
      return { method, params: { textDocument } };
    default:
      return { method, params: { textDocument, position } };
  }
}

/** A place on a name, or anywhere. */
export function somewhere(client: Client, uri: string, random: Random): Place {
  const { text } = client.document(uri);
  let start = random.below(text.length + 1);
  if (random.chance(0.7)) {
    const name = /[A-Za-z_]\w{3,}/g;
    name.lastIndex = start;
    start = name.exec(text)?.index ?? start;
  }
  // Not between the halves of a character, nor between CR and LF: a client cannot be there.
  if (/[\udc00-\udfff]/.test(text[start] ?? '') && /[\ud800-\udbff]/.test(text[start - 1] ?? '')) start -= 1;
  const end = Math.min(text.length, start + random.magnitude(1, 400));
  return { uri, start, end: /[\udc00-\udfff]/.test(text[end] ?? '') ? end - 1 : end };
}
