import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkoutRoot, trackedFiles } from '../support/tracked-files.js';

let folder: string;
let vsix: string;
let files: readonly string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vringside-vsix-'));
  const pack = [join(checkoutRoot, 'client/package.mjs'), folder];
  vsix = execFileSync(process.execPath, pack, { encoding: 'utf8' }).trim();
  execFileSync('unzip', ['-q', vsix, '-d', join(folder, 'unpacked')]);
  files = readdirSync(join(folder, 'unpacked/extension'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'unpacked/extension/').length));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unpacked = (file: string): string => join(folder, 'unpacked/extension', file);

it('holds the bundles, the wasm, what the walkthrough shows, pictures, licences, and nothing else', () => {
  const below = (path: string): readonly string[] => trackedFiles(path);
  const named = files.filter((file) => !file.startsWith('server/dist/shared-'));
  expect(named.toSorted()).toEqual(
    [
      'LICENSE.txt',
      'changelog.md',
      'package.json',
      'readme.md',
      'client/dist/THIRD-PARTY-LICENSES',
      'client/dist/extension.cjs',
      'client/dist/webview.css',
      'client/dist/webview.js',
      'server/dist/LICENSE',
      'server/dist/THIRD-PARTY-LICENSES',
      'server/dist/check-thread.js',
      'server/dist/lsp.js',
      'server/dist/rules.md',
      'server/dist/tree-sitter-c.wasm',
      'server/dist/web-tree-sitter.wasm',
      'server/dist/worker.js',
      ...below('client/media'),
      ...below('client/images'),
      ...below('client/sample'),
      ...below('fixtures/demo'),
    ].toSorted(),
  );
});

it('is small, and has no file a reader cannot read', () => {
  expect(statSync(vsix).size).toBeLessThan(3_000_000);
  const long = files.filter((file) => file.length > 150);
  expect(long).toEqual([]);
});

it('passes on the licence of every package in it', () => {
  const licences = readFileSync(unpacked('client/dist/THIRD-PARTY-LICENSES'), 'utf8');
  for (const name of ['vscode-languageclient', 'vscode-jsonrpc', 'semver', 'minimatch']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
  }
});

it('shows pictures that come with it', () => {
  const shown = [...readFileSync(unpacked('readme.md'), 'utf8').matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)];
  for (const [, file = ''] of shown) expect(files).toContain(file);
});

it('starts its server as the extension does: by node ipc, from where it was unpacked', async () => {
  const server = spawn(process.execPath, [unpacked('server/dist/lsp.js'), '--node-ipc'], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    cwd: folder,
  });
  try {
    const answer = await new Promise<{ result: { serverInfo: { name: string } } }>((done, fail) => {
      server.once('message', (message) => done(message as never));
      server.once('exit', (code) => fail(new Error(`left with ${code}`)));
      const params = { processId: process.pid, rootUri: null, capabilities: {} };
      server.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    });
    expect(answer.result.serverInfo.name).toBe('vringside');
  } finally {
    server.kill('SIGKILL');
  }
});
