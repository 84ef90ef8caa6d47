import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkoutRoot } from '../support/tracked-files.js';
import { errorCodes, serverProgram } from './client/index.js';
import { named } from './support/findings.js';
import { ring, useSetting } from './support/setting.js';

const setting = useSetting();

it('says who it is, in the version of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(checkoutRoot, 'server/package.json'), 'utf8')) as {
    version: string;
  };
  const { initialized } = await setting.start();
  expect(initialized.serverInfo).toEqual({ name: 'vringside', version });
});

it('takes edits piecewise, with open and close', async () => {
  const { initialized } = await setting.start();
  expect(initialized.capabilities.textDocumentSync).toMatchObject({ openClose: true, change: 2 });
});

it('answers a file that is opened before anything else was said', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:39']);
});

it('is the same server as `vringside lsp --stdio`', async () => {
  const program = join(checkoutRoot, 'server/bin/vringside.js');
  const root = setting.demo();
  const client = await setting.start({
    roots: [root],
    command: [process.execPath, program, 'lsp', '--stdio'],
  });
  const uri = client.open(join(root, ring));
  expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:39']);
  expect(await client.shutdown()).toEqual({ code: 0, signal: null });
});

it('leaves with status 0 after shutdown, and answers shutdown with null', async () => {
  const client = await setting.start();
  expect(await client.connection.request('shutdown')).toBeNull();
  client.connection.notify('exit');
  expect(await client.connection.process.ended).toEqual({ code: 0, signal: null });
});

it('leaves with status 1 when told to exit without shutdown', async () => {
  const client = await setting.start();
  client.connection.notify('exit');
  expect(await client.connection.process.ended).toEqual({ code: 1, signal: null });
});

it('leaves with status 1 when told to exit before it knows anything', async () => {
  const client = setting.unborn();
  client.connection.notify('exit');
  expect(await client.connection.process.ended).toEqual({ code: 1, signal: null });
});

it('leaves at once while it is analysing', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  client.connection.start('textDocument/hover', client.at(uri, 'vring_use_dma_api'));
  expect(await client.shutdown()).toEqual({ code: 0, signal: null });
});

it('refuses requests before initialize, and works after it', async () => {
  const client = setting.unborn();
  const hover = client.connection.request('textDocument/hover', {
    textDocument: { uri: 'file:///x.c' },
    position: { line: 0, character: 0 },
  });
  await expect(hover).rejects.toMatchObject({ code: errorCodes.serverNotInitialized });
  await client.initialize();
  expect(client.initialized.capabilities.hoverProvider).toBeTruthy();
});

it('drops notifications before initialize', async () => {
  const client = setting.unborn();
  client.open('/nowhere/early.c', 'int early;');
  await client.initialize();
  const root = setting.demo();
  const uri = client.open(join(root, ring));
  expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:39']);
});

it('refuses a second initialize', async () => {
  const client = await setting.start();
  const again = client.connection.request('initialize', { processId: null, rootUri: null, capabilities: {} });
  await expect(again).rejects.toMatchObject({ code: errorCodes.invalidRequest });
});

it('refuses everything but exit after shutdown', async () => {
  const client = await setting.start();
  await client.connection.request('shutdown');
  const symbols = client.connection.request('workspace/symbol', { query: '' });
  await expect(symbols).rejects.toMatchObject({ code: errorCodes.invalidRequest });
  client.connection.notify('exit');
  expect(await client.connection.process.ended).toEqual({ code: 0, signal: null });
});

/* ---- orphans ------------------------------------------------------------------------------------------------------ */

it('ends when its input is closed', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  client.open(join(root, ring));
  client.connection.process.child.stdin.end();
  expect((await client.connection.process.ended).signal).toBeNull();
});

it('ends when the process that started it is gone, though its input stays open', async () => {
  const editor = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const client = await setting.start({ processId: editor.pid as number });
  editor.kill('SIGKILL');
  expect((await client.connection.process.ended).signal).toBeNull();
});

it.runIf(process.platform === 'linux')('leaves no process behind when its editor is killed', async () => {
  const mark = `orphan-${process.pid}-${Date.now()}`;
  const root = setting.demo();
  const editor = spawn(process.execPath, ['-e', editorScript, serverProgram, root, join(root, ring)], {
    env: { ...process.env, VRINGSIDE_TEST_MARK: mark },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // The editor says when the server has answered.
  await new Promise((done) => editor.stdout.once('data', done));
  expect(processesMarked(mark).length).toBeGreaterThan(1);
  editor.kill('SIGKILL');
  await expect.poll(() => processesMarked(mark), { timeout: 15_000, interval: 100 }).toEqual([]);
});

/** An editor of a few lines: starts the server, opens a file, and waits to be killed. */
const editorScript = `
  const [program, root, file] = process.argv.slice(1);
  const { pathToFileURL } = require('node:url');
  const server = require('node:child_process').spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const send = (m) => { const b = JSON.stringify({ jsonrpc: '2.0', ...m }); server.stdin.write('Content-Length: ' + Buffer.byteLength(b) + '\\r\\n\\r\\n' + b); };
  const uri = pathToFileURL(file).href;
  send({ id: 1, method: 'initialize', params: { processId: process.pid, rootUri: pathToFileURL(root).href, capabilities: {} } });
  server.stdout.on('data', (data) => { if (String(data).includes('publishDiagnostics')) console.log('answered'); });
  send({ method: 'initialized', params: {} });
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'c', version: 1, text: require('node:fs').readFileSync(file, 'utf8') } } });
`;

/** Processes whose environment carries the mark. */
function processesMarked(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
    } catch {
      return false;
    }
  });
}
