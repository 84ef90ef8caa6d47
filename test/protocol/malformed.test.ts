import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Client, errorCodes, frame } from './client/index.js';
import { named } from './support/findings.js';
import { alwaysApi, ring, useSetting } from './support/setting.js';

const setting = useSetting(afterAll);

/** One server for all that it must outlive, started anew where it did not. */
let shared: Promise<{ client: Client; uri: string }> | null = null;

async function withRing(): Promise<{ client: Client; uri: string }> {
  shared ??= start();
  const { client } = await shared;
  if (client.connection.process.child.exitCode !== null) shared = start();
  return shared;
}

async function start(): Promise<{ client: Client; uri: string }> {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  await client.diagnostics(uri);
  return { client, uri };
}

/** It lives, and knows the text as it stands. */
async function expectSane(client: Client, uri: string): Promise<void> {
  client.replace(uri, alwaysApi.from, alwaysApi.to);
  expect(named(await client.diagnostics(uri, (found) => found.length === 0))).toEqual([]);
  client.replace(uri, 'return true;\n}', 'return false;\n}');
  expect(named(await client.diagnostics(uri, (found) => found.length > 0))).toEqual([
    'secure-guest-unreadable:39',
  ]);
}

const bodies: readonly [string, string][] = [
  ['text that is no JSON', 'this is not JSON'],
  ['half an object', '{"jsonrpc":"2.0","id":1,"met'],
  ['an empty body', ''],
  ['a number', '7'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a batch', '[{"jsonrpc":"2.0","id":900,"method":"shutdown"}]'],
  ['an object without a method', '{"jsonrpc":"2.0"}'],
  ['an answer to nothing', '{"jsonrpc":"2.0","id":4711,"result":null}'],
  ['an error to nothing', '{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"?"}}'],
  ['a method that is a number', '{"jsonrpc":"2.0","method":5}'],
  [
    'an answer with both result and error',
    '{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}',
  ],
  ['a lone surrogate', '{"jsonrpc":"2.0","method":"$/x","params":{"text":"\\ud800"}}'],
];

it.each(bodies)('outlives %s', async (_, body) => {
  const { client, uri } = await withRing();
  client.connection.sendBytes(frame(body));
  await expectSane(client, uri);
});

it('outlives bytes that are no UTF-8', async () => {
  const { client, uri } = await withRing();
  const body = Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0x80, 0x7d]);
  client.connection.sendBytes(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  await expectSane(client, uri);
});

