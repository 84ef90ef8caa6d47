import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  DocumentSymbol,
  Hover,
} from 'vscode-languageserver/node';
import { type Client, neovim, vscode } from './client/index.js';
import { has, lacks, named } from './support/findings.js';
import { alwaysApi, bypass, gpu, ring, useSetting } from './support/setting.js';

const setting = useSetting();

async function withRing(profile = vscode): Promise<{ client: Client; uri: string; root: string }> {
  const root = setting.demo();
  const client = await setting.start({ roots: [root], profile });
  return { client, uri: client.open(join(root, ring)), root };
}

it('a burst of edits gives the last text its diagnostics, and never an older version after a newer', async () => {
  const { client, uri } = await withRing(neovim);
  for (let edit = 0; edit < 100; edit += 1)
    client.replace(
      uri,
      edit % 2 === 0 ? alwaysApi.from : 'return true;\n}',
      edit % 2 === 0 ? alwaysApi.to : 'return false;\n}',
    );
  client.replace(uri, alwaysApi.from, alwaysApi.to);
  await client.diagnostics(uri, lacks('secure-guest-unreadable'));
  const versions = client.published
    .filter((published) => published.uri === uri)
    .map(({ version }) => version ?? 0);
  expect(versions).toEqual([...versions].sort((a, b) => a - b));
  expect(versions.at(-1)).toBe(102);
});

it('what is published of a version is what that version holds', async () => {
  const { client, uri } = await withRing(neovim);
  for (let edit = 0; edit < 40; edit += 1) {
    if (edit % 2 === 0) client.replace(uri, alwaysApi.from, alwaysApi.to);
    else client.replace(uri, 'return true;\n}', 'return false;\n}');
    // Lets some of them be analysed, and most not.
    if (edit % 7 === 0) await client.diagnostics(uri);
    else await new Promise((done) => setTimeout(done, edit % 5));
  }
  await client.diagnostics(uri, has('secure-guest-unreadable'));
  for (const { version, diagnostics } of client.published.filter((published) => published.uri === uri))
    expect(diagnostics.length, `version ${version}`).toBe((version ?? 0) % 2 === 1 ? 1 : 0);
});

it('diagnostics asked for behind an edit are those of the text after it', async () => {
  const { client, uri } = await withRing();
  for (let edit = 0; edit < 10; edit += 1) {
    client.replace(uri, alwaysApi.from, alwaysApi.to);
    expect(named((await client.pull(uri)) ?? [])).toEqual([]);
    client.replace(uri, 'return true;\n}', 'return false;\n}');
    expect(named((await client.pull(uri)) ?? [])).toEqual(['secure-guest-unreadable:39']);
  }
});

it('one change notification with several edits is applied in order', async () => {
  const { client, uri } = await withRing();
  const { text } = client.document(uri);
  const line = text.indexOf('static bool vring_use_dma_api');
  client.splice(uri, [
    { start: line, end: line, text: '\n\n' },
    { start: line + 1, end: line + 1, text: '/* a line of its own */\n' },
    { start: 0, end: 0, text: '/* and one in front */\n' },
  ]);
  expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:43']);
});

describe('answers behind an edit', () => {
  it('hover speaks of the text after it', async () => {
    const { client, uri } = await withRing();
    await client.diagnostics(uri);
    client.splice(uri, [{ start: 0, end: 0, text: '\n'.repeat(30) }]);
    const hover = await client.connection.request<Hover | null>(
      'textDocument/hover',
      client.at(uri, bypass, 14),
    );
    expect(hover).not.toBeNull();
    if (hover?.range !== undefined) expect(client.text(uri, hover.range)).toContain('sg_phys');
  });

  it('symbols lie in the text after it', async () => {
    const { client, uri } = await withRing();
    await client.diagnostics(uri);
    client.replace(uri, 'vring_add_one(struct', 'vring_put_one(struct');
    const symbols = await client.connection.request<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri },
    });
    const names = JSON.stringify(symbols);
    expect(names).not.toContain('vring_add_one');
    for (const symbol of symbols) expect(client.text(uri, symbol.range)).not.toBe('');
  });
});

it('a file closed with edits unsaved is again what stands on disk, for its neighbours too', async () => {
  const { client, uri, root } = await withRing();
  const other = client.open(join(root, gpu));
  await client.diagnostics(other, has('guard-differs-from-core'));
  client.replace(uri, 'if (xen_domain())', 'if (0)');
  await client.diagnostics(other, lacks('guard-differs-from-core'));
  client.close(uri);
  await client.diagnostics(other, has('guard-differs-from-core'));
});

it('a file opened again with another text is that text', async () => {
  const { client, uri, root } = await withRing();
  await client.diagnostics(uri);
  const text = client.document(uri).text.replace(alwaysApi.from, alwaysApi.to);
  client.close(uri);
  client.open(join(root, ring), text);
  expect(named(await client.diagnostics(uri))).toEqual([]);
});

it('an item of a call hierarchy outlives edits elsewhere in its file', async () => {
  const { client, uri } = await withRing();
  const [item] = await client.connection.request<CallHierarchyItem[]>(
    'textDocument/prepareCallHierarchy',
    client.at(uri, 'vring_map_one_sg(const', 3),
  );
  const callers = async (): Promise<string[]> => {
    const calls = await client.connection.request<CallHierarchyIncomingCall[]>(
      'callHierarchy/incomingCalls',
      { item },
    );
    return calls.map(({ from }) => from.name);
  };
  const before = await callers();
  expect(before.length).toBeGreaterThan(0);
  client.splice(uri, [{ start: 0, end: 0, text: 'static int unrelated;\n'.repeat(40) }]);
  client.replace(uri, 'return NULL;', 'return (void *)0;');
  expect(await callers()).toEqual(before);
});
