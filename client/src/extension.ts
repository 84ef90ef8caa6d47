/** The extension: starts the server, and shows what it is told. */
import type { ExtensionContext } from 'vscode';
import { window } from 'vscode';
import { registerCommands } from './commands.js';
import { copySample } from './sample.js';
import { SecureGuestPanel } from './secure-guest/panel.js';
import { Server } from './server.js';
import { SitesView } from './sites/view.js';
import { StatusItems } from './status.js';

let running: Server | null = null;

export async function activate(context: ExtensionContext): Promise<void> {
  const log = window.createOutputChannel('vringside', { log: true });
  const server = new Server(context.asAbsolutePath('server/dist/lsp.js'), log);
  running = server;
  const panel = new SecureGuestPanel(context.extensionUri, server);
  context.subscriptions.push(
    log,
    server,
    panel,
    new StatusItems(server),
    new SitesView(server, context.workspaceState),
    ...registerCommands({ server, panel, log, sample: () => copySample(context) }),
  );
  await server.start();
}

export async function deactivate(): Promise<void> {
  await running?.stop();
}