it('reads headers in any order and case, with a content type', async () => {
  const { client } = await withRing();
  const { connection } = client;
  const body = '{"jsonrpc":"2.0","id":"by hand","method":"workspace/symbol","params":{"query":""}}';
  connection.sendBytes(
    `Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const answer = await connection.until(
    'the answer',
    () => connection.unexpected.find(({ id }) => id === 'by hand') ?? null,
  );
  expect(answer.error).toBeUndefined();
});

it('reads messages cut anywhere', async () => {
  const { client, uri } = await withRing();
  const { connection } = client;
  const params = { textDocument: { uri } };
  const bytes = frame(
    JSON.stringify({ jsonrpc: '2.0', id: 'cut', method: 'textDocument/documentSymbol', params }),
  );
  for (const byte of bytes) {
    connection.sendBytes(Buffer.from([byte]));
    await new Promise((done) => setImmediate(done));
  }
  const answer = await connection.until(
    'the answer',
    () => connection.unexpected.find(({ id }) => id === 'cut') ?? null,
  );
  expect(answer.result).toBeInstanceOf(Array);
});

it.each([
  ['no length', 'Content-Type: text/plain\r\n\r\n'],
  ['a length that is no number', 'Content-Length: many\r\n\r\n'],
  ['a negative length', 'Content-Length: -5\r\n\r\n'],
])('a header with %s: goes on, or leaves at once; it never hangs', async (_, bytes) => {
  const { client, uri } = await start();
  client.connection.sendBytes(bytes);
  const lives = expectSane(client, uri).then(() => 'lives');
  lives.catch(() => {});
  const left = client.connection.process.ended.then(({ signal }) => (signal === null ? 'left' : 'crashed'));
  expect(['lives', 'left']).toContain(await Promise.race([lives, left]));
});

it('does not know methods it does not know', async () => {
  const { client, uri } = await withRing();
  for (const method of ['textDocument/no-such', 'vringside/no-such', '$/no-such', ''])
    await expect(client.connection.request(method, {}), method).rejects.toMatchObject({
      code: errorCodes.methodNotFound,
    });
  client.connection.notify('textDocument/no-such', {});
  client.connection.notify('$/no-such', {});
  await expectSane(client, uri);
});

const wrongParams: readonly [string, unknown][] = [
  ['none', undefined],
  ['null', null],
  ['a list', []],
  ['a number', 3],
  ['an empty object', {}],
  ['a document without URI', { textDocument: {}, position: { line: 0, character: 0 } }],
  ['a URI that is a number', { textDocument: { uri: 1 }, position: { line: 0, character: 0 } }],
  ['a URI that is none', { textDocument: { uri: '::::' }, position: { line: 0, character: 0 } }],
  ['no position', { textDocument: { uri: 'URI' } }],
  ['a position of words', { textDocument: { uri: 'URI' }, position: { line: 'one', character: 'two' } }],
  ['a negative position', { textDocument: { uri: 'URI' }, position: { line: -1, character: -1 } }],
  ['a position behind the end', { textDocument: { uri: 'URI' }, position: { line: 1e9, character: 1e9 } }],
  ['a position between lines', { textDocument: { uri: 'URI' }, position: { line: 0.5, character: 0.5 } }],
];

const positional = [
  'textDocument/hover',
  'textDocument/definition',
  'textDocument/references',
  'textDocument/completion',
  'textDocument/prepareCallHierarchy',
  'textDocument/codeAction',
  'textDocument/codeLens',
  'textDocument/documentSymbol',
  'textDocument/documentLink',
  'textDocument/inlayHint',
  'textDocument/semanticTokens/full',
  'textDocument/diagnostic',
  'vringside/matrix',
  'vringside/trace',
  'vringside/sites',
  'vringside/throughput',
];

it.each(wrongParams)(
  'answers every request whose parameters are %s, if only with an error',
  async (_, params) => {
    const { client, uri } = await withRing();
    const sent = JSON.parse(JSON.stringify(params ?? null).replace('"URI"', JSON.stringify(uri))) as unknown;
    const answers = await Promise.all(
      positional.map((method) =>
        client.connection.request(method, params === undefined ? undefined : sent).then(
          () => null,
          (error: { code?: number; message: string }) => ({
            method,
            code: error.code,
            message: error.message,
          }),
        ),
      ),
    );
    const without = answers.filter((answer) => answer !== null && answer.code === undefined);
    expect(without, 'not answered').toEqual([]);
    await expectSane(client, uri);
  },
);

const wrongNotifications: readonly [string, string, unknown][] = [
  ['a change without a document', 'textDocument/didChange', {}],
  [
    'a change of a document never opened',
    'textDocument/didChange',
    {
      textDocument: { uri: 'file:///never.c', version: 3 },
      contentChanges: [{ text: 'x' }],
    },
  ],
  ['an opening without text', 'textDocument/didOpen', { textDocument: { uri: 'file:///a.c', version: 1 } }],
  ['an opening without anything', 'textDocument/didOpen', null],
  ['a close of nothing', 'textDocument/didClose', { textDocument: { uri: 'file:///never.c' } }],
  ['files changed, none named', 'workspace/didChangeWatchedFiles', {}],
  [
    'files changed with strange names',
    'workspace/didChangeWatchedFiles',
    {
      changes: [{ uri: 'nonsense', type: 99 }, {}],
    },
  ],
  ['settings that are a list', 'workspace/didChangeConfiguration', { settings: [1, 2] }],
  ['folders changed, none named', 'workspace/didChangeWorkspaceFolders', {}],
  ['a cancellation of nothing', '$/cancelRequest', { id: 123456 }],
  ['a cancellation without anything', '$/cancelRequest', null],
];

it.each(wrongNotifications)('outlives %s', async (_, method, params) => {
  const { client, uri } = await withRing();
  client.connection.notify(method, params ?? undefined);
  await expectSane(client, uri);
});

it('outlives ranges of edits that are not in the text', async () => {
  const { client, uri } = await withRing();
  const range = { start: { line: 5000, character: 3 }, end: { line: 9000, character: 1 } };
  client.connection.notify('textDocument/didChange', {
    textDocument: { uri, version: client.document(uri).version },
    contentChanges: [{ range, text: '/* behind the end */' }],
  });
  // Editor and server may read this differently; the whole text makes them agree again.
  const document = client.document(uri);
  client.overwrite(uri, document.text);
  await expectSane(client, uri);
});
