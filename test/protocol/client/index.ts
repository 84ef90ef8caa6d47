export { Client, type ClientOptions, fileOf, uriOf } from './client.js';
export { Connection } from './connection.js';
export { frame } from './framing.js';
export { errorCodes, type Message, ResponseError } from './messages.js';
export { type Encoding, offsetAt, type Position, positionAt, type Range, textAt } from './positions.js';
export { adapted, bare, neovim, type Profile, vscode } from './profiles.js';
export { type Ended, type StartOptions, serverProgram } from './server-process.js';
