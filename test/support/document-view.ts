/** Documents of a tree as features of the language server see them, without a connection. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Client, clientOf } from '../../server/src/lsp/client.js';
import { Positions } from '../../server/src/lsp/positions.js';
import type { WirePosition } from '../../server/src/lsp/protocol.js';
import { defaultSettings, type Settings } from '../../server/src/lsp/settings.js';
import type { Tree } from '../../server/src/lsp/trees.js';
import { type DocumentView, documentView } from '../../server/src/lsp/view.js';
import { openSession } from '../../server/src/session/index.js';
import { checkoutRoot } from './tracked-files.js';

export const demoRoot = join(checkoutRoot, 'fixtures/demo');
export const demoRing = 'drivers/virtio/virtio_ring.c';

export interface ViewChoice {
  readonly root?: string;
  readonly client?: Partial<Client>;
  readonly settings?: Partial<Settings>;
  /** In place of the file's text. */
  readonly text?: string;
}

export async function viewOfFile(file: string, choice: ViewChoice = {}): Promise<DocumentView> {
  const { root = demoRoot, client, settings } = choice;
  const session = await openSession({ root, cacheDir: null, rules: new Map() });
  const text = choice.text ?? readFileSync(join(root, file), 'utf8');
  session.edit(file, text);
  const view = await session.view([file]);
  if (view === null) throw new Error(`no view of ${file}`);
  const uri = pathToFileURL(join(root, file)).toString();
  return documentView({
    uri,
    file,
    version: 1,
    tree: { root } as Tree,
    ...view,
    positions: new Positions(TextDocument.create(uri, 'c', 1, text), 'utf-16', view.program.lines(file)),
    settings: { ...defaultSettings, ...settings },
    client: { ...plainClient, hoverMarkdown: true, relatedInformation: true, ...client },
    accepted: new Set(),
    openUri: () => null,
  });
}

const plainClient = clientOf({ capabilities: {}, processId: null, rootUri: null });

/** The position of a text, `within` characters behind its start. */
export function positionOf(view: DocumentView, text: string, within = 0): WirePosition {
  const at = view.positions.text.indexOf(text);
  if (at < 0) throw new Error(`no "${text}" in ${view.file}`);
  return view.positions.atOffset(view.positions.lines.fromText(at + within));
}
