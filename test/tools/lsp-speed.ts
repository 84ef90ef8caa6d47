/**
 * vringside-lsp beside clangd, in one run and alternating: `node test/tools/run.mjs lsp-speed [--starts 3] [--edits 120]
 * [--build FOLDER] [--only vringside] [--long 10000]`.
 *
 * Both are asked over standard input and output by the same client, with pushed diagnostics, on the same texts and with the
 * same edits: every edit is one notification, and the next is sent when its diagnostics have come. clangd has a compile
 * database of the two files, made from a configured build folder (`make O=FOLDER defconfig prepare`; default
 * /tmp/kbuild); it reports what does not compile, not what vringside reports.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { adapted, Client, type ClientOptions, neovim, positionAt } from '../protocol/client/index.js';
import { kernelTree } from '../support/kernel-tree.js';
import { clangdProgram, compileDatabase } from './lsp/clangd.js';
import { median, percentile, processorMs, residentMB } from './lsp/figures.js';
import { typing } from './lsp/typing.js';

const files = ['drivers/virtio/virtio_ring.c', 'drivers/net/virtio_net.c'] as const;

const { values } = parseArgs({
  options: {
    starts: { type: 'string', default: '3' },
    edits: { type: 'string', default: '120' },
    build: { type: 'string', default: '/tmp/kbuild' },
    only: { type: 'string' },
    long: { type: 'string', default: '10000' },
  },
});

interface Subject {
  readonly name: string;
  /** Nothing but its start is measured. */
  readonly isStartedOnly?: true;
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
      name: 'first start ever',
      isStartedOnly: true,
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
    const chosen = subjects.filter(
      ({ name }) => values.only === undefined || (name === 'clangd') === (values.only === 'clangd'),
    );
    for (const file of files) await measureFile(tree, file, chosen);
    const [first] = chosen;
    if (first !== undefined && values.long !== '0')
      await longRun(first, join(tree, files[0]), Number(values.long));
    console.log(`load ${(loadavg()[0] ?? 0).toFixed(2)} at the end`);
  } finally {
    for (const folder of [scratch, database])
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
  }
}

async function measureFile(tree: string, file: string, subjects: readonly Subject[]): Promise<void> {
  const empty = (): Figures => ({ firstMs: [], editMs: [], editCpuMs: [], hoverMs: [], memoryMB: [] });
  const figures = new Map(subjects.map((subject) => [subject, empty()]));
  // What is kept between starts is there, as it is on any day but the first.
  for (const subject of subjects) await session(subject, join(tree, file), empty(), 0);
  for (let start = 0; start < Number(values.starts); start += 1) {
    for (const [subject, into] of figures)
      await session(subject, join(tree, file), into, subject.isStartedOnly ? 0 : Number(values.edits));
  }
  console.log(`\n${file}`);
  const line = (what: string, cells: readonly string[]): void => {
    console.log(`  ${what.padEnd(26)}${cells.map((cell) => cell.padStart(26)).join('')}`.trimEnd());
  };
  line('', [...[...figures.keys()].map(({ name }) => name), 'target']);
  for (const { what, of, target, digits = 0, unit = 'ms', hasSpread = false } of rowsFor(file)) {
    const measured = [...figures.values()].map(of);
    const cells = measured.map((values) => {
      if (values.length === 0) return '';
      const spread = hasSpread
        ? ` (${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)})`
        : '';
      return `${median(values).toFixed(digits)} ${unit}${spread}`;
    });
    const ours = median(measured[0] ?? []);
    const verdict = target === undefined ? '' : `${target} ${unit}: ${ours <= target ? 'met' : 'MISSED'}`;
    line(what, [...cells, verdict]);
  }
}

interface Row {
  readonly what: string;
  /** What the median is taken of. */
  readonly of: (figures: Figures) => readonly number[];
  /** For the first subject. */
  readonly target?: number;
  readonly digits?: number;
  readonly unit?: string;
  readonly hasSpread?: boolean;
}

function rowsFor(file: string): readonly Row[] {
  const share =
    (key: 'editMs' | 'hoverMs', at: number) =>
    (figures: Figures): readonly number[] =>
      figures[key].length === 0 ? [] : [percentile(figures[key], at)];
  return [
    { what: 'start to diagnostics', of: (f) => f.firstMs, target: 300, hasSpread: true },
    { what: 'edit to diagnostics, p50', of: share('editMs', 0.5), digits: 1 },
    {
      what: 'edit to diagnostics, p95',
      of: share('editMs', 0.95),
      digits: 1,
      target: file.endsWith('virtio_net.c') ? 25 : 15,
    },
    { what: 'edit to diagnostics, most', of: share('editMs', 1), digits: 1 },
    { what: 'processor time an edit', of: (f) => f.editCpuMs, digits: 1 },
    { what: 'hover, p50', of: share('hoverMs', 0.5), digits: 1 },
    { what: 'hover, p95', of: share('hoverMs', 0.95), digits: 1, target: 5 },
    { what: 'memory', of: (f) => f.memoryMB, unit: 'MB', target: 200, hasSpread: true },
  ];
}

/** Memory over many edits: it must not grow. */
async function longRun(subject: Subject, file: string, edits: number): Promise<void> {
  const client = await Client.start(subject.options(file));
  const { connection } = client;
  const pid = connection.process.child.pid as number;
  try {
    const uri = client.open(file);
    await client.diagnostics(uri, undefined, 120_000);
    const memory = [residentMB(pid)];
    let made = 0;
    for (const splice of typing(client.document(uri).text, edits)) {
      client.splice(uri, [splice]);
      await client.diagnostics(uri, undefined, 120_000);
      connection.notifications.length = 0;
      made += 1;
      if (made % Math.ceil(edits / 10) === 0) memory.push(residentMB(pid));
    }
    console.log(
      `\nmemory of ${subject.name} over ${made} edits of ${basename(file)}, MB at every tenth of them:\n` +
        `  ${memory.map((mb) => mb.toFixed(0)).join('  ')}`,
    );
    await client.shutdown();
  } finally {
    connection.kill();
    await connection.process.ended;
  }
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
