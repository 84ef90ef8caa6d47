/** The program of the language server: `vringside-lsp`, and what `vringside lsp` and the extension start. */
import { Console } from 'node:console';
import { type Connection, createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { toolVersion } from '../report/version.js';
import { keepHeapSmall } from './heap.js';
import { Messages } from './input.js';
import { serve } from './serve.js';

if (process.argv.includes('--version')) {
  process.stdout.write(`vringside-lsp ${toolVersion}\n`);
  process.exit();
}
if (process.argv.includes('--help')) {
  process.stdout.write(`vringside-lsp [--stdio]

The language server of vringside: speaks the Language Server Protocol on standard input and output, as editors start it.
`);
  process.exit();
}

// The library would open connections, if it were told to.
const refused = process.argv.find((arg) => /^--(?:socket|pipe)\b/.test(arg));
if (refused !== undefined) {
  process.stderr.write(
    `vringside-lsp: ${refused}: no connection is opened; the editor starts it with --stdio\n`,
  );
  process.exit(2);
}

keepHeapSmall();

// Without a word on how to talk, standard input and output are meant.
const isParentNode = process.argv.includes('--node-ipc');
serve(isParentNode ? createConnection(ProposedFeatures.all) : onStandardStreams());

function onStandardStreams(): Connection {
  // Nothing but the protocol may reach standard output, whoever writes.
  globalThis.console = new Console(process.stderr, process.stderr);
  const input = new Messages((header) => {
    process.stderr.write(`dropped a message without a length: ${JSON.stringify(header)}\n`);
  });
  // Before `initialize` is read: the end of the input ends the server.
  const connection = createConnection(ProposedFeatures.all, input, process.stdout);
  process.stdin.pipe(input);
  return connection;
}
