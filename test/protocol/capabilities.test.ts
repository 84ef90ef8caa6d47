/** The same document before clients of different abilities: each gets what it can take, and nothing twice. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type {
  CodeAction,
  Command,
  DocumentSymbol,
  Hover,
  SymbolInformation,
} from 'vscode-languageserver/node';
import { adapted, bare, type Client, neovim, type Profile, vscode } from './client/index.js';
import { has, lacks, named } from './support/findings.js';
import { alwaysApi, bypass, forgetsXen, gpu, ring, useSetting } from './support/setting.js';

const setting = useSetting();

async function withRing(profile: Profile, changes: (text: string) => string = (text) => text) {
  const root = setting.demo();
  const client = await setting.start({ roots: [root], profile });
  const uri = client.open(join(root, ring));
  const { text } = client.document(uri);
  if (changes(text) !== text) client.overwrite(uri, changes(text));
  return { client, uri, root };
}

/* ---- diagnostics: asked for or sent, never both ------------------------------------------------------------------ */

const ways: readonly [string, Profile, 'pull' | 'push'][] = [
  ['pull with refresh', vscode, 'pull'],
  [
    'pull with refresh, no dynamic registration',
    adapted(vscode, { 'textDocument.diagnostic.dynamicRegistration': false }),
    'pull',
  ],
  ['pull without refresh', adapted(vscode, { 'workspace.diagnostics': null }), 'push'],
  ['push only', neovim, 'push'],
  ['nothing said', bare, 'push'],
];

describe.each(ways)('%s', (_, profile, way) => {
  it(`has its diagnostics by ${way} alone`, async () => {
    const { client, uri } = await withRing(profile);
    expect(client.pulls).toBe(way === 'pull');
    expect(named(await client.diagnostics(uri))).toEqual(['secure-guest-unreadable:39']);
    client.replace(uri, alwaysApi.from, alwaysApi.to);
    await client.diagnostics(uri, lacks('secure-guest-unreadable'));
    if (way === 'pull')
      expect(client.published.filter(({ diagnostics }) => diagnostics.length > 0)).toEqual([]);
    else expect(client.published.length).toBeGreaterThan(0);
  });

  it('sees in one file what an edit of another changes', async () => {
    const { client, uri, root } = await withRing(profile);
    const other = client.open(join(root, gpu));
    await client.diagnostics(other, has('guard-differs-from-core'));
    client.replace(uri, forgetsXen.from, forgetsXen.to);
    await client.diagnostics(other, lacks('guard-differs-from-core'));
    client.replace(uri, forgetsXen.to, forgetsXen.from);
    await client.diagnostics(other, has('guard-differs-from-core'));
  });

  it('is told that a closed file has none', async () => {
    const { client, uri } = await withRing(profile);
    await client.diagnostics(uri);
    client.close(uri);
    if (way === 'pull') {
      const report = await client.connection.request('textDocument/diagnostic', { textDocument: { uri } });
      expect(report).toMatchObject({ kind: 'full', items: [] });
    } else {
      await client.connection.until('none', () =>
        client.published.findLast((published) => published.uri === uri)?.diagnostics.length === 0
          ? true
          : null,
      );
    }
  });
});

it('a push carries the version of the text it is about', async () => {
  const { client, uri } = await withRing(neovim);
  await client.diagnostics(uri);
  client.replace(uri, alwaysApi.from, alwaysApi.to);
  await client.diagnostics(uri, lacks('secure-guest-unreadable'));
  expect(client.published.filter((p) => p.uri === uri).map((p) => p.version)).toEqual([1, 2]);
});

it('an unchanged document is answered in one word', async () => {
  const { client, uri } = await withRing(vscode);
  await client.diagnostics(uri);
  const previousResultId = client.document(uri).resultId;
  expect(previousResultId).not.toBeNull();
  const again = await client.connection.request('textDocument/diagnostic', {
    textDocument: { uri },
    previousResultId,
  });
  expect(again).toEqual({ kind: 'unchanged', resultId: previousResultId });
});

/* ---- position encodings ------------------------------------------------------------------------------------------ */

const encodings: readonly [string, unknown, string | undefined][] = [
  ['utf-8 wanted first', ['utf-8', 'utf-16'], 'utf-8'],
  ['utf-16 alone', ['utf-16'], 'utf-16'],
  ['utf-32 first, which we do not speak', ['utf-32', 'utf-16'], 'utf-16'],
  ['nothing said of it', null, undefined],
];

