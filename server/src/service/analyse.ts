/**
 * What `check`, `sites` and the editors call: from a tree and some paths to a report. The same input gives the same
 * report, byte for byte, whatever the number of jobs.
 */
import { resolve } from 'node:path';
import { isHeaderFollowed, relevantWords } from '@vringside/grammars/relevance';
import {
  type AnnotateOptions,
  annotationSteps,
  atOnce,
  type Inventory,
  inventorySteps,
  Resolver,
  Runs,
  type Steps,
  type Workload,
  workloadRatio,
  workloadSteps,
} from '../analysis/index.js';
import { withFix } from '../fixes/index.js';
import type { PlatformId } from '../model/index.js';
import {
  createProgram,
  diskReader,
  type KernelTree,
  noOverlay,
  type Overlay,
  openCache,
  openStatIndex,
  overlaidTree,
  overlayReader,
  type Program,
  type Selection,
  type SourceReader,
  selectFiles,
  treeAt,
  treeOrFolder,
} from '../program/index.js';
import type { CostedWorkload, NotAnalysed, Report } from '../report/report.js';
import { buildId, toolVersion } from '../report/version.js';
import { applyRules, type RuleLevels } from '../rules/index.js';
import { applySuppressions, type SuppressOptions } from '../suppress/index.js';
import { createKernelParser, type KernelParser } from '../syntax/index.js';
import { chooseFiles, presentFolders, speaksOfSubject, union } from './choose-files.js';
import { coverageOf } from './coverage.js';
import { defaultChoice, isUsual, type OutcomeChoice, outcomePlan } from './outcomes.js';
import { keep, questionKey, recall, recordingReader } from './result-cache.js';
import { siblings } from './siblings.js';

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly what: string;
}

export interface AnalyseOptions {
  /** Root of the kernel tree; null: found upwards from the first path. */
  readonly tree: string | null;
  /** Files and folders to report on; the rest of the tree serves to resolve what they use. */
  readonly paths: readonly string[];
  readonly jobs: number;
  /** Null: no cache. */
  readonly cacheDir: string | null;
  readonly rules: RuleLevels;
  /** Texts in place of those of the tree, as after a patch; default none. */
  readonly overlay?: Overlay;
  /** The guests sites are run in; default: the usual ones, under the tree's own decisions. */
  readonly outcomes?: OutcomeChoice;
  readonly onProgress?: (p: Progress) => void;
  readonly timings: boolean;
}

export async function analyse(options: AnalyseOptions): Promise<Report> {
  const clock = new Clock();
  const overlay = options.overlay ?? noOverlay;
  const onDisk =
    options.tree === null ? treeOrFolder(options.paths[0] ?? '.') : treeAt(resolve(options.tree));
  const tree = overlaidTree(onDisk, overlay);
  const cache = openCache({ folder: options.cacheDir });
  const [wanted, core] = await Promise.all([
    selectFiles({
      root: tree.root,
      paths: options.paths.map((p) => resolve(p)),
      jobs: options.jobs,
      overlay,
      known: options.cacheDir === null ? null : openStatIndex(cache, tree.root, relevantWords),
      onProgress: (p) => options.onProgress?.({ ...p, what: 'reading' }),
    }),
    selectFiles({ root: tree.root, paths: presentFolders(tree), overlay }),
  ]);
  clock.lap('select');
  const reader = recordingReader(overlayReader(diskReader(tree.root), overlay));
  const around = union(
    core.files,
    siblings(tree.root, wanted.named, overlay).filter((file) => speaksOfSubject(reader, file)),
  );
  const key = questionKey(buildId, [
    JSON.stringify([
      tree,
      wanted,
      around,
      [...options.rules].sort(),
      options.outcomes?.platforms,
      options.outcomes?.devices,
      options.outcomes?.policy,
    ]),
    // Every text is compared with what the entry was made of; this keeps images apart that would take turns in one entry.
    ...(overlay.size === 0 ? [] : [JSON.stringify([...overlay].sort())]),
  ]);
  // Of a configuration only single options can be asked, so what a report rests on cannot be compared.
  const isKept = options.cacheDir !== null && options.outcomes?.configuration === undefined;
  const earlier = isKept ? recall(cache, key, reader) : null;
  clock.lap('recall');
  if (earlier !== null) return options.timings ? { ...earlier, timings: clock.laps } : earlier;
  const { report } = await analyseSelection(tree, wanted, around, reader, options, clock);
  if (isKept) keep(cache, key, reader.consulted(), withoutTimings(report));
  return report;
}

