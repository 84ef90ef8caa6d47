/**
 * Measures the dialect pass on a kernel tree: which functions parse without error in every variant, and whether
 * the set of functions is that of Universal Ctags.
 *
 *   node test/tools/run.mjs dialect-survey TREE [--ctags FILE] [--sample N] [--part I/N] [--show N] [--macros] [--other] [PATH...]
 *
 * PATHs are relative to the tree. FILE holds lines `name line path`, made by
 * `ctags --languages=C --langmap=C:.c.h --kinds-C=f -R -x --_xformat='%N %n %F'` in the tree.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { outline } from '../../server/src/syntax/outline.js';
import type { Chunk, SourceFile } from '../../server/src/syntax/source.js';
import { createEngine, type ParseEngine } from '../../server/src/syntax/tree/engine.js';
import { FlatTree } from '../../server/src/syntax/tree/flat-tree.js';
import { prepare, prepareMacro } from '../../server/src/syntax/variants.js';

interface Options {
  readonly tree: string;
  readonly ctags: string | null;
  readonly sample: number;
  readonly part: readonly [number, number];
  readonly show: number;
  readonly macros: boolean;
  readonly other: boolean;
  readonly paths: readonly string[];
}

interface Tally {
  files: number;
  functions: number;
  unclean: number;
  variants: number;
  missing: number;
  extra: number;
  other: number;
  otherUnclean: number;
  macros: number;
  macrosUnclean: number;
  outlineMs: number;
  prepareMs: number;
  parseMs: number;
  bytes: number;
}

const options = readOptions(process.argv.slice(2));
const engine = await createEngine();
const tree = new FlatTree();
const tally: Tally = {
  files: 0,
  functions: 0,
  unclean: 0,
  variants: 0,
  missing: 0,
  extra: 0,
  other: 0,
  otherUnclean: 0,
  macros: 0,
  macrosUnclean: 0,
  outlineMs: 0,
  prepareMs: 0,
  parseMs: 0,
  bytes: 0,
};
const causes = new Map<string, number>();
const folders = new Map<string, FolderTally>();
const missing = new Map<string, number>();
const expected = options.ctags === null ? null : readTags(options.ctags);
let shown = 0;

for (const path of chosenFiles()) surveyFile(path);
for (const [cause, count] of [...causes].sort((a, b) => b[1] - a[1]).slice(0, 40))
  console.log(`${count}\t${cause}`);
for (const [why, count] of missing) console.log(`missing ${count}\t${why}`);
for (const [folder, { ours, theirs }] of folders) {
  if (Math.abs(ours - theirs) > 0.005 * theirs)
    console.log(`folder ${folder}: ${ours} functions, ctags has ${theirs}`);
}
const clean = 100 * (1 - tally.unclean / Math.max(1, tally.functions));
console.log(
  JSON.stringify({ ...tally, cleanPercent: Number(clean.toFixed(4)) }, (_, v) =>
    typeof v === 'number' ? Math.round(v * 1e4) / 1e4 : v,
  ),
);

function surveyFile(path: string): void {
  const text = readFileSync(join(options.tree, path), 'utf8');
  tally.files++;
  tally.bytes += text.length;
  const from = performance.now();
  const file = outline(path, text);
  tally.outlineMs += performance.now() - from;
  compareWithTags(file);
  for (const chunk of file.chunks) {
    if (chunk.kind === 'function') surveyFunction(engine, file, chunk);
    else if (chunk.kind === 'macro') options.macros && surveyMacro(file, chunk);
    else if (chunk.kind !== 'include' && options.other) surveyOther(file, chunk);
  }
}

function surveyFunction(parser: ParseEngine, file: SourceFile, chunk: Chunk): void {
  tally.functions++;
  const problem = firstProblemIn(parser, file, chunk);
  if (problem === null) return;
  tally.unclean++;
  report('F', file, chunk, problem);
}

function surveyOther(file: SourceFile, chunk: Chunk): void {
  tally.other++;
  const problem = firstProblemIn(engine, file, chunk);
  if (problem === null) return;
  tally.otherUnclean++;
  report('O', file, chunk, problem);
}

function surveyMacro(file: SourceFile, chunk: Chunk): void {
  const candidates = prepareMacro(file, chunk);
  if (candidates.length === 0) return;
  tally.macros++;
  let first: Problem | null = null;
  for (const { variant } of candidates) {
    engine.parse(variant.text, tree);
    if (tree.firstProblem < 0) return;
    first ??= problemOf(variant.text);
  }
  tally.macrosUnclean++;
  report('M', file, chunk, first as unknown as Problem);
}

interface Problem {
  readonly line: string;
  readonly offset: number;
}

function firstProblemIn(parser: ParseEngine, file: SourceFile, chunk: Chunk): Problem | null {
  let from = performance.now();
  const variants = prepare(file, chunk);
  tally.prepareMs += performance.now() - from;
  let problem: Problem | null = null;
  for (const variant of variants) {
    tally.variants++;
    from = performance.now();
    parser.parse(variant.text, tree);
    tally.parseMs += performance.now() - from;
    if (tree.firstProblem >= 0) problem ??= problemOf(variant.text);
    else if (chunk.kind === 'function' && !hasFunction(parser))
      problem ??= { line: '(no function found)', offset: 0 };
  }
  return problem;
}

function hasFunction(parser: ParseEngine): boolean {
  const wanted = parser.kinds.words.indexOf('function_definition');
  for (let i = 0; i < tree.count; i++) if (tree.kind[i] === wanted) return true;
  return false;
}

function problemOf(text: string): Problem {
  const offset = tree.start[tree.firstProblem] as number;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  return {
    line: `${line.slice(0, offset - lineStart)}»${line.slice(offset - lineStart)}`.trim().slice(0, 160),
    offset,
  };
}

function report(kind: string, file: SourceFile, chunk: Chunk, problem: Problem): void {
  const cause = /([A-Za-z_]\w*)\W*»|»\s*(\S{1,20})/.exec(problem.line)?.[0] ?? '?';
  causes.set(cause, (causes.get(cause) ?? 0) + 1);
  if (shown++ >= options.show) return;
  const line = lineOf(file.text, chunk.start);
  const at = line + lineOf(file.text.slice(chunk.start, chunk.start + problem.offset), problem.offset) - 1;
  console.log(`${kind} ${file.path}:${at} ${chunk.name ?? '?'}: ${problem.line}`);
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

interface FolderTally {
  ours: number;
  theirs: number;
}

/** Functions by folder, ours and those of ctags, each name at its line counted once. */
function compareWithTags(file: SourceFile): void {
  if (expected === null) return;
  const want = new Set(expected.get(file.path) ?? []);
  const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
  const count = folders.get(folder) ?? { ours: 0, theirs: 0 };
  folders.set(folder, count);
  count.theirs += want.size;
  for (const chunk of file.chunks) {
    if (chunk.kind !== 'function') continue;
    count.ours++;
    const key = `${chunk.name} ${lineOf(file.text, Math.max(chunk.start, chunk.nameStart))}`;
    if (want.delete(key)) continue;
    tally.extra++;
    if (shown++ < options.show) console.log(`+ ${file.path}: ${key}`);
  }
  for (const key of want) {
    tally.missing++;
    const why = whyMissing(file, key);
    missing.set(why, (missing.get(why) ?? 0) + 1);
    if (shown++ < options.show) console.log(`- ${file.path}: ${key} (${why})`);
  }
}

