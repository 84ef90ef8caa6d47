/** The language server on a real tree, before a scripted client: what it shows is what the command line found. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Client, neovim } from '../protocol/client/index.js';
import { named } from '../protocol/support/findings.js';
import { useSetting } from '../protocol/support/setting.js';
import { kernelTree } from '../support/kernel-tree.js';
import { readTracked } from '../support/tracked-files.js';

const tree = kernelTree('6.12');
const setting = useSetting();

const ring = 'drivers/virtio/virtio_ring.c';
const gpu = 'drivers/gpu/drm/virtio/virtgpu_object.c';
const net = 'drivers/net/virtio_net.c';
const header = 'include/linux/virtio_config.h';

/** Findings of the accepted list, which the command line is held to. */
function accepted(file: string): string[] {
  const lines = readTracked('test/kernel/findings-6.12.txt').split('\n');
  return lines
    .flatMap((line) => {
      const [, rule, place = ''] = line.split(' ');
      return place.startsWith(`${file}:`) ? [`${rule}:${place.slice(file.length + 1)}`] : [];
    })
    .sort();
}

/** Puts a statement at the head of a function; gives what takes it away again. */
function atHeadOf(client: Client, uri: string, head: string, statement: string): () => void {
  const { text } = client.document(uri);
  const start = text.indexOf('{', text.indexOf(head)) + 1;
  client.splice(uri, [{ start, end: start, text: statement }]);
  return () => {
    client.splice(uri, [{ start, end: start + statement.length, text: '' }]);
  };
}

describe.runIf(tree !== null)('linux-source-6.12', () => {
  const root = tree as string;
  const start = (): Promise<Client> => setting.start({ roots: [root], profile: neovim });
  const open = (client: Client, file: string): string => client.open(join(root, file));

  it('shows what the command line finds', async () => {
    const client = await start();
    for (const file of [ring, gpu, net, 'drivers/virtio/virtio_mmio.c', 'drivers/virtio/virtio_mem.c']) {
      const uri = open(client, file);
      expect(named(await client.diagnostics(uri)), file).toEqual(accepted(file));
    }
  });

  it('an edit of the decision in a header changes the files that ask it', async () => {
    const client = await start();
    const inRing = open(client, ring);
    const inGpu = open(client, gpu);
    const inHeader = open(client, header);
    expect(named(await client.diagnostics(inGpu))).toEqual(accepted(gpu));
    const undo = atHeadOf(client, inHeader, 'static inline bool virtio_has_dma_quirk', '\n\treturn false;');
    const none = (found: readonly unknown[]): boolean => found.length === 0;
    await client.diagnostics(inGpu, none);
    await client.diagnostics(inRing, none);
    undo();
    const back = (file: string) => (found: Parameters<typeof named>[0]) =>
      JSON.stringify(named(found)) === JSON.stringify(accepted(file));
    await client.diagnostics(inGpu, back(gpu));
    await client.diagnostics(inRing, back(ring));
  });

  it('an edit of vring_use_dma_api() changes what a driver in another file shows, as a fresh server says', async () => {
    const client = await start();
    const inRing = open(client, ring);
    const inNet = open(client, net);
    const sites = (of: Client): Promise<unknown> =>
      of.connection.request('vringside/sites', { textDocument: { uri: inNet } });
    const before = await sites(client);
    atHeadOf(client, inRing, 'static bool vring_use_dma_api', '\n\treturn true;');
    const after = await sites(client);
    expect(after).not.toEqual(before);
    const fresh = await start();
    fresh.open(join(root, ring), client.document(inRing).text);
    open(fresh, net);
    expect(after).toEqual(await sites(fresh));
    expect(named(await client.diagnostics(inRing))).toEqual(named(await fresh.diagnostics(inRing)));
  });

  it('answers others while it reads the tree for the first time', async () => {
    const client = await start();
    const uri = open(client, ring);
    const first = client.diagnostics(uri);
    const began = performance.now();
    await client.connection.request('textDocument/hover', {
      textDocument: { uri: 'file:///not/open.c' },
      position: { line: 0, character: 0 },
    });
    expect(performance.now() - began).toBeLessThan(1000);
    await first;
  });
});