/** As `analyse` without a cache of reports, with the program and the sites the report was made from. */
export async function analyseWithProgram(options: AnalyseOptions): Promise<Analysed> {
  const overlay = options.overlay ?? noOverlay;
  const root = treeAt(resolve(options.tree ?? '.')).root;
  const reader = recordingReader(overlayReader(diskReader(root), overlay));
  const paths = options.paths.map((path) => resolve(path));
  const { tree, wanted, all } = await chooseFiles({ root, paths, overlay, reader });
  const parser = await createKernelParser();
  const program = createProgram({ tree, files: all, reader, parser, isHeaderFollowed });
  return finish(program, wanted, options, new Clock());
}

/** A report, and what it was made from. */
export interface Analysed {
  readonly report: Report;
  readonly program: Program;
  readonly inventory: Inventory;
}

async function analyseSelection(
  tree: KernelTree,
  wanted: Selection,
  around: readonly string[],
  reader: SourceReader,
  options: AnalyseOptions,
  clock: Clock,
): Promise<Analysed> {
  const parser = await createKernelParser();
  const takesPart = (file: string): boolean => wanted.named.includes(file) || speaksOfSubject(reader, file);
  const files = wanted.files.filter(takesPart);
  const program = createProgram({ tree, files: union(files, around), reader, parser, isHeaderFollowed });
  return finish(program, { ...wanted, files }, options, clock);
}

function withoutTimings({ timings: _timings, ...rest }: Report): Omit<Report, 'timings'> {
  return rest;
}

/** The same for texts in memory: paths are relative to an imaginary root. */
export async function analyseSources(
  files: ReadonlyMap<string, string>,
  rules: RuleLevels = new Map(),
  parser?: KernelParser,
): Promise<Report> {
  return (await analyseSourcesWithProgram(files, rules, parser)).report;
}

export async function analyseSourcesWithProgram(
  files: ReadonlyMap<string, string>,
  rules: RuleLevels = new Map(),
  parser?: KernelParser,
): Promise<Analysed> {
  const tree: KernelTree = { root: '', version: null };
  const program = createProgram({ tree, files, parser: parser ?? (await createKernelParser()) });
  const selection = { files: program.files, named: program.files, considered: files.size, notAnalysed: [] };
  return finish(program, selection, { rules, timings: false }, new Clock());
}

function finish(
  program: Program,
  wanted: Selection,
  options: Pick<AnalyseOptions, 'rules' | 'timings' | 'onProgress' | 'outcomes'>,
  clock: Clock,
): Analysed {
  return atOnce(reportSteps(program, wanted, options, standingOf(program, options.outcomes), clock));
}

/** What of a program's reports outlives each of them. */
export interface Standing {
  readonly resolver: Resolver;
  readonly annotation: AnnotateOptions;
  readonly runs: Runs;
}

/** @throws {RangeError} for a name that is no platform, device or policy */
export function standingOf(program: Program, choice: OutcomeChoice = defaultChoice): Standing {
  const resolver = new Resolver(program);
  const annotation = {
    ...outcomePlan(program, choice),
    atoms: resolver.atoms,
    ledger: program.ledger,
    placed: (text: string) => program.placed(text),
  };
  return { resolver, annotation, runs: new Runs(annotation) };
}

