/** The commands that the server runs itself, so that any client has them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type CancellationToken,
  type CreateFile,
  ErrorCodes,
  type ExecuteCommandParams,
  MessageType,
  ResponseError,
  ShowMessageNotification,
  type TextDocumentEdit,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import { BaselineError } from '../../../baseline/index.js';
import type { Finding } from '../../../rules/index.js';
import type { BaselineText } from '../../baselines.js';
import type { Server } from '../../server.js';
import type { DocumentView } from '../../view.js';
import { type FindingsArgument, replyTo, serverCommands } from './telling.js';

export async function runCommand(
  server: Server,
  { command, arguments: [argument] = [] }: ExecuteCommandParams,
  token: CancellationToken,
): Promise<null> {
  const { uri, fingerprints } = findingsArgument(command, argument);
  const view = await server.viewOf(uri, token);
  const findings = view?.findings.filter(({ fingerprint }) => fingerprints.includes(fingerprint)) ?? [];
  const [first] = findings;
  // Mended or accepted since it was shown.
  if (view === null || first === undefined) return null;
  if (command === serverCommands.addToBaseline) await addToBaseline(server, view, findings);
  else await showReply(server, view, first);
  return null;
}

/** @throws {ResponseError} for a command that is not ours, or was given something else */
function findingsArgument(command: string, argument: unknown): FindingsArgument {
  if (!Object.values<string>(serverCommands).includes(command)) {
    throw new ResponseError(ErrorCodes.InvalidParams, `no command ${command} here`);
  }
  const { uri, fingerprints } = (argument ?? {}) as Partial<FindingsArgument>;
  if (typeof uri !== 'string' || !Array.isArray(fingerprints)) {
    throw new ResponseError(ErrorCodes.InvalidParams, `${command} takes {"uri", "fingerprints"}`);
  }
  return { uri, fingerprints };
}

// ---- the baseline

async function addToBaseline(
  server: Server,
  view: DocumentView,
  findings: readonly Finding[],
): Promise<void> {
  const { connection, baselines, client } = server;
  let text: BaselineText;
  try {
    text = baselines.extended(view.tree.root, view.settings.baseline, findings);
  } catch (error) {
    if (!(error instanceof BaselineError)) throw error;
    const message = `vringside: the baseline stays as it is: ${error.message}`;
    void connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Error, message });
    return;
  }
  if (client.appliesEdits && (text.before !== null || client.createsFiles)) {
    const label = 'Add to the vringside baseline';
    const { applied } = await connection.workspace.applyEdit({
      label,
      edit: editOf(text, client.documentChanges),
    });
    if (!applied) return;
    baselines.taken(text);
  } else {
    writeFileSync(text.path, text.after);
    baselines.forget([text.path]);
  }
  server.changedOnDisk([text.path]);
}

function editOf({ path, before, after }: BaselineText, hasDocumentChanges: boolean): WorkspaceEdit {
  const uri = pathToFileURL(path).toString();
  const lines = (before ?? '').split('\n').length;
  const edit: TextEdit = {
    range: { start: { line: 0, character: 0 }, end: { line: lines, character: 0 } },
    newText: after,
  };
  if (before !== null && !hasDocumentChanges) return { changes: { [uri]: [edit] } };
  const create: CreateFile = { kind: 'create', uri, options: { ignoreIfExists: true } };
  const change: TextDocumentEdit = { textDocument: { uri, version: null }, edits: [edit] };
  return { documentChanges: before === null ? [create, change] : [change] };
}

// ---- the review reply

/** For clients that have no clipboard of ours: a file they show. */
async function showReply({ connection }: Server, view: DocumentView, finding: Finding): Promise<void> {
  const path = join(mkdtempSync(join(tmpdir(), 'vringside-')), `reply-${finding.fingerprint}.txt`);
  writeFileSync(path, replyTo(view, finding));
  await connection.window.showDocument({ uri: pathToFileURL(path).toString(), takeFocus: true });
}
