import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type afterAll, afterEach } from 'vitest';
import { checkoutRoot } from '../../support/tracked-files.js';
import { Client, type ClientOptions } from '../client/index.js';

/** Files of the demo tree that tests speak of. */
export const ring = 'drivers/virtio/virtio_ring.c';
export const gpu = 'drivers/gpu/drm/virtio/virtgpu_object.c';
export const log = 'drivers/char/virtio_demo_log.c';
export const balloon = 'drivers/virtio/virtio_balloon.c';

/** The site `secure-guest-unreadable` speaks of in the ring, and edits that make findings come and go. */
export const bypass = '(dma_addr_t)sg_phys(sg)';
export const alwaysApi = { from: 'return false;', to: 'return true;' } as const;
export const forgetsXen = { from: 'if (xen_domain())', to: 'if (0)' } as const;

export interface Setting {
  /** Starts a server and says hello; it is ended after the test. */
  start(options?: ClientOptions): Promise<Client>;
  /** The same, saying nothing. */
  unborn(options?: ClientOptions): Client;
  /** An empty folder, removed after the test. */
  folder(name?: string): string;
  /** A copy of the demo tree, with files put in place of its own or beside them. */
  demo(files?: Readonly<Record<string, string | Buffer>>, name?: string): string;
}

/** What a test starts and makes, ended and removed after it, however it went; or after all of the file's tests. */
export function useSetting(after: typeof afterEach | typeof afterAll = afterEach): Setting {
  const clients: Client[] = [];
  const folders: string[] = [];
  after(async () => {
    for (const client of clients.splice(0)) {
      client.connection.kill();
      await client.connection.process.ended;
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const unborn = (options: ClientOptions = {}): Client => {
    const client = Client.unborn(options);
    clients.push(client);
    return client;
  };
  const folder = (name = 'tree'): string => {
    const outer = realpathSync(mkdtempSync(join(tmpdir(), 'vringside-protocol-')));
    folders.push(outer);
    const made = join(outer, name);
    mkdirSync(made);
    return made;
  };
  return {
    unborn,
    async start(options) {
      const client = unborn(options);
      await client.initialize();
      return client;
    },
    folder,
    demo(files = {}, name) {
      const root = folder(name);
      cpSync(join(checkoutRoot, 'fixtures/demo'), root, { recursive: true });
      for (const [file, text] of Object.entries(files)) write(join(root, file), text);
      return root;
    },
  };
}

export function write(file: string, text: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
