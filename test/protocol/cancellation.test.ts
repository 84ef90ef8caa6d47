import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCodes } from './client/index.js';
import { has, named } from './support/findings.js';
import { alwaysApi, ring, useSetting } from './support/setting.js';

const setting = useSetting();

it('a request cancelled during the first analysis is answered, as cancelled or with a result', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  const requests = Array.from({ length: 20 }, () =>
    client.connection.start('textDocument/hover', client.at(uri, 'vring_use_dma_api')),
  );
  for (const { id } of requests) client.connection.cancel(id);
  for (const { answer } of requests) {
    const code = await answer.then(
      () => null,
      (error: { code?: number }) => error.code,
    );
    expect([null, errorCodes.requestCancelled, errorCodes.contentModified]).toContain(code);
  }
  expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:39']);
});

it('a cancelled request for diagnostics does not take the next one with it', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  for (let round = 0; round < 10; round += 1) {
    client.replace(
      uri,
      round % 2 === 0 ? alwaysApi.from : 'return true;\n}',
      round % 2 === 0 ? alwaysApi.to : 'return false;\n}',
    );
    const { id } = client.connection.start('textDocument/diagnostic', { textDocument: { uri } });
    client.connection.cancel(id);
  }
  expect(named(await client.diagnostics(uri, has('secure-guest-unreadable')))).toEqual([
    'secure-guest-unreadable:39',
  ]);
});

it('a request is answered once, though cancelled twice and after its answer', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  const { id, answer } = client.connection.start('textDocument/documentSymbol', { textDocument: { uri } });
  client.connection.cancel(id);
  client.connection.cancel(id);
  await answer.catch(() => {});
  client.connection.cancel(id);
  await client.diagnostics(uri);
  expect(client.connection.unexpected).toEqual([]);
});
