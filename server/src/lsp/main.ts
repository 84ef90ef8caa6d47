/** The program of the language server: `vringside-lsp`, and what `vringside lsp` and the extension start. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server.js';

// Without a word on how to talk, standard input and output are meant.
const isTold = process.argv.some((arg) => /^--(?:stdio|node-ipc|socket|pipe)/.test(arg));
if (!isTold) process.argv.push('--stdio');

serve(createConnection(ProposedFeatures.all));
