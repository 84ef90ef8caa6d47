/** docs/benchmarks.md, from what was measured. */
import { type Measured, type Run, type Spread, spreadOf } from './measure.js';
import type { Question } from './questions.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly tree: string;
}

export interface Row {
  readonly question: Question;
  readonly measured: Measured;
}

const scopes: Readonly<Record<Question['scope'], readonly [title: string, text: string]>> = {
  virtio: ['drivers/virtio', 'Target: at most 0.5 s, no cache.'],
  subject: [
    'All virtio drivers, virtio core, vhost and vDPA',
    'Target: at most 1.5 s, no cache. PATHS are drivers/virtio, drivers/vhost, drivers/vdpa and every file that registers a virtio driver (its folder where that is called `virtio`); FILES are the .c files of those.',
  ],
  tree: ['The whole tree, no cache', 'Target: at most 8 s and 400 MB with 2 jobs.'],
  'tree-cached': [
    'The whole tree again, nothing changed',
    'Target: at most 2 s. The cache was filled by one run before.',
  ],
  drivers: [
    'drivers/',
    'Tools that parse every file; each once where it takes minutes, and ended after 420 s.',
  ],
  doctor: ['Every function parsed (`doctor`)', 'Results are functions read.'],
};

interface Target {
  readonly id: string;
  readonly label: string;
  readonly limit: number;
  readonly unit: 's' | 'MB';
  readonly value: (runs: readonly Run[]) => number;
}

const wall = (runs: readonly Run[]): number => spreadOf(runs.map((r) => r.wallS)).median;
/** In 10^6 bytes, the harder reading of MB. */
const peak = (runs: readonly Run[]): number => (Math.max(...runs.map((r) => r.peakMiB)) * 1024 * 1024) / 1e6;

const targets: readonly Target[] = [
  { id: 'virtio-vringside-2', label: 'drivers/virtio', limit: 0.5, unit: 's', value: wall },
  { id: 'subject-vringside-2', label: 'all drivers, core, vhost, vDPA', limit: 1.5, unit: 's', value: wall },
  { id: 'tree-vringside-2', label: 'whole tree, no cache', limit: 8, unit: 's', value: wall },
  { id: 'tree-vringside-2', label: 'whole tree, peak memory', limit: 400, unit: 'MB', value: peak },
  { id: 'tree-cached-vringside-2', label: 'whole tree, warm cache', limit: 2, unit: 's', value: wall },
];

export type Part = 'parser' | 'model' | 'throughput' | 'simulation' | 'lsp';

/** What the tool of each part says. */
export type SpeedTexts = Readonly<Record<Part, string>>;

