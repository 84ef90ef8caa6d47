/** Code actions: what can be done about a finding or a site at a range of a document. */
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Command,
  type ServerCapabilities,
} from 'vscode-languageserver/node';
import type { Finding } from '../../../rules/index.js';
import type { Range } from '../../../text/span.js';
import type { Client } from '../../client.js';
import { modified } from '../../guarded.js';
import type { WireRange } from '../../protocol.js';
import type { Server } from '../../server.js';
import type { DocumentView } from '../../view.js';
import type { DiagnosticData } from '../diagnostics.js';
import { runCommand } from './commands.js';
import { fixAllAction, fixAllKind, fixingActions } from './fixing.js';
import type { Asked, Planned } from './planned.js';
import { suppressingActions } from './suppressing.js';
import { serverCommands, tellingActions } from './telling.js';

export function actionCapabilities(client: Client): ServerCapabilities {
  return {
    codeActionProvider: client.codeActionLiterals
      ? {
          codeActionKinds: [CodeActionKind.QuickFix, fixAllKind],
          resolveProvider: client.resolvesActionEdits,
        }
      : true,
    executeCommandProvider: { commands: Object.values(serverCommands) },
  };
}

export function provideActions(server: Server): void {
  const { connection, guard } = server;
  connection.onCodeAction((params, token) =>
    guard.answer('code actions', null, async () => {
      const view = await server.viewOf(params.textDocument.uri, token);
      return view === null ? null : actionsAt(view, params);
    }),
  );
  connection.onCodeActionResolve((action, token) =>
    guard.answer('code actions', action, async () => {
      const uri = documentOf(action);
      const view = uri === null ? null : await server.viewOf(uri, token);
      return view === null ? action : resolveAction(view, action);
    }),
  );
  connection.onExecuteCommand((params, token) =>
    guard.answer(params.command, null, () => runCommand(server, params, token)),
  );
}

/** What a client hands back with an action whose edit it wants. */
interface ActionData {
  readonly uri: string;
  readonly version: number;
  readonly range: WireRange;
  readonly key: string;
}

function actionsAt(view: DocumentView, { range, context }: CodeActionParams): (CodeAction | Command)[] {
  const isWanted = (kind: string): boolean =>
    context.only?.some((only) => only === '' || kind === only || kind.startsWith(`${only}.`)) ?? true;
  const planned = plannedAt(view, range, context.diagnostics).filter(({ action }) => isWanted(action.kind));
  // A client without literals runs commands only.
  if (!view.client.codeActionLiterals) return planned.flatMap(({ action }) => action.command ?? []);
  return planned.map(({ key, action, edit }) => {
    if (edit === null) return action;
    if (!view.client.resolvesActionEdits) return { ...action, edit: edit() };
    const data: ActionData = { uri: view.uri, version: view.version, range, key };
    return { ...action, data };
  });
}

/** Whether the action waits for its edit, and in which document. */
function documentOf({ data, edit }: CodeAction): string | null {
  const uri = (data as Partial<ActionData> | null | undefined)?.uri;
  return edit === undefined && typeof uri === 'string' ? uri : null;
}

/** @throws {ResponseError} when the document is no longer what the action was offered for */
function resolveAction(view: DocumentView, action: CodeAction): CodeAction {
  const { version, range, key } = action.data as ActionData;
  if (version !== view.version) throw modified();
  const edit = plannedAt(view, range, action.diagnostics ?? []).find((planned) => planned.key === key)?.edit;
  return edit == null ? action : { ...action, edit: edit() };
}

function plannedAt(view: DocumentView, wire: WireRange, diagnostics: Asked['diagnostics']): Planned[] {
  const range: Range = { start: view.positions.coreOf(wire.start), end: view.positions.coreOf(wire.end) };
  const asked: Asked = { view, findings: findingsAt(view, range, diagnostics), diagnostics };
  return [
    ...fixingActions(asked, range),
    ...suppressingActions(asked),
    ...tellingActions(asked),
    ...fixAllAction(asked),
  ];
}

/** Those reported there, those that list a place there, and those the client shows there: some ask for a whole line. */
function findingsAt(
  { findings, file }: DocumentView,
  range: Range,
  diagnostics: Asked['diagnostics'],
): readonly Finding[] {
  const shown = new Set(
    diagnostics.map(({ data }) => (data as Partial<DiagnosticData> | null | undefined)?.fingerprint),
  );
  return findings.filter((finding) => {
    const related = finding.related.flatMap((other) => (other.file === file ? [other.range] : []));
    return shown.has(finding.fingerprint) || [finding.range, ...related].some((place) => meet(place, range));
  });
}

function meet(a: Range, b: Range): boolean {
  return isBefore(a.start, b.end) && isBefore(b.start, a.end);
}

function isBefore(a: Range['start'], b: Range['start']): boolean {
  return a.line < b.line || (a.line === b.line && a.column <= b.column);
}
