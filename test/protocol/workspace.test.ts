import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapted, bare, neovim, uriOf, vscode } from './client/index.js';
import { has, lacks, named } from './support/findings.js';
import { alwaysApi, forgetsXen, gpu, ring, useSetting, write } from './support/setting.js';

const setting = useSetting();
const finding = 'secure-guest-unreadable:39';

/* ---- roots ------------------------------------------------------------------------------------------------------- */

it('two trees: each file is judged by its own', async () => {
  const one = setting.demo();
  const two = setting.demo();
  const client = await setting.start({ roots: [one, two] });
  const inOne = client.open(join(one, ring));
  const inTwo = client.open(join(two, ring));
  const besideTwo = client.open(join(two, gpu));
  await client.diagnostics(inOne, has('secure-guest-unreadable'));
  client.replace(inTwo, alwaysApi.from, alwaysApi.to);
  expect(named(await client.diagnostics(inTwo, (found) => found.length === 0))).toEqual([]);
  await client.diagnostics(besideTwo, lacks('guard-differs-from-core'));
  expect(named(await client.diagnostics(inOne))).toEqual([finding]);
});

it('a tree added later, and one taken away', async () => {
  const one = setting.demo();
  const two = setting.demo();
  const client = await setting.start({ roots: [one] });
  const first = client.open(join(one, ring));
  await client.diagnostics(first, has('secure-guest-unreadable'));
  const folder = (root: string) => ({ uri: uriOf(root), name: 'tree' });
  client.connection.notify('workspace/didChangeWorkspaceFolders', {
    event: { added: [folder(two)], removed: [] },
  });
  const second = client.open(join(two, gpu));
  await client.diagnostics(second, has('guard-differs-from-core'));
  client.close(first);
  client.connection.notify('workspace/didChangeWorkspaceFolders', {
    event: { added: [], removed: [folder(one)] },
  });
  expect(named(await client.diagnostics(second))).toContain('guard-differs-from-core:14');
});

it('the folder that is opened lies deep in the tree', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [join(root, 'drivers/gpu/drm/virtio')] });
  const uri = client.open(join(root, gpu));
  // The decision it differs from stands elsewhere in the tree.
  expect(named(await client.diagnostics(uri))).toContain('guard-differs-from-core:14');
});

describe.each([
  ['no folder at all', undefined, vscode],
  ['no folder at all, to a client without workspace folders', undefined, bare],
  ['no folder at all, nothing to watch files with', undefined, neovim],
])('%s', (_, __, profile) => {
  it('a single file is judged by the tree it lies in', async () => {
    const root = setting.demo();
    const client = await setting.start({ profile });
    const uri = client.open(join(root, gpu));
    expect(named(await client.diagnostics(uri))).toContain('guard-differs-from-core:14');
  });

  it('a single file outside any tree is judged alone', async () => {
    const folder = setting.folder();
    const file = join(folder, 'alone.c');
    write(
      file,
      'static bool f(struct virtio_device *v)\n{\n\treturn virtio_has_feature(v, VIRTIO_F_VERSION_1);\n}\n',
    );
    const client = await setting.start({ profile });
    const uri = client.open(file);
    expect(await client.diagnostics(uri)).toEqual([]);
    const hover = await client.connection.request('textDocument/hover', client.at(uri, 'VIRTIO_F_VERSION_1'));
    expect(hover).not.toBeNull();
  });
});

it('a file outside the folders that are open', async () => {
  const root = setting.demo();
  const other = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(other, gpu));
  expect(named(await client.diagnostics(uri))).toContain('guard-differs-from-core:14');
});

it('`rootPath`, as old clients say it', async () => {
  const root = setting.demo();
  const client = setting.unborn({ profile: bare });
  await client.connection.request('initialize', { processId: null, rootPath: root, capabilities: {} });
  client.connection.notify('initialized', {});
  const uri = client.open(join(root, ring));
  expect(named(await client.diagnostics(uri))).toEqual([finding]);
});

