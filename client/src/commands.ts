/** The commands of the palette, and those that code lenses, hovers and actions name. */
import {
  type CodeAction,
  commands,
  type Disposable,
  env,
  type LogOutputChannel,
  type QuickPickItem,
  QuickPickItemKind,
  Uri,
  window,
} from 'vscode';
import {
  checkWorkspaceMethod,
  commands as clientCommands,
  type DocumentPosition,
  pageUri,
  type SiteItem,
  type Topic,
  type TopicsResult,
  type TraceParams,
  topicsMethod,
  type WireLocation,
} from '../../server/src/lsp/protocol.js';
import { openAt } from './places.js';
import type { Sample } from './sample.js';
import type { SecureGuestPanel } from './secure-guest/panel.js';
import type { Server } from './server.js';

export interface Parts {
  readonly server: Server;
  readonly panel: SecureGuestPanel;
  readonly log: LogOutputChannel;
  readonly sample: () => Promise<Sample>;
}

export function registerCommands({ server, panel, log, sample }: Parts): readonly Disposable[] {
  const register = commands.registerCommand;
  return [
    register('vringside.restart', () => server.restart()),
    register('vringside.showLog', () => log.show()),
    register('vringside.checkWorkspace', () => checkWorkspace(server)),
    register('vringside.openSample', async () => openToStay((await sample()).driver)),
    register('vringside.openSamplePatch', async () => openToStay((await sample()).patch)),
    register('vringside.copyReviewReply', () => copyReviewReply()),
    register('vringside.goTo', (location: WireLocation) => openAt(location)),
    register('vringside.sites.showMatrix', ({ site }: { readonly site: SiteItem }) =>
      panel.show(startOf(site.location)),
    ),
    register(clientCommands.showMatrix, (at?: DocumentPosition) => panel.show(at ?? cursor())),
    register(clientCommands.showTrace, (cell: TraceParams) => panel.showCell(cell)),
    register(clientCommands.explain, (topic?: string) => explain(server, topic)),
    register(clientCommands.copyText, (text: string) => copy(text)),
  ];
}

/** Not as a preview, which the next document would replace: the walkthrough comes back to it. */
async function openToStay(file: Uri): Promise<void> {
  await window.showTextDocument(file, { preview: false });
}

function startOf({ uri, range }: WireLocation): DocumentPosition {
  return { textDocument: { uri }, position: range.start };
}

/** Null where no document is open. */
export function cursor(): DocumentPosition | null {
  const editor = window.activeTextEditor;
  if (editor === undefined) return null;
  const { line, character } = editor.selection.active;
  return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}

async function copy(text: string): Promise<void> {
  await env.clipboard.writeText(text);
  window.setStatusBarMessage('$(check) vringside: copied', 3000);
}

/** The server reads everything anew; what it finds goes to the list of problems, as always. */
async function checkWorkspace(server: Server): Promise<void> {
  await server.ask(checkWorkspaceMethod, {});
  await commands.executeCommand('workbench.actions.view.problems');
}

/** What the server offers to copy for the line of the cursor. */
async function copyReviewReply(): Promise<void> {
  const editor = window.activeTextEditor;
  if (editor === undefined) return;
  const actions = await commands.executeCommand<readonly CodeAction[]>(
    'vscode.executeCodeActionProvider',
    editor.document.uri,
    editor.document.lineAt(editor.selection.active.line).range,
  );
  const copying = actions.flatMap(({ command }) =>
    command?.command === clientCommands.copyText ? [command] : [],
  );
  const [first] = copying;
  if (first === undefined) window.setStatusBarMessage('vringside: no finding in this line', 3000);
  else await commands.executeCommand(first.command, ...(first.arguments ?? []));
}

interface TopicItem extends QuickPickItem {
  readonly topic?: Topic;
}

/** The page of a topic; without one, of what the reader picks. */
async function explain(server: Server, topic?: string): Promise<void> {
  const id = topic ?? (await pickTopic(server));
  if (id !== undefined) await commands.executeCommand('markdown.showPreview', Uri.parse(pageUri(id)));
}

async function pickTopic(server: Server): Promise<string | undefined> {
  const result = await server.ask<TopicsResult>(topicsMethod, {});
  const picked = await window.showQuickPick(topicItems(result?.topics ?? []), {
    title: 'vringside: explain',
    placeHolder: 'A rule, an outcome, or a kind of site',
    matchOnDescription: true,
  });
  return picked?.topic?.id;
}

function topicItems(topics: readonly Topic[]): readonly TopicItem[] {
  return topics.flatMap((topic, i): TopicItem[] => {
    const item = { label: topic.id, description: topic.summary, topic };
    if (topic.kind === topics[i - 1]?.kind) return [item];
    return [
      {
        label: `${topic.kind}s`.replace('kind of sites', 'kinds of sites'),
        kind: QuickPickItemKind.Separator,
      },
      item,
    ];
  });
}
