/** What the client at the other end can do, read once from its `initialize`. */
import { type InitializeParams, MarkupKind, PositionEncodingKind } from 'vscode-languageserver/node';

export interface Client {
  /** Diagnostics are pulled; else they are pushed. Never both. */
  readonly pullsDiagnostics: boolean;
  readonly encoding: 'utf-8' | 'utf-16';
  readonly hoverMarkdown: boolean;
  readonly hierarchicalSymbols: boolean;
  readonly codeActionLiterals: boolean;
  readonly resolvesActionEdits: boolean;
  readonly documentChanges: boolean;
  readonly createsFiles: boolean;
  readonly snippetEdits: boolean;
  readonly appliesEdits: boolean;
  readonly completionSnippets: boolean;
  readonly completionMarkdown: boolean;
  readonly refreshesLenses: boolean;
  readonly refreshesInlays: boolean;
  readonly refreshesTokens: boolean;
  readonly pullsConfiguration: boolean;
  readonly registersConfiguration: boolean;
  readonly registersWatchers: boolean;
  readonly watchesRelative: boolean;
  readonly workspaceFolders: boolean;
  readonly showsProgress: boolean;
  readonly showsDocuments: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly diagnosticTags: boolean;
  readonly providesContent: boolean;
  readonly refreshesContent: boolean;
  readonly locationLinks: boolean;
  readonly linkTooltips: boolean;
  /** The client runs `vringside.showMatrix` and its like; other clients are not given commands they cannot run. */
  readonly runsCommands: boolean;
}

/** `initializationOptions` of our own extension; other clients may give it too. */
interface Options {
  readonly clientCommands?: boolean;
}

export function clientOf({ capabilities, initializationOptions }: InitializeParams): Client {
  const { general, textDocument, window, workspace } = capabilities;
  const options = (initializationOptions ?? {}) as Options;
  const edits = workspace?.workspaceEdit;
  return {
    // Pulled without a refresh, a finding decided in another file would stay for ever.
    pullsDiagnostics:
      textDocument?.diagnostic !== undefined && workspace?.diagnostics?.refreshSupport === true,
    encoding: encodingOf(general?.positionEncodings),
    hoverMarkdown: textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) ?? false,
    hierarchicalSymbols: textDocument?.documentSymbol?.hierarchicalDocumentSymbolSupport ?? false,
    codeActionLiterals: textDocument?.codeAction?.codeActionLiteralSupport !== undefined,
    resolvesActionEdits:
      textDocument?.codeAction?.dataSupport === true &&
      (textDocument.codeAction.resolveSupport?.properties.includes('edit') ?? false),
    documentChanges: edits?.documentChanges ?? false,
    createsFiles: edits?.resourceOperations?.includes('create') ?? false,
    snippetEdits: edits?.snippetEditSupport ?? false,
    appliesEdits: workspace?.applyEdit ?? false,
    completionSnippets: textDocument?.completion?.completionItem?.snippetSupport ?? false,
    completionMarkdown:
      textDocument?.completion?.completionItem?.documentationFormat?.includes(MarkupKind.Markdown) ?? false,
    refreshesLenses: workspace?.codeLens?.refreshSupport ?? false,
    refreshesInlays: workspace?.inlayHint?.refreshSupport ?? false,
    refreshesTokens: workspace?.semanticTokens?.refreshSupport ?? false,
    pullsConfiguration: workspace?.configuration ?? false,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration ?? false,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration ?? false,
    watchesRelative: workspace?.didChangeWatchedFiles?.relativePatternSupport ?? false,
    workspaceFolders: workspace?.workspaceFolders ?? false,
    showsProgress: window?.workDoneProgress ?? false,
    showsDocuments: window?.showDocument?.support ?? false,
    relatedInformation: textDocument?.publishDiagnostics?.relatedInformation ?? false,
    codeDescription: textDocument?.publishDiagnostics?.codeDescriptionSupport ?? false,
    diagnosticTags: textDocument?.publishDiagnostics?.tagSupport !== undefined,
    providesContent: workspace?.textDocumentContent !== undefined,
    refreshesContent: workspace?.textDocumentContent !== undefined,
    locationLinks: textDocument?.definition?.linkSupport ?? false,
    linkTooltips: textDocument?.documentLink?.tooltipSupport ?? false,
    runsCommands: options.clientCommands ?? false,
  };
}

/** The first of the client's that we know; without a list it is UTF-16. */
function encodingOf(offered: readonly string[] | undefined): Client['encoding'] {
  for (const encoding of offered ?? []) {
    if (encoding === PositionEncodingKind.UTF8) return 'utf-8';
    if (encoding === PositionEncodingKind.UTF16) return 'utf-16';
  }
  return 'utf-16';
}