describe.each(encodings)('%s', (_, positionEncodings, chosen) => {
  const profile = adapted(vscode, { 'general.positionEncodings': positionEncodings });
  // Two bytes a letter, then a character outside the basic plane: four bytes, two UTF-16 units.
  const foreign = (text: string): string =>
    text.replace(`*addr = ${bypass}`, `/* ünicöde 🐧 */ *addr = ${bypass}`);

  it(`agrees on ${chosen ?? 'utf-16'}`, async () => {
    const client = await setting.start({ profile });
    expect(client.initialized.capabilities.positionEncoding ?? 'utf-16').toBe(chosen ?? 'utf-16');
  });

  it('marks the same text behind foreign letters', async () => {
    const { client: plain, uri: plainUri } = await withRing(profile);
    const [expected] = await plain.diagnostics(plainUri, (found) => found.length > 0);
    const { client, uri } = await withRing(profile, foreign);
    const [finding] = await client.diagnostics(uri, (found) => found.length > 0);
    expect(client.text(uri, finding!.range)).toBe(plain.text(plainUri, expected!.range));
  });

  it('finds what stands behind foreign letters', async () => {
    const { client, uri } = await withRing(profile, foreign);
    const hover = await client.connection.request<Hover | null>(
      'textDocument/hover',
      client.at(uri, 'sg_phys(sg)', 2),
    );
    expect(hover).not.toBeNull();
    if (hover?.range !== undefined) expect(client.text(uri, hover.range)).toContain('sg_phys');
  });

  it('keeps its text right through edits between foreign letters', async () => {
    const { client, uri } = await withRing(profile, foreign);
    client.replace(uri, '🐧', '🐧🐧ß');
    client.replace(uri, 'ß', '');
    client.replace(uri, 'ünicöde 🐧🐧 */', 'x */');
    client.replace(uri, alwaysApi.from, `/* 🐧 */ ${alwaysApi.to}`);
    await client.diagnostics(uri, lacks('secure-guest-unreadable'));
    client.replace(uri, `/* 🐧 */ ${alwaysApi.to}`, alwaysApi.from);
    const [finding] = await client.diagnostics(uri, (found) => found.length > 0);
    expect(client.text(uri, finding!.range)).toContain('sg_phys(sg)');
  });
});

/* ---- one ability less at a time ---------------------------------------------------------------------------------- */

const hoverOnDecision = (client: Client, uri: string): Promise<Hover | null> =>
  client.connection.request('textDocument/hover', client.at(uri, 'vring_use_dma_api(const', 3));

it('hover is markdown where that is read', async () => {
  const { client, uri } = await withRing(vscode);
  const hover = await hoverOnDecision(client, uri);
  expect(hover?.contents).toMatchObject({ kind: 'markdown' });
});

