/** Texts as people have them, and some as nobody should. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Client, fileOf, neovim, textAt, vscode } from './client/index.js';
import { codes, named } from './support/findings.js';
import { alwaysApi, ring, useSetting, write } from './support/setting.js';

const setting = useSetting();

const finding = 'secure-guest-unreadable:39';

it.each([
  ['LF', (text: string) => text],
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
])('lines that end in %s', async (_, made) => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  client.overwrite(uri, made(client.document(uri).text));
  const found = await client.diagnostics(uri);
  expect(named(found)).toEqual([finding]);
  expect(client.text(uri, found[0]!.range)).toContain('sg_phys(sg)');
  client.replace(uri, alwaysApi.from, alwaysApi.to);
  expect(named(await client.diagnostics(uri, (now) => now.length === 0))).toEqual([]);
});

it('a byte order mark on disk and in the editor', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  client.overwrite(uri, `\uFEFF${client.document(uri).text}`);
  expect(named(await client.diagnostics(uri))).toEqual([finding]);
});

it.each([
  ['an empty file', ''],
  ['one line break', '\n'],
  ['a comment that does not end', '/* and so on'],
  ['a string that does not end', 'char *s = "and so on'],
  ['a function that does not end', 'int f(void)\n{\n\tif (x) {\n'],
  ['closing braces', '}'.repeat(5000)],
  ['opening braces', '{'.repeat(5000)],
  ['deep parentheses', `int x = ${'('.repeat(20_000)}1${')'.repeat(20_000)};`],
  ['null characters', 'int a;\0\0\0\nint b;\0'],
  ['lines that end in CR alone', 'int a;\r/* b */\rint f(void)\r{\r\treturn virtio_has_feature(v, 1);\r}\r'],
  ['lone surrogates', 'int \ud800 = \udc00;'],
  ['directives that do not end', '#if 1\n'.repeat(3000)],
  ['one long line', `int a = ${'1 + '.repeat(100_000)}1;`],
])('%s', async (_, text) => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root], profile: neovim });
  const uri = client.open(join(root, 'drivers/virtio/odd.c'), text);
  expect(await client.diagnostics(uri)).toBeDefined();
  // And the others are still understood, when this one is part of the tree.
  const other = client.open(join(root, ring));
  expect(named(await client.diagnostics(other))).toEqual([finding]);
  expect(defects(client)).toEqual([]);
});

it.each([
  ['with a null character', 'linux/virtio\0_config.h'],
  ['that is too long', `linux/${'x'.repeat(300)}/${'long/'.repeat(2000)}virtio_config.h`],
  ['of a folder', 'linux'],
  ['of nothing', ''],
])('an #include %s', async (_, name) => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  client.replace(uri, 'linux/virtio_config.h', name);
  expect(await client.diagnostics(uri)).toBeDefined();
  client.replace(uri, `<${name}>`, `"${name}"`);
  expect(await client.diagnostics(uri)).toBeDefined();
  expect(defects(client)).toEqual([]);
});

/** What the server says went wrong in itself. */
function defects(client: Client): unknown[] {
  return client.connection.notifications.filter(
    ({ method, params }) => method === 'window/logMessage' && (params as { type: number }).type === 1,
  );
}

describe('large and foreign', () => {
  it('five megabytes that are no C', async () => {
    const root = setting.demo();
    const client = await setting.start({ roots: [root], profile: neovim });
    const junk = Array.from(
      { length: 100_000 },
      (__, i) => `${(i * 2654435761) % 4294967296} ) virtio { ; "${i}`,
    );
    const uri = client.open(join(root, 'drivers/virtio/junk.c'), `${junk.join('\n')}\nvirtio_has_feature(`);
    const other = client.open(join(root, ring));
    expect(named(await client.diagnostics(other, (found) => found.length > 0, 60_000))).toEqual([finding]);
    expect(await client.diagnostics(uri, () => true, 60_000)).toBeDefined();
    client.splice(uri, [{ start: 0, end: 0, text: 'x' }]);
    client.replace(other, alwaysApi.from, alwaysApi.to);
    expect(named(await client.diagnostics(other, (found) => found.length === 0, 60_000))).toEqual([]);
  });

  it('five megabytes of C', async () => {
    const root = setting.demo();
    const client = await setting.start({ roots: [root], profile: neovim });
    const one = (n: number): string =>
      `static int probe_${n}(struct virtio_device *vdev)\n{\n\treturn virtio_has_feature(vdev, VIRTIO_F_VERSION_1) + ${n};\n}\n`;
    let text = '';
    for (let n = 0; text.length < 5_000_000; n += 1) text += one(n);
    const uri = client.open(join(root, 'drivers/virtio/generated.c'), text);
    expect(await client.diagnostics(uri, () => true, 120_000)).toBeDefined();
  });

  it('bytes that are no text, under the name of a C file on disk', async () => {
    const bytes = Buffer.from(Array.from({ length: 200_000 }, (__, i) => (i * 7919) % 256));
    const root = setting.demo({ 'drivers/virtio/binary.c': bytes });
    const client = await setting.start({ roots: [root] });
    const uri = client.open(join(root, ring));
    expect(named(await client.diagnostics(uri))).toEqual([finding]);
    const odd = client.open(join(root, 'drivers/virtio/binary.c'), bytes.toString('utf8'));
    expect(await client.diagnostics(odd)).toBeDefined();
  });
});

it('a header: what it decides reaches its users, and its own sites are shown', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, 'include/linux/virtio_config.h'), undefined, 'cpp');
  expect(await client.diagnostics(uri)).toBeDefined();
  const user = client.open(join(root, ring));
  expect(named(await client.diagnostics(user))).toEqual([finding]);
  // The quirk is never there: every ring uses the DMA API.
  client.replace(uri, 'return !virtio_has_feature(vdev, VIRTIO_F_ACCESS_PLATFORM);', 'return false;');
  expect(named(await client.diagnostics(user, (found) => found.length === 0))).toEqual([]);
});

it.each([
  ['a space', 'a tree'],
  ['foreign letters', 'bäume 木 🌲'],
  ['what URIs escape', '100% #1 [new]+{x}&y;'],
])('a path with %s', async (_, name) => {
  const root = setting.demo({}, name);
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  const found = await client.diagnostics(uri);
  expect(named(found)).toEqual([finding]);
  for (const { location } of found[0]?.relatedInformation ?? [])
    expect(textAt(readFileSync(fileOf(location.uri), 'utf8'), location.range, 'utf-16')).not.toBe('');
});

it('an untitled text, and schemes that are no files', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root], profile: vscode });
  const text = 'static int f(struct virtio_device *v)\n{\n\treturn virtio_has_feature(v, 1);\n}\n';
  for (const uri of ['untitled:Untitled-1', 'git:/x/y.c?HEAD', 'vscode-remote://ssh/x.c']) {
    client.open(uri, text);
    expect(codes(await client.diagnostics(uri)), uri).toEqual([]);
    await client.connection.request('textDocument/hover', client.at(uri, 'virtio_has_feature'));
    client.close(uri);
  }
  const real = client.open(join(root, ring));
  expect(named(await client.diagnostics(real))).toEqual([finding]);
});

it('a file that is only in the editor, not yet on disk', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const { text } = { text: client.document(client.open(join(root, ring))).text };
  const uri = client.open(join(root, 'drivers/virtio/second_ring.c'), text);
  expect((await client.diagnostics(uri)).length).toBeGreaterThan(0);
  write(join(root, 'drivers/virtio/second_ring.c'), text);
});