export function benchmarksPage(
  machine: Machine,
  tools: readonly string[],
  rows: readonly Row[],
  said: SpeedTexts,
): string {
  return `<!-- Written by \`npm run bench\` from what it measured. -->

# Benchmarks

${machine.cpu}, ${machine.cores} processors, ${machine.memoryGiB} GiB; ${machine.system}; Node ${machine.node}. ${tools.join(', ')}.
Tree: ${machine.tree}. Page cache warm: each command ran once before it was measured, unless it is marked *once*. Times are
medians with the least and the most; CPU is user and system time; peak is the largest resident set of one process (coccinelle
runs one process a job, so it holds about twice as much as it says). The tools ran one after another on this
machine, not all within one run: a row measured again by itself replaces the one before.

## What is compared

The tools do not do the same work. They are given the same places and the same names, and this is what comes back:

| tool | reads | gives | does not |
| --- | --- | --- | --- |
| rg | every .c and .h file, as lines | lines with one of the names, in comments and strings too | know what a call, a type or a condition is |
| ast-grep | every .c and .h file, parsed by tree-sitter-c | calls and names in code; code it fails to parse can be lost | rewrite the kernel's dialect, look across files, follow values |
| coccinelle | every .c file, parsed by its own C parser, without headers | calls, field uses and names in functions | look across files here, resolve conditions |
| vringside | every file's text; parses what can bear on a site, both arms of every \`#if\` | sites found by value flow across files, each with its condition resolved to facts of the guest | need a list of names to look for |

"Results" are lines for rg, matches for ast-grep and coccinelle, sites for vringside; they are not meant to agree.

## Against the targets

| what | target | measured | |
| --- | --- | --- | --- |
${targets.map((target) => targetRow(target, rows)).join('\n')}

${(Object.keys(scopes) as Question['scope'][]).map((scope) => section(scope, rows)).join('\n')}
## The parser

Best of 40 for the stages, and 1 000 one-character edits spread over the file; \`node test/tools/run.mjs parser-speed\`:

\`\`\`
${said.parser.trim()}
\`\`\`

## The model

Targets: the default matrix for one policy within 2 ms, warm; two million steps a second on one processor; outcomes add no
more than 20 % to the time of \`sites drivers/virtio\`. No peer does the same: gem5 and full-system emulation take minutes a
point. \`node test/tools/run.mjs model-speed\`:

\`\`\`
${said.model.trim()}
\`\`\`

## Throughput

Targets: counts and bounds of the whole default matrix within 1 ms, warm; what throughput adds to one driver's file within 5 ms
(p95). \`node test/tools/run.mjs throughput-speed\`:

\`\`\`
${said.throughput.trim()}
\`\`\`

Targets: the simulation handles 8 million descriptors a second, warm, and 3 million cold. \`node test/tools/run.mjs
simulation-speed\`; cold is the first 2000 requests of a process, which are over before the compiler is warm:

\`\`\`
${said.simulation.trim()}
\`\`\`

## The language server

Beside clangd 19 in one run, alternating, both before the same client with pushed diagnostics: every edit is one notification, and
the next goes out when its diagnostics have come; half of the edits make findings come and go. clangd has a compile database of the
two files and a configured tree, and tells what does not compile; vringside needs neither, and tells what a secure guest's
device cannot read. Memory is resident, behind the edits. \`node test/tools/run.mjs lsp-speed\`:

\`\`\`
\${said.lsp.trim()}
\`\`\`

## Again

\`npm run bench\` measures everything (about 20 minutes) and writes this page; \`npm run bench -- --only ID,ID\` measures
those again and keeps the rest. It wants \`time\`, \`ripgrep\` and \`coccinelle\` from the distribution, fetches ast-grep into a
temporary folder, and should have the machine to itself.
`;
}

function targetRow({ id, label, limit, unit, value }: Target, rows: readonly Row[]): string {
  const row = rows.find(({ question }) => question.id === id);
  if (row === undefined || !('runs' in row.measured))
    return `| ${label} | ${limit} ${unit} | not measured | |`;
  const measured = value(row.measured.runs);
  const verdict = measured <= limit ? 'met' : '**missed**';
  return `| ${label} | ${limit} ${unit} | ${unit === 's' ? measured.toFixed(2) : measured.toFixed(0)} ${unit} | ${verdict} |`;
}

function section(scope: Question['scope'], rows: readonly Row[]): string {
  const [title, text] = scopes[scope];
  const mine = rows.filter(({ question }) => question.scope === scope);
  if (mine.length === 0) return '';
  return `## ${title}

${text}

| tool | runs | wall, s | CPU, s | peak, MiB | results |
| --- | --- | --- | --- | --- | --- |
${mine.map(tableRow).join('\n')}

\`\`\`sh
${mine.map(({ question }) => question.written).join('\n')}
\`\`\`
`;
}

function tableRow({ question, measured }: Row): string {
  if ('timedOutS' in measured)
    return `| ${question.tool} | 1 | not finished after ${measured.timedOutS} | | | |`;
  if ('failed' in measured) return `| ${question.tool} | | failed | | | |`;
  const { runs } = measured;
  const count = question.isOnce === true ? 'once' : String(runs.length);
  const peakMiB = Math.max(...runs.map((r) => r.peakMiB));
  const cells = [
    question.tool,
    count,
    spread(spreadOf(runs.map((r) => r.wallS))),
    spread(spreadOf(runs.map((r) => r.cpuS))),
    peakMiB.toFixed(0),
    String(runs[0]?.results ?? ''),
  ];
  return `| ${cells.join(' | ')} |`;
}

function spread({ median, min, max }: Spread): string {
  return min === max ? median.toFixed(2) : `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
}