it.each([
  ['plain text is asked for', adapted(vscode, { 'textDocument.hover.contentFormat': ['plaintext'] })],
  ['nothing is said of it', bare],
])('hover is plain text where %s', async (_, profile) => {
  const { client, uri } = await withRing(profile);
  const contents = (await hoverOnDecision(client, uri))?.contents as { kind: string; value: string };
  expect(contents.kind).toBe('plaintext');
  expect(contents.value).not.toMatch(/\*\*|^\s*\|.*\|\s*$|`|\]\(/m);
  expect(contents.value).toMatch(/Xen|xen/);
});

it('symbols are a tree where that is read, else a list', async () => {
  const tree = await withRing(vscode);
  const list = await withRing(bare);
  const params = (uri: string) => ({ textDocument: { uri } });
  const symbols = await tree.client.connection.request<DocumentSymbol[]>(
    'textDocument/documentSymbol',
    params(tree.uri),
  );
  const flat = await list.client.connection.request<SymbolInformation[]>(
    'textDocument/documentSymbol',
    params(list.uri),
  );
  expect(symbols.length).toBeGreaterThan(0);
  for (const symbol of symbols) expect(symbol).toHaveProperty('selectionRange');
  expect(flat.length).toBeGreaterThan(0);
  for (const symbol of flat) expect(symbol).toHaveProperty('location.uri', list.uri);
});

const actionsAt = async (client: Client, uri: string): Promise<(CodeAction | Command)[]> => {
  const diagnostics = await client.diagnostics(uri, (found) => found.length > 0);
  const params = { textDocument: { uri }, range: diagnostics[0]!.range, context: { diagnostics } };
  return (
    (await client.connection.request<(CodeAction | Command)[] | null>('textDocument/codeAction', params)) ??
    []
  );
};

it('code actions are literals only where those are read', async () => {
  const rich = await withRing(vscode);
  expect((await actionsAt(rich.client, rich.uri)).length).toBeGreaterThan(0);
  const poor = await withRing(adapted(vscode, { 'textDocument.codeAction.codeActionLiteralSupport': null }));
  for (const action of await actionsAt(poor.client, poor.uri)) expect(typeof action.command).toBe('string');
});

it('a code action has its edit at once where it cannot be asked for later', async () => {
  const profile = adapted(vscode, { 'textDocument.codeAction.resolveSupport': null });
  const { client, uri } = await withRing(profile);
  for (const action of (await actionsAt(client, uri)) as CodeAction[])
    expect(action.edit ?? action.command ?? action.disabled, action.title).toBeDefined();
});

it('edits carry no snippet where those are not read', async () => {
  const profile = adapted(neovim, {
    'workspace.workspaceEdit.documentChanges': true,
    'textDocument.codeAction.resolveSupport': null,
  });
  const { client, uri } = await withRing(profile);
  const actions = await actionsAt(client, uri);
  expect(actions.length).toBeGreaterThan(0);
  expect(JSON.stringify(actions)).not.toMatch(/"snippet"/);
});

it('edits are a plain map where versioned ones are not read', async () => {
  const profile = adapted(neovim, { 'textDocument.codeAction.resolveSupport': null });
  const { client, uri } = await withRing(profile);
  const edits = ((await actionsAt(client, uri)) as CodeAction[]).flatMap(({ edit }) => edit ?? []);
  expect(edits.length).toBeGreaterThan(0);
  for (const edit of edits) expect(edit).not.toHaveProperty('documentChanges');
});

it('asks to be told of changed files only where that can be asked', async () => {
  const watching = (client: Client): boolean =>
    [...client.registrations.values()].some(({ method }) => method === 'workspace/didChangeWatchedFiles');
  const rich = await withRing(vscode);
  await rich.client.connection.until('watchers', () => (watching(rich.client) ? true : null));
  const poor = await withRing(neovim);
  await poor.client.diagnostics(poor.uri);
  expect(poor.client.connection.asked.filter(({ method }) => method === 'client/registerCapability')).toEqual(
    [],
  );
});

it('shows no progress and asks no refresh of a client that cannot', async () => {
  const { client, uri } = await withRing(bare);
  await client.diagnostics(uri);
  expect(client.connection.asked.map(({ method }) => method)).toEqual([]);
});

/* ---- settings ---------------------------------------------------------------------------------------------------- */

const off = { rules: { 'secure-guest-unreadable': 'off' } };

describe.each([
  ['asked for', vscode],
  ['sent', adapted(vscode, { 'workspace.configuration': null }, { hasConfiguration: false })],
  ['sent, to a server that was told nothing else', bare],
])('settings that are %s', (_, profile) => {
  it('hold from the start', async () => {
    const root = setting.demo();
    const client = await setting.start({ roots: [root], profile, settings: off });
    const uri = client.open(join(root, ring));
    expect(named(await client.diagnostics(uri))).toEqual([]);
  });

  it('hold as soon as they change', async () => {
    const { client, uri } = await withRing(profile);
    await client.diagnostics(uri, has('secure-guest-unreadable'));
    client.changeSettings(off);
    await client.diagnostics(uri, lacks('secure-guest-unreadable'));
    client.changeSettings({});
    await client.diagnostics(uri, has('secure-guest-unreadable'));
  });
});

it('settings with nonsense in them leave the others in force', async () => {
  const root = setting.demo();
  const settings = { rules: { 'secure-guest-unreadable': 'off', 'no-such-rule': 'loud' }, noSuch: 7 };
  const client = await setting.start({ roots: [root], settings });
  const uri = client.open(join(root, ring));
  await client.diagnostics(uri);
  expect(client.connection.process.log()).not.toMatch(/TypeError|ReferenceError/);
});
