/** An action before it is sent: what the client shows, and the edit it may ask for later. */
import type { CodeAction, CodeActionKind, Diagnostic, WorkspaceEdit } from 'vscode-languageserver/node';
import type { Finding } from '../../../rules/index.js';
import type { DocumentView } from '../../view.js';
import type { DiagnosticData } from '../diagnostics.js';

export interface Planned {
  /** Unlike that of any other action at the same range. */
  readonly key: string;
  readonly action: CodeAction & { readonly kind: CodeActionKind };
  readonly edit: (() => WorkspaceEdit) | null;
}

/** What was asked about. */
export interface Asked {
  readonly view: DocumentView;
  /** The findings at the range, in the order of the source. */
  readonly findings: readonly Finding[];
  /** Those of the client's at the range. */
  readonly diagnostics: readonly Diagnostic[];
}

/** The client's own copies of what it shows of these findings. */
export function diagnosticsFor(
  { diagnostics }: Asked,
  fingerprints: readonly string[],
): { diagnostics?: Diagnostic[] } {
  const own = diagnostics.filter(({ data }) =>
    fingerprints.includes((data as DiagnosticData | undefined)?.fingerprint ?? ''),
  );
  return own.length === 0 ? {} : { diagnostics: own };
}
