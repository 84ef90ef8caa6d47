/**
 * Measures vringside beside rg, ast-grep and coccinelle on the 6.12 tree and writes docs/benchmarks.md.
 *
 *     npm run bench -- [--only ID,ID,...] [--page-only] [--built]
 *
 * `--built` measures what is in server/dist instead of building it. Each measurement is kept in test/bench/results, so that one can be taken again alone.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { kernelTree } from '../support/kernel-tree.js';
import { checkoutRoot } from '../support/tracked-files.js';
import { type Measured, measure, spreadOf } from './measure.js';
import { benchmarksPage, type Machine, type Part, type SpeedTexts } from './page.js';
import { missingPrograms, versions } from './peers.js';
import { type Question, questions } from './questions.js';

/** Parts of the program with a tool of their own: `test/tools/PART-speed.ts`. */
const parts: readonly string[] = ['parser', 'model', 'throughput', 'simulation', 'lsp'] satisfies Part[];

const folder = join(checkoutRoot, 'test', 'bench', 'results');
/** More than this much other work on the machine makes the figures worthless. */
const MOST_LOAD = 1.2;

process.exitCode = main();

function main(): number {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, 'page-only': { type: 'boolean' }, built: { type: 'boolean' } },
  });
  const tree = kernelTree('6.12');
  const missing = missingPrograms();
  if (tree === null || missing.length > 0) {
    if (missing.length > 0) console.error(`missing: apt-get install ${missing.join(' ')}`);
    return 2;
  }
  const all = questions(tree);
  const only = values.only?.split(',');
  const unknown =
    only?.filter((id) => !parts.includes(id) && !all.some((question) => question.id === id)) ?? [];
  if (unknown.length > 0) {
    console.error(
      `unknown: ${unknown.join(', ')}; there are ${[...all.map(({ id }) => id), ...parts].join(', ')}`,
    );
    return 2;
  }
  const isChosen = (id: string): boolean => values['page-only'] !== true && (only?.includes(id) ?? true);
  mkdirSync(folder, { recursive: true });
  warnOfLoad();
  if (values['page-only'] !== true && values.built !== true) build();
  for (const question of all) if (isChosen(question.id)) take(question);
  for (const part of parts) {
    if (isChosen(part)) writeFileSync(resultFile(part), JSON.stringify(speedOf(part)));
  }
  writePage(tree, all);
  return 0;
}

function warnOfLoad(): void {
  const load = loadavg()[0] ?? 0;
  if (load > MOST_LOAD) console.error(`load ${load.toFixed(2)}: the machine is busy`);
}

function build(): void {
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: checkoutRoot, stdio: 'inherit' });
}

function take(question: Question): void {
  const measured = measure(question.command, question.runs, question.isOnce !== true);
  writeFileSync(resultFile(question.id), JSON.stringify(measured));
  console.log(`${question.id}: ${summary(measured)}`);
}

function summary(measured: Measured): string {
  if (!('runs' in measured)) return JSON.stringify(measured);
  const { median, min, max } = spreadOf(measured.runs.map((run) => run.wallS));
  const peak = Math.max(...measured.runs.map((run) => run.peakMiB));
  return `${median.toFixed(2)} s (${min.toFixed(2)}-${max.toFixed(2)}), ${peak.toFixed(0)} MiB, ${measured.runs[0]?.results} results`;
}

/** What the tool of a part says, without where the tree lies on this machine. */
function speedOf(part: string): string {
  const run = join(checkoutRoot, 'test', 'tools', 'run.mjs');
  const text = execFileSync(process.execPath, [run, `${part}-speed`], { encoding: 'utf8' });
  return text.replaceAll(`${kernelTree('6.12') ?? ''}/`, '');
}

function resultFile(id: string): string {
  return join(folder, `${id}.json`);
}

function writePage(tree: string, all: readonly Question[]): void {
  const result = <T>(id: string): T | null =>
    existsSync(resultFile(id)) ? (JSON.parse(readFileSync(resultFile(id), 'utf8')) as T) : null;
  const rows = all.flatMap((question) => {
    const measured = result<Measured>(question.id);
    return measured === null ? [] : [{ question, measured }];
  });
  const told = (part: Part): string => result<string>(part) ?? 'not measured';
  const said: SpeedTexts = {
    parser: told('parser'),
    model: told('model'),
    throughput: told('throughput'),
    simulation: told('simulation'),
    lsp: told('lsp'),
  };
  const page = benchmarksPage(machine(tree), versions(), rows, said);
  writeFileSync(join(checkoutRoot, 'docs', 'benchmarks.md'), page);
}

function machine(tree: string): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown processor',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    tree: `Debian's ${basename(tree)}, ${version(tree)}`,
  };
}

function version(tree: string): string {
  const makefile = readFileSync(join(tree, 'Makefile'), 'utf8');
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL']
    .map((name) => new RegExp(`^${name} = (.*)$`, 'm').exec(makefile)?.[1] ?? '?')
    .join('.');
}