/** The report on the wanted files of a program, a piece of work at a time. */
export function* reportSteps(
  program: Program,
  wanted: Selection,
  options: Pick<AnalyseOptions, 'rules' | 'timings' | 'onProgress' | 'outcomes'>,
  { resolver, annotation, runs }: Standing,
  clock: Clock = new Clock(),
): Steps<Analysed> {
  const isWanted = new Set(wanted.files);
  const inventory = yield* inventorySteps(program, {
    isWanted: (file) => isWanted.has(file),
    onFile: (done, total) => options.onProgress?.({ done, total, what: 'analysing' }),
    resolver,
  });
  clock.lap('analyse');
  const {
    outcomes,
    bouncedFor,
    notAnalysed: notRun,
  } = yield* annotationSteps(inventory.sites, annotation, runs);
  clock.lap('outcomes');
  const { workloads, notAnalysed: notWorkedOut } = yield* workloadSteps(program, wanted.files);
  const loads = idsByFunction(workloads);
  clock.lap('workloads');
  const found = applyRules({ program, files: wanted.files, inventory, outcomes, workloads }, options.rules);
  const { findings, suppressed } = applySuppressions(program, wanted.files, found, suppressOptions(options));
  clock.lap('rules');
  const { coverage, unclean } = coverageOf(
    program,
    program.files.filter((file) => isWanted.has(file)),
  );
  const report: Report = {
    schema: 'vringside/1',
    tool: { name: 'vringside', version: toolVersion },
    tree: { root: program.tree.root, kernelVersion: program.tree.version },
    sites: inventory.sites.map((found) => {
      const run = outcomes.get(found);
      const load = speaksOfMemory.has(found.site.category) ? loads.get(functionKey(found.site)) : undefined;
      if (run === undefined && load === undefined) return found.site;
      return { ...found.site, ...(run && { outcomes: run }), ...(load && { workload: load }) };
    }),
    workloads: workloads.map((load) => costed(load, bouncedFor)),
    findings: findings.map((finding) => withFix({ program, inventory, suppressed }, finding)),
    suppressed,
    notAnalysed: sortedUnique([
      ...wanted.notAnalysed,
      ...program.notAnalysed(),
      ...inventory.notAnalysed,
      ...notRun,
      ...notWorkedOut,
      ...unclean,
    ]),
    coverage,
    ...(options.timings ? { timings: clock.laps } : {}),
  };
  return { report, program, inventory };
}

function suppressOptions({ rules, outcomes }: Pick<AnalyseOptions, 'rules' | 'outcomes'>): SuppressOptions {
  return { levels: rules, isPartial: outcomes !== undefined && !isUsual(outcomes) };
}

type Throughput = CostedWorkload['throughput'];

const throughputs = new WeakMap<Workload, { readonly on: string; readonly throughput: Throughput }>();

/** Throughput is asked for by few, and rests on every decision that bears on the file: it is worked out when it is read. */
function costed(load: Workload, bouncedFor: (file: string) => readonly PlatformId[]): CostedWorkload {
  return {
    ...load,
    get throughput() {
      return throughputOf(load, bouncedFor(load.file));
    },
  };
}

function throughputOf(load: Workload, platforms: readonly PlatformId[]): Throughput {
  const on = platforms.join();
  const known = throughputs.get(load);
  if (known?.on === on) return known.throughput;
  const throughput = platforms.flatMap((platform) => {
    const ratio = workloadRatio(platform, load);
    return ratio === null ? [] : [{ platform, ...ratio }];
  });
  throughputs.set(load, { on, throughput });
  return throughput;
}

/** Categories of sites at which a request's memory is handed over. */
const speaksOfMemory: ReadonlySet<string> = new Set(['bypass', 'mapping']);

function functionKey({ file, function: name }: { readonly file: string; readonly function: string }): string {
  return `${file}\0${name}`;
}

function idsByFunction(workloads: readonly Workload[]): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const workload of workloads) {
    const key = functionKey(workload);
    ids.set(key, [...(ids.get(key) ?? []), workload.id]);
  }
  return ids;
}

function sortedUnique(list: readonly NotAnalysed[]): NotAnalysed[] {
  const byKey = new Map(
    list.map((n) => [`${n.file}\0${String(n.line ?? 0).padStart(8, '0')}\0${n.reason}`, n]),
  );
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
}

class Clock {
  readonly laps: Record<string, number> = {};
  private last = performance.now();

  /** Milliseconds since the last lap, under `name`. */
  lap(name: string): void {
    const now = performance.now();
    this.laps[name] = Math.round((now - this.last) * 10) / 10;
    this.last = now;
  }
}
