/**
 * vringside-lsp beside clangd, in one run and alternating: `node test/tools/run.mjs lsp-speed [--starts 5] [--edits 200]
 * [--build FOLDER] [--only vringside]`.
 *
 * Both are asked over standard input and output by the same client, with pushed diagnostics, on the same texts and with the
 * same edits: every edit is one notification, and the next is sent when its diagnostics have come. clangd has a compile
 * database of the two files, made from a configured build folder (`make O=FOLDER defconfig prepare`; default
 * /tmp/kbuild); it reports what does not compile, not what vringside reports.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { adapted, Client, type ClientOptions, neovim, positionAt } from '../protocol/client/index.js';
import { kernelTree } from '../support/kernel-tree.js';
import { clangdProgram, compileDatabase } from './lsp/clangd.js';
import { median, percentile, processorMs, residentMB } from './lsp/figures.js';
import { typing } from './lsp/typing.js';

const files = ['drivers/virtio/virtio_ring.c', 'drivers/net/virtio_net.c'] as const;

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '5' },
    edits: { type: 'string', default: '200' },
    build: { type: 'string', default: '/tmp/kbuild' },
    only: { type: 'string' },
  },
});

interface Subject {
  readonly name: string;
  readonly options: (file: string) => ClientOptions;
}

interface Figures {
  readonly firstMs: number[];
  readonly editMs: number[];
  readonly editCpuMs: number[];
  readonly hoverMs: number[];
  readonly memoryMB: number[];
}

// clangd gives versions only to a client that says it reads them.
const profile = adapted(neovim, { 'textDocument.publishDiagnostics.versionSupport': true });

await main();

async function main(): Promise<void> {
  const tree = kernelTree('6.12');
  if (tree === null) return;
  const scratch = mkdtempSync(join(tmpdir(), 'vringside-speed-'));
  const database = compileDatabase(tree, values.build, files);
  if (database === null) console.log(`no build folder at ${values.build}: clangd is left out`);
  const subjects: Subject[] = [
    {
      name: 'vringside',
      options: () => ({ roots: [tree], profile, env: { XDG_CACHE_HOME: join(scratch, 'kept') } }),
    },
    {
      name: 'vringside, empty cache',
      options: () => ({
        roots: [tree],
        profile,
        env: { XDG_CACHE_HOME: mkdtempSync(join(scratch, 'empty-')) },
      }),
    },
    ...(database === null
      ? []
      : [
          {
            name: 'clangd',
            options: (): ClientOptions => ({
              roots: [tree],
              profile,
              command: [clangdProgram, `--compile-commands-dir=${database}`, '--log=error'],
            }),
          },
        ]),
  ];
  try {
    console.log(`load ${(loadavg()[0] ?? 0).toFixed(2)} at the start`);
    const chosen = subjects.filter(({ name }) => values.only === undefined || name.startsWith(values.only));
    for (const file of files) await measureFile(tree, file, chosen);
    console.log(`load ${(loadavg()[0] ?? 0).toFixed(2)} at the end`);
  } finally {
    for (const folder of [scratch, database])
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

async function measureFile(tree: string, file: string, subjects: readonly Subject[]): Promise<void> {
  const figures = new Map(
    subjects.map(({ name }) => [
      name,
      { firstMs: [], editMs: [], editCpuMs: [], hoverMs: [], memoryMB: [] } as Figures,
    ]),
  );
  const starts = Number(values.starts);
  for (let start = 0; start < starts; start += 1) {
    for (const subject of subjects) {
      const isFull = subject.name !== 'vringside, empty cache';
      await session(
        subject,
        join(tree, file),
        figures.get(subject.name) as Figures,
        isFull ? Number(values.edits) : 0,
      );
    }
  }
  console.log(`\n${file}`);
  const row = (what: string, cells: readonly string[]): void => {
    console.log(`  ${what.padEnd(34)}${cells.map((cell) => cell.padStart(24)).join('')}`);
  };
  row(
    '',
    subjects.map(({ name }) => name),
  );
  const each = (read: (f: Figures) => string): string[] =>
    subjects.map(({ name }) => read(figures.get(name) as Figures));
  const ms = (value: number): string => (Number.isNaN(value) ? '' : `${value.toFixed(1)} ms`);
  const spread = (of: readonly number[]): string =>
    `${median(of).toFixed(0)} ms (${Math.min(...of).toFixed(0)}-${Math.max(...of).toFixed(0)})`;
  row(
    `start to first diagnostics, ${starts}x`,
    each((f) => spread(f.firstMs)),
  );
  row(
    'edit to diagnostics, p50',
    each((f) => ms(percentile(f.editMs, 0.5))),
  );
  row(
    'edit to diagnostics, p95',
    each((f) => ms(percentile(f.editMs, 0.95))),
  );
  row(
    'edit to diagnostics, most',
    each((f) => ms(percentile(f.editMs, 1))),
  );
  row(
    'processor time an edit, mean',
    each((f) => ms(median(f.editCpuMs))),
  );
  row(
    'hover, p50',
    each((f) => ms(percentile(f.hoverMs, 0.5))),
  );
  row(
    'hover, p95',
    each((f) => ms(percentile(f.hoverMs, 0.95))),
  );
  row(
    'memory behind the edits',
    each((f) => `${median(f.memoryMB).toFixed(0)} MB`),
  );
}

async function session(subject: Subject, file: string, into: Figures, edits: number): Promise<void> {
  const began = performance.now();
  const client = await Client.start(subject.options(file));
  const { connection } = client;
  const pid = connection.process.child.pid as number;
  try {
    const uri = client.open(file);
    await client.diagnostics(uri, undefined, 120_000);
    into.firstMs.push(performance.now() - began);
    const before = processorMs(pid);
    let made = 0;
    for (const splice of typing(client.document(uri).text, edits)) {
      const sent = performance.now();
      client.splice(uri, [splice]);
      await client.diagnostics(uri, undefined, 120_000);
      into.editMs.push(performance.now() - sent);
      made += 1;
      // What was received is not kept: a long run would measure the client.
      connection.notifications.length = 0;
    }
    if (made > 0) into.editCpuMs.push((processorMs(pid) - before) / made);
    if (edits > 0) for (const ms of await hovers(client, uri)) into.hoverMs.push(ms);
    into.memoryMB.push(residentMB(pid));
    await client.shutdown();
  } finally {
    connection.kill();
    await connection.process.ended;
  }
}

/** Hovers on names all over the file. */
async function hovers(client: Client, uri: string): Promise<number[]> {
  const { text } = client.document(uri);
  const names = [...text.matchAll(/\b[a-z_]\w{4,}/g)];
  const taken: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const at = names[Math.floor((i * names.length) / 200)]?.index ?? 0;
    const sent = performance.now();
    await client.connection.request('textDocument/hover', {
      textDocument: { uri },
      position: positionAt(text, at + 1, client.encoding),
    });
    taken.push(performance.now() - sent);
  }
  return taken;
}