/** What stands where ctags saw a function and we saw none. */
function whyMissing(file: SourceFile, key: string): string {
  const [name, line] = key.split(' ');
  const chunk = file.chunks.find((one) => {
    const first = lineOf(file.text, one.start);
    return (
      first <= Number(line) &&
      Number(line) <= first + lineOf(file.text.slice(one.start, one.end), Infinity) - 1
    );
  });
  if (chunk === undefined) return 'in text that no compilation sees';
  if (chunk.kind === 'invocation' && chunk.name === name)
    return 'ctags took a macro without semicolon for a function';
  return `inside a chunk of kind ${chunk.kind}`;
}

function readTags(path: string): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const row of readFileSync(path, 'utf8').split('\n')) {
    const [name, line, file] = row.split(' ');
    if (file === undefined) continue;
    const key = file.replace(/^\.\//, '');
    const list = tags.get(key) ?? [];
    list.push(`${name} ${line}`);
    tags.set(key, list);
  }
  return tags;
}

function chosenFiles(): readonly string[] {
  const all: string[] = [];
  for (const path of options.paths.length > 0 ? options.paths : ['.']) listFiles(path, all);
  const [index, parts] = options.part;
  const mine = all.sort().filter((_, i) => i % parts === index - 1);
  if (options.sample === 0) return mine;
  // A fixed sample: every k-th of the list in an order that depends on the names alone.
  return mine
    .map((path) => [hash(path), path] as const)
    .sort((a, b) => a[0] - b[0])
    .slice(0, options.sample)
    .map(([, path]) => path);
}

function listFiles(path: string, out: string[]): void {
  const full = join(options.tree, path);
  if (statSync(full).isFile()) {
    out.push(path);
    return;
  }
  for (const entry of readdirSync(full, { withFileTypes: true })) {
    const inner = path === '.' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) listFiles(inner, out);
    else if (entry.isFile() && /\.[ch]$/.test(entry.name)) out.push(inner);
  }
}

function hash(text: string): number {
  let value = 2166136261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  return value >>> 0;
}

function readOptions(args: readonly string[]): Options {
  const paths: string[] = [];
  const named = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--macros' || arg === '--other') named.set(arg, 'yes');
    else if (arg.startsWith('--')) named.set(arg, args[++i] ?? '');
    else paths.push(arg);
  }
  const [root, ...rest] = paths;
  const [index, parts] = (named.get('--part') ?? '1/1').split('/').map(Number);
  return {
    tree: root ?? '.',
    ctags: named.get('--ctags') ?? null,
    sample: Number(named.get('--sample') ?? 0),
    part: [index ?? 1, parts ?? 1],
    show: Number(named.get('--show') ?? 100),
    macros: named.has('--macros'),
    other: named.has('--other'),
    paths: rest.map((path) => path.replace(/\/$/, '')),
  };
}