/* ---- files on disk ----------------------------------------------------------------------------------------------- */

describe.each([
  ['told of by the client', vscode, true],
  ['not told of: noticed while somebody types', adapted(neovim, {}), false],
])('changes on disk, %s', (_, profile, tells) => {
  async function withGpu() {
    const root = setting.demo();
    const client = await setting.start({ roots: [root], profile });
    const uri = client.open(join(root, gpu));
    await client.diagnostics(uri, has('guard-differs-from-core'));
    /** Diagnostics that fit. Without a word from the client the disk is looked at now and then while somebody types. */
    const until = async (fits: Parameters<typeof client.diagnostics>[1]): Promise<void> => {
      if (tells) return void (await client.diagnostics(uri, fits));
      for (let typed = 0; ; typed += 1) {
        client.splice(uri, [{ start: 0, end: 0, text: '\n' }]);
        const found = await client.diagnostics(uri);
        if (fits?.(found) === true) return;
        if (typed === 100) throw new Error(`still ${named(found).join(', ')}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    };
    const told = (changes: Parameters<typeof client.changedOnDisk>[0]): void => {
      if (tells) client.changedOnDisk(changes);
    };
    return { root, client, uri, told, until };
  }

  it('another file is written', async () => {
    const { root, client, told, until } = await withGpu();
    const file = join(root, ring);
    const text = client.document(client.open(file)).text;
    client.close(uriOf(file));
    write(file, text.replace(forgetsXen.from, forgetsXen.to));
    told([{ file, type: 2 }]);
    await until(lacks('guard-differs-from-core'));
    write(file, text);
    told([{ file, type: 2 }]);
    await until(has('guard-differs-from-core'));
  });

  it('another file is deleted, and made again', async () => {
    const { root, told, until } = await withGpu();
    const file = join(root, ring);
    const kept = `${file}.kept`;
    renameSync(file, kept);
    told([{ file, type: 3 }]);
    await until(lacks('guard-differs-from-core'));
    renameSync(kept, file);
    told([{ file, type: 1 }]);
    await until(has('guard-differs-from-core'));
  });

  it('the open file is deleted: its text still counts', async () => {
    const { root, told, until } = await withGpu();
    rmSync(join(root, gpu));
    told([{ file: join(root, gpu), type: 3 }]);
    await until(has('guard-differs-from-core'));
  });

  it('the whole tree is deleted: it lives', async () => {
    const { root, client, uri, told } = await withGpu();
    rmSync(root, { recursive: true });
    told([{ file: join(root, ring), type: 3 }]);
    expect(await client.diagnostics(uri)).toBeDefined();
    await client.connection.request('textDocument/hover', client.at(uri, 'virtio_has_dma_quirk'));
  });
});

it('a copy of the text that Emacs puts beside the file is not another ring', async () => {
  const root = setting.demo();
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, ring));
  write(join(root, 'drivers/virtio/virtio_ring_151617_flymake.c'), client.document(uri).text);
  client.replace(uri, alwaysApi.from, alwaysApi.to);
  expect(named(await client.diagnostics(uri))).toEqual([]);
});

it('a folder of C files that is no kernel tree', async () => {
  const root = setting.folder();
  write(
    join(root, 'driver.c'),
    '#include <linux/virtio.h>\nint f(struct virtio_device *v)\n{\n\treturn virtio_has_feature(v, 33);\n}\n',
  );
  const client = await setting.start({ roots: [root] });
  const uri = client.open(join(root, 'driver.c'));
  expect(await client.diagnostics(uri)).toBeDefined();
});

it('a folder that does not exist', async () => {
  const client = await setting.start({ roots: ['/no/such/folder'] });
  const uri = client.open('/no/such/folder/a.c', 'int a;\n');
  expect(await client.diagnostics(uri)).toEqual([]);
});
