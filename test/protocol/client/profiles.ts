/** Sets of client capabilities: what a real editor says of itself, and the least one can say. */

export interface Profile {
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** Answers `workspace/configuration`; one that does not sends its settings with didChangeConfiguration. */
  readonly hasConfiguration: boolean;
  readonly pullsDiagnostics: boolean;
}

const codeActionKinds = ['', 'quickfix', 'refactor', 'source', 'source.fixAll', 'source.organizeImports'];

/** vscode-languageclient 11 in VS Code. */
const vscodeCapabilities = {
  workspace: {
    applyEdit: true,
    workspaceEdit: {
      documentChanges: true,
      resourceOperations: ['create', 'rename', 'delete'],
      failureHandling: 'textOnlyTransactional',
      normalizesLineEndings: true,
      changeAnnotationSupport: { groupsOnLabel: true },
      metadataSupport: true,
      snippetEditSupport: true,
    },
    configuration: true,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
    didChangeConfiguration: { dynamicRegistration: true },
    symbol: { dynamicRegistration: true, resolveSupport: { properties: ['location.range'] } },
    codeLens: { refreshSupport: true },
    executeCommand: { dynamicRegistration: true },
    workspaceFolders: true,
    semanticTokens: { refreshSupport: true },
    fileOperations: { dynamicRegistration: true, didCreate: true, didRename: true, didDelete: true },
    inlayHint: { refreshSupport: true },
    diagnostics: { refreshSupport: true },
    textDocumentContent: { dynamicRegistration: true },
  },
  textDocument: {
    publishDiagnostics: {
      relatedInformation: true,
      versionSupport: false,
      tagSupport: { valueSet: [1, 2] },
      codeDescriptionSupport: true,
      dataSupport: true,
    },
    synchronization: { dynamicRegistration: true, willSave: true, willSaveWaitUntil: true, didSave: true },
    completion: {
      dynamicRegistration: true,
      contextSupport: true,
      completionItem: { snippetSupport: true, documentationFormat: ['markdown', 'plaintext'] },
    },
    hover: { dynamicRegistration: true, contentFormat: ['markdown', 'plaintext'] },
    definition: { dynamicRegistration: true, linkSupport: true },
    references: { dynamicRegistration: true },
    documentSymbol: { dynamicRegistration: true, hierarchicalDocumentSymbolSupport: true },
    codeAction: {
      dynamicRegistration: true,
      isPreferredSupport: true,
      disabledSupport: true,
      dataSupport: true,
      resolveSupport: { properties: ['edit'] },
      codeActionLiteralSupport: { codeActionKind: { valueSet: codeActionKinds } },
      honorsChangeAnnotations: true,
    },
    codeLens: { dynamicRegistration: true, resolveSupport: { properties: ['command'] } },
    documentLink: { dynamicRegistration: true, tooltipSupport: true },
    callHierarchy: { dynamicRegistration: true },
    semanticTokens: {
      dynamicRegistration: true,
      tokenTypes: ['variable', 'parameter', 'property', 'function', 'macro'],
      tokenModifiers: ['declaration', 'readonly'],
      formats: ['relative'],
      requests: { range: true, full: { delta: true } },
    },
    inlayHint: { dynamicRegistration: true, resolveSupport: { properties: ['tooltip'] } },
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: false, relatedInformation: true },
  },
  window: { workDoneProgress: true, showDocument: { support: true } },
  general: {
    staleRequestSupport: { cancel: true, retryOnContentModified: [] },
    positionEncodings: ['utf-16'],
  },
};

export const vscode: Profile = {
  capabilities: vscodeCapabilities,
  hasConfiguration: true,
  pullsDiagnostics: true,
};

/** Neovim 0.7: no pull, no dynamic registration, no refresh. */
export const neovim: Profile = {
  capabilities: {
    workspace: {
      applyEdit: true,
      workspaceEdit: { resourceOperations: ['rename', 'create', 'delete'] },
      configuration: true,
      workspaceFolders: true,
      symbol: { dynamicRegistration: false },
    },
    textDocument: {
      publishDiagnostics: { relatedInformation: true, tagSupport: { valueSet: [1, 2] } },
      synchronization: { dynamicRegistration: false, didSave: true },
      hover: { dynamicRegistration: false, contentFormat: ['markdown', 'plaintext'] },
      documentSymbol: { dynamicRegistration: false, hierarchicalDocumentSymbolSupport: true },
      codeAction: {
        dynamicRegistration: false,
        dataSupport: true,
        resolveSupport: { properties: ['edit'] },
        codeActionLiteralSupport: { codeActionKind: { valueSet: codeActionKinds } },
      },
      callHierarchy: { dynamicRegistration: false },
    },
    window: { workDoneProgress: true, showDocument: { support: false } },
  },
  hasConfiguration: true,
  pullsDiagnostics: false,
};

/** A client that says nothing of itself. */
export const bare: Profile = { capabilities: {}, hasConfiguration: false, pullsDiagnostics: false };

/** `profile` with some of its capabilities replaced, by path: `{'textDocument.hover.contentFormat': ['plaintext']}`; null removes. */
export function adapted(
  profile: Profile,
  changes: Readonly<Record<string, unknown>>,
  rest: Partial<Profile> = {},
): Profile {
  const capabilities = structuredClone(profile.capabilities) as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.');
    const last = names.pop() as string;
    let at = capabilities;
    for (const name of names) {
      at[name] ??= {};
      at = at[name] as Record<string, unknown>;
    }
    if (value === null) delete at[last];
    else at[last] = value;
  }
  return { ...profile, ...rest, capabilities };
}
